"""Which content words two nearly equal texts do not share: what a cosine cannot see (Northern, Southern)."""

import re
from collections import Counter
from dataclasses import dataclass

from qa.vectors.signatures import is_unspaced, words_of

# Words that carry no content of their own. English has a list; elsewhere words of up to three letters stand for them.
_ENGLISH = (
    "a about all an and any are as at be been between but by can could did do does each for from get give had has "
    "have he her his how i if in into is it its list make many may me might most much my name of on one or our "
    "please shall she should so some such tell than that the their them then there these they this those to us "
    "was we were what when where which who whom whose why will with would you your"
)
ENGLISH = frozenset(_ENGLISH.split())
SHORTEST = 4


@dataclass(frozen=True)
class Difference:
    """Content words of this text that the other lacks, and the other way round, in the order of the texts."""

    here: tuple[str, ...]
    there: tuple[str, ...]

    def __str__(self) -> str:
        if not self.there or not self.here:
            return f"“{' '.join(self.here or self.there)}”"
        return f"“{' '.join(self.here)}” for “{' '.join(self.there)}”"


def difference(here: str, there: str, language: str) -> Difference:
    """Words of one stem (sharing all but their last three letters) count as shared: plurals and cases."""
    mine, theirs = content_words(here, language), content_words(there, language)
    return Difference(_missing(mine, theirs), _missing(theirs, mine))


def content_words(text: str, language: str) -> list[str]:
    return [word for word in words_of(text) if _has_content(word, language)]


def _has_content(word: str, language: str) -> bool:
    if is_unspaced(word) or any(character.isdigit() for character in word):
        return True
    word = re.split("['’]", word)[0]
    return word not in ENGLISH if language.startswith("en") else len(word) >= SHORTEST


def _missing(words: list[str], others: list[str]) -> tuple[str, ...]:
    left, stems = Counter(others), {_stem(word) for word in others}
    missing = []
    for word in words:
        if left[word]:
            left[word] -= 1
        elif _stem(word) not in stems:
            missing.append(word)
    return tuple(missing)


def _stem(word: str) -> str:
    """Short words and numbers are their own stems; a possessive is the word itself."""
    word = re.split("['’]", word)[0]
    return word[: max(5, len(word) - 3)] if len(word) > 5 and not any(map(str.isdigit, word)) else word
