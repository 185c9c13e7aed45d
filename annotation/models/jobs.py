from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.project import Project


class Job(models.Model):
    """Background work that a person started and can watch, with progress, error and retry."""

    class Kind(models.TextChoices):
        IMPORT_CONTEXTS = "import_contexts", "Import of contexts"
        IMPORT_PAIRS = "import_pairs", "Import of finished pairs"
        EXPORT = "export", "Export of accepted items"
        DIVERSITY = "diversity", "Diversity of the cells"
        ROUTER = "router", "The project's own router"
        CALL_LETTERS = "call_letters", "Invitations of a call"
        STANDING = "standing", "Standing by another rule"
        REMINDERS = "reminders", "Reminders to those who stand still"
        LEDGER = "ledger", "The ledger by a new rate"

    IMPORTS = (Kind.IMPORT_CONTEXTS, Kind.IMPORT_PAIRS)
    LETTERS = (Kind.CALL_LETTERS, Kind.REMINDERS)

    class State(models.TextChoices):
        READY = "ready", "Waiting to be started"
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"

    if TYPE_CHECKING:
        project_id: int
        created_by_id: int

    project = models.ForeignKey(Project, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Renewed while it runs; a job whose worker died is taken up again by another.
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=200, blank=True)
    file_path = models.CharField(max_length=300, blank=True)
    parameters: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    result: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["leased_until"], condition=Q(state__in=["queued", "running"]), name="job_unfinished"),
            models.Index(fields=["project", "-created_at"], name="job_of_project"),
        ]

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
