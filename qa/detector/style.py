"""How a text is built, in figures that do not depend on its topic: structure, sentences, words, marks, set phrases.

Two parts: figures that mean the same in every language, then habits of English chatbots and of people writing English.
"""

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[^\w\s]")
SENTENCE = re.compile(r"(?<=[.!?。！？؟۔])[\"')]*\s*")
NUMBERED = re.compile(r"\s*\d+[.)]")
BULLET = re.compile(r"\s*[-*•]")
# A text that goes on beyond this many words says nothing more by its length: people write long answers too.
LENGTH_COUNTS_UP_TO = 120
WINDOW = 40
EXCERPT = 4000

_OPENINGS = (
    "sure",
    "certainly",
    "of",
    "here",
    "here's",
    "there",
    "as",
    "yes",
    "no",
    "the",
    "to",
    "one",
    "in",
    "dear",
    "i'm",
    "i",
    "some",
    "this",
    "a",
)
STOCK = re.compile(
    r"\b(?:additionally|furthermore|moreover|however|ensur(?:e|es|ing)|important|various|including|provid(?:e|es|ing)"
    r"|help(?:s|ing)?|such as|based on|potential(?:ly)?|significant(?:ly)?|essential|crucial|it is important"
    r"|it's important|a variety of|a range of)\b"
)
SUMMING_UP = re.compile(r"\b(?:overall|in conclusion|in summary|ultimately|to summarize),")
CASUAL = re.compile(
    r"\b(?:very|really|lots?|etc|pretty|just|good|bad|stuff|things?|get|got|kind of|a bit|maybe|cool|awesome)\b"
)
FIRST_PERSON = frozenset({"i", "me", "my", "mine", "we", "us", "our"})
SECOND_PERSON = frozenset({"you", "your", "yours"})
_COMMON = (
    "the of and to a in is it that was for on are as with his they at be this from i have or by had not "
    "but what all were when we there can an your which their said if do will about how up out them then "
    "many some so these would other into has more her could no than been who now my only may any also our "
    "most where through much because even such both without while though between since should thus yet "
    "whether must might always never often"
)
FUNCTION_WORDS = tuple(_COMMON.split())
_PLACE = {word: place for place, word in enumerate(FUNCTION_WORDS)}

Vector = npt.NDArray[np.float64]


def words_of(text: str) -> list[str]:
    return [token for token in TOKEN.findall(text) if token[0].isalpha()]


def count_words(text: str) -> int:
    """Words a reader would count; scripts without blanks count half their letters."""
    unspaced = sum("\u3040" <= character <= "\u9fff" for character in text) if not text.isascii() else 0
    return len(text.split()) + unspaced // 2


def vector(text: str) -> Vector:
    """All figures of a normalized text: first UNIVERSAL ones (every language), then those of English."""
    tokens = words_of(text[:EXCERPT])
    lowered = [token.lower() for token in tokens]
    return np.concatenate((universal(text[:EXCERPT], tokens, lowered), english(text[:EXCERPT], lowered)))


def universal(text: str, tokens: Sequence[str], lowered: Sequence[str]) -> Vector:
    words = max(1, len(tokens))
    return np.array(
        [
            np.log(min(max(1, count_words(text)), LENGTH_COUNTS_UP_TO)),
            np.log(min(max(1, count_words(text)), WINDOW)),
            *_structure(text, words),
            *_sentences(text),
            *_words(tokens, lowered),
            *_marks(text, words),
            *_compression(text),
        ]
    )


def _structure(text: str, words: int) -> list[float]:
    lines = [line for line in text.split("\n") if line.strip()] or [""]
    return [
        10 * len(lines) / words,
        20 * text.count("\n\n") / words,
        sum(bool(NUMBERED.match(line)) for line in lines) / len(lines),
        sum(bool(BULLET.match(line)) for line in lines) / len(lines),
        float(text[-1:] in ".!?。۔"),
        float(text[-1:] == ":"),
        float("```" in text),
        float("**" in text),
        float(text[:1].isupper()),
        float(text[:1].islower()),
        float("[" in text and "]" in text),
    ]


