"""What holds for every check in the registry, whatever the text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.checks import CHECKS
from qa.checks.base import Bounds, Finding, Subject
from tests.growth import grows_gently

# Pieces that rules look for, so that random texts hit more than the empty path.
PIECES = st.sampled_from(
    [
        *"*_`#|[](){}<>\\\"',:;\n\t  ",
        "**", "```", "~~~", "```json\n", "\n```\n", "[3]", "[a]", "]()", "](http://", "http://",
        "https://a.b?utm_source=openai", "a@b.fi", "+1 212 736 5000", "<b>", "</b>", "[a][b]", "| a |\n| b |\n",
        "【4†source】", "turn0search0",
        "As an AI language model", "TODO:", "[insert x]", "&amp;", "â€™", "\u200b", "\u202e",
        "\ufffd", "\u00a0", "аb", "😀", "👩‍👧", "مرحبا", "汉字", "Привет", "päivä ", "# ", "- ", "    ",
        '{"a": 1,}', "<a>", "</a>", "&nbsp;", "a,b\n", '"', "\r\n", "\r", "\0", "\x85", "\u2028",
        "| a | b |\n|---|---|\n",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=25).map("".join))
SUBJECTS = st.builds(
    Subject,
    prompt=TEXTS,
    completion=TEXTS,
    context=TEXTS,
    language=st.sampled_from(["en", "fi", "de-AT", "zh-Hant", "ar", "ru", "fr", "tlh"]),
    skill=st.sampled_from(["", "rewriting", "open_qa"]),
    prompt_bounds=st.builds(Bounds, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
    completion_bounds=st.builds(Bounds, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
    format=st.sampled_from(["free", "prose", "json", "xml", "csv", "table"]),
    style=st.sampled_from(
        [
            {},
            {"italics": "avoid", "bold": "avoid", "headings": "avoid", "bare_links": "avoid", "code_fences": "avoid"},
            {"top_heading": 3, "nonbreaking_spaces": "avoid", "code_fences": "require"},
        ]
    ),
)


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=150, deadline=None)
@given(subject=SUBJECTS)
def test_no_text_makes_a_check_raise_and_every_span_lies_in_its_text(name, subject):
    for finding in CHECKS[name].run(subject):
        text = subject.text(finding.field)
        assert finding.check == name
        assert (finding.start is None) == (finding.end is None)
        if finding.start is not None:
            assert 0 <= finding.start <= finding.end <= len(text)
            assert text[finding.start : finding.end].startswith(finding.excerpt)
        assert Finding.from_json(json.loads(json.dumps(finding.to_json()))).fingerprint == finding.fingerprint


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=60, deadline=None)
@given(subject=SUBJECTS)
def test_a_suggestion_can_be_applied_and_the_result_checked_again(name, subject):
    for finding in CHECKS[name].run(subject):
        text = subject.text(finding.field)
        for suggestion in finding.suggestions:
            mended = text[: finding.start] + suggestion.replacement + text[finding.end :]
            CHECKS[name].run(Subject(**{**vars(subject), finding.field.value: mended}))


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=30, deadline=None)
@given(subject=SUBJECTS)
def test_the_same_text_gets_the_same_findings(name, subject):
    assert CHECKS[name].run(subject) == CHECKS[name].run(subject)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(
    "piece", ["*a ", "[", "](", "**", "`", "|", "a  ", "[3]", "<a>", "{", "http://", "аb ", "\u200b", "- "]
)
def test_hostile_characters_take_no_more_than_their_number(name, piece):
    formats = ("free", "prose", "json", "xml", "csv", "table") if name == "format" else ("free",)

    def run(text):
        for wanted in formats:
            CHECKS[name].run(Subject(text, text, text, format=wanted))

    assert grows_gently(run, (piece * 20_000)[:20_000])


def test_checks_are_registered_under_their_own_names_in_display_order():
    assert list(CHECKS) == ["length", "format", "language", "artifacts", "context"]
    assert all(check.name == name for name, check in CHECKS.items())
