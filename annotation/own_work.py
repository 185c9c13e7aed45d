"""Where an expert stands: what is in hand, what came back, what is under way, and what Start next would give."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.utils import timezone

from annotation.access import Desk
from annotation.handing_out import why_empty
from annotation.models import Assignment, Cell, Draft, EditHunk, Item, Review
from annotation.queues import peek
from annotation.reasons import Reason
from annotation.workflow import Stage, State
from core.refusal import Refusal

LATELY = timedelta(days=14)
LONGEST_LIST = 200
EXCERPT = 160

UNDER_WAY = (State.CHECKING, State.IN_REVIEW, State.IN_EDITING, State.DISPUTED)
TONES: dict[State, str] = {
    State.WRITING: "accent",
    State.SET_ASIDE: "quiet",
    State.CHECKING: "note",
    State.RETURNED: "warn",
    State.IN_REVIEW: "accent",
    State.IN_EDITING: "accent",
    State.DISPUTED: "warn",
    State.ACCEPTED: "good",
    State.REJECTED: "bad",
}


@dataclass(frozen=True)
class Next:
    """What Start next would hand out, in words; `refusal` when there is nothing."""

    cell: Cell | None = None
    item: Item | None = None
    places: int = 0
    refusal: Refusal | None = None

    @property
    def verb(self) -> str:
        """What pressing the button means for an item that is the person's own already."""
        if self.item is None:
            return "new"
        return "revise" if self.item.state == State.RETURNED else "continue"


@dataclass
class OwnWork:
    returned: list[Item] = field(default_factory=list)
    in_hand: list[Item] = field(default_factory=list)
    set_aside: list[Item] = field(default_factory=list)
    under_way: list[Item] = field(default_factory=list)
    accepted: list[Item] = field(default_factory=list)
    rejected: list[Item] = field(default_factory=list)
    next: Next = field(default_factory=Next)

    @property
    def edited(self) -> list[Item]:
        """Items with an editor's changes that still wait for thanks or an objection."""
        everything = [*self.returned, *self.under_way, *self.accepted, *self.rejected]
        return [item for item in everything if unanswered_in(item)]

    @property
    def is_new_here(self) -> bool:
        lists = (self.returned, self.in_hand, self.set_aside, self.under_way, self.accepted, self.rejected)
        return not any(lists)


def own_work(desk: Desk) -> OwnWork:
    """Two statements when something is in hand or returned, seven when the queue has to be asked."""
    now = timezone.now()
    work = OwnWork()
    lists: dict[State, list[Item]] = {
        State.RETURNED: work.returned,
        State.WRITING: work.in_hand,
        State.SET_ASIDE: work.set_aside,
        State.ACCEPTED: work.accepted,
        State.REJECTED: work.rejected,
        **dict.fromkeys(UNDER_WAY, work.under_way),
    }
    for item in _own_items(desk, now):
        lists[State(item.state)].append(item)
    work.returned.reverse()
    work.in_hand.reverse()
    work.next = _next(desk, work, now)
    return work


def _own_items(desk: Desk, now: datetime) -> Iterable[Item]:
    recent = Q(state__in=[State.ACCEPTED, State.REJECTED], state_since__gte=now - LATELY)
    waiting = ~Q(state__in=[State.ACCEPTED, State.REJECTED])
    mine = Item.objects.filter(recent | waiting, project=desk.project, author=desk.user)
    return listed(mine).order_by("-state_since", "-pk")[:LONGEST_LIST]


def listed(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items with what a row of a list shows; long texts stay in the database."""
    draft = Draft.objects.filter(item=OuterRef("pk"), person=OuterRef("author"))
    latest_review = Review.objects.filter(revision=OuterRef("current")).order_by("-pk")
    live = Assignment.objects.filter(item=OuterRef("pk"), stage=Stage.WRITING, ended_at=None)
    unanswered = EditHunk.objects.filter(item=OuterRef("pk"), response="").order_by().values("item")
    being_typed = NullIf(Subquery(draft.values(start=Left("prompt", EXCERPT))[:1]), Value(""))
    return items.select_related("cell__language", "cell__domain").annotate(
        excerpt=Coalesce(being_typed, Left(F("current__prompt"), EXCERPT)),
        leased_until=Subquery(live.values("leased_until")[:1]),
        return_reasons=Subquery(latest_review.values("reasons")[:1]),
        unanswered=Subquery(unanswered.values(number=Count("pk"))[:1], output_field=IntegerField()),
    )


def unanswered_in(item: Item) -> int:
    return _annotated(item, "unanswered") or 0


def reasons_in_words(item: Item) -> str:
    """Why it came back: the reviewer's reasons, or the checks."""
    reasons = _annotated(item, "return_reasons")
    if not reasons:
        return "An automatic check found what must be mended"
    return " · ".join(Reason(code).label for code in reasons)


def _annotated(item: Item, name: str) -> Any:
    return getattr(item, name, None)


def _next(desk: Desk, work: OwnWork, now: datetime) -> Next:
    own = [*work.in_hand, *work.returned][:1]
    if own:
        return Next(cell=own[0].cell, item=own[0])
    choice = peek(desk.user, desk.project, now)
    if choice is None:
        return Next(refusal=why_empty(desk, Stage.WRITING))
    free = Count("places", filter=Q(places__taken=False))
    cell = Cell.objects.select_related("language", "domain").annotate(free=free).get(pk=choice.cell_id)
    return Next(cell=cell, places=cell.free)
