"""What a project makes of findings: severities, thresholds, clauses, its glossary. Applied whenever findings are read,
never when a check runs, so a changed switch shows at once on every text and nothing is checked anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from qa.checks.base import Finding, Severity

OFF = "off"
ORDER = list(Severity)


@dataclass(frozen=True)
class Switch:
    """For one kind of finding: its severity (or off), the least score that counts, the clause it points to."""

    severity: str = ""
    at_least: float | None = None
    clause: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(stored.get("severity", ""), stored.get("at_least"), stored.get("clause", ""))


@dataclass(frozen=True)
class Tuning:
    """`switches` by "check.code", or by "check" for all its codes; `highest` by check, from the registry."""

    switches: Mapping[str, Switch]
    glossary: frozenset[str] = frozenset()
    highest: Mapping[str, Severity] | None = None

    @classmethod
    def of(
        cls, stored: Mapping[str, Any], glossary: Iterable[str] = (), highest: Mapping[str, Severity] | None = None
    ) -> Self:
        switches = {name: Switch.from_json(value) for name, value in stored.items()}
        return cls(switches, frozenset(word.casefold() for word in glossary), highest)

    def switch_of(self, finding: Finding) -> Switch:
        both = (self.switches.get(f"{finding.check}.{finding.code}"), self.switches.get(finding.check))
        return next((switch for switch in both if switch is not None), Switch())


def tuned(findings: Iterable[Finding], tuning: Tuning) -> list[Finding]:
    """The findings that count in this project, as severe as it says. Order kept."""
    return [counted for finding in findings if (counted := _tuned(finding, tuning)) is not None]


def _tuned(finding: Finding, tuning: Tuning) -> Finding | None:
    switch = tuning.switch_of(finding)
    if switch.severity == OFF or _is_below(finding, switch) or _is_in_glossary(finding, tuning.glossary):
        return None
    severity = Severity(switch.severity) if switch.severity else finding.severity
    highest = (tuning.highest or {}).get(finding.check, Severity.MUST)
    return replace(finding, severity=_at_most(severity, highest), clause=switch.clause or finding.clause)


def _is_below(finding: Finding, switch: Switch) -> bool:
    score = finding.data.get("score")
    return switch.at_least is not None and isinstance(score, int | float) and score < switch.at_least


def _is_in_glossary(finding: Finding, glossary: frozenset[str]) -> bool:
    """Only what a check says is a matter of spelling (data.spelling): a glossary excuses no grammar."""
    return bool(finding.data.get("spelling")) and finding.excerpt.casefold() in glossary


def _at_most(severity: Severity, highest: Severity) -> Severity:
    return max((severity, highest), key=ORDER.index)
