"""Rules of a skill that can be counted, and what they leave alone."""

import pytest

from qa.instructions.layout import layout_of
from qa.instructions.rules import remarks
from qa.instructions.words import sentence_spans, stems

SOURCE = (
    "The harbor of the town was dredged in 1911. Since then ferries of up to forty meters can moor at the inner quay. "
    "A storm damaged the eastern pier in 1953, and the council replaced it with a breakwater of granite blocks."
)


def codes(skill, prompt, context="", answer=""):
    return {remark.code for remark in remarks(skill, layout_of(prompt, context), answer)}


@pytest.mark.parametrize("skill", ["summarization", "extraction", "closed_qa", "inference"])
def test_a_skill_that_works_on_a_text_wants_one(skill):
    assert "context_missing" in codes(skill, "Which ferries can moor?")
    assert "context_missing" not in codes(skill, "Which ferries can moor?", SOURCE)
    assert "context_missing" not in codes(skill, f"Which ferries can moor?\n\n{SOURCE}")


def test_a_text_inside_a_chinese_prompt_is_seen():
    prompt = (
        "请概括下面这段话：港口在一九一一年疏浚。从那以后，四十米长的渡船可以停靠内码头。一场风暴损坏了东侧的栈桥。"
    )
    assert "context_missing" not in codes("summarization", prompt)


def test_open_questions_want_no_context():
    assert "context_not_wanted" in codes("open_qa", "When was the harbor dredged?", SOURCE)
    assert not codes("open_qa", "When was the harbor dredged?", "", "In 1911.")


def test_a_label_that_the_prompt_does_not_offer():
    prompt = "Choose one label for this review (positive, negative, neutral): the room was quiet and clean."
    assert "label_not_listed" in codes("classification", prompt, "", "Sarcastic")
    assert "label_not_listed" not in codes("classification", prompt, "", "Positive")
    assert "label_not_listed" not in codes("classification", "Options: yes, no. Is it raining?", "", "No")


def test_a_classification_without_labels():
    assert "no_labels" in codes("classification", "Name some orange cats.")
    assert "no_labels" not in codes("classification", "Sort into fruit or vegetable: leek, pear")
    assert "no_labels" not in codes("classification", "判断情感：积极还是消极？今天很开心。")


def test_a_summary_longer_than_its_source():
    assert "longer_than_source" in codes("summarization", "Summarize.", SOURCE, f"{SOURCE} {SOURCE}")
    assert not codes("summarization", "Summarize.", SOURCE, "The harbor was dredged in 1911 and its pier replaced.")


def test_a_rewriting_that_changed_nothing():
    sentence = "The council replaced the pier with a breakwater of granite blocks after the storm."
    assert "nothing_changed" in codes("rewriting", f"Rewrite more simply: {sentence}", "", f"  {sentence} ")
    assert not codes("rewriting", f"Rewrite more simply: {sentence}", "", "After the storm they built a granite wall.")
    corrected = sentence.replace("granite", "granit")
    assert not codes("rewriting", f"Correct the spelling: {corrected}", "", sentence)


def test_a_sentence_that_does_not_rest_on_the_context_is_marked():
    foreign = "Unemployment among young musicians doubled during that particular decade."
    answer = f"The harbor was dredged in 1911, so ferries can moor at the inner quay. {foreign}"
    found = [r for r in remarks("closed_qa", layout_of("What changed?", SOURCE), answer) if r.code == "not_in_context"]
    assert [answer[each.start : each.end] for each in found] == [foreign]


def test_an_answer_mostly_from_elsewhere_adds_knowledge_except_where_that_is_the_skill():
    answer = (
        "Unemployment among young musicians doubled during that particular decade, while concert halls elsewhere "
        "closed because audiences preferred cinema."
    )
    assert "adds_knowledge" in codes("extraction", "What changed?", SOURCE, answer)
    assert "adds_knowledge" not in codes("inference", "What changed?", SOURCE, answer)


def test_an_inference_that_only_repeats_the_context_adds_nothing():
    copied = (
        "A storm damaged the eastern pier in 1953, and the council replaced it with a breakwater of granite blocks."
    )
    assert "adds_nothing" in codes("inference", "Why may ships be safer today?", SOURCE, copied)
    told = "Granite absorbs waves better than planks do, so moored boats probably suffer less in winter gales."
    assert not codes("inference", "Why may ships be safer today?", SOURCE, told)


def test_the_instruction_is_told_from_the_text_it_is_about():
    layout = layout_of(f"Summarize the notice below.\n\n{SOURCE}\n\nIn one sentence, what happened?", "")
    assert layout.head == "Summarize the notice below."
    assert layout.tail == "In one sentence, what happened?"
    assert "breakwater" in layout.inline
    assert layout_of("Who painted this?", SOURCE).source == SOURCE


def test_words_of_any_script_and_where_sentences_stand():
    assert stems("Häuser, 3.5 harbors") == ("häuser", "3.5", "harbor")
    assert stems("港口疏浚") == ("港口", "口疏", "疏浚")
    text = "First one. 第二句。Third"
    assert [text[a:b] for a, b in sentence_spans(text)] == ["First one.", "第二句。", "Third"]
