"""The numbers of the standing rule (DESIGN §6), per project. Those marked *ours* the simulated rule does not name;
docs/standing.md says why they are what they are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from math import ceil
from typing import Any


@dataclass(frozen=True)
class Rule:
    # Decay of a decision: by decisions since, and by days since.
    half_life_decisions: float = 30
    half_life_days: float = 180
    # Ours: a passed training set puts distance to what was decided before it, which then counts for half; at most once
    # in so many days.
    training_share: float = 0.5
    training_every_days: float = 30
    # Severity of what is neither accepted (0) nor rejected (1).
    major_edit: float = 0.3
    returned: float = 0.5
    # The prior: pooled rate of the cell, within bounds, worth so many decisions.
    least_prior: float = 0.05
    most_prior: float = 0.25
    prior_strength: float = 10
    # Ours: the rate before anybody was judged, and how many decisions pull a cell away from its project's rate.
    first_rate: float = 0.12
    cell_strength: float = 30
    # A reviewer's severity counts from so many decisions on, shrunk by n / (n + this).
    reviewer_minimum: int = 30
    # The deciding quantile; the interval shown reaches from it to its mirror image.
    quantile: float = 0.10
    least_limit: float = 0.15
    limit_factor: float = 1.25
    worst_rate: float = 0.40
    least_weight: float = 0.10
    minimum_decisions: float = 8
    # Effects.
    delay_hours: float = 4
    closer_review_below: float = 0.6
    # CUSUM: from the good rate to the bad one; at the height, coaching.
    good_rate: float = 0.12
    bad_rate: float = 0.30
    coaching_height: float = 3.5
    # States. Ours, but for the straight accepts that clear probation.
    straight_accepts: int = 10
    probation_decisions: float = 15
    deprioritize_below: float = 0.9
    trusted_slack: float = 1.2

    def __post_init__(self) -> None:
        wrong = [name for name, ok in _sound(self).items() if not ok]
        if wrong:
            raise ValueError(f"This rule cannot work: {'; '.join(wrong)}.")

    def limit(self, prior: float) -> float:
        """tau: how high the whole interval must lie before anything happens."""
        return max(self.least_limit, self.limit_factor * prior)

    def as_json(self) -> dict[str, float]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Rule":
        """Settings that are not stored are the defaults; names of other versions are left aside."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


def _sound(rule: Rule) -> dict[str, bool]:
    positive = (rule.half_life_decisions, rule.half_life_days, rule.prior_strength, rule.cell_strength)
    return {
        "half-lives and strengths are above 0": min(positive) > 0,
        "a training leaves a share of what was before it": 0 < rule.training_share <= 1
        and rule.training_every_days > 0,
        "a major edit is at most as bad as a return, a return as a rejection": (
            0 <= rule.major_edit <= rule.returned <= 1
        ),
        "the prior's bounds lie in order between 0 and 1": 0 < rule.least_prior <= rule.most_prior < 1,
        "the deciding quantile is below the middle": 0 < rule.quantile < 0.5,
        "the worst rate is above every limit": rule.limit(rule.most_prior) < rule.worst_rate < 1,
        "the weight is never zero": 0 < rule.least_weight <= 1,
        "the good rate is below the bad one": 0 < rule.good_rate < rule.bad_rate < 1,
        "the coaching height is above 0": rule.coaching_height > 0,
        "the thresholds of weight are shares": 0 <= rule.deprioritize_below <= 1 and rule.trusted_slack >= 1,
    }


DEFAULT = Rule()


def shown_after(weight: float, rule: Rule = DEFAULT) -> timedelta:
    """How long after it became free a place shows to a person of this weight: D (1 - w)."""
    return timedelta(hours=rule.delay_hours) * (1 - weight)


def open_cap(cap: int, weight: float) -> int:
    """How many items a person of this weight may have open: never fewer than one."""
    return max(1, ceil(round(cap * weight, 9)))
