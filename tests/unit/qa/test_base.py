import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.checks.base import Field, Finding, Severity, Suggestion, utf16_span
from qa.spans import blank_out, line_and_column, position_of


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("abc", (1, 2), (1, 2)),
        ("päivä", (1, 4), (1, 4)),
        ("😀ab", (1, 2), (2, 3)),
        ("a😀b", (1, 2), (1, 3)),
        ("👩‍👩‍👧 x", (6, 7), (9, 10)),
        ("𠀀𠀁", (1, 2), (2, 4)),
        ("", (0, 0), (0, 0)),
    ],
)
def test_spans_are_told_as_javascript_counts(text, span, expected):
    assert utf16_span(text, *span) == expected


@given(st.text(), st.data())
def test_javascript_slices_the_same_text(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = utf16_span(text, start, end)
    units = text.encode("utf-16-le", "surrogatepass")
    assert units[first * 2 : last * 2] == text[start:end].encode("utf-16-le", "surrogatepass")


def finding(**changes):
    given_values = {
        "check": "artifacts",
        "code": "citation_mark",
        "severity": Severity.SHOULD,
        "message": "A mark.",
        "field": Field.COMPLETION,
        "start": 3,
        "end": 6,
        "excerpt": "[3]",
        "suggestions": (Suggestion("Remove", ""),),
        "data": {"n": 1},
    }
    return Finding(**(given_values | changes))


def test_a_finding_survives_being_stored():
    assert Finding.from_json(finding().to_json()) == finding()


def test_a_dismissal_survives_edits_elsewhere_but_not_of_the_text_it_is_about():
    assert finding(start=90, end=93, message="Other words.").fingerprint == finding().fingerprint
    assert finding(excerpt="[4]").fingerprint != finding().fingerprint
    assert finding(field=Field.PROMPT).fingerprint != finding().fingerprint


@pytest.mark.parametrize("excerpt", ["a\0b", "\ud800", "x\udfffy"])
def test_what_postgresql_cannot_store_is_replaced_and_keeps_its_fingerprint(excerpt):
    original = finding(excerpt=excerpt)
    stored = Finding.from_json(original.to_json())
    assert "\ufffd" in stored.excerpt
    assert stored.fingerprint == original.fingerprint


@given(st.text(alphabet="ab\n"), st.data())
def test_line_and_column_lead_back_to_the_place(text, data):
    position = data.draw(st.integers(0, len(text)))
    assert position_of(text, *line_and_column(text, position)) == position


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple)))
def test_blanking_out_moves_nothing(text, spans):
    inside = [(min(start, len(text)), min(end, len(text))) for start, end in spans]
    blanked = blank_out(text, inside)
    assert len(blanked) == len(text)
    assert [i for i, c in enumerate(blanked) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]
