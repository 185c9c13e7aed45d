"""Background work as rows that people watch: who runs it, how far it is, why it stopped.

Whoever holds a job's lease runs it. `started_at` is the fence: each take-over sets it anew, and a worker writes to a
job only while it stands as that worker found it, so one that was thought dead cannot finish somebody else's run.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from annotation.models import Job
from core.refusal import Refusal, Refused

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 0.5  # also how fresh the progress is that a page polls once a second
# A queued job is sent again after this long: its message may be lost, and sending twice does no harm.
SENT_AGAIN_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 5

UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)
RETRIABLE = (Job.State.FAILED, Job.State.CANCELED)
UPLOAD_GONE = Refusal(
    "The uploaded file was removed: it was not needed for 14 days.",
    "Upload it again; what was added is not added twice.",
)


class JobFailed(Exception):  # noqa: N818  (read as a sentence: "raise JobFailed(refusal)")
    """The job cannot succeed as it is; the refusal says why and what to do, in a person's words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Interrupted(Exception):  # noqa: N818
    """The job was canceled, or another worker has taken it over: stop without a trace."""


class Hold:
    """The lease on a running job. A thread with a connection of its own renews it, also during long transactions."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._done = job.done
        self._ended = Event()
        self._lost = False
        self._thread = Thread(target=self._renew_until_ended, name=f"job-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, done: int) -> None:
        """Says how far the work is. Raises Interrupted when it is no longer this worker's."""
        self._done = done
        if self._lost:
            raise Interrupted

    def checkpoint(self, result: dict[str, Any]) -> None:
        """Saves what is reached, in the caller's transaction: what it describes is committed with it or not at all."""
        if not _held(self.job).update(result=result):
            raise Interrupted
        self.job.result = result

    def _renew_until_ended(self) -> None:
        try:
            while not self._lost and not self._ended.wait(RENEW_SECONDS):
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        try:
            held = _held(self.job).update(leased_until=timezone.now() + LEASE, done=self._done)
        except OperationalError:
            logger.warning("Job %s: its lease could not be renewed", self.job.pk)
        else:
            self._lost = not held


Runner = Callable[[Hold], None]


def queue(job: Job) -> None:
    """Marks a job as to be run; `job_tasks.enqueue` also sends it to a worker."""
    job.state, job.leased_until = Job.State.QUEUED, timezone.now() + SENT_AGAIN_AFTER
    job.save()


def run(job_id: int, runners: Mapping[str, Runner]) -> None:
    """Runs the job unless somebody else does. Safe to repeat: deliveries do."""
    job = _take(job_id)
    if job is None:
        return
    try:
        with Hold(job) as hold:
            runners[job.kind](hold)
    except Interrupted:
        logger.info("Job %s was canceled or taken over", job.pk)
    except (OperationalError, InterfaceError):
        # The database is away, or ended a deadlock: the lease runs out and beat starts the job again.
        logger.exception("Job %s lost the database", job.pk)
    except JobFailed as failed:
        _end(job, Job.State.FAILED, str(failed))
    except Exception as error:
        logger.exception("Job %s failed", job.pk)
        _end(job, Job.State.FAILED, _unexpected(error))
    else:
        _end(job, Job.State.DONE)


def _take(job_id: int) -> Job | None:
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, leased_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id, attempts__lt=MOST_ATTEMPTS).update(
        state=Job.State.RUNNING, started_at=now, leased_until=now + LEASE, attempts=F("attempts") + 1, error=""
    )
    return Job.objects.select_related("project", "created_by").get(pk=job_id) if taken else None


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, started_at=job.started_at)


def _end(job: Job, state: Job.State, error: str = "") -> None:
    # Not job.save(): the row may be another worker's by now.
    done = F("total") if state == Job.State.DONE else F("done")
    _held(job).update(state=state, error=error, done=done, leased_until=None, finished_at=timezone.now())


def _unexpected(error: Exception) -> str:
    return f"Something unexpected happened ({type(error).__name__}). Try again: nothing is done twice."


def overdue(now: datetime) -> list[int]:
    """Jobs whose worker or message is gone, to be sent again. Those that were begun too often end as failed."""
    late = Job.objects.filter(state__in=UNFINISHED, leased_until__lt=now)
    given_up = f"It was begun {MOST_ATTEMPTS} times and its worker ended each time. Try again, or with a smaller file."
    late.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=Job.State.FAILED, error=given_up, leased_until=None, finished_at=now
    )
    found = list(late.order_by("leased_until").values_list("pk", flat=True)[:100])
    Job.objects.filter(pk__in=found, state=Job.State.QUEUED).update(leased_until=now + SENT_AGAIN_AFTER)
    return found


def cancel(job: Job) -> None:
    """A running job stops at its next batch; what it has committed stays."""
    canceled = Job.objects.filter(pk=job.pk, state__in=UNFINISHED).update(
        state=Job.State.CANCELED, leased_until=None, finished_at=timezone.now()
    )
    if not canceled:
        raise Refused(Refusal("The job has ended already."), status=409)


def prepare_retry(job: Job) -> None:
    refusal = refusal_to_retry(job)
    if refusal:
        raise Refused(refusal, status=409)
    job.attempts, job.error, job.finished_at = 0, "", None


def refusal_to_retry(job: Job) -> Refusal | None:
    if job.state not in RETRIABLE:
        return Refusal(
            f"The job is {job.get_state_display().lower()}.", "Only what failed or was canceled is tried again."
        )
    return UPLOAD_GONE if job.kind in Job.IMPORTS and not job.file_path else None
