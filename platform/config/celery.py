"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import importlib
from typing import Any

from celery import Celery, bootsteps

app = Celery("scriptorium", include=["annotation.job_tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class HeartBeat(bootsteps.StartStopStep):
    """While a worker stands, pages can say so; when it is gone, nothing waits for it."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        workers = importlib.import_module("qa.workers")  # needs settings that are not there yet when this file is read
        queues = list(parent.app.amqp.queues.consume_from)
        workers.beat(queues)
        self.entry = parent.timer.call_repeatedly(workers.HEART_BEAT_SECONDS, workers.beat, (queues,))

    def stop(self, parent: Any) -> None:
        self.entry.cancel()


app.steps["worker"].add(HeartBeat)
