"""Rows into the database by COPY, a batch at a time, each row once.

Imported pairs are born here in bulk as `steps.give_birth` bears one: in the state that workflow.BIRTHS gives, with
event 1, a revision, and a place of their cell.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from annotation.importing.copying import copy_rows, next_ids
from annotation.importing.records import ContextRecord, PairRecord, Passage, RowError
from annotation.models import Context, Guideline, Item, ItemEvent, Project, Revision
from annotation.workflow import BIRTHS, Action
from core.arrays import AnyOf

FULL = "Raise the cell's target, or take the row out; importing the file again adds only what is missing."

# Whoever imports into a project holds this until the transaction ends, so that what is looked up stays true.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('scriptorium import', %s))"

# Free places of several cells at once; those being claimed at this moment are left to their claimers.
TAKE_PLACES = """
WITH free AS (
    SELECT wanted.cell_id, place.id
    FROM unnest(%(cells)s::bigint[], %(counts)s::int[]) AS wanted (cell_id, count)
    CROSS JOIN LATERAL (
        SELECT id FROM annotation_place
        WHERE cell_id = wanted.cell_id AND NOT taken
        ORDER BY ready_at, id LIMIT wanted.count FOR UPDATE SKIP LOCKED
    ) AS place
)
UPDATE annotation_place AS place SET taken = true, ready_at = %(at)s
FROM free WHERE place.id = free.id RETURNING place.cell_id, place.id
"""


@dataclass
class Stored:
    """What became of a batch."""

    added: int = 0
    known: int = 0
    errors: list[RowError] = field(default_factory=list)


def lock_imports(project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [project.pk])


def store_contexts(project: Project, added_by: int, records: Sequence[ContextRecord], at: datetime) -> Stored:
    keys = [(record.cell.pk, record.digest) for record in records]
    waiting = Context.objects.filter(AnyOf("sha256", [key[1] for key in keys]), cell_id__in={key[0] for key in keys})
    known = set(waiting.values_list("cell_id", "sha256"))
    new = _first_of_each(records, keys, known)
    ids = next_ids(Context, len(new))
    rows = [
        (identity, record.cell.pk, *_columns_of(record.passage, record.digest))
        for identity, record in zip(ids, new, strict=True)
    ]
    copy_rows(Context, ("id", "cell_id", *PASSAGE), rows, project_id=project.pk, added_by_id=added_by, created_at=at)
    return Stored(len(new), len(records) - len(new))


PASSAGE = ("text", "title", "url", "author", "licence", "jurisdiction", "retrieved_on", "sha256")


def _columns_of(passage: Passage, digest: str) -> tuple[Any, ...]:
    return (
        passage.text,
        passage.title,
        passage.url,
        passage.author,
        passage.licence,
        passage.jurisdiction,
        passage.retrieved_on,
        digest,
    )


def store_pairs(project: Project, added_by: int, records: Sequence[PairRecord], at: datetime) -> Stored:
    digests = [record.digest for record in records]
    imported = Item.objects.filter(AnyOf("import_hash", digests), project=project)
    new = _first_of_each(records, digests, set(imported.values_list("import_hash", flat=True)))
    stored = Stored(known=len(records) - len(new))
    placed = []
    places = _take_places(new, at)
    for record in new:
        if places[record.cell.pk]:
            placed.append((record, places[record.cell.pk].pop()))
        else:
            stored.errors.append(RowError(record.number, "", f"The cell {record.cell} is full.", FULL))
    _bear(project, added_by, placed, at)
    stored.added = len(placed)
    return stored


def _first_of_each(records: Sequence[Any], keys: Sequence[Any], known: set[Any]) -> list[Any]:
    """Neither what is stored already nor what the file repeats."""
    seen, new = known, []
    for record, key in zip(records, keys, strict=True):
        if key not in seen:
            seen.add(key)
            new.append(record)
    return new


def _take_places(records: Sequence[PairRecord], at: datetime) -> dict[int, list[int]]:
    wanted = Counter(record.cell.pk for record in records)
    found: dict[int, list[int]] = defaultdict(list)
    # Always in the same order, so that two imports wait for each other instead of deadlocking.
    cells = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_PLACES, {"cells": cells, "counts": [wanted[cell] for cell in cells], "at": at})
        for cell_id, place_id in cursor.fetchall():
            found[cell_id].append(place_id)
    return found


def _bear(project: Project, added_by: int, placed: Sequence[tuple[PairRecord, int]], at: datetime) -> None:
    items, revisions = next_ids(Item, len(placed)), next_ids(Revision, len(placed))
    contexts = _store_passages(project, added_by, [record.passage for record, _ in placed], at)
    born = list(zip(items, revisions, contexts, placed, strict=True))
    copy_rows(
        Item,
        ("id", "current_id", "context_id", "cell_id", "place_id", "author_id", "import_hash"),
        [
            (item, revision, context, record.cell.pk, place, record.author_id, record.digest)
            for item, revision, context, (record, place) in born
        ],
        project_id=project.pk,
        state=BIRTHS[Action.IMPORT],
        state_since=at,
        created_at=at,
        event_count=1,
    )
    copy_rows(
        Revision,
        ("id", "item_id", "author_id", "prompt", "completion", "prompt_tokens", "completion_tokens"),
        [
            (revision, item, one.author_id, one.prompt, one.completion, one.prompt_tokens, one.completion_tokens)
            for item, revision, _, (one, _) in born
        ],
        number=1,
        kind=Revision.Kind.IMPORTED,
        guideline_version=_guideline_version(project),
        created_at=at,
    )  # fmt: skip
    copy_rows(
        ItemEvent,
        ("item_id",),
        zip(items, strict=True),
        number=1,
        action=Action.IMPORT,
        target=BIRTHS[Action.IMPORT],
        by_id=added_by,
        at=at,
    )


def _store_passages(
    project: Project, added_by: int, passages: Sequence[Passage | None], at: datetime
) -> list[int | None]:
    """Contexts that came with a pair wait in no cell: they are taken by it."""
    brought = [passage for passage in passages if passage is not None]
    ids = next_ids(Context, len(brought))
    rows = [(identity, *_columns_of(one, one.sha256)) for identity, one in zip(ids, brought, strict=True)]
    copy_rows(Context, ("id", *PASSAGE), rows, project_id=project.pk, added_by_id=added_by, taken=True, created_at=at)
    remaining = iter(ids)
    return [next(remaining) if passage is not None else None for passage in passages]


def _guideline_version(project: Project) -> int:
    return Guideline.objects.filter(project=project).values_list("version", flat=True).first() or 0
