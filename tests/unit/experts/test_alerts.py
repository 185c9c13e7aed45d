"""When somebody is looked at: a clear change against their own past, and never before there is one."""

from experts.alerts import (
    ITEMS_BEFORE,
    LATEST_ITEMS,
    QUICK_SECONDS,
    STREAK,
    much_faster,
    much_pasted,
    same_reason,
    streak,
)
from experts.models import Alert
from experts.trends import STEPS, trend

BEFORE = ITEMS_BEFORE


def test_three_of_the_last_ten_for_one_reason() -> None:
    reasons = [["format"], [], ["format", "too_long"], [], ["format"], [], [], [], [], []]
    (sign,) = same_reason(1, reasons)
    assert (sign.about, sign.numbers) == ("format", {"times": 3, "of": 10})
    assert same_reason(1, [["format"], ["format"], *[[]] * 8, ["format"]]) == []
    assert same_reason(1, [["format", "format", "format"]]) == []


def test_sudden_speed_is_measured_against_one_s_own_median() -> None:
    sign = much_faster(1, [0.3] * LATEST_ITEMS + [1.0] * BEFORE)
    assert sign is not None
    assert sign.kind == Alert.Kind.SPEED
    assert sign.numbers["now"] == 0.3
    assert much_faster(1, [0.3] * (LATEST_ITEMS + BEFORE)) is None  # always fast
    assert much_faster(1, [0.5] * LATEST_ITEMS + [1.0] * BEFORE) is None
    assert much_faster(1, [0.1] * LATEST_ITEMS + [1.0] * (BEFORE - 1)) is None  # too little to compare with


def test_pasting_counts_only_far_above_the_own_and_the_project_s_usual() -> None:
    assert much_pasted(1, [0.9] * LATEST_ITEMS + [0.1] * BEFORE, 0.1) is not None
    assert much_pasted(1, [0.9] * LATEST_ITEMS + [0.7] * BEFORE, 0.1) is None
    assert much_pasted(1, [0.9] * LATEST_ITEMS + [0.1] * BEFORE, 0.7) is None
    assert much_pasted(1, [0.45] * LATEST_ITEMS + [0.0] * BEFORE, 0.0) is None
    assert much_pasted(1, [0.9] * LATEST_ITEMS + [0.1] * (BEFORE - 1), 0.1) is None


def test_a_streak_is_the_same_verdict_quickly_many_times() -> None:
    quick = QUICK_SECONDS - 1
    sign = streak(1, [("accept", quick)] * (STREAK + 2) + [("reject", quick)])
    assert sign is not None
    assert sign.numbers["length"] == STREAK + 2
    assert streak(1, [("accept", quick)] * (STREAK - 1) + [("accept", QUICK_SECONDS)] * 9) is None
    assert streak(1, [("accept", quick)] * (STREAK - 1) + [("reject", quick)] * 9) is None
    assert streak(1, []) is None


def test_a_trend_is_drawn_from_eight_decisions_and_keeps_its_height_over_empty_days() -> None:
    assert trend([(0, 0.0)] * STEPS).points == ()
    assert trend([(9, 0.0)] + [(1, 1.0)] * (STEPS - 2) + [(2, 0.0)]).points == ()  # seven in the thirty days
    worse = trend([(2, 0.0), (2, 0.0), (2, 0.0), (0, 0.0), (0, 0.0), (2, 1.0), (2, 2.0)])
    assert len(worse.points) == STEPS - 1
    assert worse.points == (0, 0, 0, 0, 0.5, 0.75)
    assert worse.change == 0.75
    assert "0 % → 75 %" in worse.words
