"""The one *Start next* button of every stage: what is yours first, then the best match."""

import uuid
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from annotation.access import Desk, refusal_to_judge, refusal_to_work
from annotation.models import Assignment, Cell, Item, Look
from annotation.pay import active_time
from annotation.queues import Pick, lease, live_assignment, pick, shows_next
from annotation.reasons import SkipReason
from annotation.reviewers import controls
from annotation.steps import end_assignment, give_birth, lock_item, take_step
from annotation.workflow import STAGE_ROLE, STAGE_STATE, Action, Stage, State
from core.refusal import Refusal, Refused, refuse_if
from core.statements import fetch_row, fetch_rows
from experts.models import Qualification
from experts.rules import open_cap
from experts.standing import refusal_while_paused
from experts.wording import duration

OPEN_STATES = (State.WRITING, State.RETURNED)
NOTHING_NOW = ("empty", "cap")
LONGEST_REASON = 200

# One button, several queues: people wait longest for a dispute to be settled.
QUEUES: dict[Stage, tuple[Stage, ...]] = {Stage.EDITING: (Stage.ADJUDICATION, Stage.EDITING)}


def next_of_stage(desk: Desk, stage: Stage, *, another: bool = False) -> Assignment:
    """What the one button of a stage gives, whichever of its queues it comes from.

    Raises Refused with code "empty" when none has anything.
    """
    *earlier, last = QUEUES.get(stage, (stage,))
    if earlier and not another:
        held = [live_assignment(desk.user, desk.project, each) for each in (*earlier, last)]
        for assignment in filter(None, held):
            return assignment
    for each in earlier:
        try:
            return start_next(desk, each, another=another)
        except Refused as refused:
            if refused.code not in NOTHING_NOW:
                raise
    return start_next(desk, last, another=another)


def start_next(desk: Desk, stage: Stage, *, another: bool = False) -> Assignment:
    """Hands out the next thing; pressing again gives the same one until it is finished.

    `another` leaves what is in hand alone and asks for one more. Raises Refused with code "empty" and the reason
    when there is nothing.
    """
    refuse_if(refusal_to_work(desk, stage))
    now = timezone.now()
    with transaction.atomic():
        _wait_for_own_other_tab(desk, stage)
        if stage == Stage.WRITING:
            assignment = _start_writing(desk, another, now)
        else:
            held = None if another else live_assignment(desk.user, desk.project, stage)
            assignment = held or _start_best(desk, stage, now)
    if assignment is None:
        raise Refused(why_empty(desk, stage), status=409, code="empty")
    return assignment


_LOCK_OWN_ROLE = """
    SELECT id FROM annotation_membership WHERE user_id = %s AND project_id = %s AND role = %s FOR NO KEY UPDATE
"""
_OWN_OPEN = """
    SELECT id, state, (SELECT weight FROM experts_standing WHERE user_id = author_id AND project_id = item.project_id)
    FROM annotation_item item
    WHERE project_id = %s AND author_id = %s AND state = ANY (%s) ORDER BY state_since, id
"""


def _wait_for_own_other_tab(desk: Desk, stage: Stage) -> None:
    """A double click hands out one item and stays under the cap; nobody waits for anybody else."""
    fetch_row(_LOCK_OWN_ROLE, [desk.user.pk, desk.project.pk, STAGE_ROLE[stage].value])


def _start_writing(desk: Desk, another: bool, now: datetime) -> Assignment | None:
    """What is in hand, then what was returned, then a new place below the cap."""
    rows = fetch_rows(_OWN_OPEN, [desk.project.pk, desk.user.pk, list(OPEN_STATES)])
    if not another and any(state == State.WRITING for _, state, _ in rows):
        held = live_assignment(desk.user, desk.project, Stage.WRITING)
        if held:
            return held
    returned = next((pk for pk, state, _ in rows if state == State.RETURNED), None)
    if returned is not None:
        return _resume(returned, Action.REVISE, desk.user, now)
    _refuse_above_cap(desk, len(rows), rows[0][2] if rows else None)
    return _start_best(desk, Stage.WRITING, now)


