"""Signatures that find texts which share most of their wording: MinHash over five-word shingles.

Broder 1997, "On the resemblance and containment of documents": the share of equal places of two signatures estimates
the Jaccard index of the texts' shingles, here with a standard error of sqrt(J(1-J)/128), .04 at most. Written here in
numpy: the packages that do it bring SciPy, and signatures must also be made where the ML extra is absent.
"""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.uint32]

SHINGLE: Final = 5
PLACES: Final = 128
# 32 bands of 4 places: texts with J = .7 share a band with probability 1 - (1 - .7^4)^32 = .9998, with J = .3 .23.
BANDS: Final = 32

_random = np.random.default_rng(20_260_101)
_FACTORS = _random.integers(0, 1 << 63, PLACES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OFFSETS = _random.integers(0, 1 << 63, PLACES, dtype=np.uint64)

# Scripts written without spaces: each character is a word, as good as one can do without a dictionary.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*[#+]*")


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation, in their order."""
    return [found.group() for found in words_with_places(unicodedata.normalize("NFKC", text).casefold())]


def words_with_places(text: str) -> Iterator[re.Match[str]]:
    return _WORD.finditer(text)


def is_unspaced(word: str) -> bool:
    return len(word) == 1 and re.match(f"[{_UNSPACED}]", word) is not None


def normalized(text: str) -> str:
    """The text as one compares it: punctuation, case, spacing and compatibility forms do not matter. A text without
    a word is compared by what else is in it."""
    return " ".join(words_of(text)) or " ".join(text.split())


def exact_hash(*texts: str) -> bytes:
    """128 bits over normalized texts, each with its length."""
    digest = hashlib.blake2b(digest_size=16)
    for encoded in (_bytes(normalized(text)) for text in texts):
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.digest()


def signature_of(text: str) -> Signature:
    """Shape (128,). A text of fewer than five words counts as one shingle."""
    words = normalized(text).split()
    shingles = {" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}
    hashes = np.array([zlib.crc32(_bytes(shingle)) for shingle in shingles], dtype=np.uint64)
    # Multiply-shift (Dietzfelbinger et al. 1997): products wrap at 2^64, the upper half is as good as random.
    permuted = (_mixed(hashes)[:, None] * _FACTORS + _OFFSETS) >> np.uint64(32)
    least: NDArray[np.uint64] = permuted.min(axis=0)
    return least.astype(np.uint32)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of splitmix64: a checksum's bits are not independent enough by themselves."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def resemblance(one: Signature, other: Signature) -> float:
    """The estimated Jaccard index, 0 to 1."""
    return float(np.mean(one == other))


def bands_of(signature: Signature, salt: str) -> list[int]:
    """32 signed 64-bit numbers; texts with one in common are candidates. `salt` keeps collections apart."""
    bands = np.ascontiguousarray(signature, dtype=">u4").reshape(BANDS, -1)
    return [_band(f"{salt}\0{place}\0".encode() + band.tobytes()) for place, band in enumerate(bands)]


def _band(written: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(written, digest_size=8).digest(), "big", signed=True)


def to_bytes(signature: Signature) -> bytes:
    return np.ascontiguousarray(signature, dtype=">u4").tobytes()


def from_bytes(stored: bytes) -> Signature:
    return np.frombuffer(stored, dtype=">u4").astype(np.uint32)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
