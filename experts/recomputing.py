"""Standing from the outcome rows, and nothing else.

A verdict only adds its outcome; this runs a moment later, in a beat task. So no verdict waits for the rule or fails
with it, nobody's standing is locked while a reviewer decides, and the project's rates are read once for many people.
Who is due is not remembered anywhere: their rows are counted and compared with what their standing counted, so
nothing is missed after a crash, and running twice changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from core.arrays import AnyOf
from core.one_by_one import one_by_one
from experts.models import Outcome, Standing, StandingChange
from experts.outcomes import Record, Row, decisions, named, pool_of, records_of
from experts.pooling import Cell, Pool
from experts.project_rules import rule_of
from experts.rules import DEFAULT, Rule
from experts.scoring import Decision, Score, score, trainings_that_count
from experts.states import State, next_state
from experts.wording import facts, why

# People in one transaction.
BATCH = 100
# Two seconds of work: others wait in the same queue. The rest follows with the next beat.
MOST_AT_ONCE = 200
POOL_SECONDS = 600
# Time alone moves a standing slowly: once a day is enough.
STALE_AFTER = timedelta(days=1)
# A smaller move of the weight is no event.
NOTED_MOVE = 0.01

_DUE = """
    WITH counted AS (
        SELECT user_id, project_id, sum(outcomes) AS outcomes, sum(beside) AS beside FROM (
            SELECT user_id, project_id, count(*) AS outcomes, 0 AS beside
            FROM experts_outcome GROUP BY user_id, project_id
            UNION ALL SELECT user_id, project_id, 0, count(*) FROM experts_training GROUP BY user_id, project_id
            UNION ALL SELECT user_id, project_id, 0, count(*) FROM experts_outcomehold GROUP BY user_id, project_id
        ) each GROUP BY user_id, project_id
    ), compared AS (
        SELECT user_id, project_id, standing.computed_at, standing.override_until, standing.id IS NULL
            OR standing.outcomes <> coalesce(counted.outcomes, 0)
            OR standing.beside <> coalesce(counted.beside, 0) AS is_behind
        FROM counted FULL JOIN experts_standing standing USING (user_id, project_id)
    )
    SELECT user_id, project_id FROM compared
    WHERE is_behind OR computed_at IS NULL OR computed_at < %(stale)s OR override_until <= %(now)s
    ORDER BY is_behind DESC, project_id, user_id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Measured:
    """What the rule makes of one person's rows."""

    score: Score
    state: State
    rows: Sequence[Row]
    trainings: Sequence[datetime]
    decided: Sequence[Decision]


def due(now: datetime) -> dict[int, list[int]]:
    """The people by project whose standing does not rest on all their outcomes, or on those of another day."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"stale": now - STALE_AFTER, "now": now, "most": MOST_AT_ONCE})
        pairs = cursor.fetchall()
    people: dict[int, list[int]] = defaultdict(list)
    for user_id, project_id in pairs:
        people[project_id].append(user_id)
    return people


def recompute_due(now: datetime) -> int:
    """Returns how many people's standing was computed anew."""
    waiting = due(now)
    return sum(one_by_one("Project", waiting, lambda project_id: _recompute(project_id, waiting[project_id], now)))


def _recompute(project_id: int, people: list[int], now: datetime) -> int:
    rule = rule_of(project_id)
    surroundings = _recent_pool(project_id, rule)
    batches = (people[start : start + BATCH] for start in range(0, len(people), BATCH))
    return sum(len(recompute(project_id, batch, now, rule, surroundings)) for batch in batches)


def recompute_project(project_id: int, now: datetime, report: Callable[[int], None] = lambda done: None) -> int:
    """Everybody at once, with rates read now: after another rule was adopted."""
    rule = rule_of(project_id)
    surroundings = pool_of(project_id, rule)
    people = sorted(
        set(Outcome.objects.filter(project_id=project_id).values_list("user_id", flat=True).distinct())
        | set(Standing.objects.filter(project_id=project_id).values_list("user_id", flat=True))
    )
    for start in range(0, len(people), BATCH):
        recompute(project_id, people[start : start + BATCH], now, rule, surroundings)
        report(min(start + BATCH, len(people)))
    return len(people)


def _recent_pool(project_id: int, rule: Rule) -> Pool:
    """Rates and severities of the last ten minutes will do; each standing keeps those it was computed with."""
    version = sha256(dumps(rule.as_json(), sort_keys=True).encode()).hexdigest()[:12]
    key = f"standing-pool:{project_id}:{version}"
    found: Pool | None = cache.get(key)
    if found is None:
        found = pool_of(project_id, rule)
        cache.set(key, found, POOL_SECONDS)
    return found


@transaction.atomic
def recompute(project_id: int, people: Sequence[int], now: datetime, rule: Rule, surroundings: Pool) -> list[Standing]:
    """Eight statements however many people: the rows are read after the standings are locked, so that what is stored
    last has seen the most."""
    Standing.objects.bulk_create(
        [Standing(user_id=person, project_id=project_id) for person in people], ignore_conflicts=True
    )
    standings = list(
        Standing.objects.select_for_update(no_key=True)
        .filter(AnyOf("user_id", people), project_id=project_id)
        .order_by("pk")
    )
    records = records_of(project_id, people)
    changes = [_renew(one, records.get(one.user_id, Record()), surroundings, now, rule) for one in standings]
    Standing.objects.bulk_update(standings, _RENEWED)
    StandingChange.objects.bulk_create([change for change in changes if change])
    return standings