def _start_best(desk: Desk, stage: Stage, now: datetime) -> Assignment | None:
    choice = pick(desk.user, desk.project, stage, now)
    if choice is None:
        return None
    if stage == Stage.WRITING:
        return _begin_item(desk, choice, now)
    item = Item.objects.select_related("project").get(pk=choice.row_id)
    if stage == Stage.REVIEW:
        item, choice = controls.in_place_of(desk, item, choice, now)
    return lease(item, desk.user, stage, now, choice.why())


def _begin_item(desk: Desk, choice: Pick, now: datetime) -> Assignment:
    item = Item(
        project=desk.project,
        cell_id=choice.cell_id,
        place_id=choice.row_id,
        author=desk.user,
        context_id=choice.context_id,
        leased=True,
    )
    give_birth(item, Action.CLAIM, by=desk.user, at=now)
    return lease(item, desk.user, Stage.WRITING, now, choice.why())


def _refuse_above_cap(desk: Desk, open_items: int, weight: float | None) -> None:
    """Who is held back holds fewer items at once, never none (experts.rules.open_cap)."""
    cap = open_cap(desk.project.open_cap, 1.0 if weight is None else weight)
    if open_items >= cap:
        refuse_if(refusal_while_paused(desk.user, desk.project.pk), status=409, code="paused")
        allowed = "the project allows" if cap == desk.project.open_cap else "at present you may have"
        raise Refused(
            Refusal(
                f"You have {open_items} items open; {allowed} {cap} at once.",
                "Finish or skip one of them first.",
            ),
            status=409,
            code="cap",
        )


@transaction.atomic
def open_item(desk: Desk, item_id: int, stage: Stage) -> Assignment:
    """Opens one named item of one's own: what is in hand, returned or set aside. Raises Refused otherwise."""
    refuse_if(refusal_to_work(desk, stage))
    held = Assignment.objects.filter(item_id=item_id, person=desk.user, stage=stage, ended_at=None).first()
    if held:
        return held
    if stage == Stage.WRITING:
        return take_back(desk, item_id)
    return _open_waiting(desk, item_id, stage)


@transaction.atomic
def take_back(desk: Desk, item_id: int) -> Assignment:
    """The author takes up a returned or set-aside item again; the draft is still there."""
    refuse_if(refusal_to_work(desk, Stage.WRITING))
    _wait_for_own_other_tab(desk, Stage.WRITING)
    item = lock_item(item_id)
    if item.author_id != desk.user.pk or item.project_id != desk.project.pk:
        raise Refused(Refusal("This item is not yours."), status=403)
    held = Assignment.objects.filter(item=item, person=desk.user, stage=Stage.WRITING, ended_at=None).first()
    if held:
        return held
    action = Action.REVISE if item.state == State.RETURNED else Action.TAKE_BACK
    return _resume(item_id, action, desk.user, timezone.now())


def _resume(item_id: int, action: Action, person: User, now: datetime) -> Assignment:
    item = lock_item(item_id)
    take_step(item, action, by=person, at=now)
    return lease(item, person, Stage.WRITING, now, {"own": True})


def _open_waiting(desk: Desk, item_id: int, stage: Stage) -> Assignment:
    """An editor chooses a waiting item from a list; the same people are kept from it as by the queue."""
    item = lock_item(item_id)
    if item.project_id != desk.project.pk or item.state != STAGE_STATE[stage]:
        raise Refused(Refusal("The item does not wait for this any more."), status=409)
    if item.leased:
        raise Refused(Refusal("Somebody else has the item in hand.", "Press Start next for another."), status=409)
    if stage == Stage.REVIEW and not may_reopen_review(desk.user, item):
        raise Refused(Refusal("Reviews are handed out by the queue.", "Press Start next."), status=409)
    refuse_if(refusal_to_settle(desk.user, item))
    item.leased = True
    item.save(update_fields=["leased"])
    return lease(item, desk.user, stage, timezone.now(), {"chosen": True})


