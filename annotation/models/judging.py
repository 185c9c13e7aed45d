from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.pipeline import Item, Revision
from annotation.models.project import Clause
from annotation.reasons import DismissReason, DisputeCause, Reason
from annotation.rubric import CRITERIA

FIELD_CHOICES = [("prompt", "Prompt"), ("completion", "Completion"), ("context", "Context")]


class Verdict(models.TextChoices):
    ACCEPT = "accept", "Accept"
    EDIT = "edit", "Send to editor"
    RETURN = "return", "Return"
    REJECT = "reject", "Reject"


def _score() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField()


class Review(models.Model):
    """A reviewer's judgement of one revision; never updated or deleted."""

    if TYPE_CHECKING:
        reviewer_id: int

    item = models.ForeignKey(Item, models.PROTECT, related_name="reviews", db_index=False)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    correctness = _score()
    conciseness = _score()
    observance = _score()
    safety = _score()
    overall = _score()
    reasons = ArrayField(models.CharField(max_length=24, choices=Reason.choices), default=list, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "round", "reviewer"], name="review_once_per_round"),
            models.CheckConstraint(
                condition=Q(**{f"{name}__gte": 1 for name in CRITERIA}, **{f"{name}__lte": 5 for name in CRITERIA}),
                name="review_scores_are_1_to_5",
            ),
            models.CheckConstraint(condition=Q(verdict="accept") | ~Q(reasons=[]), name="review_refusal_has_a_reason"),
        ]
        indexes = [models.Index(fields=["reviewer", "-created_at"], name="review_by_reviewer")]
        ordering = ["created_at"]

    @property
    def reason_labels(self) -> list[str]:
        return [Reason(code).label for code in self.reasons]


class Approval(models.Model):
    """One person's yes to an item in a round: by review, by editing, by adjudication. Never the author's."""

    class Kind(models.TextChoices):
        REVIEW = "review", "Review"
        EDIT = "edit", "Edit"
        ADJUDICATION = "adjudication", "Adjudication"

    item = models.ForeignKey(Item, models.PROTECT, related_name="approvals", db_index=False)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "round", "person"], name="approval_once_per_round")]


class Comment(models.Model):
    """A reviewer's remark on a span (or a whole field), and the author's answer to it."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DISAGREED = "disagreed", "The author disagrees"

    item = models.ForeignKey(Item, models.PROTECT, related_name="comments")
    review = models.ForeignKey(Review, models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, choices=Reason.choices)
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, blank=True, related_name="+")
    field = models.CharField(max_length=12, choices=FIELD_CHOICES)
    # Code points in that field of that revision; both empty: the whole field.
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    quote = models.TextField(blank=True)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["field", "start", "id"]


class Dismissal(models.Model):
    """A finding declared not applicable, with a reason that reviewers see."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="dismissals")
    fingerprint = models.CharField(max_length=64)
    check_name = models.CharField(max_length=40)
    message = models.TextField(blank=True)
    reason = models.CharField(max_length=20, choices=DismissReason.choices)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "fingerprint"], name="dismissal_once")]


class EditHunk(models.Model):
    """One tracked change of an edited revision, credited to its editor and answered by the author."""

    class Response(models.TextChoices):
        THANKS = "thanks", "Thanks"
        OBJECTS = "objects", "I object"

    item = models.ForeignKey(Item, models.PROTECT, related_name="hunks")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="hunks")
    number = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=12, choices=FIELD_CHOICES)
    # Code points in the text before the edit.
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    response = models.CharField(max_length=8, choices=Response.choices, blank=True)
    response_note = models.CharField(max_length=500, blank=True)
    responded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "number"], name="hunk_number_once")]
        ordering = ["number"]


class Adjudication(models.Model):
    """An editor's settlement of a dispute; never updated or deleted."""

    class Decision(models.TextChoices):
        ACCEPT = "accept", "Accept"
        EDIT = "edit", "Have it edited"
        REJECT = "reject", "Reject"

    item = models.ForeignKey(Item, models.PROTECT, related_name="adjudications")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    cause = models.CharField(max_length=16, choices=DisputeCause.choices)
    note = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "round", "by"], name="adjudication_once_per_round")]
        ordering = ["created_at"]
