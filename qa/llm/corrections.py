"""From a corrected copy of a text to suggestions: word by word, and only what cannot have changed the meaning much."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz.distance import Levenshtein

from core.diff import Hunk, hunks, words
from qa.artifacts.prose import read

# Beyond this share of words the model has written a text of its own.
MOST_CHANGED = 0.4
MOST_WORDS = 8
MOST_CORRECTIONS = 20
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\w+")
QUOTATION = re.compile(r"“[^”\n]{8,}”|«[^»\n]{8,}»|„[^“”\n]{8,}[“”]|\"[^\"\n]{8,}\"|^>.*$", re.MULTILINE)
WORD_BEFORE = re.compile(r"\S+\s*\Z")
WORD_AFTER = re.compile(r"\s*\S+")
Span = tuple[int, int]


@dataclass(frozen=True)
class Correction:
    """`after` in place of text[start:end]; `likeness` 0 to 1 of the two: a typo is near 1, another word near 0."""

    start: int
    end: int
    before: str
    after: str

    @property
    def likeness(self) -> float:
        return Levenshtein.normalized_similarity(self.before, self.after)


def corrections(text: str, sent: str, corrected: str) -> list[Correction]:
    """`sent` is what the model saw of `text`: its beginning, perhaps redacted."""
    found = hunks(sent, corrected)
    if _share_changed(sent, found) > MOST_CHANGED:
        return []
    spared = _spared(text)
    placed = _placed(text, sent, (hunk for hunk in found if _is_harmless(hunk)))
    wanted = [_seen(text, hunk) for hunk in placed if not _touches(spared, hunk.start, hunk.end)]
    return wanted[:MOST_CORRECTIONS]


def _share_changed(text: str, changes: Iterable[Hunk]) -> float:
    changed = sum(max(_count(hunk.before), _count(hunk.after)) for hunk in changes)
    return changed / max(_count(text), 1)


def _count(text: str) -> int:
    return sum(not word.isspace() for word in words(text))


def _is_harmless(hunk: Hunk) -> bool:
    """A word or some, no figures, and more than blanks."""
    both = (hunk.before, hunk.after)
    if not any(side.strip() for side in both) or _digits(hunk.before) != _digits(hunk.after):
        return False
    return max(map(_count, both)) <= MOST_WORDS and "\n" not in hunk.before + hunk.after


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _placed(text: str, sent: str, changes: Iterable[Hunk]) -> list[Hunk]:
    """In the text itself; what touches a redacted place is dropped."""
    masked = hunks(text[: _reach(text, sent)], sent)
    shifts = list(accumulate((len(mask.after) - len(mask.before) for mask in masked), initial=0))
    spans = [
        (mask.start + shift, mask.start + shift + len(mask.after)) for mask, shift in zip(masked, shifts, strict=False)
    ]
    placed = []
    for hunk in changes:
        if not _touches(spans, hunk.start, hunk.end):
            back = shifts[sum(end <= hunk.start for _, end in spans)]
            placed.append(Hunk(hunk.start - back, hunk.end - back, hunk.before, hunk.after))
    return [hunk for hunk in placed if text[hunk.start : hunk.end] == hunk.before]


def _reach(text: str, sent: str) -> int:
    """All of the text, unless what was sent is its plain beginning."""
    return len(sent) if text.startswith(sent) else len(text)


def _spared(text: str) -> Sequence[Span]:
    """Code, addresses and quotations stay as they are."""
    return [*read(text).code, *(match.span() for rule in (ADDRESS, QUOTATION) for match in rule.finditer(text))]


def _touches(spans: Iterable[Span], start: int, end: int) -> bool:
    return any(start < span_end and span_start < max(end, start + 1) for span_start, span_end in spans)


def _seen(text: str, hunk: Hunk) -> Correction:
    """With a neighboring word where something is only put in: nobody sees an empty span."""
    if hunk.before.strip():
        return Correction(hunk.start, hunk.end, hunk.before, hunk.after)
    if neighbor := WORD_BEFORE.search(text[max(0, hunk.start - 100) : hunk.start]):
        return _widened(hunk, neighbor[0], "")
    follower = WORD_AFTER.match(text, hunk.end)
    return _widened(hunk, "", follower[0] if follower else "")


def _widened(hunk: Hunk, left: str, right: str) -> Correction:
    before, after = left + hunk.before + right, left + hunk.after + right
    return Correction(hunk.start - len(left), hunk.end + len(right), before, after)
