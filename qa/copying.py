"""Words of a text that stand in the same order in its source: longest run, coverage, spans. Takes linear time."""

from dataclasses import dataclass

from qa.vectors.signatures import is_unspaced, words_with_places

# Shorter runs happen by themselves: names, terms, "on the other hand".
RUN = 8
# In scripts without spaces each character is counted as a word; a word has about 1.6 of them.
CHARACTERS_PER_WORD = 1.6


@dataclass(frozen=True)
class Run:
    """Consecutive words found in the source; `start` and `end` count code points of the text."""

    start: int
    end: int
    words: int


@dataclass(frozen=True)
class Copying:
    """`coverage` is the share of the text's words that are inside runs, 0 to 1; `words` are those of the whole text."""

    runs: tuple[Run, ...]
    coverage: float
    words: int

    @property
    def longest(self) -> Run | None:
        return max(self.runs, key=lambda run: run.words, default=None)


def copying(text: str, source: str) -> Copying:
    places = [(found.group().casefold(), found.start(), found.end()) for found in words_with_places(text)]
    per_word = CHARACTERS_PER_WORD if _is_mostly_unspaced([word for word, _, _ in places]) else 1.0
    size = round(RUN * per_word)
    theirs = _grams([found.group().casefold() for found in words_with_places(source)], size)
    hits = [gram in theirs for gram in _windows([word for word, _, _ in places], size)]
    spans = _stretches(hits, size)
    runs = tuple(Run(places[a][1], places[b - 1][2], round((b - a) / per_word)) for a, b in spans)
    covered = sum(end - start for start, end in spans)
    return Copying(runs, covered / len(places) if places else 0.0, round(len(places) / per_word))


def _is_mostly_unspaced(words: list[str]) -> bool:
    return sum(map(is_unspaced, words)) * 2 > len(words)


def _windows(words: list[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]


def _grams(words: list[str], size: int) -> set[tuple[str, ...]]:
    return set(_windows(words, size))


def _stretches(hits: list[bool], size: int) -> list[tuple[int, int]]:
    """First word and the one behind the last, of words covered by windows that follow each other."""
    spans: list[tuple[int, int]] = []
    for at, is_hit in enumerate(hits):
        if not is_hit:
            continue
        if spans and at <= spans[-1][1] - size + 1:
            spans[-1] = (spans[-1][0], at + size)
        else:
            # Two runs may touch or overlap where the source has both, but not one after the other.
            spans.append((max(at, spans[-1][1] if spans else 0), at + size))
    return spans
