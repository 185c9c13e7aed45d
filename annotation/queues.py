"""What to hand out next: one statement per stage picks, locks and marks, so that two people never get the same
thing and nobody waits for a lock.

Score = qualification fit × need of the cell × age × standing weight. Every eligible cell is probed for its few
oldest open rows through a partial index (`LATERAL`), so the cost does not grow with the queue
(docs/adr/0005-claiming.md).
"""

import time
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from annotation.models import Assignment, Cell, Context, Item, Project
from annotation.workflow import Stage
from core.statements import fetch_row

# Rows probed per cell; when all of them are being claimed by others at this moment, look deeper once.
DEPTHS = (4, 256)
RUN_LENGTH = 5
RUN_BONUS = 1.25
NEED_SECONDS = 30
VISIBILITY_DELAY = timedelta(hours=4)


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
    # Not qualified for the cell, but a passage that waits in it is for people like them (routing.py).
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


_ELIGIBLE = """
    SELECT cell.id AS cell_id, qualification.fit, coalesce(needs.need, 0.5::float8) AS need,
           CASE WHEN cell.id = %(run_cell)s THEN %(run_bonus)s::float8 ELSE 1 END AS run, false AS guest
    FROM annotation_cell cell
    JOIN experts_qualification qualification
      ON qualification.user_id = %(person)s AND qualification.language_id = cell.language_id
     AND qualification.domain_id = cell.domain_id AND cell.skill = ANY (qualification.skills)
    LEFT JOIN unnest(%(need_cells)s::bigint[], %(needs)s::float8[]) AS needs (cell_id, need) ON needs.cell_id = cell.id
    WHERE cell.project_id = %(project)s
"""

# What a person qualified in a domain is called by a context's `sent_to`.
_CALLED = "CASE WHEN domain.general THEN 'general' ELSE domain.slug END"

# Writing only, and only where passages were sent elsewhere: also the cells where one waits for people of another domain
# of theirs. Which cells may be half a minute old; the probe of each says whether one still waits.
_MAY_WRITE = f"""{_ELIGIBLE}
    UNION ALL
    SELECT cell.id, qualification.fit, coalesce(needs.need, 0.5::float8),
           CASE WHEN cell.id = %(run_cell)s THEN %(run_bonus)s::float8 ELSE 1 END, true
    FROM unnest(%(sent_cells)s::bigint[], %(sent_to)s::text[]) AS sent (cell_id, name)
    JOIN annotation_cell cell ON cell.id = sent.cell_id AND cell.project_id = %(project)s
    JOIN experts_qualification qualification
      ON qualification.language_id = cell.language_id AND cell.skill = ANY (qualification.skills)
    JOIN catalog_domain domain ON domain.slug = qualification.domain_id AND sent.name = {_CALLED}
    CROSS JOIN LATERAL (SELECT FROM annotation_context WHERE cell_id = cell.id AND NOT taken AND sent_to = sent.name
                        ORDER BY id LIMIT 1) passage
    LEFT JOIN unnest(%(need_cells)s::bigint[], %(needs)s::float8[]) AS needs (cell_id, need) ON needs.cell_id = cell.id
    WHERE qualification.user_id = %(person)s
      AND NOT EXISTS (SELECT FROM experts_qualification own
                      WHERE own.user_id = %(person)s AND own.language_id = cell.language_id
                        AND own.domain_id = cell.domain_id AND cell.skill = ANY (own.skills))
"""  # noqa: S608  (all parts are constants of this module)

_SCORED = """
    SELECT row_id, cell_id, fit, need, run, own, guest,
           1 + least(extract(epoch FROM %(now)s - since)::float8 / 86400, 1) AS age
    FROM ({found}) found
"""

_PICK = """
    WITH eligible AS MATERIALIZED ({eligible}), scored AS MATERIALIZED ({scored}),
    picked AS (
        SELECT target.id, scored.* FROM {table} target JOIN scored ON scored.row_id = target.id
        WHERE {still_open}
        ORDER BY scored.own DESC, {order}fit * need * age * run DESC, age DESC, target.id
        LIMIT 1 FOR UPDATE OF target SKIP LOCKED
    ){beside}
    UPDATE {table} target SET {mark} FROM picked WHERE target.id = picked.id{unless}
    RETURNING picked.id, picked.cell_id, picked.fit, picked.need, picked.age, picked.run, picked.own, picked.guest,
              {context}
"""

_OLDEST = """(SELECT id FROM annotation_context WHERE cell_id = (SELECT cell_id FROM picked) AND NOT taken {sent_to}
                 ORDER BY sent_to, id LIMIT 1 FOR UPDATE SKIP LOCKED)"""

# With a place comes the passage that has waited in its cell for longest; those sent elsewhere come last.
_WAITING_CONTEXT = f""",
    passage AS (
        UPDATE annotation_context SET taken = true WHERE id = {_OLDEST.format(sent_to="")} RETURNING id
    )
"""  # noqa: S608  (all parts are constants of this module)

