"""Celery's way in: ids only, one call into a stage module each. Rows are the truth, so every task may run twice."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from celery import shared_task
from django.utils import timezone

from annotation import checking, handing_out
from annotation.copilot import indexing, routing, shown
from annotation.fairness import digests
from annotation.learning import testing, testing_results
from annotation.models import Project
from annotation.reviewers import controls
from annotation.standing import alerts
from qa import metrics, workers
from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable
from qa.registry import checks
from qa.workers import Priority

logger = logging.getLogger(__name__)

CAUGHT_UP_AT_ONCE = 16


@shared_task(queue="fast")
def check_item(*, item_id: int, asked_at: float | None = None, **_later: Any) -> None:
    if asked_at is not None:
        metrics.waited("fast", time.time() - asked_at)
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
    if weight == "ml" and "duplicates" in checks():
        _index(item_ids)
    if weight == "ml" and "routing" in checks():
        _route(item_ids)
    for item_id in item_ids:
        checking.check_slowly(item_id, weight)
    for item_id in item_ids:
        shown.record(item_id)


def _index(item_ids: Sequence[int]) -> None:
    """First, so that of two people who submit the same text at once the second one is told."""
    try:
        indexing.index_by_id(item_ids)
    except EngineUnavailable as away:
        logger.info("Nothing is indexed now: %s", away)


def _route(item_ids: Sequence[int]) -> None:
    try:
        routing.read_items(item_ids)
    except EngineUnavailable as away:
        logger.info("Nothing is routed now: %s", away)


@shared_task(queue="ml")
def route_contexts(*, context_ids: Sequence[int], asked_at: float, **_later: Any) -> None:
    metrics.waited("ml", time.time() - asked_at)
    try:
        routing.read_contexts(context_ids)
    except EngineUnavailable as away:
        logger.info("Contexts wait to be routed: %s", away)


def ask_to_route(project_id: int) -> None:
    """Sends the contexts without a reading to the ml worker, behind everything that people wait for."""
    if "routing" not in checks():
        return
    missing = routing.unread_contexts(project_id)
    for first in range(0, len(missing), routing.AT_ONCE):
        arguments = {"context_ids": missing[first : first + routing.AT_ONCE], "asked_at": time.time()}
        route_contexts.apply_async(kwargs=arguments, priority=int(Priority.IMPORTED))


@shared_task(queue="ml")
def bring_routes_up_to_date(**_later: Any) -> None:
    """What an engine that was away has missed, or another engine has read, is read now."""
    if "routing" in checks() and _catch_up(
        lambda project_id: routing.bring_up_to_date(project_id, most=CAUGHT_UP_AT_ONCE)
    ):
        bring_routes_up_to_date.apply_async(priority=int(Priority.IMPORTED), countdown=1)


@shared_task(queue="ml")
def bring_indexes_up_to_date(**_later: Any) -> None:
    """What an engine that was away has missed comes in; what was rejected or set aside goes."""
    if _catch_up(lambda project_id: indexing.bring_up_to_date(project_id, lambda _done: None, CAUGHT_UP_AT_ONCE)):
        bring_indexes_up_to_date.apply_async(priority=int(Priority.IMPORTED), countdown=1)


def _catch_up(bring: Callable[[int], int]) -> int:
    """A few texts of each open project, so that nobody typing waits behind the rest; how many there were."""
    done = 0
    for project_id in Project.objects.filter(closed_at=None).values_list("pk", flat=True):
        try:
            done += bring(project_id)
        except EngineUnavailable as away:
            logger.info("Project %s waits to be caught up with: %s", project_id, away)
    return done


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
def keep_tests(**_later: Any) -> None:
    """Tries whose clock has run out get their result; results whose grace has run out rest until the re-test."""
    now = timezone.now()
    testing.close_overdue(now)
    testing_results.end_grace(now, testing.may_take_retest)


@shared_task(queue="fast")
def look_for_alerts(**_later: Any) -> None:
    """Early warnings of what people did since yesterday, for the people who lead."""
    now = timezone.now()
    for project in Project.objects.filter(closed_at=None):
        alerts.look(project, now)


@shared_task(queue="fast")
def tend_copies(**_later: Any) -> None:
    controls.tend(timezone.now())


@shared_task(queue="fast")
def lapse_leases(**_later: Any) -> None:
    handing_out.lapse_overdue_leases(timezone.now())


@shared_task(queue="fast")
def send_digests(**_later: Any) -> None:
    now = timezone.now()
    digests.write_due(now)
    digests.send_waiting(now)