def _sentences(text: str) -> list[float]:
    lengths = np.array([max(1, len(part.split())) for part in SENTENCE.split(text) if part.strip()] or [1], dtype=float)
    return [
        float(np.log(lengths.mean())),
        float(lengths.std() / lengths.mean()),
        float(np.log(lengths.max())),
        float(np.log(lengths.min())),
    ]


def _words(tokens: Sequence[str], lowered: Sequence[str]) -> list[float]:
    lengths = np.array([len(token) for token in tokens] or [1], dtype=float)
    capitals = [token[0].isupper() for token in tokens] or [False]
    return [
        float(lengths.mean()),
        float(lengths.std()),
        float(np.mean(lengths >= 7)),
        float(np.mean(lengths >= 10)),
        float(np.mean(lengths <= 3)),
        _variety(lowered),
        10 * sum(first == second for first, second in pairwise(lowered)) / max(1, len(lowered)),
        float(np.mean(capitals)),
        float(np.mean([token.isupper() and len(token) > 1 for token in tokens] or [False])),
    ]


def _variety(lowered: Sequence[str]) -> float:
    """Distinct words per window of 40, so that long texts do not seem poorer."""
    if len(lowered) < WINDOW:
        return 0.83  # the mean of human texts long enough to tell
    starts = range(0, len(lowered) - WINDOW + 1, WINDOW // 2)
    return float(np.mean([len(set(lowered[start : start + WINDOW])) / WINDOW for start in starts]))


def _marks(text: str, words: int) -> list[float]:
    per_word = [10 * text.count(mark) / words for mark in (",", ".", "!", "?", '"', "'", "(", ";", ":", "-", "/")]
    digits = sum(character.isdigit() for character in text)
    glued = sum(1 for _ in re.finditer(r"[a-z][.,!?][A-Za-z]", text))
    loose = sum(1 for _ in re.finditer(r"\s[,.!?]", text))
    return [*per_word, 5 * digits / max(1, len(text)), 10 * glued / words, 10 * loose / words]


def _compression(text: str) -> list[float]:
    encoded = text[:1000].encode("utf-8", "replace")
    return [len(zlib.compress(encoded)) / len(encoded) if len(encoded) >= 300 else 0.6]


def english(text: str, lowered: Sequence[str]) -> Vector:
    words = max(1, len(lowered))
    low = text.lower()
    first = lowered[0] if lowered else ""

    def share(those: frozenset[str]) -> float:
        return 5 * sum(word in those for word in lowered) / words

    habits = [
        float(bool(SUMMING_UP.search(low))),
        10 * len(STOCK.findall(low)) / words,
        10 * len(CASUAL.findall(low)) / words,
        share(FIRST_PERSON),
        share(SECOND_PERSON),
        *(10 * sum(word.endswith(end) for word in lowered) / words for end in _ENDINGS),
        10 * sum("'" in word for word in lowered) / words,
    ]
    return np.array([*habits, *(float(first == opening) for opening in _OPENINGS), *_function_words(lowered)])


_ENDINGS: tuple[str | tuple[str, ...], ...] = ("ly", "ing", "ed", ("tion", "ment", "ness", "ity"))


def _function_words(lowered: Sequence[str]) -> Vector:
    """Square roots of relative frequencies: steadier than the frequencies of rare words."""
    counts = np.zeros(len(FUNCTION_WORDS))
    for word in lowered:
        if (place := _PLACE.get(word)) is not None:
            counts[place] += 1
    return np.sqrt(counts / max(1, len(lowered)))


# The place of the number of words, as its logarithm.
LENGTH = 0
UNIVERSAL = len(universal("", [], []))
SIZE = UNIVERSAL + len(english("", []))
