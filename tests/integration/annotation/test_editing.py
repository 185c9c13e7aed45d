"""Edits are tracked, credited and answered; disputes are settled by somebody who has not judged."""

import pytest

from annotation import editing
from annotation.models import Adjudication, Approval, EditHunk, Item, Revision
from annotation.texts import Written
from annotation.workflow import Stage, State
from core.refusal import Refused
from experts.models import Outcome
from tests.factories import Cast, fresh

pytestmark = pytest.mark.django_db

NOTE = "The guideline decides in favor of the author."


@pytest.fixture
def flagged(cast: Cast) -> Item:
    """Accepted by one reviewer, sent to an editor by another."""
    return cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")


def hand_in(cast: Cast, item: Item, completion: str, **more) -> Item:
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    edit = editing.Edit(Written.of(item.current.prompt, completion), **more)
    return editing.finish(person=cast.editor, item_id=item.pk, token=token, edit=edit)


def test_every_change_is_a_hunk_with_its_reason(cast: Cast, flagged: Item) -> None:
    text = flagged.current.completion
    start = text.index("must answer")
    reasons = {("completion", start): "language"}
    hand_in(cast, flagged, text.replace("must answer", "answers").replace("has ended", "is over"), reasons=reasons)
    hunks = list(EditHunk.objects.values_list("before", "after", "reason"))
    assert len(hunks) == 2
    assert hunks[0] == ("must answer", "answers", "language")
    assert text[EditHunk.objects.first().start : EditHunk.objects.first().end] == "must answer"


def test_the_text_before_the_edit_stays_as_it_was(cast: Cast, flagged: Item) -> None:
    before = flagged.current
    item = cast.edit(flagged, completion=before.completion + " It keeps a record.")
    kinds = Revision.objects.filter(item=item).values_list("kind", "author__name")
    assert list(kinds) == [("written", "expert-en-law"), ("edited", "editor-1")]
    before.refresh_from_db()
    assert before.completion == flagged.current.completion


def test_a_repeated_finish_changes_nothing(cast: Cast, flagged: Item) -> None:
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    edit = editing.Edit(Written.of(flagged.current.prompt, flagged.current.completion + " It keeps a record."))
    for _ in range(2):
        editing.finish(person=cast.editor, item_id=flagged.pk, token=token, edit=edit)
    assert Revision.objects.filter(item=flagged).count() == 2


def test_an_empty_edit_is_refused_and_keeps_the_item_in_hand(cast: Cast, flagged: Item) -> None:
    with pytest.raises(Refused, match="may not be empty"):
        hand_in(cast, flagged, "  ")
    assert cast.start(cast.editor, Stage.EDITING).item_id == flagged.pk


def test_kept_as_it_is_counts_as_the_editors_approval(cast: Cast, flagged: Item) -> None:
    item = cast.edit(flagged)
    assert item.state == State.ACCEPTED
    assert set(Approval.objects.values_list("kind", flat=True)) == {"review", "edit"}
    assert not EditHunk.objects.exists()
    assert Outcome.objects.get().kind == Outcome.Kind.ACCEPTED


def test_without_a_reviewers_accept_the_edit_needs_a_reviewer(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    item = cast.edit(item, completion=item.current.completion + " It keeps a record.")
    assert item.state == State.IN_REVIEW
    item = cast.judge(item, cast.reviewers[1], "accept")
    assert item.state == State.ACCEPTED
    assert Outcome.objects.get().kind == Outcome.Kind.EDITED


def test_a_changed_meaning_begins_a_round_of_its_own(cast: Cast, flagged: Item) -> None:
    before = flagged.round
    item = cast.edit(flagged, completion="It answers within two weeks and says why if not.", meaning_changed=True)
    assert (item.state, item.round) == (State.IN_REVIEW, before + 1)
    assert [approval.person for approval in Approval.objects.filter(round=item.round)] == [cast.editor]


def test_an_edit_that_breaks_the_rules_comes_back_to_an_editor(cast: Cast, flagged: Item) -> None:
    item = cast.edit(flagged, completion="No.")
    assert item.state == State.IN_EDITING
    with pytest.raises(Refused, match="must be mended"):
        cast.edit(item)
    assert fresh(item).state == State.IN_EDITING


def test_an_author_who_edits_does_not_edit_their_own(cast: Cast, flagged: Item) -> None:
    from annotation import handing_out
    from annotation.models import Membership
    from tests.factories import desk

    Membership.objects.create(project=cast.project, user=cast.author, role="editor")
    with pytest.raises(Refused) as refused:
        cast.start(cast.author, Stage.EDITING)
    assert refused.value.code == "empty"
    with pytest.raises(Refused, match="You wrote this item"):
        handing_out.open_item(desk(cast.author, cast.project), flagged.pk, Stage.EDITING)


def test_giving_up_needs_a_sentence_and_rejects(cast: Cast, flagged: Item) -> None:
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    with pytest.raises(Refused, match="Say in a sentence why"):
        editing.give_up(person=cast.editor, item_id=flagged.pk, token=token, note="No.")
    for _ in range(2):
        editing.give_up(person=cast.editor, item_id=flagged.pk, token=token, note=NOTE)
    item = fresh(flagged)
    assert (item.state, item.place) == (State.REJECTED, None)
    assert Outcome.objects.get().kind == Outcome.Kind.REJECTED


@pytest.mark.parametrize(
    ("decision", "state"),
    [("accept", State.ACCEPTED), ("edit", State.IN_EDITING), ("reject", State.REJECTED)],
)
def test_a_dispute_is_settled_as_decided_and_once(cast: Cast, decision: str, state: State) -> None:
    item = cast.item_at(State.DISPUTED)
    token = str(cast.start(cast.editor, Stage.ADJUDICATION).token)
    for _ in range(2):
        editing.adjudicate(
            person=cast.editor, item_id=item.pk, token=token, decision=decision, cause="subjective", note=NOTE
        )
    assert fresh(item).state == state
    assert Adjudication.objects.count() == 1


def test_an_editing_token_does_not_settle_a_dispute(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    with pytest.raises(Refused) as refused:
        editing.adjudicate(
            person=cast.editor, item_id=item.pk, token=token, decision="accept", cause="subjective", note=NOTE
        )
    assert refused.value.code == "lease"


def test_a_rejected_item_accepted_on_appeal_still_has_two_people_behind_it(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    item = cast.adjudicate(cast.appeal(item), "accept")
    assert item.state == State.IN_REVIEW
    assert cast.judge(item, cast.reviewers[2], "accept").state == State.ACCEPTED


def test_a_released_place_is_somebody_elses_and_the_author_may_still_come_back(cast: Cast) -> None:
    item = cast.item_at(State.RETURNED)
    editing.release(by=cast.manager, item_id=item.pk)
    assert fresh(item).place is None
    assert cast.rework(fresh(item)).state == State.IN_REVIEW
