"""Checking imported pairs in the background, a moment at a time, so that nobody's work waits behind an import."""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.cache import cache

from annotation import checking
from annotation.models import Item
from annotation.workflow import State
from qa import workers
from qa.checks.base import Weight
from qa.workers import Priority

logger = logging.getLogger(__name__)

SECONDS_AT_A_TIME = 2.0
ITEMS_AT_A_TIME = 500
ALIVE = "imported-checks-alive"
ALIVE_SECONDS = 60
SLOW: tuple[Weight, ...] = ("ml", "llm")


@dataclass
class Settled:
    """`last`: the last item looked at, None when no more wait. `awaited`: what slow checks have to answer first."""

    last: int | None = None
    awaited: dict[Weight, list[int]] = field(default_factory=lambda: defaultdict(list))


def check_some(after_id: int) -> Settled:
    """Runs the fast checks of imported items that follow `after_id`, for a moment."""
    cache.set(ALIVE, True, ALIVE_SECONDS)
    ends = time.monotonic() + SECONDS_AT_A_TIME
    waiting = list(_unchecked(after_id))
    settled = Settled()
    for item_id in waiting:
        for weight in _check(item_id):
            settled.awaited[weight].append(item_id)
        if time.monotonic() > ends:
            settled.last = item_id
            return settled
    settled.last = waiting[-1] if len(waiting) == ITEMS_AT_A_TIME else None
    return settled


def _unchecked(after_id: int) -> "list[int]":
    # Only an import bears items in this state: all others have come here by a later event.
    born = Item.objects.filter(state=State.CHECKING, event_count=1, pk__gt=after_id)
    return list(born.order_by("pk").values_list("pk", flat=True)[:ITEMS_AT_A_TIME])


def _check(item_id: int) -> list[Weight]:
    try:
        return checking.check_item(item_id)
    except Exception:
        # One item must not hold up those behind it; beat comes back to it.
        logger.exception("Imported item %s could not be checked", item_id)
        return []


def needs_a_start() -> bool:
    """Whether imported items wait, nobody has been checking them of late, and no worker has them on its list."""
    return not cache.get(ALIVE) and bool(_unchecked(0)[:1]) and not any(map(_is_at_it, SLOW))


def _is_at_it(queue: Weight) -> bool:
    return workers.is_alive(queue) and workers.waiting(queue)[Priority.IMPORTED] > 0
