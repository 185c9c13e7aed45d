"""What many people's answers say together: the likeliest truth of each item, and how often each person is right.

Dawid and Skene, *Maximum likelihood estimation of observer error-rates using the EM algorithm* (Applied Statistics 28,
1979), with each person's confusion drawn to everybody's by a few imagined answers; the rate of a person is then drawn
to their pool by a beta prior fitted to the pool (empirical Bayes; Gelman et al., *Bayesian Data Analysis*, 5.3).
The model takes people's mistakes for independent and so is far too sure. Two things make up for that: answers to one
item count less than one each (`ALIKE`), and intervals allow for a crowd that is wrong together (`Doubt`).
Checked against crowd-kit; measured in docs/reviewers.md.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experts.beta import beta_quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# How many imagined answers, given as everybody gives theirs, each person begins with per true label. The mean of three
# is taken: the likelihood cannot choose, since it prefers people who are alike wherever they are wrong alike.
STRENGTHS = (0.5, 1.0, 2.0)
# How many imagined answers, given as to all labels taken together, everybody's begins with per true label.
SHARED = 3.0
# How alike answers to one item are beyond what its truth explains: n of them weigh n / (1 + ALIKE (n - 1)), the design
# effect of Kish, *Survey Sampling* (1965), 8.2.
ALIKE = 0.15
MOST_ROUNDS = 60
CLOSE_ENOUGH = 1e-3

_MEANS = np.linspace(0.02, 0.98, 49)
_STRENGTHS = np.exp(np.linspace(np.log(0.5), np.log(300.0), 30))


@dataclass(frozen=True)
class Answers:
    """Who gave which label to what, as numbers from 0; one row per answer."""

    items: Ints
    people: Ints
    labels: Ints
    item_count: int
    person_count: int
    label_count: int

    @classmethod
    def of(cls, rows: Iterable[tuple[Hashable, Hashable, Hashable]]) -> "Answers":
        """Rows of (item, person, label), numbered in the order in which they first come."""
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
        items, people, labels = map(_numbered, columns)
        return cls(items[0], people[0], labels[0], items[1], people[1], labels[1])

    def only(self, which: NDArray[np.bool_]) -> "Answers":
        """The answers marked, under the same numbers."""
        chosen = (self.items[which], self.people[which], self.labels[which])
        return Answers(*chosen, self.item_count, self.person_count, self.label_count)


def _numbered(column: Sequence[Hashable]) -> tuple[Ints, int]:
    numbers = {value: place for place, value in enumerate(dict.fromkeys(column))}
    return np.array([numbers[one] for one in column], dtype=np.int64), len(numbers)


@dataclass(frozen=True)
class Consensus:
    """`shares`: items × labels, how likely each label is true. `confusion`: people × said × true."""

    shares: Floats
    confusion: Floats


def agreed(answers: Answers, known: Mapping[int, int] | None = None) -> Consensus:
    """Dawid and Skene's conclusions as the mean over `STRENGTHS`, made less sure by how alike answers are."""
    found = [dawid_skene(answers, known, strength) for strength in STRENGTHS]
    shares = [_fixed(_expected(answers, one.shares, one.confusion, ALIKE), known or {}) for one in found]
    return Consensus(np.mean(shares, axis=0), np.mean([one.confusion for one in found], axis=0))


def dawid_skene(answers: Answers, known: Mapping[int, int] | None = None, strength: float = 1.0) -> Consensus:
    """By EM from the majority; `known` gives the true label of items that need no guess, such as control items."""
    shares = _fixed(_majority(answers), known or {})
    confusion = _confusion(answers, shares, strength)
    for _ in range(MOST_ROUNDS):
        guessed = _fixed(_expected(answers, shares, confusion), known or {})
        moved = np.abs(guessed - shares).max(initial=0.0)
        shares = guessed
        confusion = _confusion(answers, shares, strength)
        if moved < CLOSE_ENOUGH:
            break
    return Consensus(shares, confusion)


def _majority(answers: Answers) -> Floats:
    places = answers.items * answers.label_count + answers.labels
    votes = np.bincount(places, minlength=answers.item_count * answers.label_count)
    shares = votes.reshape(answers.item_count, answers.label_count).astype(float)
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1.0))


