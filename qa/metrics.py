"""How fast and how surely checks answer: latency and failures from stored results, queue time from the workers."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection as database
from redis.exceptions import RedisError

from qa.engines.base import Reason
from qa.health import connection
from qa.models import CheckRun

logger = logging.getLogger(__name__)

# Figures are of the newest results only: what they cost does not grow with the table.
LOOKED_AT = 20_000
WAITS_KEPT = 500
FORGOTTEN_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Metrics:
    """Of one check, over its newest runs. Milliseconds; None where there is nothing to measure."""

    check: str
    runs: int
    failed: int
    p50: float | None
    p95: float | None
    last_done: datetime | None = None
    # Texts in a language that the engine does not know are no sign that it is away.
    last_away: datetime | None = None
    # (why, how often), the most frequent first.
    failures: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_away(self) -> bool:
        """Its newest answer is that there is none."""
        return self.last_away is not None and (self.last_done is None or self.last_away > self.last_done)


_LATELY = f"SELECT * FROM {CheckRun._meta.db_table} ORDER BY id DESC LIMIT %s"  # noqa: S608  (a table's own name)
_FIGURES = f"""
    SELECT "check", count(*), count(*) FILTER (WHERE status = 'unavailable'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) FILTER (WHERE status = 'done'),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms) FILTER (WHERE status = 'done'),
           max(created_at) FILTER (WHERE status = 'done'),
           max(created_at) FILTER (WHERE status = 'unavailable' AND error NOT LIKE %s)
    FROM ({_LATELY}) lately GROUP BY "check"
"""  # noqa: S608
_FAILURES = f"""
    SELECT "check", error, count(*) FROM ({_LATELY}) lately
    WHERE status = 'unavailable' GROUP BY "check", error ORDER BY count(*) DESC, error
"""  # noqa: S608


def per_check() -> dict[str, Metrics]:
    """By name of the check, over the newest results of all projects; two statements."""
    with database.cursor() as cursor:
        cursor.execute(_FAILURES, [LOOKED_AT])
        failures: dict[str, list[tuple[str, int]]] = {}
        for check, error, count in cursor.fetchall():
            failures.setdefault(check, []).append((error, count))
        cursor.execute(_FIGURES, [f"%{Reason.UNSUPPORTED}", LOOKED_AT])
        rows = cursor.fetchall()
    return {row[0]: Metrics(*(*row, failures.get(row[0], []))) for row in rows}


@dataclass(frozen=True)
class Waits:
    """Seconds that messages of a queue waited for their worker, over the last of them."""

    queue: str
    count: int = 0
    p50: float | None = None
    p95: float | None = None


def waited(queue: str, seconds: float) -> None:
    """A worker has taken a message from this queue that had waited so long. Without Redis it is not kept."""
    try:
        with connection() as client, client.pipeline(transaction=False) as pipeline:
            pipeline.lpush(_name(queue), f"{max(0.0, seconds):.3f}")
            pipeline.ltrim(_name(queue), 0, WAITS_KEPT - 1)
            pipeline.expire(_name(queue), FORGOTTEN_SECONDS)
            pipeline.execute()
    except RedisError:
        logger.warning("Queue time is not kept: Redis cannot be reached")


def waits(queue: str) -> Waits:
    try:
        with connection() as client:
            values = sorted(float(value) for value in client.lrange(_name(queue), 0, -1))
    except RedisError:
        return Waits(queue)
    if not values:
        return Waits(queue)
    return Waits(queue, len(values), _quantile(values, 0.5), _quantile(values, 0.95))


def _quantile(ordered: list[float], share: float) -> float:
    """Nearest rank: a wait that some message really had."""
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def _name(queue: str) -> str:
    return f"qa:waited:{queue}"
