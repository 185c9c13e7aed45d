"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import importlib
from collections.abc import Sequence
from threading import Thread
from typing import Any

from celery import Celery, bootsteps

HEALTH_SECONDS = 30

app = Celery("scriptorium", include=["annotation.job_tasks", "annotation.pay.ledger_tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class HeartBeat(bootsteps.StartStopStep):
    """While a worker stands, pages can say so; when it is gone, nothing waits for it."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        workers = importlib.import_module("qa.workers")  # needs settings that are not there yet when this file is read
        queues = list(parent.app.amqp.queues.consume_from)
        workers.beat(queues)
        _tell_health_apart(queues)
        self.entries = [
            parent.timer.call_repeatedly(workers.HEART_BEAT_SECONDS, workers.beat, (queues,)),
            parent.timer.call_repeatedly(HEALTH_SECONDS, _tell_health_apart, (queues,)),
        ]

    def stop(self, parent: Any) -> None:
        for entry in self.entries:
            entry.cancel()


def _tell_health_apart(queues: Sequence[str]) -> None:
    """In a thread: asking a remote engine how it is may take seconds, and messages do not wait for it."""
    Thread(target=_tell_health, args=(queues,), daemon=True).start()


def _tell_health(queues: Sequence[str]) -> None:
    health, registry = (importlib.import_module(f"qa.{name}") for name in ("health", "registry"))
    health.report([engine.health() for queue in queues for engine in registry.engines(queue)])


app.steps["worker"].add(HeartBeat)
