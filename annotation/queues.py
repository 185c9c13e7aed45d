"""What to hand out next: one statement per stage picks, locks and marks, so that two people never get the same
thing and nobody waits for a lock.

Score = qualification fit × need of the cell × age × standing weight. Every eligible cell is probed for its few
oldest open rows through a partial index (`LATERAL`), so the cost does not grow with the queue
(docs/adr/0005-claiming.md).
"""

import time
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from annotation import serving
from annotation.models import Assignment, Cell, Context, Item, Place, Project
from annotation.queue_statements import HISTORY, NEXT_PLACE, ROUTED_NEXT_PLACE, ROUTED_WRITING, STATEMENTS
from annotation.workflow import Stage
from core.refusal import Refused
from core.statements import fetch_row
from experts.rules import Rule, free_hours_needed, hours_until_shown
from experts.standing import refusal_while_paused

# Rows probed per cell; when all of them are being claimed by others at this moment, look deeper once.
DEPTHS = (4, 256)
RUN_LENGTH = 5
RUN_BONUS = 1.25
NEED_SECONDS = 30


@dataclass(frozen=True)
class Pick:
    """What the queue chose and the terms of its choice."""

    row_id: int
    cell_id: int
    fit: float
    need: float
    age: float
    weight: float
    run: float
    score: float
    own: bool = False
    # Not qualified for the cell, but a passage that waits in it is for people like them (copilot/routing.py).
    guest: bool = False
    context_id: int | None = None
    route: str | None = None

    def why(self) -> dict[str, Any]:
        terms = asdict(self)
        routed = {"route": self.route, "guest": self.guest} if self.route else {}
        return {
            **{name: round(terms[name], 3) for name in ("fit", "need", "age", "weight", "run", "score")},
            "own": self.own,
            **routed,
        }


def pick(person: User, project: Project, stage: Stage, now: datetime) -> Pick | None:
    """Marks the best match as taken and returns it; None when there is nothing for this person now."""
    terms, weight = _terms(person, project, stage, now)
    if terms["is_paused"]:
        _refuse_while_paused(person, project, now)
    is_routed = stage == Stage.WRITING and terms["sent_cells"]
    for depth in DEPTHS:
        row = fetch_row(ROUTED_WRITING if is_routed else STATEMENTS[stage], {**terms, "depth": depth})
        if row:
            return _pick_of(row, weight)
    return None


def _refuse_while_paused(person: User, project: Project, now: datetime) -> None:
    refusal = refusal_while_paused(person, project.pk, now)
    if refusal:
        raise Refused(refusal, status=409, code="paused")


def peek(person: User, project: Project, now: datetime) -> Pick | None:
    """The place to write in that `pick` would take now; nothing is locked or changed."""
    terms, weight = _terms(person, project, Stage.WRITING, now)
    if terms["is_paused"]:
        return None
    row = fetch_row(ROUTED_NEXT_PLACE if terms["sent_cells"] else NEXT_PLACE, {**terms, "depth": 1})
    return _pick_of(row, weight) if row else None


def _terms(person: User, project: Project, stage: Stage, now: datetime) -> tuple[dict[str, Any], float]:
    """What a statement is asked with, and the person's standing weight, which counts for writing only."""
    known = _known_of_cells(project)
    served = serving.known_of(project.pk)
    history = _history(person, project, stage, now)
    weight = history.weight if stage == Stage.WRITING else 1.0
    terms = {
        "person": person.pk,
        "project": project.pk,
        "now": now,
        "visible_from": _visible_from(history, served.rule, now),
        "is_paused": history.is_paused,
        "first_authors": served.reviewed_first,
        **_current_run(history.latest, project),
        "need_cells": list(known.need),
        "needs": list(known.need.values()),
        "sent_cells": [cell_id for cell_id, _ in known.sent_elsewhere],
        "sent_to": [name for _, name in known.sent_elsewhere],
    }
    return terms, weight


def _pick_of(row: tuple[Any, ...], weight: float) -> Pick:
    row_id, cell_id, fit, need, age, run, own, guest, context_id, route = row
    score = fit * need * age * run * weight
    return Pick(row_id, cell_id, fit, need, age, weight, run, score, own, guest, context_id, route)


@dataclass(frozen=True)
class KnownOfCells:
    """`need`: share of each cell's target that nobody has taken yet, 0.1 to 1. `sent_elsewhere`: where passages wait
    for others than the people of the cell, and for whom (`Context.sent_to`)."""

    at: float
    need: dict[int, float]
    sent_elsewhere: list[tuple[int, str]]


# By project. Each process keeps its own: it only weighs choices.
_counted: dict[int, KnownOfCells] = {}


