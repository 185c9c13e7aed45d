"""One thing wrong with a payload, placed in it."""

from dataclasses import dataclass

LONG_LINE = 80


@dataclass(frozen=True)
class Fix:
    """Replaces a span of the payload."""

    label: str
    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Fault:
    code: str
    message: str
    position: int
    fix: Fix | None = None
