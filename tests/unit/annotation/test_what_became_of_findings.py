"""What became of findings, decided from what the browser reported and what the checks found before and after."""

from annotation.copilot.shown import Evidence, Outcome, outcomes
from annotation.posted import MOST_FINDINGS, report_of
from qa.checks.base import Finding, Severity

CHECKS = frozenset({"artifacts", "grammar"})


def finding(code: str, excerpt: str, check: str = "artifacts") -> Finding:
    return Finding(check, code, Severity.SHOULD, "Look at this.", excerpt=excerpt)


MARK, OTHER_MARK, BOLD = finding("citation", "[3]"), finding("citation", "[4]"), finding("bold", "**law**")


def by_name(*findings: Finding) -> dict[str, Finding]:
    return {one.fingerprint: one for one in findings}


def became(*, reported=(), applied=(), dismissed=(), before=(), now=(), found=None, answered=CHECKS):
    names = {one.fingerprint: f"{one.check}.{one.code}" for one in (MARK, OTHER_MARK, BOLD)}
    evidence = Evidence(
        reported={one.fingerprint: names[one.fingerprint] for one in reported},
        applied=frozenset(one.fingerprint for one in applied),
        dismissed=frozenset(one.fingerprint for one in dismissed),
        before=by_name(*before),
        now=by_name(*now),
        found=by_name(*(now if found is None else found)),
        answered=answered,
    )
    return {name: outcome for name, (_kind, outcome) in outcomes(evidence).items()}


def test_what_is_gone_after_a_click_was_applied_and_without_one_mended() -> None:
    assert became(reported=[MARK, BOLD], applied=[MARK]) == {
        MARK.fingerprint: Outcome.APPLIED,
        BOLD.fingerprint: Outcome.MENDED,
    }


def test_an_applied_suggestion_that_was_taken_back_is_open() -> None:
    assert became(reported=[MARK], applied=[MARK], now=[MARK]) == {MARK.fingerprint: Outcome.OPEN}


def test_what_nobody_saw_is_no_row() -> None:
    assert became(now=[MARK]) == {}


def test_what_stands_dismissed_was_seen() -> None:
    assert became(dismissed=[MARK], now=[MARK]) == {MARK.fingerprint: Outcome.DISMISSED}


def test_what_was_dismissed_and_went_with_other_words_stays_dismissed() -> None:
    assert became(reported=[MARK], dismissed=[MARK]) == {MARK.fingerprint: Outcome.DISMISSED}


def test_what_stood_on_the_revision_before_was_seen_with_it() -> None:
    assert became(before=[MARK, BOLD], now=[BOLD]) == {
        MARK.fingerprint: Outcome.MENDED,
        BOLD.fingerprint: Outcome.OPEN,
    }


def test_a_finding_whose_words_changed_has_moved_and_is_not_mended() -> None:
    assert became(reported=[MARK], now=[OTHER_MARK]) == {OTHER_MARK.fingerprint: Outcome.OPEN}


def test_a_new_finding_of_the_kind_hides_one_mending_and_no_more() -> None:
    third = finding("citation", "[5]")
    assert became(before=[MARK, third], now=[OTHER_MARK]) == {
        OTHER_MARK.fingerprint: Outcome.OPEN,
        third.fingerprint: Outcome.MENDED,
    }


def test_what_the_project_switched_off_meanwhile_was_mended_by_nobody() -> None:
    assert became(before=[MARK], now=[], found=[MARK]) == {}


def test_a_check_that_could_not_answer_says_nothing() -> None:
    assert became(reported=[MARK], answered=frozenset({"grammar"})) == {}


def test_a_report_of_another_shape_is_dropped_and_a_long_one_cut() -> None:
    name = MARK.fingerprint
    spoilt = {"shown": {name: "artifacts.citation", "x": "artifacts.bold", name[::-1]: 7}, "applied": [name, None, {}]}
    assert report_of(spoilt) == {"shown": {name: "artifacts.citation"}, "applied": [name]}
    assert report_of({"shown": [1], "applied": "abc"}) == {"shown": {}, "applied": []}
    many = {f"{number:024x}": "artifacts.bold" for number in range(MOST_FINDINGS + 5)}
    assert len(report_of({"shown": many, "applied": list(many)})["shown"]) == MOST_FINDINGS
