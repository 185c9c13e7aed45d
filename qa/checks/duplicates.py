"""Finds prompts the project has already, and completions copied out of their context. docs/duplicates.md has figures.

Two texts are the same task only if prompt **and** context are: a general instruction ("Extract all names") may come
again over another passage, and a passage may be asked several things.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.checks.base import Check, Field, Finding, Severity, Subject, excerpt_of
from qa.copying import Copying, Run, copying
from qa.engines.embeddings import Embedder, Embedders, NgramEncoder, label_of
from qa.vectors.corpus import Copy, Corpus, Neighbour, Neighbourhood, Question, wording_of
from qa.vectors.wording import Difference, difference

NAME = "duplicates"
VERSION = 1
NEIGHBOURS = 5
# The share of five-word shingles from which two texts are one with slips of the pen.
NEAR_COPY = 0.7
# So many prompts of one family in a cell, and such a share of it, are worth a word to the next author.
CROWD, CROWD_SHARE = 5, 0.02
# Prompts that differ in so few words may ask opposite things (Northern, Southern).
FEW_WORDS = 2


@dataclass(frozen=True)
class Thresholds:
    """Cosines from which prompts are the same, near, of one family."""

    same: float
    near: float
    family: float


# Of a sentence model, and of character n-grams, which see spelling only. Set on the development half of Dolly.
OF_MEANING = Thresholds(same=0.95, near=0.90, family=0.75)
OF_SPELLING = Thresholds(same=0.95, near=0.90, family=0.70)


@dataclass(frozen=True)
class Allowance:
    """How much a completion may take from its context, by skill: from `run` words on end, or from `coverage` of at
    least `words` words, it is told. None: as much as it likes."""

    severity: Severity
    run: int
    coverage: float = 1.01
    words: int = 30


ALLOWED: Mapping[str, Allowance | None] = {
    "extraction": None,
    "classification": None,
    "summarization": Allowance(Severity.SHOULD, run=60, coverage=0.8),
    "rewriting": Allowance(Severity.SHOULD, run=40, coverage=0.6, words=20),
    "closed_qa": Allowance(Severity.NOTE, run=60),
    "inference": Allowance(Severity.NOTE, run=40),
}
OTHERWISE = Allowance(Severity.NOTE, run=40)


@dataclass(frozen=True)
class _Match:
    """The other text that comes closest, and in what way."""

    code: str
    severity: Severity
    score: float
    other: Neighbour | Copy
    differs: Difference | None = None


def build(corpus: Corpus, embedders: Embedders) -> Check:
    """The check over this corpus; texts without a collection are only held against their own context."""

    def run(subject: Subject) -> list[Finding]:
        return [*_about_others(subject, corpus, embedders.of(subject.language)), *_about_context(subject)]

    def settings(subject: Subject) -> Mapping[str, Any]:
        return {
            "embedder": label_of(embedders.of(subject.language)),
            "in": [subject.collection, subject.group, subject.key],
            "skill": subject.skill,
        }

    title = "Said already, or copied"
    return Check(NAME, VERSION, "ml", title, run, settings, engine=embedders.first.name, about_item=True)


def thresholds_of(embedder: Embedder) -> Thresholds:
    return OF_SPELLING if embedder.name == NgramEncoder.name else OF_MEANING


def _about_others(subject: Subject, corpus: Corpus, embedder: Embedder) -> Iterator[Finding]:
    if not subject.collection or not subject.prompt.strip():
        return
    limits = thresholds_of(embedder)
    around = corpus.nearest(_question(subject, embedder, limits), NEIGHBOURS)
    copies = corpus.copies(subject, wording_of(subject.prompt, subject.context), NEIGHBOURS)
    match = _closest(subject, copies, around, limits)
    if match:
        yield _finding(subject, match)
    elif around.family >= max(CROWD, CROWD_SHARE * around.group_size):
        yield _template(subject, around)


def _question(subject: Subject, embedder: Embedder, limits: Thresholds) -> Question:
    texts = [subject.prompt, subject.context] if subject.context.strip() else [subject.prompt]
    vectors = embedder.embed(texts)
    context = vectors[1] if len(texts) == 2 else None
    return Question(subject, label_of(embedder), vectors[0], context, limits.family)


def _closest(subject: Subject, copies: Sequence[Copy], around: Neighbourhood, limits: Thresholds) -> _Match | None:
    """Of the copies and neighbours over the same context, the one that is told."""
    has_context = bool(subject.context.strip())
    exact = next((copy for copy in copies if copy.is_exact), None)
    if exact:
        return _Match("exact_copy", Severity.SHOULD, 1.0, exact)
    contexts = {one.key: one.context for one in around.nearest}
    for copy in copies:
        if copy.prompt >= NEAR_COPY and _same_context(copy, has_context, limits, contexts.get(copy.key)):
            return _weighed("near_copy", subject, copy.prompt, copy, is_sure=True)
    near = [one for one in around.nearest if one.prompt >= limits.near and _same_context(one, has_context, limits)]
    best = max(near, key=lambda one: one.prompt, default=None)
    if best is None:
        return None
    is_sure = best.prompt >= limits.same
    return _weighed("same_meaning" if is_sure else "similar", subject, best.prompt, best, is_sure=is_sure)


def _same_context(other: Neighbour | Copy, has_context: bool, limits: Thresholds, meaning: float | None = None) -> bool:
    if not has_context or not other.has_context:
        return has_context == other.has_context
    shared = other.context or 0.0
    if isinstance(other, Copy):
        return shared >= NEAR_COPY or (meaning or 0.0) >= limits.near
    return shared >= limits.near


def _weighed(code: str, subject: Subject, score: float, other: Neighbour | Copy, *, is_sure: bool) -> _Match:
    """A `should`, unless one or two words were changed for others, which may turn the question round."""
    differs = difference(subject.prompt, other.text, subject.language)
    is_substitution = 0 < max(len(differs.here), len(differs.there)) <= FEW_WORDS
    severity = Severity.SHOULD if is_sure and not is_substitution else Severity.NOTE
    return _Match(code, severity, score, other, differs if is_substitution else None)


MESSAGES = {
    "exact_copy": "The same prompt{context} is in this project already. Ask something else.",
    "near_copy": "Nearly the same prompt{context} is in this project already. Ask something else.",
    "same_meaning": "A prompt in this project asks the same{context}. Ask something else.",
    "similar": "A prompt in this project asks nearly the same{context}. Compare the two.",
}


def _finding(subject: Subject, match: _Match) -> Finding:
    message = MESSAGES[match.code].format(context=" over the same context" if subject.context.strip() else "")
    if match.differs:
        message = f"A prompt in this project differs only in {match.differs}. Make sure that both are wanted."
    data: dict[str, Any] = {
        "score": round(match.score, 3),
        "similarity": round(match.score, 3),
        "other": match.other.key,
        "differs": [list(match.differs.here), list(match.differs.there)] if match.differs else [],
    }
    return Finding(
        NAME, match.code, match.severity, message, Field.PROMPT, excerpt=excerpt_of(subject.prompt), data=data
    )


def _template(subject: Subject, around: Neighbourhood) -> Finding:
    others = [one.key for one in around.nearest][:3]
    share = around.family / max(around.group_size, 1)
    message = f"{around.family} prompts in this cell are built like this one. Another topic or form would add more."
    return Finding(
        NAME, "template", Severity.NOTE, message, Field.PROMPT, excerpt=excerpt_of(subject.prompt),
        data={"score": round(min(1.0, share), 3), "family": around.family, "other": others[0] if others else ""},
    )  # fmt: skip


def _about_context(subject: Subject) -> Iterator[Finding]:
    allowance = ALLOWED.get(subject.skill, OTHERWISE)
    if allowance is None or not subject.context.strip():
        return
    found = copying(subject.completion, subject.context)
    longest = found.longest
    if longest and _is_too_much(found, longest, allowance):
        yield _copied(subject, found, longest, allowance)


def _is_too_much(found: Copying, longest: Run, allowance: Allowance) -> bool:
    return longest.words >= allowance.run or (found.words >= allowance.words and found.coverage >= allowance.coverage)


def _copied(subject: Subject, found: Copying, longest: Run, allowance: Allowance) -> Finding:
    message = (
        f"{found.coverage:.0%} of the completion stands word for word in the context, {longest.words} words on end. "
        "Say it in your own words."
    )
    data = {
        "score": round(found.coverage, 3),
        "words": longest.words,
        "spans": [[run.start, run.end] for run in found.runs],
    }
    return Finding(
        NAME, "copied_from_context", allowance.severity, message, Field.COMPLETION, longest.start, longest.end,
        excerpt_of(subject.completion, longest.start, longest.end), data=data,
    )  # fmt: skip