def _summed(places: Ints, rows: Floats, count: int) -> Floats:
    """The rows added up by the place each belongs to; `count` places."""
    columns = [np.bincount(places, weights=rows[:, label], minlength=count) for label in range(rows.shape[1])]
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def _fixed(shares: Floats, known: Mapping[int, int]) -> Floats:
    for item, label in known.items():
        shares[item] = 0.0
        shares[item, label] = 1.0
    return shares


def _confusion(answers: Answers, shares: Floats, strength: float) -> Floats:
    size = (answers.person_count, answers.label_count)
    summed = _summed(answers.people * size[1] + answers.labels, shares[answers.items], size[0] * size[1])
    counts = summed.reshape(*size, size[1])
    everybody = _of_everybody(counts.sum(axis=0) + 1e-3)
    counts += strength * everybody / everybody.sum(axis=0, keepdims=True)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12))


def _of_everybody(counts: Floats) -> Floats:
    """A label that is hardly ever true is drawn to what all labels have in common: how often it is said where it is
    true, and else what is said at all. Otherwise it can change places with a common one."""
    right = np.trace(counts) / counts.sum()
    said = counts.sum(axis=1, keepdims=True) / counts.sum()
    return np.asarray(counts + SHARED * (right * np.eye(len(counts)) + (1 - right) * said))


def _expected(answers: Answers, shares: Floats, confusion: Floats, alike: float = 0.0) -> Floats:
    said = np.log(np.maximum(confusion, 1e-12))[answers.people, answers.labels]
    logs = _summed(answers.items, said, answers.item_count)
    given = np.bincount(answers.items, minlength=answers.item_count)
    logs /= 1 + alike * np.maximum(given - 1, 0)[:, None]
    prior = shares.sum(axis=0) + 1.0
    logs += np.log(prior / prior.sum())
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def rights(answers: Answers, consensus: Consensus) -> tuple[Floats, Floats]:
    """For each person how many answers were right, in expectation, and how many they gave."""
    likely = consensus.shares[answers.items, answers.labels]
    right = np.bincount(answers.people, weights=likely, minlength=answers.person_count)
    total = np.bincount(answers.people, minlength=answers.person_count)
    return right.astype(float), total.astype(float)


@dataclass(frozen=True)
class Pool:
    """The beta distribution that people's rates are drawn from."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        return self.a / (self.a + self.b)

    def rate(self, right: float, total: float) -> "Rate":
        return Rate(self.a + right, self.b + max(0.0, total - right))


@dataclass(frozen=True)
class Rate:
    """A person's rate as a beta distribution."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        return self.a / (self.a + self.b)

    def interval(self, share: float = 0.9) -> tuple[float, float]:
        """Of the rate itself."""
        tail = (1 - share) / 2
        return beta_quantile(tail, self.a, self.b), beta_quantile(1 - tail, self.a, self.b)

    def to_come(self, number: int, share: float = 0.9) -> tuple[int, int]:
        """How many of the next `number` answers will be right, from to: the run of counts around the likeliest whose
        probability (beta-binomial) comes closest to `share`. Counts are whole, so it is met on average over people."""
        chances = [_beta_binomial(count, number, self.a, self.b) for count in range(number + 1)]
        low = high = max(range(number + 1), key=chances.__getitem__)
        covered = chances[low]
        while covered < share:
            below = chances[low - 1] if low > 0 else -1.0
            above = chances[high + 1] if high < number else -1.0
            further = max(below, above)
            if further < 0 or covered + further - share > share - covered:
                break
            low, high, covered = (low - 1, high, covered + below) if below > above else (low, high + 1, covered + above)
        return low, high


@dataclass(frozen=True)
class Estimate(Rate):
    """A rate that leans on what all say together: its interval allows for a crowd that is wrong together, while the one
    number to tell stays what the answers say."""

    told: float

    @property
    def mean(self) -> float:
        return self.told


