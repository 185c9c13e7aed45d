"""Control items: texts whose verdict is known, planted among a reviewer's work to measure the reviewer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk
from annotation.learning import testing_items
from annotation.models import Adjudication, Control, Item, Look, Project, Review, Revision, Verdict
from annotation.queues import Pick, choice_of
from annotation.reasons import Reason
from annotation.reviewers import copies, second_looks
from annotation.reviewers.copies import draw
from annotation.steps import lock_item
from annotation.workflow import State
from core.one_by_one import one_by_one
from core.refusal import Refusal, refuse_if
from core.statements import fetch_row
from experts.models import ReviewerOutcome
from experts.reviewers import is_same, record_reviewer_outcome

UNANIMOUS = 2
MAKES = Permission.MANAGE_PEOPLE
IN_TEST = Refusal(
    "This item is in a test: whoever has taken it knows the answer.", "Use another, or retire its test item first."
)


@dataclass(frozen=True)
class Known:
    """What is known of a text: the verdict, the reasons for it, and who says so in words."""

    revision: Revision
    verdict: Verdict
    reasons: list[str]
    because: str


_OF_DECISION = {
    Adjudication.Decision.ACCEPT: Verdict.ACCEPT,
    Adjudication.Decision.EDIT: Verdict.EDIT,
    Adjudication.Decision.REJECT: Verdict.REJECT,
}


def known_of(item: Item) -> Known | None:
    """From the last adjudication, else from the last round in which two people said the same of the same text.

    No statement where the item's reviews and adjudications are loaded with their revisions, as on its page.
    """
    settlements, reviews = list(item.adjudications.all()), list(item.reviews.all())
    if not settlements:
        return _unanimous(reviews)
    settled = settlements[-1]
    verdict = _OF_DECISION[Adjudication.Decision(settled.decision)]
    against = [one for one in reviews if one.revision_id == settled.revision_id and one.verdict != Verdict.ACCEPT]
    return Known(settled.revision, verdict, _reasons(verdict, against), "an editor settled it")


def _unanimous(reviews: list[Review]) -> Known | None:
    """Of the text that was judged last: revisions are numbered as they are made."""
    latest = max((one.revision_id for one in reviews), default=0)
    newest = [one for one in reviews if one.revision_id == latest]
    verdicts = {one.verdict for one in newest}
    if len(newest) < UNANIMOUS or len(verdicts) != 1:
        return None
    verdict = Verdict(newest[0].verdict)
    return Known(newest[0].revision, verdict, _reasons(verdict, newest), f"{len(newest)} reviewers agree")


def _reasons(verdict: Verdict, reviews: list[Review]) -> list[str]:
    """What all who found fault named; what any of them named where they share nothing."""
    named = [set(review.reasons) for review in reviews]
    if verdict == Verdict.ACCEPT or not named:
        return []
    return sorted(set.intersection(*named) or set.union(*named))


def refusal_to_make(desk: Desk, item: Item, known: Known | None, is_in_test: bool) -> Refusal | None:
    if not desk.may(MAKES):
        return Refusal("Only a manager makes control items.")
    if item.is_control:
        return Refusal("This is a copy already.")
    if known is None:
        return Refusal(
            "The right verdict is not known: nobody has settled it, and no two reviewers agree on this text.",
            "Take an item that an editor adjudicated, or that two reviewers judged alike.",
        )
    if any(control.revision_id == known.revision.pk for control in item.controls.all()):
        return Refusal("This text is a control item already.", "It is on the page Reviewers, under Control items.")
    return IN_TEST if is_in_test else None


@transaction.atomic
def make(desk: Desk, item: Item) -> Control:
    """One click: from now on copies of the item's judged text are planted. Raises Refused (409)."""
    testing_items.lock(item.pk)
    known = known_of(item)
    refuse_if(refusal_to_make(desk, item, known, testing_items.is_in_test(item)), status=409)
    assert known is not None
    return Control.objects.create(
        project_id=item.project_id,
        cell_id=item.cell_id,
        source=item,
        revision=known.revision,
        verdict=known.verdict,
        reasons=known.reasons,
        made_by=desk.user,
        made_at=timezone.now(),
    )


