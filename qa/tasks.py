"""Celery's way in: the slow checks of a text being written, in the worker of their weight."""

from collections.abc import Sequence
from typing import Any

from celery import shared_task

from qa import asking
from qa.registry import checks


@shared_task(name=asking.ANSWER)
def answer(*, ticket: str, names: Sequence[str], writer: str, **_later: Any) -> None:
    known = checks()
    asking.answer(ticket, [known[name] for name in names if name in known], writer)
