import pytest

from qa.checks.base import Field, Finding, Severity
from qa.tuning import Tuning, tuned

SLIP = Finding("grammar", "spelling", Severity.SHOULD, "Unknown word.", Field.COMPLETION, 0, 7, "Kalevala",
               data={"score": 0.6, "spelling": True})  # fmt: skip
COMMA = Finding("grammar", "punctuation", Severity.NOTE, "A comma is missing.", data={"score": 0.9})


def of(stored, glossary=(), highest=None):
    return tuned([SLIP, COMMA], Tuning.of(stored, glossary, highest))


def test_without_switches_findings_stay_as_the_check_made_them():
    assert of({}) == [SLIP, COMMA]


def test_a_kind_of_finding_can_be_switched_off():
    assert of({"grammar.spelling": {"severity": "off"}}) == [COMMA]


def test_a_switch_for_the_check_holds_for_all_its_codes_unless_the_code_has_its_own():
    first, second = of({"grammar": {"severity": "must"}, "grammar.punctuation": {"severity": "note"}})
    assert (first.severity, second.severity) == (Severity.MUST, Severity.NOTE)


@pytest.mark.parametrize(("least", "left"), [(0.5, 2), (0.6, 2), (0.61, 1), (0.95, 0)])
def test_only_scores_that_reach_the_threshold_count(least, left):
    assert len(of({"grammar": {"at_least": least}})) == left


def test_a_finding_without_a_score_is_beyond_thresholds():
    plain = Finding("format", "broken", Severity.MUST, "Not valid.")
    assert tuned([plain], Tuning.of({"format": {"at_least": 0.9}})) == [plain]


def test_the_projects_clause_replaces_the_checks_own():
    assert of({"grammar.spelling": {"clause": "STY-2"}})[0].clause == "STY-2"


def test_no_project_can_make_a_finding_more_severe_than_its_check_may_be():
    found = of({"grammar": {"severity": "must"}}, highest={"grammar": Severity.NOTE})
    assert {one.severity for one in found} == {Severity.NOTE}


def test_the_glossary_excuses_spelling_in_any_case_and_nothing_else():
    assert of({}, glossary=["kalevala"]) == [COMMA]
    grammar = Finding("grammar", "agreement", Severity.SHOULD, "", excerpt="Kalevala")
    assert tuned([grammar], Tuning.of({}, ["kalevala"])) == [grammar]
