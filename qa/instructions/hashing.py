"""Words and pieces of words as numbers of a fixed range, without any list of words to keep."""

import zlib
from collections.abc import Iterable

from qa.instructions.words import is_han

BUCKETS = 1 << 14
LONGEST = 600


def buckets_of(text: str) -> list[int]:
    """The buckets of a text's word 1- to 3-grams; of a Chinese text, of its 1- to 3-grams of characters. Each once."""
    folded = text.casefold()[:LONGEST]
    pieces = _spaced(folded)
    if is_han(folded):
        return _numbers(_runs([letter for letter in folded if not letter.isspace()], 3))
    return _numbers([*_runs(pieces, 3), *(f"^{piece[:4]}" for piece in pieces)])


def _spaced(folded: str) -> list[str]:
    for mark in "?:,\"'“”.!()":
        folded = folded.replace(mark, f" {mark} " if mark in "?:," else " ")
    return folded.split()


def _runs(pieces: list[str], longest: int) -> list[str]:
    return [" ".join(pieces[i : i + size]) for size in range(1, longest + 1) for i in range(len(pieces) - size + 1)]


def _numbers(grams: Iterable[str]) -> list[int]:
    return sorted({zlib.crc32(gram.encode("utf-8", "surrogatepass")) % BUCKETS for gram in grams})
