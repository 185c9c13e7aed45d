"""A body of texts in memory, for texts that are judged from a file without being stored, and for measuring."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from qa.checks.base import Subject
from qa.engines.embeddings import Embedder, Embedders, Vectors, label_of
from qa.vectors.corpus import Copy, Entry, Neighbour, Neighbourhood, Question, Wording, nearest_copies, wording_of
from qa.vectors.signatures import bands_of, resemblance


class _Shelf:
    """Texts of one collection that share an embedder, as matrices: prompts and contexts (n, d), contexts zero where
    there is none. Embeds when first asked, all at once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.entries: list[Entry] = []
        self._vectors: tuple[Vectors, Vectors] | None = None

    def nearest(self, question: Question, limit: int) -> Neighbourhood:
        prompts, contexts = (
            vectors @ vector for vectors, vector in zip(self._matrices(), _both(question), strict=True)
        )
        others = np.array([entry.key != question.subject.key for entry in self.entries])
        has_context = np.array([bool(entry.context.strip()) for entry in self.entries])
        wanted = others & (has_context == (question.context is not None))
        closeness = prompts if question.context is None else np.minimum(prompts, contexts)
        order = np.argsort(-np.where(wanted, closeness, -2), kind="stable")[:limit]
        group = others & np.array([entry.group == question.subject.group for entry in self.entries])
        return Neighbourhood(
            [
                _neighbour(self.entries[at], prompts[at], None if question.context is None else contexts[at])
                for at in order
                if wanted[at]
            ],
            family=int((prompts[group] >= question.family).sum()),
            group_size=int(group.sum()),
        )

    def _matrices(self) -> tuple[Vectors, Vectors]:
        if self._vectors is None:
            prompts = self._embedder.embed([entry.prompt for entry in self.entries])
            contexts = np.zeros_like(prompts)
            with_context = [at for at, entry in enumerate(self.entries) if entry.context.strip()]
            if with_context:
                contexts[with_context] = self._embedder.embed([self.entries[at].context for at in with_context])
            self._vectors = prompts, contexts
        return self._vectors


def _both(question: Question) -> tuple[Vectors, Vectors]:
    nothing = np.zeros_like(question.prompt)
    return question.prompt, nothing if question.context is None else question.context


def _neighbour(entry: Entry, prompt: float, context: float | None) -> Neighbour:
    shared = None if context is None else float(context)
    return Neighbour(entry.key, entry.group, entry.prompt, float(prompt), shared, bool(entry.context.strip()))


class MemoryCorpus:
    def __init__(self, entries: Sequence[Entry], embedders: Embedders) -> None:
        self._shelves: dict[tuple[str, str], _Shelf] = {}
        self._wordings = [wording_of(entry.prompt, entry.context) for entry in entries]
        self._entries = list(entries)
        self._banded: dict[int, list[int]] = defaultdict(list)
        for place, (entry, wording) in enumerate(zip(entries, self._wordings, strict=True)):
            embedder = embedders.of(entry.language)
            self._shelves.setdefault((entry.collection, label_of(embedder)), _Shelf(embedder)).entries.append(entry)
            for band in bands_of(wording.prompt, entry.collection):
                self._banded[band].append(place)

    def nearest(self, question: Question, limit: int) -> Neighbourhood:
        shelf = self._shelves.get((question.subject.collection, question.embedder))
        return shelf.nearest(question, limit) if shelf else Neighbourhood()

    def copies(self, subject: Subject, wording: Wording, limit: int) -> Sequence[Copy]:
        bands = bands_of(wording.prompt, subject.collection)
        places = sorted({place for band in bands for place in self._banded.get(band, ())})
        found = [self._copy(place, wording) for place in places if self._entries[place].key != subject.key]
        return nearest_copies(found, limit)

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
