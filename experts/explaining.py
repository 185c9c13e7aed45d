"""How a stored standing came about: every decision that counted, with all that was taken off it. Read from the inputs
that the standing keeps, so that it shows the numbers that decided and not those of today."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from experts.outcomes import Record, Row, decisions, named
from experts.pooling import Pool
from experts.recomputing import replay
from experts.rules import Rule
from experts.scoring import Decision, charge, decay, posterior, severity, weigh

SAME = 1e-9


@dataclass(frozen=True)
class Counted:
    """One decision, `age` decisions and `days` ago: severity s, the reviewer's offset b, what is charged r, and how
    much it counts (lambda). `share` is how much of everything against the person it makes, 0 to 1."""

    row: Row
    age: int
    days: float
    severity: float
    offset: float
    charge: float
    counts: float
    share: float


@dataclass(frozen=True)
class Explanation:
    """R, N, m and the Beta distribution of DESIGN §6, with the decisions behind them, newest first."""

    decisions: Sequence[Counted]
    against: float
    effective: float
    prior: float
    a: float
    b: float
    rule: Rule
    at: datetime
    score: Mapping[str, Any]


def explain(inputs: Mapping[str, Any]) -> Explanation:
    """Raises KeyError for inputs that no recompute has written."""
    rule, at, score = Rule.from_json(inputs["rule"]), datetime.fromisoformat(inputs["at"]), inputs["score"]
    decided, rows = _decided(inputs, rule, at)
    evidence = weigh(decided, inputs["rate"], rule)
    a, b = posterior(evidence, rule)
    counted = [_counted(row, one, age, evidence.against, rule) for age, (row, one) in enumerate(_newest(rows, decided))]
    return Explanation(counted, evidence.against, evidence.effective, evidence.prior, a, b, rule, at, score)


def gives_the_same(inputs: Mapping[str, Any]) -> bool:
    """The rule once more on the outcome rows: are the stored numbers what they should be?"""
    again, _ = replay(inputs)
    return all(abs(value - inputs["score"][name]) < SAME for name, value in asdict(again).items())


def _decided(inputs: Mapping[str, Any], rule: Rule, at: datetime) -> tuple[list[Decision], Sequence[Row]]:
    """With the distance that a training put between, unless the numbers were taken without it."""
    rates = {(language, domain, skill): rate for language, domain, skill, rate in inputs["rates"]}
    surroundings = Pool(inputs["rate"], rates, dict(inputs["offsets"]))
    trainings = [datetime.fromisoformat(passed) for passed in inputs.get("trainings", [])]
    rows = named(inputs["outcomes"])
    for passed in (trainings, []):
        decided = decisions(Record(rows, passed), surroundings, at, rule)
        if abs(weigh(decided, inputs["rate"], rule).effective - inputs["score"]["effective"]) < SAME:
            break
    return decided, rows


def _newest(rows: Sequence[Row], decided: Sequence[Decision]) -> list[tuple[Row, Decision]]:
    return list(zip(reversed(rows), reversed(decided), strict=True))


def _counted(row: Row, one: Decision, age: int, against: float, rule: Rule) -> Counted:
    counts = decay(age, one.days, rule) * rule.training_share**one.distance
    charged = charge(one, rule)
    share = counts * charged / against if against else 0.0
    return Counted(row, age, one.days, severity(one.judgement, rule), one.offset, charged, counts, share)
