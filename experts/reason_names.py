"""The words for reason codes, which experts does not have: said once at the start by the app that has the codes, so
that what is stored of a standing says what the person read on that day, however reasons are called later."""

from collections.abc import Mapping

_labels: dict[str, str] = {}


def name_reasons(labels: Mapping[str, str]) -> None:
    _labels.update(labels)


def name_of(code: str) -> str:
    return _labels.get(code, code.replace("_", " "))
