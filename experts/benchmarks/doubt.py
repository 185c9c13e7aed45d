"""How far crowds are wrong together: the shift of `experts.aggregation.Doubt` that foretells best.

Score: the mean over workers of the logarithm of the chance given to what came. For an honest figure the task that is
measured has no say in its own doubt.
"""

from collections.abc import Sequence
from itertools import product
from math import lgamma, sqrt
from typing import TypeVar

import numpy as np

from experts.aggregation import DOUBT, Doubt, Floats, Rate, log_betas

T = TypeVar("T")

GRID = [Doubt(-lean / 20, spread / 20) for lean, spread in product(range(17), range(21))]


def fits(rates: Sequence[Rate], right: Floats, total: Floats, label_count: int) -> Floats:
    """The score of each doubt of the grid, for rates that only the consensus judged."""
    counted = total > 0
    right, total = right[counted], total[counted]
    a, b = (np.array([getattr(rate, side) for rate in rates])[counted] for side in "ab")
    ways = np.array([lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k, n in zip(right, total, strict=True)])
    everything = np.ones_like(a)
    scores = []
    for doubt in GRID:
        x, y = doubt.parameters(a, b, label_count, everything)
        scores.append(float(np.mean(ways + log_betas(x + right, y + total - right) - log_betas(x, y))))
    return np.array(scores)


def likeliest(scores: Sequence[Floats], workers: Sequence[float]) -> Doubt:
    """By all these tasks, each weighing the root of its workers: between every task alike and every worker alike. The
    one that is shipped where there are none."""
    if not scores:
        return DOUBT
    best = GRID[int(np.average(scores, axis=0, weights=np.sqrt(workers)).argmax())]
    return Doubt(best.lean, round(best.spread * _for_another(len(scores)), 2))


def _for_another(tasks: int) -> float:
    """From the likeliest spread of so many tasks to what one more may bring: the unbiased variance, and the doubt of
    the mean (Gelman et al., *Bayesian Data Analysis*, 3.2)."""
    return sqrt((tasks + 1) / max(tasks - 1, 1))


def of_the_others(scores: Sequence[Floats], workers: Sequence[float]) -> list[Doubt]:
    """For each task the likeliest by all but itself."""
    return [likeliest(_without(place, scores), _without(place, workers)) for place in range(len(scores))]


def _without(place: int, values: Sequence[T]) -> list[T]:
    return [*values[:place], *values[place + 1 :]]
