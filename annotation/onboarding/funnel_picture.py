"""The funnel drawn: a bar per step, as long as the people who reached it; the part that stands there now is full."""

from dataclasses import dataclass

from annotation.onboarding.funnel import Funnel, StepFigures

WIDTH, ROW, BAR = 640, 40, 22
LEFT, RIGHT = 148, 150  # room for the step's name and for its figures


@dataclass(frozen=True)
class Bar:
    figures: StepFigures
    y: int
    reached: float
    here: float
    stuck: float

    @property
    def text_y(self) -> int:
        return self.y + BAR // 2 + 4

    @property
    def text_x(self) -> float:
        return LEFT + self.reached + 8


@dataclass(frozen=True)
class Picture:
    bars: list[Bar]
    height: int
    width: int = WIDTH
    left: int = LEFT
    bar_height: int = BAR


def picture(funnel: Funnel) -> Picture:
    room = WIDTH - LEFT - RIGHT
    bars = []
    for number, one in enumerate(funnel.steps):
        unit = room / funnel.most if funnel.most else 0
        # What is there is seen, however little it is.
        reached = max(3.0, one.reached * unit) if one.reached else 0.0
        here = min(reached, one.here * unit)
        bars.append(
            Bar(one, number * ROW + 6, round(reached, 1), round(here, 1), round(min(here, one.stuck * unit), 1))
        )
    return Picture(bars, len(funnel.steps) * ROW)
