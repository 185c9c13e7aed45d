"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

from celery import Celery

app = Celery("scriptorium", include=["annotation.job_tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
