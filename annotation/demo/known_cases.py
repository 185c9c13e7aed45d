"""The demo's control items: some texts whose verdict is known, and what its reviewers said of their copies."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import reviewing
from annotation.access import Desk
from annotation.learning import testing_items
from annotation.models import Control, Item, Look, Project, Verdict
from annotation.queues import lease
from annotation.reviewers import controls, copies
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.workflow import Stage, State

# Of each verdict so many; what was returned has no settled text.
CONTROLS = {Verdict.ACCEPT: 8, Verdict.REJECT: 5}
# How many of a hundred each gets right; others are as good as the second.
RIGHT_PERCENT = {"reviewer-1": 94, "reviewer-2": 80, "reviewer-3": 62}
WRONG = {Verdict.ACCEPT: (Verdict.EDIT, Verdict.RETURN), Verdict.REJECT: (Verdict.ACCEPT, Verdict.RETURN)}
NOTE = "The second claim does not follow from the passage."


def fill(project: Project, manager: User) -> None:
    now = timezone.now()
    lead = Desk(manager, project, frozenset({Role.MANAGER}))
    for item in _known(lead):
        controls.make(lead, item)
    copies.lay_by_numbers(project.pk)
    waiting = Item.objects.filter(project=project, state=State.IN_REVIEW, is_control=False).select_related("project")
    instead_of = waiting.first()
    reviewers = User.objects.filter(memberships__project=project, memberships__role=Role.REVIEWER).order_by("pk")
    for person in reviewers if instead_of else ():
        while _answer_one(Desk(person, project, frozenset({Role.REVIEWER})), instead_of, now):
            pass


def _known(lead: Desk) -> list[Item]:
    """The latest, as many of each verdict as are wanted."""
    settled = Item.objects.filter(
        project=lead.project, state__in=[State.ACCEPTED, State.REJECTED], is_control=False, current__kind="written"
    ).prefetch_related("controls", "reviews__revision", "adjudications__revision")
    found: dict[Verdict, list[Item]] = {verdict: [] for verdict in CONTROLS}
    for item in settled.order_by("-pk"):
        known = controls.known_of(item)
        if known is None or len(found.get(known.verdict, ())) >= CONTROLS.get(known.verdict, 0):
            continue
        if controls.refusal_to_make(lead, item, known, testing_items.is_in_test(item)) is None:
            found[known.verdict].append(item)
    return [item for items in found.values() for item in items]


def _answer_one(desk: Desk, instead_of: Item | None, now: datetime) -> bool:
    look = controls.choose(desk, instead_of) if instead_of else None
    copy = copies.plant(look, desk.user, instead_of, now) if look and instead_of else None
    if copy is None or look is None or look.control is None:
        return False
    Control.objects.filter(pk=look.control.pk).update(shown=F("shown") + 1)
    assignment = lease(copy, desk.user, Stage.REVIEW, now, {})
    verdict = _said(desk.user, look.control.verdict, copy.pk)
    reasons = [] if verdict == Verdict.ACCEPT else look.control.reasons or ["incomplete"]
    judgement = Judgement(verdict, dict.fromkeys(CRITERIA, 4 if verdict == Verdict.ACCEPT else 2), reasons, NOTE)
    reviewing.judge(person=desk.user, item_id=copy.pk, token=str(assignment.token), judgement=judgement)
    # Nobody waits for it in a demo.
    Look.objects.filter(pk=look.pk).update(moves_on_at=now)
    controls.move_on(look.pk, now + timedelta(seconds=1))
    return True


def _said(person: User, known: str, number: int) -> Verdict:
    if copies.draw("demo", person.name, number, below=100) < RIGHT_PERCENT.get(person.name, 80):
        return Verdict(known)
    wrong = WRONG.get(Verdict(known), (Verdict.ACCEPT,))
    return wrong[copies.draw("demo-wrong", person.name, number, below=len(wrong))]
