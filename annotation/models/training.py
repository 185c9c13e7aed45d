"""Training sets: short tasks made of found errors, to whom they were given, and what was answered."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from annotation.models.judging import FIELD_CHOICES, Verdict
from annotation.models.project import Project
from annotation.models.testing import FrozenPair
from annotation.reasons import Reason
from catalog.models import Language
from catalog.skills import Skill


class TrainingSet(models.Model):
    if TYPE_CHECKING:
        project_id: int
        language_id: str | None

    project = models.ForeignKey(Project, models.CASCADE, related_name="training_sets")
    title = models.CharField(max_length=120)
    introduction = models.TextField(blank=True)
    language = models.ForeignKey(
        Language, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: for all languages."
    )
    skills = ArrayField(models.CharField(max_length=16, choices=Skill.choices), default=list, blank=True)
    # Which reasons it helps against: what people are suggested it by.
    reasons = ArrayField(models.CharField(max_length=24, choices=Reason.choices), default=list, blank=True)
    minutes = models.PositiveSmallIntegerField(
        "minutes, estimated", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text="Until enough people have taken it; then their own time shows. Empty: two minutes a task.",
    )  # fmt: skip
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # Whoever works in the project may take it; before that only those it was given to.
    opened_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "title"], condition=Q(retired_at__isnull=True), name="training_set_title_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.retired_at is None

    @property
    def skill_labels(self) -> list[str]:
        return [str(Skill(skill).label) for skill in self.skills]

    @property
    def reason_labels(self) -> list[str]:
        return [str(Reason(code).label) for code in self.reasons]


class TrainingTask(FrozenPair):
    class Kind(models.TextChoices):
        JUDGE = "judge", "Judge this"
        FIND = "find", "Find the mistake"
        REWRITE = "rewrite", "Rewrite this"

    class Source(models.TextChoices):
        REVIEW = "review", "A review"
        REMARK = "remark", "A remark of a review"
        HUNK = "hunk", "An edit"
        ADJUDICATION = "adjudication", "An adjudication"
        CONTROL = "control", "A control item"

    if TYPE_CHECKING:
        training_set_id: int

    training_set = models.ForeignKey(TrainingSet, models.CASCADE, related_name="tasks")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=7, choices=Kind.choices)
    # Where the mistake is, in code points of that field; of tasks to find it or to mend it.
    field = models.CharField(max_length=12, choices=FIELD_CHOICES, blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    # How that place should read; shown with the explanation.
    better = models.TextField(blank=True)
    source = models.CharField(max_length=12, choices=Source.choices)
    source_id = models.BigIntegerField()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "source", "source_id"],
                condition=Q(retired_at__isnull=True),
                name="training_task_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="judge") | (~Q(field="") & Q(start__isnull=False, end__gte=F("start"))),
                name="training_task_to_find_has_a_place",
            ),
        ]


class TrainingAssignment(models.Model):
    """A set in somebody's hands: given to them or taken by themselves."""

    if TYPE_CHECKING:
        training_set_id: int
        person_id: int
        by_id: int | None

    training_set = models.ForeignKey(TrainingSet, models.CASCADE, related_name="assignments")
    person = models.ForeignKey(User, models.PROTECT, related_name="trainings_assigned")
    # Empty: taken by themselves.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    assigned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    # Whether passing it put distance between the person and earlier outcomes: once in 30 days at most.
    had_effect = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["training_set", "person"], condition=Q(passed_at__isnull=True), name="training_open_once"
            )
        ]
        indexes = [models.Index(fields=["person", "-assigned_at"], name="training_in_hands")]


class TrainingAnswer(models.Model):
    """One try at one task; the first try of each counts for the share, the last for done."""

    if TYPE_CHECKING:
        task_id: int

    assignment = models.ForeignKey(TrainingAssignment, models.CASCADE, related_name="answers")
    task = models.ForeignKey(TrainingTask, models.PROTECT, related_name="answers")
    number = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    reasons = ArrayField(models.CharField(max_length=24, choices=Reason.choices), default=list, blank=True)
    field = models.CharField(max_length=12, choices=FIELD_CHOICES, blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    # The mended field, and what the fast checks still forbid in it; of tasks to rewrite.
    text = models.TextField(blank=True)
    findings = models.JSONField(default=list, blank=True)
    is_right = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "task", "number"], name="training_answer_number_once")
        ]

    @property
    def reason_labels(self) -> list[str]:
        return [str(Reason(code).label) for code in self.reasons]
