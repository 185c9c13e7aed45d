"""What people's work was paid for: rates, entries and payment runs. Amounts are whole minor units (cents), never
floats. Triggers keep history: rates and runs never change, an entry only goes from pending to payable to paid."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.pipeline import Item
from annotation.models.project import Cell, Project
from annotation.models.testing import Piece
from annotation.workflow import Stage
from catalog.models import Language
from catalog.skills import Skill

CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", "Three capital letters, such as EUR.")


class PaidStage(models.TextChoices):
    """What is timed and paid: the stages of an item, and scoring what somebody wrote in a test."""

    WRITING = Stage.WRITING.value, Stage.WRITING.label
    REVIEW = Stage.REVIEW.value, Stage.REVIEW.label
    EDITING = Stage.EDITING.value, Stage.EDITING.label
    ADJUDICATION = Stage.ADJUDICATION.value, Stage.ADJUDICATION.label
    PIECE = "piece", "Score a test piece"


class ActiveDay(models.Model):
    """How long a person was at work at one stage on one day, in milliseconds; the sum of what their assignments say."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=PaidStage.choices)
    day = models.DateField()
    ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "person", "stage", "day"], name="active_day_once"),
        ]


class PayTerms(models.Model):
    """What a project pays besides its rates, from the moment it is saved on; before the first row the defaults hold."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="pay_terms")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    currency = models.CharField(max_length=3, default="EUR", validators=[CURRENCY])
    rejected_percent = models.PositiveSmallIntegerField(
        "rejected work pays", default=0, validators=[MaxValueValidator(100)],
        help_text="What the author of a rejected item gets, in per cent of the rate.",
    )  # fmt: skip
    overturned_percent = models.PositiveSmallIntegerField(
        "overturned rejections pay", default=100, validators=[MaxValueValidator(100)],
        help_text="What a reviewer keeps whose rejection was overturned, in per cent of the rate.",
    )  # fmt: skip
    minimum_per_hour = models.PositiveIntegerField(
        "fair pay, at least", null=True, blank=True,
        help_text="Per hour of active time. Who earns less is marked on the ledger; empty: nobody is.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rejected_percent__lte=100, overturned_percent__lte=100), name="pay_shares_are_percent"
            ),
        ]
        ordering = ["created_at", "id"]


class LedgerMark(models.Model):
    """How far a project's ledger is derived. Whoever writes entries or pays them holds this row's lock."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="ledger_mark")
    # Empty: everything is looked at again, which changes no entry that stands.
    settled_until = models.DateTimeField(null=True)


class Rate(models.Model):
    """What one piece of work, or an hour of it, pays from a day on. A newer row takes over; none is ever changed."""

    class Kind(models.TextChoices):
        ITEM = "item", "Per item"
        HOUR = "hour", "Per hour of active time"
        NONE = "none", "Not paid"

    if TYPE_CHECKING:
        project_id: int
        cell_id: int | None
        language_id: str | None

    project = models.ForeignKey(Project, models.CASCADE, related_name="rates")
    stage = models.CharField(max_length=12, choices=PaidStage.choices)
    # The narrower scope goes first: a cell, then language and skill, then one of them, then all.
    cell = models.ForeignKey(Cell, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.ForeignKey(Language, models.PROTECT, null=True, blank=True, related_name="+")
    skill = models.CharField(max_length=16, choices=Skill.choices, blank=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    amount = models.PositiveIntegerField(default=0)
    # The most that one piece of work brings when it is paid by the hour.
    cap = models.PositiveIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    valid_from = models.DateField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cell__isnull=True) | Q(language__isnull=True, skill=""), name="rate_of_a_cell_or_wider"
            ),
            models.CheckConstraint(
                condition=Q(kind="item", cap__isnull=True, amount__gt=0)
                | Q(kind="hour", cap__isnull=False, amount__gt=0)
                | Q(kind="none", cap__isnull=True, amount=0),
                name="rate_amounts_fit_its_kind",
            ),
        ]
        indexes = [models.Index(fields=["project", "stage", "-valid_from"], name="rate_of_project")]
        ordering = ["-valid_from", "-created_at", "-id"]


class PaymentRun(models.Model):
    """What was paid together. Undoing one is a run of its own that takes it all back."""

    if TYPE_CHECKING:
        project_id: int

    project = models.ForeignKey(Project, models.CASCADE, related_name="payment_runs", db_index=False)
    number = models.PositiveIntegerField()
    until = models.DateField(help_text="Work up to and including this day.")
    note = models.CharField(max_length=200, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # Once payroll has the file a run can no longer be undone.
    exported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="run_number_once")]
        ordering = ["-number"]


class LedgerEntry(models.Model):
    """One piece of finished work, or one correction. `amount` in minor units of `currency`.

    `key` names what it was derived from, so that deriving twice adds nothing.
    """

    class Kind(models.TextChoices):
        WORK = "work", "Work"
        CORRECTION = "correction", "Correction"
        REVERSAL = "reversal", "Payment taken back"
        REISSUE = "reissue", "To be paid again"

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        PAYABLE = "payable", "Payable"
        PAID = "paid", "Paid"
        VOID = "void", "Not paid"

    if TYPE_CHECKING:
        project_id: int
        person_id: int
        item_id: int | None
        piece_id: int | None
        cell_id: int | None
        rate_id: int
        run_id: int | None

    project = models.ForeignKey(Project, models.CASCADE, related_name="ledger", db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="ledger", db_index=False)
    # What was worked on: an item, or a test piece.
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="ledger")
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="+")
    # Empty where a test piece belongs to no cell.
    cell = models.ForeignKey(Cell, models.PROTECT, null=True, related_name="+", db_index=False)
    stage = models.CharField(max_length=12, choices=PaidStage.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WORK)
    key = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=7, choices=State.choices)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rate = models.ForeignKey(Rate, models.PROTECT, related_name="entries")
    active_seconds = models.PositiveIntegerField(default=0)
    earned_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    run = models.ForeignKey(PaymentRun, models.PROTECT, null=True, related_name="entries")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="paid", run__isnull=False) | (~Q(state="paid") & Q(run__isnull=True)),
                name="entry_paid_in_a_run",
            ),
            models.CheckConstraint(condition=~Q(kind="work") | Q(amount__gte=0),
                                   name="entry_negative_only_as_a_correction"),
            models.CheckConstraint(condition=~Q(state="void") | Q(amount=0), name="entry_void_brings_nothing"),
            models.CheckConstraint(
                condition=Q(kind="work", corrects__isnull=True) | (~Q(kind="work") & Q(corrects__isnull=False)),
                name="entry_corrects_another",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, cell__isnull=False, piece__isnull=True) & ~Q(stage="piece")
                | Q(item__isnull=True, piece__isnull=False, stage="piece"),
                name="entry_of_an_item_or_a_piece",
            ),
            models.UniqueConstraint(
                fields=["corrects", "kind"],
                condition=Q(kind__in=["reversal", "reissue"]),
                name="entry_taken_back_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["project", "-earned_at", "-id"], name="entry_of_project"),
            models.Index(fields=["person", "project", "-earned_at"], name="entry_of_person"),
            models.Index(fields=["project"], condition=Q(state="payable"), name="entry_payable"),
        ]
        ordering = ["-earned_at", "-id"]
