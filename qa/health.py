"""How the engines are. They live in the workers; what they say of themselves reaches the web process through Redis."""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from qa.engines.base import Health

logger = logging.getLogger(__name__)

NAME = "qa:health"
# Who has said nothing for this long is not there: its worker is gone.
SILENT_AFTER = timedelta(seconds=120)
FORGOTTEN_SECONDS = 7 * 24 * 3600
TIMEOUT_SECONDS = 2


@dataclass(frozen=True)
class Seen:
    """What an engine said last, when, and since when it has been ready or not."""

    health: Health
    at: datetime
    since: datetime

    def is_silent(self, now: datetime) -> bool:
        return now - self.at > SILENT_AFTER


def connection() -> Redis:
    """For plain lists and hashes, which Django's cache does not have."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS)


def report(healths: Iterable[Health]) -> None:
    """A worker tells how its engines are. Without Redis nobody hears it and work goes on."""
    now = timezone.now()
    try:
        with connection() as client:
            known = _stored(client)
            values = {one.engine: _packed(one, known.get(one.engine), now) for one in healths}
            if values:
                client.hset(NAME, mapping=values)
                client.expire(NAME, FORGOTTEN_SECONDS)
    except RedisError:
        logger.warning("The engines' health is not told: Redis cannot be reached")


def read_seen() -> list[Seen]:
    """By name of the engine; empty without Redis."""
    try:
        with connection() as client:
            return [seen for _, seen in sorted(_stored(client).items())]
    except RedisError:
        return []


def read() -> list[Health]:
    return [seen.health for seen in read_seen()]


def _stored(client: Redis) -> dict[str, Seen]:
    rows: dict[bytes, bytes] = client.hgetall(NAME)  # type: ignore[assignment]  # of a synchronous client
    found = {name.decode(): _unpacked(value) for name, value in rows.items()}
    return {name: seen for name, seen in found.items() if seen is not None}


def _packed(health: Health, earlier: Seen | None, now: datetime) -> str:
    is_same = earlier is not None and earlier.health.is_ready == health.is_ready and not earlier.is_silent(now)
    since = earlier.since if earlier is not None and is_same else now
    return json.dumps(asdict(health) | {"at": now.isoformat(), "since": since.isoformat()})


def _unpacked(value: bytes) -> Seen | None:
    """None for what a process of another version has left."""
    try:
        stored: dict[str, Any] = json.loads(value)
        at, since = datetime.fromisoformat(stored.pop("at")), datetime.fromisoformat(stored.pop("since"))
        return Seen(Health(**stored), at, since)
    except (ValueError, TypeError, KeyError):
        return None
