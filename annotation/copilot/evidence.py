"""How a text came about, for those who judge or edit it: two evidences side by side, never added up.

What the text itself looks like (the AI detector's band), and how it was written (the editor's counters). Both are hints
to look closer; neither is proof, and nothing is decided by them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotation.copilot.panel import Panel, Row
from annotation.models import Item
from qa.checks.ai_detector import NAME as AI_DETECTOR
from qa.detector import process

COUNTS = ("typed", "pasted_inside", "pasted_outside", "applied", "deleted", "active_seconds")
KINDS = (
    ("typed", "typed"),
    ("pasted_outside", "pasted from elsewhere"),
    ("pasted_inside", "pasted from this page"),
    ("applied", "put in by suggestions"),
)
NOT_JUDGED = "Not judged yet: the detector was not available."
NO_SIGN = "Nothing that stands out from human texts of this kind."
NOT_RUN = "No detector is in use."


@dataclass(frozen=True)
class Evidence:
    """`text` in a sentence with its `reasons`; `shares` of what was entered, in per cent; `flags` in sentences."""

    text: str
    is_strong: bool
    reasons: list[str]
    shares: list[tuple[str, int]]
    deleted: int | None
    minutes: int
    flags: list[str]
    is_counted: bool = True

    @property
    def has_writing(self) -> bool:
        return bool(self.shares)


def evidence_of(item: Item, panel: Panel) -> Evidence:
    """`item` with its cell and project loaded."""
    research_expected = not item.project.counts_writing(item.cell.skill)
    row = next((row for row in panel.rows if row.check == AI_DETECTOR), None)
    counts = _counts(item.current.signals if item.current else {})
    length = len(item.current.prompt) + len(item.current.completion) if item.current else 0
    found = process.evidence(process.Signals(**counts), length, research_expected=research_expected)
    return Evidence(
        text=_of_text(row, panel),
        is_strong=row is not None,
        reasons=[str(reason) for reason in row.data.get("reasons", [])] if row else [],
        shares=_shares(counts),
        deleted=None if found.revision_ratio is None else round(100 * found.revision_ratio),
        minutes=round(counts["active_seconds"] / 60),
        flags=[flag.message for flag in found.flags],
        is_counted=not research_expected,
    )


def _of_text(row: Row | None, panel: Panel) -> str:
    if row is not None:
        return f"Reads like machine text. {row.data.get('to_reviewer', '')}".strip()
    if any(away.name == AI_DETECTOR for away in panel.unavailable):
        return NOT_JUDGED
    return NO_SIGN if AI_DETECTOR in panel.done else NOT_RUN


def _counts(signals: Mapping[str, Any]) -> dict[str, int]:
    return {name: max(0, int(signals.get(name) or 0)) for name in COUNTS}


def _shares(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    entered = sum(counts[name] for name, _ in KINDS)
    return [(label, round(100 * counts[name] / entered)) for name, label in KINDS if entered and counts[name]]
