"""What waits for a reviewer or an editor, and what they have in hand: the lists of their home pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from annotation import checking
from annotation.access import Desk
from annotation.fairness import appealing
from annotation.item_lists import counted_items
from annotation.models import Adjudication, Appeal, Approval, Assignment, Dismissal, Item, ItemEvent, Look, Review
from annotation.workflow import Action, Stage, State
from core.paging import Page, keyset_page
from core.refusal import Refusal
from experts.models import Qualification
from qa.keys import Key, key_of
from qa.storing import fetch

LATEST = 12
MOST_COUNTED = 500
EDITING_ORDER = ("-attention", "state_since", "id")
EDITING_PAGE = 25


def in_hand(desk: Desk, *stages: Stage) -> list[Assignment]:
    return list(
        Assignment.objects.filter(person=desk.user, stage__in=stages, ended_at=None, item__project=desk.project)
        .select_related("item__cell__language", "item__cell__domain", "item__current")
        .order_by("id")
    )


def _open_reviews(desk: Desk) -> "QuerySet[Item]":
    """In review and free, and the person neither wrote, edited nor judged it in this round; as they know it: a copy
    they gave back waits for them like any other."""
    mine = {"item": OuterRef("pk"), "round": OuterRef("round")}
    return (
        Item.objects.filter(project=desk.project, state=State.IN_REVIEW, leased=False)
        .filter(~Q(author=desk.user))
        .filter(Q(is_control=False) | Q(look__person=desk.user, look__closed_at=None))
        .filter(
            ~Exists(Look.objects.filter(displaced=OuterRef("pk"), person=desk.user, moves_on_at__gt=timezone.now()))
        )
        .filter(~Exists(Look.objects.filter(source=OuterRef("pk"), person=desk.user)))
        .filter(~Exists(Review.objects.filter(**mine, reviewer=desk.user)))
        .filter(~Exists(Approval.objects.filter(**mine, person=desk.user)))
    )


def rereviews(desk: Desk) -> list[Item]:
    """Revised by their authors and kept for the reviewer who returned them."""
    own = _open_reviews(desk).filter(reserved_for=desk.user)
    return list(own.select_related("cell__language", "cell__domain", "current").order_by("state_since", "id"))


def count_for_review(desk: Desk) -> int:
    """How many the queue could hand to this person now; beyond MOST_COUNTED nobody needs the number."""
    admitted = Qualification.objects.filter(
        user=desk.user,
        language_id=OuterRef("cell__language_id"),
        domain_id=OuterRef("cell__domain_id"),
        skills__contains=[OuterRef("cell__skill")],
    )
    free = Q(reserved_for=None) | Q(reserved_until__lt=timezone.now()) | Q(reserved_for=desk.user)
    return _open_reviews(desk).filter(free).filter(Exists(admitted)).values("pk")[:MOST_COUNTED].count()


def judged_lately(desk: Desk) -> list[Review]:
    return list(
        Review.objects.filter(reviewer=desk.user, item__project=desk.project)
        .select_related("item__cell__language", "item__cell__domain", "revision")
        .order_by("-created_at")[:LATEST]
    )


@dataclass(frozen=True)
class Flagged:
    """One row of the editors' lists."""

    item: Item
    reasons: list[str]
    findings: int
    refusal: Refusal | None = None
    # Of a running appeal.
    clock: appealing.Clock | None = None


def flagged_for_editing(desk: Desk, cursor: str) -> tuple[Page[Item], list[Flagged]]:
    """Worst first."""
    items = _with_reasons(counted_items(desk.project).filter(state=State.IN_EDITING, leased=False))
    page = keyset_page(items, EDITING_ORDER, cursor, EDITING_PAGE)
    return page, _flagged(desk.user, page.rows)


