"""Shares with intervals, and what a manager is told of them."""

import pytest

from annotation.copilot.precision import FEWEST, Figures, Filter, InLanguage, Kind, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # 81 of 263: R. G. Newcombe (1998), Two-sided confidence intervals for the single proportion, method 3.
    [(1, 9, 0.0199, 0.4350), (81, 263, 0.2553, 0.3662), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)],
)
def test_wilson_gives_the_textbook_interval(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson(successes, trials)
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_nothing_judged_may_be_anything() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def kind(*, right: int, wrong: int, severity: str = "should") -> Kind:
    figures = Figures(shown=right + wrong, mended=right, dismissed=wrong, right=right, wrong=wrong)
    return Kind("artifacts", "bold", "Artifacts", severity, False, [InLanguage("en", figures)])


def test_a_kind_that_is_mostly_dismissed_is_named_with_a_remedy() -> None:
    assert kind(right=1, wrong=8).hint == "dismissed 8 of 9 times: consider a note"


def test_what_is_a_note_already_is_not_told_to_become_one() -> None:
    assert kind(right=1, wrong=8, severity="note").hint.endswith("consider a threshold, or off")


@pytest.mark.parametrize(
    "quiet",
    [
        kind(right=0, wrong=FEWEST - 1),
        kind(right=4, wrong=6),
        kind(right=8, wrong=1),
        kind(right=0, wrong=40, severity="off"),
    ],
    ids=["too few", "may be even", "good", "off already"],
)
def test_no_hint_where_the_figures_do_not_bear_it(quiet: Kind) -> None:
    assert quiet.hint == ""


def test_a_figure_shows_from_enough_judged_findings_on() -> None:
    assert not Figures(right=FEWEST - 1).is_enough
    assert Figures(right=FEWEST - 1, wrong=1).is_enough


def test_several_languages_have_a_row_for_all_of_them() -> None:
    both = Kind(
        "a", "b", "A", "", False, [InLanguage("de", Figures(shown=2, right=1)), InLanguage("en", Figures(shown=3))]
    )
    assert [(row.language, row.figures.shown) for row in both.rows] == [("", 5), ("de", 2), ("en", 3)]


def test_an_address_that_asks_for_nonsense_asks_for_nothing() -> None:
    assert Filter.of({"days": "1; DROP", "fate": "lost", "check": "\0"}) == Filter(check="\ufffd")
    assert Filter.of({}) == Filter()
