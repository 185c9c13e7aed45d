from qa.checks.base import Field, Finding, Severity
from qa.policy import blocking, in_order, open_should


def finding(severity, start=None, field=Field.COMPLETION, code="c"):
    return Finding("check", code, severity, "…", field, start, start and start + 1, excerpt=f"{field}{start}{code}")


MUST, SHOULD, NOTE = Severity.MUST, Severity.SHOULD, Severity.NOTE


def test_findings_are_shown_must_should_note_and_then_by_place():
    shuffled = [
        finding(NOTE, 1),
        finding(SHOULD, 9),
        finding(SHOULD, 2),
        finding(MUST, 50),
        finding(SHOULD, 30, Field.PROMPT),
        finding(MUST, None),
    ]
    assert [(f.severity, f.field, f.start) for f in in_order(shuffled)] == [
        (MUST, Field.COMPLETION, None),
        (MUST, Field.COMPLETION, 50),
        (SHOULD, Field.PROMPT, 30),
        (SHOULD, Field.COMPLETION, 2),
        (SHOULD, Field.COMPLETION, 9),
        (NOTE, Field.COMPLETION, 1),
    ]


def test_only_must_findings_block():
    assert blocking([finding(NOTE), finding(SHOULD), finding(MUST)]) == [finding(MUST)]


def test_a_dismissed_should_is_no_longer_open_and_a_must_is_none_of_its_business():
    dismissed = finding(SHOULD, 3)
    found = [dismissed, finding(SHOULD, 4), finding(MUST, 5), finding(NOTE, 6)]
    assert open_should(found, {dismissed.fingerprint}) == [finding(SHOULD, 4)]
