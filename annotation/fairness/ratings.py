"""What authors make of the feedback they get and of the instructions they work by. Managers see sums from a least
number on, and words without names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q
from django.utils import timezone

from accounts.models import User
from annotation.access import Desk
from annotation.fairness.threads import About, Topic
from annotation.models import Cell, FeedbackRating, InstructionRating, Item, Project
from annotation.texts import clean
from annotation.workflow import State
from annotation.writing import guideline_version
from core.refusal import Refusal, Refused

# Fewer would tell who said it.
LEAST_SHOWN = 3
# Asked about a cell after so many texts handed in, and not again about any for so long.
ASKED_AFTER = 5
ASKED_EVERY = timedelta(days=14)
LATEST_WORDS = 20

HANDED_IN = (State.CHECKING, State.IN_REVIEW, State.IN_EDITING, State.DISPUTED, State.ACCEPTED, State.REJECTED)


def rate_feedback(person: User, subject: About, *, helpful: bool, why: str) -> FeedbackRating:
    """The author's word on a review of theirs or an edit; a later word takes the place of an earlier one."""
    if subject.topic not in (Topic.REVIEW, Topic.EDIT):
        raise Refused(Refusal("Only a review or an edit is rated."), 409)
    said = {"by": person, "helpful": helpful, "why": clean(why).strip(), "at": timezone.now()}
    rating, _ = FeedbackRating.objects.update_or_create(**subject.key, defaults=said)
    return rating


def cell_to_ask_about(desk: Desk, now: datetime | None = None) -> Cell | None:
    """The cell whose instructions the author could say something about now; mostly none.

    After ASKED_AFTER texts handed in, once per version of the guideline, and ASKED_EVERY apart whatever they said.
    """
    now = now or timezone.now()
    asked = InstructionRating.objects.filter(by=desk.user, cell__project=desk.project)
    if asked.filter(at__gt=now - ASKED_EVERY).exists():
        return None
    version = guideline_version(desk.project)
    known = asked.filter(guideline_version=version).values("cell")
    written = Q(items__author=desk.user, items__state__in=HANDED_IN, items__is_control=False)
    cells = Cell.objects.filter(project=desk.project).exclude(pk__in=known)
    worked_in = cells.annotate(written=Count("items", filter=written)).filter(written__gte=ASKED_AFTER)
    return worked_in.select_related("language", "domain").order_by("-written", "pk").first()


def rate_instructions(desk: Desk, cell: Cell, *, stars: int | None, words: str) -> InstructionRating:
    """Without stars: they would rather not, and are left alone. Raises Refused for who has not worked there."""
    if not Item.objects.filter(cell=cell, author=desk.user).exists():
        raise Refused(Refusal("You have not written in this cell.", "Say it after your first text there."), 409)
    said = {"stars": stars, "words": clean(words).strip() if stars else "", "at": timezone.now()}
    rating, _ = InstructionRating.objects.update_or_create(
        cell=cell, by=desk.user, guideline_version=guideline_version(desk.project), defaults=said
    )
    return rating


@dataclass(frozen=True)
class OfCell:
    cell: Cell
    count: int
    stars: float | None
    words: Sequence[str]


def of_instructions(project: Project) -> list[OfCell]:
    """By cell, the worst first; cells with fewer than LEAST_SHOWN show their number alone."""
    rated = Q(instruction_ratings__stars__isnull=False)
    cells = Cell.objects.filter(project=project).select_related("language", "domain")
    cells = cells.annotate(
        rated=Count("instruction_ratings", filter=rated), stars=Avg("instruction_ratings__stars", filter=rated)
    ).filter(rated__gt=0)
    words = _words(project)
    found = [
        OfCell(cell, cell.rated, cell.stars, words.get(cell.pk, []))
        if cell.rated >= LEAST_SHOWN
        else OfCell(cell, cell.rated, None, [])
        for cell in cells
    ]
    return sorted(found, key=lambda one: (one.stars is None, one.stars or 0.0))


def _words(project: Project) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    said = InstructionRating.objects.filter(cell__project=project).exclude(words="").order_by("-at")
    for cell_id, words in said.values_list("cell_id", "words"):
        if len(found.setdefault(cell_id, [])) < LATEST_WORDS:
            found[cell_id].append(words)
    return found


@dataclass(frozen=True)
class OfFeedback:
    what: str
    count: int
    helpful: int | None
    words: Sequence[str]


def of_feedback(project: Project) -> list[OfFeedback]:
    """Of reviews and of edits: how many said it helped, from LEAST_SHOWN on."""
    ratings = FeedbackRating.objects.order_by("-at")
    of_reviews = ratings.filter(review__item__project=project)
    of_edits = ratings.filter(revision__item__project=project)
    pairs = (("Reviews", of_reviews), ("Edits", of_edits))
    return [_of(what, list(found.values_list("helpful", "why"))) for what, found in pairs]


def _of(what: str, found: Sequence[tuple[bool, str]]) -> OfFeedback:
    if len(found) < LEAST_SHOWN:
        return OfFeedback(what, len(found), None, [])
    why = [why for helpful, why in found if why and not helpful][:LATEST_WORDS]
    return OfFeedback(what, len(found), sum(helpful for helpful, _ in found), why)
