"""From a person's decisions to the numbers behind their standing: pure functions, DESIGN §6.

    decision i, newest last: age a_i in decisions, days_i, t_i trainings passed since
    lam_i = 2^(-a_i/30) * 2^(-days_i/180) * 2^-t_i
    r_i = clip(s_i - b_reviewer, 0, 1)      R = sum lam_i r_i      N = sum lam_i
    p ~ Beta(kappa m + R, kappa (1 - m) + N - R)      L = 10 % quantile of p
    tau = max(.15, 1.35 m)      w = clip(1 - max(0, L - tau) / (rho - tau), .10, 1)   from 8 effective decisions on

The numbers are `experts.rules.Rule`. Sources: Beta-binomial posterior with an empirical-Bayes prior (Gelman et al.,
*Bayesian Data Analysis*, §2.4 and §5.3); one-sided CUSUM of log likelihood ratios (Page 1954, "Continuous inspection
schemes"); ten straight accepts as the sequential probability ratio test's boundary ln(.10 / .95) = -2.25 in steps
of ln(.70 / .88) = -.229 (Wald 1945). Where a person works in several cells, m is the mean of the cells' pooled
rates, weighted like the decisions themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import log

from experts.beta import beta_quantile
from experts.rules import DEFAULT, Rule

# Decisions further back weigh less than one hundredth.
WINDOW = 200
MOST_ACCEPTS = 99


class Judgement(StrEnum):
    ACCEPTED = "accepted"
    LIGHT_EDIT = "light_edit"
    MAJOR_EDIT = "major_edit"
    RETURNED = "returned"
    REJECTED = "rejected"
    CONTROL_FAILED = "control_failed"


@dataclass(frozen=True)
class Decision:
    """One judgement: `days` ago, in a cell with the pooled rate `prior`, by a reviewer `offset` too severe, and with
    `distance` training sets passed since."""

    judgement: Judgement
    days: float = 0.0
    prior: float = DEFAULT.first_rate
    offset: float = 0.0
    distance: int = 0


@dataclass(frozen=True)
class Evidence:
    """What the decisions add up to: R, N and m of the formula."""

    against: float
    effective: float
    prior: float


@dataclass(frozen=True)
class Score:
    """`low` and `high` bound the rate; `low` (L) decides, compared with `limit` (tau). `deference` is the share
    of the first choice for which a new place shows to others first."""

    weight: float
    deference: float
    low: float
    rate: float
    high: float
    limit: float
    effective: float
    cusum: float
    straight_accepts: int
    decisions: int


def severity(judgement: Judgement, rule: Rule = DEFAULT) -> float:
    """s_i: accept and light edit 0, major edit .3, returned .5, rejected or a failed control item 1."""
    if judgement in (Judgement.ACCEPTED, Judgement.LIGHT_EDIT):
        return 0.0
    if judgement == Judgement.MAJOR_EDIT:
        return rule.major_edit
    return rule.returned if judgement == Judgement.RETURNED else 1.0


def charge(decision: Decision, rule: Rule = DEFAULT) -> float:
    """r_i: what the decision counts against its author once the reviewer's severity is taken out."""
    return min(1.0, max(0.0, severity(decision.judgement, rule) - decision.offset))


def decay(age: int, days: float, rule: Rule = DEFAULT) -> float:
    """lam_i: halves every 30 decisions and every 180 days."""
    return float(2 ** (-age / rule.half_life_decisions - max(0.0, days) / rule.half_life_days))


def trainings_that_count(passed: Sequence[datetime], rule: Rule = DEFAULT) -> list[datetime]:
    """At most one in thirty days, so that nobody trains their record away."""
    counted: list[datetime] = []
    for at in sorted(passed):
        if not counted or at - counted[-1] >= timedelta(days=rule.training_every_days):
            counted.append(at)
    return counted


def weigh(decisions: Sequence[Decision], prior: float, rule: Rule = DEFAULT) -> Evidence:
    """`decisions` newest last; `prior` is the project's rate, for who has none."""
    against = effective = priors = 0.0
    for age, decision in enumerate(reversed(decisions[-WINDOW:])):
        counts = decay(age, decision.days, rule) * rule.training_share**decision.distance
        against += counts * charge(decision, rule)
        effective += counts
        priors += counts * _within_bounds(decision.prior, rule)
    return Evidence(against, effective, priors / effective if effective else _within_bounds(prior, rule))


def _within_bounds(prior: float, rule: Rule) -> float:
    return min(rule.most_prior, max(rule.least_prior, prior))


