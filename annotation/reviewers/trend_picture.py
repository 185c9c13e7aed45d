"""How agreement has moved from week to week or version to version: the points of a small picture. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.reviewers.board import Group

WIDTH, HEIGHT, EDGE = 320, 80, 6


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    name: str
    ac1: float


@dataclass(frozen=True)
class Trend:
    """AC1 of each group that has enough texts, oldest first; 1 at the top, 0 or less at the bottom."""

    dots: list[Dot]

    @property
    def line(self) -> str:
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)

    @property
    def words(self) -> str:
        first, last = self.dots[0], self.dots[-1]
        return f"AC1 {first.ac1:.2f} ({first.name}) → {last.ac1:.2f} ({last.name})"


def trend_of(groups: Sequence[Group]) -> Trend | None:
    """None where fewer than two groups have enough texts: one point is no trend."""
    told = [(group.name, group.found.ac1) for group in groups if group.found.ac1 is not None]
    if len(told) < 2:
        return None
    step = (WIDTH - 2 * EDGE) / (len(told) - 1)
    return Trend([Dot(round(EDGE + place * step, 1), _y(ac1), name, ac1) for place, (name, ac1) in enumerate(told)])


def _y(ac1: float) -> float:
    return round(HEIGHT - EDGE - max(0.0, min(1.0, ac1)) * (HEIGHT - 2 * EDGE), 1)
