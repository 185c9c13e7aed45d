"""What the randomized trees see besides the measures: how an English prompt begins and an answer is written, and how
the answer follows its source. English only; no topics."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.instructions.layout import Layout
from qa.instructions.words import sentences, stems

LONGEST_ANSWER, LONGEST_SOURCE = 400, 3000
BEGINNINGS = (
    *("who", "when", "where", "what", "which", "why", "how many", "how much", "how long", "how", "list", "name"),
    *("give", "write", "is", "are", "do", "does", "can", "tell", "identify", "classify", "summar", "extract", "from"),
    *("given", "based", "explain", "describe", "provide", "create", "please", "should", "if", "in", "what is"),
    *("what are", "what was", "what were", "what's", "what do", "what does", "who is", "who was", "according", "using"),
)  # fmt: skip
WORDS_OF_ANSWERS = tuple(
    frozenset(words.split())
    for words in (
        "i my me we our", "you your yourself", "should could can may might try", "was were had did", "is are has",
        "the a an", "he she his her they their",
    )
)  # fmt: skip
PERSONS = frozenset({"i", "my", "me", "we", "you", "your"})
ASKED = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|few|some|several|all|any)\b",
        r"the text|passage|paragraph|article|reference",
        r"\bthis\b",
        r"\bme\b",
        r"\b(?:short|brief|summar|main|overview|describe|explain|tell me about|who is|what is)",
        r"\b(?:list|bullet|comma|extract|names|dates|separated)",
    )
)


def shape_of(layout: Layout, answer: str) -> NDArray[np.float32]:
    """Values of about 0..8, in a fixed order."""
    told, given = stems(answer)[:LONGEST_ANSWER], stems(layout.source)[:LONGEST_SOURCE]
    found = [*_instruction(layout), *_answer(answer), *_counts(layout, answer), *_course(layout, told, given)]
    return np.array(found, np.float32)


def _instruction(layout: Layout) -> list[float]:
    folded = layout.instruction.casefold().strip()
    words = folded.split()
    capitals = sum(word[:1].isupper() for word in layout.instruction.split()[1:])
    return [
        *(float(folded.startswith(beginning)) for beginning in BEGINNINGS),
        *(float(asked.search(folded) is not None) for asked in ASKED),
        float(sum(word in PERSONS for word in words)),
        capitals / max(len(words), 1),
    ]


def _answer(answer: str) -> list[float]:
    words = answer.casefold().split()
    count = max(len(words), 1)
    return [
        *(10 * sum(word in kind for word in words) / count for kind in WORDS_OF_ANSWERS),
        5 * sum(any(map(str.isdigit, word)) for word in words) / count,
        len(set(words)) / count,
        sum(map(len, words)) / count / 5,
        float(answer[:1].isupper()),
        float(answer[:1] in {"-", "•", "*", "1"}),
    ]


def _counts(layout: Layout, answer: str) -> list[float]:
    given, told = len(sentences(layout.source)), len(sentences(answer))
    lines = sum(bool(line.strip()) for line in answer.splitlines())
    items = lines if lines > 2 else answer.count(",") + 1
    return [told / given if given else 0.0, math.log1p(items), math.log1p(given)]


def _course(layout: Layout, told: Sequence[str], given: Sequence[str]) -> list[float]:
    """The longest run of words taken over, and where in the source the answer's words first stand."""
    first: dict[str, float] = {}
    for place, word in enumerate(given):
        first.setdefault(word, place / len(given))
    asked = {word for word in stems(layout.instruction) if len(word) > 3}
    places = [first[word] for word in told if word in first and len(word) > 3]
    run = longest_run(told, given)
    return [
        run / max(len(told), 1),
        math.log1p(run),
        float(np.mean(places)) if places else 0.0,
        float(np.std(places)) if places else 0.0,
        places[0] if places else 0.0,
        places[-1] if places else 0.0,
        len(asked & first.keys()) / max(len(asked), 1),
    ]


def longest_run(told: Sequence[str], given: Sequence[str]) -> int:
    """Words in a row that stand in a row in the other, too."""
    where: dict[str, list[int]] = {}
    for place, word in enumerate(given):
        where.setdefault(word, []).append(place)
    longest, before = 0, dict[int, int]()
    for word in told:
        before = {place: before.get(place - 1, 0) + 1 for place in where.get(word, ())}
        longest = max(longest, *before.values()) if before else longest
    return longest
