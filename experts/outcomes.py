"""Outcome rows as the decisions the rule reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from core.arrays import AnyOf
from experts.models import Outcome
from experts.pooling import Cell, Pool, Tally, pool
from experts.rules import Rule
from experts.scoring import WINDOW, Decision, Judgement, severity

SECONDS_PER_DAY = 86_400


class Row(NamedTuple):
    """One outcome; `total` is how many the person has in the project."""

    id: int
    user_id: int
    item_id: int
    language_id: str
    domain_id: str
    skill: str
    kind: str
    edit: str
    reasons: list[str]
    judged_by_id: int | None
    at: datetime
    total: int = 0

    @property
    def cell(self) -> Cell:
        return self.language_id, self.domain_id, self.skill


_FIELDS = Row._fields[:-1]


def judgement_of(kind: str, edit: str) -> Judgement:
    if kind == Outcome.Kind.EDITED:
        return Judgement.MAJOR_EDIT if edit == Outcome.Edit.MAJOR else Judgement.LIGHT_EDIT
    return Judgement(kind)


def latest(project_id: int, people: Iterable[int]) -> dict[int, list[Row]]:
    """The last decisions of each of these people, oldest first, in one query."""
    rows = (
        Outcome.objects.filter(AnyOf("user_id", people), project_id=project_id)
        .annotate(
            total=Window(Count("id"), partition_by=F("user_id")),
            place=Window(RowNumber(), partition_by=F("user_id"), order_by=[F("at").desc(), F("id").desc()]),
        )
        .filter(place__lte=WINDOW)
        .order_by("at", "id")
        .values_list(*_FIELDS, "total")
    )
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(Row(*row))
    return found


def named(ids: Iterable[int]) -> list[Row]:
    """These outcomes, oldest first."""
    rows = Outcome.objects.filter(AnyOf("id", ids)).order_by("at", "id").values_list(*_FIELDS)
    return [Row(*row) for row in rows]


def without_overturned(rows: Sequence[Row]) -> list[Row]:
    """A rejection ends an item; only an appeal brings a later word on it, and then that word counts alone."""
    last_word = {row.item_id: row.id for row in rows}
    return [row for row in rows if row.kind != Outcome.Kind.REJECTED or last_word[row.item_id] == row.id]


def decisions(rows: Sequence[Row], surroundings: Pool, now: datetime) -> list[Decision]:
    return [
        Decision(
            judgement_of(row.kind, row.edit),
            days=max(0.0, (now - row.at).total_seconds() / SECONDS_PER_DAY),
            prior=surroundings.rate_of(row.cell),
            offset=surroundings.offset_of(row.judged_by_id),
        )
        for row in rows
    ]


def pool_of(project_id: int, rule: Rule) -> Pool:
    """The project's surroundings from all its outcomes, in one query."""
    groups = (
        Outcome.objects.filter(project_id=project_id)
        .values_list("user_id", "judged_by_id", "language_id", "domain_id", "skill", "kind", "edit")
        .annotate(count=Count("id"))
        .order_by()
    )
    return pool([_tally(*group, rule=rule) for group in groups], rule)


def _tally(
    author: int,
    reviewer: int | None,
    language: str,
    domain: str,
    skill: str,
    kind: str,
    edit: str,
    count: int,
    *,
    rule: Rule,
) -> Tally:
    return Tally(author, reviewer, (language, domain, skill), count, count * severity(judgement_of(kind, edit), rule))
