"""Appeals: one argued objection to a rejection, settled by somebody who had no part in it, against a clock.

Appealed are rejections: by two reviewers, by an editor who gave the item up, by an adjudicator. A return at the rework
limit is none: it goes to an adjudicator by itself, and what that one rejects can be appealed, to another. A rejection
on appeal is the last word.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission, Role
from annotation.access import Desk
from annotation.models import (
    Adjudication,
    Appeal,
    AppealDraft,
    Clause,
    GuidelineTask,
    Item,
    ItemEvent,
    Membership,
    Review,
    Verdict,
)
from annotation.models.fairness import LONGEST_ARGUMENT, SHORTEST_ARGUMENT
from annotation.reasons import Reason
from annotation.steps import lock_item, refusal_for, take_step
from annotation.texts import clean
from annotation.workflow import Action, State
from core.refusal import Refusal, refuse_if
from experts import holds
from experts.models import Qualification
from experts.reviewers import record_reviewer_outcome

Ending = Appeal.Ending
Decision = Adjudication.Decision

# Who has a part in an item beside its author and reviewers: an appeal does not go to them.
PARTIES = (Action.GIVE_UP, Action.APPEAL_FOR_AUTHOR)

# How an appeal may end with each decision on the item.
POSSIBLE: dict[Decision, frozenset[Ending]] = {
    Decision.ACCEPT: frozenset({Ending.OVERTURNED, Ending.UNCLEAR}),
    Decision.EDIT: frozenset({Ending.OVERTURNED, Ending.UNCLEAR}),
    Decision.REJECT: frozenset({Ending.UPHELD, Ending.UNCLEAR}),
}


def rejection_of(item: Item) -> ItemEvent | None:
    """The event by which the item was rejected last."""
    return ItemEvent.objects.filter(item=item, target=State.REJECTED).order_by("-number").first()


def window_ends(item: Item) -> datetime:
    """Until when the author of a rejected item may appeal."""
    return item.state_since + timedelta(days=item.project.appeal_days)


def refusal_to_appeal(desk: Desk, item: Item, now: datetime | None = None) -> Refusal | None:
    """An author within the days the project gives; a manager for them also later. Once per rejection."""
    return refusal_without_part(desk, item) or _refusal_of_state(desk, item, now or timezone.now())


def refusal_without_part(desk: Desk, item: Item) -> Refusal | None:
    if item.author_id != desk.user.pk:
        if desk.may(Permission.OPEN_APPEALS):
            return None
        return Refusal("Only the author, or a Manager for them, appeals a rejection.")
    if Role.EXPERT in desk.roles:
        return None
    return Refusal("You are no Expert of this project any more.", "A manager can appeal for you.")


def _refusal_of_state(desk: Desk, item: Item, now: datetime) -> Refusal | None:
    if item.state == State.REJECTED and item.appealed:
        return Refusal("This rejection was decided on appeal; the decision stands.")
    refusal = refusal_for(State(item.state), _action_of(desk, item))
    is_late = item.author_id == desk.user.pk and now > window_ends(item)
    return refusal or (_too_late(item) if is_late else None)


def _too_late(item: Item) -> Refusal:
    days = item.project.appeal_days
    words = f"The {days} days to appeal" if days > 1 else "The day to appeal"
    return Refusal(
        f"{words} ended on {window_ends(item):%-d %b %Y, %H:%M} UTC.",
        "Where something kept you from it, a manager can still appeal for you.",
    )


def _action_of(desk: Desk, item: Item) -> Action:
    return Action.APPEAL if item.author_id == desk.user.pk else Action.APPEAL_FOR_AUTHOR


def refusal_of_argument(argument: str) -> Refusal | None:
    length = len(argument.strip())
    if length < SHORTEST_ARGUMENT:
        return Refusal(
            f"The argument has {length} characters; it needs {SHORTEST_ARGUMENT}.",
            "Say in a sentence why the rejection is wrong.",
        )
    if length > LONGEST_ARGUMENT:
        return Refusal(f"The argument has {length:,} characters; at most {LONGEST_ARGUMENT:,} are read.", "Shorten it.")
    return None


def disputable_reasons(item: Item) -> list[Reason]:
    """The coded reasons that the rejection gave; an editor who gives up writes a note instead."""
    judged = Review.objects.filter(item=item, round=item.round, verdict=Verdict.REJECT)
    return [Reason(code) for code in dict.fromkeys(code for review in judged for code in review.reasons)]


@dataclass(frozen=True)
class Rejection:
    """What was said against the item, under role names."""

    by: str
    reasons: list[str]
    notes: list[str]


def rejection_in_words(item: Item) -> Rejection:
    event = rejection_of(item)
    reasons = [reason.label for reason in disputable_reasons(item)]
    if event is not None and event.action == Action.GIVE_UP:
        return Rejection("an editor", [], [str(event.data.get("note", ""))])
    if event is not None and event.action == Action.ADJUDICATE_REJECT:
        settled = Adjudication.objects.filter(item=item).order_by("-created_at").values_list("note", flat=True)
        return Rejection("an adjudicator", reasons, list(settled[:1]))
    judged = Review.objects.filter(item=item, round=item.round, verdict=Verdict.REJECT).values_list("note", flat=True)
    return Rejection("two reviewers", reasons, [note for note in judged if note])


def refusal_of_reason(item: Item, reason: str) -> Refusal | None:
    known = disputable_reasons(item)
    if reason in known or (not reason and not known):
        return None
    return Refusal("It is not said which reason is disputed.", "Choose one of the reasons given.")


@transaction.atomic
def appeal(desk: Desk, item_id: int, *, reason: str = "", argument: str) -> Appeal:
    """Opens the appeal: the item waits for an adjudicator, and the rejection counts for nobody until they have said.

    Two at once: the second is refused, for the first has moved the item.
    """
    item = lock_item(item_id, desk.project)
    now = timezone.now()
    refuse_if(refusal_without_part(desk, item), status=403)
    refuse_if(_refusal_of_state(desk, item, now), status=409, code="appeal")
    argument = clean(argument).strip()
    refuse_if(refusal_of_reason(item, reason), status=422, code="incomplete")
    refuse_if(refusal_of_argument(argument), status=422, code="incomplete")
    rejection = rejection_of(item)
    assert rejection is not None
    opened = Appeal.objects.create(
        item=item,
        rejection=rejection.number,
        round=item.round,
        author=item.author,
        opened_by=desk.user,
        reason=reason,
        argument=argument,
        opened_at=now,
        due_at=now + timedelta(days=desk.project.appeal_answer_days),
    )
    item.appealed = True
    take_step(item, _action_of(desk, item), by=desk.user, at=now, appeal=opened.pk)
    if item.author and not item.is_control:
        holds.hold(item.author, item.project_id, item.pk, now)
    AppealDraft.objects.filter(item=item).delete()
    return opened


def keep_draft(desk: Desk, item: Item, *, reason: str, argument: str) -> AppealDraft:
    """An argument as far as it has come; nobody else reads it."""
    written = {"reason": reason if reason in Reason.values else "", "argument": clean(argument)[: 2 * LONGEST_ARGUMENT]}
    saved = {**written, "saved_at": timezone.now()}
    draft, _ = AppealDraft.objects.update_or_create(item=item, person=desk.user, defaults=saved)
    return draft


def draft_of(desk: Desk, item: Item) -> AppealDraft:
    found = AppealDraft.objects.filter(item=item, person=desk.user).first()
    return found or AppealDraft(item=item, person=desk.user)


def open_appeal(item: Item) -> Appeal | None:
    return Appeal.objects.filter(item=item, ending=Ending.OPEN).first() if item.appealed else None


def refusal_of_ending(opened: Appeal | None, ending: str, decision: str) -> Refusal | None:
    """Does the appeal end as the decision on the item says?"""
    if opened is None:
        return Refusal("There is no appeal to decide here.", "Say what the cause was instead.") if ending else None
    if ending not in Ending.values or not ending:
        return Refusal("It is not said how the appeal ends.", "Choose upheld, overturned or guideline unclear.")
    if ending in POSSIBLE[Decision(decision)]:
        return None
    if ending == Ending.UPHELD:
        return Refusal("A rejection that is upheld stays.", "Choose reject, or another ending of the appeal.")
    return Refusal(
        "A rejection that is overturned does not stay.", "Accept it or have it edited, or choose another ending."
    )


def decide(opened: Appeal, settled: Adjudication, ending: Appeal.Ending, clause_id: int | None = None) -> None:
    """Ends the appeal as the adjudication says: what becomes of the author's standing, the judges' and the guideline.

    The item's own step and outcome are the adjudication's.
    """
    now = settled.created_at
    holds.settle(settled.item.project_id, settled.item_id, ending.value, now)
    opened.ending, opened.decided_by, opened.decided_at, opened.adjudication = ending, settled.by, now, settled
    opened.save(update_fields=["ending", "decided_by", "decided_at", "adjudication"])
    if ending == Ending.UNCLEAR:
        _ask_for_a_rule(opened, settled, clause_id)
    else:
        _score_judges(opened, settled)


def _score_judges(opened: Appeal, settled: Adjudication) -> None:
    item = settled.item
    for judge, said, reasons in _judges_of(opened):
        record_reviewer_outcome(
            judge,
            item.project_id,
            item.pk,
            kind="appeal",
            said=said,
            truth=settled.decision,
            reasons_said=reasons,
            reasons_true=reasons if said == settled.decision else [],
            at=settled.created_at,
        )


def _judges_of(opened: Appeal) -> Iterable[tuple[User, str, list[str]]]:
    """Whose judgement was disputed: the reviewers of the round, and an editor who gave up or adjudicated.

    An editor who gives an item up does so after the reviewers, who did not reject it: theirs is not in question.
    """
    rejection = ItemEvent.objects.select_related("by").get(item_id=opened.item_id, number=opened.rejection)
    if rejection.action != Action.GIVE_UP:
        for review in Review.objects.filter(item_id=opened.item_id, round=opened.round).select_related("reviewer"):
            yield review.reviewer, review.verdict, review.reasons
    if rejection.action != Action.REJECT and rejection.by:
        yield rejection.by, Verdict.REJECT.value, []


def _ask_for_a_rule(opened: Appeal, settled: Adjudication, clause_id: int | None) -> None:
    clause = Clause.objects.filter(pk=clause_id or 0, guideline__project=settled.item.project_id).first()
    GuidelineTask.objects.create(
        project_id=settled.item.project_id,
        appeal=opened,
        item=settled.item,
        clause=clause,
        unclear=settled.note,
        opened_by=settled.by,
        opened_at=settled.created_at,
    )


def deciders(item: Item) -> "QuerySet[User]":
    """Who may settle a dispute about the item: an editor admitted to its cell who had no part in it."""
    cell = item.cell
    known = {
        "pk": item.pk, "project": item.project_id,
        "cell__language": cell.language_id, "cell__domain": cell.domain_id, "cell__skill": cell.skill,
    }  # fmt: skip
    return _deciders(known.__getitem__, item.author_id or 0)


def _deciders(of_item: Callable[[str], Any], author: Any) -> "QuerySet[User]":
    """`of_item` gives what the item has under a name, or an expression for it one query further in."""
    item, person = of_item("pk"), OuterRef("pk")
    editors = Membership.objects.filter(project=of_item("project"), role=Role.EDITOR, user=person)
    admitted = Qualification.objects.filter(
        user=person,
        language=of_item("cell__language"),
        domain=of_item("cell__domain"),
        skills__contains=[of_item("cell__skill")],
    )
    parties = ItemEvent.objects.filter(item=item, action__in=PARTIES, by=person)
    settled = Adjudication.objects.filter(item=item, by=person)
    reviewed = Review.objects.filter(item=item, reviewer=person)
    found = User.objects.filter(Exists(editors), Exists(admitted), is_active=True).exclude(pk=author)
    return found.filter(~Exists(parties), ~Exists(settled), ~Exists(reviewed))


@dataclass(frozen=True)
class Clock:
    """When the answer to an appeal is due, in words for both sides."""

    appeal: Appeal
    now: datetime

    @property
    def is_overdue(self) -> bool:
        return not self.appeal.ending and self.now > self.appeal.due_at

    def __str__(self) -> str:
        if self.appeal.ending:
            return "answered"
        if self.is_overdue:
            return f"answer overdue for {_in_words(self.now - self.appeal.due_at, math.floor)}"
        return f"answer due in {_in_words(self.appeal.due_at - self.now, math.ceil)}"


def _in_words(time: timedelta, rounded: Callable[[float], int]) -> str:
    """In days, the last day in hours."""
    hours = max(1, rounded(time / timedelta(hours=1)))
    number, unit = (rounded(time / timedelta(days=1)), "day") if hours > 24 else (hours, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class Shown:
    """An appeal as author, reviewers and editors read it: the decider under a role name."""

    appeal: Appeal
    clock: Clock
    opened_by: str
    answer: str
    nobody_may_decide: bool = False


def shown(desk: Desk, item: Item, now: datetime | None = None) -> list[Shown]:
    """Oldest first. Those who may not read judgements yet see none."""
    found = Appeal.objects.filter(item=item).select_related("adjudication")
    return [_shown(desk, item, one, now or timezone.now()) for one in found]


def _shown(desk: Desk, item: Item, one: Appeal, now: datetime) -> Shown:
    opener = "the author" if one.opened_by_id == one.author_id else "a manager, for the author"
    is_own = one.opened_by_id == desk.user.pk
    answer = one.adjudication.note if one.adjudication else ""
    nobody = not one.ending and not deciders(item).exists()
    return Shown(one, Clock(one, now), "you" if is_own else opener, answer, nobody)


def overdue(project_id: int, now: datetime) -> "QuerySet[Appeal]":
    return Appeal.objects.filter(item__project=project_id, ending=Ending.OPEN, due_at__lt=now).order_by("due_at")


def without_decider(project_id: int) -> list[Appeal]:
    """Open appeals that nobody of the project may settle, in one statement."""
    able = _deciders(lambda name: OuterRef(OuterRef(f"item__{name}")), Coalesce(OuterRef("item__author"), 0))
    running = Appeal.objects.filter(~Exists(able), item__project=project_id, ending=Ending.OPEN)
    return list(running.select_related("item__cell__language", "item__cell__domain"))


def open_tasks(project_id: int) -> "QuerySet[GuidelineTask]":
    """What the guideline leaves open, what waits longest first."""
    waiting = GuidelineTask.objects.filter(project=project_id, resolved_at=None)
    return waiting.select_related("clause").order_by("opened_at")


@transaction.atomic
def resolve_task(desk: Desk, task_id: int, *, version: int, resolution: str) -> GuidelineTask:
    """The version of the guideline that settles it. Raises GuidelineTask.DoesNotExist outside the project."""
    task = GuidelineTask.objects.select_for_update().get(project=desk.project, pk=task_id)
    refuse_if(_refusal_to_resolve(desk, task, version), status=409)
    task.resolved_by, task.resolved_at, task.version = desk.user, timezone.now(), version
    task.resolution = clean(resolution).strip()[:500]
    task.save(update_fields=["resolved_by", "resolved_at", "version", "resolution"])
    return task


def _refusal_to_resolve(desk: Desk, task: GuidelineTask, version: int) -> Refusal | None:
    if task.resolved_at:
        return Refusal(f"This was settled by version {task.version}.")
    if not desk.project.guidelines.filter(version=version).exists():
        return Refusal(f"There is no version {version} of the guideline.", "Name the version that says it.")
    return None
