"""Outcome rows as the decisions the rule reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from core.arrays import AnyOf
from experts.holds import disputes, is_void, void_in
from experts.models import Outcome, OutcomeHold, Training
from experts.pooling import Cell, Pool, Tally, pool
from experts.rules import Rule
from experts.scoring import WINDOW, Decision, Judgement, severity, trainings_that_count

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


@dataclass(frozen=True)
class Record:
    """What one person's standing rests on. `rows` are those that count, oldest first; `outcomes` and `beside` are how
    many outcomes, and trainings and holds, the person has in the project."""

    rows: Sequence[Row] = ()
    trainings: Sequence[datetime] = ()
    outcomes: int = 0
    beside: int = 0


def records_of(project_id: int, people: Iterable[int]) -> dict[int, Record]:
    """In three queries, however many people; who has nothing is left out."""
    people = list(people)
    of_people = AnyOf("user_id", people)
    rows = latest(project_id, people)
    trainings: dict[int, list[datetime]] = defaultdict(list)
    passed = Training.objects.filter(of_people, project_id=project_id).order_by("passed_at", "id")
    for user_id, at in passed.values_list("user_id", "passed_at"):
        trainings[user_id].append(at)
    held: dict[int, list[OutcomeHold]] = defaultdict(list)
    for one in OutcomeHold.objects.filter(of_people, project_id=project_id).order_by("id"):
        held[one.user_id].append(one)
    found = {*rows, *trainings, *held}
    return {one: _record(rows.get(one, []), trainings.get(one, []), held.get(one, [])) for one in found}


def _record(rows: Sequence[Row], trainings: Sequence[datetime], held: Sequence[OutcomeHold]) -> Record:
    total = rows[-1].total if rows else 0
    return Record(that_count(rows, held), trainings, total, len(trainings) + len(held))


def that_count(rows: Sequence[Row], held: Sequence[OutcomeHold] = ()) -> list[Row]:
    """Without what was overturned or is disputed. A rejection ends an item; only an appeal brings a later word on it,
    and then that word counts alone."""
    last_word = {row.item_id: row.id for row in rows}
    known = disputes(held)
    return [
        row
        for row in rows
        if (row.kind != Outcome.Kind.REJECTED or last_word[row.item_id] == row.id)
        and not is_void(row.id, row.item_id, row.at, _is_against(row), known)
    ]


def _is_against(row: Row) -> bool:
    return severity(judgement_of(row.kind, row.edit)) > 0


def decisions(record: Record, surroundings: Pool, now: datetime, rule: Rule) -> list[Decision]:
    counted = trainings_that_count(record.trainings, rule)
    return [
        Decision(
            judgement_of(row.kind, row.edit),
            days=max(0.0, (now - row.at).total_seconds() / SECONDS_PER_DAY),
            prior=surroundings.rate_of(row.cell),
            offset=surroundings.offset_of(row.judged_by_id),
            distance=sum(passed >= row.at for passed in counted),
        )
        for row in record.rows
    ]


def pool_of(project_id: int, rule: Rule) -> Pool:
    """The project's surroundings from all its outcomes that count, in one query."""
    groups = (
        Outcome.objects.filter(~void_in(project_id), project_id=project_id)
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
