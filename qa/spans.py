"""What a rule marks in one text, before the check that owns the rule says which field it was."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qa.checks.base import Field, Finding, Severity, Suggestion, excerpt_of


@dataclass(frozen=True)
class Mark:
    code: str
    severity: Severity
    message: str
    start: int | None = None
    end: int | None = None
    suggestions: tuple[Suggestion, ...] = ()
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    # Whether it goes around text that may have findings of its own, as emphasis does.
    wraps: bool = False

    def to_finding(self, check: str, field: Field, text: str) -> Finding:
        return Finding(
            check=check,
            code=self.code,
            severity=self.severity,
            message=self.message,
            field=field,
            start=self.start,
            end=self.end,
            excerpt=excerpt_of(text, self.start, self.end),
            suggestions=self.suggestions,
            data=self.data,
        )


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Both counted from one, the column in code points, as people read them off an editor."""
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def position_of(text: str, line: int, column: int) -> int:
    """The inverse of line_and_column, kept inside the text."""
    starts = [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]
    start = starts[min(max(line, 1), len(starts)) - 1]
    return min(start + max(column, 1) - 1, len(text))


def first_per_place(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Drops marks that begin inside an earlier one: a place gets one finding, the one its text begins with. What only
    wraps a text hides nothing in it."""
    ordered = sorted(marks, key=lambda mark: (mark.start or 0, -(mark.end or 0)))
    reached = -1
    for mark in ordered:
        if mark.start is None or mark.start >= reached:
            yield mark
            reached = reached if mark.wraps else max(reached, mark.end or 0)


def inside(spans: list[tuple[int, int]], position: int) -> bool:
    return any(start <= position < end for start, end in spans)


def blank_out(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces in place of the spans, so that positions stay as they were; line ends stay too."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = ["\n" if each == "\n" else " " for each in characters[start:end]]
    return "".join(characters)
