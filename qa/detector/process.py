"""How a text came about, from the editor's counters alone: an evidence beside the text's own, never mixed with it.

Content-blind: counts of characters and seconds go in, no keystroke and no word. Where research is part of the work
(`research_expected`) pasting says nothing and raises no flag.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MUCH_PASTED = 0.30
LARGE_PASTE = 200
FAST = 600.0
FAST_SECONDS = 120
HARDLY_REVISED = 0.02
ENOUGH = 400


@dataclass(frozen=True)
class Signals:
    """Characters typed, pasted from inside (context, own text) and outside, put in by applying findings, deleted;
    seconds in which something was written."""

    typed: int = 0
    pasted_inside: int = 0
    pasted_outside: int = 0
    applied: int = 0
    deleted: int = 0
    active_seconds: float = 0


@dataclass(frozen=True)
class Flag:
    code: str
    message: str


@dataclass(frozen=True)
class Evidence:
    """`pasted_share`: most that can have survived of what was pasted from outside, of the text's length, 0..1;
    `least_pasted_share`: what must have; `revision_ratio`: deleted per character entered; `per_minute`: characters
    typed per active minute. None where there is nothing to divide by."""

    pasted_share: float | None
    least_pasted_share: float | None
    revision_ratio: float | None
    per_minute: float | None
    flags: tuple[Flag, ...]


def evidence(signals: Signals, length: int, *, research_expected: bool = False) -> Evidence:
    """`length`: characters of the text as it stands. Raises ValueError for counts below zero."""
    if min(length, *vars(signals).values()) < 0:
        raise ValueError("writing signals are counts")
    entered = signals.typed + signals.pasted_inside + signals.pasted_outside + signals.applied
    other = entered - signals.pasted_outside
    found = Evidence(
        min(signals.pasted_outside, length) / length if length else None,
        max(0, min(signals.pasted_outside, length - other)) / length if length else None,
        signals.deleted / entered if entered else None,
        60 * signals.typed / signals.active_seconds if signals.active_seconds else None,
        (),
    )
    flags = tuple(_flags(found, signals, length, research_expected))
    return Evidence(found.pasted_share, found.least_pasted_share, found.revision_ratio, found.per_minute, flags)


def _flags(found: Evidence, signals: Signals, length: int, research_expected: bool) -> Iterator[Flag]:
    if not research_expected and _much_pasted(found, signals):
        percent = round(100 * (found.pasted_share or 0))
        yield Flag("pasted", f"Up to {percent} % of this text was pasted from outside the editor.")
    if (found.per_minute or 0) > FAST and signals.active_seconds >= FAST_SECONDS:
        yield Flag("fast", "Typed faster than most people type; dictation looks the same.")
    if signals.typed >= max(ENOUGH, length / 2) and (found.revision_ratio or 0) < HARDLY_REVISED:
        yield Flag("hardly_revised", "Hardly anything was deleted or rewritten, as when a text is copied out.")


def _much_pasted(found: Evidence, signals: Signals) -> bool:
    return (found.pasted_share or 0) > MUCH_PASTED and signals.pasted_outside > LARGE_PASTE
