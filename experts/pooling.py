"""What one project's decisions say together: the pooled rate of each cell and each reviewer's severity."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from experts.rules import DEFAULT, Rule

Cell = tuple[str, str, str]
Key = TypeVar("Key", bound=Hashable)

ROUNDS = 2


@dataclass(frozen=True)
class Tally:
    """`count` decisions by one reviewer on one author's work in one cell, and the sum of their severities."""

    author: int
    reviewer: int | None
    cell: Cell
    count: int
    total: float


@dataclass(frozen=True)
class Pool:
    """The surroundings in which decisions are read. `offsets` holds only reviewers with decisions enough."""

    rate: float = DEFAULT.first_rate
    rates: Mapping[Cell, float] = field(default_factory=dict)
    offsets: Mapping[int, float] = field(default_factory=dict)

    def rate_of(self, cell: Cell) -> float:
        return self.rates.get(cell, self.rate)

    def offset_of(self, reviewer: int | None) -> float:
        return 0.0 if reviewer is None else self.offsets.get(reviewer, 0.0)


def pool(tallies: Sequence[Tally], rule: Rule = DEFAULT) -> Pool:
    """Empirical Bayes in two levels: a cell's rate is drawn to the project's, the project's to the first rate.

    The level is what the middle person does, so that bad work does not excuse itself by being frequent; how hard a
    cell is beside the others comes from all of its decisions.
    """
    count = sum(tally.count for tally in tallies)
    total = sum(tally.total for tally in tallies)
    mean = (total + rule.prior_strength * rule.first_rate) / (count + rule.prior_strength)
    means = _cell_rates(tallies, mean, rule)
    rate = _rate_of_the_middle_person(tallies, mean, rule)
    rates = {cell: of_cell * rate / mean for cell, of_cell in means.items()} if mean else means
    return Pool(rate, rates, reviewer_offsets(tallies, means, rule))


def _cell_rates(tallies: Sequence[Tally], mean: float, rule: Rule) -> dict[Cell, float]:
    counts, totals = _sums(tallies, lambda tally: tally.cell, lambda tally: tally.total)
    strength = rule.cell_strength
    return {cell: (totals[cell] + strength * mean) / (counts[cell] + strength) for cell in counts}


def _rate_of_the_middle_person(tallies: Sequence[Tally], mean: float, rule: Rule) -> float:
    """The median of people's rates, each drawn to the mean; the mean while few have been judged. A tenth of bad people
    raises the mean by a third and the median hardly (Huber, *Robust Statistics*, 1981, §1.4)."""
    counts, totals = _sums(tallies, lambda tally: tally.author, lambda tally: tally.total)
    known = [one for one, count in counts.items() if count >= rule.decisions_for_median]
    if len(known) < rule.people_for_median:
        return mean
    strength = rule.prior_strength
    return median((totals[one] + strength * mean) / (counts[one] + strength) for one in known)


def reviewer_offsets(tallies: Sequence[Tally], rates: Mapping[Cell, float], rule: Rule = DEFAULT) -> dict[int, float]:
    """b_reviewer of the additive model severity = cell + author + reviewer, by two rounds of backfitting (Hastie and
    Tibshirani, *Generalized Additive Models*, 1990), each effect shrunk by n / (n + strength).

    Reviewers who see the same authors and cells tell themselves apart; who is stricter than the others on the same
    people gets a positive offset, which is taken off what they decide.
    """
    known = [tally for tally in tallies if tally.reviewer is not None]
    reviewers: dict[int | None, float] = {}
    for _ in range(ROUNDS):
        reviewers = _one_round(known, rates, reviewers, rule)
    counts, _ = _sums(known, lambda one: one.reviewer, lambda one: 0.0)
    return {
        reviewer: effect
        for reviewer, effect in reviewers.items()
        if reviewer is not None and counts[reviewer] >= rule.reviewer_minimum
    }


def _one_round(
    tallies: Sequence[Tally], rates: Mapping[Cell, float], reviewers: Mapping[int | None, float], rule: Rule
) -> dict[int | None, float]:
    """The authors' effects given the reviewers', then the reviewers' given the authors'."""

    def beside_reviewer(tally: Tally) -> float:
        return rates[tally.cell] + reviewers.get(tally.reviewer, 0.0)

    authors = _effects(tallies, lambda one: one.author, beside_reviewer, rule.prior_strength)

    def beside_author(tally: Tally) -> float:
        return rates[tally.cell] + authors[tally.author]

    return _effects(tallies, lambda one: one.reviewer, beside_author, rule.reviewer_minimum)


def _effects(
    tallies: Iterable[Tally], key: Callable[[Tally], Key], expected: Callable[[Tally], float], strength: float
) -> dict[Key, float]:
    counts, residuals = _sums(tallies, key, lambda tally: tally.total - tally.count * expected(tally))
    return {one: residuals[one] / (counts[one] + strength) for one in counts}


def _sums(
    tallies: Iterable[Tally], key: Callable[[Tally], Key], value: Callable[[Tally], float]
) -> tuple[dict[Key, int], dict[Key, float]]:
    counts: dict[Key, int] = defaultdict(int)
    totals: dict[Key, float] = defaultdict(float)
    for tally in tallies:
        counts[key(tally)] += tally.count
        totals[key(tally)] += value(tally)
    return counts, totals
