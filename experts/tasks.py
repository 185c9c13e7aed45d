"""Celery's way in. Rows are the truth, so the task may run twice."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from experts import recomputing


@shared_task(queue="fast")
def recompute_standing(**_later: Any) -> None:
    recomputing.recompute_due(timezone.now())
