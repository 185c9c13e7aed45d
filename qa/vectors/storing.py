"""Texts into the index and out of it. Embeds in batches; safe to repeat."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils import timezone

from qa.engines.embeddings import Embedder, Embedders, Vectors, label_of
from qa.vectors.corpus import Entry, wording_of
from qa.vectors.models import IndexedText
from qa.vectors.signatures import bands_of, to_bytes

BATCH = 64
REPLACED = [
    "group", "language", "prompt", "exact_hash", "embedder", "prompt_vector", "context_vector",
    "prompt_signature", "context_signature", "bands", "indexed_at",
]  # fmt: skip


def index_batch(entries: Iterable[Entry], embedders: Embedders) -> int:
    """Adds or replaces; gives how many. Raises EngineUnavailable, having stored whole batches only."""
    stored = 0
    everything = list(entries)
    for start in range(0, len(everything), BATCH):
        batch = everything[start : start + BATCH]
        rows = [row for embedder, group in _by_embedder(batch, embedders) for row in _rows(group, embedder)]
        # Always in the same order, so that two writers of the same keys wait for each other instead of deadlocking.
        rows.sort(key=lambda row: (row.collection, row.key))
        IndexedText.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["collection", "key"], update_fields=REPLACED
        )
        stored += len(rows)
    return stored


def forget(collection: str, keys: Collection[str]) -> None:
    IndexedText.objects.filter(collection=collection, key__in=keys).delete()


def _by_embedder(entries: Sequence[Entry], embedders: Embedders) -> list[tuple[Embedder, list[Entry]]]:
    groups: dict[str, tuple[Embedder, list[Entry]]] = {}
    for entry in {(entry.collection, entry.key): entry for entry in entries}.values():
        embedder = embedders.of(entry.language)
        groups.setdefault(label_of(embedder), (embedder, []))[1].append(entry)
    return list(groups.values())


def _rows(entries: Sequence[Entry], embedder: Embedder) -> list[IndexedText]:
    with_context = [entry for entry in entries if entry.context.strip()]
    vectors = embedder.embed([entry.prompt for entry in entries] + [entry.context for entry in with_context])
    contexts = {id(entry): vector for entry, vector in zip(with_context, vectors[len(entries) :], strict=True)}
    now, label = timezone.now(), label_of(embedder)
    return [
        _row(entry, label, vector, contexts.get(id(entry)), now)
        for entry, vector in zip(entries, vectors[: len(entries)], strict=True)
    ]


def _row(entry: Entry, label: str, prompt: Vectors, context: Vectors | None, now: datetime) -> IndexedText:
    wording = wording_of(entry.prompt, entry.context)
    return IndexedText(
        collection=entry.collection,
        group=entry.group,
        key=entry.key,
        language=entry.language,
        prompt=entry.prompt,
        exact_hash=uuid.UUID(bytes=wording.exact),
        embedder=label,
        prompt_vector=prompt,
        context_vector=context,
        prompt_signature=to_bytes(wording.prompt),
        context_signature=None if wording.context is None else to_bytes(wording.context),
        bands=bands_of(wording.prompt, entry.collection),
        indexed_at=now,
    )
