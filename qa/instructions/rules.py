"""What a skill asks of a pair that can be counted: a context or none, labels, lengths, words that are in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from qa.instructions.layout import Layout
from qa.instructions.lexicon import CUES
from qa.instructions.measures import YES_NO
from qa.instructions.words import grams, length, sentence_spans, stems

CONTEXTUAL = frozenset({"summarization", "extraction", "closed_qa", "inference"})
RESTING = frozenset({"summarization", "extraction", "closed_qa"})
LONGEST_UNLABELLED = 40
LEAST_SENTENCE = 7
LEAST_SUMMARY = 25
LEAST_CLAIM = 15
LONGEST_LABEL = 6
# Shares of words found in the context. Own answers of Dolly: half are above .8, one in ten below .55.
SENTENCE_RESTS, ANSWER_RESTS, NOTHING_ADDED = 0.25, 0.35, 0.92
CHANGED = 0.04
_QUOTED = re.compile(r"[\"“'‘«「][^\"”'’»」]{1,40}[\"”'’»」]")
_LISTED = re.compile(r"[^,，、;/|]{1,40}(?:[,，、;/|]|\bor\b|\band\b|\boder\b|\bou\b|还是|或|和)\s*[^,，、;/|]{1,40}")


@dataclass(frozen=True)
class Remark:
    """`score` 0..1 says how far beyond what is usual; the span is in the completion."""

    code: str
    is_certain: bool
    score: float
    start: int | None = None
    end: int | None = None


def remarks(skill: str, layout: Layout, answer: str) -> list[Remark]:
    return [*_about_prompt(skill, layout), *(_about_answer(skill, layout, answer) if answer.strip() else ())]


def coverage(layout: Layout, answer: str) -> float | None:
    """The share of the answer's words that stand in the context or the prompt; None without either."""
    known = _known(layout)
    given = set(stems(answer))
    return len(given & known) / len(given) if given and layout.source else None


def _about_prompt(skill: str, layout: Layout) -> Iterator[Remark]:
    if skill in CONTEXTUAL and not layout.source and length(layout.head) < LONGEST_UNLABELLED:
        yield Remark("context_missing", is_certain=True, score=1.0)
    if skill == "open_qa" and layout.context:
        yield Remark("context_not_wanted", is_certain=True, score=1.0)
    if skill == "classification" and not _lists_labels(layout):
        yield Remark("no_labels", is_certain=False, score=0.6)


def _about_answer(skill: str, layout: Layout, answer: str) -> Iterator[Remark]:
    if skill == "classification":
        yield from _unlisted(layout, answer)
    if skill == "summarization":
        yield from _too_long(layout, answer)
    if skill == "rewriting":
        yield from _unchanged(layout, answer)
    if skill in RESTING and layout.source:
        yield from _unsupported(skill, layout, answer)
    if skill == "inference" and layout.source:
        yield from _nothing_added(layout, answer)


def _lists_labels(layout: Layout) -> bool:
    """Two things named beside each other anywhere, or a question that says what the labels are: yes or no, stars."""
    told = f"{layout.instruction}\n{layout.inline}"
    if len(_QUOTED.findall(told)) > 1 or _LISTED.search(told) or told.count("\n") > 1:
        return True
    return any(CUES[name].search(told.casefold()) for name in ("options", "classify")) or told.rstrip().endswith(
        ("?", "？")
    )


def _unlisted(layout: Layout, answer: str) -> Iterator[Remark]:
    """Only where the prompt names its options as such, and the answer is as short as a label."""
    if not CUES["options"].search(layout.instruction.casefold()) or length(answer) > LONGEST_LABEL:
        return
    told = f"{layout.instruction}\n{layout.inline}".casefold()
    if not YES_NO.match(answer.casefold()) and not any(map(str.isdigit, answer)) and not _shares(answer, told):
        yield Remark("label_not_listed", is_certain=False, score=0.7)


def _shares(answer: str, told: str) -> bool:
    return bool(set(stems(answer)) & set(stems(told))) or answer.casefold().strip(" .。") in told


def _too_long(layout: Layout, answer: str) -> Iterator[Remark]:
    source, words = length(layout.source), length(answer)
    if source and words > LEAST_SUMMARY and words > source:
        yield Remark("longer_than_source", is_certain=words > 1.2 * source, score=min(words / source / 2, 1.0))


def _unchanged(layout: Layout, answer: str) -> Iterator[Remark]:
    source = " ".join((layout.inline or layout.context).split())
    given = " ".join(answer.split())
    if length(source) < 4 or length(source) > 2000:
        return
    bare = source.strip("\"'“”‘’«» ")
    change = 1.0 if abs(len(bare) - len(given)) > len(bare) / 2 else Indel.normalized_distance(bare, given)
    if change == 0.0 or (change < CHANGED and length(bare) > LEAST_SUMMARY and not _corrects(layout)):
        yield Remark("nothing_changed", is_certain=change == 0.0, score=1.0 - change)


def _corrects(layout: Layout) -> bool:
    """A corrected text may differ by one letter."""
    return (
        re.search(
            r"correct|fix|proofread|typo|spell|grammar|korrig|corrig|исправ|纠正|错", layout.instruction.casefold()
        )
        is not None
    )


def _unsupported(skill: str, layout: Layout, answer: str) -> Iterator[Remark]:
    """The whole answer, else the sentences of it, whose words are not in the context."""
    known, given = _known(layout), stems(answer)
    share = _share(given, known)
    if length(answer) >= LEAST_CLAIM and share < ANSWER_RESTS:
        yield Remark("adds_knowledge", is_certain=False, score=1.0 - share)
        return
    for start, end in sentence_spans(answer):
        sentence = answer[start:end]
        resting = _share(stems(sentence), known)
        if length(sentence) >= LEAST_SENTENCE and resting < SENTENCE_RESTS:
            yield Remark("not_in_context", is_certain=False, score=1.0 - resting, start=start, end=end)


def _nothing_added(layout: Layout, answer: str) -> Iterator[Remark]:
    given = stems(answer)
    copied = grams(given, 2)
    share = _share(given, set(stems(layout.source)))
    pairs = len(copied & grams(stems(layout.source), 2)) / len(copied) if copied else 0.0
    if length(answer) >= LEAST_SENTENCE and share >= NOTHING_ADDED and pairs > 0.6:
        yield Remark("adds_nothing", is_certain=False, score=share)


def _known(layout: Layout) -> set[str]:
    return set(stems(layout.source)) | set(stems(layout.instruction))


def _share(words: tuple[str, ...], known: set[str]) -> float:
    different = set(words)
    return len(different & known) / len(different) if different else 1.0
