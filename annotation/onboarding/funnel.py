"""How far people have come, from invitation to first accepted item: pure, from the times of each step.

A journey is one person in one language × domain. Nothing is counted anywhere else; every figure is the length of a
list of journeys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from statistics import median

Pair = tuple[str, str]


class Step(StrEnum):
    INVITED = "invited"
    APPLIED = "applied"
    TESTING = "testing"
    TRAINING = "training"
    QUALIFIED = "qualified"
    ACCEPTED = "accepted"

    @property
    def label(self) -> str:
        return "First accepted item" if self is Step.ACCEPTED else self.value.capitalize()

    @property
    def short(self) -> str:
        return "First accepted" if self is Step.ACCEPTED else self.label


# Not everybody takes it: a set is given to those whom it helps.
SIDE_STEP = Step.TRAINING


class Ended(StrEnum):
    NO = ""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


# How long somebody may stand at a step before they count as stuck, and whose turn it is there.
PATIENCE: dict[Step, timedelta] = {
    Step.INVITED: timedelta(days=5),
    Step.APPLIED: timedelta(days=3),
    Step.TESTING: timedelta(days=5),
    Step.TRAINING: timedelta(days=5),
    Step.QUALIFIED: timedelta(days=7),
}
OURS = frozenset({Step.APPLIED})


@dataclass(frozen=True)
class Journey:
    email: str
    name: str
    pair: Pair | None  # None: invited, and nobody has said for what
    at: Mapping[Step, datetime]
    user_id: int | None = None
    application_id: int | None = None
    field_id: int | None = None
    invitation_id: int | None = None
    # The form is begun, not sent.
    begun: bool = False
    # Whether the call still takes an application from who has sent none.
    is_open: bool = True
    waiting: bool = False
    # A try of the test is handed in and waits to be scored, or was not passed.
    test_state: str = ""
    ended: Ended = Ended.NO
    ended_at: datetime | None = None

    @property
    def step(self) -> Step:
        """The furthest reached."""
        return max(self.at, key=list(Step).index)

    @property
    def since(self) -> datetime:
        return self.at[self.step]

    @property
    def is_done(self) -> bool:
        return self.step == Step.ACCEPTED

    @property
    def is_live(self) -> bool:
        return not self.ended and not self.is_done

    @property
    def is_ours(self) -> bool:
        """Whether it is the project's turn: an answer, or a score, is waited for."""
        return self.step in OURS or (self.step == Step.TESTING and self.test_state == "waiting")

    def is_stuck(self, now: datetime) -> bool:
        return self.is_live and self.is_open and not self.waiting and now - self.since > PATIENCE[self.step]


@dataclass
class StepFigures:
    """One step of a funnel, in people or journeys."""

    step: Step
    reached: int = 0
    here: int = 0
    stuck: int = 0
    declined: int = 0
    withdrawn: int = 0
    waiting: int = 0
    # Median time from the step before that the person took, in days; None below three journeys.
    days: float | None = None

    @property
    def left(self) -> int:
        return self.declined + self.withdrawn

    def share(self, most: int) -> float:
        return self.reached / most if most else 0.0


SMALLEST_FOR_A_MEDIAN = 3


@dataclass
class Funnel:
    pair: Pair | None
    steps: list[StepFigures] = field(default_factory=list)

    @property
    def most(self) -> int:
        return max((one.reached for one in self.steps), default=0)

    @property
    def worst(self) -> StepFigures | None:
        """Where most people ended or stand too long, when anybody does."""
        worst = max(self.steps, key=lambda one: one.left + one.stuck, default=None)
        return worst if worst and worst.left + worst.stuck else None


def funnel(journeys: Iterable[Journey], now: datetime, pair: Pair | None = None) -> Funnel:
    there = list(journeys)
    return Funnel(pair, [_figures(step, there, now) for step in Step])


