"""Blind second looks: a share of settled reviews is judged again by somebody else, and nothing of the item changes.

When the second look disagrees, an editor sees it.
"""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from annotation.access import Desk
from annotation.models import Item, Look, Project, Review
from annotation.reviewers.copies import MAY_MEET, draw, terms_of
from annotation.workflow import Action
from core.statements import fetch_row
from experts.models import ReviewerOutcome
from experts.reviewers import is_same, record_reviewer_outcome

SETTLES = (Action.ACCEPT, Action.RETURN, Action.REJECT)
MOST_LISTED = 50


def want(item: Item, action: Action, now: datetime) -> bool:
    """After a review has accepted, returned or rejected an item: whether somebody else looks again at this text."""
    if action not in SETTLES or item.is_control or item.current_id is None:
        return False
    if draw("second-look", item.project_id, item.current_id, below=100) >= item.project.second_look_percent:
        return False
    look = Look(kind=Look.Kind.SECOND, project_id=item.project_id, cell_id=item.cell_id, source=item, wanted_at=now)
    look.revision_id = item.current_id
    Look.objects.bulk_create([look], ignore_conflicts=True)
    return True


_CHOOSE = f"""
    SELECT look.id FROM annotation_look look {MAY_MEET.format(of="look")} AND look.item_id IS NULL
    ORDER BY look.cell_id <> %(cell)s, look.wanted_at, look.id
    LIMIT 1 FOR UPDATE OF look SKIP LOCKED
"""  # noqa: S608  (the part is a constant)


def choose(desk: Desk, item: Item) -> Look | None:
    """The oldest wanted one this reviewer may judge, of the same cell if there is one."""
    row = fetch_row(_CHOOSE, terms_of(desk, item))
    return Look.objects.select_related("source", "revision").get(pk=row[0]) if row else None


def compare(look: Look, second: Review, now: datetime) -> bool:
    """Both sides of each pair are recorded: neither of two reviewers is the truth. Whether all said the same."""
    firsts = list(Review.objects.filter(revision=look.revision_id).select_related("reviewer"))
    for first in firsts:
        _record(first.reviewer, look, first, second, now)
        _record(second.reviewer, look, second, first, now)
    return all(is_same(first.verdict, second.verdict) for first in firsts)


def _record(reviewer: User, look: Look, own: Review, other: Review, now: datetime) -> None:
    record_reviewer_outcome(
        reviewer=reviewer,
        project_id=look.project_id,
        item_id=look.source_id,
        kind=ReviewerOutcome.Kind.SECOND,
        said=own.verdict,
        truth=other.verdict,
        reasons_said=own.reasons,
        reasons_true=other.reasons,
        at=now,
    )


def disagreeing(desk: Desk) -> list[Look]:
    """What editors have not looked at yet, newest first, in one statement. Not of one's own texts: the page of the
    second review names its reviewer."""
    looks = Look.objects.filter(project=desk.project, kind=Look.Kind.SECOND, agrees=False, seen_at=None)
    of_others = looks.filter(Q(source__author=None) | ~Q(source__author=desk.user))
    listed = of_others.select_related("cell__language", "cell__domain", "revision")
    return list(listed.order_by("-judged_at")[:MOST_LISTED])


def put_away(look_id: int, project: Project, by: User) -> int:
    """An editor has seen it; returns how many that were."""
    waiting = Look.objects.filter(pk=look_id, project=project, agrees=False, seen_at=None)
    return waiting.update(seen_at=timezone.now(), seen_by=by)
