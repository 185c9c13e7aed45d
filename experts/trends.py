"""How a person's rate of refused work has moved in thirty days: a short line for a table, from counts alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DAYS = 30
STEP = 5
# One step before the first, because a point looks at two.
STEPS = DAYS // STEP + 1
# Fewer decisions in thirty days draw noise, not a line.
FEWEST = 8


@dataclass(frozen=True)
class Trend:
    """`points` are rates, oldest first, one every five days; empty where there is too little to draw."""

    points: tuple[float, ...] = ()
    decisions: int = 0

    @property
    def change(self) -> float | None:
        """Of the rate, from the first point to the last; above 0 it got worse."""
        return self.points[-1] - self.points[0] if self.points else None

    @property
    def words(self) -> str:
        if not self.points:
            return f"too few decisions in {DAYS} days"
        first, last = (f"{100 * self.points[at]:.0f} %" for at in (0, -1))
        return f"refused work {first} → {last} in {DAYS} days, {self.decisions} decisions"


def trend(steps: Sequence[tuple[int, float]]) -> Trend:
    """`steps`: (decisions, sum of their severities) of five days each, oldest first. A point is the rate of the ten
    days that end there; days without decisions keep the rate before them."""
    decisions = sum(count for count, _ in steps[1:])
    if decisions < FEWEST:
        return Trend(decisions=decisions)
    points: list[float] = []
    for (count, total), (next_count, next_total) in pairwise(steps):
        judged = count + next_count
        if judged:
            points.append((total + next_total) / judged)
        elif points:
            points.append(points[-1])
    # One point is no line: everything was decided in the last days.
    return Trend(tuple(points) if len(points) > 1 else (), decisions)
