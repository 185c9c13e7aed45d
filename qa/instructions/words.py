"""Words and sentences of any language, good enough to count; Chinese and Japanese by pairs of characters."""

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_HAN_RUN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]”’]*\s+(?=[^\s])|(?<=[。！？])|\n+")
# Long enough to tell words apart, short enough to forget most endings.
STEM_LENGTH = 6
HAN_PER_WORD = 1.7


def is_han(text: str) -> bool:
    """Whether a third of the letters are Chinese or Japanese."""
    return len(_HAN.findall(text)) * 3 > sum(map(str.isalpha, text))


@lru_cache(maxsize=64)
def stems(text: str) -> tuple[str, ...]:
    """Casefolded words in order, cut to their beginnings; runs of Chinese as overlapping pairs."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        found.extend(_pairs(word) if _HAN.search(word) else [word[:STEM_LENGTH]])
    return tuple(found)


def _pairs(word: str) -> list[str]:
    pieces: list[str] = []
    for run in _HAN_RUN.findall(word):
        pieces.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return pieces + [rest[:STEM_LENGTH] for rest in _HAN_RUN.split(word) if rest]


def length(text: str) -> float:
    """In words; Chinese characters count as 1 / 1.7 words."""
    han = len(_HAN.findall(text))
    return han / HAN_PER_WORD + len(_WORD.findall(_HAN.sub(" ", text) if han else text))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence or line, without the blanks around it."""
    spans, start = [], 0
    for match in [*_SENTENCE_END.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            spans.append((start + lead, start + len(piece.rstrip())))
        start = match.end() if match else end
    return spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def grams(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}
