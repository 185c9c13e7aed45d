"""Qualification tests: frozen pairs with a known verdict, the tests made of them, and what people answered.

A test item is a copy: its source may change, be rejected or go, and no name of its author or reviewer is in it.
"""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from annotation.models.judging import Verdict
from annotation.models.project import Cell, Project
from annotation.reasons import Reason
from annotation.rubric import CRITERIA
from catalog.models import Domain, Language
from catalog.skills import Skill

# An answer on its way when the clock runs out still counts.
CLOCK_GRACE = timedelta(seconds=60)


class FrozenPair(models.Model):
    """A pair with its right answer and why it is right, copied from an item."""

    if TYPE_CHECKING:
        project_id: int
        language_id: str
        domain_id: str

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    language = models.ForeignKey(Language, models.PROTECT, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    skill = models.CharField(max_length=16, choices=Skill.choices)
    prompt = models.TextField()
    completion = models.TextField()
    context = models.TextField(blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    # Verdicts that are right too: whether an item is edited or returned is often a matter of who has time.
    also_right = ArrayField(
        models.CharField(max_length=8, choices=Verdict.choices), default=list, blank=True,
        help_text="Other verdicts that count as right.",
    )  # fmt: skip
    reasons = ArrayField(
        models.CharField(max_length=24, choices=Reason.choices), default=list, blank=True,
        help_text="One of them is enough. None: the verdict alone counts.",
    )  # fmt: skip
    clause_code = models.CharField(max_length=12, blank=True)
    clause_title = models.CharField(max_length=160, blank=True)
    clause_body = models.TextField(blank=True)
    explanation = models.TextField(help_text="Shown right after the answer. No names.")
    # A bare number: the copy outlives its source.
    source_item_id = models.BigIntegerField(null=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def reason_labels(self) -> list[str]:
        return [str(Reason(code).label) for code in self.reasons]

    @property
    def right_verdicts(self) -> list[str]:
        return [self.verdict, *self.also_right]


class TestItem(FrozenPair):
    """One pair to judge, in the pool of every test of its language × domain × skill."""

    __test__ = False  # not a test class of pytest

    # A major change of its clause: drawn again only when somebody has said that the answer still holds.
    outdated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "source_item_id"], condition=Q(retired_at__isnull=True), name="test_item_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["project", "language", "domain", "skill"],
                condition=Q(retired_at__isnull=True),
                name="test_item_pool",
            )
        ]


class Test(models.Model):
    """What somebody has to show before they work in a language × domain on these skills."""

    __test__ = False  # not a test class of pytest

    if TYPE_CHECKING:
        project_id: int
        language_id: str
        domain_id: str

    project = models.ForeignKey(Project, models.CASCADE, related_name="tests")
    language = models.ForeignKey(Language, models.PROTECT, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    skills = ArrayField(models.CharField(max_length=16, choices=Skill.choices))
    items = models.PositiveSmallIntegerField(
        "items to judge", default=6, validators=[MinValueValidator(2), MaxValueValidator(40)]
    )
    pass_percent = models.PositiveSmallIntegerField(
        "pass mark", default=70, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent. A right verdict with a wrong reason counts half.",
    )  # fmt: skip
    minutes = models.PositiveSmallIntegerField(
        "time limit in minutes", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Empty: as long as they like.",
    )  # fmt: skip
    tries = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(10)])
    wait_hours = models.PositiveSmallIntegerField(
        "hours between tries", default=24, validators=[MaxValueValidator(2160)]
    )
    grace_days = models.PositiveSmallIntegerField(
        "days for a re-test", default=14, validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="How long a result still holds after a major change of the guideline touched it.",
    )  # fmt: skip
    brief = models.TextField(
        "piece to write", blank=True, max_length=4000,
        help_text="What prompt and completion are to be about. Empty: nothing is written.",
    )  # fmt: skip
    retest_asks_piece = models.BooleanField(
        "a re-test asks for the piece again", default=False,
        help_text="For tests whose clauses are mostly about writing. Else a re-test only asks items to judge.",
    )  # fmt: skip
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["language", "domain", "skills"]
        constraints = [
            models.UniqueConstraint(fields=["project", "language", "domain", "skills"], name="test_once_per_skills"),
            models.CheckConstraint(
                condition=Q(pass_percent__gte=1, pass_percent__lte=100), name="test_mark_is_percent"
            ),
            models.CheckConstraint(condition=~Q(skills=[]), name="test_of_some_skill"),
        ]

    def __str__(self) -> str:
        return f"{self.language} · {self.domain} · {', '.join(self.skill_labels)}"

    @property
    def skill_labels(self) -> list[str]:
        return [str(Skill(skill).label) for skill in self.skills]

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None


