"""People's qualifications and the outcomes of their work. Items and projects are bare numbers here: experts knows
no item's content, and history never blocks a deletion."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from catalog.models import Domain, Language
from catalog.skills import Skill
from experts.states import State


class Qualification(models.Model):
    """What a person is admitted to: language × domain × skills."""

    user = models.ForeignKey(User, models.CASCADE, related_name="qualifications")
    language = models.ForeignKey(Language, models.PROTECT, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    skills = ArrayField(models.CharField(max_length=16, choices=Skill.choices))
    native = models.BooleanField(default=False)
    fit = models.FloatField(default=1.0, help_text="How well the person fits, 0 to 1; the queue multiplies by it.")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "language", "domain"], name="qualification_once"),
            models.CheckConstraint(condition=Q(fit__gt=0, fit__lte=1), name="qualification_fit_is_a_share"),
        ]


class Outcome(models.Model):
    """One final judgement on one person's work; never updated or deleted (a trigger refuses)."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        EDITED = "edited", "Accepted after editing"
        RETURNED = "returned", "Returned"
        REJECTED = "rejected", "Rejected"

    class Edit(models.TextChoices):
        UNKNOWN = "", "Not known"
        LIGHT = "light", "Light"
        MAJOR = "major", "Major"

    user = models.ForeignKey(User, models.PROTECT, related_name="outcomes")
    project_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    language_id = models.CharField(max_length=16)
    domain_id = models.CharField(max_length=60)
    skill = models.CharField(max_length=16, choices=Skill.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # How much an editor had to change; what is not known counts as light.
    edit = models.CharField(max_length=5, choices=Edit.choices, db_default="", default=Edit.UNKNOWN, blank=True)
    # The reviewer's codes, for the sentence the person reads; they weigh nothing.
    reasons = ArrayField(models.CharField(max_length=40), db_default=[], default=list, blank=True)
    # Who judged: severity is taken out per reviewer when standing is computed.
    judged_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user", "project_id", "-at"], name="outcome_of_person"),
            # For the counts of the table of experts; nothing but the index is read.
            models.Index(fields=["project_id", "user", "kind", "item_id"], name="outcome_counts"),
        ]


STATES = [(state.value, state.label) for state in State]


class Standing(models.Model):
    """An expert's measured state in a project; the queue reads only the weight.

    `measured` is what the numbers say, `state` and `weight` what holds: a person may override them for a time.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="standings")
    project_id = models.BigIntegerField()
    weight = models.FloatField(default=1.0)
    # The share of the first choice for which a new place shows to others first.
    deference = models.FloatField(default=0.0, db_default=0.0)
    state = models.CharField(max_length=14, choices=STATES, default=State.PROBATION.value)
    measured = models.CharField(max_length=14, choices=STATES, default=State.PROBATION.value)
    low = models.FloatField(null=True)
    rate = models.FloatField(null=True)
    high = models.FloatField(null=True)
    # How many outcomes the person has in the project: when it differs from the rows, the standing is out of date.
    outcomes = models.PositiveIntegerField(default=0)
    # And how many trainings and holds.
    beside = models.PositiveIntegerField(default=0, db_default=0)
    # What the last recompute was based on; experts.recomputing.replay makes the same numbers of it.
    inputs = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    computed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    override = models.CharField(max_length=14, choices=STATES, blank=True)
    override_note = models.TextField(blank=True)
    override_by_id = models.BigIntegerField(null=True)
    override_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "project_id"], name="standing_once_per_project"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="standing_weight_never_zero"),
            models.CheckConstraint(
                condition=Q(deference__gte=0, deference__lte=1), name="standing_deference_is_a_share"
            ),
        ]


class Training(models.Model):
    """A training set that was passed: earlier outcomes weigh half (experts.scoring); never updated or deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="trainings_passed")
    project_id = models.BigIntegerField()
    training_set_id = models.BigIntegerField()
    passed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project_id", "user", "-passed_at"], name="training_of_person")]


class OutcomeHold(models.Model):
    """An outcome is disputed (no ending), or the dispute has ended; never updated or deleted. See experts.holds."""

    class Ending(models.TextChoices):
        OPEN = "", "Being decided"
        UPHELD = "upheld", "Upheld"
        OVERTURNED = "overturned", "Overturned"
        UNCLEAR = "unclear", "The guideline is unclear"

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    project_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="holds")
    ending = models.CharField(max_length=10, choices=Ending.choices, default=Ending.OPEN, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outcome"], condition=Q(ending=""), name="outcome_disputed_once"),
            models.UniqueConstraint(fields=["outcome"], condition=~Q(ending=""), name="dispute_ended_once"),
        ]
        indexes = [models.Index(fields=["project_id", "user"], name="hold_of_person")]


