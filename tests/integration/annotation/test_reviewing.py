"""One verdict on one revision, with reasons where it is a refusal, once."""

import pytest

from annotation import editing, reviewing
from annotation.access import may_see, sees_people, sees_reviews
from annotation.models import Approval, Comment, Review, Verdict
from annotation.reviewing import Judgement, Remark
from annotation.rubric import CRITERIA
from annotation.workflow import Stage, State
from core.refusal import Refused
from experts.models import Outcome
from tests.factories import Cast, desk, fresh

pytestmark = pytest.mark.django_db

SCORES = dict.fromkeys(CRITERIA, 4)
NOTE = "The second claim has no source."


def judge(cast: Cast, item, judgement: Judgement, reviewer=None) -> None:
    reviewer = reviewer or cast.reviewers[0]
    token = str(cast.review_of(item, reviewer).token)
    reviewing.judge(person=reviewer, item_id=item.pk, token=token, judgement=judgement)


@pytest.mark.parametrize(
    ("judgement", "missing"),
    [
        (Judgement(Verdict.ACCEPT, SCORES | {"safety": 0}), "safety"),
        (Judgement(Verdict.ACCEPT, SCORES | {"overall": 6}), "overall"),
        (Judgement(Verdict.ACCEPT, {"overall": 5}), "correctness"),
        (Judgement(Verdict.RETURN, SCORES, note=NOTE), "needs a reason"),
        (Judgement(Verdict.EDIT, SCORES, ["too_long"], "Short"), "what is wrong"),
        (Judgement(Verdict.REJECT, SCORES, [], "", [Remark("unsafe", text="No")]), "what is wrong"),
    ],
)
def test_an_incomplete_judgement_is_refused_and_leaves_the_item_in_hand(cast: Cast, judgement, missing) -> None:
    item = cast.write()
    with pytest.raises(Refused, match=missing) as refused:
        judge(cast, item, judgement)
    assert (refused.value.status, refused.value.code) == (409, "incomplete")
    assert not Review.objects.exists()
    judge(cast, item, Judgement(Verdict.ACCEPT, SCORES))


def test_a_repeated_judgement_changes_nothing(cast: Cast) -> None:
    item = cast.write()
    token = str(cast.review_of(item, cast.reviewers[0]).token)
    for verdict in (Verdict.ACCEPT, Verdict.ACCEPT, Verdict.REJECT):
        judgement = Judgement(verdict, SCORES, ["unsafe"], NOTE)
        reviewing.judge(person=cast.reviewers[0], item_id=item.pk, token=token, judgement=judgement)
    assert [review.verdict for review in Review.objects.all()] == ["accept"]


def test_a_reviewers_token_neither_submits_nor_edits(cast: Cast) -> None:
    item = cast.write()
    token = str(cast.review_of(item, cast.reviewers[0]).token)
    for act in (
        lambda: editing.give_up(person=cast.reviewers[0], item_id=item.pk, token=token, note=NOTE),
        lambda: cast.submit(item.assignments.get(stage=Stage.REVIEW)),
    ):
        with pytest.raises(Refused):
            act()
    assert fresh(item).state == State.IN_REVIEW


def test_remarks_quote_the_span_they_mark(cast: Cast) -> None:
    item = cast.write()
    start = item.current.completion.index("one month")
    remarks = [
        Remark("factually_wrong", "completion", start, start + 9, "Say from when."),
        Remark("unclear_prompt", "prompt", None, None, "Which request?"),
        Remark("too_long", "completion", 5, 10_000, "Out of the text."),
        Remark("too_long", "completion", 9, 5, "Backwards."),
    ]
    judge(cast, item, Judgement(Verdict.RETURN, SCORES, remarks=remarks))
    quotes = Comment.objects.order_by("id").values_list("quote", "start", "field")
    assert list(quotes) == [
        ("one month", start, "completion"),
        ("", None, "prompt"),
        ("", None, "completion"),
        ("", None, "completion"),
    ]
    assert Review.objects.get().reasons == ["factually_wrong", "too_long", "unclear_prompt"]


def test_spans_count_code_points(cast: Cast) -> None:
    from tests.factories import texts

    completion = "𝒳 stands for a set 👩\u200d🔬, and the controller must answer within one month of the request."
    item = cast.write(written=texts(completion=completion))
    start = completion.index("controller")
    remark = Remark("factually_wrong", "completion", start, start + 10, "Which one of them?")
    judge(cast, item, Judgement(Verdict.RETURN, SCORES, remarks=[remark]))
    assert Comment.objects.get().quote == "controller"


