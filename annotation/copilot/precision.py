"""How often a check is right in practice: what people did with what it showed them, per kind of finding and language.

Right: mended (by its suggestion or by hand), or not heeded and a reviewer says it should have been. Wrong: dismissed
and no reviewer objects, or left open and a reviewer says that was right. Left open without a word it says nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import add, itemgetter
from typing import Any, Self
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from annotation.models import Comment, Dismissal, Project, ShownFinding, Verdict
from annotation.reasons import DismissReason
from annotation.texts import clean
from experts import agreement
from qa.checks.base import Severity
from qa.registry import checks
from qa.tuning import OFF, Switch, Tuning

# Below this many judged findings a share says nothing yet.
FEWEST = 8
Z95 = 1.959964
SEVERITY_WORDS = {"must": "must fix", "should": "should fix", "note": "note", OFF: "off"}
PERIODS = {"30": "Last 30 days", "90": "Last 90 days", "": "All time"}

_Outcome, _Ruling = ShownFinding.Outcome, ShownFinding.Ruling


class Fate(models.TextChoices):
    """What a number of the table counts, and what the list behind it shows."""

    SHOWN = "shown", "Shown"
    APPLIED = "applied", "Applied"
    MENDED = "mended", "Mended"
    DISMISSED = "dismissed", "Dismissed"
    OPEN = "open", "Left open"
    UPHELD = "upheld", "Upheld by reviewers"
    RIGHT = "right", "Right"
    WRONG = "wrong", "Wrong"


_NOT_HEEDED = Q(outcome__in=(_Outcome.DISMISSED, _Outcome.OPEN))
_UPHELD = _NOT_HEEDED & Q(is_upheld=True)
_RIGHT = Q(outcome__in=(_Outcome.APPLIED, _Outcome.MENDED)) | _UPHELD
_WRONG = Q(is_upheld=False) & (Q(outcome=_Outcome.DISMISSED) | Q(outcome=_Outcome.OPEN, ruling=_Ruling.OVERRULED))

_COUNTED: dict[Fate, Q] = {
    Fate.SHOWN: Q(),
    Fate.APPLIED: Q(outcome=_Outcome.APPLIED),
    Fate.MENDED: Q(outcome=_Outcome.MENDED),
    Fate.DISMISSED: Q(outcome=_Outcome.DISMISSED),
    Fate.OPEN: Q(outcome=_Outcome.OPEN),
    Fate.UPHELD: _UPHELD,
    Fate.RIGHT: _RIGHT,
    Fate.WRONG: _WRONG,
}


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def wilson(successes: int, trials: int, z: float = Z95) -> Interval:
    """Score interval of a share (experts.agreement); 95 % unless told."""
    return Interval(*agreement.wilson(successes, trials, z))


@dataclass(frozen=True)
class Figures:
    """Counts of one kind of finding, in one language or in all."""

    shown: int = 0
    applied: int = 0
    mended: int = 0
    dismissed: int = 0
    open: int = 0
    upheld: int = 0
    right: int = 0
    wrong: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def judged(self) -> int:
        return self.right + self.wrong

    @property
    def is_enough(self) -> bool:
        return self.judged >= FEWEST

    @property
    def precision(self) -> float:
        return self.right / self.judged if self.judged else 0.0

    @property
    def interval(self) -> Interval:
        return wilson(self.right, self.judged)

    @property
    def bar(self) -> dict[str, str]:
        """Of an SVG a hundred units wide: the interval as a stretch, the share as a mark in it."""
        low, high = 100 * self.interval.low, 100 * self.interval.high
        return {"low": f"{low:.1f}", "width": f"{max(high - low, 1):.1f}", "mark": f"{100 * self.precision:.1f}"}


@dataclass(frozen=True)
class Filter:
    """What an address of the page asks for; anything unknown in it is left out."""

    check: str = ""
    code: str = ""
    language: str = ""
    days: str = "90"
    fate: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self:
        wanted = {one.name: clean(asked.get(one.name, str(one.default))).strip()[:60] for one in fields(cls)}
        wanted["days"] = wanted["days"] if wanted["days"] in PERIODS else "90"
        wanted["fate"] = wanted["fate"] if wanted["fate"] in Fate.values else ""
        return cls(**wanted)

    @property
    def is_default(self) -> bool:
        return self in (Filter(), Filter(days=""))

    @property
    def query(self) -> str:
        return urlencode({one.name: getattr(self, one.name) for one in fields(self)})


def findings_matching(project: Project, wanted: Filter, now: datetime) -> QuerySet[ShownFinding]:
    """`is_upheld`: a reviewer said so, or sent the item back with a remark on the finding's clause."""
    remarks = Comment.objects.filter(item=OuterRef("item"), clause__code=OuterRef("clause"))
    says_so = Q(ruling="") & ~Q(clause="") & Exists(remarks.exclude(review__verdict=Verdict.ACCEPT))
    equal = {"check_name": wanted.check, "code": wanted.code, "language": wanted.language}
    found = ShownFinding.objects.filter(project=project, **{name: value for name, value in equal.items() if value})
    if wanted.days:
        found = found.filter(at__gte=now - timedelta(days=int(wanted.days)))
    is_upheld = models.Case(
        models.When(Q(ruling=_Ruling.UPHELD) | says_so, then=True), default=False, output_field=models.BooleanField()
    )
    found = found.annotate(is_upheld=is_upheld)
    return found.filter(_COUNTED[Fate(wanted.fate)]) if wanted.fate else found


