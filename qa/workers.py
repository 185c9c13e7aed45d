"""The workers behind the slow checks: who is alive, how much waits, and whose messages come first.

A queue is named after the weight of its checks. Within it Redis hands out by priority: what was submitted, then what
somebody is typing, then what was imported.
"""

import logging
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from qa.health import connection

logger = logging.getLogger(__name__)
Piece = TypeVar("Piece")

HEART_BEAT_SECONDS = 5
# Three missed beats: a worker that loads a model for some seconds still counts.
ALIVE_SECONDS = 20
# Beyond this many waiting messages, texts being typed give way.
CROWDED = 40


class Priority(IntEnum):
    """Steps of Celery's Redis transport, the lowest served first (settings.CELERY_BROKER_TRANSPORT_OPTIONS)."""

    SUBMITTED = 0
    LIVE = 3
    IMPORTED = 6


def beat(queues: Iterable[str]) -> None:
    """A worker of these queues says that it is there."""
    try:
        cache.set_many({_name(queue): True for queue in queues}, ALIVE_SECONDS)
    except RedisError:
        logger.warning("No heart-beat: the cache cannot be reached")


def is_alive(queue: str) -> bool:
    try:
        return bool(cache.get(_name(queue)))
    except RedisError:
        return False


def waiting(queue: str) -> dict[Priority, int]:
    """Messages in the queue by priority; raises RedisError."""
    with connection() as client, client.pipeline(transaction=False) as pipeline:
        for priority in Priority:
            pipeline.llen(list_of(queue, priority))
        return dict(zip(Priority, pipeline.execute(), strict=True))


def list_of(queue: str, priority: Priority) -> str:
    """The Redis list that kombu keeps messages of this priority in."""
    return f"{queue}:{int(priority)}" if priority else queue


def is_crowded(queue: str) -> bool:
    try:
        before = waiting(queue)
    except RedisError:
        return True
    return before[Priority.SUBMITTED] + before[Priority.LIVE] >= CROWDED


def is_wanted(queue: str) -> bool:
    """Whether a text that somebody submitted or is typing waits for a worker of this queue. Nobody's without Redis."""
    try:
        before = waiting(queue)
    except RedisError:
        return False
    return before[Priority.SUBMITTED] + before[Priority.LIVE] > 0


def until_wanted(queue: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces of work that nobody waits for, until somebody waits for this queue. The first comes in any case: however
    busy the day, work that is taken up gets on."""
    for number, piece in enumerate(pieces):
        if number and is_wanted(queue):
            return
        yield piece


def _name(queue: str) -> str:
    return f"worker:{queue}"