def _known_of_cells(project: Project) -> KnownOfCells:
    """Half a minute old at most."""
    now = time.monotonic()
    known = _counted.get(project.pk)
    if known is None or now - known.at >= NEED_SECONDS:
        cells = Cell.objects.filter(project=project).annotate(
            free=Count("places", filter=Q(places__taken=False)), all=Count("places")
        )
        need = {cell.pk: max(0.1, cell.free / cell.all) if cell.all else 0.1 for cell in cells}
        sent = Context.objects.filter(project=project, taken=False, cell__isnull=False).exclude(sent_to="")
        elsewhere = [(cell, name) for cell, name in sent.values_list("cell_id", "sent_to").distinct() if cell]
        known = _counted[project.pk] = KnownOfCells(now, need, elsewhere)
    return known


_FIT = """
    SELECT qualification.fit FROM annotation_cell cell JOIN experts_qualification qualification
      ON qualification.user_id = %s AND qualification.language_id = cell.language_id
     AND qualification.domain_id = cell.domain_id AND cell.skill = ANY (qualification.skills)
    WHERE cell.id = %s
"""


def choice_of(choice: Pick, item: Item, person: User, now: datetime) -> Pick:
    """The terms by which `item` would have been chosen for a review in place of the choice that was made."""
    terms, weight = _terms(person, item.project, Stage.REVIEW, now)
    needs = dict(zip(terms["need_cells"], terms["needs"], strict=True))
    fit = fetch_row(_FIT, [person.pk, item.cell_id])
    run = terms["run_bonus"] if terms["run_cell"] == item.cell_id else 1.0
    age = 1 + min((now - item.state_since) / timedelta(days=1), 1.0)
    fitting, need = (fit[0] if fit else choice.fit), needs.get(item.cell_id, 0.5)
    return replace(
        choice, row_id=item.pk, cell_id=item.cell_id, fit=fitting, need=need, age=age, run=run,
        score=fitting * need * age * run * weight,
    )  # fmt: skip


def _visible_from(history: "_History", rule: Rule, now: datetime) -> datetime | None:
    """Places that became free until then show to the person; None: none does yet."""
    hours = free_hours_needed(_hours(history.handed_in_at, now), history.weight, history.deference, rule)
    return None if hours is None else now - timedelta(hours=hours)


def _hours(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else (now - since) / timedelta(hours=1)


def shows_next(person: User, project: Project, cells: list[int], now: datetime) -> timedelta | None:
    """How long until the oldest free place of these cells shows to the person; None when none is free."""
    oldest = Place.objects.filter(cell_id__in=cells, taken=False).order_by("ready_at").first()
    if oldest is None:
        return None
    history = _history(person, project, Stage.WRITING, now)
    free_for, since = _hours(oldest.ready_at, now), _hours(history.handed_in_at, now)
    rule = serving.known_of(project.pk).rule
    return timedelta(hours=hours_until_shown(free_for or 0.0, since, history.weight, history.deference, rule))


@dataclass(frozen=True)
class _History:
    """A person's standing and last hand-in in the project; `latest`: (cell, project) of their assignments, newest
    first."""

    weight: float
    deference: float
    is_paused: bool
    handed_in_at: datetime | None
    latest: list[tuple[int, int]]


def _history(person: User, project: Project, stage: Stage, now: datetime) -> _History:
    terms = {"person": person.pk, "project": project.pk, "stage": stage, "run_length": RUN_LENGTH, "now": now}
    row = fetch_row(HISTORY, terms)
    assert row is not None, "there is always one row"
    weight, deference, is_paused, handed_in_at, latest = row
    return _History(weight, deference, is_paused, handed_in_at, [(cell, of) for cell, of in latest])


def _current_run(latest: list[tuple[int, int]], project: Project) -> dict[str, Any]:
    """The cell the person has just worked in is preferred, which spares context switches; after a run it yields."""
    if not latest or latest[0][1] != project.pk:
        return {"run_cell": None, "run_bonus": 1.0}
    is_over = len(latest) == RUN_LENGTH and len(set(latest)) == 1
    return {"run_cell": latest[0][0], "run_bonus": 1 / RUN_BONUS if is_over else RUN_BONUS}


def lease(item: Item, person: User, stage: Stage, now: datetime, why: dict[str, Any] | None = None) -> Assignment:
    return Assignment.objects.create(
        item=item,
        person=person,
        stage=stage,
        token=uuid.uuid4(),
        claimed_at=now,
        leased_until=now + timedelta(minutes=item.project.lease_minutes),
        why=why or {},
    )


def live_assignment(person: User, project: Project, stage: Stage) -> Assignment | None:
    """What the person has in hand at this stage, oldest first."""
    return (
        Assignment.objects.filter(person=person, stage=stage, ended_at=None, item__project=project)
        .order_by("id")
        .first()
    )
