"""The arithmetic of the parity report."""

import pytest

from annotation.standing.parity import four_fifths, is_enough, rate


def test_the_interval_is_wilson_s() -> None:
    found = rate(10, 50)  # scipy.stats.binomtest(10, 50).proportion_ci(0.9, "wilson")
    assert found.share == 0.2
    assert (found.low, found.high) == (pytest.approx(0.12347, abs=1e-4), pytest.approx(0.30733, abs=1e-4))
    assert rate(0, 20).low == 0
    assert rate(20, 20).high == 1
    assert (rate(0, 0).low, rate(0, 0).high) == (0, 1)


def test_four_fifths_compares_with_the_best() -> None:
    assert four_fifths([0.9, 0.7]) == [1, pytest.approx(0.7 / 0.9)]
    assert four_fifths([0.0, 0.0]) == [1, 1]
    assert four_fifths([]) == []


@pytest.mark.parametrize(("people", "decisions", "enough"), [(5, 30, True), (4, 300, False), (50, 29, False)])
def test_small_groups_are_not_shown(people: int, decisions: int, enough: bool) -> None:
    assert is_enough(people, decisions) is enough
