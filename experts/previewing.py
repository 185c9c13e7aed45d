"""What another rule would do to the people of a project, before it is adopted. Nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from experts.models import Outcome, Standing
from experts.outcomes import Record, pool_of, records_of
from experts.pooling import Pool
from experts.project_rules import rule_of
from experts.recomputing import BATCH, NOTED_MOVE, Measured, measure
from experts.rules import Rule
from experts.states import State


@dataclass(frozen=True)
class Move:
    user_id: int
    state_before: State
    state_after: State
    weight_before: float
    weight_after: float
    decisions: int


@dataclass(frozen=True)
class _Side:
    rule: Rule
    surroundings: Pool


def who_would_move(
    project_id: int, rule: Rule, now: datetime | None = None, report: Callable[[int], None] = lambda done: None
) -> list[Move]:
    """Both rules on the same rows at the same moment, so that only the rule makes the difference; the hardest hit
    first. Who is overridden by a person does not move."""
    now = now or timezone.now()
    current = rule_of(project_id)
    sides = _Side(current, pool_of(project_id, current)), _Side(rule, pool_of(project_id, rule))
    people = list(Outcome.objects.filter(project_id=project_id).order_by("user_id").values_list("user_id").distinct())
    stored = {one.user_id: one for one in Standing.objects.filter(project_id=project_id).defer("inputs", "reason")}
    moves = []
    for start in range(0, len(people), BATCH):
        records = records_of(project_id, [person for (person,) in people[start : start + BATCH]])
        moves += [_move(person, records[person], sides, stored.get(person), now) for person in sorted(records)]
        report(min(start + BATCH, len(people)))
    return sorted((move for move in moves if move), key=lambda move: (move.weight_after, move.user_id))


def _move(
    person: int, record: Record, sides: tuple[_Side, _Side], standing: Standing | None, now: datetime
) -> Move | None:
    if standing and standing.override:
        return None
    state = State(standing.measured) if standing else State.PROBATION
    here, there = (measure(record, side.surroundings, now, side.rule, state) for side in sides)
    return _difference(person, here, there)


def _difference(person: int, here: Measured, there: Measured) -> Move | None:
    before, after = here.score.weight, there.score.weight
    if here.state == there.state and abs(before - after) < NOTED_MOVE:
        return None
    return Move(person, here.state, there.state, before, after, here.score.decisions)