class StandingChange(models.Model):
    """One move of a person's standing with the numbers it was based on; never updated or deleted."""

    class Cause(models.TextChoices):
        OUTCOMES = "outcomes", "Outcomes, or time passing"
        RULE = "rule", "Another rule"
        OVERRIDE = "override", "A person's decision"
        EXPIRY = "expiry", "The end of a person's decision"

    user = models.ForeignKey(User, models.PROTECT, related_name="standing_changes")
    project_id = models.BigIntegerField()
    at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    by_id = models.BigIntegerField(null=True)
    state_before = models.CharField(max_length=14, choices=STATES)
    state_after = models.CharField(max_length=14, choices=STATES)
    weight_before = models.FloatField()
    weight_after = models.FloatField()
    reason = models.TextField()
    inputs = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["project_id", "user", "-at"], name="standing_change_of_person")]


class ProjectRule(models.Model):
    """The numbers of the rule a project has adopted, the latest holds; never updated or deleted."""

    project_id = models.BigIntegerField()
    settings = models.JSONField()
    note = models.TextField(blank=True)
    adopted_by_id = models.BigIntegerField(null=True)
    adopted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project_id", "-id"], name="rule_of_project")]


class ReviewerOutcome(models.Model):
    """One verdict of a reviewer beside what was known or found out later; never updated or deleted."""

    class Kind(models.TextChoices):
        CONTROL = "control", "Control item"
        SECOND = "second", "Blind second look"
        CORRECTION = "correction", "Corrected by an editor"
        APPEAL = "appeal", "Decided on appeal"

    class Verdict(models.TextChoices):
        ACCEPT = "accept", "Accept"
        EDIT = "edit", "Send to editor"
        RETURN = "return", "Return"
        REJECT = "reject", "Reject"

    reviewer = models.ForeignKey(User, models.PROTECT, related_name="reviewer_outcomes")
    project_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    said = models.CharField(max_length=8, choices=Verdict.choices)
    # For a second look: what the other reviewer said, which is no truth.
    truth = models.CharField(max_length=8, choices=Verdict.choices)
    reasons_said = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    reasons_true = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "item_id"], condition=Q(kind="control"), name="reviewer_answers_a_control_once"
            ),
        ]
        indexes = [models.Index(fields=["project_id", "reviewer", "-at"], name="outcome_of_reviewer")]


class Alert(models.Model):
    """Something a lead should look at soon, with the numbers that say so (experts.alerts). No standing rests on it."""

    class Kind(models.TextChoices):
        DRIFT = "drift", "Work is getting worse"
        REASONS = "reasons", "The same reason again and again"
        SPEED = "speed", "Suddenly much faster"
        PASTE = "paste", "Much pasted from elsewhere"
        STREAK = "streak", "The same verdict, quickly, many times"

    class Answer(models.TextChoices):
        OPEN = "", "Open"
        MESSAGE = "message", "Wrote to them"
        TRAINING = "training", "Assigned training"
        WATCH = "watch", "Put on watch"
        PAUSE = "pause", "Paused"
        NO_PROBLEM = "no_problem", "Not a problem"

    user = models.ForeignKey(User, models.CASCADE, related_name="alerts")
    project_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Which reason, which verdict: the same kind may stand open about several things.
    about = models.CharField(max_length=40, blank=True)
    numbers = models.JSONField(default=dict)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.OPEN, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project_id", "kind", "about"], condition=Q(answer=""), name="alert_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="alert_answered_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["project_id", "answer", "-last_at"], name="alert_of_project")]


class AlertHandling(models.Model):
    """What a lead did with an alert, and when: the latest row says whether it is new to those who come next."""

    class What(models.TextChoices):
        SEEN = "seen", "Seen"
        LATER = "later", "Put off"
        ANSWERED = "answered", "Answered"
        BROUGHT_BACK = "back", "Brought back"

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="handlings")
    what = models.CharField(max_length=8, choices=What.choices)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["alert", "-id"], name="handling_of_alert")]
