"""Training sets: tasks from found errors in one click, answered with an explanation, passed, and what that does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation.learning import training, training_board
from annotation.learning.training import Given
from annotation.learning.training_tasks import make_task, segments_of
from annotation.models import (
    Adjudication,
    Clause,
    Comment,
    Guideline,
    Item,
    Look,
    Review,
    Revision,
    TrainingAnswer,
    TrainingAssignment,
    TrainingSet,
    TrainingTask,
)
from annotation.reviewers import controls
from annotation.reviewing import Remark
from annotation.rubric import CRITERIA
from annotation.workflow import State
from core.refusal import Refused
from experts.models import Outcome, Training
from experts.standing import record_training
from tests.factories import Cast, desk

pytestmark = pytest.mark.django_db

CORRECTED = (
    "The controller must answer within one month. It may extend this by three further months where the request is "
    "complex, but it has to tell the person so, with reasons, before the first month has ended."
)


@pytest.fixture
def cast() -> Cast:
    cast = Cast(target=30)
    guideline = Guideline.objects.create(project=cast.project)
    Clause.objects.create(guideline=guideline, code="GEN-1", title="Sources", body="Every claim has a source.")
    return cast


def judged(cast: Cast, verdict: str = "return", **more: object) -> Item:
    return cast.judge(cast.write(), cast.reviewers[0], verdict, **more)


def task_of_review(cast: Cast, verdict: str = "return") -> TrainingTask:
    item = judged(cast, verdict)
    return make_task(item=item, source="review", source_id=item.reviews.get().pk, by=cast.editor)


def set_of(cast: Cast, tasks: int) -> TrainingSet:
    for _ in range(tasks):
        task = task_of_review(cast, "reject")
        Item.objects.filter(pk=task.source_item_id).update(state="set_aside", place=None)
    TrainingSet.objects.update(opened_at=timezone.now())
    return TrainingSet.objects.get()


def right_for(task: TrainingTask) -> Given:
    return Given(verdict=task.verdict, reasons=task.reasons)


WRONG = Given(verdict="accept")


def answer_next(assignment: TrainingAssignment, given: Given | None = None) -> TrainingAnswer:
    task = training.progress_of(assignment).current
    assert task is not None
    return training.answer(
        person=assignment.person,
        assignment_id=assignment.pk,
        task_id=task.pk,
        number=assignment.answers.filter(task=task).count() + 1,
        given=given or right_for(task),
    )


def refusal(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)  # type: ignore[operator]
    return str(refused.value.refusal)


# --- made by one click


def test_a_review_becomes_a_task_to_judge(cast: Cast) -> None:
    task = task_of_review(cast)
    assert (task.kind, task.verdict, task.also_right) == ("judge", "return", ["edit"])
    assert task.reasons == ["factually_wrong"]
    assert task.explanation == "The second claim has no source."
    assert str(task.training_set) == "Open QA · English"
    assert task.training_set.reasons == ["factually_wrong"]


def test_a_remark_on_words_becomes_a_task_to_find_them_with_its_clause(cast: Cast) -> None:
    clause = Clause.objects.get(code="GEN-1")
    remark = Remark("adds_facts", "completion", 46, 60, "Not in the law.", clause.pk)
    item = judged(cast, remarks=[remark])
    task = make_task(item=item, source="remark", source_id=Comment.objects.get().pk, by=cast.editor)
    assert (task.kind, task.field, task.start, task.end) == ("find", "completion", 46, 60)
    assert (task.reasons, task.clause_code, task.explanation) == (["adds_facts"], "GEN-1", "Not in the law.")


def test_an_edit_becomes_a_task_to_rewrite_what_was_changed(cast: Cast) -> None:
    item = cast.edit(cast.item_at(State.IN_EDITING), completion=CORRECTED)
    hunk = item.hunks.get()
    task = make_task(item=item, source="hunk", source_id=hunk.pk, by=cast.editor)
    assert (task.kind, task.completion[task.start : task.end], task.better) == ("rewrite", "two", "three")
    assert "two further months" in task.completion, "the text before the edit"


def test_an_adjudication_becomes_a_task_to_judge(cast: Cast) -> None:
    item = cast.adjudicate(cast.item_at(State.DISPUTED), "reject")
    task = make_task(item=item, source="adjudication", source_id=Adjudication.objects.get().pk, by=cast.editor)
    assert (task.kind, task.verdict, task.source) == ("judge", "reject", "adjudication")


def test_the_same_source_makes_one_task_and_an_accept_none(cast: Cast) -> None:
    task = task_of_review(cast)
    item = Item.objects.get(pk=task.source_item_id)
    again = {"item": item, "source": "review", "source_id": item.reviews.get().pk, "by": cast.editor}
    assert "training task of this already" in refusal(make_task, **again)
    accepted = Cast("order-2").item_at(State.ACCEPTED)
    review = accepted.reviews.first()
    assert review is not None
    assert "found no mistake" in refusal(make_task, item=accepted, source="review", source_id=review.pk, by=cast.editor)


def test_the_click_on_the_item_page_says_where_the_task_went(cast: Cast) -> None:
    item = judged(cast)
    client = Client()
    client.force_login(cast.editor)
    review = item.reviews.get()
    address = reverse("annotation:training-task-make", args=[cast.project.slug, item.pk, "review", review.pk])
    assert address in client.get(reverse("annotation:item", args=[cast.project.slug, item.pk])).content.decode()
    page = client.post(address, follow=True).content.decode()
    assert "Open QA · English" in page
    for source, number in (("nonsense", review.pk), ("review", review.pk + 100)):
        gone = reverse("annotation:training-task-make", args=[cast.project.slug, item.pk, source, number])
        assert client.post(gone).status_code == 404


def test_the_author_sees_no_button(cast: Cast) -> None:
    item = judged(cast)
    client = Client()
    client.force_login(cast.author)
    page = client.get(reverse("annotation:item", args=[cast.project.slug, item.pk])).content.decode()
    assert "Make training task" not in page
    assert "Use in a test" not in page


# --- given, taken, answered


def test_given_sets_come_with_a_note_and_only_once(cast: Cast) -> None:
    found = set_of(cast, 1)
    first = training.assign(cast.author, found, cast.manager, "These help against returns.")
    second = training.assign(cast.author, found, cast.manager, "")
    assert (first.pk, second.note) == (second.pk, "These help against returns.")
    [mine] = training_board.mine(cast.author, cast.project)
    assert (mine.assignment, mine.minutes) == (first, 2)


def test_what_cannot_be_given_says_why(cast: Cast) -> None:
    found = set_of(cast, 1)
    assert "not in this project" in refusal(training.assign, cast.outsider, found, cast.manager)
    TrainingTask.objects.update(retired_at=timezone.now())
    assert "no tasks yet" in refusal(training.assign, cast.author, found, cast.manager)
    found.retired_at = timezone.now()
    assert "is retired" in refusal(training.assign, cast.author, found, cast.manager)


def test_who_is_no_number_of_a_row_is_not_found(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.manager)
    page = reverse("annotation:training-set-assign", args=[cast.project.slug, set_of(cast, 1).pk])
    for person in ("9" * 9999, "9" * 19, "-1", "²", ""):
        assert client.post(page, {"person": person}).status_code == 404
    assert client.post(page, {"person": str(cast.author.pk)}).status_code == 302


def test_a_set_that_is_not_open_is_for_those_it_was_given_to(cast: Cast) -> None:
    found = set_of(cast, 1)
    found.opened_at = None
    found.save()
    assert "not open" in refusal(training.begin, cast.author, found)
    training.assign(cast.author, found, cast.manager)
    assert training.begin(cast.author, found).started_at


def test_right_at_first_passes_at_the_last_task_and_counts_for_standing(cast: Cast) -> None:
    assignment = training.begin(cast.author, set_of(cast, 3))
    for _ in range(3):
        answer_next(assignment)
    assignment.refresh_from_db()
    assert assignment.passed_at
    assert assignment.had_effect
    passed = Training.objects.get()
    assert (passed.user, passed.project_id, passed.training_set_id) == (
        cast.author, cast.project.pk, assignment.training_set_id,
    )  # fmt: skip


def test_wrong_ones_come_again_until_they_are_right(cast: Cast) -> None:
    assignment = training.begin(cast.author, set_of(cast, 3))
    wrong = answer_next(assignment, WRONG)
    assert not wrong.is_right
    answer_next(assignment)
    answer_next(assignment)
    progress = training.progress_of(assignment)
    assert (progress.is_passed, progress.is_repeating, progress.current) == (False, True, wrong.task)
    answer_next(assignment)
    assignment.refresh_from_db()
    assert assignment.passed_at


def test_a_second_set_within_thirty_days_teaches_but_has_no_effect(cast: Cast) -> None:
    found = set_of(cast, 1)
    answer_next(training.begin(cast.author, found))
    again = training.begin(cast.author, found)
    answer_next(again)
    again.refresh_from_db()
    assert again.passed_at
    assert not again.had_effect
    client = Client()
    client.force_login(cast.author)
    page = client.get(reverse("annotation:training", args=[cast.project.slug, again.pk])).content.decode()
    assert "does not change how your earlier decisions count" in page


def test_a_set_without_effect_does_not_put_off_the_next_that_has_one(cast: Cast) -> None:
    now = timezone.now()
    for days in (35, 10):
        record_training(cast.author, cast.project.pk, 1, now - timedelta(days=days))
    assert training.effect_again_at(cast.author, cast.project.pk, now) is None, "35 days after the one that counted"


def test_a_second_click_or_tab_adds_no_answer(cast: Cast) -> None:
    assignment = training.begin(cast.author, set_of(cast, 2))
    task = training.progress_of(assignment).current
    assert task is not None
    sent = {"person": cast.author, "assignment_id": assignment.pk, "task_id": task.pk, "number": 1}
    first = training.answer(**sent, given=WRONG)  # type: ignore[arg-type]
    assert training.answer(**sent, given=right_for(task)) == first  # type: ignore[arg-type]
    assert TrainingAnswer.objects.count() == 1
    assert "another tab" in refusal(training.answer, **(sent | {"number": 2}), given=WRONG)


def test_an_incomplete_answer_is_refused(cast: Cast) -> None:
    assignment = training.begin(cast.author, set_of(cast, 1))
    assert "Choose a verdict" in refusal(answer_next, assignment, Given(verdict="maybe"))
    assert "Say why" in refusal(answer_next, assignment, Given(verdict="reject"))


def test_a_mistake_is_found_by_its_sentence_and_reason(cast: Cast) -> None:
    item = judged(cast, remarks=[Remark("adds_facts", "completion", 46, 60, "Not in the law.")])
    task = make_task(item=item, source="remark", source_id=Comment.objects.get().pk, by=cast.editor)
    TrainingSet.objects.update(opened_at=timezone.now())
    assignment = training.begin(cast.other_author, TrainingSet.objects.get())
    first, second = segments_of(task)["completion"][:2]
    assert "Choose the sentence" in refusal(answer_next, assignment, Given(place="completion:0:9999"))
    assert "choose a reason" in refusal(answer_next, assignment, Given(place=second.value))
    assert not answer_next(assignment, Given(place=first.value, reasons=["adds_facts"])).is_right
    assert not answer_next(assignment, Given(place=second.value, reasons=["format"])).is_right
    found = answer_next(assignment, Given(place=second.value, reasons=["adds_facts"]))
    assert found.is_right
    assert (found.field, found.start, found.end) == ("completion", second.start, second.end)


# --- rewritten


def task_to_rewrite(cast: Cast) -> tuple[TrainingTask, TrainingAssignment]:
    item = cast.edit(cast.item_at(State.IN_EDITING), completion=CORRECTED)
    task = make_task(item=item, source="hunk", source_id=item.hunks.get().pk, by=cast.editor)
    TrainingSet.objects.update(opened_at=timezone.now())
    return task, training.begin(cast.other_author, TrainingSet.objects.get())


def test_a_mended_sentence_is_right_in_other_words_too(cast: Cast) -> None:
    task, assignment = task_to_rewrite(cast)
    mended = task.completion.replace("two further months", "a further three months")
    assert "Nothing is changed" in refusal(answer_next, assignment, Given(text=task.completion + "  "))
    assert "is empty" in refusal(answer_next, assignment, Given(text=" "))
    given = answer_next(assignment, Given(text=mended))
    assert (given.is_right, given.text, given.findings) == (True, mended, [])
    assignment.refresh_from_db()
    assert assignment.passed_at


def test_another_sentence_a_text_of_ones_own_or_one_that_checks_forbid_is_not_right(cast: Cast) -> None:
    task, assignment = task_to_rewrite(cast)
    mended = task.completion.replace("two further months", "three further months")
    first = task.completion.split(" ", 1)[0]
    assert not answer_next(assignment, Given(text=task.completion.replace(first, "Instead", 1))).is_right
    assert not answer_next(assignment, Given(text="Three further months at most.")).is_right
    longest = Revision.objects.latest("pk").completion_tokens + 2
    type(cast.cell).objects.update(completion_max=longest)
    forbidden = answer_next(assignment, Given(text=f"{mended} That is what the law says about it, and no more."))
    assert not forbidden.is_right
    assert forbidden.findings
    assert forbidden.findings[0]["severity"] == "must"
    assert answer_next(assignment, Given(text=mended)).is_right, "it comes again until it was right once"


def test_what_the_corrected_text_is_told_as_well_keeps_nobody_from_passing(cast: Cast) -> None:
    task, assignment = task_to_rewrite(cast)
    type(cast.cell).objects.update(completion_max=5)
    mended = task.completion.replace("two further months", "three further months")
    assert answer_next(assignment, Given(text=mended)).is_right


def test_a_rewrite_is_taken_page_by_page_and_compared_with_the_correction(cast: Cast) -> None:
    task, assignment = task_to_rewrite(cast)
    client = Client()
    client.force_login(cast.other_author)
    at = reverse("annotation:training", args=[cast.project.slug, assignment.pk])
    page = client.get(at).content.decode()
    assert "to be mended" in page
    assert CORRECTED not in page, "the answer is not on the page"
    to = reverse("annotation:training-answer", args=[cast.project.slug, assignment.pk, task.pk])
    same = client.post(to, {"number": "1", "text": task.completion})
    assert same.status_code == 422
    mended = task.completion.replace("two", "<b>three</b>")
    explained = client.post(to, {"number": "1", "text": mended}, follow=True).content.decode()
    assert "&lt;" in explained
    assert "<b>three" not in explained
    assert "How it was corrected" in explained
    assert task.explanation in explained


def test_a_task_of_a_place_can_be_asked_either_way(cast: Cast) -> None:
    task, _ = task_to_rewrite(cast)
    client = Client()
    client.force_login(cast.editor)
    at = reverse("annotation:training-task", args=[cast.project.slug, task.pk])
    form = client.get(at).context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None} | {"kind": "find"}
    assert client.post(at, sent).status_code == 302
    task.refresh_from_db()
    assert task.kind == "find"
    TrainingTask.objects.update(source="remark")
    refused = client.post(at, sent | {"kind": "rewrite", "better": ""})
    assert refused.status_code == 422
    assert "Say how that place should read" in refused.content.decode()


# --- suggested, timed


def outcome(person: User, cast: Cast, *reasons: str) -> None:
    Outcome.objects.create(
        user=person, project_id=cast.project.pk, item_id=1, language_id="en", domain_id="law", skill="open_qa",
        kind="returned", reasons=list(reasons), at=timezone.now(),
    )  # fmt: skip


def test_the_set_that_trains_most_of_ones_reasons_is_suggested(cast: Cast) -> None:
    fits = set_of(cast, 1)
    now = timezone.now()
    TrainingSet.objects.create(
        project=cast.project, title="Of no tasks", reasons=["factually_wrong", "format"], made_by=cast.editor,
        made_at=now, opened_at=now,
    )  # fmt: skip
    assert training.suggest(cast.author, cast.project) is None, "no mistakes, nothing to suggest"
    outcome(cast.author, cast, "factually_wrong")
    outcome(cast.author, cast, "factually_wrong", "format")
    assert training.suggest(cast.author, cast.project) == fits
    answer_next(training.begin(cast.author, fits))
    assert training.suggest(cast.author, cast.project) is None, "passed lately"


def test_real_times_take_the_place_of_the_estimate(cast: Cast) -> None:
    found = set_of(cast, 1)
    assert training_board.minutes_of([found]) == {found.pk: 2}
    for person in (cast.author, cast.other_author, cast.reviewers[0]):
        answer_next(training.begin(person, found))
    begun = timezone.now() - timedelta(minutes=4)
    TrainingAssignment.objects.update(started_at=begun)
    TrainingAnswer.objects.update(answered_at=begun + timedelta(minutes=3))
    assert training_board.minutes_of([found]) == {found.pk: 3}


def test_tasks_show_no_names_and_outlive_their_source(cast: Cast) -> None:
    assignment = training.begin(cast.other_author, set_of(cast, 1))
    client = Client()
    client.force_login(cast.other_author)
    page = client.get(reverse("annotation:training", args=[cast.project.slug, assignment.pk])).content.decode()
    for person in (cast.author, *cast.reviewers, cast.editor):
        assert person.name not in page
    assert TrainingTask._meta.get_field("source_item_id").is_relation is False


def test_somebody_elses_training_is_not_there(cast: Cast) -> None:
    assignment = training.begin(cast.author, set_of(cast, 1))
    client = Client()
    client.force_login(cast.other_author)
    address = reverse("annotation:training", args=[cast.project.slug, assignment.pk])
    assert client.get(address).status_code == 404
    with pytest.raises(TrainingAssignment.DoesNotExist):
        training.answer(person=cast.other_author, assignment_id=assignment.pk, task_id=1, number=1, given=WRONG)


def test_an_answer_to_a_control_item_becomes_a_task_and_the_control_is_retired(cast: Cast) -> None:
    source = cast.item_at(State.REJECTED)
    control = controls.make(desk(cast.manager, cast.project), source)
    copy = Item.objects.create(
        project=cast.project, cell=cast.cell, current=control.revision, state="in_review", is_control=True,
        state_since=timezone.now(), created_at=timezone.now(),
    )  # fmt: skip
    reviewer, now = cast.reviewers[2], timezone.now()
    Look.objects.create(
        kind="control", project=cast.project, cell=cast.cell, control=control, source=source, item=copy,
        revision=control.revision, wanted_at=now, person=reviewer, planted_at=now, moves_on_at=now,
    )  # fmt: skip
    review = Review.objects.create(
        item=copy, revision=control.revision, reviewer=reviewer, round=1, verdict="accept", created_at=now,
        **dict.fromkeys(CRITERIA, 5),
    )  # fmt: skip
    task = make_task(item=copy, source="control", source_id=review.pk, by=cast.editor)
    assert (task.kind, task.verdict, task.reasons) == ("judge", "reject", ["factually_wrong"])
    assert task.source_item_id == source.pk
    control.refresh_from_db()
    assert control.retired_at