def may_reopen_review(person: User, item: Item) -> bool:
    """A reviewer whose lease lapsed may go on with the judgement they have begun, while nobody else has the item."""
    if item.leased or item.state != State.IN_REVIEW or refusal_to_judge(person, item):
        return False
    latest = Assignment.objects.filter(item=item, stage=Stage.REVIEW).order_by("-id").first()
    return latest is not None and latest.person_id == person.pk and latest.outcome == Assignment.Outcome.LAPSED


def refusal_to_settle(person: User, item: Item) -> Refusal | None:
    """Disputes go to someone who was neither author, reviewer nor gave the item up; edits to a non-author."""
    if item.author_id == person.pk:
        return Refusal("You wrote this item; somebody else edits or settles it.")
    if item.state != State.DISPUTED:
        return None
    if item.reviews.filter(reviewer=person).exists():
        return Refusal("You reviewed this item; somebody else settles the dispute.")
    if item.events.filter(action=Action.GIVE_UP, by=person).exists():
        return Refusal("You gave this item up; somebody else settles the appeal.")
    return _refusal_of_party(person, item) if item.appealed else None


def _refusal_of_party(person: User, item: Item) -> Refusal | None:
    """An appeal goes to nobody who argued it or decided on the item before."""
    if item.events.filter(action=Action.APPEAL_FOR_AUTHOR, by=person).exists():
        return Refusal("You opened this appeal; somebody else settles it.")
    if item.adjudications.filter(by=person).exists():
        return Refusal("You settled this item before; somebody else settles the appeal.")
    return None


def extend_lease(assignment: Assignment, minutes: int, now: datetime) -> None:
    """A heart-beat: whoever is at work keeps the item."""
    until = now + timedelta(minutes=minutes)
    Assignment.objects.filter(pk=assignment.pk, ended_at=None).update(leased_until=until)
    assignment.leased_until = until


def beat(assignment: Assignment, minutes: int, now: datetime, active_seconds: int | None) -> None:
    """A page or a program says that somebody is at work, and for how long by now.

    Raises Refused (409, "lease") when the lease is gone; the time until its end counts all the same.
    """
    if active_seconds is not None:
        active_time.report(assignment, active_seconds, now, lease_minutes=minutes)
    elif assignment.ended_at is None:
        extend_lease(assignment, minutes, now)
    if assignment.ended_at is not None:
        raise lease_lost()


@transaction.atomic
def hand_back(desk: Desk, item_id: int, token: str, reason: str) -> Item:
    """Skip: the person gives an item back with a reason; a draft stays with them."""
    item = lock_item(item_id)
    assignment = held_assignment(item, desk.user, token)
    now = timezone.now()
    if assignment.ended_at is not None:
        return item
    if assignment.stage == Stage.WRITING:
        action = Action.SKIP if item.current_id is None else Action.PUT_BACK
        take_step(item, action, by=desk.user, at=now, reason=reason)
    else:
        item.leased = False
        item.save(update_fields=["leased"])
    end_assignment(assignment, Assignment.Outcome.SKIPPED, now, reason)
    return item


def reason_to_skip(code: str, note: str) -> str:
    """As the assignment keeps it. Raises Refused when no reason is chosen."""
    refusal = None if code in SkipReason else Refusal("Say why you skip it.", "Choose one of the reasons.")
    refuse_if(refusal, status=409, code="incomplete")
    return (f"{code}: {note.strip()}" if note.strip() else code)[:LONGEST_REASON]


_HELD_BY = "SELECT * FROM annotation_assignment WHERE item_id = %s AND person_id = %s AND token = %s"


def held_assignment(item: Item, person: User, token: str) -> Assignment:
    """The assignment this token belongs to. Raises Refused (409, "lease") when it is another person's or none."""
    assignment = None
    if is_token(token):
        assignment = next(iter(Assignment.objects.raw(_HELD_BY, [item.pk, person.pk, token])), None)
    if assignment is None:
        raise lease_lost()
    return assignment


def is_token(token: str) -> bool:
    """Whatever a request brings as token may be asked about; what is none belongs to nobody."""
    try:
        uuid.UUID(token)
    except ValueError:
        return False
    return True


