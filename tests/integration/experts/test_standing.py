"""Standing on real rows: recorded, recomputed, replayed, overridden, previewed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.refusal import Refused
from experts import overriding, previewing, project_rules, reason_names, recomputing
from experts.models import Outcome, ProjectRule, Standing, StandingChange
from experts.outcomes import pool_of
from experts.rules import Rule
from experts.scoring import WINDOW
from experts.standing import record_outcome, refusal_while_paused, weight_of
from experts.states import State
from experts.tasks import recompute_standing
from experts.wording import about, why
from tests.factories import Cast, user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROJECT = 7
ACCEPTED, RETURNED, REJECTED = Outcome.Kind.ACCEPTED, Outcome.Kind.RETURNED, Outcome.Kind.REJECTED


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def judged(person: User, *kinds: Outcome.Kind, reviewer: User | None = None, ago: timedelta = timedelta(0)) -> None:
    """Each kind once, a minute apart, the last one `ago`."""
    first_item = Outcome.objects.count() + 1
    for number, kind in enumerate(kinds):
        record_outcome(
            user=person,
            project_id=PROJECT,
            item_id=first_item + number,
            language_id="en",
            domain_id="law",
            skill="extraction",
            kind=kind,
            judged_by=reviewer,
            at=NOW - ago - timedelta(minutes=len(kinds) - number),
            reasons=["adds_facts"] if kind != ACCEPTED else [],
        )


def recomputed(person: User, now: datetime = NOW) -> Standing:
    recomputing.recompute_due(now)
    return Standing.objects.get(user=person, project_id=PROJECT)


@pytest.fixture
def slipping(db: None) -> User:
    """Nine accepted, then ten of twelve rejected, beside colleagues who are fine."""
    for number in range(4):
        judged(user(f"colleague-{number}"), *[ACCEPTED] * 20)
    person = user("expert-en-law")
    judged(person, *[ACCEPTED] * 9, *[REJECTED] * 5, ACCEPTED, *[REJECTED] * 5, ACCEPTED)
    return person


def test_a_verdict_adds_one_statement_and_the_claim_reads_one(django_assert_num_queries) -> None:
    person = user("expert-en-law")
    with django_assert_num_queries(1):
        judged_once = {"item_id": 1, "language_id": "en", "domain_id": "law", "skill": "open_qa"}
        record_outcome(user=person, project_id=PROJECT, kind=ACCEPTED, judged_by=None, at=NOW, **judged_once)
    with django_assert_num_queries(1):
        assert weight_of(person, PROJECT) == 1


def test_recompute_costs_the_same_for_one_and_for_many(slipping: User) -> None:
    rule = Rule()
    surroundings = pool_of(PROJECT, rule)
    people = list(User.objects.order_by("pk").values_list("pk", flat=True))
    counts = []
    for some in (people[:1], people, people):
        with CaptureQueriesContext(connection) as captured:
            recomputing.recompute(PROJECT, some, NOW, rule, surroundings)
        counts.append(len([query for query in captured if "SAVEPOINT" not in query["sql"]]))
    # Add what is missing, lock, read outcomes, trainings and disputes, write; and the events of who moved.
    assert counts == [7, 7, 6]


def test_who_slips_is_held_back_and_told_why(slipping: User) -> None:
    standing = recomputed(slipping)
    assert standing.state == standing.measured == State.DEPRIORITIZED
    assert weight_of(slipping, PROJECT) == standing.weight < 0.9
    assert standing.low < standing.rate < standing.high
    assert "You get fewer Extraction tasks: 10 of your last 21 were rejected" in standing.reason
    assert "mostly “adds facts not in the context”" in standing.reason
    assert "accepted in a row" in standing.reason


def test_the_manager_reads_the_same_with_the_persons_name(slipping: User) -> None:
    standing = recomputed(slipping)
    said = why(standing, about("expert-en-law"))
    assert said.startswith("expert-en-law gets fewer Extraction tasks: 10 of their last 21 were rejected")
    assert "mostly “adds facts not in the context”" in said
    assert said.split("Two ways back")[1] == why(standing).split("Two ways back")[1]


def test_what_was_read_on_the_day_stays_when_a_reason_gets_another_name(
    slipping: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = recomputed(slipping)
    changes = StandingChange.objects.filter(user=slipping, project_id=PROJECT)
    assert changes.latest("pk").reason == why(standing) == standing.reason
    monkeypatch.setitem(reason_names._labels, "adds_facts", "Invents something")
    assert "mostly “invents something”" in why(recomputed(slipping))
    assert "mostly “adds facts not in the context”" in changes.latest("pk").reason


def test_the_promised_way_back_works(slipping: User) -> None:
    promised = recomputed(slipping).inputs["facts"]["to_full_weight"]
    judged(slipping, *[ACCEPTED] * (promised - 1), ago=-timedelta(hours=1))
    assert recomputed(slipping).state == State.DEPRIORITIZED
    judged(slipping, ACCEPTED, ago=-timedelta(hours=2))
    standing = recomputed(slipping)
    assert standing.weight == 1
    assert standing.state != State.DEPRIORITIZED


def test_every_move_is_an_event_with_its_numbers(slipping: User) -> None:
    standing = recomputed(slipping)
    change = StandingChange.objects.get(user=slipping)
    assert (change.state_before, change.state_after) == (State.PROBATION, State.DEPRIORITIZED)
    assert (change.weight_before, change.weight_after) == (1, standing.weight)
    assert change.cause == "outcomes"
    assert change.inputs == standing.inputs
    assert change.reason == standing.reason


def test_what_is_stored_can_be_recomputed_from_the_outcome_rows(slipping: User) -> None:
    reviewer = user("reviewer-1")
    judged(user("colleague-1"), *[RETURNED, ACCEPTED] * 20, reviewer=reviewer)
    judged(slipping, RETURNED, ACCEPTED, reviewer=reviewer)
    recomputing.recompute_due(NOW)
    assert any(Standing.objects.values_list("inputs__offsets", flat=True)), "no reviewer's severity was taken out"
    judged(slipping, *[ACCEPTED] * 5)  # rows of later do not change what was
    for one in [*Standing.objects.all(), *StandingChange.objects.all()]:
        numbers, state = recomputing.replay(one.inputs)
        stored = one.inputs["score"]
        assert {name: getattr(numbers, name) for name in stored} == stored
        if isinstance(one, Standing):
            assert (state, numbers.weight, numbers.low) == (one.measured, one.weight, one.low)


def test_once_up_to_date_nobody_is_due_and_one_outcome_makes_one_person_due(slipping: User) -> None:
    assert recomputing.recompute_due(NOW) == 5
    assert recomputing.due(NOW) == {}
    judged(slipping, ACCEPTED)
    assert recomputing.due(NOW) == {PROJECT: [slipping.pk]}


def test_an_outcome_dated_earlier_than_the_last_recompute_is_not_missed(slipping: User) -> None:
    recomputing.recompute_due(NOW)
    judged(slipping, ACCEPTED, ago=timedelta(hours=3))
    assert recomputing.due(NOW) == {PROJECT: [slipping.pk]}


def test_time_alone_forgives(slipping: User) -> None:
    now_weight = recomputed(slipping).weight
    assert recomputed(slipping, NOW + timedelta(days=400)).weight > now_weight


def test_the_beat_task_does_it_and_twice_changes_nothing(slipping: User) -> None:
    recompute_standing()
    first = list(Standing.objects.order_by("pk").values()), StandingChange.objects.count()
    recompute_standing()
    assert (list(Standing.objects.order_by("pk").values()), StandingChange.objects.count()) == first
    assert len(first[0]) == 5


def test_only_the_last_two_hundred_decisions_are_read(db: None) -> None:
    person = user("expert-en-law")
    judged(person, *[REJECTED] * 30, *[ACCEPTED] * WINDOW)
    standing = recomputed(person)
    assert standing.outcomes == WINDOW + 30
    assert len(standing.inputs["outcomes"]) == WINDOW
    assert standing.weight == 1


def test_an_overturned_rejection_counts_no_more(db: None) -> None:
    person = user("expert-en-law")
    judged(person, *[REJECTED] * 12)
    before = recomputed(person)
    for item in Outcome.objects.filter(user=person).values_list("item_id", flat=True)[:12]:
        record_outcome(
            user=person,
            project_id=PROJECT,
            item_id=item,
            language_id="en",
            domain_id="law",
            skill="extraction",
            kind=ACCEPTED,
            judged_by=None,
            at=NOW,
        )
    after = recomputed(person)
    assert before.weight < 0.2
    assert after.weight == 1
    assert after.inputs["facts"]["rejected"] == 0


def test_a_returned_item_that_is_then_accepted_keeps_its_return(db: None) -> None:
    person = user("expert-en-law")
    judged(person, RETURNED)
    item = Outcome.objects.get().item_id
    same = {"project_id": PROJECT, "language_id": "en", "domain_id": "law", "skill": "extraction"}
    record_outcome(user=person, item_id=item, kind=ACCEPTED, judged_by=None, at=NOW, **same)
    assert recomputed(person).inputs["facts"]["returned"] == 1


def override(person: User, state: State, **other: object) -> Standing:
    settings = {
        "note": "Works for a competitor until the month ends.",
        "by": user("manager-1"),
        "until": NOW + timedelta(days=3),
    }
    return overriding.override(user=person, project_id=PROJECT, state=state, now=NOW, **(settings | other))  # type: ignore[arg-type]


def test_a_person_pauses_with_a_note_and_the_pause_ends_by_itself(slipping: User) -> None:
    colleague = user("colleague-1")
    recomputing.recompute_due(NOW)
    assert refusal_while_paused(colleague, PROJECT, NOW) is None
    override(colleague, State.PAUSED)
    refusal = refusal_while_paused(colleague, PROJECT, NOW)
    assert refusal is not None
    assert "paused until 25 Nov 2026: Works for a competitor" in str(refusal)
    judged(colleague, ACCEPTED)
    assert recomputed(colleague).state == State.PAUSED, "numbers never end a pause"
    standing = recomputed(colleague, NOW + timedelta(days=3))
    assert standing.state == standing.measured
    assert standing.weight == 1
    causes = StandingChange.objects.filter(user=colleague).order_by("id").values_list("cause", flat=True)
    assert list(causes)[-2:] == ["override", "expiry"]


def test_a_person_restores_full_weight_and_takes_it_back(slipping: User) -> None:
    held_back = recomputed(slipping).weight
    assert override(slipping, State.ACTIVE).weight == 1
    judged(slipping, REJECTED)
    assert recomputed(slipping).weight == 1
    lifted = overriding.lift(user=slipping, project_id=PROJECT, by=user("manager-1"), now=NOW)
    assert lifted.weight <= held_back
    assert lifted.state == State.DEPRIORITIZED


def test_somebody_without_outcomes_can_be_paused(db: None) -> None:
    assert override(user("expert-new"), State.PAUSED).state == State.PAUSED


@pytest.mark.parametrize(
    "wrong", [{"note": "No."}, {"until": NOW}, {"state": State.DEPRIORITIZED}, {"state": State.TRUSTED}]
)
def test_an_override_without_note_or_end_is_refused(slipping: User, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        override(slipping, **({"state": State.PAUSED} | wrong))  # type: ignore[arg-type]
    assert not StandingChange.objects.exists()


def test_nobody_overrides_their_own_standing(slipping: User) -> None:
    with pytest.raises(Refused):
        override(slipping, State.ACTIVE, by=slipping)


def test_a_preview_says_who_would_move_and_writes_nothing(slipping: User) -> None:
    recomputing.recompute_due(NOW)
    before = list(Standing.objects.order_by("pk").values()), StandingChange.objects.count()
    with CaptureQueriesContext(connection) as captured:
        moves = previewing.who_would_move(PROJECT, Rule(worst_rate=0.95), NOW)
    assert [move.user_id for move in moves] == [slipping.pk]
    assert moves[0].weight_after > moves[0].weight_before
    assert not [query for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (list(Standing.objects.order_by("pk").values()), StandingChange.objects.count()) == before
    assert previewing.who_would_move(PROJECT, Rule(), NOW) == []


def test_an_adopted_rule_moves_whom_the_preview_named(slipping: User) -> None:
    recomputing.recompute_due(NOW)
    rule = Rule(worst_rate=0.95)
    (move,) = previewing.who_would_move(PROJECT, rule, NOW)
    project_rules.adopt(PROJECT, rule, by=user("manager-1"), note="Too hard on newcomers.")
    assert recomputing.recompute_project(PROJECT, NOW) == 5
    standing = Standing.objects.get(user=slipping)
    assert (standing.state, standing.weight) == (move.state_after, move.weight_after)
    assert project_rules.rule_of(PROJECT) == rule
    assert project_rules.rule_of(PROJECT + 1) == Rule()


@pytest.mark.parametrize("model", [Outcome, StandingChange, ProjectRule], ids=lambda model: model.__name__)
def test_history_is_append_only(slipping: User, model: type) -> None:
    recomputing.recompute_due(NOW)
    project_rules.adopt(PROJECT, Rule(), by=None)
    rows = model.objects.all()
    assert rows.exists()
    for attempt in (lambda: rows.update(project_id=1), lambda: rows._raw_delete(using="default")):
        with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
            attempt()


def test_verdicts_in_the_pipeline_reach_the_standing(cast: Cast) -> None:
    """Through the real stage functions: nine rejected by two reviewers each."""
    for _ in range(9):
        cast._to_rejected()
    recomputing.recompute_due(datetime.now(UTC))
    standing = Standing.objects.get(user=cast.author, project_id=cast.project.pk)
    assert standing.outcomes == 9
    assert standing.weight < 1
    assert standing.inputs["facts"]["skill"] == "open_qa"
