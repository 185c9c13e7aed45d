"""How hard a text is to read: a formula of its language where there is one, LIX elsewhere. For long prose only."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import pyphen

from qa.engines.grammar import base_language

FEWEST_WORDS = 100
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE = re.compile(r"[^.!?…\n]*[^\W\d_][^.!?…\n]*[.!?…]+|[^.!?…\n]*[^\W\d_][^.!?…\n]*$", re.M)
LATIN_AND_CYRILLIC = re.compile(r"[A-Za-zÀ-ɏЀ-ӿ]")


@dataclass(frozen=True)
class Flesch:
    """Reading ease = base - per_sentence * words per sentence - per_syllable * syllables per word; 100 easy, 0 hard."""

    name: str
    base: float
    per_sentence: float
    per_syllable: float


# en: Flesch 1948, "A new readability yardstick". de: Amstad 1978, "Wie verständlich sind unsere Zeitungen?".
# es: Szigriszt 1993 (INFLESZ). fr: Kandel and Moles 1958. it: Franchina and Vacca 1986.
# ru: Oborneva 2006. pt: Martins et al. 1996. nl: Douma 1960.
FORMULAS = {
    "en": Flesch("Flesch reading ease", 206.835, 1.015, 84.6),
    "de": Flesch("Flesch (Amstad)", 180.0, 1.0, 58.5),
    "es": Flesch("Flesch (Szigriszt)", 206.835, 1.0, 62.3),
    "fr": Flesch("Flesch (Kandel-Moles)", 207.0, 1.015, 73.6),
    "it": Flesch("Flesch (Franchina-Vacca)", 217.0, 1.3, 60.0),
    "ru": Flesch("Flesch (Oborneva)", 206.835, 1.3, 60.1),
    "pt": Flesch("Flesch (Martins)", 248.835, 1.015, 84.6),
    "nl": Flesch("Flesch (Douma)", 206.835, 0.93, 77.0),
}
# Below the first, respectively above the second, a text is harder than a scientific paper usually is.
HARD_EASE, HARD_LIX = 10.0, 70.0
# Words per sentence on average, and letters of a long word in LIX.
LONG_WORD = 7


class Hyphenator(Protocol):
    def positions(self, word: str) -> list[int]: ...


@dataclass(frozen=True)
class Readability:
    """`is_hard`: clearly harder than the people it is written for will like."""

    formula: str
    value: float
    words: int
    sentences: int
    is_hard: bool

    @property
    def words_per_sentence(self) -> float:
        return self.words / max(self.sentences, 1)


def measure(text: str, language: str) -> Readability | None:
    """None for what is too short to measure or is not written in a Latin or Cyrillic alphabet."""
    words = WORD.findall(text)
    if len(words) < FEWEST_WORDS or len(LATIN_AND_CYRILLIC.findall(text)) < 4 * len(words) // 2:
        return None
    sentences = max(len(SENTENCE.findall(text)), 1)
    formula = FORMULAS.get(base_language(language))
    if formula is None:
        return _lix(words, sentences)
    syllables = sum(syllables_of(word.lower(), base_language(language)) for word in words)
    ease = formula.base - formula.per_sentence * len(words) / sentences - formula.per_syllable * syllables / len(words)
    return Readability(formula.name, round(ease, 1), len(words), sentences, ease < HARD_EASE)


def _lix(words: list[str], sentences: int) -> Readability:
    """LIX = words per sentence + percentage of words with more than six letters (Björnsson 1968, "Läsbarhet")."""
    long_words = sum(len(word) >= LONG_WORD for word in words)
    value = len(words) / sentences + 100 * long_words / len(words)
    return Readability("LIX", round(value, 1), len(words), sentences, value > HARD_LIX)


@lru_cache(maxsize=50_000)
def syllables_of(word: str, language: str) -> int:
    """Places where the word may be hyphenated, plus one: close to its syllables, a little low for short words."""
    return len(_hyphenator(language).positions(word)) + 1


@lru_cache(maxsize=16)
def _hyphenator(language: str) -> Hyphenator:
    dictionary: Hyphenator = pyphen.Pyphen(lang=pyphen.language_fallback(language) or "en_US", left=1, right=1)
    return dictionary
