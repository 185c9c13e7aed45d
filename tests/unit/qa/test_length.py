import pytest

from qa import tokens
from qa.checks.base import Bounds, Field, Severity, Subject
from qa.checks.length import CHECK


def judged(tokens_wanted, bounds, **settings):
    completion = " word" * tokens_wanted
    assert tokens.count(completion) == tokens_wanted
    return CHECK.run(Subject("Why?", completion, completion_bounds=bounds, **settings))


@pytest.mark.parametrize(
    ("counted", "bounds", "expected"),
    [
        (100, Bounds(50, 150), None),
        (50, Bounds(50, 150), None),
        (150, Bounds(50, 150), None),
        (49, Bounds(50, 150), ("too_short", "should")),
        (44, Bounds(50, 150), ("too_short", "must")),
        (151, Bounds(50, 150), ("too_long", "should")),
        (166, Bounds(50, 150), ("too_long", "must")),
        (1000, Bounds(50, None), None),
        (1, Bounds(None, 150), None),
        (1, Bounds(), None),
    ],
)
def test_lengths_outside_the_bounds_are_found_and_far_outside_must_change(counted, bounds, expected):
    found = [(finding.code, finding.severity) for finding in judged(counted, bounds)]
    assert found == ([expected] if expected else [])


def test_the_message_names_the_count_the_bound_and_the_tokenizer():
    (finding,) = judged(200, Bounds(50, 150))
    assert finding.message == "The completion has 200 tokens (o200k_base); at most 150 are wanted."
    assert finding.data == {"tokens": 200, "minimum": 50, "maximum": 150, "tokenizer": "o200k_base"}


def test_a_project_may_allow_no_tolerance():
    (finding,) = judged(151, Bounds(50, 150), style={"length_tolerance": 0})
    assert finding.severity is Severity.MUST


@pytest.mark.parametrize("blank", ["", "  \n\t", "\u3000"])
def test_empty_texts_must_be_written(blank):
    found = CHECK.run(Subject(blank, blank))
    assert [(f.field, f.code, f.severity) for f in found] == [
        (Field.PROMPT, "empty", Severity.MUST),
        (Field.COMPLETION, "empty", Severity.MUST),
    ]


@pytest.mark.parametrize(
    ("text", "counted"),
    [("hello world", 2), ("tiktoken is great!", 6), ("お誕生日おめでとう", 8), ("2 + 2 = 4", 7), ("", 0)],
)
def test_counts_are_those_of_the_real_vocabulary(text, counted):
    # The counts OpenAI publishes for o200k_base and these strings (cookbook, "How to count tokens with tiktoken").
    assert tokens.count(text) == counted


@pytest.mark.parametrize("text", ["\ud800", "\0", "<|endoftext|>", "a" * 50_000])
def test_no_text_is_too_strange_to_count(text):
    assert tokens.count(text) > 0


def test_settings_change_with_the_bounds_and_not_with_the_text():
    bounds = Bounds(1, 2)
    assert CHECK.settings(Subject("a", "b", prompt_bounds=bounds)) != CHECK.settings(Subject("a", "b"))
    assert CHECK.settings(Subject("a", "b")) == CHECK.settings(Subject("x", "y"))
