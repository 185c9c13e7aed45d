"""Trainings and disputes: what keeps outcomes from counting, or makes them count less."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction

from accounts.models import User
from experts import holds, outcomes, recomputing
from experts.models import Outcome, OutcomeHold, Standing, Training
from experts.rules import Rule
from experts.standing import record_outcome, record_training
from tests.factories import user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROJECT = 7
CELL = {"language_id": "en", "domain_id": "law", "skill": "extraction"}
ACCEPTED, RETURNED, REJECTED = Outcome.Kind.ACCEPTED, Outcome.Kind.RETURNED, Outcome.Kind.REJECTED


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def slipping(db: None) -> User:
    """Twelve of sixteen rejected, an hour apart, beside a colleague who is fine; items 1 to 16."""
    for item in range(100, 140):
        judged(user("colleague-1"), item, ACCEPTED, NOW - timedelta(days=1))
    person = user("expert-en-law")
    for item in range(1, 17):
        judged(person, item, ACCEPTED if item % 4 == 0 else REJECTED, NOW - timedelta(hours=20 - item))
    return person


def judged(person: User, item: int, kind: Outcome.Kind, at: datetime) -> Outcome:
    return record_outcome(user=person, project_id=PROJECT, item_id=item, kind=kind, judged_by=None, at=at, **CELL)


def recomputed(person: User, now: datetime = NOW) -> Standing:
    recomputing.recompute_due(now)
    return Standing.objects.get(user=person, project_id=PROJECT)


def counted(standing: Standing) -> set[int]:
    return set(Outcome.objects.filter(pk__in=standing.inputs["outcomes"]).values_list("item_id", flat=True))


def test_a_passed_training_makes_its_person_due_and_raises_the_weight(slipping: User) -> None:
    before = recomputed(slipping)
    record_training(slipping, PROJECT, 1, NOW)
    assert recomputing.due(NOW) == {PROJECT: [slipping.pk]}
    after = recomputed(slipping)
    assert before.weight < after.weight
    assert recomputing.due(NOW) == {}


def test_a_second_training_within_thirty_days_changes_nothing_and_one_later_does(slipping: User) -> None:
    for hour in range(16):
        judged(slipping, 20 + hour, REJECTED, NOW - timedelta(minutes=60 - hour))
    record_training(slipping, PROJECT, 1, NOW)
    once = recomputed(slipping).weight
    record_training(slipping, PROJECT, 2, NOW + timedelta(minutes=1))
    assert recomputed(slipping).weight == once
    later = NOW + timedelta(days=31)
    without = recomputed(slipping, later).weight
    record_training(slipping, PROJECT, 2, later)
    assert recomputed(slipping, later).weight > without


def test_what_is_decided_after_the_training_counts_whole(slipping: User) -> None:
    record_training(slipping, PROJECT, 1, NOW - timedelta(days=2))
    record_training(slipping, PROJECT, 1, NOW - timedelta(days=40))
    assert recomputed(slipping).inputs["score"]["effective"] == pytest.approx(
        sum(2 ** (-age / 30) for age in range(16)), abs=0.1
    )


def test_a_training_never_harms_a_good_record(db: None) -> None:
    person = user("expert-en-law")
    for item in range(20):
        judged(person, item, ACCEPTED, NOW - timedelta(days=2))
    record_training(person, PROJECT, 1, NOW - timedelta(days=1))
    for item in range(30, 36):
        judged(person, item, REJECTED, NOW)
    trained = recomputed(person).inputs["score"]
    other = user("expert-de-law")
    for item in range(40, 60):
        judged(other, item, ACCEPTED, NOW - timedelta(days=2))
    for item in range(60, 66):
        judged(other, item, REJECTED, NOW)
    assert trained["low"] <= recomputed(other).inputs["score"]["low"]


def test_a_disputed_outcome_counts_for_nothing_until_it_is_upheld(slipping: User) -> None:
    first = recomputed(slipping)
    assert 15 in counted(first)
    held = holds.hold(slipping, PROJECT, 15, NOW)
    assert held is not None
    assert holds.hold(slipping, PROJECT, 15, NOW + timedelta(hours=1)) == held, "twice is once"
    assert recomputing.due(NOW) == {PROJECT: [slipping.pk]}
    during = recomputed(slipping)
    assert 15 not in counted(during)
    assert during.low < first.low
    holds.settle(PROJECT, 15, "upheld", NOW + timedelta(days=1))
    assert 15 in counted(recomputed(slipping))


@pytest.mark.parametrize("ending", ["overturned", "unclear"])
def test_an_overturned_or_unclear_outcome_never_counts_again(slipping: User, ending: str) -> None:
    holds.hold(slipping, PROJECT, 15, NOW - timedelta(hours=1))
    judged(slipping, 15, REJECTED, NOW - timedelta(minutes=30))  # the adjudicator's word, while the appeal runs
    assert 15 not in counted(recomputed(slipping))
    assert holds.settle(PROJECT, 15, ending, NOW) is not None
    assert 15 not in counted(recomputed(slipping))
    judged(slipping, 15, ACCEPTED, NOW)
    assert 15 in counted(recomputed(slipping)), "what comes of the item counts as always"
    judged(slipping, 15, REJECTED, NOW + timedelta(hours=1))
    assert counted(recomputed(slipping, NOW + timedelta(hours=1))) >= {15}, "and so does a later refusal"


def test_the_first_ending_stands_and_nothing_disputed_ends_nothing(slipping: User) -> None:
    assert holds.hold(slipping, PROJECT, 4, NOW) is None, "an accept is nothing to dispute"
    assert holds.settle(PROJECT, 4, "upheld", NOW) is None
    holds.hold(slipping, PROJECT, 15, NOW)
    first = holds.settle(PROJECT, 15, "upheld", NOW)
    assert holds.settle(PROJECT, 15, "overturned", NOW) == first
    with pytest.raises(ValueError, match="dispute ends"):
        holds.settle(PROJECT, 15, "", NOW)


def test_only_the_disputed_one_of_two_refusals_is_held(slipping: User) -> None:
    judged(slipping, 50, RETURNED, NOW - timedelta(hours=2))
    judged(slipping, 50, RETURNED, NOW - timedelta(hours=1))
    holds.hold(slipping, PROJECT, 50, NOW)
    kept = Outcome.objects.filter(pk__in=recomputed(slipping).inputs["outcomes"], item_id=50)
    assert [one.at for one in kept] == [NOW - timedelta(hours=2)]


def test_replay_is_exact_with_trainings_and_disputes(slipping: User) -> None:
    record_training(slipping, PROJECT, 1, NOW - timedelta(hours=9))
    holds.hold(slipping, PROJECT, 15, NOW)
    one = recomputed(slipping)
    holds.settle(PROJECT, 15, "upheld", NOW)
    record_training(slipping, PROJECT, 1, NOW + timedelta(days=40))
    numbers, state = recomputing.replay(one.inputs)
    stored = one.inputs["score"]
    assert {name: getattr(numbers, name) for name in stored} == stored
    assert state == one.measured


@pytest.mark.parametrize("model", [Training, OutcomeHold], ids=lambda model: model.__name__)
def test_trainings_and_disputes_are_append_only(slipping: User, model: type) -> None:
    record_training(slipping, PROJECT, 1, NOW)
    holds.hold(slipping, PROJECT, 15, NOW)
    for attempt in (lambda: model.objects.update(project_id=1), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
            attempt()


def test_the_sentence_names_the_training_only_where_it_would_help(slipping: User) -> None:
    known = recomputed(slipping).inputs["facts"]
    assert known["trained"] < known["to_full_weight"]
    assert "Two ways back: a training set" in recomputed(slipping).reason
    record_training(slipping, PROJECT, 1, NOW)
    for item in range(60, 74):
        judged(slipping, item, REJECTED, NOW + timedelta(hours=item))
    soon = recomputed(slipping, NOW + timedelta(days=5))
    assert soon.state == "deprioritized"
    assert "The way back: " in soon.reason, "another training would not count yet"
    assert "Two ways back" in recomputed(slipping, NOW + timedelta(days=31)).reason


def test_the_promise_of_the_training_is_kept(slipping: User) -> None:
    promised = recomputed(slipping).inputs["facts"]["trained"]
    record_training(slipping, PROJECT, 1, NOW)
    for number in range(promised):
        assert recomputed(slipping, NOW + timedelta(minutes=number)).weight < 1
        judged(slipping, 200 + number, ACCEPTED, NOW + timedelta(minutes=number))
    assert recomputed(slipping, NOW + timedelta(minutes=promised)).weight == 1


def counted_in_pool(django_assert_num_queries: object) -> set[int]:
    """The items that count, checked against what counts of each person by itself."""
    people = User.objects.filter(outcomes__project_id=PROJECT).distinct().values_list("pk", flat=True)
    records = outcomes.records_of(PROJECT, list(people))
    with django_assert_num_queries(1):  # type: ignore[operator]
        kept = set(Outcome.objects.filter(~holds.void_in(PROJECT), project_id=PROJECT).values_list("pk", flat=True))
    assert kept == {row.id for record in records.values() for row in record.rows}
    return set(Outcome.objects.filter(pk__in=kept).values_list("item_id", flat=True))


def test_what_does_not_count_for_its_author_enters_no_pooled_rate(
    slipping: User, django_assert_num_queries: object
) -> None:
    assert 15 in counted_in_pool(django_assert_num_queries)
    for item, ending in ((15, ""), (14, "overturned"), (13, "unclear"), (11, "upheld")):
        holds.hold(slipping, PROJECT, item, NOW - timedelta(hours=1))
        judged(slipping, item, ACCEPTED if ending == "overturned" else REJECTED, NOW - timedelta(minutes=30))
        if ending:
            holds.settle(PROJECT, item, ending, NOW)
    judged(slipping, 13, RETURNED, NOW + timedelta(hours=1))
    kept = counted_in_pool(django_assert_num_queries)
    assert 15 not in kept
    assert {14, 13, 11} <= kept, "what came of the first two, and the last word on the third"


def test_an_overturned_rejection_costs_its_reviewer_no_severity_and_lowers_the_rate(
    slipping: User, django_assert_num_queries: object
) -> None:
    strict, other = user("reviewer-2"), user("reviewer-1")
    for number in range(2 * Rule().reviewer_minimum):
        said = {"user": user(f"colleague-{number % 4 + 2}"), "project_id": PROJECT, "at": NOW, **CELL}
        record_outcome(item_id=200 + number, kind=REJECTED, judged_by=strict, **said)
        record_outcome(item_id=400 + number, kind=ACCEPTED, judged_by=other, **said)
    before = outcomes.pool_of(PROJECT, Rule())
    assert before.offset_of(strict.pk) > 0
    for number in range(2 * Rule().reviewer_minimum):
        holds.hold(user(f"colleague-{number % 4 + 2}"), PROJECT, 200 + number, NOW)
        holds.settle(PROJECT, 200 + number, "overturned", NOW)
    with django_assert_num_queries(1):  # type: ignore[operator]
        after = outcomes.pool_of(PROJECT, Rule())
    assert after.offset_of(strict.pk) == 0
    assert after.rate < before.rate
