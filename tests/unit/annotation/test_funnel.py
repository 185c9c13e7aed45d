"""The funnel from the times of each step."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from annotation.onboarding.funnel import (
    Ended,
    Journey,
    Step,
    days_to,
    funnel,
    furthest_per_person,
    has_reached,
    pace_of,
    people_needed,
)
from annotation.onboarding.funnel_picture import WIDTH, picture

START = datetime(2026, 5, 4, tzinfo=UTC)
NOW = START + timedelta(days=30)


def journey(*steps: tuple[Step, float], email: str = "a@example.org", **more: object) -> Journey:
    at = {step: START + timedelta(days=days) for step, days in steps}
    return Journey(email=email, name="", pair=("de", "law"), at=at, **more)  # type: ignore[arg-type]


journeys = st.builds(
    lambda last, skipped, ended, email: journey(
        *((step, number) for number, step in enumerate(list(Step)[: last + 1]) if not (skipped and step == "training")),
        ended=ended,
        email=email,
    ),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from(Ended),
    st.sampled_from(["a@example.org", "b@example.org", "c@example.org"]),
)


@given(st.lists(journeys))
def test_nobody_is_lost_between_steps(there: list[Journey]) -> None:
    """Who has reached a step went on, stands there, or left there."""
    steps = [one for one in funnel(there, NOW).steps if one.step != Step.TRAINING]
    by_step = {one.step: one for one in funnel(there, NOW).steps}
    for one, following in itertools.pairwise(steps):
        aside = by_step[Step.TRAINING] if one.step == Step.TESTING else None
        stay = one.here + one.left + (aside.here + aside.left if aside else 0)
        assert one.reached == following.reached + stay


@given(st.lists(journeys))
def test_a_person_counts_once_in_all(there: list[Journey]) -> None:
    people = furthest_per_person(there)
    assert len(people) == len({one.email for one in there})
    assert funnel(people, NOW).most == len(people)


@given(st.lists(journeys))
def test_a_bar_is_never_longer_than_the_room(there: list[Journey]) -> None:
    for bar in picture(funnel(there, NOW)).bars:
        assert 0 <= bar.stuck <= bar.here <= bar.reached < WIDTH
        assert (bar.reached > 0) == (bar.figures.reached > 0)


def test_a_training_is_a_step_for_those_who_took_it() -> None:
    without = journey((Step.INVITED, 0), (Step.APPLIED, 1), (Step.TESTING, 2), (Step.QUALIFIED, 5))
    assert not has_reached(without, Step.TRAINING)
    assert has_reached(without, Step.TESTING)
    assert days_to(Step.QUALIFIED, without) == 3


def test_a_median_needs_three_people() -> None:
    two = [journey((Step.INVITED, 0), (Step.APPLIED, days)) for days in (1, 3)]
    assert funnel(two, NOW).steps[1].days is None
    assert funnel([*two, journey((Step.INVITED, 0), (Step.APPLIED, 8))], NOW).steps[1].days == 3


def test_who_waits_for_a_place_or_has_left_does_not_stand_still() -> None:
    long_ago = ((Step.INVITED, 0), (Step.APPLIED, 1))
    assert journey(*long_ago).is_stuck(NOW)
    assert not journey(*long_ago, waiting=True).is_stuck(NOW)
    assert not journey(*long_ago, ended=Ended.WITHDRAWN).is_stuck(NOW)
    assert not journey(*long_ago, (Step.TESTING, 29)).is_stuck(NOW)


def test_an_open_journey_stands_for_a_person_before_one_that_ended() -> None:
    ended = journey((Step.INVITED, 0), (Step.APPLIED, 1), (Step.TESTING, 2), ended=Ended.DECLINED)
    live = journey((Step.INVITED, 0), (Step.APPLIED, 1))
    assert furthest_per_person([ended, live]) == [live]


def test_people_needed_at_a_pace() -> None:
    pace = pace_of(accepted=280, people=10, days=28)
    assert not pace.is_assumed
    assert pace.per_day == 1.0
    assert people_needed(100, 10, pace) == 10
    assert people_needed(101, 10, pace) == 11
    assert people_needed(0, 10, pace) == 0
    assert people_needed(5, -3, pace) == 5, "overdue: all of it in a day"
    assert people_needed(5, None, pace) is None
    assert pace_of(9, 3, 28).is_assumed
