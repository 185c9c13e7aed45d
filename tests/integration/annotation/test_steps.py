"""Every step of the workflow table through the stage function that takes it: with its role, and without."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import editing, handing_out, reviewing
from annotation.models import Assignment, Item, Membership, Verdict
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.steps import lock_item, take_step
from annotation.texts import Written
from annotation.workflow import BIRTHS, STEPS, Action, Stage, State, step_for
from core.refusal import Refused
from tests.factories import Cast, desk, fresh, texts

pytestmark = pytest.mark.django_db

NOTE = "The second claim has no source."


@dataclass
class Attempt:
    """Somebody is about to take a step."""

    item: Item
    person: User
    act: Callable[[], object]


def submit(cast: Cast) -> Attempt:
    assignment = cast.start(cast.author)
    return Attempt(assignment.item, cast.author, lambda: cast.submit(assignment))


def skip(cast: Cast) -> Attempt:
    return _hand_back(cast, cast.start(cast.author))


def put_back(cast: Cast) -> Attempt:
    cast.item_at(State.RETURNED)
    return _hand_back(cast, cast.start(cast.author))


def _hand_back(cast: Cast, assignment: Assignment) -> Attempt:
    def act() -> None:
        handing_out.hand_back(desk(cast.author, cast.project), assignment.item_id, str(assignment.token), "no_time")

    return Attempt(assignment.item, cast.author, act)


def take_back(cast: Cast) -> Attempt:
    item = cast.item_at(State.SET_ASIDE)
    return Attempt(item, cast.author, lambda: handing_out.take_back(desk(cast.author, cast.project), item.pk))


def revise(cast: Cast) -> Attempt:
    item = cast.item_at(State.RETURNED)
    return Attempt(item, cast.author, lambda: cast.start(cast.author))


def release(cast: Cast) -> Attempt:
    item = cast.item_at(State.RETURNED)
    return Attempt(item, cast.manager, lambda: editing.release(by=cast.manager, item_id=item.pk))


def appeal(cast: Cast) -> Attempt:
    item = cast.item_at(State.REJECTED)
    return Attempt(item, cast.author, lambda: cast.appeal(item))


def appeal_for_author(cast: Cast) -> Attempt:
    item = cast.item_at(State.REJECTED)
    return Attempt(item, cast.manager, lambda: cast.appeal(item, cast.manager))


def judging(verdict: Verdict, *earlier: str, **settings: int) -> Callable[[Cast], Attempt]:
    """The last of the reviewers judges, after others have said `earlier`."""

    def attempt(cast: Cast) -> Attempt:
        type(cast.project).objects.filter(pk=cast.project.pk).update(**settings)
        item = cast.write()
        for reviewer, word in zip(cast.reviewers, earlier, strict=False):
            item = cast.judge(item, reviewer, word)
        return _judging(cast, item, verdict)

    return attempt


def _judging(cast: Cast, item: Item, verdict: Verdict) -> Attempt:
    reviewer = item.reserved_for or cast.reviewers[2]
    assignment = cast.review_of(item, reviewer)
    reasons = [] if verdict == Verdict.ACCEPT else ["factually_wrong"]
    judgement = Judgement(verdict, dict.fromkeys(CRITERIA, 4), reasons, NOTE)

    def act() -> None:
        reviewing.judge(person=reviewer, item_id=item.pk, token=str(assignment.token), judgement=judgement)

    return Attempt(item, reviewer, act)


def escalate(cast: Cast) -> Attempt:
    return _judging(cast, twice_returned(cast), Verdict.RETURN)


def twice_returned(cast: Cast) -> Item:
    item = cast.write()
    for _ in range(cast.project.rework_limit):
        item = cast.rework(cast.judge(item, cast.reviewers[0], "return"))
    return item


def finish_edit(cast: Cast) -> Attempt:
    return _editing(cast, cast.item_at(State.IN_EDITING), " It keeps a record, too.")


def keep(cast: Cast) -> Attempt:
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    return _editing(cast, item, "")


def keep_for_review(cast: Cast) -> Attempt:
    return _editing(cast, cast.item_at(State.IN_EDITING), "")


def _editing(cast: Cast, item: Item, added: str) -> Attempt:
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    edit = editing.Edit(Written.of(item.current.prompt, item.current.completion + added))
    return Attempt(
        item, cast.editor, lambda: editing.finish(person=cast.editor, item_id=item.pk, token=token, edit=edit)
    )


def give_up(cast: Cast) -> Attempt:
    item = cast.item_at(State.IN_EDITING)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    return Attempt(
        item, cast.editor, lambda: editing.give_up(person=cast.editor, item_id=item.pk, token=token, note=NOTE)
    )


def settling(decision: str) -> Callable[[Cast], Attempt]:
    return lambda cast: _settling(cast, cast.item_at(State.DISPUTED), decision)


def settle_without_a_reviewers_yes(cast: Cast) -> Attempt:
    item = cast.judge(twice_returned(cast), cast.reviewers[0], "return")
    return _settling(cast, item, "accept")


def _settling(cast: Cast, item: Item, decision: str) -> Attempt:
    token = str(cast.start(cast.editor, Stage.ADJUDICATION).token)

    def act() -> None:
        editing.adjudicate(
            person=cast.editor, item_id=item.pk, token=token, decision=decision, cause="subjective", note=NOTE
        )

    return Attempt(item, cast.editor, act)


ATTEMPTS: dict[Action, Callable[[Cast], Attempt]] = {
    Action.SUBMIT: submit,
    Action.SKIP: skip,
    Action.PUT_BACK: put_back,
    Action.TAKE_BACK: take_back,
    Action.REVISE: revise,
    Action.RELEASE: release,
    Action.APPROVE: judging(Verdict.ACCEPT),
    Action.ACCEPT: judging(Verdict.ACCEPT, "accept"),
    Action.ACCEPT_TO_EDITOR: judging(Verdict.ACCEPT, "accept", spot_check_percent=100),
    Action.RETURN: judging(Verdict.RETURN),
    Action.SEND_TO_EDITOR: judging(Verdict.EDIT),
    Action.FIRST_REJECT: judging(Verdict.REJECT),
    Action.REJECT: judging(Verdict.REJECT, "reject"),
    Action.DISAGREE: judging(Verdict.REJECT, "accept"),
    Action.ESCALATE: escalate,
    Action.FINISH_EDIT: finish_edit,
    Action.KEEP: keep,
    Action.KEEP_FOR_REVIEW: keep_for_review,
    Action.GIVE_UP: give_up,
    Action.APPEAL: appeal,
    Action.APPEAL_FOR_AUTHOR: appeal_for_author,
    Action.ADJUDICATE_ACCEPT: settling("accept"),
    Action.ADJUDICATE_REVIEW: settle_without_a_reviewers_yes,
    Action.ADJUDICATE_EDIT: settling("edit"),
    Action.ADJUDICATE_REJECT: settling("reject"),
}
BY_PEOPLE = [step for step in STEPS if not step.by_system]
BY_SYSTEM = [step for step in STEPS if step.by_system]


def test_every_step_of_people_has_its_stage_function_here() -> None:
    assert set(ATTEMPTS) == {step.action for step in BY_PEOPLE}


@pytest.mark.parametrize("step", BY_PEOPLE, ids=lambda step: step.action.value)
def test_who_has_the_role_takes_the_step(cast: Cast, step) -> None:
    attempt = ATTEMPTS[step.action](cast)
    before = fresh(attempt.item).event_count
    attempt.act()
    event = attempt.item.events.get(number=before + 1)
    assert (event.source, event.action, event.target) == (step.source, step.action, step.target)
    assert event.by == attempt.person


@pytest.mark.parametrize("step", BY_PEOPLE, ids=lambda step: step.action.value)
def test_who_has_lost_the_role_is_refused_even_with_all_the_others(cast: Cast, step) -> None:
    attempt = ATTEMPTS[step.action](cast)
    before = fresh(attempt.item)
    Membership.objects.filter(user=attempt.person).delete()
    Membership.objects.bulk_create(
        Membership(project=cast.project, user=attempt.person, role=role) for role in Role if role != step.role
    )
    with pytest.raises(Refused) as refused:
        attempt.act()
    assert refused.value.status == 403
    assert step.role.label in refused.value.refusal.reason
    after = fresh(attempt.item)
    assert (after.state, after.event_count, after.current_id) == (before.state, before.event_count, before.current_id)


@pytest.mark.parametrize("step", BY_PEOPLE, ids=lambda step: step.action.value)
def test_the_role_in_another_project_does_not_help(cast: Cast, step) -> None:
    attempt = ATTEMPTS[step.action](cast)
    elsewhere = Cast("order-2").project
    Membership.objects.filter(user=attempt.person, project=cast.project, role=step.role).delete()
    Membership.objects.get_or_create(user=attempt.person, project=cast.project, role=Role.CLIENT)
    Membership.objects.get_or_create(user=attempt.person, project=elsewhere, role=step.role)
    with pytest.raises(Refused) as refused:
        attempt.act()
    assert refused.value.status == 403


def lapse_now() -> None:
    Assignment.objects.filter(ended_at=None).update(leased_until=timezone.now() - timedelta(seconds=1))
    handing_out.lapse_overdue_leases(timezone.now())


def lapsed(cast: Cast) -> Item:
    item = cast.item_at(State.WRITING)
    lapse_now()
    return item


def lapsed_rework(cast: Cast) -> Item:
    item = cast.item_at(State.RETURNED)
    cast.start(cast.author)
    lapse_now()
    return item


def bounced_edit(cast: Cast) -> Item:
    return cast.edit(cast.item_at(State.IN_EDITING), completion="No.")


SYSTEM: dict[Action, Callable[[Cast], Item]] = {
    Action.LAPSE: lapsed,
    Action.LAPSE_REWORK: lapsed_rework,
    Action.BOUNCE: lambda cast: cast.write(written=texts(completion="No.")),
    Action.BOUNCE_EDIT: bounced_edit,
    Action.PASS: lambda cast: cast.write(),
    Action.CLEAR: lambda cast: cast.edit(
        cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit"),
        completion="The controller answers within one month, and gives reasons where it needs longer.",
    ),
}


@pytest.mark.parametrize("step", BY_SYSTEM, ids=lambda step: step.action.value)
def test_the_system_takes_its_steps_in_nobodys_name(cast: Cast, step) -> None:
    event = SYSTEM[step.action](cast).events.last()
    assert (event.source, event.action, event.target, event.by) == (step.source, step.action, step.target, None)


@pytest.mark.parametrize("state", list(State))
def test_the_door_refuses_whatever_the_table_does_not_have(cast: Cast, state: State) -> None:
    item = cast.item_at(state)
    before = fresh(item).event_count
    for action in Action:
        if step_for(state, action):
            continue
        with pytest.raises(Refused) as refused, transaction.atomic():
            take_step(lock_item(item.pk), action, by=cast.manager, at=timezone.now())
        assert refused.value.status == 409
        assert action.label in str(refused.value.refusal)
    assert (fresh(item).state, fresh(item).event_count) == (state, before)


def test_births_happen_once_and_never_again() -> None:
    assert not set(BIRTHS) & {step.action for step in STEPS}


def test_a_step_outside_a_transaction_is_a_programming_error(cast: Cast) -> None:
    item = cast.item_at(State.RETURNED)
    connection = transaction.get_connection()
    connection.in_atomic_block = False
    try:
        with pytest.raises(AssertionError, match="lock the item first"):
            take_step(item, Action.REVISE, by=cast.author, at=timezone.now())
    finally:
        connection.in_atomic_block = True
