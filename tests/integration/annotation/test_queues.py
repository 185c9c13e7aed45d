"""What Start next hands out, to whom, in which order, and what it says when there is nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from annotation import editing, handing_out, queues
from annotation.models import Assignment, Item, Place, Project
from annotation.queues import RUN_LENGTH
from annotation.workflow import Stage, State
from core.refusal import Refused
from experts.models import Standing
from experts.qualifications import qualify
from tests.factories import Cast, admit, cell, desk, fresh, member

pytestmark = pytest.mark.django_db


def empty_words(cast: Cast, person, stage: Stage = Stage.WRITING) -> str:
    with pytest.raises(Refused) as refused:
        cast.start(person, stage)
    assert refused.value.code == "empty"
    assert refused.value.refusal.remedy
    return refused.value.refusal.reason


def test_pressing_again_gives_the_same_item(cast: Cast) -> None:
    assert cast.start(cast.author) == cast.start(cast.author)
    assert Assignment.objects.count() == 1


def test_another_is_handed_out_on_request_only(cast: Cast) -> None:
    first = cast.start(cast.author)
    second = handing_out.start_next(desk(cast.author, cast.project), Stage.WRITING, another=True)
    assert first.item_id != second.item_id


def test_returned_work_goes_before_new_work(cast: Cast) -> None:
    returned = cast.item_at(State.RETURNED)
    assert cast.start(cast.author).item_id == returned.pk
    assert cast.start(cast.other_author).item_id != returned.pk


def test_nobody_gets_what_they_are_not_admitted_to(cast: Cast) -> None:
    newcomer = member(cast.project, "expert-fi-physics", Role.EXPERT, admitted=False)
    assert "not qualified" in empty_words(cast, newcomer)
    admit(newcomer, cell(cast.project, domain="physics", language="fi"))
    assert cast.start(newcomer).item.cell.domain_id == "physics"


def test_admission_is_by_skill_too(cast: Cast) -> None:
    newcomer = member(cast.project, "expert-en-law-2", Role.EXPERT, admitted=False)
    qualify(newcomer, language=cast.cell.language, domain=cast.cell.domain, skills=["rewriting"])
    assert "not qualified" in empty_words(cast, newcomer)


def test_the_better_fit_comes_first(cast: Cast) -> None:
    closer = cell(cast.project, domain="finance")
    qualify(cast.author, language=cast.cell.language, domain=cast.cell.domain, skills=["open_qa"], fit=0.5)
    qualify(cast.author, language=closer.language, domain=closer.domain, skills=["open_qa"], fit=1.0)
    assignment = cast.start(cast.author)
    assert assignment.item.cell == closer
    assert assignment.why["fit"] == 1.0


def test_the_cell_in_greater_need_comes_first(cast: Cast) -> None:
    emptier = cell(cast.project, domain="finance", target=10)
    admit(cast.author, emptier)
    for _ in range(3):
        cast.write(cast.other_author)
    queues._counted.clear()  # the need of the cells is remembered for half a minute
    assert cast.start(cast.author).item.cell == emptier


def test_what_has_waited_longer_comes_first(cast: Cast) -> None:
    items = [cast.write() for _ in range(3)]
    Item.objects.filter(pk=items[2].pk).update(state_since=timezone.now() - timedelta(hours=5))
    assert cast.start(cast.reviewers[0], Stage.REVIEW).item_id == items[2].pk


def test_a_run_stays_in_one_cell_and_then_moves_on(cast: Cast) -> None:
    second = cell(cast.project, domain="finance", target=20)
    admit(cast.author, second)
    cells = []
    for _ in range(RUN_LENGTH + 1):
        cells.append(cast.write().cell_id)
    assert len(set(cells[:RUN_LENGTH])) == 1
    assert cells[RUN_LENGTH] != cells[0]


def test_open_items_are_capped_in_words(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(open_cap=2)
    for _ in range(2):
        handing_out.start_next(desk(cast.author, cast.project), Stage.WRITING, another=True)
    with pytest.raises(Refused) as refused:
        handing_out.start_next(desk(cast.author, cast.project), Stage.WRITING, another=True)
    assert refused.value.code == "cap"
    assert "2 items open" in refused.value.refusal.reason
    assert Item.objects.count() == 2


def test_a_lowered_standing_sees_new_places_later(cast: Cast) -> None:
    Standing.objects.create(user=cast.author, project_id=cast.project.pk, weight=0.5)
    assert "show to others first" in empty_words(cast, cast.author)
    Place.objects.update(ready_at=timezone.now() - timedelta(hours=2, minutes=1))
    assert cast.start(cast.author).why["weight"] == 0.5


def test_nobody_reviews_what_they_wrote(cast: Cast) -> None:
    member(cast.project, "expert-en-law", Role.REVIEWER)
    cast.write()
    assert "1 you wrote or judged" in empty_words(cast, cast.author, Stage.REVIEW)


def test_nobody_gets_an_item_twice_in_a_round(cast: Cast) -> None:
    cast.judge(cast.write(), cast.reviewers[0], "accept")
    assert "wrote or judged yourself" in empty_words(cast, cast.reviewers[0], Stage.REVIEW)


def test_an_editor_does_not_review_their_own_edit(cast: Cast) -> None:
    member(cast.project, "editor-1", Role.REVIEWER)
    item = cast.edit(cast.item_at(State.IN_EDITING), completion="It answers in one month and says why if later.")
    assert item.state == State.IN_REVIEW
    empty_words(cast, cast.editor, Stage.REVIEW)
    assert cast.start(cast.reviewers[1], Stage.REVIEW).item_id == item.pk


def test_an_item_in_hand_is_nobody_elses(cast: Cast) -> None:
    cast.write()
    cast.start(cast.reviewers[0], Stage.REVIEW)
    assert "1 are in somebody's hands" in empty_words(cast, cast.reviewers[1], Stage.REVIEW)


def test_a_rereview_waits_for_its_reviewer_and_goes_before_anything_else(cast: Cast) -> None:
    waiting = cast.write()
    Item.objects.filter(pk=waiting.pk).update(state_since=timezone.now() - timedelta(days=1))
    cast.start(cast.reviewers[2], Stage.REVIEW)  # out of the way
    revised = cast.rework(cast.judge(cast.write(), cast.reviewers[0], "return"))
    other = cast.write()
    assert cast.start(cast.reviewers[0], Stage.REVIEW).item_id == revised.pk
    assert cast.start(cast.reviewers[1], Stage.REVIEW).item_id == other.pk


def test_after_its_hours_a_rereview_is_anybodys(cast: Cast) -> None:
    revised = cast.rework(cast.judge(cast.write(), cast.reviewers[0], "return"))
    assert "kept for the reviewers who know them" in empty_words(cast, cast.reviewers[1], Stage.REVIEW)
    Item.objects.filter(pk=revised.pk).update(reserved_until=timezone.now() - timedelta(seconds=1))
    assert cast.start(cast.reviewers[1], Stage.REVIEW).item_id == revised.pk


def test_editors_get_the_worst_first(cast: Cast) -> None:
    mild = cast.judge(cast.write(), cast.reviewers[0], "edit")
    worse = cast.judge(cast.write(), cast.reviewers[0], "edit")
    Item.objects.filter(pk=worse.pk).update(attention=fresh(mild).attention + 1)
    assert cast.start(cast.editor, Stage.EDITING).item_id == worse.pk


def test_a_dispute_goes_to_somebody_who_has_not_judged_it(cast: Cast) -> None:
    member(cast.project, "reviewer-1", Role.EDITOR)
    disputed = cast.item_at(State.DISPUTED)
    empty_words(cast, cast.reviewers[0], Stage.ADJUDICATION)
    assert cast.start(cast.editor, Stage.ADJUDICATION).item_id == disputed.pk


def test_who_gave_an_item_up_does_not_settle_its_appeal(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    editing.give_up(person=cast.editor, item_id=item.pk, token=token, note="Nothing here can be saved.")
    cast.appeal(item, cast.manager)
    empty_words(cast, cast.editor, Stage.ADJUDICATION)
    assert cast.start(cast.other_editor, Stage.ADJUDICATION).item_id == item.pk


def test_other_projects_are_out_of_reach(cast: Cast) -> None:
    Cast("order-2").write()
    assert empty_words(cast, cast.reviewers[0], Stage.REVIEW) == "Nothing waits here."


def test_a_closed_project_hands_nothing_out(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(closed_at=timezone.now())
    with pytest.raises(Refused) as refused:
        cast.start(cast.author)
    assert refused.value.refusal.reason == "The project is closed."


def test_why_this_task_has_the_terms_of_the_choice(cast: Cast) -> None:
    why = cast.start(cast.author).why
    assert set(why) == {"fit", "need", "age", "weight", "run", "score", "own"}
    assert why["score"] == pytest.approx(why["fit"] * why["need"] * why["age"] * why["run"] * why["weight"], abs=0.01)
