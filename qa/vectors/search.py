"""Exact search within one collection in PostgreSQL: no approximate index, which loses neighbours when filtered."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection
from pgvector import HalfVector

from qa.checks.base import Subject
from qa.vectors.corpus import Copy, Neighbour, Neighbourhood, Question, Wording, nearest_copies
from qa.vectors.signatures import Signature, bands_of, from_bytes, resemblance

# Nearest by what both have to share: a general instruction has many twins, but few over the same context. Texts where
# only one side has a context come last.
NEAREST = """
WITH seen AS MATERIALIZED (
    SELECT id, "group", 1 - (prompt_vector <=> %(prompt)s::halfvec) AS prompt,
           1 - (context_vector <=> %(context)s::halfvec) AS context,
           context_vector IS NOT NULL AS has_context
    FROM qa_indexedtext
    WHERE collection = %(collection)s AND embedder = %(embedder)s AND key <> %(key)s
), crowd AS (
    SELECT count(*) FILTER (WHERE prompt >= %(family)s) AS family, count(*) AS group_size
    FROM seen WHERE "group" = %(group)s
)
SELECT text.key, seen."group", text.prompt, seen.prompt, seen.context, seen.has_context, crowd.family, crowd.group_size
FROM crowd LEFT JOIN LATERAL (
    SELECT * FROM seen
    ORDER BY has_context = %(has_context)s DESC, LEAST(prompt, COALESCE(context, prompt)) DESC LIMIT %(limit)s
) seen ON true LEFT JOIN qa_indexedtext text ON text.id = seen.id
"""

COPIES = """
SELECT key, "group", prompt, exact_hash = %(exact)s, prompt_signature, context_signature FROM qa_indexedtext
WHERE collection = %(collection)s AND key <> %(key)s AND (exact_hash = %(exact)s OR bands && %(bands)s::bigint[])
ORDER BY exact_hash = %(exact)s DESC, id LIMIT %(candidates)s
"""
# A general instruction may have hundreds of twins over other contexts; all of them are looked at.
CANDIDATES = 2000


class PostgresCorpus:
    def nearest(self, question: Question, limit: int) -> Neighbourhood:
        subject = question.subject
        values = {
            "prompt": HalfVector(question.prompt).to_text(),
            "context": None if question.context is None else HalfVector(question.context).to_text(),
            "has_context": question.context is not None,
            "collection": subject.collection,
            "group": subject.group,
            "key": subject.key,
            "embedder": question.embedder,
            "family": question.family,
            "limit": limit,
        }
        rows = _fetch(NEAREST, values)
        found = [Neighbour(*row[:6]) for row in rows if row[0] is not None]
        return Neighbourhood(found, family=rows[0][6], group_size=rows[0][7])

    def copies(self, subject: Subject, wording: Wording, limit: int) -> Sequence[Copy]:
        values = {
            "exact": uuid.UUID(bytes=wording.exact),
            "bands": bands_of(wording.prompt, subject.collection),
            "collection": subject.collection,
            "key": subject.key,
            "candidates": CANDIDATES,
        }
        found = [_copy(row, wording) for row in _fetch(COPIES, values)]
        return nearest_copies(found, limit)


def _copy(row: tuple[Any, ...], wording: Wording) -> Copy:
    key, group, text, is_exact, prompt, context = row
    return Copy(
        key, group, text, is_exact, resemblance(wording.prompt, from_bytes(prompt)), _shared(wording.context, context),
        has_context=context is not None,
    )  # fmt: skip


def _shared(mine: Signature | None, theirs: bytes | None) -> float | None:
    return None if mine is None or theirs is None else resemblance(mine, from_bytes(theirs))


def _fetch(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
