"""Real accept and reject decisions on the work of 559 people, most of whom have one: nobody is moved by one."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from experts.pooling import Tally, pool
from experts.scoring import Decision, Judgement, score
from experts.states import State, next_state

REVIEWS = Path(__file__).resolve().parents[4] / "shared" / "data" / "reviews__oasst1_en.jsonl.gz"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not REVIEWS.exists(), reason="../shared/data is not here"),
]


def outcomes() -> dict[str, list[bool]]:
    """Accepted or not, per person, oldest first."""
    with gzip.open(REVIEWS, "rt") as file:
        rows = [json.loads(line) for line in file]
    found: dict[str, list[bool]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: one["created"]):
        if row["review_result"] is not None:
            found[row["user"]].append(row["review_result"])
    return found


def test_one_rejected_of_one_moves_nobody() -> None:
    people = outcomes()
    tallies = [
        Tally(number, None, ("en", "general", "open_qa"), len(results), float(results.count(False)))
        for number, results in enumerate(people.values())
    ]
    rates = pool(tallies)
    moved, once_and_rejected = [], 0
    for person, results in people.items():
        decisions = [
            Decision(Judgement.ACCEPTED if ok else Judgement.REJECTED, prior=rates.rate_of(tallies[0].cell))
            for ok in results
        ]
        numbers = score(decisions, prior=rates.rate)
        once_and_rejected += results == [False]
        if numbers.weight < 1 or next_state(numbers, State.PROBATION) in (State.WATCH, State.DEPRIORITIZED):
            moved.append(person)
    assert len(people) > 500
    assert once_and_rejected >= 10
    assert moved == []
