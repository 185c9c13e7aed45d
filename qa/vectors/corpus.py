"""What a check asks of a body of texts, and what it hears. PostgreSQL answers (search.py), or memory (memory.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa.checks.base import Subject
from qa.engines.embeddings import Vectors
from qa.vectors.signatures import Signature, exact_hash, signature_of


@dataclass(frozen=True)
class Entry:
    """A text as it is kept: `key` is its own opaque name, `group` its part of the collection."""

    collection: str
    group: str
    key: str
    language: str
    prompt: str
    context: str = ""


@dataclass(frozen=True)
class Neighbour:
    """Another text of the collection. Similarities are cosines, -1 to 1; `context` is None unless both have one."""

    key: str
    group: str
    text: str
    prompt: float
    context: float | None
    has_context: bool


@dataclass(frozen=True)
class Copy:
    """A text that shares wording with the subject. Resemblances are estimated Jaccard indexes, 0 to 1."""

    key: str
    group: str
    text: str
    is_exact: bool
    prompt: float
    context: float | None
    has_context: bool

    @property
    def least(self) -> float:
        """What prompt and context share at least."""
        return self.prompt if self.context is None else min(self.prompt, self.context)


@dataclass(frozen=True)
class Neighbourhood:
    """The nearest texts, nearest first; how many prompts of the subject's own group are of its family, of how many."""

    nearest: Sequence[Neighbour] = ()
    family: int = 0
    group_size: int = 0


@dataclass(frozen=True)
class Question:
    """A subject as the corpus compares it. Vectors have the shape (dimensions,); prompts with at least the cosine
    `family` share a template or a topic."""

    subject: Subject
    embedder: str
    prompt: Vectors
    context: Vectors | None
    family: float = 0.75


@dataclass(frozen=True)
class Wording:
    """The signatures of a text; no context, none for it."""

    exact: bytes
    prompt: Signature = field(repr=False)
    context: Signature | None = field(repr=False)


def wording_of(prompt: str, context: str) -> Wording:
    return Wording(
        exact_hash(prompt, context), signature_of(prompt), signature_of(context) if context.strip() else None
    )


def nearest_copies(copies: Sequence[Copy], limit: int) -> list[Copy]:
    return sorted(copies, key=lambda copy: (not copy.is_exact, -copy.least))[:limit]


class Corpus(Protocol):
    """Both answers leave out the text with the subject's own key."""

    def copies(self, subject: Subject, wording: Wording, limit: int) -> Sequence[Copy]: ...

    def nearest(self, question: Question, limit: int) -> Neighbourhood: ...
