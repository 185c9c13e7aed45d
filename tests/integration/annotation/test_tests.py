"""Qualification tests: made in two clicks, drawn, answered once, timed by the server, valid until a major change."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation import editing
from annotation.fairness import feedback
from annotation.learning import testing, testing_board, testing_items, testing_results
from annotation.learning.guideline_versions import publish_major
from annotation.models import (
    ApplicationField,
    Attempt,
    Clause,
    Guideline,
    Lapse,
    Membership,
    Piece,
    Test,
    TestAnswer,
    TestItem,
)
from annotation.workflow import State
from catalog.models import Domain, Language
from core.refusal import Refused
from experts.models import Qualification
from tests import learned
from tests.callers import LAW, applied, open_call
from tests.factories import Cast, member, texts
from tests.failing import fails_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = Cast()
    guideline = Guideline.objects.create(project=cast.project)
    for code in ("GEN-1", "GEN-2"):
        Clause.objects.create(guideline=guideline, code=code, title=f"Rule {code}", body="Every claim has a source.")
    return cast


@pytest.fixture
def newcomer(cast: Cast) -> User:
    return member(cast.project, "expert-new", "expert", admitted=False)  # type: ignore[arg-type]


def pool(cast: Cast, accept: int = 3, reject: int = 3, clause: str = "GEN-1") -> list[TestItem]:
    rows = [
        TestItem(
            project=cast.project,
            language=Language.objects.get(pk="en"),
            domain=Domain.objects.get(pk="law"),
            skill="open_qa",
            prompt=f"Prompt {clause} {number}",
            completion="Completion",
            verdict=verdict,
            reasons=["factually_wrong"] if verdict == "reject" else [],
            clause_code=clause,
            clause_title="Rule",
            explanation="Because the guideline says so.",
            made_by=cast.editor,
            made_at=timezone.now(),
        )
        for verdict, count in (("accept", accept), ("reject", reject))
        for number in range(count)
    ]
    return TestItem.objects.bulk_create(rows)


def opened(cast: Cast, **settings: object) -> Test:
    return Test.objects.create(
        project=cast.project,
        language=Language.objects.get(pk="en"),
        domain=Domain.objects.get(pk="law"),
        skills=["open_qa"],
        made_by=cast.editor,
        made_at=timezone.now(),
        opened_at=timezone.now(),
        **({"items": 4, "wait_hours": 0} | settings),
    )


def respond(attempt: Attempt, *, right: bool = True, only: Sequence[int] | None = None) -> None:
    for one in attempt.answers.select_related("item"):
        if only is not None and one.position not in only:
            continue
        verdict = one.item.verdict if right else {"accept": "reject", "reject": "accept"}[one.item.verdict]
        testing.answer(
            person=attempt.person,
            attempt_id=attempt.pk,
            position=one.position,
            verdict=verdict,
            reasons=["factually_wrong"],
        )


def finished(test: Test, person: User, *, right: bool = True) -> Attempt:
    attempt = testing.start(test, person)
    respond(attempt, right=right)
    attempt.refresh_from_db()
    return attempt


def refusal(*arguments: object, **named: object) -> str:
    call = arguments[0]
    with pytest.raises(Refused) as refused:
        call(*arguments[1:], **named)  # type: ignore[operator]
    return str(refused.value.refusal)


# --- made in two clicks


def test_two_clicks_make_a_test_of_adjudicated_items(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.editor)
    items = [cast.adjudicate(cast.item_at(State.DISPUTED), decision) for decision in ("accept", "reject")]
    for item in items:
        client.post(reverse("annotation:use-in-test", args=[cast.project.slug, item.pk]))
    test = Test.objects.get()
    assert (test.language_id, test.domain_id, test.skills, test.is_open) == ("en", "law", ["open_qa"], False)
    assert set(TestItem.objects.values_list("verdict", flat=True)) == {"accept", "reject"}
    page = client.get(reverse("annotation:test", args=[cast.project.slug, test.pk])).content.decode()
    assert "The pool has 2 of the 6 items" in page
    Test.objects.update(items=2)
    client.post(reverse("annotation:test-open", args=[cast.project.slug, test.pk]))
    test.refresh_from_db()
    assert test.is_open


def test_the_copy_has_the_judged_text_the_reasons_and_no_names(cast: Cast) -> None:
    item = cast.item_at(State.DISPUTED)
    note = f"{cast.author.name} was right and {cast.reviewers[1].name} was not; the source is there."
    assignment = cast.start(cast.other_editor, "adjudication")  # type: ignore[arg-type]
    editing.adjudicate(
        person=cast.other_editor, item_id=item.pk, token=str(assignment.token), decision="reject",  # type: ignore[arg-type]
        cause="author_error", note=note,
    )  # fmt: skip
    item.refresh_from_db()
    copy, _ = testing_items.use_in_test(item, cast.editor)
    assert (copy.prompt, copy.completion) == (item.current.prompt, item.current.completion)
    assert copy.reasons == ["factually_wrong"]
    assert cast.author.name not in copy.explanation
    assert cast.reviewers[1].name not in copy.explanation
    assert "a colleague was right" in copy.explanation


def test_an_open_item_a_used_one_and_a_control_are_refused(cast: Cast) -> None:
    assert "Nobody has settled" in refusal(testing_items.use_in_test, cast.item_at(State.IN_REVIEW), cast.editor)
    accepted = Cast("order-2").item_at(State.ACCEPTED)
    testing_items.use_in_test(accepted, cast.editor)
    assert "in a test already" in refusal(testing_items.use_in_test, accepted, cast.editor)
    accepted.is_control = True
    assert "control item" in refusal(testing_items.use_in_test, accepted, cast.editor)


def test_a_pool_too_small_or_of_one_verdict_cannot_be_opened(cast: Cast) -> None:
    test = opened(cast, items=4)
    pool(cast, accept=2, reject=1)
    [row] = testing_board.rows_of(cast.project)
    assert "3 of the 4 items" in str(row.refusal)
    pool(cast, accept=2, reject=0, clause="GEN-2")
    TestItem.objects.filter(verdict="reject").update(retired_at=timezone.now())
    [row] = testing_board.rows_of(cast.project, [test])
    assert "same verdict" in str(row.refusal)


def test_what_a_pool_lacks_for_every_try_is_told(cast: Cast) -> None:
    opened(cast, items=4, tries=2)
    pool(cast, accept=3, reject=3)
    [row] = testing_board.rows_of(cast.project)
    assert row.refusal is None
    assert row.needs == ["Enough for 1 of 2 tries with other items; 2 items more are needed."]


# --- drawn and answered


def test_a_retry_gets_other_items_and_the_last_try_ends_it(cast: Cast, newcomer: User) -> None:
    test = opened(cast, tries=2)
    pool(cast, 5, 5)
    first, second = finished(test, newcomer, right=False), finished(test, newcomer, right=False)
    drawn = [set(one.answers.values_list("item", flat=True)) for one in (first, second)]
    assert not drawn[0] & drawn[1]
    assert "used your 2 tries" in refusal(testing.start, test, newcomer)


def test_the_verdicts_of_a_try_are_balanced(cast: Cast, newcomer: User) -> None:
    test = opened(cast, items=6)
    pool(cast, accept=20, reject=3)
    attempt = testing.start(test, newcomer)
    verdicts = list(attempt.answers.values_list("item__verdict", flat=True))
    assert (verdicts.count("accept"), verdicts.count("reject")) == (3, 3)


def test_nobody_is_asked_about_what_they_know_from_work(cast: Cast) -> None:
    items = [cast.item_at(State.ACCEPTED) for _ in range(2)]
    for item in items:
        testing_items.use_in_test(item, cast.editor)
    test = Test.objects.get()
    assert testing.pool_for(test, cast.author).count() == 0, "written by them"
    assert testing.pool_for(test, cast.reviewers[0]).count() == 0, "judged by them"
    assert testing.pool_for(test, cast.reviewers[2]).count() == 2


@pytest.mark.parametrize("loss", ["retired", "outdated"])
def test_what_is_retired_or_outdated_is_not_drawn_and_a_short_pool_says_so(
    cast: Cast, newcomer: User, loss: str
) -> None:
    test = opened(cast)
    pool(cast, 2, 2)
    TestItem.objects.filter(verdict="accept").update(**{f"{loss}_at": timezone.now()})
    assert "needs 4 items that you have not seen; there are 2" in refusal(testing.start, test, newcomer)


def test_the_first_answer_stands(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    attempt = testing.start(test, newcomer)
    respond(attempt, right=False, only=[1])
    respond(attempt, right=True, only=[1])
    assert attempt.answers.get(position=1).points == 0


def test_two_tabs_have_one_try(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    assert testing.start(test, newcomer).pk == testing.start(test, newcomer).pk
    assert Attempt.objects.count() == 1


def test_an_answer_needs_a_verdict_and_a_reason_and_its_turn(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    attempt = testing.start(test, newcomer)
    common = {"person": newcomer, "attempt_id": attempt.pk, "position": 1}
    assert "Choose a verdict" in refusal(testing.answer, **common, verdict="", reasons=[])
    assert "Say why" in refusal(testing.answer, **common, verdict="reject", reasons=["nonsense"])
    assert "earlier item" in refusal(testing.answer, **(common | {"position": 2}), verdict="accept", reasons=[])
    with pytest.raises(Attempt.DoesNotExist):
        testing.answer(**(common | {"person": cast.author}), verdict="accept", reasons=[])  # type: ignore[arg-type]


def test_half_of_the_points_for_the_verdict_alone(cast: Cast, newcomer: User) -> None:
    test = opened(cast, items=2)
    pool(cast, 1, 1)
    attempt = testing.start(test, newcomer)
    for one in attempt.answers.select_related("item"):
        testing.answer(
            person=newcomer, attempt_id=attempt.pk, position=one.position, verdict=one.item.verdict, reasons=["format"]
        )
    attempt.refresh_from_db()
    assert attempt.score == 0.75
    assert attempt.state == Attempt.State.PASSED


def test_passing_admits_and_keeps_what_was_there(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    Qualification.objects.create(
        user=newcomer, language=test.language, domain=test.domain, skills=["rewriting"], native=True, fit=0.5
    )
    assert finished(test, newcomer).state == Attempt.State.PASSED
    admitted = Qualification.objects.get(user=newcomer)
    assert (admitted.skills, admitted.native, admitted.fit) == (["open_qa", "rewriting"], True, 0.5)
    assert "You have passed" in refusal(testing.start, test, newcomer)


def test_failing_admits_nobody_and_the_next_try_waits(cast: Cast, newcomer: User) -> None:
    test = opened(cast, wait_hours=24)
    pool(cast, 8, 8)
    assert finished(test, newcomer, right=False).state == Attempt.State.FAILED
    assert not Qualification.objects.filter(user=newcomer).exists()
    assert "next try is possible from" in refusal(testing.start, test, newcomer)
    Attempt.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    testing.start(test, newcomer)


def test_a_test_that_is_not_open_and_a_closed_project_refuse(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    Test.objects.update(opened_at=None)
    assert "not open" in refusal(testing.start, test, newcomer)
    cast.project.closed_at = timezone.now()
    cast.project.save()
    assert "project is closed" in refusal(testing.start, test, newcomer)


# --- the clock


def test_when_the_clock_runs_out_what_was_answered_counts(cast: Cast, newcomer: User) -> None:
    test = opened(cast, minutes=10)
    pool(cast, 4, 4)
    attempt = testing.start(test, newcomer)
    respond(attempt, only=[1, 2])
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=30))
    respond(attempt, only=[3])
    assert attempt.answers.filter(answered_at__isnull=False).count() == 3, "on its way when the clock ran out"
    Attempt.objects.update(deadline=timezone.now() - timedelta(minutes=2))
    with pytest.raises(Refused) as late:
        respond(attempt, only=[4])
    assert late.value.code == "clock"
    assert testing.close_overdue(timezone.now()) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == (Attempt.State.PASSED, 0.75)
    assert testing.close_overdue(timezone.now()) == 0


def test_changing_the_pass_mark_changes_no_try_under_way(cast: Cast, newcomer: User) -> None:
    test = opened(cast, pass_percent=50)
    pool(cast, 4, 4)
    attempt = testing.start(test, newcomer)
    Test.objects.update(pass_percent=100)
    respond(attempt, only=[1, 2])
    testing.finish(person=newcomer, attempt_id=attempt.pk)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.PASSED


# --- the piece


def with_piece(cast: Cast, person: User, **settings: object) -> Attempt:
    test = opened(cast, brief="Ask about the right of access and answer it.", **settings)
    pool(cast, 4, 4)
    attempt = testing.start(test, person)
    respond(attempt)
    attempt.refresh_from_db()
    return attempt


def hand_in(attempt: Attempt, completion: str | None = None) -> Piece:
    written = texts()
    return testing.submit_piece(
        person=attempt.person,
        attempt_id=attempt.pk,
        prompt=written.prompt,
        completion=written.completion if completion is None else completion,
    )


def test_what_must_be_mended_is_told_before_a_piece_is_handed_in(cast: Cast, newcomer: User) -> None:
    attempt = with_piece(cast, newcomer)
    assert "may not be empty" in refusal(hand_in, attempt, completion="  ")
    bad = "Yes."
    assert "Mend this first" in refusal(hand_in, attempt, completion=bad)
    assert hand_in(attempt).submitted_at


def test_what_is_written_when_the_clock_runs_out_is_handed_in(cast: Cast, newcomer: User) -> None:
    attempt = with_piece(cast, newcomer, minutes=30)
    testing.save_piece(person=newcomer, attempt_id=attempt.pk, prompt="Half a prompt", completion="Half an answer")
    Attempt.objects.update(deadline=timezone.now() - timedelta(minutes=2))
    testing.close_overdue(timezone.now())
    piece = Piece.objects.get()
    assert (piece.prompt, bool(piece.submitted_at)) == ("Half a prompt", True)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.WAITING


# --- validity


def changed(cast: Cast, code: str = "GEN-1") -> None:
    guideline = cast.project.guidelines.first()
    clause = guideline.clauses.get(code=code)
    clause.body = "Every claim has a source, and the source is named."
    publish_major(clause, before=code, by=cast.manager, note="Sources have to be named now.")


def test_a_major_change_makes_a_version_and_lapses_what_it_touches(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4, clause="GEN-1")
    attempt = finished(test, newcomer)
    changed(cast, "GEN-2")
    assert not Lapse.objects.exists(), "nothing was asked about GEN-2"
    changed(cast, "GEN-1")
    lapse = Lapse.objects.get()
    assert lapse.attempt == attempt
    assert Guideline.objects.filter(project=cast.project).count() == 3
    newest = cast.project.guidelines.first()
    assert newest.clauses.count() == 2
    assert "is named" in newest.clauses.get(code="GEN-1").body
    assert "is named" not in Guideline.objects.get(version=1).clauses.get(code="GEN-1").body
    assert not TestItem.objects.filter(outdated_at=None).exists()


def test_grace_a_short_retest_and_nothing_is_lost_without_one(cast: Cast, newcomer: User) -> None:
    test = opened(cast, grace_days=14)
    pool(cast, 4, 4)
    finished(test, newcomer)
    changed(cast)
    assert Qualification.objects.get(user=newcomer).skills == ["open_qa"], "works on during the grace"
    assert "re-test is not ready" in refusal(testing.start, test, newcomer)
    later = timezone.now() + timedelta(days=15)
    assert testing_results.end_grace(later, testing.may_take_retest) == 0, "nobody has prepared the re-test"
    assert Lapse.objects.get().due_at > later
    for item in TestItem.objects.all():
        testing_items.confirm(item)
    attempt = testing.start(test, newcomer)
    assert (attempt.kind, attempt.answers.count()) == (Attempt.Kind.RETEST, 3)
    respond(attempt)
    lapse = Lapse.objects.get()
    assert lapse.renewed_at
    assert testing_results.end_grace(later + timedelta(days=30), testing.may_take_retest) == 0


def test_after_the_grace_the_skills_rest_until_the_retest_is_passed(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    finished(test, newcomer)
    changed(cast)
    TestItem.objects.update(outdated_at=None)
    later = timezone.now() + timedelta(days=15)
    assert testing_results.end_grace(later, testing.may_take_retest) == 1
    assert not Qualification.objects.filter(user=newcomer).exists()
    respond(testing.start(test, newcomer))
    assert Qualification.objects.get(user=newcomer).skills == ["open_qa"]


def test_the_grace_does_not_end_while_somebody_sits_the_retest(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    finished(test, newcomer)
    changed(cast)
    TestItem.objects.update(outdated_at=None)
    attempt = testing.start(test, newcomer)
    later = timezone.now() + timedelta(days=15)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=later - timedelta(days=6))
    assert testing_results.end_grace(later, testing.may_take_retest) == 0


def test_a_retest_asks_for_the_piece_where_the_test_says_so(cast: Cast, newcomer: User) -> None:
    attempt = with_piece(cast, newcomer)
    learned.scored(hand_in(attempt), cast.editor)
    changed(cast)
    pool(cast, 3, 3)
    again = testing.start(attempt.test, newcomer)
    assert (again.kind, Piece.objects.filter(attempt=again).exists()) == (Attempt.Kind.RETEST, False)
    respond(again)
    changed(cast)
    pool(cast, 3, 3)
    Test.objects.update(retest_asks_piece=True)
    with_one = testing.start(Test.objects.get(), newcomer)
    respond(with_one)
    lapse = Lapse.objects.get(renewed_at=None)
    learned.scored(hand_in(with_one), cast.editor)
    lapse.refresh_from_db()
    assert lapse.renewed_at, "the score of the piece ended the re-test"


def test_a_retest_that_is_left_lying_holds_off_nothing_for_ever(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    finished(test, newcomer)
    changed(cast)
    TestItem.objects.update(outdated_at=None)
    attempt = testing.start(test, newcomer)
    respond(attempt, only=[1])
    later = timezone.now() + timedelta(days=15)
    attempt.answers.filter(position=1).update(answered_at=later - timedelta(days=6))
    assert testing_results.end_grace(later, testing.may_take_retest) == 0, "answered within the week"
    assert testing_results.end_grace(later + timedelta(days=2), testing.may_take_retest) == 1
    assert not Qualification.objects.filter(user=newcomer).exists()
    respond(attempt, only=[2, 3])
    assert Qualification.objects.get(user=newcomer).skills == ["open_qa"], "what was begun may still be ended"


def test_a_try_or_a_lapse_that_cannot_be_ended_keeps_no_other_waiting(
    cast: Cast, newcomer: User, caplog: pytest.LogCaptureFixture
) -> None:
    other = member(cast.project, "expert-other", "expert", admitted=False)  # type: ignore[arg-type]
    test = opened(cast, minutes=10)
    pool(cast, 4, 4)
    bad, good = (testing.start(test, person) for person in (newcomer, other))
    Attempt.objects.update(deadline=timezone.now() - timedelta(minutes=5))
    with fails_for(testing, "_end", lambda attempt, now: attempt.pk == bad.pk):
        assert testing.close_overdue(timezone.now()) == 1
    assert f"Attempt {bad.pk} was left" in caplog.text
    assert Attempt.objects.get(pk=good.pk).finished_at
    assert testing.close_overdue(timezone.now()) == 1, "the next time it is taken up again"
    for person in (newcomer, other):
        finished(test, person)
    changed(cast)
    TestItem.objects.update(outdated_at=None)
    later = timezone.now() + timedelta(days=15)
    with fails_for(testing_results, "_withdraw", lambda attempt: attempt.person_id == newcomer.pk):
        assert testing_results.end_grace(later, testing.may_take_retest) == 1
    assert [one.attempt.person for one in Lapse.objects.filter(withdrawn_at=None)] == [newcomer], "undone as a whole"
    assert testing_results.end_grace(later, testing.may_take_retest) == 1


def test_a_major_change_needs_a_sentence(cast: Cast) -> None:
    clause = cast.project.guidelines.first().clauses.get(code="GEN-1")
    assert "Say in a sentence" in refusal(publish_major, clause, before="GEN-1", by=cast.manager, note="x")
    assert Guideline.objects.count() == 1


# --- what those who lead see


def test_an_item_that_everybody_gets_wrong_is_pointed_out(cast: Cast) -> None:
    test = opened(cast, items=2)
    [_, bad] = pool(cast, 1, 1)
    for number in range(5):
        attempt = testing.start(test, member(cast.project, f"expert-{number}", "expert", admitted=False))  # type: ignore[arg-type]
        for one in attempt.answers.all():
            testing.answer(
                person=attempt.person, attempt_id=attempt.pk, position=one.position, verdict="accept", reasons=[]
            )
    [first, second] = testing_board.item_figures(test)
    assert (first.item, first.answered, first.wrong, first.is_suspicious) == (bad, 5, 5, True)
    assert not second.is_suspicious


def test_the_list_takes_as_many_statements_for_many_tests(cast: Cast, django_assert_num_queries: object) -> None:
    opened(cast)
    pool(cast, 2, 2)
    with django_assert_num_queries(3):  # type: ignore[operator]
        testing_board.rows_of(cast.project)
    Test.objects.create(
        project=cast.project, language_id="de", domain_id="law", skills=["open_qa"], made_by=cast.editor,
        made_at=timezone.now(),
    )  # fmt: skip
    with django_assert_num_queries(3):  # type: ignore[operator]
        testing_board.rows_of(cast.project)


def test_a_test_item_outlives_its_source(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    copy, _ = testing_items.use_in_test(item, cast.editor)
    before = copy.prompt
    type(item).objects.filter(pk=item.pk).update(current=None, state="set_aside")
    copy.refresh_from_db()
    assert copy.prompt == before


# --- pages


def test_a_test_is_taken_page_by_page_and_explains_each_answer(cast: Cast, newcomer: User) -> None:
    test = opened(cast, items=2)
    pool(cast, 1, 1)
    client = Client()
    client.force_login(newcomer)
    page = client.post(reverse("annotation:test-start", args=[cast.project.slug, test.pk]), follow=True)
    assert "item 1 of 2" in page.content.decode()
    attempt = Attempt.objects.get()
    address = reverse("annotation:attempt-answer", args=[cast.project.slug, attempt.pk, 1])
    assert client.post(address, {"verdict": "reject"}).status_code == 422
    explained = client.post(address, {"verdict": "accept"}, follow=True).content.decode()
    assert "Because the guideline says so." in explained
    assert "GEN-1" in explained
    client.post(reverse("annotation:attempt-answer", args=[cast.project.slug, attempt.pk, 2]), {"verdict": "accept"})
    result = client.get(reverse("annotation:attempt", args=[cast.project.slug, attempt.pk])).content.decode()
    assert "50 % of the points" in result
    assert TestAnswer.objects.filter(points=None).count() == 0


def test_somebody_elses_try_is_not_there(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    attempt = testing.start(test, newcomer)
    client = Client()
    client.force_login(cast.author)
    assert client.get(reverse("annotation:attempt", args=[cast.project.slug, attempt.pk])).status_code == 404


def test_roles_stay_as_they_are_for_members(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    finished(test, newcomer)
    assert list(Membership.objects.filter(user=newcomer).values_list("role", flat=True)) == ["expert"]


# --- applicants


def test_an_admitted_applicant_takes_the_test_and_is_in_the_project_when_it_is_passed(cast: Cast) -> None:
    test = opened(cast, items=2)
    pool(cast, 1, 1)
    Test.objects.create(
        project=cast.project, language_id="en", domain_id="finance", skills=["open_qa"], made_by=cast.editor,
        made_at=timezone.now(), opened_at=timezone.now(),
    )  # fmt: skip
    call, _ = open_call(cast, {LAW: 2})
    person = applied(call, "applicant-1").user
    client, address = Client(), reverse("annotation:my-tests", args=[cast.project.slug])
    client.force_login(person)
    field = ApplicationField.objects.get(application__user=person)
    ApplicationField.objects.update(state="applied", admitted_at=None)
    assert client.get(address).status_code == 404, "not admitted to the test yet"
    field.state, field.admitted_at = ApplicationField.State.ADMITTED, timezone.now()
    field.save()
    page = client.get(address).content.decode()
    assert "English · Law" in page
    assert "Finance" not in page, "no field of theirs"
    assert client.get(reverse("annotation:training-home", args=[cast.project.slug])).status_code == 404
    client.post(reverse("annotation:test-start", args=[cast.project.slug, test.pk]), {"native": "yes"})
    attempt = Attempt.objects.get()
    assert attempt.native, "as their profile says"
    respond(attempt)
    assert list(Membership.objects.filter(user=person).values_list("role", flat=True)) == ["expert"]
    assert Qualification.objects.get(user=person).native


def test_a_major_change_is_told_to_whom_it_concerns(cast: Cast, newcomer: User) -> None:
    test = opened(cast)
    pool(cast, 4, 4)
    finished(test, newcomer)
    changed(cast)
    entries = feedback.entries(feedback.Reader(newcomer, cast.project))
    assert [entry.kind for entry in entries] == ["message"]
    client = Client()
    client.force_login(newcomer)
    page = client.get(reverse("annotation:training-home", args=[cast.project.slug])).content.decode()
    assert "wants a short re-test" in page
    client.force_login(cast.manager)
    leads = client.get(reverse("annotation:tests", args=[cast.project.slug])).content.decode()
    assert "Re-tests wanted" in leads
    assert newcomer.name in leads


def test_a_clause_is_published_as_a_major_change_from_its_page(cast: Cast) -> None:
    clause = Clause.objects.get(code="GEN-1")
    client = Client()
    client.force_login(cast.manager)
    address = reverse("annotation:clause-edit", args=[cast.project.slug, clause.pk])
    assert "nobody needs a re-test" in client.get(address).content.decode()
    form = {"code": "GEN-1", "title": "Sources", "position": 0, "body": "Name the source.", "skill": ""}
    client.post(address, form | {"major": "1", "major_note": "Sources have to be named now."})
    assert cast.project.guidelines.first().version == 2
    assert client.get(address).status_code == 404, "an earlier version stays as it was read"
