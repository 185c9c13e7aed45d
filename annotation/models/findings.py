"""What became of findings that people saw, and how a project's switches were changed."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.judging import FIELD_CHOICES
from annotation.models.pipeline import Item
from annotation.models.project import Project


class ShownFinding(models.Model):
    """A finding that whoever had the text in hand saw; one per item and fingerprint (annotation/copilot/shown.py)."""

    class Outcome(models.TextChoices):
        OPEN = "open", "Left open"
        APPLIED = "applied", "Suggestion applied"
        MENDED = "mended", "Mended by hand"
        DISMISSED = "dismissed", "Dismissed"

    class Ruling(models.TextChoices):
        """A reviewer's or an editor's word on a finding that was not heeded."""

        UPHELD = "upheld", "Should have been mended"
        OVERRULED = "overruled", "Right to dismiss"

    if TYPE_CHECKING:
        item_id: int

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="shown_findings", db_index=False)
    fingerprint = models.CharField(max_length=64)
    check_name = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    language = models.CharField(max_length=20)
    # Empty where the finding was gone before the text was submitted: then nothing of it is stored anywhere.
    severity = models.CharField(max_length=8, blank=True)
    field = models.CharField(max_length=12, choices=FIELD_CHOICES, blank=True)
    message = models.TextField(blank=True)
    excerpt = models.CharField(max_length=80, blank=True)
    clause = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # The revision at which this was last seen so.
    revision = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    ruling = models.CharField(max_length=10, choices=Ruling.choices, blank=True)
    ruled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "fingerprint"], name="shown_finding_once"),
            models.CheckConstraint(
                condition=Q(ruling="", ruled_by=None, ruled_at=None)
                | (~Q(ruling="") & Q(ruled_by__isnull=False, ruled_at__isnull=False)),
                name="shown_finding_ruling_has_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "check_name", "code", "-at"], name="shown_finding_of_kind"),
            models.Index(fields=["project", "-at", "-id"], name="shown_finding_lately"),
        ]

    @property
    def kind(self) -> str:
        return f"{self.check_name}.{self.code}"


class SwitchChange(models.Model):
    """One change of what a kind of finding counts for. Never updated or deleted; undoing is a change too."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="switch_changes", db_index=False)
    # "check.code", or "check" for all its codes: the key in Project.tuning.
    kind = models.CharField(max_length=101)
    # As stored in Project.tuning; empty where there was, or is, no switch.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["project", "-at", "-id"], name="switch_change_lately")]
        ordering = ["-at", "-id"]
