"""What the check says of copies, of the same question in other words, and of copying; and what it leaves alone."""

import pytest

from qa.checks import duplicates
from qa.checks.base import Severity, Subject
from qa.copying import copying
from qa.engines.embeddings import Embedders, NgramEncoder
from qa.keys import settings_hash
from qa.vectors.corpus import Entry
from qa.vectors.memory import MemoryCorpus
from qa.vectors.wording import difference

LEASE = (
    "The lease began on 1 May 2019. It ends after ten years unless one of the parties renews it in writing half a year "
    "earlier. The rent is adjusted once a year to the index that the statistics office publishes in January, and "
    "the tenant pays the costs of heating, water and repairs up to three hundred euros in any single year of the term."
)
GLACIER = "Glaciers move because ice deforms under its own weight and slides over the ground beneath it."
NGRAMS = NgramEncoder()
EMBEDDERS = Embedders(NGRAMS, NGRAMS)
PROMPTS = [
    ("Which planets are visible in the Northern Hemisphere in the evenings of this winter?", ""),
    ("Extract all dates from the passage.", LEASE),
    ("What are the duties of a landlord when the heating fails in winter?", ""),
    ("请解释水的循环过程以及它对气候的影响", ""),
]
ENTRIES = [Entry("p", "cell-1", str(at), "en", prompt, context) for at, (prompt, context) in enumerate(PROMPTS)]


def check(entries=ENTRIES):
    return duplicates.build(MemoryCorpus(entries, EMBEDDERS), EMBEDDERS)


def found(prompt, context="", completion="", skill="open_qa", key="new", language="en", entries=ENTRIES):
    subject = Subject(
        prompt, completion, context, language, skill, collection="p", group="cell-1", key=key, languages=(language,)
    )
    return check(entries).run(subject)


def codes(findings):
    return [(finding.code, finding.severity.value) for finding in findings]


@pytest.mark.parametrize(
    "prompt",
    [PROMPTS[2][0], "what are the duties of a landlord, when the heating fails in winter", PROMPTS[2][0].upper()],
)
def test_the_same_prompt_is_an_exact_copy_whatever_its_case_and_punctuation(prompt):
    (finding,) = found(prompt)
    assert codes([finding]) == [("exact_copy", "should")]
    assert finding.data["other"] == "2"
    assert finding.data["score"] == 1


def test_a_text_is_no_copy_of_itself():
    assert found(PROMPTS[2][0], key="2") == []


def test_a_general_instruction_over_another_passage_is_left_alone():
    assert found("Extract all dates from the passage.", GLACIER) == []
    assert found("Extract all dates from the passage.") == []
    assert codes(found("Extract all dates from the passage!", LEASE)) == [("exact_copy", "should")]


def test_another_question_over_the_same_passage_is_left_alone():
    assert found("Who pays for repairs, and up to what amount?", LEASE) == []


def test_one_changed_word_is_named_and_no_more_than_a_note():
    (finding,) = found("Which planets are visible in the Southern Hemisphere in the evenings of this winter?")
    assert finding.severity == Severity.NOTE
    assert "“southern” for “northern”" in finding.message
    assert finding.data["differs"] == [["southern"], ["northern"]]


def test_near_copies_are_found():
    (finding,) = found("What are the duties of the landlord when the heating fails in the winter?")
    assert finding.severity in (Severity.SHOULD, Severity.NOTE)
    assert finding.data["other"] == "2"


def test_chinese_is_compared_too():
    assert codes(found(PROMPTS[3][0] + "。", language="zh")) == [("exact_copy", "should")]


@pytest.mark.parametrize("prompt", ["Why do glaciers move?", "What is C#?", "", "   "])
def test_new_prompts_are_left_alone(prompt):
    entries = [*ENTRIES, Entry("p", "cell-1", "c", "en", "What is C++?")]
    assert not [finding for finding in found(prompt, entries=entries) if finding.severity != Severity.NOTE]


def test_a_crowd_of_one_template_is_told_quietly():
    template = "Identify whether this instrument is string, wind or percussion: {}"
    pairs = ["oboe, viola", "fiddle, cornet", "kora, lute", "banjo, zither", "tabla, tuba", "rebec, bongo"]
    entries = [Entry("p", "cell-1", str(at), "en", template.format(pair)) for at, pair in enumerate(pairs)]
    (finding,) = found(template.format("marimba, shawm, djembe, sackbut, gong"), entries=entries)
    assert codes([finding]) == [("template", "note")]
    assert finding.data["family"] >= duplicates.CROWD


def test_without_a_collection_only_the_context_counts():
    subject = Subject(PROMPTS[0][0], LEASE, LEASE, skill="summarization")
    assert codes(check().run(subject)) == [("copied_from_context", "should")]


@pytest.mark.parametrize(
    ("skill", "expected"), [("summarization", ["should"]), ("extraction", []), ("closed_qa", ["note"])]
)
def test_copying_is_judged_by_what_the_skill_allows(skill, expected):
    findings = found("Another question?", LEASE, LEASE, skill)
    assert [finding.severity.value for finding in findings if finding.code == "copied_from_context"] == expected


def test_the_copied_words_are_marked_where_they_stand():
    passage = LEASE[:200]
    text = f"In short, this is what matters here. {passage} That is all there is to it."
    (run,) = copying(text, LEASE).runs
    assert text[run.start : run.end] in passage
    assert len(text[run.start : run.end]) > 190
    assert copying("Nothing of this is in the source at all, not one word of it.", LEASE).runs == ()


def test_chinese_copying_is_measured_in_words_not_characters():
    source = "水的循环是指水在地球上不断运动的过程包括蒸发凝结降水和径流等环节它对气候和生态系统都有重要影响"
    assert copying(source, source).longest.words == round(len(source) / 1.6)
    assert copying("水的循环是指水在", source).runs == ()


def test_plurals_count_as_shared_and_numbers_do_not():
    assert difference("List two planets", "List a planet", "en").here == ("two",)
    assert difference("Winners of 2019", "Winners of 2020", "en").here == ("2019",)


def test_the_result_belongs_to_the_item_and_the_embedder():
    subject = Subject("p", "c", collection="p", group="g", key="1")
    other = Subject("p", "c", collection="p", group="g", key="2")
    renamed = NgramEncoder()
    renamed.version = "2"
    built = duplicates.build(MemoryCorpus(ENTRIES, EMBEDDERS), Embedders(renamed, renamed))
    assert settings_hash(check(), subject) != settings_hash(check(), other)
    assert settings_hash(check(), subject) != settings_hash(built, subject)
    assert built.about_item


def test_a_possessive_is_the_word_itself():
    found = difference("Which city is Peru's capital?", "What is the capital of Peru?", "en")
    assert (found.here, found.there) == (("city",), ())
