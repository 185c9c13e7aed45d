"""Does the rule do what it is for? Experts, places and reviews as events in time, under several policies.

Each expert works some hours a day at a time of their own and takes the oldest place the policy shows them; a review
answers hours later; a rejected place is free again at once. A run ends when every place has an accepted item, so
that all policies are compared at the same amount of work done. The rule here is the code that people are measured
and served with (scoring, pooling, rules.hours_until_shown, low weights reviewed first). All policies meet the same
people with the same luck: whether an expert's n-th item is good does not depend on the policy.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import ceil
from statistics import median

from experts.pooling import Cell, Pool, Tally, pool
from experts.rules import DEFAULT, Rule, hours_until_shown
from experts.scoring import Decision, Judgement, deference, lower_bound, weigh, weight

CELL: Cell = ("en", "law", "extraction")
HOURS_PER_DAY = 24
# Sums of hours are not exact: an hour that has just begun counts as begun.
A_MOMENT = 1e-6
ASKS_EVERY = 1 / 6
# The rates of the project are read anew after so many decisions (in the product after ten minutes).
RATES_EVERY = 50
# Items of lowered weights are reviewed first: in half the time.
FAST_REVIEW = 0.5
LONGEST_DAYS = 90
DAYS_WITHOUT = 3


@dataclass(frozen=True)
class Scene:
    """Issue 4: 300 experts, one in ten bad at 45 %, the rest between 5 and 20 %, 10,000 places.

    `load` is the share of the experts' time that the arriving places need; None opens all places at the start.
    """

    experts: int = 300
    places: int = 10_000
    bad_share: float = 0.10
    bad_rate: float = 0.45
    good_rates: tuple[float, float] = (0.05, 0.20)
    load: float | None = 0.8
    work_hours_a_day: float = 2.0
    hours_per_item: float = 2 / 3
    review_hours: float = 6.0

    @property
    def mean_rate(self) -> float:
        return self.bad_share * self.bad_rate + (1 - self.bad_share) * sum(self.good_rates) / 2

    @property
    def items_a_day(self) -> float:
        """What all experts can do: the last item of a day is begun within the hours and finished after them."""
        return self.experts * (self.work_hours_a_day / self.hours_per_item + 1)

    @property
    def arrival_days(self) -> float:
        if self.load is None:
            return 0.0
        return self.places / (self.load * self.items_a_day * (1 - self.mean_rate))

    @property
    def deadline_days(self) -> int:
        """A day after the last place, or the time all experts together need for all places."""
        if self.load is not None:
            return ceil(self.arrival_days + 1)
        return ceil(self.places / (self.items_a_day * (1 - self.mean_rate)))


@dataclass
class Expert:
    rate: float
    is_bad: bool
    starts_at: float
    luck: random.Random
    times: list[float] = field(default_factory=list)
    rejected: list[bool] = field(default_factory=list)
    weight: float = 1.0
    deference: float = 0.0
    paused: bool = False
    moved_at: int | None = None
    last_at: int | None = None
    handed_in_at: float | None = None
    items: int = 0
    longest_without: float = 0.0

    def hours_without(self, now: float) -> float:
        """The longest time so far between a hand-in and the next place."""
        return self.longest_without if self.handed_in_at is None else max(self.longest_without, now - self.handed_in_at)


@dataclass
class Project:
    """What the policy may know beside the person."""

    experts: Sequence[Expert]
    now: float = 0.0
    judged: int = 0
    rejected: int = 0
    rates: Pool = field(default_factory=Pool)
    rates_at: int = 0

    def rates_now(self, rule: Rule) -> Pool:
        if self.judged < RATES_EVERY or self.judged - self.rates_at >= RATES_EVERY:
            known = [(number, one) for number, one in enumerate(self.experts) if one.rejected]
            tallies = [Tally(number, None, CELL, len(one.rejected), float(sum(one.rejected))) for number, one in known]
            self.rates, self.rates_at = pool(tallies, rule), self.judged
        return self.rates


@dataclass(frozen=True)
class Policy:
    """`judge` sets weight, deference or pause after each decision."""

    name: str
    judge: Callable[[Expert, Project], None]
    rule: Rule = DEFAULT

    def shows(self, expert: Expert, ready_at: float, now: float) -> bool:
        since = None if expert.handed_in_at is None else now - expert.handed_in_at
        return hours_until_shown(now - ready_at, since, expert.weight, expert.deference, self.rule) <= A_MOMENT


def leave_alone(_expert: Expert, _project: Project) -> None:
    """No deprioritization."""


def pause_above_30_percent(expert: Expert, _project: Project) -> None:
    """What many platforms do: a raw rate, and out."""
    judged, rejected = len(expert.rejected), sum(expert.rejected)
    if judged >= 10 and rejected / judged > 0.30 and not expert.paused:
        expert.paused, expert.moved_at, expert.last_at = True, judged, judged


def by_the_rule(expert: Expert, project: Project, rule: Rule = DEFAULT) -> None:
    rates = project.rates_now(rule)
    decisions = [
        Decision(
            Judgement.REJECTED if rejected else Judgement.ACCEPTED,
            days=(project.now - at) / HOURS_PER_DAY,
            prior=rates.rate_of(CELL),
        )
        for at, rejected in zip(expert.times, expert.rejected, strict=True)
    ]
    evidence = weigh(decisions, rates.rate, rule)
    low = lower_bound(evidence, rule)
    expert.weight, expert.deference = weight(evidence, low, rule), deference(evidence, low, rule)
    if expert.last_at is None and (expert.weight < 1 or expert.deference >= 1):
        expert.last_at = len(decisions)
    if expert.moved_at is None and expert.weight < rule.deprioritize_below:
        expert.moved_at = len(decisions)


POLICIES = (
    Policy("no rule", leave_alone),
    Policy("pause above 30 %", pause_above_30_percent),
    Policy("the rule", by_the_rule),
)


class Run:
    """One policy in one scene: a heap of events until every place has an accepted item."""

    def __init__(self, scene: Scene, policy: Policy, seed: int) -> None:
        self.scene, self.policy = scene, policy
        self.draw = random.Random(f"{seed}:time")  # noqa: S311  (luck, not secrets)
        self.experts = people(scene, seed)
        self.project = Project(self.experts)
        self.open: list[float] = []
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.accepted: list[tuple[float, bool]] = []
        self.rejected = 0
        self.rejected_of_bad = 0

    def run(self) -> "Run":
        for number in range(self.scene.places):
            self.at(self.scene.arrival_days * HOURS_PER_DAY * number / self.scene.places, self._open_place)
        for expert in self.experts:
            self.at(expert.starts_at, self._asking(expert))
        while len(self.accepted) < self.scene.places and self.project.now < LONGEST_DAYS * HOURS_PER_DAY:
            self.project.now, _, event = heappop(self.events)
            event()
        return self

    def at(self, time: float, event: Callable[[], None]) -> None:
        self.count += 1
        heappush(self.events, (time, self.count, event))

    def _open_place(self) -> None:
        heappush(self.open, self.project.now)

    def _asking(self, expert: Expert) -> Callable[[], None]:
        return lambda: self._ask(expert)

    def _ask(self, expert: Expert) -> None:
        now = self.project.now
        if expert.paused:
            return
        day, hour = divmod(now - expert.starts_at + A_MOMENT, HOURS_PER_DAY)
        if hour >= self.scene.work_hours_a_day:
            self.at(expert.starts_at + (day + 1) * HOURS_PER_DAY, self._asking(expert))
        elif self.open and self.policy.shows(expert, self.open[0], now):
            heappop(self.open)
            self._work(expert)
        else:
            self.at(now + ASKS_EVERY, self._asking(expert))

    def _work(self, expert: Expert) -> None:
        done = self.project.now + self.draw.expovariate(1 / self.scene.hours_per_item)
        is_rejected = expert.luck.random() < expert.rate
        expert.longest_without = expert.hours_without(self.project.now)
        expert.handed_in_at = done
        expert.items += 1
        self.at(done, self._asking(expert))
        waits = self.draw.expovariate(1 / self.scene.review_hours) * (FAST_REVIEW if expert.weight < 1 else 1)
        self.at(done + waits, lambda: self._judge(expert, is_rejected))

    def _judge(self, expert: Expert, is_rejected: bool) -> None:
        expert.times.append(self.project.now)
        expert.rejected.append(is_rejected)
        self.project.judged += 1
        self.project.rejected += is_rejected
        self.policy.judge(expert, self.project)
        if is_rejected:
            self._open_place()
        else:
            self.accepted.append((self.project.now, expert.is_bad))


def people(scene: Scene, seed: int) -> list[Expert]:
    draw = random.Random(f"{seed}:people")  # noqa: S311
    bad = round(scene.experts * scene.bad_share)
    return [
        Expert(
            rate=scene.bad_rate if number < bad else draw.uniform(*scene.good_rates),
            is_bad=number < bad,
            starts_at=draw.uniform(0, HOURS_PER_DAY),
            luck=random.Random(f"{seed}:{number}"),  # noqa: S311
        )
        for number in range(scene.experts)
    ]


@dataclass(frozen=True)
class Figures:
    """What one run came to; shares between 0 and 1. *Last*: paused, or behind all others in the choice
    of new places; *moved*: paused or deprioritized. `least_served`: the work of the good expert at the lowest
    twentieth, as a share of what good experts do on average. `good_without`: the share of the good who once had no
    place for three days, before 99 % of the places were done. `places_lost`: without an accepted item at the
    deadline. `days`: until 99 % of the places had one."""

    rejected: float
    bad_among_accepted: float
    bad_caught: float
    items_to_catch: float | None
    items_of_bad: float
    good_moved: float
    good_last: float
    least_served: float
    good_without: float
    places_lost: float
    days: float

    @classmethod
    def of(cls, run: Run) -> "Figures":
        bad = [one for one in run.experts if one.is_bad]
        good = [one for one in run.experts if not one.is_bad]
        caught = [one.last_at for one in bad if one.last_at is not None]
        return cls(
            rejected=run.project.rejected / run.project.judged,
            bad_among_accepted=sum(is_bad for _, is_bad in run.accepted) / len(run.accepted),
            bad_caught=len(caught) / max(1, len(bad)),
            items_to_catch=median(caught) if caught else None,
            items_of_bad=sum(one.items for one in bad) / max(1, len(bad)),
            good_moved=sum(one.moved_at is not None for one in good) / len(good),
            good_last=sum(one.last_at is not None for one in good) / len(good),
            least_served=sorted(one.items for one in good)[len(good) // 20] * len(good) / sum(o.items for o in good),
            good_without=sum(one.hours_without(_nearly_done(run)) >= DAYS_WITHOUT * HOURS_PER_DAY for one in good)
            / len(good),
            **_throughput(run),
        )


def _throughput(run: Run) -> dict[str, float]:
    deadline = run.scene.deadline_days * HOURS_PER_DAY
    in_time = sum(at <= deadline for at, _ in run.accepted)
    return {"places_lost": 1 - in_time / run.scene.places, "days": _nearly_done(run) / HOURS_PER_DAY}


def _nearly_done(run: Run) -> float:
    """The hour by which 99 % of the places had an accepted item."""
    at, _ = run.accepted[min(ceil(0.99 * run.scene.places), len(run.accepted)) - 1]
    return at


def bad_share_by_day(run: Run) -> list[tuple[float, float]]:
    """Day by day, what share of the items accepted on it came from bad experts."""
    points = []
    for day in range(1, ceil(run.project.now / HOURS_PER_DAY) + 1):
        of_day = [is_bad for at, is_bad in run.accepted if day - 1 < at / HOURS_PER_DAY <= day]
        if len(of_day) >= 50:
            points.append((float(day), sum(of_day) / len(of_day)))
    return points


def average(figures: Sequence[Figures]) -> dict[str, float | None]:
    """The mean over seeds of each figure, leaving out runs that have none."""
    result: dict[str, float | None] = {}
    for name in Figures.__dataclass_fields__:
        known = [value for one in figures if (value := getattr(one, name)) is not None]
        result[name] = sum(known) / len(known) if known else None
    return result
