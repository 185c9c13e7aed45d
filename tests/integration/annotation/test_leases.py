"""An item is in one person's hands until the lease runs out; the text never goes with it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation import handing_out, writing
from annotation.models import Assignment, Draft
from annotation.tasks import lapse_leases
from annotation.texts import Written
from annotation.workflow import Stage, State
from core.refusal import Refused
from tests.factories import Cast, desk, fresh, texts

pytestmark = pytest.mark.django_db


def save(assignment: Assignment, text: str, version: int = 0) -> writing.Saved:
    return writing.save_draft(
        person=assignment.person,
        item=assignment.item,
        token=str(assignment.token),
        version=version,
        written=Written.of("A prompt", text),
        signals={},
    )


def lapse(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    lapse_leases()


def test_a_lease_lasts_as_long_as_the_project_says(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    assert assignment.leased_until - assignment.claimed_at == timedelta(minutes=cast.project.lease_minutes)


def test_a_heart_beat_and_a_save_extend_it(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    soon = timezone.now() + timedelta(seconds=5)
    for extend in (
        lambda: handing_out.extend_lease(assignment, 60, timezone.now()),
        lambda: save(assignment, "Half a sentence"),
    ):
        Assignment.objects.filter(pk=assignment.pk).update(leased_until=soon)
        extend()
        assignment.refresh_from_db()
        assert assignment.leased_until > soon + timedelta(minutes=50)


def test_a_lapse_sets_a_new_item_aside_with_its_draft_and_frees_the_place(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    save(assignment, "Half a sentence")
    lapse(assignment)
    item = fresh(assignment.item)
    assert (item.state, item.place, item.leased) == (State.SET_ASIDE, None, False)
    assert Draft.objects.get(item=item).completion == "Half a sentence"
    assignment.refresh_from_db()
    assert assignment.outcome == Assignment.Outcome.LAPSED


def test_a_lapse_while_revising_puts_the_item_back_to_its_author(cast: Cast) -> None:
    item = cast.item_at(State.RETURNED)
    assignment = cast.start(cast.author)
    save(assignment, "Better")
    lapse(assignment)
    assert fresh(item).state == State.RETURNED
    assert fresh(item).place is not None
    assert writing.starting_text(fresh(item), cast.author).completion == "Better"


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        (State.IN_REVIEW, Stage.REVIEW),
        (State.IN_EDITING, Stage.EDITING),
        (State.DISPUTED, Stage.ADJUDICATION),
    ],
)
def test_a_lapse_at_another_stage_gives_the_item_to_the_next(cast: Cast, state: State, stage: Stage) -> None:
    first, second = {
        Stage.REVIEW: (cast.reviewers[1], cast.reviewers[2]),
        Stage.EDITING: (cast.editor, cast.other_editor),
        Stage.ADJUDICATION: (cast.editor, cast.other_editor),
    }[stage]
    item = cast.item_at(state)
    lapse(cast.start(first, stage))
    assert fresh(item).state == state
    assert cast.start(second, stage).item_id == item.pk


def test_what_is_not_overdue_stays(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    assert handing_out.lapse_overdue_leases(timezone.now()) == 0
    assert cast.start(cast.author) == assignment


def test_lapsing_twice_lapses_once(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    lapse(assignment)
    events = fresh(assignment.item).event_count
    lapse_leases()
    assert fresh(assignment.item).event_count == events


def test_after_a_lapse_a_submit_is_refused_and_a_save_still_keeps_the_text(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    save(assignment, "Half a sentence")
    lapse(assignment)
    with pytest.raises(Refused) as refused:
        cast.submit(assignment)
    assert (refused.value.status, refused.value.code) == (409, "lease")
    save(assignment, "Half a sentence and the rest of it", version=1)
    assert Draft.objects.get().completion == "Half a sentence and the rest of it"
    assert not writing.is_held(cast.author, assignment.item, str(assignment.token))


def test_taken_back_the_draft_is_there_and_the_old_token_is_worth_nothing(cast: Cast) -> None:
    old = cast.start(cast.author)
    save(old, "Half a sentence")
    lapse(old)
    new = handing_out.take_back(desk(cast.author, cast.project), old.item_id)
    assert new.token != old.token
    assert writing.starting_text(fresh(old.item), cast.author).completion == "Half a sentence"
    with pytest.raises(Refused):
        cast.submit(old)
    assert cast.submit(new).state == State.CHECKING


def test_somebody_elses_token_opens_nothing(cast: Cast) -> None:
    mine, theirs = cast.start(cast.author), cast.start(cast.other_author)
    for item, person in ((mine.item, cast.other_author), (theirs.item, cast.author)):
        with pytest.raises(Refused) as refused:
            writing.submit(person=person, item_id=item.pk, token=str(mine.token), written=texts(), signals={})
        assert refused.value.code == "lease"
    with pytest.raises(Refused):
        writing.save_draft(
            person=cast.other_author, item=mine.item, token=str(mine.token), version=0, written=texts(), signals={}
        )
    assert not Draft.objects.filter(person=cast.other_author, item=mine.item).exists()


def test_nobody_takes_back_what_is_not_theirs(cast: Cast) -> None:
    item = cast.item_at(State.SET_ASIDE)
    with pytest.raises(Refused) as refused:
        handing_out.take_back(desk(cast.other_author, cast.project), item.pk)
    assert refused.value.status == 403


def test_skipping_twice_skips_once(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    for _ in range(2):
        handing_out.hand_back(
            desk(cast.author, cast.project), assignment.item_id, str(assignment.token), "not_my_field"
        )
    assert fresh(assignment.item).event_count == 2
    assignment.refresh_from_db()
    assert (assignment.outcome, assignment.reason) == (Assignment.Outcome.SKIPPED, "not_my_field")


def test_an_editor_opens_a_chosen_item_unless_somebody_has_it(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    opened = handing_out.open_item(desk(cast.editor, cast.project), item.pk, Stage.EDITING)
    assert handing_out.open_item(desk(cast.editor, cast.project), item.pk, Stage.EDITING) == opened
    with pytest.raises(Refused) as refused:
        handing_out.open_item(desk(cast.other_editor, cast.project), item.pk, Stage.EDITING)
    assert "in hand" in refused.value.refusal.reason


def test_a_reviewer_does_not_choose(cast: Cast) -> None:
    item = cast.item_at(State.IN_REVIEW)
    with pytest.raises(Refused) as refused:
        handing_out.open_item(desk(cast.reviewers[0], cast.project), item.pk, Stage.REVIEW)
    assert "queue" in refused.value.refusal.reason


def test_an_item_of_another_project_is_not_opened(cast: Cast) -> None:
    elsewhere = Cast("order-2").item_at(State.IN_EDITING)
    with pytest.raises(Refused):
        handing_out.open_item(desk(cast.editor, cast.project), elsewhere.pk, Stage.EDITING)
