"""Each way an item may take through the pipeline, through the stage functions."""

import pytest

from annotation.models import Item
from annotation.workflow import State
from tests.factories import Cast, texts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_by_real_steps(cast: Cast, state: State) -> None:
    item = cast.item_at(state)
    assert item.state == state
    assert list(item.events.values_list("number", flat=True)) == list(range(1, item.event_count + 1))
    assert item.events.last().target == state


def test_two_accepts_accept_and_the_first_alone_does_not(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "accept")
    assert item.state == State.IN_REVIEW
    item = cast.judge(item, cast.reviewers[1], "accept")
    assert item.state == State.ACCEPTED
    assert item.place.taken


def test_returned_item_goes_back_to_its_author_and_then_to_the_same_reviewer(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "return")
    assert item.state == State.RETURNED
    assert cast.start(cast.author).item_id == item.pk
    item = cast.rework(item)
    assert item.state == State.IN_REVIEW
    assert item.reserved_for == cast.reviewers[0]
    item = cast.judge(item, cast.reviewers[0], "accept")
    item = cast.judge(item, cast.reviewers[1], "accept")
    assert item.state == State.ACCEPTED


def test_third_return_goes_to_adjudication(cast: Cast) -> None:
    item = cast.write()
    for _ in range(2):
        item = cast.rework(cast.judge(item, cast.reviewers[0], "return"))
    item = cast.judge(item, cast.reviewers[0], "return")
    assert item.state == State.DISPUTED


def test_edit_of_wording_keeps_the_reviewers_accept(cast: Cast) -> None:
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    item = cast.edit(item, completion=item.current.completion.replace("must", "has to"))
    assert item.state == State.ACCEPTED
    assert [hunk.before for hunk in item.hunks.all()] == ["must"]


def test_edit_of_meaning_needs_one_more_person(cast: Cast) -> None:
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    item = cast.edit(item, completion=item.current.completion.replace("one month", "two weeks"), meaning_changed=True)
    assert item.state == State.IN_REVIEW
    item = cast.judge(item, cast.reviewers[0], "accept")
    assert item.state == State.ACCEPTED


def test_dispute_accepted_by_the_adjudicator_joins_the_reviewer_who_accepted(cast: Cast) -> None:
    item = cast.adjudicate(cast.item_at(State.DISPUTED), "accept")
    assert item.state == State.ACCEPTED


def test_dispute_sent_to_editing_needs_an_editor_and_a_reviewer(cast: Cast) -> None:
    item = cast.adjudicate(cast.item_at(State.DISPUTED), "edit")
    item = cast.edit(item, completion=item.current.completion + " It also has to keep a record.")
    assert item.state == State.IN_REVIEW
    assert cast.judge(item, cast.reviewers[0], "accept").state == State.ACCEPTED


def test_must_finding_returns_the_item_at_once(cast: Cast) -> None:
    item = cast.write(written=texts(completion="Yes."))
    assert item.state == State.RETURNED
    assert Item.objects.filter(reviews__isnull=False).count() == 0