_RENEWED = [
    *(
        "weight",
        "deference",
        "state",
        "measured",
        "low",
        "rate",
        "high",
        "outcomes",
        "beside",
        "inputs",
        "reason",
        "computed_at",
    ),
    *("override", "override_note", "override_by_id", "override_until"),
]


def _renew(standing: Standing, record: Record, surroundings: Pool, now: datetime, rule: Rule) -> StandingChange | None:
    before = held(standing)
    cause = _cause(standing, rule)
    if standing.override_until and standing.override_until <= now:
        end_override(standing)
        cause = StandingChange.Cause.EXPIRY
    measured = measure(record, surroundings, now, rule, State(standing.measured))
    standing.inputs = inputs_of(measured, surroundings, now, rule, State(standing.measured))
    standing.measured = measured.state
    standing.low, standing.rate, standing.high = measured.score.low, measured.score.rate, measured.score.high
    standing.outcomes, standing.beside = record.outcomes, record.beside
    standing.computed_at = now
    settle(standing)
    return moved(standing, before, cause, now)


def _cause(standing: Standing, rule: Rule) -> StandingChange.Cause:
    stored = standing.inputs.get("rule")
    is_other_rule = stored is not None and Rule.from_json(stored) != rule
    return StandingChange.Cause.RULE if is_other_rule else StandingChange.Cause.OUTCOMES


def measure(record: Record, surroundings: Pool, now: datetime, rule: Rule, before: State) -> Measured:
    decided = decisions(record, surroundings, now, rule)
    result = score(decided, prior=surroundings.rate, rule=rule)
    return Measured(result, next_state(result, before, rule), record.rows, record.trainings, decided)


def settle(standing: Standing) -> None:
    """What holds: the numbers, unless a person has decided otherwise."""
    standing.state = standing.override or standing.measured
    standing.weight = _weight_held(standing)
    standing.deference = _deference_held(standing)
    standing.reason = why(standing)


def _weight_held(standing: Standing) -> float:
    if standing.override == State.PAUSED:
        return float(standing.inputs.get("rule", {}).get("least_weight", DEFAULT.least_weight))
    if standing.override == State.ACTIVE or not standing.inputs:
        return 1.0
    return float(standing.inputs["score"]["weight"])


def _deference_held(standing: Standing) -> float:
    """A standing computed before there was one has none until it is computed anew."""
    if standing.override == State.ACTIVE or not standing.inputs:
        return 0.0
    return float(standing.inputs["score"].get("deference", 0.0))


def held(standing: Standing) -> tuple[str, float]:
    return standing.state, standing.weight


def end_override(standing: Standing) -> None:
    standing.override, standing.override_note = "", ""
    standing.override_by_id = standing.override_until = None


def moved(
    standing: Standing, before: tuple[str, float], cause: StandingChange.Cause, now: datetime, by_id: int | None = None
) -> StandingChange | None:
    """The event of a move, or None when there is nothing worth one."""
    state, weight = before
    is_move = standing.state != state or abs(standing.weight - weight) >= NOTED_MOVE
    if cause in (StandingChange.Cause.OUTCOMES, StandingChange.Cause.RULE) and not is_move:
        return None
    return StandingChange(
        user_id=standing.user_id,
        project_id=standing.project_id,
        at=now,
        cause=cause,
        by_id=by_id,
        state_before=state,
        state_after=standing.state,
        weight_before=weight,
        weight_after=standing.weight,
        reason=standing.reason,
        inputs=standing.inputs,
    )


def inputs_of(measured: Measured, surroundings: Pool, now: datetime, rule: Rule, before: State) -> dict[str, Any]:
    """All that `replay` needs beside the outcome rows."""
    cells = {row.cell for row in measured.rows}
    reviewers = {row.judged_by_id for row in measured.rows}
    return {
        "at": now.isoformat(),
        "rule": rule.as_json(),
        "before": before.value,
        "outcomes": [row.id for row in measured.rows],
        "trainings": [passed.isoformat() for passed in measured.trainings],
        "rate": surroundings.rate,
        "rates": [[*cell, surroundings.rate_of(cell)] for cell in sorted(cells)],
        "offsets": [[one, offset] for one, offset in sorted(surroundings.offsets.items()) if one in reviewers],
        "score": asdict(measured.score),
        "facts": facts(
            measured.rows, measured.decided, measured.score, rule, may_train=_may_train(measured, now, rule)
        ),
    }


def _may_train(measured: Measured, now: datetime, rule: Rule) -> bool:
    """Would a training passed now put distance to what was decided?"""
    counted = trainings_that_count(measured.trainings, rule)
    return len(trainings_that_count([*counted, now], rule)) > len(counted)


def replay(inputs: Mapping[str, Any]) -> tuple[Score, State]:
    """The same numbers again from the outcome rows: what was stored can be checked by anybody."""
    rule = Rule.from_json(inputs["rule"])
    rates: dict[Cell, float] = {(language, domain, skill): rate for language, domain, skill, rate in inputs["rates"]}
    surroundings = Pool(inputs["rate"], rates, dict(inputs["offsets"]))
    at = datetime.fromisoformat(inputs["at"])
    trainings = [datetime.fromisoformat(passed) for passed in inputs.get("trainings", [])]
    record = Record(named(inputs["outcomes"]), trainings)
    measured = measure(record, surroundings, at, rule, State(inputs["before"]))
    return measured.score, measured.state
