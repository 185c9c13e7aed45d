"""Many people at once on real PostgreSQL: one winner each time, nobody waits for ever, no two do the same."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from accounts.roles import Role
from annotation import checking, editing, handing_out, invariants, reviewing, writing
from annotation.models import Assignment, Draft, Item, ItemEvent, Place, Review, Revision, Verdict
from annotation.places import set_target
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Action, Stage, State
from core.refusal import Refused
from tests.factories import COMPLETION, PROMPT, Cast, desk, fresh, member, texts

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Runs all at the same moment, each on a connection of its own; gives what each returned or raised.

    A lock that is waited for longer than two seconds, or a deadlock, is a database error and fails the test.
    """
    start = threading.Barrier(len(acts), timeout=PATIENCE)

    def run(act: Callable[[], object]) -> object:
        _leave_the_pool()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'; SET deadlock_timeout = '100ms'")
            start.wait()
            return act()
        except (Refused, writing.VersionConflict) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(run, act) for act in acts]
        answers = [future.exception(PATIENCE) or future.result() for future in futures]
    unexpected = [answer for answer in answers if isinstance(answer, Exception) and not _is_an_answer(answer)]
    assert unexpected == []
    return answers


def _leave_the_pool() -> None:
    """The web's pool is smaller than these crowds, and would let them in a few at a time."""
    own = connections["default"]
    own.settings_dict = {**own.settings_dict, "OPTIONS": {**own.settings_dict["OPTIONS"], "pool": False}}


def _is_an_answer(answer: Exception) -> bool:
    return isinstance(answer, Refused | writing.VersionConflict) and not isinstance(answer, DatabaseError)


def refusals(answers: Sequence[object]) -> list[Refused]:
    return [answer for answer in answers if isinstance(answer, Refused)]


def starting(cast: Cast, people: Sequence, stage: Stage = Stage.WRITING) -> list[Callable[[], object]]:
    desks = [desk(person, cast.project) for person in people]
    return [lambda at=at: handing_out.start_next(at, stage) for at in desks]


def crowd(cast: Cast, role: Role, size: int) -> list:
    return [member(cast.project, f"{role.value}-{number}", role) for number in range(100, 100 + size)]


def assert_all_is_well() -> None:
    assert invariants.violations() == {}


def test_seven_places_for_twenty_people() -> None:
    cast = Cast(target=7)
    answers = at_once(starting(cast, crowd(cast, Role.EXPERT, 20)))
    handed = [answer for answer in answers if isinstance(answer, Assignment)]
    assert len(handed) == 7
    assert len({assignment.item_id for assignment in handed}) == 7
    assert {refused.code for refused in refusals(answers)} == {"empty"}
    assert Place.objects.filter(taken=True).count() == Item.objects.count() == 7
    assert_all_is_well()


def test_five_items_for_twenty_reviewers() -> None:
    cast = Cast()
    items = {cast.write(person).pk for person in [cast.author] * 5}
    answers = at_once(starting(cast, crowd(cast, Role.REVIEWER, 20), Stage.REVIEW))
    handed = [answer.item_id for answer in answers if isinstance(answer, Assignment)]
    assert sorted(handed) == sorted(items)
    assert {refused.code for refused in refusals(answers)} == {"empty"}
    assert_all_is_well()


@pytest.mark.parametrize(
    ("state", "stage", "role"),
    [
        (State.IN_REVIEW, Stage.REVIEW, Role.REVIEWER),
        (State.IN_EDITING, Stage.EDITING, Role.EDITOR),
        (State.DISPUTED, Stage.ADJUDICATION, Role.EDITOR),
    ],
)
def test_one_item_for_twelve_people_has_one_winner(state: State, stage: Stage, role: Role) -> None:
    cast = Cast()
    item = cast.item_at(state)
    answers = at_once(starting(cast, crowd(cast, role, 12), stage))
    assert [answer.item_id for answer in answers if isinstance(answer, Assignment)] == [item.pk]
    assert len(refusals(answers)) == 11
    assert_all_is_well()