def lease_lost() -> Refused:
    return Refused(
        Refusal("The lease on this item has lapsed; your text is kept.", "Take the item back, or copy your text."),
        status=409,
        code="lease",
    )


def lapse_overdue_leases(now: datetime) -> int:
    """Ends overdue assignments; the text stays with its writer. Returns how many were ended."""
    overdue = Assignment.objects.filter(ended_at=None, leased_until__lt=now).order_by("leased_until")
    return sum(_lapse(*pair, now=now) for pair in overdue.values_list("pk", "item_id")[:500])


@transaction.atomic
def _lapse(assignment_id: int, item_id: int, *, now: datetime) -> bool:
    item = lock_item(item_id)
    assignment = Assignment.objects.filter(pk=assignment_id, ended_at=None, leased_until__lt=now).first()
    if assignment is None:  # a heart-beat or a submit was faster
        return False
    _give_up_lease(item, assignment, now)
    end_assignment(assignment, Assignment.Outcome.LAPSED, now)
    return True


def _give_up_lease(item: Item, assignment: Assignment, now: datetime) -> None:
    if assignment.stage == Stage.WRITING:
        action = Action.LAPSE if item.current_id is None else Action.LAPSE_REWORK
        take_step(item, action, by=None, at=now)
    else:
        item.leased = False
        item.save(update_fields=["leased"])


def why_empty(desk: Desk, stage: Stage) -> Refusal:
    """Says which of the possible reasons it is, and when to come back."""
    cells = qualified_cells(desk)
    if not cells:
        return Refusal(
            "You are not qualified for any cell of this project yet.",
            "A manager can admit you to a language, a domain and skills on the People page.",
        )
    if stage == Stage.WRITING:
        return _why_no_place(desk, cells)
    return _why_no_item(desk, stage, cells)


def qualified_cells(desk: Desk) -> list[int]:
    admitted = Qualification.objects.filter(
        user=desk.user,
        language_id=OuterRef("language_id"),
        domain_id=OuterRef("domain_id"),
        skills__contains=[OuterRef("skill")],
    )
    return list(Cell.objects.filter(Exists(admitted), project=desk.project).values_list("pk", flat=True))


def _why_no_place(desk: Desk, cells: list[int]) -> Refusal:
    now = timezone.now()
    paused = refusal_while_paused(desk.user, desk.project.pk, now)
    if paused:
        return paused
    wait = shows_next(desk.user, desk.project, cells, now)
    if wait is None:
        return Refusal(
            f"All places of your {len(cells)} cells are taken or filled.",
            "Places come back when items are rejected or skipped; look again later today.",
        )
    if wait <= timedelta(0):
        return Refusal("Others are taking the free places at this moment.", "Press again in a minute.")
    return Refusal(
        "The free places show to others first; your standing says why.",
        f"The next one shows to you in {duration(ceil(wait / timedelta(minutes=1)))}, if nobody has taken it by then.",
    )


def _as_it_seems(desk: Desk) -> "QuerySet[Item]":
    """Items as the person knows them: a copy they were handed is there, what it was handed out for waits for others."""
    instead = Look.objects.filter(displaced=OuterRef("pk"), person=desk.user, moves_on_at__gt=timezone.now())
    seen = Q(is_control=False) | Q(look__person=desk.user)
    return Item.objects.filter(seen, ~Exists(instead), project=desk.project)


def _why_no_item(desk: Desk, stage: Stage, cells: list[int]) -> Refusal:
    waiting = _as_it_seems(desk).filter(cell_id__in=cells, state=STAGE_STATE[stage])
    total = waiting.count()
    if total == 0:
        return Refusal("Nothing waits here.", "New items arrive as experts submit; look again in a few minutes.")
    in_hand = waiting.filter(leased=True).count()
    own = waiting.filter(Q(author=desk.user) | Q(reviews__reviewer=desk.user, reviews__round=F("round"))).distinct()
    return Refusal(
        f"{total} items wait in your cells, but {own.count()} you wrote or judged yourself, {in_hand} are in "
        "somebody's hands and the rest are kept for the reviewers who know them.",
        "Look again in a few minutes.",
    )
