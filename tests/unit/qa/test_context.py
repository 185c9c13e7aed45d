from datetime import UTC, datetime, timedelta

import pytest

from qa.checks.base import Field, Severity, Subject
from qa.checks.context import CHECK

SOURCE = {
    "title": "An act",
    "url": "https://law.gov.uk/a",
    "author": "",
    "licence": "CC-BY-4.0",
    "retrieved_on": "2024-05-01",
}


def judged(source, licences=(), **style):
    return CHECK.run(Subject("p", "c", "A passage.", provenance=source, licences=licences, style=style))


def codes(*args, **kwargs):
    return [finding.code for finding in judged(*args, **kwargs)]


def test_a_passage_without_a_licence_should_get_one():
    (finding,) = judged(SOURCE | {"licence": ""})
    assert (finding.code, finding.severity, finding.field) == ("licence_missing", Severity.SHOULD, Field.CONTEXT)


@pytest.mark.parametrize(
    "licence",
    [
        "CC-BY-4.0",
        "cc-by-4.0",
        "CC BY 4.0",
        "MIT OR CC-BY-4.0",
        "permission 2026/17",
        "Permission of the court, file 12",
    ],
)
def test_an_allowed_licence_is_recognized_however_it_is_written(licence):
    assert codes(SOURCE | {"licence": licence}, ("CC-BY-4.0", "CC0-1.0")) == []


@pytest.mark.parametrize("licence", ["CC-BY-NC-4.0", "proprietary", "CC-BY-4.0 AND GPL-3.0-only", "CC-BY-3.0"])
def test_a_licence_the_project_does_not_allow_is_found(licence):
    assert codes(SOURCE | {"licence": licence}, ("CC-BY-4.0", "CC0-1.0")) == ["licence_not_allowed"]


def test_without_a_list_any_named_licence_will_do_and_a_permission_needs_its_file():
    assert codes(SOURCE | {"licence": "proprietary"}) == []
    assert codes(SOURCE | {"licence": "permission"}) == ["permission_unnumbered"]


def test_what_a_project_asks_of_a_source_is_missed_and_nothing_else():
    assert codes(SOURCE) == []
    assert codes(SOURCE, source_fields=["title", "author"]) == ["author_missing"]


def test_nothing_is_retrieved_in_the_future():
    later = datetime.now(UTC).date() + timedelta(days=3)
    assert codes(SOURCE | {"retrieved_on": later.isoformat()}) == ["retrieved_in_future"]
    assert codes(SOURCE | {"retrieved_on": datetime.now(UTC).date().isoformat()}) == []


def test_a_text_from_a_file_and_an_item_without_a_passage_are_asked_for_nothing():
    assert CHECK.run(Subject("p", "c", "A passage.")) == []
    assert CHECK.run(Subject("p", "c", "", provenance=SOURCE | {"licence": ""})) == []


def test_persons_are_masked_with_one_key_in_all_three_texts():
    text = "Ask jane@mailbox-provider.net."
    found = CHECK.run(Subject(text, text, text))
    assert [finding.field for finding in found] == list(Field)
    for finding in found:
        assert text[: finding.start] + finding.suggestions[0].replacement + text[finding.end :] == "Ask [e-mail]."


def test_results_depend_on_where_the_passage_comes_from():
    one, other = (Subject("p", "c", "x", provenance={"licence": name}) for name in ("MIT", "CC0-1.0"))
    assert CHECK.about_item
    assert CHECK.settings(one) != CHECK.settings(other)
