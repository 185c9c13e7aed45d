"""What people say back: appeals, threads, ratings; and what tells them of it: read markers, digests."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils import timezone

from accounts.models import User
from annotation.models.judging import Adjudication, Comment, Review
from annotation.models.pipeline import Item, Revision
from annotation.models.project import Cell, Clause, Project
from annotation.reasons import Reason

SHORTEST_ARGUMENT = 20
LONGEST_ARGUMENT = 1000
LONGEST_MESSAGE = 2000


def _between(name: str, least: int, most: int) -> Q:
    length = Length(F(name))
    return Q(GreaterThanOrEqual(length, least)) & Q(LessThanOrEqual(length, most))


class Appeal(models.Model):
    """An argued objection to one rejection, and what became of it. The argument never changes once it is handed in."""

    class Ending(models.TextChoices):
        OPEN = "", "Being decided"
        UPHELD = "upheld", "Upheld"
        OVERTURNED = "overturned", "Overturned"
        UNCLEAR = "unclear", "Guideline unclear"

    if TYPE_CHECKING:
        item_id: int
        author_id: int | None

    item = models.ForeignKey(Item, models.PROTECT, related_name="appeals", db_index=False)
    # The number of the item's event that rejected it: one rejection has one appeal.
    rejection = models.PositiveIntegerField()
    round = models.PositiveSmallIntegerField()
    # For whom: empty for imported pairs, which only a manager can appeal.
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="appeals")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # Which of the reasons given is disputed; empty where none was coded.
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    argument = models.TextField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ending = models.CharField(max_length=10, choices=Ending.choices, default=Ending.OPEN, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    adjudication = models.OneToOneField(Adjudication, models.PROTECT, null=True, related_name="appeal")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "rejection"], name="appeal_once_per_rejection"),
            models.UniqueConstraint(fields=["item"], condition=Q(ending=""), name="appeal_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ending="", decided_at=None, decided_by=None, adjudication=None)
                | ~Q(ending="") & Q(decided_at__isnull=False, decided_by__isnull=False, adjudication__isnull=False),
                name="appeal_decided_has_a_decider",
            ),
            models.CheckConstraint(
                condition=_between("argument", SHORTEST_ARGUMENT, LONGEST_ARGUMENT), name="appeal_is_argued"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(ending=""), name="appeal_open")]
        ordering = ["opened_at"]


class AppealDraft(models.Model):
    """An argument as far as it has been typed."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=24, blank=True)
    argument = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="appeal_draft_once")]


class GuidelineTask(models.Model):
    """Something the guideline leaves open, to be settled by one of its versions."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="guideline_tasks")
    appeal = models.OneToOneField(Appeal, models.PROTECT, null=True, related_name="guideline_task")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, related_name="+")
    unclear = models.TextField()
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    # The version of the guideline that settles it.
    version = models.PositiveSmallIntegerField(null=True)
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, version=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, version__isnull=False),
                name="guideline_task_resolved_by_a_version",
            )
        ]
        ordering = ["-opened_at"]


class Part(models.TextChoices):
    """The part somebody takes in a conversation: all that the others learn of them."""

    AUTHOR = "author", "Author"
    REVIEWER = "reviewer", "Reviewer"
    EDITOR = "editor", "Editor"
    LEAD = "lead", "Manager"
    EXPERT = "expert", "Recipient"


class Thread(models.Model):
    """A conversation about a comment, a review, an edit or an item; or a lead's message to one person."""

    class Topic(models.TextChoices):
        COMMENT = "comment", "Comment"
        REVIEW = "review", "Review"
        EDIT = "edit", "Edit"
        ITEM = "item", "Item"
        MESSAGE = "message", "Message"

    if TYPE_CHECKING:
        item_id: int | None
        project_id: int

    project = models.ForeignKey(Project, models.CASCADE, related_name="threads")
    topic = models.CharField(max_length=8, choices=Topic.choices)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="threads")
    comment = models.OneToOneField(Comment, models.PROTECT, null=True, related_name="thread")
    review = models.OneToOneField(Review, models.PROTECT, null=True, related_name="thread")
    # The edited revision.
    revision = models.OneToOneField(Revision, models.PROTECT, null=True, related_name="thread")
    # Whose answer is awaited; empty: nobody's.
    waits_for = models.CharField(max_length=8, choices=Part.choices, blank=True)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic="comment", comment__isnull=False, review=None, revision=None)
                | Q(topic="review", comment=None, review__isnull=False, revision=None)
                | Q(topic="edit", comment=None, review=None, revision__isnull=False)
                | Q(topic__in=["item", "message"], comment=None, review=None, revision=None),
                name="thread_has_what_it_is_about",
            ),
            models.CheckConstraint(condition=Q(topic="message") | Q(item__isnull=False), name="thread_has_an_item"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(waits_for=""), name="thread_done_waits_for_nobody"),
            models.UniqueConstraint(fields=["item"], condition=Q(topic="item"), name="thread_one_of_an_item"),
        ]
        indexes = [
            models.Index(
                fields=["project", "waits_for", "last_at"], condition=~Q(waits_for=""), name="thread_waits_for"
            )
        ]