def posterior(evidence: Evidence, rule: Rule = DEFAULT) -> tuple[float, float]:
    """a and b of Beta(kappa m + R, kappa (1 - m) + N - R)."""
    known = rule.prior_strength * evidence.prior
    return known + evidence.against, rule.prior_strength - known + evidence.effective - evidence.against


def lower_bound(evidence: Evidence, rule: Rule = DEFAULT) -> float:
    """L: the person's rate is above it with nine chances in ten."""
    return beta_quantile(rule.quantile, *posterior(evidence, rule))


def weight(evidence: Evidence, low: float, rule: Rule = DEFAULT) -> float:
    """w: 1 until the whole interval lies above tau, then falling in a line to .10 at rho. Never zero, and always 1
    before eight effective decisions."""
    if evidence.effective < rule.minimum_decisions:
        return 1.0
    limit = rule.limit(evidence.prior)
    falling = 1 - max(0.0, low - limit) / (rule.worst_rate - limit)
    return min(1.0, max(rule.least_weight, falling))


def deference(evidence: Evidence, low: float, rule: Rule = DEFAULT) -> float:
    """g = clip((L - .3 tau) / (.85 tau - .3 tau), 0, 1), from four effective decisions on: 0 for who is surely below
    the limit or new, 1 from shortly below the limit on. It orders people, never holds them: a place that nobody takes
    meanwhile shows after g times the first choice (docs/adr/0009 and 0014)."""
    if evidence.effective < rule.first_minimum:
        return 0.0
    limit = rule.limit(evidence.prior)
    begins, ends = limit * rule.first_from, limit * rule.first_to
    return min(1.0, max(0.0, (low - begins) / (ends - begins)))


def cusum(decisions: Sequence[Decision], rule: Rule = DEFAULT) -> float:
    """S = clip(S + log likelihood ratio of .30 to .12, 0, h): reaching h asks for coaching, never for less work.

    Held at h, so that the way back is as short after a long bad run as after a short one; a training halves it.
    """
    raised = 0.0
    worse, better = log(rule.bad_rate / rule.good_rate), log((1 - rule.bad_rate) / (1 - rule.good_rate))
    distance = decisions[0].distance if decisions else 0
    for decision in decisions[-WINDOW:]:
        raised *= rule.training_share ** max(0, distance - decision.distance)
        distance = decision.distance
        against = charge(decision, rule)
        raised = min(rule.coaching_height, max(0.0, raised + against * worse + (1 - against) * better))
    return raised * rule.training_share**distance


def straight_accepts(decisions: Sequence[Decision]) -> int:
    """How many of the latest decisions in a row were accepts (light edits are)."""
    count = 0
    for decision in reversed(decisions):
        if decision.judgement not in (Judgement.ACCEPTED, Judgement.LIGHT_EDIT):
            break
        count += 1
    return count


def score(decisions: Sequence[Decision], *, prior: float = DEFAULT.first_rate, rule: Rule = DEFAULT) -> Score:
    """With the distance that trainings put, or without where a good record would suffer from it."""
    trained = _score(decisions, prior, rule)
    if not any(decision.distance for decision in decisions):
        return trained
    untrained = _score([replace(decision, distance=0) for decision in decisions], prior, rule)
    calm = min(trained.cusum, untrained.cusum)
    return replace(min(trained, untrained, key=lambda one: (-one.weight, one.low)), cusum=calm)


def _score(decisions: Sequence[Decision], prior: float, rule: Rule) -> Score:
    evidence = weigh(decisions, prior, rule)
    a, b = posterior(evidence, rule)
    low = beta_quantile(rule.quantile, a, b)
    return Score(
        weight=weight(evidence, low, rule),
        deference=deference(evidence, low, rule),
        low=low,
        rate=a / (a + b),
        high=beta_quantile(1 - rule.quantile, a, b),
        limit=rule.limit(evidence.prior),
        effective=evidence.effective,
        cusum=cusum(decisions, rule),
        straight_accepts=straight_accepts(decisions),
        decisions=len(decisions),
    )


def accepts_to_full_weight(decisions: Sequence[Decision], rule: Rule = DEFAULT) -> int:
    """How many accepts in a row, starting now, bring the weight back to 1 (99: that many or more)."""
    if not decisions:
        return 0
    ahead = list(decisions)
    next_one = replace(decisions[-1], judgement=Judgement.ACCEPTED, days=0.0, offset=0.0, distance=0)
    for count in range(MOST_ACCEPTS):
        if score(ahead, prior=rule.first_rate, rule=rule).weight >= 1:
            return count
        ahead.append(next_one)
    return MOST_ACCEPTS


def after_training(decisions: Sequence[Decision]) -> list[Decision]:
    """The same decisions, were a training set passed now."""
    return [replace(decision, distance=decision.distance + 1) for decision in decisions]
