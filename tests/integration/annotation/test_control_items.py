"""Control items and blind second looks: like any other item to whoever judges them, and counted nowhere."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import handing_out, waiting
from annotation.dashboards import cell_figures
from annotation.delivering import exportable
from annotation.invariants import INVARIANTS
from annotation.item_lists import counted_items
from annotation.learning import testing_items
from annotation.models import Control, ItemEvent, Look, Membership, Review, Verdict
from annotation.places import free_places
from annotation.reviewers import controls, copies, second_looks
from annotation.workflow import Stage, State
from core.refusal import Refused
from experts.models import Outcome, ReviewerOutcome
from tests.factories import Cast, cell, desk, fresh, member
from tests.failing import fails_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted() -> Cast:
    """A rejected item is a control; reviewer-3, who never saw it, gets a control item at every turn."""
    return planting(Cast(control_percent_new=30, second_look_percent=0))


def planting(cast: Cast, state: State = State.REJECTED) -> Cast:
    cast.source = cast.item_at(state)
    cast.control = controls.make(desk(cast.manager, cast.project), cast.source)
    for _ in range(copies.BORN_PER_NUMBER):
        cast.write(cast.other_author)
    copies.lay_by_numbers(cast.project.pk)
    return cast


def turn_of(cast: Cast, person: User) -> int:
    return next(n for n in range(50) if controls.is_slot(cast.project, person, n))


def handed_a_copy(cast: Cast, person: User | None = None) -> tuple[Look, str]:
    """Judges what comes until the copy does; gives its look and token."""
    person = person or cast.reviewers[2]
    for _ in range(turn_of(cast, person)):
        assignment = cast.start(person, Stage.REVIEW)
        assert not assignment.item.is_control
        handing_out.hand_back(desk(person, cast.project), assignment.item_id, str(assignment.token), "no_time")
    assignment = cast.start(person, Stage.REVIEW)
    assert assignment.item.is_control
    return Look.objects.select_related("item", "control").get(item=assignment.item), str(assignment.token)


def broken() -> dict[str, list]:
    return {one.rule: rows for one in INVARIANTS if (rows := one.broken())}


def test_a_lead_makes_a_control_item_of_what_is_known_in_one_click(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    made = controls.make(desk(cast.manager, cast.project), item)
    assert (made.verdict, made.reasons, made.revision_id) == ("reject", ["factually_wrong"], item.current_id)


@pytest.mark.parametrize(("decision", "verdict"), [("accept", "accept"), ("edit", "edit"), ("reject", "reject")])
def test_an_adjudication_is_known(cast: Cast, decision: str, verdict: str) -> None:
    item = cast.adjudicate(cast.item_at(State.DISPUTED), decision)
    known = controls.known_of(item)
    assert known is not None
    assert known.verdict == verdict
    assert known.reasons == ([] if verdict == "accept" else ["factually_wrong"])


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.RETURNED, State.IN_EDITING, State.DISPUTED])
def test_what_nobody_knows_is_refused(cast: Cast, state: State) -> None:
    item = cast.item_at(state)
    with pytest.raises(Refused, match="not known"):
        controls.make(desk(cast.manager, cast.project), item)


def test_the_same_text_is_a_control_once_and_only_for_managers(cast: Cast) -> None:
    item = cast.item_at(State.ACCEPTED)
    with pytest.raises(Refused, match="Only a manager"):
        controls.make(desk(cast.editor, cast.project), item)
    controls.make(desk(cast.manager, cast.project), item)
    with pytest.raises(Refused, match="already"):
        controls.make(desk(cast.manager, cast.project), item)


@pytest.mark.parametrize("percent", [1, 3, 4, 5, 10, 30])
def test_the_share_holds_in_every_run_and_nobody_can_count_along(cast: Cast, percent: int) -> None:
    cast.project.control_percent, cast.project.control_new_until = percent, 0
    run = round(100 / percent)
    places = set()
    for person in cast.reviewers:
        slots = [controls.is_slot(cast.project, person, n) for n in range(40 * run)]
        assert all(sum(slots[first : first + run]) == 1 for first in range(0, 40 * run, run))
        places |= {slots.index(True, first) - first for first in range(0, 40 * run, run)}
    assert len(places) > min(run, 20) // 2


def test_new_reviewers_meet_more_of_them(cast: Cast) -> None:
    person = cast.reviewers[0]
    assert sum(controls.is_slot(cast.project, person, n) for n in range(50)) == 5
    assert sum(controls.is_slot(cast.project, person, n) for n in range(50, 1050)) == 40


def test_none_is_planted_where_the_share_is_zero(planted: Cast) -> None:
    planted.project.control_percent_new = 0
    assert not any(controls.is_slot(planted.project, planted.reviewers[2], n) for n in range(50))


def test_the_planted_copy_is_answered_and_recorded_with_the_truth(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "accept")
    outcome = ReviewerOutcome.objects.get()
    assert (outcome.reviewer, outcome.kind, outcome.said, outcome.truth) == (
        planted.reviewers[2], "control", "accept", "reject",
    )  # fmt: skip
    assert outcome.reasons_true == ["factually_wrong"]
    look.refresh_from_db()
    assert (look.agrees, look.judged_at is not None) == (False, True)
    assert fresh(planted.source).state == State.REJECTED


@pytest.mark.parametrize("state", [State.REJECTED, State.ACCEPTED])
@pytest.mark.parametrize("verdict", ["accept", "return", "edit", "reject"])
def test_every_answer_leaves_every_rule_and_every_count_as_it_was(verdict: str, state: State) -> None:
    cast = planting(Cast(target=20, control_percent_new=30, second_look_percent=0), state)
    before = counts(cast)
    look, _ = handed_a_copy(cast)
    judged = cast.judge(look.item, cast.reviewers[2], verdict)
    assert counts(cast) == before
    assert broken() == {}
    controls.move_on(look.pk, timezone.now() + timedelta(hours=40))
    assert fresh(judged).state in (State.ACCEPTED, State.REJECTED, State.SET_ASIDE)
    assert counts(cast) == before
    assert broken() == {}


def counts(cast: Cast) -> tuple:
    return (
        counted_items(cast.project).count(),
        exportable(cast.project).count(),
        Outcome.objects.count(),
        cell_figures(cast.project),
        waiting.flagged_for_editing(desk(cast.editor, cast.project), "")[1],
        waiting.disputes(desk(cast.editor, cast.project)),
        cast.cell.places.filter(taken=True).count(),
        free_places(cast.cell),
    )


def test_nobody_else_is_handed_a_copy(planted: Cast) -> None:
    look, token = handed_a_copy(planted)
    handing_out.hand_back(desk(planted.reviewers[2], planted.project), look.item_id, token, "no_time")
    newcomer = member(planted.project, "reviewer-9", Role.REVIEWER)
    planted.project.control_percent_new = 0
    planted.project.save()
    handed = set()
    for _ in range(copies.BORN_PER_NUMBER):
        item = planted.start(newcomer, Stage.REVIEW).item
        handed.add(item.is_control)
        planted.judge(item, newcomer, "accept")
    assert handed == {False}


def test_editors_and_adjudicators_are_never_handed_a_copy(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "edit")
    for stage in (Stage.EDITING, Stage.ADJUDICATION):
        with pytest.raises(Refused):
            planted.start(planted.editor, stage)


@pytest.mark.parametrize("who", ["author", "first reviewer", "maker"])
def test_whoever_knows_the_original_never_gets_its_copy(planted: Cast, who: str) -> None:
    person = {
        "author": member(planted.project, "expert-en-law", Role.REVIEWER),
        "first reviewer": planted.reviewers[0],
        "maker": member(planted.project, "manager-1", Role.REVIEWER),
    }[who]
    assert controls.choose(desk(person, planted.project), planted.source) is None


def test_nobody_gets_the_same_control_twice(planted: Cast) -> None:
    handed_a_copy(planted)
    assert controls.choose(desk(planted.reviewers[2], planted.project), planted.source) is None


def test_a_control_of_a_cell_they_are_not_admitted_to_is_not_chosen(planted: Cast) -> None:
    other = cell(planted.project, domain="medicine")
    Control.objects.update(cell=other)
    assert controls.choose(desk(planted.reviewers[2], planted.project), planted.source) is None


def test_whoever_may_look_items_up_gets_no_copy(planted: Cast) -> None:
    lead = member(planted.project, "lead-1", Role.REVIEWER, Role.EDITOR)
    for _ in range(8):
        item = planted.start(lead, Stage.REVIEW).item
        assert not item.is_control
        planted.judge(item, lead, "accept")


def test_it_is_retired_after_so_many_showings_or_by_a_person(planted: Cast) -> None:
    at = desk(planted.reviewers[2], planted.project)
    assert controls.choose(at, planted.source) is not None
    Control.objects.update(shown=planted.project.control_showings)
    assert controls.choose(at, planted.source) is None
    Control.objects.update(shown=0)
    controls.retire(planted.control, planted.manager)
    assert controls.choose(at, planted.source) is None
    controls.bring_back(planted.control)
    assert controls.choose(at, planted.source) is not None


def test_the_verdict_met_least_comes_first(planted: Cast) -> None:
    """The person has met a rejection; of two controls they have not seen, the accepted one comes before."""
    handed_a_copy(planted)
    others = {}
    for verdict in ("reject", "accept"):
        item = planted.write(planted.other_author)
        others[verdict] = Control.objects.create(
            project=planted.project, cell=planted.cell, source=item, revision=item.current, verdict=verdict,
            reasons=[] if verdict == "accept" else ["factually_wrong"], made_by=planted.manager,
            made_at=timezone.now(),
        )  # fmt: skip
    following = controls.choose(desk(planted.reviewers[2], planted.project), planted.source)
    assert following is not None
    assert following.control == others["accept"]


def test_no_copy_comes_before_a_number_was_laid_by(cast: Cast) -> None:
    cast.project.control_percent_new = 30
    cast.project.save()
    controls.make(desk(cast.manager, cast.project), cast.item_at(State.REJECTED))
    cast.write(cast.other_author)
    assert not any(cast.start(cast.reviewers[2], Stage.REVIEW).item.is_control for _ in range(3))


def test_its_number_lies_among_the_others(planted: Cast) -> None:
    planted.write(planted.other_author)
    look, _ = handed_a_copy(planted)
    later = planted.write(planted.other_author)
    assert planted.source.pk < look.item_id < later.pk


def test_what_waits_goes_down_by_one_as_ever(planted: Cast) -> None:
    reviewer = planted.reviewers[2]
    for _ in range(turn_of(planted, reviewer)):
        planted.judge(planted.start(reviewer, Stage.REVIEW).item, reviewer, "accept")
    before = waiting.count_for_review(desk(reviewer, planted.project))
    look, _ = handed_a_copy_now(planted)
    assert waiting.count_for_review(desk(reviewer, planted.project)) == before - 1
    planted.judge(look.item, reviewer, "accept")
    assert waiting.count_for_review(desk(reviewer, planted.project)) == before - 1


def handed_a_copy_now(cast: Cast) -> tuple[Look, str]:
    assignment = cast.start(cast.reviewers[2], Stage.REVIEW)
    return Look.objects.select_related("item", "control").get(item=assignment.item), str(assignment.token)


# What may differ between two pages of different items: numbers, tokens, texts of the item.
NOISE = [
    (
        r"(value|content)=\"[A-Za-z0-9]{64}\"|value=\"[0-9a-f-]{36}\"|nonce=\"[^\"]+\"|[0-9a-f]{8}-[0-9a-f-]{27}",
        "token",
    ),
    (r"\d+", "0"),
    (r"1st|2nd|0st|0nd", "nth"),
    (r"\s+", " "),
]


def told(html: str, item) -> str:
    for text in (item.current.prompt, item.current.completion):
        html = html.replace(text, "text")
    html = html.replace("&#x27;", "'")
    for pattern, plain in NOISE:
        html = re.sub(pattern, plain, html)
    return html


def get(person: User, path: str, **headers: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(path, headers=headers or None)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def the_like(cast: Cast, pretends: bool) -> object:
    """A real item in the same position: looked at by nobody, or accepted by one."""
    item = cast.write(cast.other_author)
    if pretends:
        newcomer = member(cast.project, "reviewer-9", Role.REVIEWER)
        cast.project.control_percent_new = 0
        cast.project.save()
        while (first := cast.start(newcomer, Stage.REVIEW).item) != item:
            cast.judge(first, newcomer, "accept")
        item = cast.judge(item, newcomer, "accept", note="")
    return item


@pytest.mark.parametrize("verdict", ["accept", "return", "edit", "reject"])
def test_every_page_and_answer_is_like_that_of_a_real_item(planted: Cast, verdict: str) -> None:
    reviewer = planted.reviewers[2]
    look, _ = handed_a_copy(planted)
    real = the_like(planted, look.pretends_accept)
    real_reviewer = member(planted.project, "reviewer-8", Role.REVIEWER)
    while (item := planted.start(real_reviewer, Stage.REVIEW).item) != real:
        assignment = planted.start(real_reviewer, Stage.REVIEW)
        planted.judge(item, real_reviewer, "accept")
        del assignment
    pairs = [(reviewer, fresh(look.item)), (real_reviewer, fresh(real))]
    for path in ("review/{pk}/", "items/{pk}/"):
        copy, like = (told(get(p, f"/p/order-1/{path.format(pk=i.pk)}"), i) for p, i in pairs)
        assert copy.split("> <") == like.split("> <"), path
    for person, item in pairs:
        planted.judge(item, person, verdict)
    pairs = [(person, fresh(item)) for person, item in pairs]
    assert pairs[0][1].state == pairs[1][1].state
    for path in ("items/{pk}/",):
        copy, like = (told(get(p, f"/p/order-1/{path.format(pk=i.pk)}"), i) for p, i in pairs)
        assert copy.split("> <") == like.split("> <"), path
    actions = [list(ItemEvent.objects.filter(item=i).values_list("action", "source", "target")) for _, i in pairs]
    assert actions[0] == actions[1]
    keys = [ItemEvent.objects.filter(item=i).last().data.keys() for _, i in pairs]
    assert keys[0] == keys[1]


def test_the_assignment_says_the_same_things_of_its_choice(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    copy = look.item.assignments.get()
    real = planted.start(member(planted.project, "reviewer-8", Role.REVIEWER), Stage.REVIEW)
    assert copy.why.keys() == real.why.keys()
    assert (copy.leased_until - copy.claimed_at) == (real.leased_until - real.claimed_at)


def test_afterwards_others_seem_to_have_gone_on_with_it(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "reject")
    later = timezone.now() + timedelta(hours=40)
    assert controls.tend(later) == 1
    html = get(planted.reviewers[2], f"/p/order-1/items/{look.item_id}/")
    assert "stand-in" not in html
    assert "a reviewer" in html or "an editor" in html
    assert fresh(look.item).state == State.REJECTED
    assert controls.tend(later) == 0


def test_what_cannot_be_tended_is_told_of_and_taken_up_again(planted: Cast, caplog: pytest.LogCaptureFixture) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "reject")
    later = timezone.now() + timedelta(hours=40)
    with fails_for(copies, "move_on", lambda *_: True):
        assert controls.tend(later) == 0
    assert f"Look {look.pk} was left" in caplog.text
    with fails_for(copies, "lay_by_numbers", lambda _project: True):
        assert controls.tend(later) == 1, "copies move on where no numbers can be laid by"
    assert f"Project {planted.project.pk} was left" in caplog.text


def test_a_returned_copy_lies_with_its_author_for_days_before_its_place_is_given_away(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "return")
    assert controls.tend(timezone.now() + timedelta(hours=40)) == 0
    assert fresh(look.item).state == State.RETURNED
    assert controls.tend(timezone.now() + timedelta(hours=40) + copies.LEFT_LYING) == 1
    assert fresh(look.item).state == State.SET_ASIDE


def test_a_copy_has_moments_of_its_own_between_those_of_its_neighbors(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    copy, instead = fresh(look.item), fresh(look.displaced)
    others = planted.project.items.filter(is_control=False)
    before = others.filter(pk__lt=copy.pk).order_by("-pk").first()
    after = others.filter(pk__gt=copy.pk).order_by("pk").first()
    assert before.created_at <= copy.created_at <= (after.created_at if after else timezone.now())
    assert copy.created_at < copy.state_since <= timezone.now()
    assert {copy.created_at, copy.state_since}.isdisjoint({instead.created_at, instead.state_since})


def test_what_somebody_met_a_copy_of_never_comes_to_them_itself(planted: Cast) -> None:
    """An accepted or rejected text may be opened again by an appeal, or by an edit that changed its meaning."""
    look, _ = handed_a_copy(planted)
    person = planted.reviewers[2]
    planted.judge(look.item, person, "accept")
    planted.project.items.filter(pk=look.displaced_id).update(state_since=timezone.now() - timedelta(days=9))
    Look.objects.filter(pk=look.pk).update(source=look.displaced_id, displaced=None)
    open_now = waiting._open_reviews(desk(person, planted.project)).values_list("pk", flat=True)
    assert look.displaced_id not in open_now
    assert planted.start(person, Stage.REVIEW).item_id != look.displaced_id


def test_a_copy_in_hand_does_not_move_on(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    controls.tend(timezone.now() + timedelta(hours=40))
    assert fresh(look.item).state == State.IN_REVIEW


def test_a_copy_is_locked_before_its_look_as_a_verdict_does(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "reject")
    with CaptureQueriesContext(connection) as asked:
        controls.move_on(look.pk, timezone.now() + timedelta(hours=40))
    locked = [one["sql"].split('FROM "')[1].split('"')[0] for one in asked if "FOR UPDATE" in one["sql"]]
    assert locked[:2] == ["annotation_item", "annotation_look"]


def test_the_item_it_was_handed_out_for_waits_for_others_and_comes_back(planted: Cast) -> None:
    reviewer = planted.reviewers[2]
    look, _ = handed_a_copy(planted)
    assert not fresh(look.displaced).leased
    planted.judge(look.item, reviewer, "accept")
    open_now = set(waiting._open_reviews(desk(reviewer, planted.project)).values_list("pk", flat=True))
    assert look.displaced_id not in open_now
    Look.objects.update(moves_on_at=timezone.now())
    assert look.displaced_id in set(waiting._open_reviews(desk(reviewer, planted.project)).values_list("pk", flat=True))


def test_a_control_needs_its_control_in_the_database(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    with pytest.raises(IntegrityError), transaction.atomic():
        Look.objects.filter(pk=look.pk).update(control=None)


def test_feedback_at_once_only_where_the_project_wants_it(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    item = planted.judge(look.item, planted.reviewers[2], "accept")
    assert controls.what_it_was(planted.project, item) == ""
    planted.project.control_feedback = True
    assert "reject" in controls.what_it_was(planted.project, item)
    assert controls.what_it_was(planted.project, planted.source) == ""


@pytest.fixture
def looked_again() -> Cast:
    """Every settled review is looked at again by reviewer-3, at every turn of theirs."""
    cast = Cast(target=30, control_percent_new=0, control_percent=0, second_look_percent=100)
    cast.source = cast.item_at(State.ACCEPTED)
    for _ in range(copies.BORN_PER_NUMBER):
        cast.write(cast.other_author)
    copies.lay_by_numbers(cast.project.pk)
    return cast


@pytest.mark.parametrize(("verdict", "agrees"), [("accept", True), ("return", False)])
def test_a_second_look_is_blind_and_changes_nothing(looked_again: Cast, verdict: str, agrees: bool) -> None:
    assert Look.objects.get().item is None
    item = looked_again.start(looked_again.reviewers[2], Stage.REVIEW).item
    assert item.is_control
    looked_again.judge(item, looked_again.reviewers[2], verdict)
    look = Look.objects.get(item=item)
    assert look.agrees is agrees
    assert fresh(looked_again.source).state == State.ACCEPTED
    pairs = set(ReviewerOutcome.objects.values_list("reviewer__name", "kind", "said", "truth"))
    assert pairs == {
        ("reviewer-1", "second", "accept", verdict),
        ("reviewer-2", "second", "accept", verdict),
        ("reviewer-3", "second", verdict, "accept"),
    }
    editor = desk(looked_again.editor, looked_again.project)
    assert [one.pk for one in second_looks.disagreeing(editor)] == ([] if agrees else [look.pk])
    second_looks.put_away(look.pk, looked_again.project, looked_again.editor)
    assert second_looks.disagreeing(editor) == []
    assert broken() == {}


def disagreed(cast: Cast) -> Look:
    item = cast.start(cast.reviewers[2], Stage.REVIEW).item
    cast.judge(item, cast.reviewers[2], "return")
    return Look.objects.get(item=item)


def test_an_editor_finds_the_disagreement_at_home_and_puts_it_away(looked_again: Cast) -> None:
    cast, home = looked_again, f"/p/{looked_again.project.slug}/edit/"
    look = disagreed(cast)
    html = get(cast.editor, home)
    for one in ("Second look disagrees", f"/items/{look.source_id}/", f"/items/{look.item_id}/"):
        assert one in html
    client = Client()
    client.force_login(cast.editor)
    put_away = re.search(r'action="([^"]+)"[^>]*><input[^>]*><input type="hidden" name="back" value="edit">', html)
    assert put_away
    assert client.post(put_away.group(1), {"back": "edit"})["Location"] == home
    assert "Second look disagrees" not in get(cast.editor, home)


def test_an_editor_is_not_led_to_who_looked_again_at_their_own_text(looked_again: Cast) -> None:
    disagreed(looked_again)
    Membership.objects.create(project=looked_again.project, user=looked_again.author, role=Role.EDITOR)
    assert "Second look disagrees" not in get(looked_again.author, f"/p/{looked_again.project.slug}/edit/")


def test_second_looks_cost_the_editors_home_one_statement(
    looked_again: Cast, django_assert_num_queries: object
) -> None:
    disagreed(looked_again)
    editor = desk(looked_again.editor, looked_again.project)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [(str(one.cell), one.revision.prompt) for one in second_looks.disagreeing(editor)]


def test_who_knows_the_item_never_looks_again(looked_again: Cast) -> None:
    for person in (looked_again.reviewers[0], looked_again.author):
        assert second_looks.choose(desk(person, looked_again.project), looked_again.source) is None


@pytest.mark.parametrize(
    ("state", "does", "expected"),
    [
        (State.IN_EDITING, lambda cast, item: cast.edit(item), {("reviewer-1", "edit", "accept")}),
        (
            State.IN_EDITING,
            lambda cast, item: cast.edit(item, completion="Another answer: it must answer within two months."),
            {("reviewer-1", "edit", "edit")},
        ),
        (
            State.DISPUTED,
            lambda cast, item: cast.adjudicate(item, "accept"),
            {("reviewer-1", "accept", "accept"), ("reviewer-2", "reject", "accept")},
        ),
        (
            State.DISPUTED,
            lambda cast, item: cast.adjudicate(item, "reject"),
            {("reviewer-1", "accept", "reject"), ("reviewer-2", "reject", "reject")},
        ),
    ],
)
def test_what_editors_decide_is_held_against_what_reviewers_said(cast: Cast, state, does, expected) -> None:
    does(cast, cast.item_at(state))
    rows = ReviewerOutcome.objects.filter(kind="correction").values_list("reviewer__name", "said", "truth")
    assert set(rows) == expected


def test_a_small_edit_of_an_accepted_text_says_nothing_against_whoever_accepted_it(cast: Cast) -> None:
    cast.project.spot_check_percent = 100
    cast.project.save()
    item = cast.write()
    item = cast.judge(cast.judge(item, cast.reviewers[0], Verdict.ACCEPT), cast.reviewers[1], Verdict.ACCEPT)
    assert item.state == State.IN_EDITING
    cast.edit(item, completion=item.current.completion + " It keeps a record.")
    assert not ReviewerOutcome.objects.exists()


def test_reviewer_outcomes_are_never_changed(planted: Cast) -> None:
    look, _ = handed_a_copy(planted)
    planted.judge(look.item, planted.reviewers[2], "accept")
    for change in (lambda: ReviewerOutcome.objects.update(said="reject"), ReviewerOutcome.objects.all().delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_nobody_stands_in_as_a_reviewer_of_items_that_count(planted: Cast) -> None:
    handed_a_copy(planted)
    people = {person.pk for person in copies.stand_ins().values()}
    assert not Review.objects.filter(reviewer__in=people, item__is_control=False).exists()
    assert not any(person.is_active or person.has_usable_password() for person in copies.stand_ins().values())


def test_what_is_in_a_test_is_no_control_and_the_other_way_round(cast: Cast) -> None:
    lead, item = desk(cast.manager, cast.project), cast.item_at(State.ACCEPTED)
    in_test, _ = testing_items.use_in_test(item, cast.editor)
    with pytest.raises(Refused, match="is in a test") as refused:
        controls.make(lead, item)
    assert refused.value.status == 409
    testing_items.retire(in_test)
    control = controls.make(lead, item)
    with pytest.raises(Refused, match="measures reviewers"):
        testing_items.use_in_test(item, cast.editor)
    controls.retire(control, cast.manager)
    testing_items.use_in_test(item, cast.editor)
    with pytest.raises(Refused, match="is in a test"):
        controls.bring_back(control)


def test_the_button_says_why_an_item_of_a_test_makes_no_control(cast: Cast) -> None:
    item = cast.item_at(State.ACCEPTED)
    testing_items.use_in_test(item, cast.editor)
    client = Client()
    client.force_login(cast.manager)
    assert (
        "whoever has taken it knows the answer"
        in client.get(f"/p/{cast.project.slug}/items/{item.pk}/").content.decode()
    )
