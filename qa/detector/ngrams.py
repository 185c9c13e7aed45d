"""Hashed character n-grams within words, as counts on a logarithmic scale, of unit length."""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

BITS = 17
SIZE = 1 << BITS
SHORTEST, LONGEST = 2, 4
_PIECE = re.compile(r"\S+")

Indices = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


def vector(text: str) -> tuple[Indices, Values]:
    """Places in 2^17 and their values, sum of squares 1 (empty for a text without words). `text` is normalized.

    Each blank-separated piece counts with a blank on either side, lower case; CRC-32 of the UTF-8 is its place. Values
    are ln(1 + count), then divided by their length (as in scikit-learn's char_wb analyzer with sublinear counts).
    """
    hashes: list[int] = []
    for piece in _PIECE.findall(text.lower()):
        hashes.extend(_hashes(piece))
    places, counts = np.unique(np.asarray(hashes, dtype=np.int64), return_counts=True)
    values = np.log1p(counts.astype(np.float64))
    length = float(np.sqrt(np.square(values).sum()))
    return places, values / length if length else values


@lru_cache(maxsize=50_000)
def _hashes(piece: str) -> Sequence[int]:
    padded = f" {piece} ".encode("utf-32-le")  # four bytes a character: slices are n-grams
    characters = len(padded) // 4
    return tuple(
        zlib.crc32(padded[4 * start : 4 * (start + size)]) & (SIZE - 1)
        for size in range(SHORTEST, LONGEST + 1)
        for start in range(characters - size + 1)
    )
