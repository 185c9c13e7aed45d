"""Whether a word is another one with a slip of the pen, or a word of its own that a dictionary does not know."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import DamerauLevenshtein

# One slip in a short word makes another word as easily as a name does.
SHORTEST_NAME, LONG = 7, 8
OFTEN = 3


def is_slip(word: str, replacement: str) -> bool:
    """Strictly, for words that may be names: only accents differ; or, in a long word, one letter does."""
    if differ_in_accents(word, replacement):
        return True
    return len(word) >= SHORTEST_NAME and _distance(word, replacement) <= 1


def is_near(word: str, replacement: str) -> bool:
    """For ordinary words: one letter differs, or two in a long word."""
    return differ_in_accents(word, replacement) or _distance(word, replacement) <= (2 if len(word) >= LONG else 1)


def differ_in_accents(word: str, other: str) -> bool:
    return _without_accents(word.lower()) == _without_accents(other.lower())


def terms(words: Iterable[str]) -> frozenset[str]:
    """Unknown words that return again and again are what a text is about."""
    return frozenset(word for word, times in Counter(map(str.lower, words)).items() if times >= OFTEN)


def _distance(word: str, other: str) -> int:
    return DamerauLevenshtein.distance(word.lower(), other.lower(), score_cutoff=3)


def _without_accents(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
