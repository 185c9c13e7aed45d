import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.checks.base import Severity, Subject
from qa.checks.format import CHECK
from qa.formats import json_text, xml_text


def judged(wanted, completion, **settings):
    return CHECK.run(Subject("Give it.", completion, format=wanted, **settings))


def applied(text, finding, number=0):
    replacement = finding.suggestions[number].replacement
    return text[: finding.start] + replacement + text[finding.end :]


VALID = [
    ("json", '{"a": [1, 2.50, "x"], "ä": null}'),
    ("json", '```json\n{"a": 1}\n```'),
    ("json", '\n  "just text"\n'),
    ("json", '[{"a": 1}, {"a": 2}]'),
    ("xml", "<a><b c='d'>päivä</b></a>"),
    ("xml", '<?xml version="1.0" encoding="utf-8"?>\n<a>مرحبا</a>'),
    ("xml", '<?xml version="1.0" encoding="iso-8859-1"?>\n<a>ä</a>'),
    ("csv", "name,age\nreviewer-1,44\nreviewer-2,39"),
    ("csv", 'a;b\n"x;y";"z\nz"\n'),
    ("csv", "姓名,年龄\n张,三\n"),
    ("table", "Here:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nDone."),
    ("table", "a | b\n:-|-:\n`x|y` | 2"),
    ("table", "| a \\| b | c |\n|---|---|\n| 1 | 2 |"),
    ("json", '```json\r\n{"a": 1}\r\n```\r\n'),
    ("csv", "a,b\r\n1,2\r\n"),
    ("table", "| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n"),
    ("free", "{ not json"),
    ("json", ""),
]


@pytest.mark.parametrize(("wanted", "completion"), VALID)
def test_valid_answers_are_left_alone(wanted, completion):
    assert judged(wanted, completion) == []


INVALID = [
    ("json", '{"a": 1,\n "b" 2}', "json_invalid", 2, 6, "A colon is missing"),
    ("json", '{"a": 1\n "b": 2}', "json_invalid", 2, 2, "A comma is missing"),
    ("json", "{a: 1}", "json_invalid", 1, 2, "name in double quotes"),
    ("json", '{"ä": "open}', "json_invalid", 1, 7, "never closed"),
    ("json", '{"a": 1} {"b": 2}', "json_invalid", 1, 10, "after the end"),
    ("json", "```json\n[1,\n 2,,3]\n```", "json_invalid", 3, 4, "value is missing"),
    ("json", '{"a": NaN}', "json_number", 1, 1, "NaN"),
    ("json", "[" * 100_000, "json_too_deep", 1, 1, "too deep"),
    ("json", '{"a": 1,\n"a": 2}', "json_repeated_name", 2, 1, "twice"),
    ("xml", "<a>\n<b></a>", "xml_invalid", 2, 6, "closing tag"),
    ("xml", "<a>ääää & b</a>", "xml_invalid", 1, 10, "not allowed here"),
    ("xml", "<a>😀😀 & b</a>", "xml_invalid", 1, 8, "not allowed here"),
    ("xml", "<a>", "xml_invalid", 1, 4, "ends before"),
    ("xml", "<a>&nbsp;</a>", "xml_invalid", 1, 4, "entity"),
    ("xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_entities", 1, 1, "not allowed"),
    ("csv", "a,b\n1,2\n3\n4,5", "csv_uneven", 3, 1, "1 column, the first has 2 columns"),
    ("csv", 'a,b\n1,"2\n3,4', "csv_quotes", 2, 3, "never closed"),
    ("table", "a and b", "table_missing", 1, 1, "no rows"),
    ("table", "Here:\n\n| a | b |\n| 1 | 2 |", "table_separator", 3, 1, "line of dashes"),
    ("table", "| a | b |\n|---|---|\n| 1 | 2 | 3 |", "table_uneven", 3, 1, "3 columns"),
]


@pytest.mark.parametrize(("wanted", "completion", "code", "line", "column", "words"), INVALID)
def test_invalid_answers_must_change_and_say_where_and_why(wanted, completion, code, line, column, words):
    finding = judged(wanted, completion)[0]
    assert (finding.code, finding.severity) == (code, Severity.MUST)
    assert (finding.data["line"], finding.data["column"]) == (line, column)
    assert finding.message.startswith(f"Line {line}, column {column}: ")
    assert words in finding.message


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ('{"a": 1,}', '{"a": 1}'),
        ('{"a": [1, 2, ], "b": "x,]",\n}', '{"a": [1, 2 ], "b": "x,]"\n}'),
        ("{“a”: “b”}", '{"a": "b"}'),
        ("{'a': True, 'b': None}", '{"a": true, "b": null}'),
    ],
)
def test_repairs_that_cannot_change_meaning_are_offered(broken, mended):
    (finding,) = judged("json", broken)
    assert applied(broken, finding) == mended
    assert judged("json", mended) == []


@pytest.mark.parametrize("broken", ["{'a': 'it's'}", '{"a": "b}', "{'a\": 1}", "{a: 1,}"])
def test_no_repair_is_offered_where_it_would_be_a_guess(broken):
    assert judged("json", broken)[0].suggestions == ()


def test_text_around_the_block_must_go_and_can_go_with_one_key():
    completion = 'Sure!\n```json\n{"a": 1}\n```\nHope it helps.'
    (finding,) = judged("json", completion)
    assert (finding.code, finding.severity) == ("surrounded", Severity.MUST)
    assert applied(completion, finding) == '{"a": 1}'


