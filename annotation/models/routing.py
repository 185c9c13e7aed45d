"""For whom a text is: as the engine reads it, as people decided, and the router a project fitted from that."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import User
from annotation.models.pipeline import Item, Revision
from annotation.models.project import Cell, Context, Project


class Scope(models.TextChoices):
    GENERAL = "general", "General"
    SPECIALIZED = "specialized", "Specialized"
    UNSURE = "unsure", "Unsure"


class Route(models.Model):
    """Of a waiting context or of an item's prompt, the newest reading. `scope` is what holds: a person's word, else
    what the engine read."""

    if TYPE_CHECKING:
        cell_id: int
        context_id: int | None
        item_id: int | None
        decided_by_id: int | None

    project = models.ForeignKey(Project, models.CASCADE, related_name="routes", db_index=False)
    cell = models.ForeignKey(Cell, models.CASCADE, related_name="+", db_index=False)
    context = models.OneToOneField(Context, models.CASCADE, null=True, related_name="route")
    item = models.OneToOneField(Item, models.CASCADE, null=True, related_name="route")
    text_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=11, choices=Scope.choices)
    read_as = models.CharField(max_length=11, choices=Scope.choices)
    # 0..1, how much it is of a field.
    score = models.FloatField()
    # The likeliest field, a domain's slug where the catalog has it; empty when none is near.
    domain = models.CharField(max_length=60, blank=True)
    basis = models.CharField(max_length=10)
    engine = models.CharField(max_length=160)
    read_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(context=None, item__isnull=False) | Q(context__isnull=False, item=None),
                name="route_of_a_context_or_an_item",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="route_decision_has_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "cell", "scope"], name="route_by_cell"),
            models.Index(fields=["project", "-id"], condition=Q(decided_by=None), name="route_undecided"),
        ]


class RoutingDecision(models.Model):
    """A person's word on one text: what a project's own router is fitted from. Never updated or deleted (a trigger
    refuses); taking one back is a row too. The text itself is the context's, or the revision's."""

    if TYPE_CHECKING:
        route_id: int
        undoes_id: int | None

    project = models.ForeignKey(Project, models.PROTECT, related_name="routing_decisions", db_index=False)
    route = models.ForeignKey(Route, models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+", db_index=False)
    language = models.CharField(max_length=16)
    text_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=11, choices=Scope.choices)
    # What stood before, and what the engine had read, with its score.
    before = models.CharField(max_length=11, choices=Scope.choices)
    read_as = models.CharField(max_length=11, choices=Scope.choices)
    score = models.FloatField()
    engine = models.CharField(max_length=160)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-id"], name="routing_decision_lately")]


class ProjectRouter(models.Model):
    """The router a project fitted from its people's decisions, in effect since a person said so."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="router")
    # By language: weights, intercept, texts (FittedRouter.to_json), embedder, and what cross-validation said.
    fits = models.JSONField(default=dict)
    # The job that fitted it, part of the engine's name: what another router read is read anew.
    fitted_by_job = models.BigIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
