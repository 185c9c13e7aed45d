"""Judging texts from a file without storing anything: for operators, and for measuring the checks on data."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.checks.base import Bounds, Check, Subject
from qa.checks.style import DEFAULT_STYLE
from qa.engines.base import EngineUnavailable
from qa.vectors.corpus import Entry

TEXTS = ("prompt", "completion", "context")
FORMATS = ("free", "prose", "json", "xml", "csv", "table")


class BadRow(ValueError):  # noqa: N818 - read as a sentence
    """A line that cannot be judged; says which field and what is wanted."""


@dataclass
class Judgement:
    """What all checks said of one text. `timings` in milliseconds, `unavailable` with the reason."""

    id: Any
    findings: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    bands: dict[str, str] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)


def subjects_of(rows: Iterable[Mapping[str, Any]], style: Mapping[str, object]) -> Iterator[tuple[Any, Subject]]:
    """The id and the subject of each row, numbered from 1; raises BadRow with the number of the line."""
    for number, row in enumerate(rows, start=1):
        try:
            yield row.get("id", number), subject_of(row, str(number), style)
        except BadRow as bad:
            raise BadRow(f"line {number}: {bad}") from None


def subject_of(row: Mapping[str, Any], key: str, style: Mapping[str, object]) -> Subject:
    """A row has `prompt`, `completion` and `context`, or `text` alone, which is judged as a completion."""
    texts = {name: _text(row, name) for name in TEXTS}
    if "text" in row and not texts["completion"]:
        texts["completion"] = _text(row, "text")
    wanted = row.get("format") or "free"
    if wanted not in FORMATS:
        raise BadRow(f"format: “{wanted}” is none of {', '.join(FORMATS)}")
    language = str(row.get("lang") or row.get("language") or "en")
    return Subject(
        prompt=texts["prompt"],
        completion=texts["completion"],
        context=texts["context"],
        language=language,
        languages=(language,),
        skill=str(row.get("skill") or ""),
        domain=str(row.get("domain") or ""),
        prompt_bounds=_bounds(row, "prompt_bounds"),
        completion_bounds=_bounds(row, "completion_bounds"),
        format=wanted,  # type: ignore[arg-type]  # one of FORMATS
        format_schema=row.get("schema"),
        collection="file",
        group=str(row.get("group") or row.get("skill") or ""),
        key=key,
        provenance={name: str(value) for name, value in (row.get("provenance") or {}).items()},
        style={**DEFAULT_STYLE, **style, **(row.get("style") or {})},
    )


def entry_of(subject: Subject) -> Entry:
    """The subject as part of what others in the file are compared with."""
    return Entry("file", subject.group, subject.key, subject.language, subject.prompt, subject.context)


def judge(identity: Any, subject: Subject, checks: Sequence[Check]) -> Judgement:
    judgement = Judgement(identity)
    for check in checks:
        began = time.perf_counter()
        _judge(judgement, subject, check)
        judgement.timings[check.name] = round((time.perf_counter() - began) * 1000, 2)
    return judgement


def _judge(judgement: Judgement, subject: Subject, check: Check) -> None:
    try:
        judgement.findings += [finding.to_json() for finding in check.run(subject)]
        scores = dict(check.scores(subject)) if check.scores else {}
    except EngineUnavailable as away:
        judgement.unavailable[check.name] = str(away)
        return
    judgement.scores[check.name] = scores
    if "band" in scores:
        judgement.bands[check.name] = str(scores["band"])


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str):
        raise BadRow(f"{name}: a text is wanted, not {type(value).__name__}")
    return value


def _bounds(row: Mapping[str, Any], name: str) -> Bounds:
    value = row.get(name) or (None, None)
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise BadRow(f"{name}: two numbers are wanted, the least and the most tokens, or null")
    return Bounds(*value)
