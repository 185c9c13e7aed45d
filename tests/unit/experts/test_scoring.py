"""The rule of DESIGN §6 as properties: what must hold for everybody it measures."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.rules import DEFAULT, Rule, free_hours_needed, hours_until_shown, open_cap, shown_after
from experts.scoring import (
    WINDOW,
    Decision,
    Evidence,
    Judgement,
    accepts_to_full_weight,
    after_training,
    charge,
    cusum,
    decay,
    lower_bound,
    score,
    severity,
    straight_accepts,
    trainings_that_count,
    weigh,
    weight,
)

BY_SEVERITY = [Judgement.ACCEPTED, Judgement.MAJOR_EDIT, Judgement.RETURNED, Judgement.REJECTED]

decision = st.builds(
    Decision,
    judgement=st.sampled_from(Judgement),
    days=st.floats(0, 400),
    prior=st.floats(0, 0.6),
    offset=st.floats(-0.3, 0.3),
)
history = st.lists(decision, max_size=60)


def decided(*judgements: Judgement) -> list[Decision]:
    return [Decision(judgement) for judgement in judgements]


def accepts(count: int) -> list[Decision]:
    return decided(*[Judgement.ACCEPTED] * count)


def rejects(count: int) -> list[Decision]:
    return decided(*[Judgement.REJECTED] * count)


@given(history)
def test_every_number_stays_within_its_bounds(decisions: Sequence[Decision]) -> None:
    result = score(decisions)
    assert DEFAULT.least_weight <= result.weight <= 1
    assert 0 < result.low < result.rate < 1
    assert result.low < result.high < 1
    assert 0 <= result.effective <= len(decisions)
    assert 0 <= result.cusum <= DEFAULT.coaching_height
    assert DEFAULT.least_limit <= result.limit < DEFAULT.worst_rate


@given(history, st.data())
def test_a_worse_outcome_never_raises_the_weight_and_a_better_one_never_lowers_it(
    decisions: Sequence[Decision], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, max(0, len(decisions) - 1)))
    worse, better = data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: sorted(pair)[::-1]))
    one = decisions[place] if decisions else Decision(Judgement.ACCEPTED)

    def with_outcome(index: int) -> list[Decision]:
        return [*decisions[:place], replace(one, judgement=BY_SEVERITY[index]), *decisions[place + 1 :]]

    bad, good = score(with_outcome(worse)), score(with_outcome(better))
    assert bad.weight <= good.weight
    assert bad.low >= good.low - 1e-9
    assert bad.cusum >= good.cusum


@given(history, st.randoms())
def test_without_decay_the_order_is_of_no_account(decisions: list[Decision], draw) -> None:
    ageless = Rule(half_life_decisions=1e12)
    shuffled = list(decisions)
    draw.shuffle(shuffled)
    first, second = score(decisions, rule=ageless), score(shuffled, rule=ageless)
    assert first.weight == pytest.approx(second.weight, abs=1e-7)
    assert first.low == pytest.approx(second.low, abs=1e-7)


@given(history)
def test_decay_makes_the_latest_decision_weigh_most(decisions: list[Decision]) -> None:
    today = [replace(one, days=0.0, prior=0.12, offset=0.0) for one in decisions]
    bad_then = score([Decision(Judgement.REJECTED), *today, Decision(Judgement.ACCEPTED)])
    bad_now = score([Decision(Judgement.ACCEPTED), *today, Decision(Judgement.REJECTED)])
    assert bad_now.low >= bad_then.low


@given(history)
def test_everybody_recovers(decisions: list[Decision]) -> None:
    needed = accepts_to_full_weight(decisions)
    assert needed < 60
    after = [*decisions, *[Decision(Judgement.ACCEPTED, prior=decisions[-1].prior) for _ in range(needed)]]
    assert not decisions or score(after).weight == 1


@given(st.lists(decision, min_size=12, max_size=60), st.integers(1, 20))
def test_accepts_by_a_fair_reviewer_never_lower_the_weight(decisions: list[Decision], more: int) -> None:
    today = [replace(one, days=0.0, prior=0.12) for one in decisions]  # another cell's prior is another measure
    assert score([*today, *accepts(more)]).weight >= score(today).weight


@given(history)
def test_time_alone_draws_towards_the_prior(decisions: list[Decision]) -> None:
    same_cell = [replace(one, prior=0.12, offset=0.0) for one in decisions]
    now, later = score(same_cell), score([replace(one, days=one.days + 720) for one in same_cell])
    assert abs(later.rate - 0.12) <= abs(now.rate - 0.12) + 1e-9


@given(history)
def test_who_is_behind_the_window_is_forgotten(decisions: list[Decision]) -> None:
    assert score([*decisions, *accepts(WINDOW)]).weight == score(accepts(WINDOW)).weight


@pytest.mark.parametrize("judgement", Judgement)
def test_one_decision_moves_nobody(judgement: Judgement) -> None:
    assert score(decided(judgement)).weight == 1
    assert score(decided(judgement)).cusum < DEFAULT.coaching_height


@pytest.mark.parametrize("count", range(9))
def test_nothing_happens_before_eight_effective_decisions(count: int) -> None:
    # Eight decisions count for a little less than eight, because the first of them have aged.
    assert score(rejects(count)).weight == 1


def test_nine_rejections_in_a_row_do_move() -> None:
    assert score(rejects(9)).weight < 0.2
    assert score(rejects(12)).weight == DEFAULT.least_weight


def test_nobody_new_is_held_back() -> None:
    assert score([]).weight == 1
    assert score([], prior=0.9).weight == 1


def test_severities_are_those_of_the_design() -> None:
    assert [severity(one) for one in Judgement] == [0, 0, 0.3, 0.5, 1, 1]


def test_a_severe_reviewer_counts_less_and_a_lenient_one_more() -> None:
    returned = Decision(Judgement.RETURNED)
    assert charge(replace(returned, offset=0.2)) == pytest.approx(0.3)
    assert charge(replace(returned, offset=-0.2)) == pytest.approx(0.7)
    assert charge(Decision(Judgement.ACCEPTED, offset=0.2)) == 0
    assert charge(Decision(Judgement.REJECTED, offset=-0.2)) == 1


def test_a_decision_halves_every_30_decisions_and_every_180_days() -> None:
    assert decay(0, 0) == 1
    assert decay(30, 0) == decay(0, 180) == pytest.approx(0.5)
    assert decay(30, 180) == pytest.approx(0.25)


def test_the_same_work_in_a_hard_cell_weighs_less() -> None:
    work = decided(*[Judgement.REJECTED, Judgement.ACCEPTED, Judgement.ACCEPTED] * 8)
    hard = [replace(one, prior=0.25) for one in work]
    assert score(hard).deference < score(work).deference
    assert score([*hard, *hard[:3], *rejects(3)]).weight > score([*work, *work[:3], *rejects(3)]).weight
    assert score(hard).limit == pytest.approx(1.35 * 0.25)


def test_the_prior_of_several_cells_is_their_mean_by_decisions() -> None:
    mixed = [*[Decision(Judgement.ACCEPTED, prior=0.06)] * 3, Decision(Judgement.ACCEPTED, prior=0.22)]
    assert weigh(mixed, 0.12, Rule(half_life_decisions=1e12)).prior == pytest.approx(0.1)


def test_the_weight_falls_in_a_line_from_the_limit_to_the_worst_rate() -> None:
    enough = Evidence(against=5, effective=20, prior=0.12)
    assert weight(enough, 0.15) == 1
    assert weight(enough, 0.30) == pytest.approx(1 - (0.30 - 0.162) / (0.40 - 0.162))
    assert weight(enough, 0.40) == weight(enough, 0.9) == 0.10


def test_by_hand_six_of_fifteen_rejected() -> None:
    """R = 6 and N = 15 without decay: Beta(7.2, 17.8), whose 10 % quantile is .17716 (scipy)."""
    result = Evidence(against=6, effective=15, prior=0.12)
    assert lower_bound(result) == pytest.approx(0.17716, abs=1e-4)
    assert weight(result, lower_bound(result)) == pytest.approx(1 - (0.17716 - 0.162) / 0.238, abs=1e-3)


def test_ten_straight_accepts_reach_the_sequential_tests_boundary() -> None:
    step = cusum(rejects(3)) - cusum([*rejects(3), *accepts(1)])
    assert 9 < 2.2513 / step <= 10


def test_coaching_is_asked_for_early_and_passes() -> None:
    slipping = [*accepts(30), *rejects(4)]
    assert cusum(slipping) == DEFAULT.coaching_height
    assert score(slipping).weight == 1, "an early sign takes no work away"
    assert cusum([*rejects(100), *accepts(8)]) < DEFAULT.coaching_height / 2


def test_straight_accepts_are_counted_from_the_end() -> None:
    assert straight_accepts([*rejects(1), *accepts(3), Decision(Judgement.LIGHT_EDIT)]) == 4
    assert straight_accepts(rejects(2)) == 0


def test_the_way_back_is_as_long_as_promised() -> None:
    work = [*accepts(10), *rejects(8)]
    needed = accepts_to_full_weight(work)
    assert needed > 0
    assert score([*work, *accepts(needed - 1)]).weight < 1
    assert score([*work, *accepts(needed)]).weight == 1


@given(st.floats(0.1, 1), st.integers(1, 20))
def test_a_lower_weight_waits_longer_and_holds_less_but_never_nothing(share: float, cap: int) -> None:
    assert shown_after(share) >= shown_after(1) == shown_after(1, 1) == shown_after(1) * 0
    assert shown_after(share).total_seconds() <= 4 * 3600
    assert 1 <= open_cap(cap, share) <= cap
    assert open_cap(cap, 1) == cap


@pytest.mark.parametrize(
    "settings",
    [
        {"worst_rate": 0.2},
        {"least_weight": 0},
        {"least_prior": 0.3},
        {"returned": 0.2},
        {"quantile": 0.5},
        {"bad_rate": 0.1},
        {"half_life_days": 0},
    ],
)
def test_a_rule_that_cannot_work_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="cannot work"):
        Rule(**settings)  # type: ignore[arg-type]


def test_a_rule_survives_being_stored() -> None:
    rule = Rule(delay_hours=6, returned=0.4)
    assert Rule.from_json(rule.as_json() | {"of_a_later_version": 1}) == rule
    assert Rule.from_json({}) == DEFAULT


# --- the first choice, and trainings


@given(history, st.integers(0, 59), st.integers(1, 2))
def test_a_training_never_lowers_the_weight_nor_lengthens_the_way_back(
    decisions: list[Decision], since: int, distance: int
) -> None:
    """Passed after the first `since` decisions."""
    plain = [replace(one, prior=0.12) for one in decisions]
    trained = [replace(one, distance=distance if place < since else 0) for place, one in enumerate(plain)]
    before, after = score(plain), score(trained)
    assert after.weight >= before.weight
    assert after.deference <= before.deference or after.weight > before.weight
    assert after.cusum <= before.cusum
    assert accepts_to_full_weight(trained) <= accepts_to_full_weight(plain)


@given(history)
def test_a_training_now_raises_every_lowered_weight(decisions: list[Decision]) -> None:
    before = score(decisions)
    if before.weight < 1:
        trained = score(after_training(decisions))
        assert trained.low < before.low
        assert trained.weight > before.weight or before.weight == DEFAULT.least_weight


@given(history, st.data())
def test_a_worse_outcome_never_brings_a_place_sooner(decisions: list[Decision], data: st.DataObject) -> None:
    if not decisions:
        return
    place = data.draw(st.integers(0, len(decisions) - 1))
    worse, better = (
        score([*decisions[:place], replace(decisions[place], judgement=judgement), *decisions[place + 1 :]])
        for judgement in (Judgement.REJECTED, Judgement.ACCEPTED)
    )
    free_for, since = data.draw(st.floats(0, 10)), data.draw(st.none() | st.floats(0, 30))
    waits = [hours_until_shown(free_for, since, one.weight, one.deference) for one in (worse, better)]
    assert waits[0] >= waits[1] - 1e-9
    assert waits[0] <= DEFAULT.delay_hours + DEFAULT.first_hours


@given(history)
def test_ten_straight_accepts_never_leave_a_lowered_weight_where_it_was(decisions: list[Decision]) -> None:
    today = [replace(one, prior=0.12, days=0.0) for one in decisions]
    before, after = score(today), score([*today, *accepts(10)])
    if before.weight < 1:
        assert after.weight > before.weight
        assert after.deference <= before.deference


@pytest.mark.parametrize("prior", [0.05, 0.12, 0.20, 0.25])
def test_one_rejected_of_one_orders_nobody_behind_anybody(prior: float) -> None:
    alone = score([Decision(Judgement.REJECTED, prior=prior)], prior=prior)
    assert (alone.weight, alone.deference) == (1, 0)


@given(st.floats(0, 100), st.none() | st.floats(0, 100), st.floats(0.1, 1), st.floats(0, 1))
def test_the_queue_and_the_clock_say_the_same(
    free_for: float, since: float | None, share: float, behind: float
) -> None:
    needed = free_hours_needed(since, share, behind)
    shows_now = needed is not None and free_for >= needed
    assert shows_now == (hours_until_shown(free_for, since, share, behind) <= 0)


@given(history)
def test_what_a_person_is_told_is_when_a_new_place_shows_to_them(decisions: list[Decision]) -> None:
    """After days without a hand-in; at full weight only those wait who never stop being behind."""
    result = score(decisions)
    told = shown_after(result.weight, result.deference).total_seconds() / 3600
    if result.weight < 1:
        assert told == pytest.approx(hours_until_shown(0, 1e6, result.weight, result.deference))


@given(st.floats(0.1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 30))
def test_whoever_is_further_behind_never_sees_a_place_sooner(
    share: float, one: float, other: float, since: float
) -> None:
    less, more = sorted((one, other))
    assert hours_until_shown(0, since, share, less) <= hours_until_shown(0, since, share, more)


def test_nobody_is_behind_others_for_longer_than_the_rule_says() -> None:
    assert hours_until_shown(0, 5, 1, 0) == 0
    assert hours_until_shown(0, 0, 1, 0.8) == pytest.approx(2), "at .8 two hours since the last hand-in"
    assert hours_until_shown(2.2, 0, 1, 0.8) == pytest.approx(1), "or 80 % of the first choice since it became free"
    assert hours_until_shown(0, 0.5, 1, 0.5) == 0
    assert hours_until_shown(0, 100, 1, 1) == 4, "the whole interval lies above: others choose first"
    assert hours_until_shown(100, 0, 0.5, 1) == 2, "the delay is counted from the hand-in, too"


def test_trainings_count_once_in_thirty_days() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    passed = [first + timedelta(days=day) for day in (31, 0, 29, 30, 65)]
    assert trainings_that_count(passed) == [first + timedelta(days=day) for day in (0, 30, 65)]


# --- the research's guard figures (quality.md A6), on the rule as it is


def flagged_within(rate: float, items: int, seed: int) -> bool:
    """Does the weight fall at any time? Simulated, in a cell of rate .12."""
    draw = random.Random(f"{rate}:{seed}")
    against = effective = 0.0
    fade = decay(1, 0)
    for _ in range(items):
        against, effective = against * fade + (draw.random() < rate), effective * fade + 1
        evidence = Evidence(against, effective, 0.12)
        if effective >= DEFAULT.minimum_decisions and weight(evidence, lower_bound(evidence)) < 1:
            return True
    return False


def test_good_experts_are_hardly_ever_and_bad_ones_soon_lowered() -> None:
    runs = range(400)
    assert sum(flagged_within(0.08, 100, seed) for seed in runs) / len(runs) <= 0.01
    assert sum(flagged_within(0.35, 20, seed) for seed in runs) / len(runs) >= 0.60