class ThreadMember(models.Model):
    """Who takes part, as what. Nobody else reads the thread."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="members")
    person = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(max_length=8, choices=Part.choices)
    # Reviewers of an item are numbered.
    number = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="thread_member_once")]

    @property
    def label(self) -> str:
        return f"{Part(self.part).label} {self.number}" if self.number else Part(self.part).label


class Message(models.Model):
    """What one member said in a thread; never updated or deleted (a trigger refuses)."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages", db_index=False)
    member = models.ForeignKey(ThreadMember, models.PROTECT, related_name="messages")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_between("text", 1, LONGEST_MESSAGE), name="message_has_bounds"),
        ]
        indexes = [models.Index(fields=["thread", "at"], name="message_of_thread")]
        ordering = ["at", "id"]


class FeedbackRating(models.Model):
    """The author's word on a review or an edit: did it help?"""

    review = models.OneToOneField(Review, models.PROTECT, null=True, related_name="rating")
    revision = models.OneToOneField(Revision, models.PROTECT, null=True, related_name="rating")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    helpful = models.BooleanField()
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(review=None, revision__isnull=False) | Q(review__isnull=False, revision=None),
                name="feedback_rating_of_one_thing",
            )
        ]


class InstructionRating(models.Model):
    """An author's word on what a cell is told to be: 1–5, or that they would rather not say."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="instruction_ratings")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    guideline_version = models.PositiveSmallIntegerField()
    # Empty: asked, and declined.
    stars = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(5)])
    words = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cell", "by", "guideline_version"], name="instructions_rated_once"),
            models.CheckConstraint(condition=Q(stars=None) | Q(stars__gte=1, stars__lte=5), name="instructions_1_to_5"),
        ]
        indexes = [models.Index(fields=["by", "-at"], name="instructions_asked")]


class Inbox(models.Model):
    """Up to when a person has read what was said to them in a project."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    read_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "project"], name="inbox_once")]


class ReadMark(models.Model):
    """One entry read out of turn, or marked unread again. The entry is a row of another table: kind and its key."""

    person = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    ref = models.BigIntegerField()
    is_read = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "project", "kind", "ref"], name="read_mark_once")]


class DigestChoice(models.Model):
    """How often somebody wants to be told by mail, and up to when they have been."""

    class Every(models.TextChoices):
        IMMEDIATE = "immediate", "Within minutes"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"
        NEVER = "never", "Never"

    person = models.OneToOneField(User, models.CASCADE, related_name="digest_choice")
    every = models.CharField(max_length=10, choices=Every.choices, default=Every.DAILY)
    covered_until = models.DateTimeField()


class Digest(models.Model):
    """One mail about all that was said to somebody between two moments."""

    person = models.ForeignKey(User, models.CASCADE, related_name="digests")
    since = models.DateTimeField()
    until = models.DateTimeField()
    entries = models.PositiveIntegerField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # The same for every attempt: a mail system that got it twice keeps it once.
    message_id = models.CharField(max_length=120, unique=True)
    # A worker that took it and has not come back by then may be followed by another.
    taken_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "until"], name="digest_once_per_time"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="digest_covers_some_time"),
        ]
        indexes = [models.Index(fields=["until"], condition=Q(sent_at=None), name="digest_to_send")]
