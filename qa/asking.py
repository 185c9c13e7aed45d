"""Slow checks beside a text being written: asked for after a pause, answered by a worker one by one, read by polling.

Asking leaves the text in the cache under a ticket; the worker's answers go to the same cache, each under the key of its
result, so that submitting takes them over. A newer text of the same writer makes an older ticket void.
"""

import dataclasses
import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from celery import current_app
from django.core.cache import cache
from redis.exceptions import RedisError

from qa import runs, workers
from qa.checks.base import Bounds, Check, Example, Subject
from qa.workers import Priority

logger = logging.getLogger(__name__)

ANSWER = "qa.tasks.answer"
# How long a text waits for its worker; whoever still polls asks again.
TICKET_SECONDS = 30
ASKED_AGAIN_SECONDS = 8


def ask(subject: Subject, checks: Sequence[Check], guideline_version: int, writer: str) -> None:
    """Sends what is not known yet to the workers. Repeating it is cheap; without Redis nothing happens."""
    ticket = ticket_of(subject, guideline_version)
    try:
        cache.set(_latest(writer), ticket, TICKET_SECONDS)
        for group in dict.fromkeys(map(_group, checks)):
            if cache.add(f"qa:asked:{ticket}:{group}", True, ASKED_AGAIN_SECONDS):
                cache.set(
                    _text(ticket), {"subject": packed(subject), "guideline_version": guideline_version}, TICKET_SECONDS
                )
                _send(ticket, [check for check in checks if _group(check) == group], writer)
    except RedisError:
        logger.warning("Nothing is asked of the workers: Redis cannot be reached")


def _group(check: Check) -> str:
    """What goes in one message. Paid checks come later than the free ones of their worker."""
    return f"{check.weight}-paid" if check.is_paid else check.weight


def _send(ticket: str, checks: Sequence[Check], writer: str) -> None:
    weight = checks[0].weight
    if not workers.is_crowded(weight):
        names = [check.name for check in checks]
        current_app.send_task(
            ANSWER,
            kwargs={"ticket": ticket, "names": names, "writer": writer, "asked_at": time.time()},
            queue=weight,
            priority=int(Priority.LIVE),
            expires=TICKET_SECONDS,
        )


def answer(ticket: str, checks: Sequence[Check], writer: str) -> None:
    """In a worker: one check after the other, each answer readable at once; stops when the writer has gone on."""
    asked = cache.get(_text(ticket))
    if asked is None:
        return
    subject = unpacked(asked["subject"])
    for check in checks:
        if cache.get(_latest(writer)) != ticket:
            return
        runs.live(subject, [check], asked["guideline_version"])


def ticket_of(subject: Subject, guideline_version: int) -> str:
    """The same for all that is asked about a text: that some checks have answered makes no other text of it."""
    written = json.dumps([packed(subject), guideline_version], sort_keys=True, default=str)
    return hashlib.blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _text(ticket: str) -> str:
    return f"qa:text:{ticket}"


def _latest(writer: str) -> str:
    return f"qa:latest:{writer}"


def packed(subject: Subject) -> dict[str, Any]:
    """As plain values: what is in the cache may be read by a process of another version."""
    values = {field.name: getattr(subject, field.name) for field in dataclasses.fields(subject)}
    return values | {
        "prompt_bounds": dataclasses.astuple(subject.prompt_bounds),
        "completion_bounds": dataclasses.astuple(subject.completion_bounds),
        "examples": [dataclasses.asdict(example) for example in subject.examples],
        "style": dict(subject.style),
        "provenance": dict(subject.provenance),
    }


def unpacked(values: Mapping[str, Any]) -> Subject:
    known = {field.name for field in dataclasses.fields(Subject)}
    kept = {name: value for name, value in values.items() if name in known}
    return Subject(
        **kept
        | {
            "prompt_bounds": Bounds(*values["prompt_bounds"]),
            "completion_bounds": Bounds(*values["completion_bounds"]),
            "examples": tuple(Example(**example) for example in values["examples"]),
        }
    )
