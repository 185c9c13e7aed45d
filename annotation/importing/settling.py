"""Checking imported pairs in the background, a moment at a time, so that nobody's work waits behind an import."""

import logging
import time

from django.core.cache import cache

from annotation import checking
from annotation.models import Item
from annotation.workflow import State

logger = logging.getLogger(__name__)

SECONDS_AT_A_TIME = 2.0
ITEMS_AT_A_TIME = 500
ALIVE = "imported-checks-alive"
ALIVE_SECONDS = 60


def check_some(after_id: int) -> int | None:
    """Checks imported items that follow `after_id`. The last one checked, or None when no more wait."""
    cache.set(ALIVE, True, ALIVE_SECONDS)
    ends = time.monotonic() + SECONDS_AT_A_TIME
    waiting = list(_unchecked(after_id))
    for item_id in waiting:
        _check(item_id)
        if time.monotonic() > ends:
            return item_id
    return waiting[-1] if len(waiting) == ITEMS_AT_A_TIME else None


def _unchecked(after_id: int) -> "list[int]":
    # Only an import bears items in this state: all others have come here by a later event.
    born = Item.objects.filter(state=State.CHECKING, event_count=1, pk__gt=after_id)
    return list(born.order_by("pk").values_list("pk", flat=True)[:ITEMS_AT_A_TIME])


def _check(item_id: int) -> None:
    try:
        checking.check_item(item_id)
    except Exception:
        # One item must not hold up those behind it; beat comes back to it.
        logger.exception("Imported item %s could not be checked", item_id)


def needs_a_start() -> bool:
    """Whether imported items wait and nobody has been checking them of late."""
    return not cache.get(ALIVE) and bool(_unchecked(0)[:1])
