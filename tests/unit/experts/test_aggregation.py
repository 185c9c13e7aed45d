"""What many people's answers say together: found again where it is known, and intervals that hold."""

from math import lgamma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.aggregation import (
    DOUBT,
    Answers,
    Doubt,
    Floats,
    Pool,
    Rate,
    _log_gamma,
    accuracies,
    agreed,
    dawid_skene,
    fit_pool,
    rights,
    undoubted,
)
from experts.benchmarks.doubt import fits, likeliest, of_the_others


def made_up(seed: int, good: float = 0.9, bad: float = 0.6) -> tuple[Answers, np.ndarray]:
    """600 yes-or-no items, 4 answers each, by 16 good and 4 bad people."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, 2, 600)
    rate = np.where(np.arange(20) < 16, good, bad)
    rows = [(item, int(person)) for item in range(600) for person in chance.choice(20, 4, replace=False)]
    said = [int(truth[i] if chance.random() < rate[p] else 1 - truth[i]) for i, p in rows]
    items, people = np.array(rows).T
    return Answers(items, people, np.array(said), 600, 20, 2), truth


def test_it_beats_the_majority_and_finds_who_is_bad() -> None:
    answers, truth = made_up(1)
    found = dawid_skene(answers).shares.argmax(axis=1)
    votes = np.bincount(answers.items, weights=answers.labels, minlength=600) / 4
    assert (found == truth).mean() >= ((votes > 0.5) == truth).mean()
    rates = [rate.mean for rate in accuracies(answers)]
    assert max(rates[16:]) < min(rates[:16])
    assert np.mean(rates[:16]) == pytest.approx(0.9, abs=0.03)


def test_known_items_are_taken_as_they_are() -> None:
    answers = Answers.of([("one", "a", "x"), ("one", "b", "x"), ("two", "a", "y"), ("two", "b", "x")])
    consensus = dawid_skene(answers, known={0: 1})
    assert consensus.shares[0].tolist() == [0.0, 1.0]
    right, total = rights(answers, consensus)
    assert total.tolist() == [2.0, 2.0]
    assert right[0] <= 1.0


def test_no_answers_are_no_mistake() -> None:
    assert accuracies(Answers.of([])) == []


@given(st.floats(0.01, 500))
def test_the_gamma_function_is_that_of_the_library(x: float) -> None:
    assert float(_log_gamma(x)) == pytest.approx(lgamma(x), abs=1e-7)


def test_a_pool_is_found_again() -> None:
    chance = np.random.default_rng(2)
    rates = chance.beta(16, 4, 400)
    pool = fit_pool(chance.binomial(30, rates), np.full(400, 30))
    assert pool.mean == pytest.approx(0.8, abs=0.02)
    assert 12 < pool.a + pool.b < 32


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_intervals_of_counts_to_come_hold_as_often_as_they_say(share: float) -> None:
    chance = np.random.default_rng(3)
    rates = chance.beta(8, 2, 1500)
    first, second = chance.binomial(20, rates), chance.binomial(20, rates)
    pool = fit_pool(first, np.full(1500, 20))
    spans = [pool.rate(float(one), 20).to_come(20, share) for one in first]
    inside = np.mean([low <= count <= high for (low, high), count in zip(spans, second, strict=True)])
    assert inside == pytest.approx(share, abs=0.03)


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_right_answers_never_lower_a_rate_and_few_say_little(right: int, wrong: int) -> None:
    pool = Pool(8, 2)
    rate = pool.rate(right, right + wrong)
    assert pool.rate(right + 1, right + wrong + 1).mean >= rate.mean
    low, high = rate.interval()
    assert 0 < low < rate.mean < high < 1
    assert pool.rate(0, 0) == Rate(8, 2)


def misled(seed: int, spread: float) -> tuple[list[Rate], Floats, Floats]:
    """Of a task whose people are wrong together: what answers say of them; their second answers, right and total.

    150 items of 4 labels, 30 people, of whom 5 answer each. On some items, more in one task than in another, all that
    err say the same wrong label, and most do."""
    chance = np.random.default_rng(seed)
    truth, trap = chance.integers(0, 4, 150), chance.integers(1, 4, 150)
    hard = chance.random(150) < np.clip(0.2 + chance.normal(0, spread), 0, 0.6)
    skill = chance.beta(14, 3, 30)

    def answered(item: int, person: int) -> int:
        right = chance.random() < (0.35 if hard[item] else skill[person])
        return int(truth[item] if right else (truth[item] + (trap[item] if hard[item] else chance.integers(1, 4))) % 4)

    rows = [(item, int(person)) for item in range(150) for person in chance.choice(30, 5, replace=False)]
    items, people = np.array(rows).T
    said = np.array([answered(item, person) for item, person in rows])
    again = [(int(item), person) for person in range(30) for item in chance.choice(150, 25, replace=False)]
    right = [answered(item, person) == truth[item] for item, person in again]
    return (
        undoubted(Answers(items, people, said, 150, 30, 4)),
        np.bincount([person for _, person in again], weights=right, minlength=30),
        np.full(30, 25.0),
    )


def held(doubt: Doubt, plain: list[Rate], right: Floats, share: float) -> float:
    spans = [rate.to_come(25, share) for rate in doubt.widened(plain, 4, np.ones(30))]
    return float(np.mean([low <= count <= high for (low, high), count in zip(spans, right, strict=True)]))


def test_intervals_hold_where_the_crowd_is_wrong_together_by_what_other_tasks_teach() -> None:
    made = [misled(seed, 0.12) for seed in range(24)]
    doubts = of_the_others([fits(plain, right, total, 4) for plain, right, total in made], [30.0] * len(made))
    for share in (0.8, 0.9):
        rates = [held(doubt, plain, right, share) for doubt, (plain, right, _) in zip(doubts, made, strict=True)]
        assert np.mean(rates) == pytest.approx(share, abs=0.03)
        certain = [held(Doubt(0.0, 0.0), plain, right, share) for plain, right, _ in made]
        assert np.mean(certain) < share - 0.06


def test_without_other_tasks_the_shipped_doubt_is_taken() -> None:
    assert likeliest([], []) == DOUBT


def test_the_doubt_moves_intervals_not_the_estimate_and_not_where_all_is_known() -> None:
    answers, truth = made_up(5)
    told, plain = accuracies(answers), undoubted(answers)
    assert [one.mean for one in told] == [one.mean for one in plain]
    assert all(
        x.interval()[1] - x.interval()[0] > y.interval()[1] - y.interval()[0] for x, y in zip(told, plain, strict=True)
    )
    known = {item: int(label) for item, label in enumerate(truth)}
    certain, same = accuracies(answers, known)[0], undoubted(answers, known)[0]
    assert certain.interval() == pytest.approx(same.interval(), abs=1e-6)


def test_a_label_hardly_ever_said_does_not_change_places_with_a_common_one() -> None:
    answers, truth = made_up(6)
    labels = answers.labels.copy()
    labels[::900] = 2
    rare = Answers(answers.items, answers.people, labels, 600, 20, 3)
    assert (agreed(rare).shares.argmax(axis=1) == truth).mean() > 0.9


def test_answers_that_are_alike_make_less_sure_than_independent_ones() -> None:
    answers, _ = made_up(7)
    assert agreed(answers).shares.max(axis=1).mean() < dawid_skene(answers).shares.max(axis=1).mean()
