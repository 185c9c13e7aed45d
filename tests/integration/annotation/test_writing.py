"""Typed text is never lost, and a submit makes exactly one revision."""

import pytest

from annotation import writing
from annotation.models import Comment, Context, Draft, Revision
from annotation.reviewing import Remark
from annotation.texts import LONGEST, Written
from annotation.workflow import State
from annotation.writing import VersionConflict
from core.refusal import Refused
from experts.models import Qualification
from tests.factories import COMPLETION, PROMPT, Cast, admit, cell, fresh, texts

pytestmark = pytest.mark.django_db


def save(assignment, text: str, version: int) -> writing.Saved:
    return writing.save_draft(
        person=assignment.person,
        item=assignment.item,
        token=str(assignment.token),
        version=version,
        written=Written.of(PROMPT, text),
        signals={"typed": len(text)},
    )


def refusal_of_submit(cast: Cast, assignment, written: Written) -> str:
    with pytest.raises(Refused) as refused:
        cast.submit(assignment, written)
    assert (refused.value.status, refused.value.code) == (409, "not_ready")
    assert not Revision.objects.filter(item=assignment.item, number=2).exists()
    return refused.value.refusal.reason


def test_saves_are_numbered_and_the_last_one_stands(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    assert save(assignment, "One", 0).version == 1
    assert save(assignment, "One two", 1).version == 2
    assert Draft.objects.get().completion == "One two"


def test_two_windows_never_overwrite_each_other(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    save(assignment, "From the first window", 0)
    with pytest.raises(VersionConflict) as conflict:
        save(assignment, "From the second window", 0)
    assert conflict.value.theirs.completion == "From the first window"
    assert Draft.objects.get().completion == "From the first window"


def test_a_repeated_save_is_no_conflict(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    first = save(assignment, "The answer got lost on the way", 0)
    assert save(assignment, "The answer got lost on the way", 0).version == first.version == 1


def test_a_text_beyond_all_bounds_is_refused_in_words(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    with pytest.raises(Refused, match="200,000"):
        save(assignment, "x" * (LONGEST + 1), 0)
    assert save(assignment, "x" * LONGEST, 0).version == 1


def test_what_postgresql_cannot_store_is_replaced_not_refused(cast: Cast) -> None:
    save(cast.start(cast.author), "a\0b\r\nc\ud800d", 0)
    assert Draft.objects.get().completion == "a\ufffdb\nc?d"


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "👩\u200d🔬 𝒳", "e\u0301 ≠ é", "\u202eabc"])
def test_any_script_comes_back_as_it_was_typed(cast: Cast, text: str) -> None:
    save(cast.start(cast.author), text, 0)
    assert Draft.objects.get().completion == text


def test_a_submit_makes_a_revision_with_tokens_and_signals_and_ends_the_draft(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    save(assignment, COMPLETION, 0)
    item = writing.submit(
        person=cast.author,
        item_id=assignment.item_id,
        token=str(assignment.token),
        written=Written.of(PROMPT, COMPLETION),
        signals={"typed": 200},
        version=1,
    )
    revision = item.current
    assert (revision.number, revision.prompt, revision.completion) == (1, PROMPT, COMPLETION)
    assert revision.prompt_tokens > 10
    assert revision.signals == {"typed": 200}
    assert not Draft.objects.exists()


def test_a_repeated_submit_changes_nothing(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    item = cast.submit(assignment)
    again = cast.submit(assignment)
    assert (again.pk, again.event_count) == (item.pk, item.event_count)
    assert Revision.objects.count() == 1


def test_a_submit_does_not_bury_what_another_window_has_saved(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    save(assignment, "First", 0)
    save(assignment, "Second, from another window", 1)
    with pytest.raises(VersionConflict):
        writing.submit(
            person=cast.author,
            item_id=assignment.item_id,
            token=str(assignment.token),
            written=texts(),
            signals={},
            version=1,
        )
    assert fresh(assignment.item).state == State.WRITING
    assert Draft.objects.get().completion == "Second, from another window"


def test_a_refused_submit_keeps_item_lease_and_draft(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    save(assignment, "Half", 0)
    assert "prompt is empty" in refusal_of_submit(cast, assignment, Written.of(" \n", COMPLETION))
    assert "completion is empty" in refusal_of_submit(cast, assignment, Written.of(PROMPT, "\t"))
    assert "200,000" in refusal_of_submit(cast, assignment, Written.of(PROMPT, "x" * (LONGEST + 1)))
    assert fresh(assignment.item).state == State.WRITING
    assert Draft.objects.get().completion == "Half"
    assert cast.submit(assignment).state == State.CHECKING


def test_an_unchanged_text_is_not_resubmitted(cast: Cast) -> None:
    item = cast.item_at(State.RETURNED)
    assignment = cast.start(cast.author)
    same = Written.of(item.current.prompt, item.current.completion)
    assert "unchanged" in refusal_of_submit(cast, assignment, same)


def test_remarks_are_answered_before_a_resubmit(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "return", remarks=[Remark("factually_wrong", text="Which law?")])
    assignment = cast.start(cast.author)
    assert "1 remark waits" in refusal_of_submit(cast, assignment, texts())
    remark = Comment.objects.get(item=item)
    with pytest.raises(Refused, match="Say why you disagree"):
        writing.answer_comment(person=cast.author, comment_id=remark.pk, done=False, reply=" ")
    with pytest.raises(Refused, match="Only the author"):
        writing.answer_comment(person=cast.other_author, comment_id=remark.pk, done=True, reply="")
    writing.answer_comment(person=cast.author, comment_id=remark.pk, done=False, reply="The clause allows it.")
    assert cast.submit(assignment).state == State.CHECKING


def test_a_skill_on_a_passage_needs_one_with_a_licence(cast: Cast) -> None:
    admit(cast.other_author, cell(cast.project, domain="finance", skill="summarization"))
    Qualification.objects.filter(user=cast.other_author, domain_id="law").delete()
    assignment = cast.start(cast.other_author)
    assert "needs a context" in refusal_of_submit(cast, assignment, Written.of(PROMPT, COMPLETION))
    passage = {"text": "A passage of our own."}
    assert "no licence" in refusal_of_submit(cast, assignment, Written.of(PROMPT, COMPLETION, passage))
    passage |= {"licence": "CC0-1.0", "retrieved_on": "not a date", "title": "t" * 400}
    item = cast.submit(assignment, Written.of(PROMPT, COMPLETION, passage))
    assert item.context.text == "A passage of our own."
    assert item.context.retrieved_on is None
    assert Context.objects.get().taken


def test_a_waiting_passage_is_handed_out_once(cast: Cast) -> None:
    for number in range(2):
        Context.objects.create(
            project=cast.project, cell=cast.cell, text=f"Passage {number}", sha256=f"{number}" * 64,
            added_by=cast.manager,
        )  # fmt: skip
    contexts = {cast.start(person).item.context.text for person in (cast.author, cast.other_author)}
    assert contexts == {"Passage 0", "Passage 1"}


def test_rework_starts_from_the_text_that_was_returned(cast: Cast) -> None:
    item = cast.item_at(State.RETURNED)
    cast.start(cast.author)
    assert writing.starting_text(item, cast.author).completion == item.current.completion
    assert not Draft.objects.exists()


def test_a_save_that_arrives_after_its_own_submit_leaves_no_draft_behind(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    written = texts()
    item = cast.submit(assignment, written)
    writing.save_draft(
        person=cast.author, item=item, token=str(assignment.token), version=1, written=written, signals={}
    )
    assert not item.drafts.exists()