def retire(control: Control, by: User) -> None:
    """No more copies of it are planted; what it has measured stays."""
    Control.objects.filter(pk=control.pk, retired_at=None).update(retired_at=timezone.now(), retired_by=by)


@transaction.atomic
def bring_back(control: Control) -> None:
    """Raises Refused (409) where the item has gone into a test meanwhile."""
    testing_items.lock(control.source_id)
    refuse_if(IN_TEST if testing_items.is_in_test(control.source) else None, status=409)
    Control.objects.filter(pk=control.pk).update(retired_at=None, retired_by=None)


def is_slot(project: Project, person: User, handed: int) -> bool:
    """Whether the review after `handed` earlier ones is a control item: exactly one in each run of 100 / per cent."""
    is_new = handed < project.control_new_until
    percent = project.control_percent_new if is_new else project.control_percent
    counted = handed if is_new else handed - project.control_new_until
    return _is_drawn("control-new" if is_new else "control", project, person, counted, percent)


def _is_drawn(lottery: str, project: Project, person: User, counted: int, percent: int) -> bool:
    if percent == 0:
        return False
    run = round(100 / percent)
    return counted % run == draw(lottery, project.pk, person.pk, counted // run, below=run)


# How many reviews the person was handed, and the copy they gave back unjudged, if there is one.
_HANDED = """
    SELECT (SELECT count(*) FROM annotation_assignment WHERE person_id = %(person)s AND stage = 'review'),
           (SELECT copy.id FROM annotation_look look JOIN annotation_item copy ON copy.id = look.item_id
            WHERE look.person_id = %(person)s AND look.project_id = %(project)s AND look.judged_at IS NULL
              AND look.closed_at IS NULL AND copy.state = 'in_review' AND NOT copy.leased
            ORDER BY look.planted_at LIMIT 1)
"""


def in_place_of(desk: Desk, item: Item, choice: Pick, now: datetime) -> tuple[Item, Pick]:
    """What the reviewer is handed when the queue has chosen `item`: nearly always that, else a copy in its place, with
    the terms the queue would have chosen it by.

    One statement where it is not their turn. People who can look up any item of the project would find out, so they
    get no copies; neither does a copy go before a re-review that somebody was told of.
    """
    if choice.own or desk.may(Permission.SEE_ITEMS):
        return item, choice
    handed, given_back = fetch_row(_HANDED, {"person": desk.user.pk, "project": desk.project.pk}) or (0, None)
    copy = _taken_up(given_back) if given_back else _planted(desk, item, handed, now)
    if copy is None:
        return item, choice
    Item.objects.filter(pk=item.pk).update(leased=False)
    return copy, choice_of(choice, copy, desk.user, now)


def _taken_up(copy_id: int) -> Item:
    """A real item that was skipped, or whose lease lapsed, comes again to whoever asks next; so does a copy."""
    copy = lock_item(copy_id)
    copy.leased = True
    copy.save(update_fields=["leased"])
    return copy


def _planted(desk: Desk, item: Item, handed: int, now: datetime) -> Item | None:
    look = None
    if is_slot(desk.project, desk.user, handed):
        look = choose(desk, item)
    elif _is_drawn("second", desk.project, desk.user, handed, desk.project.second_look_percent):
        look = second_looks.choose(desk, item)
    copy = copies.plant(look, desk.user, item, now) if look else None
    if copy and look and look.control:
        Control.objects.filter(pk=look.control.pk).update(shown=F("shown") + 1)
    return copy


# The same cell first, since a queue seldom leaves one for a single item; then the verdict they have met least.
_CHOOSE = f"""
    SELECT control.id FROM annotation_control control {copies.MAY_MEET.format(of="control")}
      AND control.retired_at IS NULL AND control.shown < %(showings)s AND control.made_by_id <> %(person)s
    ORDER BY control.cell_id <> %(cell)s,
             (SELECT count(*) FROM annotation_look look JOIN annotation_control met ON met.id = look.control_id
              WHERE look.person_id = %(person)s AND met.verdict = control.verdict),
             control.shown, md5(control.id::text || ':' || %(person)s::text)
    LIMIT 1 FOR UPDATE OF control SKIP LOCKED
"""  # noqa: S608  (the part is a constant)


def choose(desk: Desk, item: Item) -> Look | None:
    row = fetch_row(_CHOOSE, copies.terms_of(desk, item) | {"showings": desk.project.control_showings})
    if row is None:
        return None
    control = Control.objects.select_related("source", "revision").get(pk=row[0])
    return Look(
        kind=Look.Kind.CONTROL,
        project=desk.project,
        cell_id=control.cell_id,
        control=control,
        source=control.source,
        revision=control.revision,
        wanted_at=timezone.now(),
    )


def answered(review: Review, now: datetime) -> None:
    """A verdict on a copy: it becomes an outcome of its reviewer, in the transaction of the verdict."""
    look = Look.objects.select_related("control").get(item_id=review.item_id)
    if look.control is None:
        look.agrees = second_looks.compare(look, review, now)
    else:
        look.agrees = is_same(review.verdict, look.control.verdict)
        record_reviewer_outcome(
            reviewer=review.reviewer,
            project_id=look.project_id,
            item_id=review.item_id,
            kind=ReviewerOutcome.Kind.CONTROL,
            said=review.verdict,
            truth=look.control.verdict,
            reasons_said=review.reasons,
            reasons_true=look.control.reasons,
            at=now,
        )
    look.judged_at = now
    look.save(update_fields=["judged_at", "agrees"])


@transaction.atomic
def move_on(look_id: int, now: datetime) -> None:
    """A copy whose time has come goes where others would have taken it; one in somebody's hands waits."""
    # The item first, as a verdict does: neither waits for the other.
    copy = Item.objects.select_for_update(of=("self",)).select_related("current").get(look=look_id)
    look = Look.objects.select_for_update(of=("self",)).select_related("control", "source").get(pk=look_id)
    look.item = copy
    if look.closed_at is not None or look.item.leased:
        return
    truth, reasons = _truth_of(look)
    copies.move_on(look, truth, reasons, now)
    look.closed_at = now
    look.save(update_fields=["closed_at"])


def _truth_of(look: Look) -> tuple[str, list[str]]:
    if look.control:
        return look.control.verdict, look.control.reasons
    return (Verdict.REJECT if look.source.state == State.REJECTED else Verdict.ACCEPT), []


def tend(now: datetime) -> int:
    """Once a minute: numbers for copies to come are laid by, and copies whose time has come move on."""
    one_by_one("Project", Project.objects.filter(closed_at=None).values_list("pk", flat=True), _lay_by)
    is_left = Q(item__state=State.RETURNED, moves_on_at__gt=now - copies.LEFT_LYING)
    due = Look.objects.filter(~is_left, closed_at=None, moves_on_at__lte=now).order_by("moves_on_at")
    return len(one_by_one("Look", due.values_list("pk", flat=True)[:200], lambda pk: move_on(pk, now)))


@transaction.atomic
def _lay_by(project_id: int) -> None:
    copies.lay_by_numbers(project_id)


def what_it_was(project: Project, item: Item) -> str:
    """For projects that tell reviewers at once; empty for anything that is no control, and where they do not."""
    if not (project.control_feedback and item.is_control):
        return ""
    look = Look.objects.select_related("control").get(item=item)
    if look.control is None:
        return ""
    verdict = Verdict(look.control.verdict)
    right = "You judged it as it is known." if look.agrees else f"It is known as: {verdict.label.lower()}."
    named = ", ".join(Reason(code).label for code in look.control.reasons)
    return f"This was a control item. {right}" + (f" Reasons: {named}." if named else "")
