"""Beat's way into the ledger, on the queue `bulk`: no verdict and no check waits for money."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from annotation import ledger
from annotation.models import Project


@shared_task(queue="bulk", name="annotation.tasks.settle_ledgers")
def settle_ledgers(**_later: Any) -> None:
    for project in Project.objects.filter(rates__isnull=False).distinct():
        ledger.settle_what_is_due(project, timezone.now())