def disputes(desk: Desk) -> list[Flagged]:
    """Overdue appeals first, then what waits longest."""
    now = timezone.now()
    items = _with_reasons(counted_items(desk.project).filter(state=State.DISPUTED, leased=False))
    running = Appeal.objects.filter(ending=Appeal.Ending.OPEN)
    items = items.annotate(
        reviewed_by_me=Exists(Review.objects.filter(item=OuterRef("pk"), reviewer=desk.user)),
        given_up_by_me=_did(desk.user, Action.GIVE_UP),
        appealed_by_me=_did(desk.user, Action.APPEAL_FOR_AUTHOR),
        settled_by_me=Exists(Adjudication.objects.filter(item=OuterRef("pk"), by=desk.user)),
        is_overdue=Exists(running.filter(item=OuterRef("pk"), due_at__lt=now)),
    ).prefetch_related(Prefetch("appeals", queryset=running, to_attr="running_appeals"))
    found = _flagged(desk.user, list(items.order_by("-is_overdue", "state_since", "id")[:EDITING_PAGE]))
    return [replace(one, clock=_clock_of(one.item, now)) for one in found]


def _did(person: User, action: Action) -> Exists:
    return Exists(ItemEvent.objects.filter(item=OuterRef("pk"), action=action, by=person))


def _clock_of(item: Item, now: datetime) -> appealing.Clock | None:
    running: list[Appeal] = item.running_appeals  # type: ignore[attr-defined]  # prefetched above
    return appealing.Clock(running[0], now) if running else None


def _with_reasons(items: "QuerySet[Item]") -> "QuerySet[Item]":
    judged = Review.objects.filter(round__gte=F("item__round") - 1).order_by("created_at")
    return items.select_related("cell__language", "cell__domain", "current", "project", "context").prefetch_related(
        Prefetch("reviews", queryset=judged, to_attr="latest_reviews")
    )


def _flagged(person: User, items: Sequence[Item]) -> list[Flagged]:
    counts = open_counts(items)
    return [Flagged(item, _reasons_of(item), counts[item.pk], _refusal_of(person, item)) for item in items]


def _reasons_of(item: Item) -> list[str]:
    reviews: Iterable[Review] = item.latest_reviews  # type: ignore[attr-defined]  # prefetched above
    return list(dict.fromkeys(label for review in reviews for label in review.reason_labels))


def _refusal_of(person: User, item: Item) -> Refusal | None:
    """The same answer as `handing_out.refusal_to_settle`, from what the list has loaded already."""
    if item.author_id == person.pk:
        return Refusal("You wrote this item; somebody else edits or settles it.")
    if getattr(item, "reviewed_by_me", False):
        return Refusal("You reviewed this item; somebody else settles the dispute.")
    if getattr(item, "given_up_by_me", False):
        return Refusal("You gave this item up; somebody else settles the appeal.")
    if item.appealed and getattr(item, "appealed_by_me", False):
        return Refusal("You opened this appeal; somebody else settles it.")
    if item.appealed and getattr(item, "settled_by_me", False):
        return Refusal("You settled this item before; somebody else settles the appeal.")
    return None


def open_counts(items: Sequence[Item]) -> dict[int, int]:
    """Open findings on the current text of each item, in two statements for all of them."""
    keys = {item: _keys_of(item) for item in items}
    stored = fetch([key for of_item in keys.values() for key in of_item])
    dismissed = set(Dismissal.objects.filter(item__in=items).values_list("item_id", "fingerprint"))
    results = {item: [stored[key] for key in of_item if key in stored] for item, of_item in keys.items()}
    return {
        item.pk: sum(
            (item.pk, finding.fingerprint) not in dismissed for finding in checking.findings_of(of_item, item.project)
        )
        for item, of_item in results.items()
    }


def _keys_of(item: Item) -> list[Key]:
    if item.current is None:
        return []
    subject = checking.subject_of_revision(item, item.current)
    return [key_of(check, subject, item.current.guideline_version) for check in checking.checks_for(item)]