@pytest.mark.parametrize("stage", [Stage.WRITING, Stage.REVIEW])
def test_one_person_pressing_ten_times_gets_one_item(stage: Stage) -> None:
    cast = Cast()
    for _ in range(3):
        cast.write()
    person = cast.other_author if stage == Stage.WRITING else cast.reviewers[0]
    answers = at_once(starting(cast, [person] * 10, stage))
    assert len({answer.pk for answer in answers}) == 1
    assert Assignment.objects.filter(person=person).count() == 1
    assert_all_is_well()


def test_asking_for_another_ten_times_stays_under_the_cap() -> None:
    cast = Cast(open_cap=3)
    at = desk(cast.author, cast.project)
    answers = at_once([lambda: handing_out.start_next(at, Stage.WRITING, another=True)] * 10)
    assert Counter(type(answer) for answer in answers) == {Assignment: 3, Refused: 7}
    assert Item.objects.filter(author=cast.author).count() == 3
    assert_all_is_well()


def test_a_returned_item_opened_in_many_tabs_is_revised_once() -> None:
    cast = Cast()
    item = cast.item_at(State.RETURNED)
    at = desk(cast.author, cast.project)
    acts = [lambda: handing_out.take_back(at, item.pk), lambda: handing_out.start_next(at, Stage.WRITING)] * 5
    assert {answer.item_id for answer in at_once(acts)} == {item.pk}
    assert ItemEvent.objects.filter(item=item, action=Action.REVISE).count() == 1
    assert_all_is_well()


def test_one_submit_many_times_makes_one_revision_and_one_event() -> None:
    cast = Cast()
    assignment = cast.start(cast.author)
    written = texts()
    answers = at_once([lambda: cast.submit(assignment, written)] * 10)
    assert refusals(answers) == []
    assert Revision.objects.count() == 1
    assert ItemEvent.objects.filter(action=Action.SUBMIT).count() == 1
    checking.check_item(assignment.item_id)
    assert_all_is_well()


def test_one_judgement_many_times_makes_one_review() -> None:
    cast = Cast()
    item = cast.write()
    token = str(cast.review_of(item, cast.reviewers[0]).token)
    judgement = Judgement(Verdict.ACCEPT, dict.fromkeys(CRITERIA, 4))

    def act() -> object:
        return reviewing.judge(person=cast.reviewers[0], item_id=item.pk, token=token, judgement=judgement)

    assert refusals(at_once([act] * 10)) == []
    assert Review.objects.count() == 1
    assert_all_is_well()


def test_an_edit_finished_and_given_up_at_once_has_one_outcome() -> None:
    cast = Cast()
    item = cast.item_at(State.IN_EDITING)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    edit = editing.Edit(Written.of(item.current.prompt, item.current.completion + " It keeps a record."))
    at_once(
        [
            lambda: editing.finish(person=cast.editor, item_id=item.pk, token=token, edit=edit),
            lambda: editing.give_up(person=cast.editor, item_id=item.pk, token=token, note="It cannot be saved."),
        ]
        * 4
    )
    taken = ItemEvent.objects.filter(item=item, action__in=[Action.FINISH_EDIT, Action.GIVE_UP]).count()
    assert taken == 1
    checking.check_item(item.pk)
    assert_all_is_well()