@pytest.mark.parametrize(
    ("style", "completion", "code"),
    [
        ("avoid", '```json\n{"a": 1}\n```', "fence_unwanted"),
        ("require", '{"a": 1}', "fence_missing"),
    ],
)
def test_code_blocks_follow_the_style_guide(style, completion, code):
    (finding,) = judged("json", completion, style={"code_fences": style})
    assert (finding.code, finding.severity) == (code, Severity.SHOULD)
    assert judged("json", applied(completion, finding), style={"code_fences": style}) == []


def test_long_lines_can_be_formatted_without_touching_a_number():
    completion = '{"amounts": [1.10, 1e400, 12345678901234567890], "empty": {}, "none": [], "name": "a:b,c{d}"}'
    (finding,) = judged("json", completion)
    assert (finding.code, finding.severity) == ("pretty_print", Severity.NOTE)
    formatted = applied(completion, finding)
    assert "1.10" in formatted
    assert "1e400" in formatted
    assert formatted.splitlines()[1] == '  "amounts": ['
    assert judged("json", formatted) == []


def test_xml_is_formatted_only_where_blanks_mean_nothing():
    assert xml_text.pretty("<a>" + "<b>1</b>" * 20 + "</a>").startswith("<a>\n  <b>1</b>\n")
    assert xml_text.pretty("<a>text <b>mixed</b> " + "and more " * 20 + "</a>") is None


def test_a_schema_is_kept_to():
    schema = {"type": "object", "required": ["name"], "properties": {"ages": {"items": {"type": "integer"}}}}
    found = judged("json", '{"ages": [1, "x"]}', format_schema=schema)
    assert sorted(finding.message for finding in found) == [
        "Line 1, column 14: ages[1]: 'x' is not of type 'integer'.",
        "Line 1, column 1: The whole value: 'name' is a required property.",
    ]


def test_named_columns_are_wanted_in_the_header():
    (finding,) = judged("csv", "name,age\na,1", format_schema={"columns": ["name", "city"]})
    assert finding.message.endswith("Columns missing from the header: city.")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_formatting_changes_no_value(value):
    written = json.dumps(value, ensure_ascii=False)
    assert json_text.faults(written) == []
    formatted = "".join(json_text._indented(json_text.tokens(written)))
    assert json.loads(formatted) == value


@given(JSON_VALUES, st.data())
def test_a_broken_answer_never_passes(value, data):
    written = json.dumps(value)
    cut = data.draw(st.integers(0, len(written) - 1))
    broken = written[:cut]
    try:
        json.loads(broken)
    except ValueError:
        assert not json_text.is_valid(broken)


NOT_PROSE = [
    ('{"a": 1, "b": [2]}', "JSON"),
    ('Here it is:\n\n```json\n{"a": 1}\n```', "JSON"),
    ("Here it is:\n\n```\n[1, 2, 3]\n```\n\nDone.", "JSON"),
    ("<a><b>1</b></a>", "XML"),
    ("name,year,place\nAda,1815,London\nGrace,1906,New York", "CSV"),
    ("name;year\nAda;1815\nGrace;1906", "CSV"),
    ("The list:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nDone.", "a table"),
]


@pytest.mark.parametrize(("text", "title"), NOT_PROSE)
def test_where_prose_is_wanted_data_and_tables_are_found(text, title):
    (finding,) = CHECK.run(Subject("p", text, format="prose"))
    assert (finding.code, finding.severity, finding.message) == (
        "not_prose",
        Severity.MUST,
        f"Prose is wanted here; this is {title}.",
    )


PROSE = [
    "One sentence, with commas, and more. Another one; shorter.",
    "First, this, that.\nSecond, these, those.\nThird, all, none.",
    "- one, two, three\n- four, five, six\n- seven, eight, nine",
    "[sic]",
    "{braces} and [brackets] in a sentence.",
    "```python\nprint(1)\n```",
    "Ada Lovelace\nGrace Hopper\nAlan Turing",
    "a | b means a or b.",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_alone_where_prose_is_wanted(text):
    assert CHECK.run(Subject("p", text, format="prose")) == []


def test_a_ragged_table_is_aligned_with_one_key_and_then_left_alone():
    ragged = "Before\n\n|a|long name|\n|:--|---:|\n|北京|2|\n|b|3|\n\nAfter"
    (finding,) = CHECK.run(Subject("p", ragged, format="table"))
    assert (finding.code, finding.severity) == ("pretty_print", Severity.NOTE)
    aligned = ragged[: finding.start] + finding.suggestions[0].replacement + ragged[finding.end :]
    assert (
        aligned
        == "Before\n\n| a    | long name |\n| :--- | --------: |\n| 北京 | 2         |\n| b    | 3         |\n\nAfter"
    )
    assert CHECK.run(Subject("p", aligned, format="table")) == []


def test_what_a_schema_misses_is_placed_at_the_value():
    schema = {"properties": {"people": {"items": {"properties": {"age": {"type": "integer"}}}}}}
    text = '{"other": [1, {"x": 2}],\n "people": [{"age": 3},\n  {"age": "four"}]}'
    (finding,) = CHECK.run(Subject("p", text, format="json", format_schema=schema))
    assert (finding.data["line"], finding.data["column"]) == (3, 11)
    assert "people[1].age" in finding.message


@pytest.mark.parametrize(
    "schema", [{"$ref": "https://elsewhere.org/x"}, {"$ref": "#"}, {"patternProperties": {"(": {}}}]
)
def test_a_schema_that_cannot_be_applied_blames_nobody_who_writes(schema):
    assert CHECK.run(Subject("p", '{"a": 1}', format="json", format_schema=schema)) == []


def test_deeply_nested_xml_is_judged_and_not_indented():
    deep = "<a>" * 5000 + "</a>" * 5000
    assert CHECK.run(Subject("p", deep, format="xml")) == []
