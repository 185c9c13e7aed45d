"""A body of texts in memory, for texts that are judged from a file without being stored, and for measuring."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from qa.checks.base import Subject
from qa.engines.embeddings import Embedders, Vectors, label_of
from qa.vectors.corpus import (
    Copy,
    Entry,
    Neighbour,
    Neighbourhood,
    Question,
    Wording,
    nearest_copies,
    wording_of,
)
from qa.vectors.signatures import bands_of, resemblance


class MemoryCorpus:
    """Holds texts of one collection that share one embedder. Shapes: prompts and contexts (n, d)."""

    def __init__(self, entries: Sequence[Entry], embedders: Embedders) -> None:
        self._entries = list(entries)
        embedder = embedders.of(entries[0].language if entries else "")
        self._embedder = label_of(embedder)
        self._prompts = embedder.embed([entry.prompt for entry in entries])
        self._has_context = np.array([bool(entry.context.strip()) for entry in entries], dtype=bool)
        self._contexts = np.zeros_like(self._prompts)
        if self._has_context.any():
            passages = [entry.context for entry in entries if entry.context.strip()]
            self._contexts[self._has_context] = embedder.embed(passages)
        self._keys = np.array([entry.key for entry in entries], dtype=str)
        self._groups = np.array([entry.group for entry in entries], dtype=str)
        self._wordings = [wording_of(entry.prompt, entry.context) for entry in entries]
        self._banded: dict[int, list[int]] = defaultdict(list)
        for place, wording in enumerate(self._wordings):
            for band in bands_of(wording.prompt, ""):
                self._banded[band].append(place)

    def copies(self, subject: Subject, wording: Wording, limit: int) -> Sequence[Copy]:
        places = {place for band in bands_of(wording.prompt, "") for place in self._banded.get(band, ())}
        found = [self._copy(place, wording) for place in places if self._entries[place].key != subject.key]
        return nearest_copies(found, limit)

    def nearest(self, question: Question, limit: int) -> Neighbourhood:
        if question.embedder != self._embedder or not self._entries:
            return Neighbourhood()
        others = self._keys != question.subject.key
        prompts = self._prompts @ question.prompt
        contexts = None if question.context is None else self._contexts @ question.context
        wanted = others & (self._has_context == (question.context is not None))
        closeness = prompts if contexts is None else np.minimum(prompts, contexts)
        order = np.argsort(-np.where(wanted, closeness, -2))[:limit]
        group = others & (self._groups == question.subject.group)
        return Neighbourhood(
            [self._neighbour(place, prompts, contexts) for place in order if wanted[place]],
            family=int((prompts[group] >= question.family).sum()),
            group_size=int(group.sum()),
        )

    def _neighbour(self, place: int, prompts: Vectors, contexts: Vectors | None) -> Neighbour:
        entry, has_context = self._entries[place], bool(self._has_context[place])
        context = float(contexts[place]) if contexts is not None and has_context else None
        return Neighbour(entry.key, entry.group, entry.prompt, float(prompts[place]), context, has_context)

    def _copy(self, place: int, mine: Wording) -> Copy:
        entry, theirs = self._entries[place], self._wordings[place]
        shared = None if mine.context is None or theirs.context is None else resemblance(mine.context, theirs.context)
        return Copy(
            entry.key,
            entry.group,
            entry.prompt,
            mine.exact == theirs.exact,
            resemblance(mine.prompt, theirs.prompt),
            shared,
            has_context=theirs.context is not None,
        )