@pytest.mark.parametrize("attempt", range(4))
def test_a_submit_while_the_lease_lapses_has_exactly_one_outcome_and_keeps_the_text(attempt: int) -> None:
    cast = Cast()
    assignment = cast.start(cast.author)
    written = Written.of(PROMPT, f"{COMPLETION} ({attempt})")
    writing.save_draft(
        person=cast.author, item=assignment.item, token=str(assignment.token), version=0, written=written, signals={}
    )
    Assignment.objects.filter(pk=assignment.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    lapse = [lambda: handing_out.lapse_overdue_leases(timezone.now())] * 2
    submit = [lambda: cast.submit(assignment, written)] * 2
    at_once([*lapse, *submit] if attempt % 2 else [*submit, *lapse])
    item = fresh(assignment.item)
    submitted, draft = item.current, Draft.objects.filter(item=item, person=cast.author).first()
    assert (item.state, submitted is None) in [(State.CHECKING, False), (State.SET_ASIDE, True)]
    kept = submitted or draft
    assert kept.completion == written.completion
    assert item.event_count == 2
    assignment.refresh_from_db()
    assert assignment.outcome in ("done", "lapsed")
    checking.check_item(item.pk)
    assert_all_is_well()


def test_two_windows_saving_the_same_version_have_one_conflict() -> None:
    cast = Cast()
    assignment = cast.start(cast.author)
    numbers = count(1)

    def save(text: str, version: int) -> writing.Saved:
        return writing.save_draft(
            person=cast.author, item=assignment.item, token=str(assignment.token), version=version,
            written=Written.of(PROMPT, text), signals={"save": next(numbers)},
        )  # fmt: skip

    for version in range(4):
        texts_of_windows = [f"First window {version}", f"Second window {version}"]
        answers = at_once([lambda text=text, version=version: save(text, version) for text in texts_of_windows])
        assert Counter(type(answer) for answer in answers) == {writing.Saved: 1, writing.VersionConflict: 1}
        winner = next(index for index, answer in enumerate(answers) if isinstance(answer, writing.Saved))
        assert Draft.objects.get().completion == texts_of_windows[winner]
        assert Draft.objects.get().version == version + 1


def test_a_text_checked_by_many_workers_moves_on_once() -> None:
    cast = Cast()
    item = cast.submit(cast.start(cast.author))
    at_once([lambda: checking.check_item(item.pk)] * 6)
    assert fresh(item).state == State.IN_REVIEW
    assert fresh(item).event_count == 3
    assert_all_is_well()


def test_a_target_lowered_while_people_claim_never_overshoots() -> None:
    cast = Cast(target=12)
    people = crowd(cast, Role.EXPERT, 12)
    lower = [lambda target=target: set_target(cast.cell, target) for target in (9, 6, 4)]
    answers = at_once([*starting(cast, people), *lower])
    cast.cell.refresh_from_db()
    assert Item.objects.count() <= cast.cell.target
    assert Place.objects.filter(cell=cast.cell).count() == cast.cell.target
    assert {refused.code for refused in refusals(answers[:12])} <= {"empty"}
    assert_all_is_well()


def test_giving_back_and_coming_back_at_once_keeps_the_books_straight() -> None:
    cast = Cast(target=4, open_cap=50)
    people = crowd(cast, Role.EXPERT, 8)
    first = [cast.start(person) for person in people[:4]]
    for assignment in first:
        at = desk(assignment.person, cast.project)
        handing_out.hand_back(at, assignment.item_id, str(assignment.token), "no_time")
    second = [cast.start(person) for person in people[4:]]
    desks = {person.pk: desk(person, cast.project) for person in people}
    back = [lambda one=one: handing_out.take_back(desks[one.person_id], one.item_id) for one in first]
    away = [
        lambda one=one: handing_out.hand_back(desks[one.person_id], one.item_id, str(one.token), "no_time")
        for one in second
    ]
    at_once([*back, *away, lambda: set_target(cast.cell, 5)])
    assert Item.objects.filter(state=State.WRITING).count() == 4
    assert_all_is_well()


def test_reviews_of_one_item_by_two_people_never_happen_at_once() -> None:
    """The second reviewer only gets the item after the first has judged."""
    cast = Cast()
    item = cast.write()
    first = cast.review_of(item, cast.reviewers[0])
    judgement = Judgement(Verdict.ACCEPT, dict.fromkeys(CRITERIA, 4))
    at = desk(cast.reviewers[1], cast.project)
    answers = at_once(
        [
            lambda: reviewing.judge(
                person=cast.reviewers[0], item_id=item.pk, token=str(first.token), judgement=judgement
            ),
            *[lambda: handing_out.start_next(at, Stage.REVIEW)] * 4,
        ]
    )
    handed = {answer.pk for answer in answers if isinstance(answer, Assignment)}
    assert len(handed) <= 1
    assert Assignment.objects.filter(item=item, ended_at=None).count() == len(handed)
    assert_all_is_well()
