"""The burn-up of a project: accepted items by day against the pace its due date needs. Pure; templates draw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 180, 44, 20
RECENT = 7  # days that the present pace is taken from


@dataclass(frozen=True)
class Day:
    on: date
    accepted: int
    total: int


@dataclass(frozen=True)
class BurnUp:
    days: list[Day]
    target: int
    due: date | None
    pace: float  # accepted per day, over the last days
    needed: float | None  # per day from tomorrow to the due date; None without one
    finish: date | None  # at the present pace; None when it stands still or is done

    @property
    def total(self) -> int:
        return self.days[-1].total if self.days else 0

    @property
    def is_late(self) -> bool:
        return self.needed is not None and self.needed > self.pace and self.total < self.target

    @property
    def top(self) -> int:
        return max(self.target, self.total, 1)

    @property
    def line(self) -> str:
        """Points of an SVG polyline: what has been accepted."""
        return " ".join(self._point(day.on, day.total) for day in self.days)

    @property
    def needed_line(self) -> str:
        """From today's total to the target on the due date."""
        if self.due is None or not self.days or self.due <= self.days[-1].on:
            return ""
        return f"{self._point(self.days[-1].on, self.total)} {self._point(self.due, self.target)}"

    @property
    def target_y(self) -> float:
        return self._y(self.target)

    @property
    def span(self) -> tuple[date, date]:
        first, last = self.days[0].on, self.days[-1].on
        return first, max(last, self.due or last, first + timedelta(days=1))

    def _point(self, on: date, total: int) -> str:
        first, last = self.span
        share = (on - first).days / (last - first).days
        return f"{LEFT + share * (WIDTH - LEFT):.1f},{self._y(total):.1f}"

    def _y(self, total: int) -> float:
        return round(8 + (HEIGHT - BOTTOM - 8) * (1 - total / self.top), 1)


def burn_up(
    per_day: Mapping[date, int], *, before: int, target: int, first: date, today: date, due: date | None
) -> BurnUp:
    """`before` were accepted earlier than `first`; days without an acceptance count too."""
    days, total = [], before
    for offset in range((today - first).days + 1):
        on = first + timedelta(days=offset)
        total += per_day.get(on, 0)
        days.append(Day(on, per_day.get(on, 0), total))
    recent = days[-RECENT:]
    pace = sum(day.accepted for day in recent) / len(recent) if recent else 0.0
    left = max(0, target - total)
    return BurnUp(days, target, due, pace, _needed(left, today, due), _finish(left, pace, today))


def _needed(left: int, today: date, due: date | None) -> float | None:
    if due is None:
        return None
    return left / max(1, (due - today).days)


def _finish(left: int, pace: float, today: date) -> date | None:
    if not left or not pace or left / pace > 3650:
        return None
    return today + timedelta(days=ceil(left / pace))
