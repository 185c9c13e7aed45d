"""Checks of a worker's weight for tests of who runs what, when: real functions, told what to answer."""

from collections.abc import Callable, Iterator

import pytest

from qa import registry, workers
from qa.checks import CHECKS
from qa.checks.base import Check, Field, Finding, Severity, Subject
from qa.engines.base import EngineUnavailable, Reason


class Told:
    """Finds the word “slip” in the completion, unless it was told to be away; counts how often it looked."""

    def __init__(self, name: str = "slips", weight: str = "ml", severity: Severity = Severity.SHOULD, **more: object):
        self.looked, self.away, self.severity = 0, None, severity
        self.check = Check(name, 1, weight, name.capitalize(), self.look, **more)

    def look(self, subject: Subject) -> list[Finding]:
        self.looked += 1
        if self.away:
            raise EngineUnavailable("the engine", self.away)
        at = subject.completion.find("slip")
        if at < 0:
            return []
        return [
            Finding(self.check.name, "slip", self.severity, "A slip.", Field.COMPLETION, at, at + 4, "slip",
                    data={"score": 0.8, "spelling": True})
        ]  # fmt: skip

    def go_away(self, reason: Reason = Reason.LOADING) -> None:
        self.away = reason

    def come_back(self) -> None:
        self.away = None


@pytest.fixture
def with_checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """`with_checks(told)`: the installation runs the fast checks and these; a worker of each weight is there."""

    def install(*told: Told, workers_alive: bool = True) -> None:
        known = {check.name: check for check in (*CHECKS.values(), *(one.check for one in told))}
        monkeypatch.setattr(registry, "all_checks", lambda: known)
        monkeypatch.setattr("django.conf.settings.QA_CHECKS", list(known))
        _forget()
        if workers_alive:
            workers.beat({one.check.weight for one in told})

    yield install
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    registry.checks.cache_clear()
    registry.highest_severities.cache_clear()
