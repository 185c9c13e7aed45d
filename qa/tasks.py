"""Celery's way in: the slow checks of a text being written, in the worker of their weight."""

import time
from collections.abc import Sequence
from typing import Any

from celery import shared_task

from qa import asking, metrics
from qa.registry import checks


@shared_task(name=asking.ANSWER)
def answer(*, ticket: str, names: Sequence[str], writer: str, asked_at: float, **_later: Any) -> None:
    known = checks()
    wanted = [known[name] for name in names if name in known]
    if wanted:
        metrics.waited(wanted[0].weight, time.time() - asked_at)
        asking.answer(ticket, wanted, writer)
