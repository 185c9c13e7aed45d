from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.judging import Verdict
from annotation.models.pipeline import Item, Revision
from annotation.models.project import Cell, Project
from annotation.reasons import Reason


class Control(models.Model):
    """A text whose verdict is known: frozen copies of it are planted among a reviewer's work to measure them."""

    if TYPE_CHECKING:
        source_id: int

    project = models.ForeignKey(Project, models.PROTECT, related_name="controls")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="+")
    source = models.ForeignKey(Item, models.PROTECT, related_name="controls")
    revision = models.OneToOneField(Revision, models.PROTECT, related_name="control")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reasons = ArrayField(models.CharField(max_length=24, choices=Reason.choices), default=list, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    shown = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "cell"], condition=Q(retired_at__isnull=True), name="control_in_use")
        ]


class Look(models.Model):
    """A copy of a text handed to one reviewer beside the pipeline: a control, or a blind second look at a review.

    The copy is an item of its own (`is_control`), so that it is handed out, judged and shown like any other.
    """

    class Kind(models.TextChoices):
        CONTROL = "control", "Control item"
        SECOND = "second", "Blind second look"

    if TYPE_CHECKING:
        item_id: int | None
        person_id: int | None
        source_id: int

    kind = models.CharField(max_length=8, choices=Kind.choices)
    project = models.ForeignKey(Project, models.PROTECT, related_name="looks")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="+", db_index=False)
    control = models.ForeignKey(Control, models.PROTECT, related_name="looks", null=True)
    source = models.ForeignKey(Item, models.PROTECT, related_name="looks")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    wanted_at = models.DateTimeField()
    # Empty until it is handed out.
    item = models.OneToOneField(Item, models.PROTECT, related_name="look", null=True)
    person = models.ForeignKey(User, models.PROTECT, related_name="looks", null=True, db_index=False)
    planted_at = models.DateTimeField(null=True)
    # Whether the copy passes for one that somebody has accepted already: half of all reviews are second ones.
    pretends_accept = models.BooleanField(default=False)
    # The item it was handed out in place of, which waits for others until then: counts of what waits stay true.
    displaced = models.ForeignKey(Item, models.PROTECT, related_name="+", null=True, db_index=False)
    moves_on_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)
    # A second look that disagrees waits for an editor.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "source"], name="look_once_per_person_and_source"),
            models.UniqueConstraint(fields=["revision"], condition=Q(kind="second"), name="look_again_once"),
            models.CheckConstraint(
                condition=Q(kind="control", control__isnull=False, item__isnull=False)
                | Q(kind="second", control__isnull=True),
                name="look_is_of_a_control_or_again",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True, person__isnull=True, planted_at__isnull=True, moves_on_at__isnull=True)
                | Q(item__isnull=False, person__isnull=False, planted_at__isnull=False, moves_on_at__isnull=False),
                name="look_is_handed_to_somebody_or_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["displaced", "person"], name="look_in_place_of"),
            models.Index(fields=["cell", "wanted_at"], condition=Q(item__isnull=True), name="look_wanted"),
            models.Index(
                fields=["moves_on_at"], condition=Q(closed_at__isnull=True, item__isnull=False), name="look_to_close"
            ),
        ]


class SpareNumber(models.Model):
    """An item number drawn while others were born, for a copy to be planted later: a number gives nothing away."""

    number = models.BigIntegerField(primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["project", "number"], name="spare_number_of_project")]
