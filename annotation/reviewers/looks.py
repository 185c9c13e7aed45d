"""Copies of control items that were handed out, for managers."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from annotation.access import Desk
from annotation.models import Look, Review


def looks_of(desk: Desk, control: int | None = None, *, judged_only: bool = False) -> "QuerySet[Look]":
    """Of one control item, or of all. Not of the reader's own texts: who judged them stays unknown to them."""
    looks = Look.objects.filter(project=desk.project, kind=Look.Kind.CONTROL, item__isnull=False)
    if control is not None:
        looks = looks.filter(control=control)
    if judged_only:
        looks = looks.filter(judged_at__isnull=False)
    said = Review.objects.filter(item=OuterRef("item"), reviewer=OuterRef("person")).order_by("id").values("verdict")
    of_others = looks.filter(Q(source__author=None) | ~Q(source__author=desk.user))
    listed = of_others.select_related("person", "control", "cell__language", "cell__domain")
    return listed.annotate(said=Subquery(said[:1]))
