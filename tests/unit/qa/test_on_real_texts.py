"""Recall and false alarms on Databricks Dolly 15k (CC-BY-SA-3.0), its first release beside its cleaned one."""

import gzip
import json
from pathlib import Path

import pytest

from qa.checks import artifacts, language
from qa.checks.base import Field, Severity, Subject

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CITATIONS = {"citation_mark", "editorial_mark", "chatbot_citation"}
FIELDS = {"context": Field.CONTEXT, "response": Field.COMPLETION, "instruction": Field.PROMPT}

pytestmark = pytest.mark.data


def rows(name):
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def codes(row, side):
    field = FIELDS[row["field"]]
    texts = {"prompt": "x", "completion": "x", field.value: row[side]}
    return {finding.code for finding in artifacts.CHECK.run(Subject(**texts)) if finding.field is field}


def test_copied_citation_marks_are_found_and_cleaned_texts_raise_none():
    marked = [row for row in rows("artifacts__dolly_first_release") if row["kind"] == "citation_marks"]
    found = sum(bool(codes(row, "dirty") & CITATIONS) for row in marked)
    false_alarms = sum("citation_mark" in codes(row, "clean") for row in marked)
    assert len(marked) > 1000
    assert found / len(marked) >= 0.985
    assert false_alarms / len(marked) <= 0.005


@pytest.mark.parametrize("check", [artifacts.CHECK, language.CHECK], ids=lambda check: check.name)
def test_texts_written_by_people_are_left_alone(check):
    written = rows("prompts__dolly_en")[:3000]
    subjects = (Subject(row["prompt"], row["completion"], languages=("en", "fi")) for row in written)
    alarmed = sum(any(each.severity is not Severity.NOTE for each in check.run(subject)) for subject in subjects)
    assert alarmed / len(written) <= 0.005


@pytest.mark.parametrize(("name", "cell"), [("prompts__dolly_fi", "en"), ("prompts__dolly_en", "fi")])
def test_long_texts_in_the_wrong_language_are_found(name, cell):
    long = [row["completion"] for row in rows(name) if len(row["completion"]) >= 250][:500]
    subjects = (Subject("x", text, language=cell, languages=("en", "fi")) for text in long)
    assert sum(bool(language.CHECK.run(subject)) for subject in subjects) / len(long) >= 0.97
