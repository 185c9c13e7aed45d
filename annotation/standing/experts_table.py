"""The table of experts: everybody's standing with the figures behind it, filtered and sorted, in five statements.

What a row always needs (standing, qualifications) is read for all members; counts are read for the people of the page
alone, and for everybody only when the table is sorted by a count or downloaded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db.models.fields.json import KT

from accounts.models import User
from accounts.roles import Role
from annotation.models import Project
from annotation.standing.experts_figures import accuracies, figures_of, trends_of
from annotation.texts import clean
from experts.models import Qualification, Standing
from experts.rules import DEFAULT
from experts.states import State
from experts.trends import Trend

PAGE = 50
LONGEST_SEARCH = 100
# Most urgent first: the order of states in the table.
URGENCY = (State.DEPRIORITIZED, State.WATCH, State.PAUSED, State.PROBATION, State.ACTIVE, State.TRUSTED)
TONES: Mapping[State, str] = {
    State.PROBATION: "note",
    State.TRUSTED: "good",
    State.ACTIVE: "accent",
    State.WATCH: "warn",
    State.DEPRIORITIZED: "bad",
    State.PAUSED: "quiet",
}


@dataclass
class ExpertRow:
    """One expert; `low`, `rate`, `high` are None while there are too few decisions to say anything."""

    user_id: int
    name: str
    state: State = State.PROBATION
    weight: float = 1.0
    low: float | None = None
    rate: float | None = None
    high: float | None = None
    limit: float = DEFAULT.least_limit
    decisions: int = 0
    needed: float = DEFAULT.minimum_decisions
    languages: set[str] = field(default_factory=set)
    domains: dict[str, str] = field(default_factory=dict)
    skills: set[str] = field(default_factory=set)
    written: int = 0
    rejected: int = 0
    returned: int = 0
    last_active: datetime | None = None
    trend: Trend = field(default_factory=Trend)
    accuracy: float | None = None

    @property
    def is_known(self) -> bool:
        return self.rate is not None

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def domain_names(self) -> list[str]:
        return sorted(self.domains.values())

    @property
    def language_codes(self) -> list[str]:
        return sorted(code.upper() for code in self.languages)


Key = Callable[[ExpertRow], Any]


def _nothing_last(value: float | datetime | None) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0


SORTS: dict[str, Key] = {
    "name": lambda row: row.name.casefold(),
    "knows": lambda row: (row.language_codes, row.domain_names),
    "written": lambda row: row.written,
    "rejected": lambda row: row.rejected,
    "returned": lambda row: row.returned,
    "rate": lambda row: _nothing_last(row.rate),
    "trend": lambda row: _nothing_last(row.trend.change),
    "accuracy": lambda row: _nothing_last(row.accuracy),
    "weight": lambda row: row.weight,
    "state": lambda row: (URGENCY.index(row.state), row.weight),
    "active": lambda row: _nothing_last(row.last_active),
}
COUNTED = frozenset({"written", "rejected", "returned", "trend", "active"})
# What can be missing stays last both ways.
MAY_BE_MISSING = frozenset({"rate", "trend", "accuracy", "active"})
FIRST_SORT = "state"


@dataclass(frozen=True)
class TableFilter:
    """What an address of the table asks for; anything unknown in it is left out."""

    q: str = ""
    language: str = ""
    domain: str = ""
    skill: str = ""
    state: str = ""
    sort: str = FIRST_SORT
    cursor: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "TableFilter":
        wanted = {one.name: clean(asked.get(one.name, "")).strip()[:LONGEST_SEARCH] for one in fields(cls)}
        wanted["state"] = wanted["state"] if wanted["state"] in set(State) else ""
        wanted["sort"] = wanted["sort"] if wanted["sort"].removeprefix("-") in SORTS else FIRST_SORT
        return cls(**wanted)

    @property
    def is_empty(self) -> bool:
        return not any((self.q, self.language, self.domain, self.skill, self.state))

    @property
    def first(self) -> int:
        """Where the page begins; a spoilt cursor is the first page."""
        return int(self.cursor) if self.cursor.isascii() and self.cursor.isdigit() and len(self.cursor) < 7 else 0

    def shows(self, row: ExpertRow) -> bool:
        return (
            self.q.casefold() in row.name.casefold()
            and (not self.language or self.language in row.languages)
            and (not self.domain or self.domain in row.domains)
            and (not self.skill or self.skill in row.skills)
            and (not self.state or self.state == row.state)
        )


@dataclass(frozen=True)
class Table:
    """`rows` of this page; `counts` and choices are of everybody, so that filters lead back."""

    rows: list[ExpertRow]
    total: int
    first: int
    next: str
    previous: str
    counts: list[tuple[State, int]]
    languages: list[tuple[str, str]]
    domains: list[tuple[str, str]]

    @property
    def last(self) -> int:
        return self.first + len(self.rows)


def table_of(project: Project, wanted: TableFilter, now: datetime, *, whole: bool = False) -> Table:
    """A page of it, or all that is filtered."""
    everybody, languages = _everybody(project)
    rows = [row for row in everybody if wanted.shows(row)]
    sort = wanted.sort.removeprefix("-")
    if whole or sort in COUNTED:
        _add_figures(project, rows, now)
    rows = _sorted(rows, sort, backwards=wanted.sort.startswith("-"))
    first = 0 if whole or wanted.first >= len(rows) else wanted.first
    shown = rows[first:] if whole else rows[first : first + PAGE]
    if not whole and sort not in COUNTED:
        _add_figures(project, shown, now)
    return Table(
        shown,
        total=len(rows),
        first=first,
        next=str(first + PAGE) if first + len(shown) < len(rows) else "",
        previous=str(max(0, first - PAGE)) if first else "",
        counts=_counts(everybody),
        languages=languages,
        domains=sorted({pair for row in everybody for pair in row.domains.items()}, key=lambda pair: pair[1]),
    )


def _sorted(rows: Iterable[ExpertRow], sort: str, *, backwards: bool) -> list[ExpertRow]:
    """By name among equals; missing values last, whichever way."""
    by_name = sorted(rows, key=SORTS["name"])
    key = SORTS[sort]
    if sort not in MAY_BE_MISSING:
        return sorted(by_name, key=key, reverse=backwards)
    known = [row for row in by_name if not key(row)[0]]
    return sorted(known, key=key, reverse=backwards) + [row for row in by_name if key(row)[0]]


def _counts(rows: Iterable[ExpertRow]) -> list[tuple[State, int]]:
    counted = Counter(row.state for row in rows)
    return [(state, counted[state]) for state in URGENCY if counted[state]]


def _everybody(project: Project) -> tuple[list[ExpertRow], list[tuple[str, str]]]:
    """All experts with their standing and what they are admitted to, and the languages among them: three statements."""
    people = User.objects.filter(memberships__project=project, memberships__role=Role.EXPERT)
    rows = {pk: ExpertRow(pk, name or email) for pk, name, email in people.values_list("pk", "name", "email")}
    _add_standings(project, rows)
    names: dict[str, str] = {}
    admitted = Qualification.objects.filter(
        user__memberships__project=project, user__memberships__role=Role.EXPERT
    ).values_list("user_id", "language_id", "language__name", "domain_id", "domain__name", "skills")
    for user_id, language, language_name, domain, domain_name, skills in admitted:
        row = rows[user_id]
        row.languages.add(language)
        row.domains[domain] = domain_name
        row.skills.update(skills)
        names[language] = language_name
    for user_id, share in accuracies(project).items():
        if user_id in rows:
            rows[user_id].accuracy = share
    return list(rows.values()), sorted(names.items(), key=lambda pair: pair[1])


def _add_standings(project: Project, rows: Mapping[int, ExpertRow]) -> None:
    """Of the inputs only what the picture needs is read: whole, they are some kilobytes a person."""
    standings = Standing.objects.filter(project_id=project.pk).annotate(
        limit=KT("inputs__score__limit"),
        effective=KT("inputs__score__effective"),
        counted=KT("inputs__score__decisions"),
        needed=KT("inputs__rule__minimum_decisions"),
    )
    for user_id, state, weight, low, rate, high, limit, effective, counted, needed in standings.values_list(
        "user_id", "state", "weight", "low", "rate", "high", "limit", "effective", "counted", "needed"
    ):
        row = rows.get(user_id)
        if row is None:
            continue
        row.state, row.weight = State(state), weight
        if limit is None:  # never computed
            continue
        row.limit, row.decisions, row.needed = float(limit), int(counted), float(needed)
        if float(effective) >= row.needed:
            row.low, row.rate, row.high = low, rate, high


def _add_figures(project: Project, rows: Iterable[ExpertRow], now: datetime) -> None:
    by_id = {row.user_id: row for row in rows}
    for user_id, figures in figures_of(project, by_id).items():
        row = by_id[user_id]
        row.written, row.rejected, row.returned = figures.written, figures.rejected, figures.returned
        row.last_active = figures.last_active
    for user_id, found in trends_of(project, by_id, now).items():
        by_id[user_id].trend = found
