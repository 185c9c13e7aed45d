"""Whatever a model says, and whatever people wrote: nothing raises, and every span lies in its text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from qa.checks.base import Example, Finding, Severity, Subject
from qa.checks.second_reading import build
from qa.engines.llm import LanguageModel
from qa.llm.answers import Correction, Instructions, Issue, IssueCode, Origin, Reading, Routing
from qa.llm.reading import Reader
from tests.fakes.purse import FreePurse, NoMemory

PIECES = ["Lyon", " is ", "the capital", "teh", "go", " ", "\n", "`code`", "“as they said”", "12", "字字字", "😀", "\0"]
SAID = st.lists(st.sampled_from(PIECES), max_size=15).map("".join)
TEXTS = st.lists(st.sampled_from([*PIECES, "\ud800"]), max_size=15).map("".join)
ISSUES = st.builds(
    Issue,
    code=st.sampled_from(IssueCode),
    where=st.sampled_from(["prompt", "completion"]),
    quote=SAID,
    clause=st.none() | st.sampled_from(["3.1", "9"]),
)
SKILLS = ["summarization", "extraction", "open_qa", "closed_qa", "rewriting", "classification", "inference", "other"]
SCORES = st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 1)
READINGS = st.builds(
    Reading,
    instructions=st.builds(
        Instructions,
        skill=st.sampled_from(SKILLS),
        skill_confidence=SCORES,
        prompt_meets_skill=st.booleans(),
        answer_fits=st.sampled_from(["yes", "partly", "no"]),
        uses_outside_knowledge=st.booleans(),
        issues=st.lists(ISSUES, max_size=4),
    ),
    routing=st.builds(Routing, scope=st.sampled_from(["general", "specialized"]), confidence=SCORES),
    origin=st.builds(
        Origin, impression=st.sampled_from(["human", "unsure", "generated"]), passages=st.lists(SAID, max_size=4)
    ),
    correction=st.builds(Correction, prompt=SAID, completion=SAID),
)
SUBJECTS = st.builds(
    Subject,
    prompt=TEXTS,
    completion=TEXTS,
    context=TEXTS,
    skill=st.sampled_from(["", "unheard_of", *SKILLS]),
    domain=st.sampled_from(["", "general", "law"]),
    format=st.sampled_from(["free", "json"]),
    examples=st.sampled_from([(), (Example("3.1", "A clause"),)]),
)


class Says(NoMemory):
    """Remembers one reading, for every text."""

    def __init__(self, reading):
        self.reading = reading

    def get(self, _key):
        return self.reading


def checks_that_read(reading):
    reader = Reader(LanguageModel("http://127.0.0.1:1/v1", "model"), FreePurse(), Says(reading.model_dump_json()))
    return build(reader)


@settings(max_examples=300, deadline=None)
@given(subject=SUBJECTS, reading=READINGS)
def test_every_finding_can_be_shown_stored_and_applied(subject, reading):
    for check in checks_that_read(reading):
        json.dumps(check.settings(subject))
        for finding in check.run(subject):
            text = subject.text(finding.field)
            assert finding.check == check.name
            assert finding.severity != Severity.MUST
            if finding.start is not None:
                assert 0 <= finding.start < finding.end <= len(text)
                assert text[finding.start : finding.end].startswith(finding.excerpt)
            stored = json.loads(json.dumps(finding.to_json(), allow_nan=False))
            assert Finding.from_json(stored).fingerprint == finding.fingerprint


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_score_that_is_no_number_makes_the_whole_answer_unfit(number):
    with pytest.raises(ValidationError):
        Routing.model_validate_json(f'{{"scope": "general", "confidence": {number}}}')


@pytest.mark.parametrize("domain", ["", "general", "law"])
def test_a_skill_nobody_declared_is_not_contradicted(domain):
    said = Instructions(
        skill="other", skill_confidence=1, prompt_meets_skill=False, answer_fits="yes",
        uses_outside_knowledge=False, issues=[],
    )  # fmt: skip
    reading = Reading(instructions=said, routing=None, origin=None, correction=None)
    assert checks_that_read(reading)[0].run(Subject("A prompt", "A completion", domain=domain)) == []