@dataclass(frozen=True)
class Doubt:
    """How far people's rates lie from what the consensus says, on the logit scale: a normal shift, the same for all in
    a task. With more than two labels a crowd can share a wrong one, so it `lean`s downwards; with two, it did not."""

    lean: float
    spread: float

    def widened(self, rates: Sequence[Rate], label_count: int, unknown: Floats) -> list[Estimate]:
        """`unknown`: the share of each person's answers that nothing but the consensus judges; the rest needs none."""
        a, b = np.array([one.a for one in rates]), np.array([one.b for one in rates])
        a, b = self.parameters(a, b, label_count, unknown)
        return [Estimate(float(x), float(y), one.mean) for x, y, one in zip(a, b, rates, strict=True)]

    def parameters(self, a: Floats, b: Floats, label_count: int, unknown: Floats) -> tuple[Floats, Floats]:
        """Of the beta distributions with the mean and the variance of Beta(a, b) shifted, by Gauss and Hermite."""
        mean = a / (a + b)
        logit = np.log(a / b) + unknown * (self.lean if label_count > 2 else 0.0)
        shifted = 1 / (1 + np.exp(-(logit[:, None] + (unknown * self.spread)[:, None] * _NODES)))
        middle = shifted @ _WEIGHTS
        variance = mean * (1 - mean) / (a + b + 1) + (shifted - middle[:, None]) ** 2 @ _WEIGHTS
        strength = np.maximum(middle * (1 - middle) / variance - 1, _LEAST_STRENGTH)
        return middle * strength, (1 - middle) * strength


_NODES, _RAW_WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _RAW_WEIGHTS / _RAW_WEIGHTS.sum()
_LEAST_STRENGTH = 0.05

# The likeliest over all 17 public crowds; docs/reviewers.md measures each with what the other 16 give.
DOUBT = Doubt(lean=-0.4, spread=0.48)


def _beta_binomial(count: int, number: int, a: float, b: float) -> float:
    ways = lgamma(number + 1) - lgamma(count + 1) - lgamma(number - count + 1)
    return exp(ways + _log_beta(a + count, b + number - count) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def fit_pool(right: Sequence[float] | Floats, total: Sequence[float] | Floats) -> Pool:
    """The beta distribution under which these counts are likeliest, on a grid of means and strengths."""
    pairs = [(one, of) for one, of in zip(right, total, strict=True) if of > 0]
    if not pairs:
        return Pool(1.0, 1.0)
    means, strengths = np.meshgrid(_MEANS, _STRENGTHS, indexing="ij")
    a, b = means * strengths, (1 - means) * strengths
    fits = np.zeros_like(a)
    base = log_betas(a, b)
    for one, of in pairs:
        fits += log_betas(a + one, b + of - one) - base
    best = np.unravel_index(int(fits.argmax()), fits.shape)
    return Pool(float(a[best]), float(b[best]))


def log_betas(a: Floats, b: Floats) -> Floats:
    return np.asarray(_log_gamma(a) + _log_gamma(b) - _log_gamma(a + b))


def _log_gamma(x: Any) -> Floats:
    """Stirling's series after six steps up, good to 1e-9 (NIST Digital Library of Mathematical Functions, 5.11.1)."""
    x = np.asarray(x, dtype=float)
    steps = np.ones_like(x)
    for step in range(6):
        steps = steps * (x + step)
    y = x + 6
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - np.log(steps))


def accuracies(answers: Answers, known: Mapping[int, int] | None = None) -> list[Estimate]:
    """Of each person in the answers, from what is known and otherwise from what all say together."""
    return DOUBT.widened(undoubted(answers, known), answers.label_count, _unknown(answers, known or {}))


def undoubted(answers: Answers, known: Mapping[int, int] | None = None) -> list[Rate]:
    """The same as if a crowd were never wrong together."""
    if not answers.person_count:
        return []
    right, total = rights(answers, agreed(answers, known))
    pool = fit_pool(right, total)
    return [pool.rate(float(one), float(of)) for one, of in zip(right, total, strict=True)]


def _unknown(answers: Answers, known: Mapping[int, int]) -> Floats:
    """1 for a person without any answer: their rate is the pool's, which is judged by the consensus too."""
    open_ones = ~np.isin(answers.items, list(known))
    unknown = np.bincount(answers.people, weights=open_ones, minlength=answers.person_count)
    total = np.bincount(answers.people, minlength=answers.person_count)
    return np.where(total > 0, unknown / np.maximum(total, 1), 1.0)
