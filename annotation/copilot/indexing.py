"""Keeps the texts that others are compared with: an item's prompt and context are indexed while the item counts.

Call `index` in the ml worker before the checks of its weight run, so that of two people who submit the same at once at
least one is told; `forget` when an item stops counting. `bring_up_to_date` makes good whatever was missed.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from django.db import connection

from annotation.checking import collection_of, subject_of_revision
from annotation.models import Cell, Item
from annotation.workflow import PLACELESS
from qa.engines.embeddings import label_of
from qa.registry import embedders
from qa.vectors import storing
from qa.vectors.corpus import Entry

# Embedded together. In the ml worker somebody typing waits for no more than these: a quarter of a second.
AT_ONCE = 4

# Compared as text: the index knows projects and items by opaque names.
_MISSING = """
    SELECT item.id FROM annotation_item item
    JOIN annotation_revision revision ON revision.id = item.current_id
    JOIN annotation_cell cell ON cell.id = item.cell_id
    LEFT JOIN qa_indexedtext text ON text.collection = %(collection)s AND text.key = item.id::text
    WHERE item.project_id = %(project)s AND NOT item.is_control AND NOT item.state = ANY(%(without)s)
      AND (text.id IS NULL OR text.indexed_at < revision.created_at
           OR text.embedder <> %(embedders)s::jsonb ->> cell.language_id)
    ORDER BY item.id
"""
_NEEDLESS = """
    DELETE FROM qa_indexedtext text WHERE text.collection = %(collection)s AND NOT EXISTS (
        SELECT FROM annotation_item item WHERE item.project_id = %(project)s AND item.id::text = text.key
          AND NOT item.is_control AND NOT item.state = ANY(%(without)s))
"""


def index(items: Sequence[Item]) -> None:
    """Adds or replaces the current texts of those that count. Raises EngineUnavailable."""
    storing.index_batch([_entry(item) for item in items if counts(item)], embedders())


def index_by_id(item_ids: Iterable[int]) -> None:
    index(_with_texts(item_ids))


def forget(item_ids: Collection[int]) -> None:
    """Cheap and without a model: may be called in a stage's own transaction."""
    by_project: dict[int, list[str]] = defaultdict(list)
    for item_id, project_id in Item.objects.filter(pk__in=item_ids).values_list("pk", "project_id"):
        by_project[project_id].append(str(item_id))
    for project_id, keys in by_project.items():
        storing.forget(collection_of(project_id), keys)


def counts(item: Item) -> bool:
    """Control items are in no cell's figures, and what was rejected or set aside may be asked again."""
    return item.current_id is not None and not item.is_control and item.state not in PLACELESS


def bring_up_to_date(
    project_id: int,
    report: Callable[[int], object] = lambda _done: None,
    most: int | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Indexes what is missing or has changed since, `most` of it, and removes what no longer counts; gives how many
    came in. `report` hears the number added so far after each piece, and `may_go_on` is asked before the next one.
    Raises EngineUnavailable."""
    _execute(_NEEDLESS, project_id)
    missing = [row[0] for row in _execute(_MISSING, project_id)][:most]
    done = 0
    while done < len(missing) and (not done or may_go_on()):
        piece = missing[done : done + AT_ONCE]
        index(_with_texts(piece))
        done += len(piece)
        report(done)
    return done


def missing_count(project_id: int) -> int:
    return len(_execute(_MISSING, project_id))


def _execute(statement: str, project_id: int) -> list[tuple[int]]:
    without = [str(state) for state in sorted(PLACELESS)]
    values: dict[str, str | int | list[str]] = {
        "collection": collection_of(project_id),
        "project": project_id,
        "without": without,
        "embedders": json.dumps(_labels(project_id)),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[int]] = cursor.fetchall() if cursor.description else []
    return rows


def _labels(project_id: int) -> dict[str, str]:
    """By language, what its vectors are made by now; those of an earlier model have to be made anew."""
    languages = Cell.objects.filter(project_id=project_id).values_list("language_id", flat=True).distinct()
    return {language: label_of(embedders().of(language)) for language in languages}


def _with_texts(item_ids: Iterable[int]) -> Sequence[Item]:
    return list(Item.objects.filter(pk__in=item_ids).select_related("cell", "project", "context", "current"))


def _entry(item: Item) -> Entry:
    assert item.current is not None
    subject = subject_of_revision(item, item.current)
    return Entry(subject.collection, subject.group, subject.key, subject.language, subject.prompt, subject.context)
