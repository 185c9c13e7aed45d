from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.scoring import Decision, Judgement, Score, score
from experts.states import State, next_state

GOOD = Score(
    weight=1,
    deference=0,
    low=0.05,
    rate=0.1,
    high=0.2,
    limit=0.15,
    effective=20,
    cusum=0,
    straight_accepts=3,
    decisions=25,
)

scores = st.builds(
    Score,
    weight=st.floats(0.1, 1),
    deference=st.floats(0, 1),
    low=st.floats(0, 0.3),
    rate=st.floats(0.3, 0.5),
    high=st.floats(0, 1),
    limit=st.floats(0.15, 0.32),
    effective=st.floats(0, 43),
    cusum=st.floats(0, 3.5),
    straight_accepts=st.integers(0, 40),
    decisions=st.integers(0, 200),
)


@given(scores, st.sampled_from(State))
def test_no_number_pauses_anybody(numbers: Score, before: State) -> None:
    assert next_state(numbers, before) != State.PAUSED


@given(scores, st.sampled_from(State))
def test_the_same_numbers_twice_change_nothing_the_second_time(numbers: Score, before: State) -> None:
    once = next_state(numbers, before)
    assert next_state(numbers, once) == once


@pytest.mark.parametrize(
    ("numbers", "before", "after"),
    [
        (GOOD, State.ACTIVE, State.ACTIVE),
        (replace(GOOD, effective=3), State.PROBATION, State.PROBATION),
        (replace(GOOD, effective=9, straight_accepts=10), State.PROBATION, State.ACTIVE),
        (GOOD, State.PROBATION, State.ACTIVE),
        (replace(GOOD, high=0.14), State.ACTIVE, State.TRUSTED),
        (replace(GOOD, high=0.14, effective=9), State.ACTIVE, State.ACTIVE),
        (replace(GOOD, weight=0.79), State.TRUSTED, State.DEPRIORITIZED),
        (replace(GOOD, weight=0.79), State.PROBATION, State.DEPRIORITIZED),
        (replace(GOOD, cusum=3.5), State.TRUSTED, State.WATCH),
        (replace(GOOD, cusum=3.5, weight=0.5), State.WATCH, State.DEPRIORITIZED),
        (GOOD, State.DEPRIORITIZED, State.ACTIVE),
        (GOOD, State.PAUSED, State.ACTIVE),
    ],
)
def test_what_the_numbers_say(numbers: Score, before: State, after: State) -> None:
    assert next_state(numbers, before) == after


@pytest.mark.parametrize(
    ("between", "below", "above"),
    [
        (replace(GOOD, weight=0.9), State.ACTIVE, State.DEPRIORITIZED),
        (replace(GOOD, cusum=2.5), State.ACTIVE, State.WATCH),
        (replace(GOOD, high=0.17), State.ACTIVE, State.TRUSTED),
    ],
)
def test_between_the_two_limits_everybody_keeps_their_word(between: Score, below: State, above: State) -> None:
    assert next_state(between, below) == below
    assert next_state(between, above) == above


def test_a_career() -> None:
    """New, settled in, trusted, slipping, held back, back again, trusted again."""
    work: list[Decision] = []
    state, seen = State.PROBATION, [State.PROBATION]
    for judgement, count in (("accepted", 40), ("rejected", 16), ("accepted", 60)):
        for _ in range(count):
            work.append(Decision(Judgement(judgement)))
            state = next_state(score(work), state)
            if state != seen[-1]:
                seen.append(state)
    assert seen == [
        State.PROBATION,
        State.ACTIVE,
        State.TRUSTED,
        State.WATCH,
        State.DEPRIORITIZED,
        State.ACTIVE,
        State.TRUSTED,
    ]