# Where passages were sent elsewhere: first those sent to a field of the person's, then those for the people of the
# cell, then the rest. A guest gets only what was sent to people like them.
_ROUTED_CONTEXT = f""",
    called AS (
        SELECT {_CALLED} AS name FROM picked JOIN annotation_cell cell ON cell.id = picked.cell_id
        JOIN experts_qualification own
          ON own.user_id = %(person)s AND own.language_id = cell.language_id AND cell.skill = ANY (own.skills)
        JOIN catalog_domain domain ON domain.slug = own.domain_id
        WHERE picked.guest OR NOT domain.general
    ),
    passage AS (
        UPDATE annotation_context SET taken = true
        WHERE id = coalesce(
            {_OLDEST.format(sent_to="AND sent_to = ANY (ARRAY(SELECT name FROM called))")},
            CASE WHEN NOT (SELECT guest FROM picked) THEN coalesce(
                {_OLDEST.format(sent_to="AND sent_to = ''")},
                {_OLDEST.format(sent_to="")}) END)
        RETURNING id
    )
"""  # noqa: S608  (all parts are constants of this module)
_NO_GUEST_WITHOUT_PASSAGE = " AND (NOT picked.guest OR EXISTS (SELECT FROM passage))"
_PASSAGE = """(SELECT id FROM passage),
              (SELECT scope FROM annotation_route WHERE context_id = (SELECT id FROM passage))"""

# The same choice without taking it.
_PEEK = """
    WITH eligible AS MATERIALIZED ({eligible}), scored AS MATERIALIZED ({scored})
    SELECT row_id, cell_id, fit, need, age, run, own, guest, NULL, NULL FROM scored
    ORDER BY own DESC, fit * need * age * run DESC, age DESC, row_id LIMIT 1
"""

_FREE_PLACES = """
    SELECT place.id AS row_id, eligible.*, place.ready_at AS since, false AS own
    FROM eligible CROSS JOIN LATERAL (
        SELECT id, ready_at FROM annotation_place
        WHERE cell_id = eligible.cell_id AND NOT taken AND ready_at <= %(visible_from)s
        ORDER BY ready_at, id LIMIT %(depth)s
    ) place
"""

# A reviewer may judge what they neither wrote, edited nor judged in this round. What a copy was handed out in place of
# (controls.py) waits for others for a while.
_NOT_MINE = """
    item.author_id IS DISTINCT FROM %(person)s AND NOT item.is_control
    AND NOT EXISTS (SELECT FROM annotation_look look
                    WHERE look.displaced_id = item.id AND look.person_id = %(person)s AND look.moves_on_at > %(now)s)
    AND NOT EXISTS (SELECT FROM annotation_review review
                    WHERE review.item_id = item.id AND review.round = item.round AND review.reviewer_id = %(person)s)
    AND NOT EXISTS (SELECT FROM annotation_approval approval
                    WHERE approval.item_id = item.id AND approval.round = item.round
                      AND approval.person_id = %(person)s)
"""

_IN_REVIEW = f"""
    SELECT item.id AS row_id, eligible.*, item.state_since AS since, false AS own
    FROM eligible CROSS JOIN LATERAL (
        SELECT id, state_since FROM annotation_item item
        WHERE cell_id = eligible.cell_id AND state = 'in_review' AND NOT leased
          AND (reserved_for_id IS NULL OR reserved_until < %(now)s) AND {_NOT_MINE}
        ORDER BY state_since, id LIMIT %(depth)s
    ) item
    UNION ALL
    SELECT item.id, eligible.*, item.state_since, true
    FROM annotation_item item JOIN eligible ON eligible.cell_id = item.cell_id
    WHERE item.reserved_for_id = %(person)s AND item.state = 'in_review' AND NOT item.leased AND {_NOT_MINE}
"""  # noqa: S608  (both parts are constants of this module)

_IN_EDITING = """
    SELECT item.id AS row_id, eligible.*, item.state_since AS since, false AS own
    FROM annotation_item item JOIN eligible ON eligible.cell_id = item.cell_id
    WHERE item.project_id = %(project)s AND item.state = 'in_editing' AND NOT item.leased
      AND NOT item.is_control
      AND item.author_id IS DISTINCT FROM %(person)s
"""

# A dispute is settled by someone who was neither author nor reviewer, nor gave the item up; an appeal by nobody who
# opened it for the author or settled the item before.
_DISPUTED = """
    SELECT item.id AS row_id, eligible.*, item.state_since AS since, false AS own
    FROM annotation_item item JOIN eligible ON eligible.cell_id = item.cell_id
    WHERE item.project_id = %(project)s AND item.state = 'disputed' AND NOT item.leased
      AND NOT item.is_control
      AND item.author_id IS DISTINCT FROM %(person)s
      AND NOT EXISTS (SELECT FROM annotation_review review
                      WHERE review.item_id = item.id AND review.reviewer_id = %(person)s)
      AND NOT EXISTS (SELECT FROM annotation_itemevent event
                      WHERE event.item_id = item.id AND event.action = 'give_up' AND event.by_id = %(person)s)
      AND NOT (item.appealed AND (
          EXISTS (SELECT FROM annotation_itemevent event WHERE event.item_id = item.id
                  AND event.action = 'appeal_for_author' AND event.by_id = %(person)s)
          OR EXISTS (SELECT FROM annotation_adjudication settled
                     WHERE settled.item_id = item.id AND settled.by_id = %(person)s)))
"""
_OVERDUE_FIRST = """(SELECT appeal.due_at < %(now)s FROM annotation_appeal appeal
                     WHERE appeal.item_id = target.id AND appeal.ending = '') IS TRUE DESC, """


