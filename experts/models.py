"""People's qualifications and the outcomes of their work. Items and projects are bare numbers here: experts knows
no item's content, and history never blocks a deletion."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from catalog.models import Domain, Language
from catalog.skills import Skill


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
    """One final judgement on one person's work; never updated or deleted."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        EDITED = "edited", "Accepted after editing"
        RETURNED = "returned", "Returned"
        REJECTED = "rejected", "Rejected"

    user = models.ForeignKey(User, models.PROTECT, related_name="outcomes")
    project_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    language_id = models.CharField(max_length=16)
    domain_id = models.CharField(max_length=60)
    skill = models.CharField(max_length=16, choices=Skill.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Who judged: severity is taken out per reviewer when standing is computed.
    judged_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "project_id", "-at"], name="outcome_of_person")]


class Standing(models.Model):
    """An expert's measured state in a project; the queue reads only the weight."""

    user = models.ForeignKey(User, models.CASCADE, related_name="standings")
    project_id = models.BigIntegerField()
    weight = models.FloatField(default=1.0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "project_id"], name="standing_once_per_project"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="standing_weight_never_zero"),
        ]
