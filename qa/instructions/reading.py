"""What the classifiers see of a prompt and its answer: measures, buckets of n-grams and, where known, vectors."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa.instructions.hashing import buckets_of
from qa.instructions.layout import Layout, layout_of
from qa.instructions.measures import MEASURES, describe
from qa.instructions.shape import shape_of
from qa.instructions.words import stems

Floats = NDArray[np.float32]

LONGEST_TEXT = 2000
LONGEST_COMPARED = 20_000
FIT_MEASURES = (
    "fit_words",
    "fit_share_of_prompt",
    "fit_share_of_answer",
    "fit_share_of_both",
    "fit_letters_prompt",
    "fit_letters_answer",
)
COSINES = ("cos_prompt_answer", "cos_source_answer", "cos_prompt_source", "cos_best")


@dataclass(frozen=True)
class Reading:
    """`measures` as in MEASURES, `fits` as in FIT_MEASURES, `buckets` of the instruction; `vectors` holds those of
    instruction, answer and source (zero where there is none), or is None where the embedder does not know them."""

    layout: Layout
    answer: str
    measures: Floats
    fits: Floats
    buckets: tuple[int, ...]
    vectors: Floats | None = None

    @cached_property
    def shape(self) -> Floats:
        return shape_of(self.layout, self.answer)

    @property
    def cosines(self) -> Floats:
        if self.vectors is None:
            return np.zeros(len(COSINES), np.float32)
        prompt, answer, source = self.vectors
        first, second, third = float(prompt @ answer), float(source @ answer), float(prompt @ source)
        return np.array([first, second, third, max(first, second)], np.float32)

    @property
    def products(self) -> Floats:
        """Elementwise: what of two meanings agrees. Empty without vectors."""
        if self.vectors is None:
            return np.zeros(0, np.float32)
        return np.concatenate([self.vectors[0] * self.vectors[1], self.vectors[2] * self.vectors[1]])


def read(prompt: str, context: str, completion: str) -> Reading:
    layout, answer = (
        layout_of(prompt[:LONGEST_COMPARED], context[:LONGEST_COMPARED]),
        completion[:LONGEST_COMPARED].strip(),
    )
    described = describe(layout, answer)
    return Reading(
        layout,
        answer,
        np.array([described[name] for name in MEASURES], np.float32),
        _fits(layout, answer),
        tuple(buckets_of(layout.instruction)),
    )


def texts_of(reading: Reading) -> tuple[str, str, str]:
    """What is to be embedded: instruction, answer, source. Empty ones get the zero vector instead."""
    return (
        reading.layout.instruction[:LONGEST_TEXT],
        reading.answer[:LONGEST_TEXT],
        reading.layout.source[:LONGEST_TEXT],
    )


def _fits(layout: Layout, answer: str) -> Floats:
    """Shared words weigh by their length: in every language the long ones are the rare ones."""
    asked, given, source = (set(stems(text)) for text in (layout.instruction, answer, layout.source))
    asked_letters, given_letters = _fours(layout.instruction), _fours(answer)
    shared_letters = len(asked_letters & given_letters)
    shared = _weight(asked & given)
    return np.array(
        [
            min(shared, 12.0) / 4,
            shared / (_weight(asked) + 0.1),
            shared / (_weight(given) + 0.1),
            _weight((asked | source) & given) / (_weight(given) + 0.1),
            shared_letters / (len(asked_letters) + 1),
            shared_letters / (len(given_letters) + 1),
        ],
        np.float32,
    )


def _weight(words: set[str]) -> float:
    return sum(0.1 if len(word) < 3 and word.isascii() else 0.3 if len(word) == 3 else len(word) / 4 for word in words)


def _fours(text: str) -> set[str]:
    folded = text.casefold()[:LONGEST_TEXT]
    return {folded[i : i + 4] for i in range(len(folded) - 3)}