def with_dismissals(found: QuerySet[ShownFinding]) -> QuerySet[ShownFinding]:
    """`dismissed_as`: why, in words, where it was dismissed."""
    reasons = Dismissal.objects.filter(item=OuterRef("item"), fingerprint=OuterRef("fingerprint")).values("reason")[:1]
    words = [models.When(dismissal=reason.value, then=Value(reason.label)) for reason in DismissReason]
    found = found.annotate(dismissal=models.Subquery(reasons), dismissed_as=models.Case(*words, default=Value("")))
    return found.select_related("ruled_by")


@dataclass(frozen=True)
class InLanguage:
    language: str
    figures: Figures


@dataclass(frozen=True)
class Kind:
    """One kind of finding: all languages together and each apart."""

    check: str
    code: str
    title: str
    severity: str  # as the project's switch has it, else as it was last shown; "off"
    is_tuned: bool
    languages: list[InLanguage]

    @property
    def name(self) -> str:
        return f"{self.check}.{self.code}"

    @property
    def label(self) -> str:
        return self.code.replace("_", " ").capitalize()

    @property
    def counts_as(self) -> str:
        return SEVERITY_WORDS.get(self.severity, "as the check says")

    @property
    def rows(self) -> list[InLanguage]:
        """All languages together first, where there are several."""
        return [InLanguage("", self.figures), *self.languages] if len(self.languages) > 1 else self.languages

    @property
    def figures(self) -> Figures:
        return reduce(add, (one.figures for one in self.languages), Figures())

    @property
    def hint(self) -> str:
        """What a manager might do; only where the whole interval lies below one half."""
        figures = self.figures
        if self.severity == OFF or not figures.is_enough or figures.interval.high >= 0.5:
            return ""
        verb = "dismissed" if figures.wrong == figures.dismissed else "wrong"
        remedy = "a threshold, or off" if self.severity in (Severity.NOTE, "") else "a note"
        return f"{verb} {figures.wrong} of {figures.judged} times: consider {remedy}"


def kinds(project: Project, wanted: Filter, now: datetime, tuning: Tuning) -> list[Kind]:
    """In the order of the checks; within one the most shown first. One statement."""
    counts = {fate.value: Count("pk", filter=condition) for fate, condition in _COUNTED.items()}
    severities = ArrayAgg("severity", distinct=True, filter=~Q(severity=""), default=Value([]))
    names = ("check_name", "code", "language")
    rows = findings_matching(project, wanted, now).values(*names).annotate(severities=severities, **counts)
    grouped = groupby(rows.order_by(*names), key=itemgetter("check_name", "code"))
    found = [_kind(check, code, list(ones), tuning) for (check, code), ones in grouped]
    order = {name: number for number, name in enumerate(checks())}
    return sorted(found, key=lambda kind: (order.get(kind.check, len(order)), kind.check, -kind.figures.shown))


def _kind(check: str, code: str, rows: list[Any], tuning: Tuning) -> Kind:
    switch = tuning.switches.get(f"{check}.{code}") or tuning.switches.get(check) or Switch()
    shown = {severity for row in rows for severity in row["severities"]}
    return Kind(
        check=check,
        code=code,
        title=title_of(check),
        severity=switch.severity or next((each.value for each in Severity if each in shown), ""),
        is_tuned=bool(switch.severity) or switch.at_least is not None,
        languages=[
            InLanguage(row["language"], Figures(**{one.name: row[one.name] for one in fields(Figures)})) for row in rows
        ],
    )


def title_of(check: str) -> str:
    return checks()[check].title if check in checks() else check.replace("_", " ").capitalize()


def totals(found: Iterable[Kind]) -> Figures:
    return reduce(add, (kind.figures for kind in found), Figures())
