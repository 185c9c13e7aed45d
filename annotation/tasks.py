"""Celery's way in: ids only, one call into a stage module each. Rows are the truth, so every task may run twice."""

import time
from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.utils import timezone

from annotation import checking, handing_out, shown
from qa import metrics, workers
from qa.checks.base import Weight
from qa.registry import checks
from qa.workers import Priority


@shared_task(queue="fast")
def check_item(*, item_id: int, **_later: Any) -> None:
    for weight in checking.check_item(item_id):
        ask_worker([item_id], weight, Priority.SUBMITTED)
    shown.record(item_id)


def ask_worker(item_ids: Sequence[int], weight: Weight, priority: Priority) -> None:
    """Sends items to the worker of that weight."""
    arguments = {"item_ids": list(item_ids), "weight": weight, "asked_at": time.time()}
    check_slowly.apply_async(kwargs=arguments, queue=weight, priority=int(priority))


@shared_task
def check_slowly(*, item_ids: Sequence[int], weight: Weight, asked_at: float, **_later: Any) -> None:
    metrics.waited(weight, time.time() - asked_at)
    for item_id in item_ids:
        checking.check_slowly(item_id, weight)
    for item_id in item_ids:
        shown.record(item_id)


@shared_task(queue="fast")
def retry_missing_checks(**_later: Any) -> None:
    for weight in {check.weight for check in checks().values()} - {"fast"}:
        if workers.is_alive(weight):
            for item_id in checking.items_to_check_again(timezone.now()):
                ask_worker([item_id], weight, Priority.IMPORTED)


@shared_task(queue="fast")
def recheck_stuck_items(**_later: Any) -> None:
    """A worker was killed or the broker lost a message: what still stands in checking is taken up again."""
    for item_id in checking.stuck_items(timezone.now()):
        check_item.delay(item_id=item_id)


@shared_task(queue="fast")
def lapse_leases(**_later: Any) -> None:
    handing_out.lapse_overdue_leases(timezone.now())
