"""Celery's way into jobs, on the queue `bulk` with a worker of its own: nothing people wait for is behind them."""

from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from annotation import delivering, jobs
from annotation.copilot import own_router, variety
from annotation.importing import running, settling
from annotation.models import Job
from annotation.onboarding import letters, reminding
from annotation.pay import rate_jobs
from annotation.standing import standing_rule
from annotation.tasks import ask_to_route, ask_worker
from qa.workers import Priority

RUNNERS: dict[str, jobs.Runner] = {
    Job.Kind.IMPORT_CONTEXTS: running.run_import,
    Job.Kind.IMPORT_PAIRS: running.run_import,
    Job.Kind.EXPORT: delivering.run_export,
    Job.Kind.DIVERSITY: variety.measure,
    Job.Kind.ROUTER: own_router.fit,
    Job.Kind.CALL_LETTERS: letters.run,
    Job.Kind.REMINDERS: reminding.run,
    Job.Kind.STANDING: standing_rule.run,
    Job.Kind.LEDGER: rate_jobs.run,
}
LONGEST_JOB = 3600
# In one message; its worker gives way to people between any two of them (tasks.check_slowly).
ITEMS_FOR_A_WORKER = 8


def enqueue(job: Job) -> None:
    """In the caller's transaction; a worker hears of it once that is committed."""
    jobs.queue(job)
    transaction.on_commit(partial(run_job.delay, job_id=job.pk))


def retry(job: Job) -> None:
    jobs.prepare_retry(job)
    enqueue(job)


# Longer than Redis' visibility timeout: the message comes a second time, finds the lease and leaves.
@shared_task(queue="bulk", time_limit=LONGEST_JOB)
def run_job(*, job_id: int, **_later: Any) -> None:
    jobs.run(job_id, RUNNERS)
    running.remove_upload(job_id)
    _route_imported(job_id)
    if settling.needs_a_start():
        check_imported.delay(after_id=0)


def _route_imported(job_id: int) -> None:
    imported = Job.objects.filter(pk=job_id, kind=Job.Kind.IMPORT_CONTEXTS).exclude(state__in=jobs.UNFINISHED)
    for project_id in imported.values_list("project_id", flat=True):
        ask_to_route(project_id)


@shared_task(queue="bulk")
def check_imported(*, after_id: int = 0, **_later: Any) -> None:
    settled = settling.check_some(after_id)
    for weight, item_ids in settled.awaited.items():
        for first in range(0, len(item_ids), ITEMS_FOR_A_WORKER):
            ask_worker(item_ids[first : first + ITEMS_FOR_A_WORKER], weight, Priority.IMPORTED)
    if settled.last is not None:
        check_imported.delay(after_id=settled.last)


@shared_task(queue="fast", name="annotation.tasks.resume_stuck_jobs")
def resume_stuck_jobs(**_later: Any) -> None:
    for job_id in jobs.overdue(timezone.now()):
        run_job.delay(job_id=job_id)
    if settling.needs_a_start():
        check_imported.delay(after_id=0)


@shared_task(queue="bulk", name="annotation.tasks.remove_old_uploads")
def remove_old_uploads(**_later: Any) -> None:
    running.remove_old_uploads(timezone.now())
