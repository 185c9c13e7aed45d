"""How far judgements agree: with what is known (sensitivity, specificity, reasons) and with each other (alpha, AC1).

All pure. Nothing is said of fewer than MINIMUM cases: a rate of three is no rate.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

MINIMUM = 5
# Below this many pairs no coefficient is shown.
MINIMUM_UNITS = 10
Z_90 = 1.6448536269514722

Unit = Sequence[Hashable | None]


@dataclass(frozen=True)
class Share:
    """`hits` of `of`, with the 90 % interval; None where there are too few."""

    hits: int
    of: int

    @property
    def is_enough(self) -> bool:
        return self.of >= MINIMUM

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.is_enough else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.of) if self.is_enough else None


def wilson(hits: int, of: int, z: float = Z_90) -> tuple[float, float]:
    """The score interval of a share (Wilson, *Probable inference*, JASA 22, 1927); 0 to 1 when there is nothing."""
    if of == 0:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(flags: Iterable[bool]) -> Share:
    listed = list(flags)
    return Share(sum(listed), len(listed))


def reason_overlap(said: Iterable[str], true: Iterable[str]) -> float:
    """Of the reasons named by either, the share named by both (Jaccard); 1 when neither names any."""
    one, other = set(said), set(true)
    return len(one & other) / len(one | other) if one | other else 1.0


def nominal(one: Hashable, other: Hashable) -> float:
    return float(one != other)


def alpha(units: Iterable[Unit], *, ordinal: bool = False) -> float | None:
    """Krippendorff's alpha with missing values: 1 - observed / expected disagreement.

    `units` are items, each a row of values, None where somebody did not judge. Ordinal values are numbers; their
    distance counts the values between them (Krippendorff, *Computing Krippendorff's alpha-reliability*, 2011).
    None when there are no pairs; 1 when nobody ever differs.
    """
    pairs, totals = _coincidences(units)
    number = sum(totals.values())
    if number <= 1:
        return None
    distance = _ordinal(totals) if ordinal else nominal
    observed = sum(weight * distance(one, other) for (one, other), weight in pairs.items())
    expected = sum(
        totals[one] * totals[other] * distance(one, other) for one in totals for other in totals if one != other
    )
    return 1.0 if expected == 0 else 1 - (number - 1) * observed / expected


def _coincidences(
    units: Iterable[Unit],
) -> tuple[dict[tuple[Hashable, Hashable], float], dict[Hashable, float]]:
    """Pairs of values within a unit, each weighed by 1 / (its values - 1), and how often each value pairs at all."""
    pairs: dict[tuple[Hashable, Hashable], float] = defaultdict(float)
    totals: dict[Hashable, float] = defaultdict(float)
    for unit in units:
        counts = Counter(value for value in unit if value is not None)
        number = counts.total()
        if number < 2:
            continue
        for one, times in counts.items():
            totals[one] += times
            for other, others in counts.items():
                pairs[one, other] += times * (others - (one == other)) / (number - 1)
    return pairs, totals


def _ordinal(totals: dict[Hashable, float]) -> Callable[[Hashable, Hashable], float]:
    ranked = sorted(totals)  # type: ignore[type-var]  # numbers, as the caller promises

    def distance(one: Hashable, other: Hashable) -> float:
        low, high = sorted((ranked.index(one), ranked.index(other)))
        between = sum(totals[value] for value in ranked[low : high + 1])
        return float((between - (totals[one] + totals[other]) / 2) ** 2)

    return distance


def ac1(units: Iterable[Unit]) -> float | None:
    """Gwet's AC1 for any number of judges and missing values (Gwet, *Computing inter-rater reliability and its
    variance in the presence of high agreement*, 2008). Unlike alpha it does not collapse when nearly all say the same.
    """
    counted = [Counter(value for value in unit if value is not None) for unit in units]
    counted = [counts for counts in counted if counts]
    paired = [counts for counts in counted if counts.total() >= 2]
    values = {value for counts in counted for value in counts}
    if not paired:
        return None
    if len(values) < 2:
        return 1.0
    observed = sum(map(_pairwise, paired)) / len(paired)
    shares = [sum(counts[value] / counts.total() for counts in counted) / len(counted) for value in values]
    expected = sum(one * (1 - one) for one in shares) / (len(values) - 1)
    return (observed - expected) / (1 - expected)


def _pairwise(counts: "Counter[Hashable]") -> float:
    number = counts.total()
    return sum(times * (times - 1) for times in counts.values()) / (number * (number - 1))


def raw_agreement(units: Iterable[Unit]) -> float | None:
    """The share of pairs of judgements of the same text that say the same."""
    counted = [Counter(value for value in unit if value is not None) for unit in units]
    paired = [counts for counts in counted if counts.total() >= 2]
    return sum(map(_pairwise, paired)) / len(paired) if paired else None


@dataclass(frozen=True)
class Agreement:
    """Of texts that several people judged; None where there are too few."""

    units: int
    raw: float | None
    alpha: float | None
    ac1: float | None


def agreement(units: Iterable[Unit], *, ordinal: bool = False) -> Agreement:
    paired = [unit for unit in units if sum(value is not None for value in unit) >= 2]
    if len(paired) < MINIMUM_UNITS:
        return Agreement(len(paired), None, None, None)
    return Agreement(len(paired), raw_agreement(paired), alpha(paired, ordinal=ordinal), ac1(paired))


def longest_streak(judged: Sequence[tuple[str, float | None]], fastest: float) -> range:
    """Where the most verdicts in a row say the same, each in less than `fastest` seconds; (verdict, seconds)."""
    longest, start, last = range(0), 0, ""
    for place, (verdict, seconds) in enumerate(judged):
        if seconds is None or seconds >= fastest:
            start = place + 1
        elif verdict != last:
            start = place
        longest = max(longest, range(start, place + 1), key=len)
        last = verdict
    return longest