def test_a_clause_of_another_project_is_not_cited(cast: Cast) -> None:
    from annotation.models import Clause, Guideline

    other = Guideline.objects.create(project=Cast("order-2").project)
    clause = Clause.objects.create(guideline=other, code="X-1", title="Theirs")
    remark = Remark("unsafe", text="Not like this, please.", clause_id=clause.pk)
    judge(cast, cast.write(), Judgement(Verdict.RETURN, SCORES, remarks=[remark]))
    assert Comment.objects.get().clause is None


def test_an_author_who_was_made_a_reviewer_cannot_judge_their_own(cast: Cast) -> None:
    from django.utils import timezone

    from annotation.models import Assignment

    item = cast.write()
    forged = Assignment.objects.create(
        item=item, person=cast.author, stage=Stage.REVIEW, claimed_at=timezone.now(), leased_until=timezone.now()
    )
    with pytest.raises(Refused, match="You wrote this item"):
        reviewing.judge(
            person=cast.author, item_id=item.pk, token=str(forged.token), judgement=Judgement(Verdict.ACCEPT, SCORES)
        )


def test_only_accepts_approve(cast: Cast) -> None:
    for verdict in ("return", "edit", "reject", "accept"):
        cast.judge(cast.write(), cast.reviewers[0], verdict)
        if verdict == "reject":
            cast.start(cast.reviewers[1], Stage.REVIEW)  # out of the queue
    assert [approval.kind for approval in Approval.objects.all()] == [Approval.Kind.REVIEW]


@pytest.mark.parametrize(
    ("verdicts", "kind"),
    [
        (["accept", "accept"], Outcome.Kind.ACCEPTED),
        (["return"], Outcome.Kind.RETURNED),
        (["reject", "reject"], Outcome.Kind.REJECTED),
    ],
)
def test_an_end_is_credited_to_the_author_once(cast: Cast, verdicts, kind) -> None:
    item = cast.write()
    for reviewer, verdict in zip(cast.reviewers, verdicts, strict=False):
        assert not Outcome.objects.exists()
        item = cast.judge(item, reviewer, verdict)
    outcome = Outcome.objects.get()
    assert (outcome.user, outcome.kind, outcome.item_id) == (cast.author, kind, item.pk)


def test_more_approvals_where_the_project_asks_for_them() -> None:
    cast = Cast(overlap=3)
    item = cast.write()
    for reviewer in cast.reviewers[:2]:
        item = cast.judge(item, reviewer, "accept")
    assert item.state == State.IN_REVIEW
    assert cast.judge(item, cast.reviewers[2], "accept").state == State.ACCEPTED


def test_a_spot_check_sends_an_accepted_item_to_an_editor_once() -> None:
    cast = Cast(spot_check_percent=100)
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "accept")
    assert item.state == State.IN_EDITING
    assert cast.edit(item).state == State.ACCEPTED


def test_too_many_open_findings_send_an_accepted_item_to_an_editor() -> None:
    from tests.factories import COMPLETION, texts

    cast = Cast(should_limit=0)
    linked = f"{COMPLETION} See http://example.org/a for the text."
    item = cast.write(written=texts(completion=linked))
    item = cast.judge(cast.judge(item, cast.reviewers[0], "accept"), cast.reviewers[1], "accept")
    assert item.state == State.IN_EDITING


def test_an_imported_pair_has_no_author_to_return_to(cast: Cast) -> None:
    from annotation.models import Item

    item = cast.write()
    Item.objects.filter(pk=item.pk).update(author=None)
    with pytest.raises(Refused, match="has no author here"):
        cast.judge(fresh(item), cast.reviewers[0], "return")


def test_reviewers_are_blind_to_each_other_and_to_people(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "accept")
    cast.start(cast.reviewers[1], Stage.REVIEW)
    second = desk(cast.reviewers[1], cast.project)
    assert may_see(second, item)
    assert not sees_people(second, item)
    assert not sees_reviews(second, item)
    assert not may_see(desk(cast.reviewers[2], cast.project), item)
    assert not sees_people(desk(cast.author, cast.project), item)
    assert sees_people(desk(cast.editor, cast.project), item)


def test_changes_since_your_review_start_from_the_text_you_judged(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "return")
    judged = item.current
    item = cast.rework(item)
    assert reviewing.last_review_by(item, cast.reviewers[0]).revision == judged
    assert reviewing.last_review_by(item, cast.reviewers[1]) is None
