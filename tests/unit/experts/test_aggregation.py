"""What many people's answers say together: found again where it is known, and intervals that hold."""

from math import lgamma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.aggregation import Answers, Pool, Rate, _log_gamma, accuracies, dawid_skene, fit_pool, rights


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
