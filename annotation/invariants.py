"""DESIGN §4 “Always true” over the whole database: each rule is a query for the rows that break it.

Set-based, so that 100,000 items take seconds: after a rehearsal, after a restore, or whenever somebody doubts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from annotation import checking
from annotation.models import Item
from annotation.workflow import BIRTHS, PLACELESS, STAGE_STATE, STEPS, Action, State
from experts.models import Outcome
from qa import policy, storing
from qa.checks.base import Subject
from qa.keys import key_of, text_hash
from qa.models import CheckRun
from qa.registry import checks

Row = tuple[Any, ...]

BATCH = 2000


@dataclass(frozen=True)
class Invariant:
    """`rule` is the sentence that holds; `broken` gives the rows that break it, the item's (or cell's) id first."""

    rule: str
    broken: Callable[[], list[Row]]


@dataclass(frozen=True)
class Found:
    rule: str
    rows: list[Row]

    @property
    def holds(self) -> bool:
        return not self.rows


def check_all() -> list[Found]:
    return [Found(one.rule, one.broken()) for one in INVARIANTS]


def violations() -> dict[str, list[Row]]:
    return {found.rule: found.rows for found in check_all() if not found.holds}


def _sql(rule: str, query: str) -> Invariant:
    def broken() -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows: list[Row] = cursor.fetchall()
        return rows

    return Invariant(rule, broken)


def _list(values: Sequence[str] | frozenset[State]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "VALUES " + ", ".join(f"({', '.join(row)})" for row in rows)


_STEPS = _table(
    [[f"'{step.source}'", f"'{step.action}'", f"'{step.target}'", str(step.by_system).lower()] for step in STEPS]
)
_BIRTHS = _table([[f"'{action}'", f"'{state}'"] for action, state in BIRTHS.items()])
_STAGES = _table([[f"'{stage}'", f"'{state}'"] for stage, state in STAGE_STATE.items()])

# Which judgement of its author's work a step is.
OUTCOMES: dict[Action, tuple[Outcome.Kind, ...]] = {
    Action.ACCEPT: (Outcome.Kind.ACCEPTED, Outcome.Kind.EDITED),
    Action.KEEP: (Outcome.Kind.ACCEPTED, Outcome.Kind.EDITED),
    Action.CLEAR: (Outcome.Kind.EDITED,),
    Action.RETURN: (Outcome.Kind.RETURNED,),
    Action.REJECT: (Outcome.Kind.REJECTED,),
    Action.GIVE_UP: (Outcome.Kind.REJECTED,),
    Action.ADJUDICATE_ACCEPT: (Outcome.Kind.ACCEPTED,),
    Action.ADJUDICATE_REJECT: (Outcome.Kind.REJECTED,),
}
_OUTCOMES = _table([[f"'{action}'", f"'{kind}'"] for action, kinds in OUTCOMES.items() for kind in kinds])

_HISTORY = [
    _sql(
        "Events are numbered from 1 without gaps, as many as the item counts",
        """
        SELECT item.id, item.event_count, event.count FROM annotation_item item
        LEFT JOIN (SELECT item_id, count(*), min(number) AS first, max(number) AS last
                   FROM annotation_itemevent GROUP BY item_id) event ON event.item_id = item.id
        WHERE event.count IS DISTINCT FROM item.event_count OR event.first <> 1 OR event.last <> event.count
        """,
    ),
    _sql(
        "An item is born by a claim or an import, in the state that goes with it",
        f"""
        SELECT event.item_id, event.action, event.target FROM annotation_itemevent event
        WHERE event.number = 1 AND (event.source <> '' OR (event.action, event.target) NOT IN ({_BIRTHS}))
        """,  # noqa: S608
    ),
    _sql(
        "Events form a path of the workflow table, taken by a person or the system as it says",
        f"""
        WITH step (source, action, target, by_system) AS ({_STEPS}),
        event AS (SELECT *, lag(target) OVER (PARTITION BY item_id ORDER BY number) AS before
                  FROM annotation_itemevent)
        SELECT event.item_id, event.number, event.source, event.action, event.target
        FROM event LEFT JOIN step USING (source, action, target)
        WHERE event.number > 1 AND (step.by_system IS NULL OR event.source IS DISTINCT FROM event.before
                                    OR step.by_system <> (event.by_id IS NULL))
        """,  # noqa: S608
    ),
    _sql(
        "An item is in the state of its last event, since that event",
        """
        SELECT item.id, item.state, event.target FROM annotation_item item
        JOIN annotation_itemevent event ON event.item_id = item.id AND event.number = item.event_count
        WHERE event.target <> item.state OR event.at <> item.state_since
        """,
    ),
    # What is older than its project was brought along from elsewhere and has no items here.
    _sql(
        "Every judgement of an author's work is one outcome, and every outcome one judgement",
        f"""
        WITH meaning (action, kind) AS ({_OUTCOMES}),
        judgement AS (SELECT event.* FROM annotation_itemevent event JOIN annotation_item item ON item.id = item_id
                      WHERE action IN (SELECT action FROM meaning) AND author_id IS NOT NULL AND NOT is_control)
        SELECT coalesce(judgement.item_id, outcome.item_id), judgement.action, outcome.kind
        FROM judgement FULL JOIN (
            SELECT credited.* FROM experts_outcome credited
            LEFT JOIN annotation_project project ON project.id = credited.project_id
            LEFT JOIN annotation_item item ON item.id = credited.item_id
            WHERE item.id IS NOT NULL OR project.id IS NULL OR credited.at >= project.created_at) outcome
          ON outcome.item_id = judgement.item_id AND outcome.at = judgement.at
        WHERE (judgement.action, outcome.kind) IS NULL OR outcome.kind IS NULL OR judgement.action IS NULL
           OR (judgement.action, outcome.kind) NOT IN (SELECT action, kind FROM meaning)
        """,  # noqa: S608
    ),
    _sql(
        "Outcomes are credited to the item's author",
        """
        SELECT outcome.item_id, outcome.user_id, item.author_id FROM experts_outcome outcome
        JOIN annotation_item item ON item.id = outcome.item_id
        WHERE item.author_id IS DISTINCT FROM outcome.user_id
        """,
    ),
]

_PEOPLE = [
    _sql(
        "One live assignment per item, and the item knows it is leased",
        """
        SELECT item.id, item.leased, live.count FROM annotation_item item
        LEFT JOIN (SELECT item_id, count(*) FROM annotation_assignment WHERE ended_at IS NULL GROUP BY item_id) live
          ON live.item_id = item.id
        WHERE coalesce(live.count, 0) <> item.leased::int
        """,
    ),
    _sql(
        "A live assignment is at the stage the item is in",
        f"""
        WITH stage (stage, state) AS ({_STAGES})
        SELECT item.id, item.state, assignment.stage FROM annotation_assignment assignment
        JOIN annotation_item item ON item.id = assignment.item_id JOIN stage USING (stage)
        WHERE assignment.ended_at IS NULL AND stage.state <> item.state
        """,  # noqa: S608
    ),
    _sql(
        "Only the author writes; nobody reviews, approves, edits or settles what they wrote",
        """
        SELECT item.id, judged.what, judged.person_id FROM annotation_item item JOIN (
            SELECT item_id, reviewer_id AS person_id, 'review' AS what FROM annotation_review
            UNION ALL SELECT item_id, person_id, 'approval' FROM annotation_approval
            UNION ALL SELECT item_id, by_id, 'adjudication' FROM annotation_adjudication
            UNION ALL SELECT item_id, author_id, 'edit' FROM annotation_revision WHERE kind = 'edited'
            UNION ALL SELECT item_id, person_id, stage FROM annotation_assignment WHERE stage <> 'writing'
        ) judged ON judged.item_id = item.id AND judged.person_id = item.author_id
        UNION ALL
        SELECT item.id, 'written by somebody else', revision.author_id FROM annotation_revision revision
        JOIN annotation_item item ON item.id = revision.item_id
        WHERE revision.kind = 'written' AND revision.author_id IS DISTINCT FROM item.author_id
        """,
    ),
    _sql(
        "Nobody judges an item twice in a round",
        """
        SELECT item_id, round, reviewer_id FROM annotation_review
        GROUP BY item_id, round, reviewer_id HAVING count(*) > 1
        UNION ALL
        SELECT review.item_id, review.round, review.reviewer_id FROM annotation_review review
        JOIN annotation_adjudication settled ON settled.item_id = review.item_id AND settled.by_id = review.reviewer_id
         AND settled.created_at >= review.created_at
        """,
    ),
    _sql(
        "Accepted means: approved in its round by as many people as the project asks, at least two, not its author",
        """
        SELECT item.id, count(DISTINCT approval.person_id) FROM annotation_item item
        JOIN annotation_project project ON project.id = item.project_id
        LEFT JOIN annotation_approval approval ON approval.item_id = item.id AND approval.round = item.round
         AND approval.person_id IS DISTINCT FROM item.author_id
        WHERE item.state = 'accepted' AND NOT item.is_control
        GROUP BY item.id HAVING count(DISTINCT approval.person_id) < 2
        """,
    ),
    _sql(
        "An edit that changes the meaning of an accepted item is approved by somebody besides its editor",
        """
        SELECT item.id, edit.id FROM annotation_item item
        JOIN annotation_revision edit ON edit.item_id = item.id AND edit.meaning_changed
        WHERE item.state = 'accepted' AND NOT item.is_control AND NOT EXISTS (
            SELECT FROM annotation_approval approval JOIN annotation_revision seen ON seen.id = approval.revision_id
            WHERE approval.item_id = item.id AND approval.round = item.round AND seen.number >= edit.number
              AND approval.person_id <> edit.author_id)
        """,
    ),
]

_TEXTS = [
    _sql(
        "Revisions are numbered from 1 without gaps, and the last one is the current text",
        """
        SELECT item.id, revision.last, revision.count FROM annotation_item item
        LEFT JOIN (SELECT item_id, count(*), max(number) AS last FROM annotation_revision GROUP BY item_id) revision
          ON revision.item_id = item.id
        LEFT JOIN annotation_revision current ON current.id = item.current_id
        WHERE revision.last <> revision.count OR current.item_id <> item.id
           OR current.number IS DISTINCT FROM revision.last
        """,
    ),
    _sql(
        "Reviews, approvals, remarks, hunks and settlements belong to a revision of their own item",
        """
        SELECT judged.item_id, judged.what, judged.revision_id FROM (
            SELECT item_id, revision_id, 'review' AS what FROM annotation_review
            UNION ALL SELECT item_id, revision_id, 'approval' FROM annotation_approval
            UNION ALL SELECT item_id, revision_id, 'remark' FROM annotation_comment
            UNION ALL SELECT item_id, revision_id, 'hunk' FROM annotation_edithunk
            UNION ALL SELECT item_id, revision_id, 'settlement' FROM annotation_adjudication
        ) judged JOIN annotation_revision revision ON revision.id = judged.revision_id
        WHERE revision.item_id <> judged.item_id
        """,
    ),
    _sql(
        "A draft belongs to somebody who was handed the item, and is newer than what they have handed in",
        """
        SELECT draft.item_id, draft.person_id, draft.saved_at FROM annotation_draft draft
        LEFT JOIN (SELECT item_id, author_id, max(created_at) AS at FROM annotation_revision
                   GROUP BY item_id, author_id) handed_in
          ON handed_in.item_id = draft.item_id AND handed_in.author_id = draft.person_id
        WHERE draft.saved_at < handed_in.at
           OR NOT EXISTS (SELECT FROM annotation_assignment work
                          WHERE work.item_id = draft.item_id AND work.person_id = draft.person_id
                            AND work.stage IN ('writing', 'editing'))
        """,
    ),
    _sql(
        "A saved draft has a version, and text counts as saved only with one",
        """
        SELECT item_id, person_id, version FROM annotation_draft
        WHERE version = 0 AND (prompt <> '' OR completion <> '' OR own_context <> '{}')
        """,
    ),
]

_PLACES = [
    _sql(
        "A place is taken exactly while one item of its cell holds it",
        """
        SELECT place.cell_id, place.id, place.taken, item.id FROM annotation_place place
        LEFT JOIN annotation_item item ON item.place_id = place.id
        WHERE place.taken <> (item.id IS NOT NULL) OR item.cell_id <> place.cell_id
        """,
    ),
    _sql(
        "A cell has as many regular places as its target",
        """
        SELECT cell.id, cell.target, count(place.id) FROM annotation_cell cell
        LEFT JOIN annotation_place place ON place.cell_id = cell.id AND NOT place.extra
        GROUP BY cell.id HAVING count(place.id) <> cell.target
        """,
    ),
    _sql(
        "A cell holds no more than its target, save for items that came back into a full cell",
        f"""
        SELECT cell.id, cell.target, held.count FROM annotation_cell cell
        JOIN (SELECT cell_id, count(*) FROM annotation_item
              WHERE NOT is_control AND state NOT IN ({_list(PLACELESS)}) GROUP BY cell_id) held
          ON held.cell_id = cell.id
        LEFT JOIN (SELECT cell_id, count(*) FROM annotation_place WHERE extra GROUP BY cell_id) extra
          ON extra.cell_id = cell.id
        WHERE held.count > cell.target + coalesce(extra.count, 0)
        """,  # noqa: S608
    ),
    _sql(
        "A cell that holds more than its target serves nothing new",
        """
        SELECT extra.cell_id, extra.id FROM annotation_place extra
        WHERE extra.extra AND (NOT extra.taken OR EXISTS (
            SELECT FROM annotation_place free WHERE free.cell_id = extra.cell_id AND NOT free.taken AND NOT free.extra))
        """,
    ),
    _sql(
        "Control items hold no place",
        "SELECT id, place_id FROM annotation_item WHERE is_control AND place_id IS NOT NULL",
    ),
]


def _unchecked() -> list[Row]:
    """Settings may have changed since: any result for this very text counts, unavailable ones too."""
    rows: list[Row] = []
    for batch in _checked_items():
        known = set(CheckRun.objects.filter(text_hash__in=batch).values_list("text_hash", "check_name"))
        for digest, items in batch.items():
            for item in items:
                missing = [check.name for check in checking.checks_for(item) if (digest, check.name) not in known]
                if missing:
                    rows.append((item.pk, ", ".join(missing)))
    return rows


def _with_must() -> list[Row]:
    """A result counts under the check's present version and settings: others are not about the text as it stands.
    What the project has made a `must` only since, or no longer counts as one, is not held against an item."""
    rows: list[Row] = []
    for batch in _checked_items():
        found = list(CheckRun.objects.filter(text_hash__in=batch, findings__contains=[{"severity": "must"}]))
        for result in found:
            rows += [(item.pk, result.check_name) for item in batch[result.text_hash] if _is_held_against(result, item)]
    return rows


def _is_held_against(result: CheckRun, item: Item) -> bool:
    assert item.current is not None
    check = checks().get(result.check_name)
    subject = _subject(item)
    if check is None or key_of(check, subject, item.current.guideline_version) != storing.key_in(result):
        return False
    return bool(policy.blocking(checking.findings_of([result], item.project)))


def _checked_items() -> Iterator[dict[UUID, list[Item]]]:
    """Items that have passed the checks, by the hash of their texts, a batch at a time."""
    items = Item.objects.filter(state__in=[State.IN_REVIEW, State.ACCEPTED], current__isnull=False, is_control=False)
    items = items.select_related("cell", "project", "context", "current").order_by("pk")
    rows = items.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        by_hash: dict[UUID, list[Item]] = {}
        for item in batch:
            by_hash.setdefault(text_hash(_subject(item)), []).append(item)
        yield by_hash


def _subject(item: Item) -> Subject:
    assert item.current is not None
    return checking.subject_of_revision(item, item.current)


_CHECKS = [
    Invariant("Every check has run, or is recorded as unavailable, on a text under review or accepted", _unchecked),
    Invariant("No text under review or accepted has a finding that must be mended", _with_must),
]

INVARIANTS: tuple[Invariant, ...] = (*_HISTORY, *_PEOPLE, *_TEXTS, *_PLACES, *_CHECKS)
