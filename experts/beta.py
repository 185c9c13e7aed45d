"""The Beta distribution's shares and quantiles: scipy comes only with the heavy extra, and the rule needs two
functions of it.

Source: NIST Digital Library of Mathematical Functions, 8.17.8 (prefactor), 8.17.22 (continued fraction) and 8.17.4
(symmetry); Lentz's method as modified by Thompson and Barnett (1986). Checked against scipy in the tests.
"""

from math import exp, lgamma, log, log1p

TINY = 1e-300
CLOSE_ENOUGH = 1e-13
MOST_TERMS = 500


def beta_share_below(x: float, a: float, b: float) -> float:
    """I_x(a, b): the share of Beta(a, b) that lies below x."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction of the other tail converges faster
        return 1 - beta_share_below(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    upper, lower = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    result = lower
    for m in range(1, MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            lower = 1 / _nonzero(1 + term * lower)
            upper = _nonzero(1 + term / upper)
            result *= lower * upper
        if abs(lower * upper - 1) < CLOSE_ENOUGH:
            break
    return result


def _nonzero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x below which this share of Beta(a, b) lies: Newton's steps, halving where one leaves the bracket."""
    low, high, x = 0.0, 1.0, a / (a + b)
    scale = lgamma(a) + lgamma(b) - lgamma(a + b)
    for _ in range(200):
        error = beta_share_below(x, a, b) - share
        low, high = (low, x) if error > 0 else (x, high)
        density = exp((a - 1) * log(x) + (b - 1) * log1p(-x) - scale)
        step = x - error / density if density > TINY else -1.0
        following = step if low < step < high else (low + high) / 2
        if abs(following - x) < 1e-12 or not 0 < following < 1:
            break
        x = following
    return x