def _statement(
    found: str, *, table: str, still_open: str, mark: str, order: str = "", eligible: str = _ELIGIBLE,
    beside: str = "", unless: str = "", context: str = "NULL, NULL",
) -> str:  # fmt: skip
    return _PICK.format(
        eligible=eligible,
        scored=_SCORED.format(found=found),
        table=table,
        still_open=still_open,
        mark=mark,
        order=order,
        beside=beside,
        unless=unless,
        context=context,
    )


def _of_items(found: str, state: str, order: str = "") -> str:
    still_open = f"target.state = '{state}' AND NOT target.leased"
    return _statement(found, table="annotation_item", still_open=still_open, mark="leased = true", order=order)


_STATEMENTS: dict[Stage, str] = {
    Stage.WRITING: _statement(
        _FREE_PLACES,
        table="annotation_place",
        still_open="NOT target.taken",
        mark="taken = true",
        beside=_WAITING_CONTEXT,
        context=_PASSAGE,
    ),
    Stage.REVIEW: _of_items(_IN_REVIEW, "in_review"),
    Stage.EDITING: _of_items(_IN_EDITING, "in_editing", "target.attention DESC, "),
    Stage.ADJUDICATION: _of_items(_DISPUTED, "disputed", _OVERDUE_FIRST),
}

_ROUTED_WRITING = _statement(
    _FREE_PLACES,
    table="annotation_place",
    still_open="NOT target.taken",
    mark="taken = true",
    eligible=_MAY_WRITE,
    beside=_ROUTED_CONTEXT,
    unless=_NO_GUEST_WITHOUT_PASSAGE,
    context=_PASSAGE,
)

_NEXT_PLACE = _PEEK.format(eligible=_ELIGIBLE, scored=_SCORED.format(found=_FREE_PLACES))
_ROUTED_NEXT_PLACE = _PEEK.format(eligible=_MAY_WRITE, scored=_SCORED.format(found=_FREE_PLACES))


def pick(person: User, project: Project, stage: Stage, now: datetime) -> Pick | None:
    """Marks the best match as taken and returns it; None when there is nothing for this person now."""
    terms, weight = _terms(person, project, stage, now)
    is_routed = stage == Stage.WRITING and terms["sent_cells"]
    for depth in DEPTHS:
        row = fetch_row(_ROUTED_WRITING if is_routed else _STATEMENTS[stage], {**terms, "depth": depth})
        if row:
            return _pick_of(row, weight)
    return None


def peek(person: User, project: Project, now: datetime) -> Pick | None:
    """The place to write in that `pick` would take now; nothing is locked or changed."""
    terms, weight = _terms(person, project, Stage.WRITING, now)
    row = fetch_row(_ROUTED_NEXT_PLACE if terms["sent_cells"] else _NEXT_PLACE, {**terms, "depth": 1})
    return _pick_of(row, weight) if row else None


def _terms(person: User, project: Project, stage: Stage, now: datetime) -> tuple[dict[str, Any], float]:
    """What a statement is asked with, and the person's standing weight, which counts for writing only."""
    known = _known_of_cells(project)
    recorded, latest = _history(person, project, stage)
    weight = recorded if stage == Stage.WRITING else 1.0
    terms = {
        "person": person.pk,
        "project": project.pk,
        "now": now,
        "visible_from": now - VISIBILITY_DELAY * (1 - weight),
        **_current_run(latest, project),
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


_HISTORY = """
    SELECT coalesce((SELECT weight FROM experts_standing WHERE user_id = %(person)s AND project_id = %(project)s), 1),
           ARRAY(SELECT ARRAY[item.cell_id, item.project_id]
                 FROM (SELECT id, item_id FROM annotation_assignment
                       WHERE person_id = %(person)s AND stage = %(stage)s ORDER BY id DESC LIMIT %(run_length)s) latest
                 JOIN annotation_item item ON item.id = latest.item_id ORDER BY latest.id DESC)
"""


def _history(person: User, project: Project, stage: Stage) -> tuple[float, list[tuple[int, int]]]:
    """Standing weight, and (cell, project) of the latest assignments, newest first."""
    terms = {"person": person.pk, "project": project.pk, "stage": stage, "run_length": RUN_LENGTH}
    row = fetch_row(_HISTORY, terms)
    assert row is not None, "a SELECT without FROM gives one row"
    return row[0], [(cell, of) for cell, of in row[1]]


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
