"""Agreement: published examples, what a library says (irrCAC 0.4.4, values written down here), and the edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.agreement import Share, ac1, agreement, alpha, longest_streak, raw_agreement, reason_overlap, wilson

# Krippendorff, “Computing Krippendorff's alpha-reliability” (2011), C: nominal .743, ordinal .815.
PUBLISHED = [
    [1, 1, None, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4],
    [1, 1, 2, 1], [2, 2, 2, 2], [None, 5, 5, 5], [None, None, 1, 1], [None, None, 3, None],
]  # fmt: skip
units = st.lists(st.lists(st.sampled_from([1, 2, 3, None]), min_size=2, max_size=4), max_size=12)


def test_alpha_is_as_published() -> None:
    assert alpha(PUBLISHED) == pytest.approx(0.743, abs=5e-4)
    assert alpha(PUBLISHED, ordinal=True) == pytest.approx(0.815, abs=5e-4)


def test_ac1_is_as_irrcac_says() -> None:
    assert ac1(PUBLISHED) == pytest.approx(0.775444068, abs=1e-6)


def test_skewed_verdicts_leave_ac1_high_where_alpha_collapses() -> None:
    skewed = [["accept", "accept"]] * 95 + [["accept", "reject"]] * 5
    assert raw_agreement(skewed) == 0.95
    assert alpha(skewed) < 0
    assert ac1(skewed) > 0.9


def test_nobody_to_agree_with_gives_nothing() -> None:
    assert alpha([[1, None], [None, 2]]) is None
    assert ac1([[1, None]]) is None
    assert agreement([[1, 1]] * 9).alpha is None
    assert agreement([[1, 1]] * 10).alpha == 1.0


@given(units)
def test_coefficients_never_pass_one_and_the_order_of_judges_is_nothing(rows: list[list[int | None]]) -> None:
    for of in (alpha, ac1):
        value = of(rows)
        assert value is None or value <= 1 + 1e-9
        turned = of([row[::-1] for row in rows])
        assert turned == value or turned == pytest.approx(value)


@given(st.integers(0, 50), st.integers(0, 50))
def test_an_interval_holds_its_share_and_narrows(hits: int, misses: int) -> None:
    low, high = wilson(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low - 1e-9 <= hits / (hits + misses) <= high + 1e-9
        wide, narrow = high - low, wilson(10 * hits, 10 * (hits + misses))
        assert narrow[1] - narrow[0] < wide


def test_few_cases_are_not_shown() -> None:
    assert Share(4, 4).value is None
    assert Share(4, 4).interval is None
    assert Share(5, 5).value == 1.0


def test_reasons_overlap() -> None:
    assert reason_overlap(["a", "b"], ["b", "c"]) == pytest.approx(1 / 3)
    assert reason_overlap([], []) == 1.0
    assert reason_overlap(["a"], []) == 0.0


def test_a_streak_is_alike_and_fast() -> None:
    fast = [("accept", 10.0)] * 20
    assert len(longest_streak(fast, 30)) == 20
    assert len(longest_streak([*fast[:10], ("reject", 5.0), *fast[:9]], 30)) == 10
    assert len(longest_streak([*fast[:10], ("accept", 45.0), *fast[:9]], 30)) == 10
    assert len(longest_streak([("accept", None)] * 30, 30)) == 0
    assert longest_streak([*fast[:3], ("reject", 45.0), *fast[:5], ("reject", 5.0)], 30) == range(4, 9)
