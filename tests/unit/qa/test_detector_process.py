import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.detector.process import Signals, evidence

COUNTS = st.integers(0, 5000)
SIGNALS = st.builds(Signals, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.floats(0, 9000))


def codes(found):
    return [flag.code for flag in found.flags]


@given(SIGNALS, COUNTS)
def test_shares_lie_between_nothing_and_all(signals, length):
    found = evidence(signals, length)
    if length:
        assert 0 <= found.least_pasted_share <= found.pasted_share <= 1
    else:
        assert found.pasted_share is None


@given(SIGNALS, COUNTS)
def test_expected_research_only_takes_the_flag_of_pasting_away(signals, length):
    usual, research = evidence(signals, length), evidence(signals, length, research_expected=True)
    assert codes(research) == [code for code in codes(usual) if code != "pasted"]


def test_a_text_pasted_as_a_whole_is_told():
    found = evidence(Signals(typed=20, pasted_outside=1500, active_seconds=40), 1520)
    assert found.least_pasted_share == pytest.approx(1500 / 1520)
    assert codes(found) == ["pasted"]


def test_a_short_quotation_is_not():
    assert codes(evidence(Signals(typed=200, pasted_outside=150, deleted=30, active_seconds=90), 320)) == []


def test_writing_with_second_thoughts_raises_no_flag():
    assert codes(evidence(Signals(typed=1800, pasted_inside=200, deleted=400, active_seconds=900), 1600)) == []


def test_copying_out_and_speed_are_told_calmly():
    found = evidence(Signals(typed=2400, deleted=5, active_seconds=180), 2395)
    assert codes(found) == ["fast", "hardly_revised"]
    assert "dictation" in found.flags[0].message


def test_nothing_written_says_nothing():
    found = evidence(Signals(), 0)
    assert (found.pasted_share, found.revision_ratio, found.per_minute, found.flags) == (None, None, None, ())


def test_counts_below_zero_are_refused():
    with pytest.raises(ValueError):
        evidence(Signals(typed=-1), 10)
