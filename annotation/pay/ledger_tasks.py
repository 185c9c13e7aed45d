"""Beat's way into the ledger, on the queue `bulk`: no verdict and no check waits for money."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Project
from annotation.pay import ledger, rate_jobs
from core.one_by_one import one_by_one


@shared_task(queue="bulk", name="annotation.tasks.settle_ledgers")
def settle_ledgers(**_later: Any) -> None:
    """Not where a job is at it, whose progress somebody watches."""
    at_work = Job.objects.filter(kind=Job.Kind.LEDGER, state__in=jobs.UNFINISHED, parameters__step=rate_jobs.SETTLE)
    priced = Project.objects.filter(rates__isnull=False).exclude(pk__in=at_work.values("project")).distinct().in_bulk()
    one_by_one("Project", priced, lambda pk: ledger.settle_what_is_due(priced[pk], timezone.now()))