class Attempt(models.Model):
    """One try of one person. Ended by its last answer, by its clock, or by whoever scores the written piece."""

    class Kind(models.TextChoices):
        FULL = "full", "Test"
        RETEST = "retest", "Re-test"

    class State(models.TextChoices):
        RUNNING = "running", "Under way"
        WAITING = "waiting", "Waiting to be scored"
        PASSED = "passed", "Passed"
        FAILED = "failed", "Not passed"

    if TYPE_CHECKING:
        test_id: int
        person_id: int

    test = models.ForeignKey(Test, models.CASCADE, related_name="attempts")
    person = models.ForeignKey(User, models.PROTECT, related_name="attempts")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.FULL)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    # Said at the start, where nobody knows yet.
    native = models.BooleanField(default=False)
    guideline_version = models.PositiveSmallIntegerField(default=1)
    # The marks it was taken under; changing the test changes no try that has begun.
    pass_percent = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True)
    # When nothing was left for the person to do.
    answered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Share of the items to judge that were right, 0 to 1.
    score = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["test", "person"], condition=Q(finished_at__isnull=True), name="attempt_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "waiting"], finished_at__isnull=True)
                | Q(state__in=["passed", "failed"], finished_at__isnull=False),
                name="attempt_finished_has_a_result",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-started_at"], name="attempt_of_person"),
            models.Index(fields=["deadline"], condition=Q(state="running"), name="attempt_clock"),
        ]

    def is_over(self, now: datetime) -> bool:
        return self.deadline is not None and now > self.deadline + CLOCK_GRACE


class TestAnswer(models.Model):
    """A drawn item and what was answered. The first answer stands."""

    __test__ = False  # not a test class of pytest

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    item = models.ForeignKey(TestItem, models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    reasons = ArrayField(models.CharField(max_length=24, choices=Reason.choices), default=list, blank=True)
    # 1 right, 0.5 the verdict right and the reason not, 0 wrong; empty until answered.
    points = models.FloatField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="test_answer_position_once"),
            models.UniqueConstraint(fields=["attempt", "item"], name="test_answer_item_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, verdict="", points__isnull=True)
                | (Q(answered_at__isnull=False, points__isnull=False) & ~Q(verdict="")),
                name="test_answer_whole_or_none",
            ),
        ]

    @property
    def reason_labels(self) -> list[str]:
        return [str(Reason(code).label) for code in self.reasons]


def _score() -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(5)])


class Piece(models.Model):
    """What somebody wrote in a test; scored by the fast checks at once and by one person afterwards."""

    if TYPE_CHECKING:
        attempt_id: int
        cell_id: int | None
        scored_by_id: int | None

    attempt = models.OneToOneField(Attempt, models.CASCADE, related_name="piece")
    # Whose bounds its checks apply and by whose rate its score is paid; empty where the project has no such cell.
    cell = models.ForeignKey(Cell, models.SET_NULL, null=True, related_name="+", db_index=False)
    brief = models.TextField()
    prompt = models.TextField(blank=True)
    completion = models.TextField(blank=True)
    saved_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    # What the fast checks found, worst first: severity, title, message.
    findings = models.JSONField(default=list)
    correctness = _score()
    conciseness = _score()
    observance = _score()
    safety = _score()
    overall = _score()
    note = models.TextField(blank=True)
    passed = models.BooleanField(null=True)
    scored_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    scored_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scored_at__isnull=True, passed__isnull=True)
                | Q(scored_at__isnull=False, passed__isnull=False, submitted_at__isnull=False),
                name="piece_scored_after_submit",
            ),
            models.CheckConstraint(
                condition=Q(scored_at__isnull=True)
                | Q(**{f"{name}__gte": 1 for name in CRITERIA}, **{f"{name}__lte": 5 for name in CRITERIA}),
                name="piece_scores_are_1_to_5",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=Q(submitted_at__isnull=False, scored_at__isnull=True),
                name="piece_waits",
            )
        ]


class PieceAssignment(models.Model):
    """A piece in one person's hands, to be scored before the lease runs out."""

    class Outcome(models.TextChoices):
        DONE = "done", "Scored"
        SKIPPED = "skipped", "Handed back"
        LAPSED = "lapsed", "Lapsed"

    if TYPE_CHECKING:
        piece_id: int
        person_id: int

    piece = models.ForeignKey(Piece, models.CASCADE, related_name="assignments")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    # A manager who steps in is paid by nobody's piece: only who reviews or edits here is.
    is_paid = models.BooleanField(default=True)
    claimed_at = models.DateTimeField()
    leased_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    # As of every assignment: time at work, and when the page last said so (active_time.py).
    active_ms = models.PositiveBigIntegerField(default=0, db_default=0)
    active_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["piece"], condition=Q(ended_at__isnull=True), name="piece_in_one_persons_hands"
            ),
            models.UniqueConstraint(fields=["piece"], condition=Q(outcome="done"), name="piece_scored_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="piece_assignment_ends_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="piece_assignment_latest"),
            models.Index(fields=["leased_until"], condition=Q(ended_at__isnull=True), name="piece_lease"),
        ]

    @property
    def active_seconds(self) -> int:
        return self.active_ms // 1000


class GuidelineChange(models.Model):
    """A major change of the guideline, by the clauses it touches; minor ones leave no row."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="guideline_changes")
    # The version that began with it.
    version = models.PositiveSmallIntegerField()
    clauses = ArrayField(models.CharField(max_length=12))
    note = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="guideline_change_once_per_version"),
            models.CheckConstraint(condition=~Q(clauses=[]), name="guideline_change_touches_a_clause"),
        ]
        ordering = ["-version"]


class Lapse(models.Model):
    """A result that a major change touched: it holds until `due_at`; then its skills rest until a re-test is passed."""

    if TYPE_CHECKING:
        attempt_id: int

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="lapses")
    change = models.ForeignKey(GuidelineChange, models.CASCADE, related_name="lapses")
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "change"], name="lapse_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("due_at")), name="lapse_after_its_grace"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(withdrawn_at__isnull=True, renewed_at__isnull=True), name="lapse_due"
            )
        ]
