"""The numbers of the standing rule (DESIGN §6), per project. Those marked *ours* the simulated rule does not name;
docs/standing.md says why they are what they are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from math import ceil, inf
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
    # Ours: the project's rate is what the middle person does once so many people have so many decisions each.
    people_for_median: int = 10
    decisions_for_median: int = 5
    # A reviewer's severity counts from so many decisions on, shrunk by n / (n + this).
    reviewer_minimum: int = 30
    # The deciding quantile; the interval shown reaches from it to its mirror image.
    quantile: float = 0.10
    least_limit: float = 0.15
    limit_factor: float = 1.35
    worst_rate: float = 0.40
    least_weight: float = 0.10
    minimum_decisions: float = 8
    # Effects. Ours: above a third of the limit and from four effective decisions on (docs/adr/0009 and 0014), the lower
    # bound says who chooses first while a place is new: as long as the longest delay. Halfway (g = .5) a person is
    # behind nobody half an hour after their hand-in.
    delay_hours: float = 4
    first_hours: float = 4
    first_from: float = 0.3
    first_to: float = 0.85
    first_minimum: float = 4
    middle_wait_hours: float = 0.5
    closer_review_below: float = 0.6
    # CUSUM: from the good rate to the bad one; at the height, coaching.
    good_rate: float = 0.12
    bad_rate: float = 0.30
    coaching_height: float = 3.5
    # States. Ours, but for the straight accepts that clear probation.
    straight_accepts: int = 10
    probation_decisions: float = 15
    deprioritize_below: float = 0.8
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
        "hours are 0 or more": min(rule.delay_hours, rule.first_hours, rule.middle_wait_hours) >= 0,
        "the first choice begins and ends within the limit": 0 <= rule.first_from < rule.first_to <= 1,
        "the thresholds of weight are shares": 0 <= rule.deprioritize_below <= 1 and rule.trusted_slack >= 1,
    }


DEFAULT = Rule()


def shown_after(weight: float, deference: float = 0.0, rule: Rule = DEFAULT) -> timedelta:
    """How long after it became free a place shows to a person of lowered weight: D (1 - w) or, where that is longer,
    others' first choice. Nothing at full weight, where the first choice ends by waiting."""
    first = rule.first_hours * deference if weight < 1 else 0.0
    return timedelta(hours=max(rule.delay_hours * (1 - weight), first))


def hours_until_shown(
    free_for: float, since_hand_in: float | None, weight: float, deference: float, rule: Rule = DEFAULT
) -> float:
    """When a place that has been free for so many hours shows to a person whose last hand-in was so long ago (None:
    never). D (1 - w) is counted from both; others' first choice from the place, and it ends with the longest wait."""
    delay = rule.delay_hours * (1 - weight)
    since = inf if since_hand_in is None else since_hand_in
    first = min(rule.first_hours * deference - free_for, _longest_wait(deference, rule) - since)
    return max(0.0, delay - free_for, delay - since, first)


def free_hours_needed(
    since_hand_in: float | None, weight: float, deference: float, rule: Rule = DEFAULT
) -> float | None:
    """How long a place must have been free to show to this person now; None: nothing shows to them yet."""
    delay = rule.delay_hours * (1 - weight)
    since = inf if since_hand_in is None else since_hand_in
    if since < delay:
        return None
    has_waited = since >= _longest_wait(deference, rule)
    return max(delay, 0.0 if has_waited else rule.first_hours * deference)


def _longest_wait(deference: float, rule: Rule) -> float:
    """After G g / (1 - g) hours since their hand-in a person is behind nobody: G at g = .5, never at g = 1."""
    return inf if deference >= 1 else rule.middle_wait_hours * deference / (1 - deference)


def open_cap(cap: int, weight: float) -> int:
    """How many items a person of this weight may have open: never fewer than one."""
    return max(1, ceil(round(cap * weight, 9)))
