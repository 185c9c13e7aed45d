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
from annotation.learning import piece_scoring, testing, testing_results
from annotation.models import Project
from annotation.reviewers import controls
from annotation.standing import alerts
from core.one_by_one import one_by_one
from qa import metrics, workers
from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable
from qa.registry import checks
from qa.workers import Priority

logger = logging.getLogger(__name__)

CAUGHT_UP_AT_ONCE = 16
CONTEXTS_IN_A_MESSAGE = 32


@shared_task(queue="fast")
def check_item(*, item_id: int, asked_at: float | None = None, **_later: Any) -> None:
    if asked_at is not None:
        metrics.waited("fast", time.time() - asked_at)
    for weight in checking.check_item(item_id):
        ask_worker([item_id], weight, Priority.SUBMITTED)
    shown.record(item_id)


def ask_worker(item_ids: Sequence[int], weight: Weight, priority: Priority) -> None:
    """Sends items to the worker of that weight."""
    arguments = {"item_ids": list(item_ids), "weight": weight, "asked_at": time.time(), "priority": int(priority)}
    check_slowly.apply_async(kwargs=arguments, queue=weight, priority=int(priority))


@shared_task
def check_slowly(
    *,
    item_ids: Sequence[int],
    weight: Weight,
    asked_at: float,
    priority: int = Priority.SUBMITTED,
    **_later: Any,
) -> None:
    """One item after the other. What was imported gives way to people: the rest goes behind what waits for import,
    before this message is acknowledged, so that a killed worker repeats items and loses none."""
    is_imported = priority >= Priority.IMPORTED
    if not is_imported:
        metrics.waited(weight, time.time() - asked_at)
    done = 0
    for item_id in workers.until_wanted(weight, item_ids) if is_imported else item_ids:
        _check_slowly(item_id, weight)
        done += 1
    if done < len(item_ids):
        ask_worker(item_ids[done:], weight, Priority.IMPORTED)


def _check_slowly(item_id: int, weight: Weight) -> None:
    if weight == "ml" and "duplicates" in checks():
        _index(item_id)
    if weight == "ml" and "routing" in checks():
        _route(item_id)
    checking.check_slowly(item_id, weight)
    shown.record(item_id)


def _index(item_id: int) -> None:
    """First, so that of two people who submit the same text at once the second one is told."""
    try:
        indexing.index_by_id([item_id])
    except EngineUnavailable as away:
        logger.info("Nothing is indexed now: %s", away)


def _route(item_id: int) -> None:
    try:
        routing.read_items([item_id])
    except EngineUnavailable as away:
        logger.info("Nothing is routed now: %s", away)


@shared_task(queue="ml")
def route_contexts(*, context_ids: Sequence[int], **_later: Any) -> None:
    """As far as nobody waits for this worker; the rest goes to the end of the queue."""
    done = 0
    try:
        for piece in workers.until_wanted("ml", _pieces(context_ids, routing.AT_ONCE)):
            routing.read_contexts(piece)
            done += len(piece)
    except EngineUnavailable as away:
        logger.info("Contexts wait to be routed: %s", away)
        return
    _send_contexts(context_ids[done:])


def ask_to_route(project_id: int) -> None:
    """Sends the contexts without a reading to the ml worker, behind everything that people wait for."""
    if "routing" in checks():
        for message in _pieces(routing.unread_contexts(project_id), CONTEXTS_IN_A_MESSAGE):
            _send_contexts(message)


def _send_contexts(context_ids: Sequence[int]) -> None:
    if context_ids:
        route_contexts.apply_async(kwargs={"context_ids": list(context_ids)}, priority=int(Priority.IMPORTED))


def _pieces(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    return [ids[first : first + size] for first in range(0, len(ids), size)]


@shared_task(queue="ml")
def bring_routes_up_to_date(**_later: Any) -> None:
    """What an engine that was away has missed, or another engine has read, is read now."""
    if "routing" in checks() and _catch_up(routing.bring_up_to_date):
        bring_routes_up_to_date.apply_async(priority=int(Priority.IMPORTED), countdown=1)


@shared_task(queue="ml")
def bring_indexes_up_to_date(**_later: Any) -> None:
    """What an engine that was away has missed comes in; what was rejected or set aside goes."""
    if _catch_up(indexing.bring_up_to_date):
        bring_indexes_up_to_date.apply_async(priority=int(Priority.IMPORTED), countdown=1)


def _catch_up(bring: Callable[..., int]) -> int:
    """A few texts of each open project, fewer where somebody waits for this worker; how many there were."""
    done = 0
    projects = Project.objects.filter(closed_at=None).values_list("pk", flat=True)
    for project_id in workers.until_wanted("ml", projects):
        try:
            done += bring(project_id, most=CAUGHT_UP_AT_ONCE, may_go_on=_is_unwanted)
        except EngineUnavailable as away:
            logger.info("Project %s waits to be caught up with: %s", project_id, away)
    return done


def _is_unwanted() -> bool:
    return not workers.is_wanted("ml")


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
    projects = Project.objects.filter(closed_at=None).in_bulk()
    one_by_one("Project", projects, lambda pk: alerts.look(projects[pk], now))


@shared_task(queue="fast")
def tend_copies(**_later: Any) -> None:
    controls.tend(timezone.now())


@shared_task(queue="fast")
def lapse_leases(**_later: Any) -> None:
    now = timezone.now()
    handing_out.lapse_overdue_leases(now)
    piece_scoring.lapse_overdue(now)


@shared_task(queue="fast")
def send_digests(**_later: Any) -> None:
    now = timezone.now()
    digests.write_due(now)
    digests.send_waiting(now)
