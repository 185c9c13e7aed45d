"""The lines of the status page: engines, checks and queues, each with its state in words and what would mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from redis.exceptions import RedisError

from annotation.checking import collection_of
from annotation.models import Project
from qa import workers
from qa.checks.base import Check
from qa.engines.base import Health, Reason
from qa.health import Seen, read_seen
from qa.metrics import Metrics, Waits, waits
from qa.registry import checks, daily_purse
from qa.spending import Spend, lately
from qa.workers import Priority

# In the order a person waits for them; `bulk` takes imports and exports.
QUEUES = {"fast": "Checks people wait for", "ml": "Language models here", "llm": "Remote engines", "bulk": "Files"}
SPENDING_DAYS = 14
PRIORITIES = {Priority.SUBMITTED: "submitted", Priority.LIVE: "being typed", Priority.IMPORTED: "imported"}


@dataclass(frozen=True)
class State:
    word: str
    tone: str
    since: datetime | None = None
    detail: str = ""


READY = State("ready", "good")


@dataclass(frozen=True)
class EngineLine:
    health: Health
    state: State
    at: datetime


@dataclass(frozen=True)
class CheckLine:
    check: Check
    state: State
    metrics: Metrics


@dataclass(frozen=True)
class QueueLine:
    name: str
    label: str
    is_alive: bool
    waits: Waits
    # (what, how many); None while Redis cannot be reached.
    waiting: list[tuple[str, int]] | None = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(count for _, count in self.waiting or [])

    @property
    def is_stuck(self) -> bool:
        return bool(self.total) and not self.is_alive


def engine_lines(now: datetime) -> list[EngineLine]:
    return [EngineLine(seen.health, _state_of_engine(seen, now), seen.at) for seen in read_seen()]


def _state_of_engine(seen: Seen, now: datetime) -> State:
    if seen.is_silent(now):
        return State("unavailable", "bad", seen.at, "Its worker has said nothing since. Is it running?")
    if seen.health.is_ready:
        return State("ready", "good", None, seen.health.detail)
    for reason, tone in ((Reason.LOADING, "note"), (Reason.NOT_CONFIGURED, "quiet"), (Reason.NOT_INSTALLED, "quiet")):
        if str(reason) in seen.health.detail:
            return State(reason.removeprefix("is ").removeprefix("still "), tone, seen.since, seen.health.detail)
    return State("unavailable", "bad", seen.since, seen.health.detail)


def check_lines(figures: Mapping[str, Metrics]) -> list[CheckLine]:
    alive = {weight: workers.is_alive(weight) for weight in {check.weight for check in checks().values()}}
    lines = []
    for name, check in checks().items():
        metrics = figures.get(name) or Metrics(name, 0, 0, None, None)
        lines.append(CheckLine(check, _state_of_check(check, metrics, is_served=alive[check.weight]), metrics))
    return lines


def _state_of_check(check: Check, metrics: Metrics, *, is_served: bool) -> State:
    """A fast check runs in the page's own request: no worker is needed for it to answer."""
    if check.weight != "fast" and not is_served:
        return State("unavailable", "bad", metrics.last_done, f"No worker takes the queue “{check.weight}”.")
    if metrics.is_away:
        reason = metrics.failures[0][0] if metrics.failures else ""
        return State("unavailable", "warn", metrics.last_done, reason)
    return READY


def queue_lines() -> list[QueueLine]:
    return [
        QueueLine(name, label, workers.is_alive(name), waits(name), _waiting(name)) for name, label in QUEUES.items()
    ]


@dataclass(frozen=True)
class SpendLine:
    """What a project spends on language models. Costs in the currency of the price list."""

    project: Project
    limit: Decimal
    today: Spend
    days: list[Spend]

    @property
    def total(self) -> Decimal:
        return sum((day.cost for day in self.days), Decimal(0))

    @property
    def is_used_up(self) -> bool:
        return self.today.cost >= self.limit

    @property
    def share_drawn(self) -> str:
        """Of a hundred units."""
        return f"{min(100.0, 100 * float(self.today.cost / self.limit)) if self.limit else 100:.1f}"


def spend_lines(projects: Sequence[Project], today: date) -> list[SpendLine]:
    """Of those that have called a model lately, the dearest first. One statement."""
    limit = daily_purse().limit
    by_collection: dict[str, list[Spend]] = {}
    for spend in lately(SPENDING_DAYS):
        by_collection.setdefault(spend.collection, []).append(spend)
    lines = []
    for project in projects:
        name = collection_of(project.pk)
        if days := by_collection.get(name):
            own = limit if project.llm_daily_budget is None else project.llm_daily_budget
            now = next((day for day in days if day.day == today), Spend(name, today))
            lines.append(SpendLine(project, own, now, days))
    return sorted(lines, key=lambda line: (-line.today.cost, -line.total))


def _waiting(queue: str) -> list[tuple[str, int]] | None:
    try:
        found = workers.waiting(queue)
    except RedisError:
        return None
    return [(PRIORITIES[priority], count) for priority, count in found.items()]
