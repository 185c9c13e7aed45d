"""Celery's way in: ids only, one call into a stage module each. Rows are the truth, so every task may run twice."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from annotation import checking, handing_out


@shared_task(queue="fast")
def check_item(*, item_id: int, **_later: Any) -> None:
    checking.check_item(item_id)


@shared_task(queue="fast")
def recheck_stuck_items(**_later: Any) -> None:
    """A worker was killed or the broker lost a message: what still stands in checking is taken up again."""
    for item_id in checking.stuck_items(timezone.now()):
        check_item.delay(item_id=item_id)


@shared_task(queue="fast")
def lapse_leases(**_later: Any) -> None:
    handing_out.lapse_overdue_leases(timezone.now())
