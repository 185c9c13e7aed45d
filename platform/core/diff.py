"""What changed between two texts, in words; characters where the script has no spaces."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein, Opcode

# Scripts written without spaces: Thai to Khmer, kana, Han with its extensions, compatibility Han.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|\s+|[^\w\s]")
MANY_PAIRS, LITTLE_IN_COMMON = 10_000_000, 0.2
FIRST_NAME = 0x10000  # words become single characters beyond the surrogates: rapidfuzz is fastest on strings


@dataclass(frozen=True)
class Hunk:
    """`before` at [start, end) of the old text, in code points, became `after`."""

    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True)
class Segment:
    kind: str  # "same", "delete" or "insert"
    text: str


def words(text: str) -> list[str]:
    return TOKEN.findall(text)


def word_count(text: str) -> int:
    """Words as `hunks` compares them, without blanks and punctuation."""
    return sum(any(character.isalnum() for character in word) for word in words(text))


def hunks(before: str, after: str) -> list[Hunk]:
    """Applied in order, they turn `before` into `after`; changes parted by blanks only are one hunk."""
    old, new = words(before), words(after)
    old_at, new_at = _offsets(old), _offsets(new)
    changed = [
        (old_at[op.src_start], old_at[op.src_end], new_at[op.dest_start], new_at[op.dest_end])
        for op in _opcodes(old, new)
        if op.tag != "equal"
    ]
    joined = _joined(changed, before)
    return [_without_common_blanks(Hunk(a, b, before[a:b], after[c:d])) for a, b, c, d in joined]


def segments(before: str, after: str) -> list[Segment]:
    parts: list[Segment] = []
    position = 0
    for hunk in hunks(before, after):
        parts.append(Segment("same", before[position : hunk.start]))
        parts.append(Segment("delete", hunk.before))
        parts.append(Segment("insert", hunk.after))
        position = hunk.end
    parts.append(Segment("same", before[position:]))
    return [part for part in parts if part.text]


def apply(before: str, changes: list[Hunk]) -> str:
    pieces: list[str] = []
    position = 0
    for hunk in changes:
        pieces += [before[position : hunk.start], hunk.after]
        position = hunk.end
    return "".join([*pieces, before[position:]])


Change = tuple[int, int, int, int]


def _joined(changes: list[Change], before: str) -> list[Change]:
    """Only blanks between two changes: the reader sees one."""
    joined = changes[:1]
    for (_, end, _, _), change in pairwise(changes):
        start, last = change[0], joined[-1]
        if not before[end:start].strip() and "\n" not in before[end:start]:
            joined[-1] = (last[0], change[1], last[2], change[3])
        else:
            joined.append(change)
    return joined


def _opcodes(old: list[str], new: list[str]) -> list[Opcode]:
    if len(old) * len(new) > MANY_PAIRS and _kinship(old, new) < LITTLE_IN_COMMON:
        # Another text: one change reads better than thousands of accidental ones, and costs nothing.
        return [Opcode("replace", 0, len(old), 0, len(new))]
    least_distance = max(len(old), len(new)) - (Counter(old) & Counter(new)).total()
    names = {word: chr(FIRST_NAME + index) for index, word in enumerate({*old, *new})}
    old_named, new_named = ("".join(map(names.__getitem__, side)) for side in (old, new))
    # The least possible distance as a hint lets rapidfuzz look along a narrow band first.
    return list(Levenshtein.opcodes(old_named, new_named, score_hint=least_distance + 31))


def _kinship(old: list[str], new: list[str]) -> float:
    """Share of neighboring word pairs that the shorter text has in common with the other."""
    shared = Counter(pairwise(old)) & Counter(pairwise(new))
    return shared.total() / min(len(old), len(new))


def _without_common_blanks(hunk: Hunk) -> Hunk:
    """A blank both sides end with has not changed."""
    before, after = hunk.before, hunk.after
    while before and after and before[-1] == after[-1] and before[-1].isspace():
        before, after = before[:-1], after[:-1]
    return Hunk(hunk.start, hunk.start + len(before), before, after)


def _offsets(tokens: list[str]) -> list[int]:
    offsets = [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    return offsets
