"""From a call for experts to the test: who was invited, who applied for which fields, what was answered."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.project import ROLE_CHOICES, Project
from catalog.models import Domain, Language


def _as_expert() -> list[str]:
    return ["expert"]


class Terms(models.Model):
    """What a person agrees to when they apply; a changed text is a new version, never an updated row."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="terms")
    version = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="terms_version_once")]


class Call(models.Model):
    """An offer to work in a project, open to whoever has its link or was written to, until it is closed or full."""

    if TYPE_CHECKING:
        project_id: int

    project = models.ForeignKey(Project, models.CASCADE, related_name="calls")
    title = models.CharField(max_length=120)
    work = models.TextField("what the work is")
    effort = models.TextField("how long it takes", help_text="Of the application, the test and the work itself.")
    pay = models.TextField("what is paid", blank=True, help_text="Empty: the page says that it is told later.")
    closes_on = models.DateField("closes on", help_text="The last day on which an application can be sent.")
    roles = ArrayField(models.CharField(max_length=12, choices=ROLE_CHOICES), default=_as_expert)
    # Of the open link; empty when there is none, or it was taken back.
    secret_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.title


class CallQuota(models.Model):
    """How many applications of a call may hold a place in language × domain. Locked while places are given."""

    if TYPE_CHECKING:
        call_id: int
        language_id: str
        domain_id: str

    call = models.ForeignKey(Call, models.CASCADE, related_name="quotas")
    language = models.ForeignKey(Language, models.PROTECT, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    places = models.PositiveIntegerField()

    class Meta:
        ordering = ["language", "domain"]
        constraints = [models.UniqueConstraint(fields=["call", "language", "domain"], name="call_quota_once")]

    def __str__(self) -> str:
        return f"{self.language} · {self.domain}"


class CallInvitation(models.Model):
    """A personal link into a call: somebody on a list, or whoever gave an address at the open link."""

    class Source(models.TextChoices):
        LIST = "list", "A list of addresses"
        OPEN_LINK = "open_link", "The open link"

    if TYPE_CHECKING:
        call_id: int

    call = models.ForeignKey(Call, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    # What the list said of the person; empty when it said nothing.
    languages = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    domains = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    # None until the mail is on its way: only the mail knows the secret.
    secret_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "email"], name="call_invitation_once"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(secret_hash__isnull=False), name="call_invitation_sent_has_a_link"
            ),
        ]


class Application(models.Model):
    """One person's answer to a call: what they filled in so far, and since when it is sent."""

    if TYPE_CHECKING:
        call_id: int
        user_id: int
        terms_id: int | None

    call = models.ForeignKey(Call, models.CASCADE, related_name="applications")
    user = models.ForeignKey(User, models.PROTECT, related_name="applications")
    # As typed, saved while typing; what was sent is in the profile and the fields.
    filled: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    saved_at = models.DateTimeField(null=True, blank=True)
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+", null=True, blank=True)
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "user"], name="application_once_per_call"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(terms__isnull=False, terms_accepted_at__isnull=False),
                name="application_sent_has_accepted_terms",
            ),
        ]


class ApplicationField(models.Model):
    """Language × domain a person applied for, and what became of it. `applied` and `admitted` hold a place."""

    class State(models.TextChoices):
        WAITING = "waiting", "On the waiting list"
        APPLIED = "applied", "Applied"
        ADMITTED = "admitted", "Admitted to the test"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn by the applicant"

    HOLDS_A_PLACE = (State.APPLIED, State.ADMITTED)
    ENDED = (State.DECLINED, State.WITHDRAWN)

    if TYPE_CHECKING:
        application_id: int
        language_id: str
        domain_id: str

    application = models.ForeignKey(Application, models.CASCADE, related_name="fields")
    language = models.ForeignKey(Language, models.PROTECT, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    applied_at = models.DateTimeField()
    # When a place became free for somebody who waited; the application's own time for all others.
    placed_at = models.DateTimeField(null=True, blank=True)
    admitted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "language", "domain"], name="application_field_once"),
            models.CheckConstraint(
                condition=~Q(state="admitted") | Q(admitted_at__isnull=False), name="application_admitted_since"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["declined", "withdrawn"], ended_at__isnull=False)
                | Q(ended_at=None) & ~Q(state__in=["declined", "withdrawn"]),
                name="application_ended_since",
            ),
        ]
        indexes = [models.Index(fields=["language", "domain", "state"], name="application_field_in_state")]

    def __str__(self) -> str:
        return f"{self.language} · {self.domain}"


class Reminder(models.Model):
    """A reminder that was sent to somebody who stands still; never updated or deleted."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    email = models.EmailField()
    step = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["project", "email", "-at"], name="reminder_of_person")]


class MailStop(models.Model):
    """An address that asked for no more invitations and reminders, from any project."""

    email = models.EmailField(unique=True)
    at = models.DateTimeField(auto_now_add=True)