def _figures(step: Step, journeys: Sequence[Journey], now: datetime) -> StepFigures:
    here = [one for one in journeys if one.step == step]
    durations = [days for one in journeys if (days := days_to(step, one)) is not None]
    return StepFigures(
        step,
        reached=sum(has_reached(one, step) for one in journeys),
        here=sum(one.is_live for one in here),
        stuck=sum(one.is_stuck(now) for one in here),
        declined=sum(one.ended == Ended.DECLINED for one in here),
        withdrawn=sum(one.ended == Ended.WITHDRAWN for one in here),
        waiting=sum(one.is_live and one.waiting for one in here),
        days=median(durations) if len(durations) >= SMALLEST_FOR_A_MEDIAN else None,
    )


def has_reached(journey: Journey, step: Step) -> bool:
    """Whoever is further has been here too, except at the step that not everybody takes."""
    if step == SIDE_STEP:
        return step in journey.at
    order = list(Step)
    return order.index(journey.step) >= order.index(step)


def days_to(step: Step, journey: Journey) -> float | None:
    """From the latest earlier step the person took; None where either time is unknown."""
    order = list(Step)
    earlier = [one for one in order[: order.index(step)] if one in journey.at]
    if step not in journey.at or not earlier:
        return None
    return max(0.0, (journey.at[step] - journey.at[earlier[-1]]).total_seconds() / 86400)


def furthest_per_person(journeys: Iterable[Journey]) -> list[Journey]:
    """One journey for each person: the live one that has come furthest, else the furthest of all."""
    best: dict[str, Journey] = {}
    for one in journeys:
        before = best.get(one.email)
        if before is None or _rank(one) > _rank(before):
            best[one.email] = one
    return list(best.values())


def _rank(journey: Journey) -> tuple[bool, int]:
    return not journey.ended, list(Step).index(journey.step)


# --- what is still missing for the cells

ASSUMED_PACE = 2.0  # pairs a day and person, until the project has a pace of its own
ENOUGH_FOR_A_PACE = 10  # accepted items


@dataclass(frozen=True)
class Pace:
    """Accepted pairs per qualified person and calendar day."""

    per_day: float
    is_assumed: bool
    accepted: int = 0
    people: int = 0
    days: int = 28


def pace_of(accepted: int, people: int, days: int) -> Pace:
    if accepted < ENOUGH_FOR_A_PACE or not people:
        return Pace(ASSUMED_PACE, True, accepted, people, days)
    return Pace(accepted / people / days, False, accepted, people, days)


@dataclass(frozen=True)
class Gap:
    """One language × domain of the cells."""

    pair: Pair
    language: str
    domain: str
    left: int  # pairs not yet accepted
    qualified: int
    on_the_way: int  # applied, testing or training, and not ended
    waiting: int
    needed: int | None  # people, until the due date; None without one

    @property
    def missing(self) -> int:
        return max(0, (self.needed or 0) - self.qualified)

    @property
    def is_covered_by_pipeline(self) -> bool:
        return self.missing <= self.on_the_way

    @property
    def tone(self) -> str:
        if self.left and self.needed is None:
            return "quiet" if self.qualified else "bad"
        if not self.left or not self.missing:
            return "good"
        return "warn" if self.is_covered_by_pipeline else "bad"

    @property
    def verdict(self) -> str:
        if not self.left:
            return "All pairs are there"
        if self.needed is None:
            return "Some qualified" if self.qualified else "Nobody qualified"
        if not self.missing:
            return "Enough people"
        if self.is_covered_by_pipeline:
            return f"{self.missing} to come, {self.on_the_way} on the way"
        return f"{self.missing} missing, {self.on_the_way} on the way"


def people_needed(left: int, days: int | None, pace: Pace) -> int | None:
    """How many people write `left` pairs in `days` calendar days at this pace; one day is the least."""
    if days is None:
        return None
    return ceil(left / (max(1, days) * pace.per_day)) if left else 0
