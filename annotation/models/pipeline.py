import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from annotation.models.project import Cell, Context, Project
from annotation.workflow import PLACELESS, TURNS, Action, Stage, State


class Place(models.Model):
    """One unit of a cell's quota. Whoever writes holds one; rejected and set-aside items have given it back."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="places")
    taken = models.BooleanField(default=False)
    ready_at = models.DateTimeField(default=timezone.now)
    # Beyond the target: made when an appeal or an author brings an item back into a full cell.
    extra = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["cell", "ready_at", "id"], condition=Q(taken=False), name="place_free")]


class Item(models.Model):
    """One prompt + completion (+ context) on its way through the pipeline.

    `state` changes only through steps.take_step().
    """

    if TYPE_CHECKING:
        project_id: int
        cell_id: int
        author_id: int | None
        current_id: int | None

    # No index of its own where one below begins with the column, or where nobody looks the row up by it: each step
    # writes every index of the row anew.
    project = models.ForeignKey(Project, models.PROTECT, related_name="items", db_index=False)
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="items", db_index=False)
    place = models.OneToOneField(Place, models.PROTECT, null=True, related_name="item")
    context = models.ForeignKey(Context, models.PROTECT, null=True, related_name="items")
    # Empty only for pairs imported from elsewhere.
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="authored_items", db_index=False)
    current = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=State.choices)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()
    # A live assignment exists: kept beside the row so that the queues' partial indexes hold open work only.
    leased = models.BooleanField(default=False)
    # Reviews belong to a round; a new one begins when the text has changed its meaning or a dispute was settled.
    round = models.PositiveSmallIntegerField(default=1)
    rework_count = models.PositiveSmallIntegerField(default=0)
    event_count = models.PositiveIntegerField(default=0)
    # A revised item waits for the reviewer who returned it.
    reserved_for = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    reserved_until = models.DateTimeField(null=True)
    # How badly it needs an editor: the editors' queue is ordered by it.
    attention = models.PositiveSmallIntegerField(default=0)
    # It went on without the answers of some checks; they are asked for again.
    checks_missing = models.BooleanField(default=False)
    seen_by_editor = models.BooleanField(default=False)
    appealed = models.BooleanField(default=False)
    is_control = models.BooleanField(default=False)
    import_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_control=True, place__isnull=True)
                | Q(is_control=False, state__in=sorted(PLACELESS), place__isnull=True)
                | (Q(is_control=False, place__isnull=False) & ~Q(state__in=sorted(PLACELESS))),
                name="item_holds_a_place_while_it_counts",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=False) | ~Q(state__in=["writing", "returned", "set_aside"]),
                name="item_on_its_authors_desk_has_an_author",
            ),
            models.CheckConstraint(
                condition=Q(current__isnull=False) | Q(state__in=["writing", "set_aside"]),
                name="item_beyond_writing_has_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(leased=False) | Q(state__in=["writing", "in_review", "in_editing", "disputed"]),
                name="item_leased_only_where_people_work",
            ),
            models.UniqueConstraint(
                fields=["project", "import_hash"], condition=~Q(import_hash=""), name="item_imported_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["cell", "state_since", "id"],
                condition=Q(state="in_review", leased=False),
                name="item_waits_for_review",
            ),
            models.Index(
                fields=["project", "-attention", "state_since", "id"],
                condition=Q(state="in_editing", leased=False),
                name="item_waits_for_editor",
            ),
            models.Index(
                fields=["project", "state_since", "id"],
                condition=Q(state="disputed", leased=False),
                name="item_waits_for_adjudication",
            ),
            models.Index(fields=["reserved_for"], condition=Q(state="in_review"), name="item_reserved"),
            models.Index(fields=["author", "state", "-state_since"], name="item_of_author"),
            models.Index(fields=["project", "cell", "state"], name="item_counts"),
            models.Index(fields=["project", "state", "-state_since", "-id"], name="item_list"),
            models.Index(fields=["project", "-state_since", "-id"], name="item_list_of_all"),
            models.Index(fields=["state_since"], condition=Q(state="checking"), name="item_in_checking"),
            models.Index(fields=["state_since"], condition=Q(checks_missing=True), name="item_to_check_again"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def turn(self) -> tuple[str, str]:
        """Whose turn it is and what they should do."""
        return TURNS[State(self.state)]


class Revision(models.Model):
    """Immutable saved text of an item; the database refuses updates and deletes."""

    class Kind(models.TextChoices):
        WRITTEN = "written", "Written"
        EDITED = "edited", "Edited"
        IMPORTED = "imported", "Imported"

    item = models.ForeignKey(Item, models.PROTECT, related_name="revisions", db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.WRITTEN)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    prompt = models.TextField()
    completion = models.TextField()
    prompt_tokens = models.PositiveIntegerField()
    completion_tokens = models.PositiveIntegerField()
    # Content-blind counts from the editor: typed, pasted, deleted characters and active seconds.
    signals = models.JSONField(default=dict)
    guideline_version = models.PositiveSmallIntegerField(default=1)
    meaning_changed = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="revision_number_once")]
        ordering = ["number"]


class Draft(models.Model):
    """The text being written or edited, saved continuously; one per item and person, never thrown away by a lapse."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="drafts", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="drafts")
    prompt = models.TextField(blank=True)
    completion = models.TextField(blank=True)
    # A source passage the author brings along where none was waiting: text, title, url, licence …
    own_context = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=0)
    signals = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="draft_once_per_person")]

    @property
    def is_empty(self) -> bool:
        return not (self.prompt.strip() or self.completion.strip() or self.own_context.get("text", "").strip())


class Assignment(models.Model):
    """An item handed to one person at one stage until the lease runs out."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        LAPSED = "lapsed", "Lapsed"

    if TYPE_CHECKING:
        item_id: int
        person_id: int

    item = models.ForeignKey(Item, models.PROTECT, related_name="assignments", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="assignments", db_index=False)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    # Carried by every save and submit: who lost the lease gets a 409 and keeps the text.
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    claimed_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    # The terms of the queue's choice, for “Why this?”.
    why = models.JSONField(default=dict)
    # Time at work, and when the page last said so (active_time.py).
    active_ms = models.PositiveBigIntegerField(default=0, db_default=0)
    active_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "stage"], condition=Q(ended_at__isnull=True), name="assignment_live_once_per_stage"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="assignment_ends_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "stage"], condition=Q(ended_at__isnull=True), name="assignment_live"),
            models.Index(fields=["leased_until"], condition=Q(ended_at__isnull=True), name="assignment_lease"),
            models.Index(fields=["person", "stage", "-id"], name="assignment_latest"),
            models.Index(fields=["item", "-id"], name="assignment_of_item"),
        ]

    @property
    def active_seconds(self) -> int:
        return self.active_ms // 1000


class ItemEvent(models.Model):
    """One change of state; numbered without gaps per item; never updated or deleted."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="events", db_index=False)
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=Action.choices)
    source = models.CharField(max_length=12, choices=State.choices, blank=True)
    target = models.CharField(max_length=12, choices=State.choices)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    data: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="event_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="event_numbers_start_at_one"),
        ]
        ordering = ["number"]
