"""The Beta functions against known values, against themselves, and against scipy where it is installed."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.beta import beta_quantile, beta_share_below

parameters = st.floats(0.3, 500)


@pytest.mark.parametrize(
    ("x", "a", "b", "share"),
    [
        (0.3, 1, 1, 0.3),  # uniform
        (0.5, 7, 7, 0.5),  # symmetric
        (0.2, 1, 5, 1 - 0.8**5),  # closed form
        (0.2, 5, 1, 0.2**5),
        (0.5, 2, 3, 0.6875),  # 11/16, a binomial sum
        (0.4, 3, 4, 0.45568),
    ],
)
def test_shares_known_by_heart(x: float, a: float, b: float, share: float) -> None:
    assert beta_share_below(x, a, b) == pytest.approx(share, abs=1e-12)
    assert beta_quantile(share, a, b) == pytest.approx(x, abs=1e-10)


@given(parameters, parameters, st.floats(0.001, 0.999))
def test_the_quantile_undoes_the_share(a: float, b: float, share: float) -> None:
    x = beta_quantile(share, a, b)
    assert 0 < x < 1
    if 1e-6 < x < 1 - 1e-6:  # at the very edge a float has no more digits
        assert beta_share_below(x, a, b) == pytest.approx(share, abs=1e-6)


@given(parameters, parameters, st.floats(0.01, 0.98))
def test_a_higher_share_has_a_higher_quantile(a: float, b: float, share: float) -> None:
    assert beta_quantile(share, a, b) <= beta_quantile(share + 0.01, a, b)


def test_scipy_says_the_same() -> None:
    beta = pytest.importorskip("scipy.stats").beta
    draw = random.Random(1)
    for _ in range(500):
        a, b, share = 10 ** draw.uniform(-0.5, 3), 10 ** draw.uniform(-0.5, 3), draw.random()
        assert beta_quantile(share, a, b) == pytest.approx(beta.ppf(share, a, b), abs=1e-9)
        assert beta_share_below(0.3, a, b) == pytest.approx(beta.cdf(0.3, a, b), abs=1e-10)
