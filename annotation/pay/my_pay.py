"""A person's own pay in a project: what is pending and what it waits for, what is payable, what was paid, and hours."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum

from accounts.models import User
from annotation.models import LedgerEntry, Project
from annotation.pay import active_time
from annotation.pay.ledger_figures import State, Sums
from annotation.workflow import TURNS
from annotation.workflow import State as ItemState

DAYS_SHOWN = 28
MONTHS_SHOWN = 12
WIDTH, HEIGHT, BASE = 560, 84, 68  # of the picture; bars stand on BASE, the axis is below
SMALLEST_TOP = 3600  # a picture of minutes is no picture of long days


@dataclass(frozen=True)
class Bar:
    """One day in the picture."""

    day: datetime
    seconds: int
    x: float
    y: float
    height: float
    width: float

    @property
    def anchor(self) -> str:
        """A label at the right edge stays inside."""
        return "end" if self.x > WIDTH - 60 else "start"

    @property
    def label_x(self) -> float:
        return WIDTH if self.anchor == "end" else self.x


@dataclass(frozen=True)
class Month:
    name: datetime
    seconds: int
    earned: Sums


@dataclass(frozen=True)
class MyPay:
    by_state: list[tuple[str, str, Sums]]
    waiting: list[tuple[int, str]]
    bars: list[Bar]
    months: list[Month]
    seconds: int

    @property
    def has_entries(self) -> bool:
        return any(sums.count for _, _, sums in self.by_state)


def entries_of(person: User, project: Project) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(person=person, project=project)


def my_pay(person: User, project: Project, now: datetime) -> MyPay:
    entries = entries_of(person, project)
    totals: dict[str, Sums] = defaultdict(Sums)
    grouped = entries.order_by().values_list("state", "currency").annotate(amount=Sum("amount"), count=Count("pk"))
    for state, currency, amount, count in grouped:
        totals[state].add(amount, currency, count)
    time = active_time.of_person(project.pk, person.pk, now - timedelta(days=31 * MONTHS_SHOWN))
    return MyPay(
        by_state=[(state.value, state.label, totals.get(state.value, Sums())) for state in State],
        waiting=_waiting(entries),
        bars=bars(time, now),
        months=_months(entries, time, now),
        seconds=time.seconds,
    )


def _waiting(entries: QuerySet[LedgerEntry]) -> list[tuple[int, str]]:
    """How many pending ones wait for whom to do what."""
    pending = entries.filter(state=State.PENDING).order_by().values_list("item__state").annotate(count=Count("pk"))
    found = []
    for state, count in sorted(pending, key=lambda row: -row[1]):
        whose, what = TURNS[ItemState(state)]
        found.append((count, f"{'you' if whose == 'its author' else whose} · {what}"))
    return found


def bars(time: active_time.ActiveTime, now: datetime) -> list[Bar]:
    days = [(day, sum(stages.values())) for day, stages in time.days(now.date(), DAYS_SHOWN)]
    top = max(SMALLEST_TOP, *(seconds for _, seconds in days))
    step = WIDTH / DAYS_SHOWN
    return [
        Bar(
            datetime.combine(day, datetime.min.time(), now.tzinfo), seconds, round(number * step + 2, 1),
            round(BASE * (1 - seconds / top), 1), round(BASE * seconds / top, 1), round(step - 4, 1),
        )
        for number, (day, seconds) in enumerate(days)
    ]  # fmt: skip


def _months(entries: QuerySet[LedgerEntry], time: active_time.ActiveTime, now: datetime) -> list[Month]:
    """Newest first; months without work are left out."""
    earned: dict[tuple[int, int], Sums] = defaultdict(Sums)
    rows = entries.order_by().values_list("earned_at__year", "earned_at__month", "currency")
    for year, month, currency, amount, count in rows.annotate(amount=Sum("amount"), count=Count("pk")):
        earned[year, month].add(amount, currency, count)
    seconds: dict[tuple[int, int], int] = defaultdict(int)
    for day, stages in time.by_day.items():
        seconds[day.year, day.month] += sum(stages.values())
    found = sorted({*earned, *seconds}, reverse=True)[:MONTHS_SHOWN]
    return [
        Month(
            datetime(year, month, 1, tzinfo=now.tzinfo),
            seconds.get((year, month), 0),
            earned.get((year, month), Sums()),
        )
        for year, month in found
    ]
