import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.llm.corrections import corrections


def changed(text, corrected, sent=None):
    return [(text[each.start : each.end], each.after) for each in corrections(text, sent or text, corrected)]


@pytest.mark.parametrize(
    ("text", "corrected", "expected"),
    [
        ("He go to teh market every day.", "He goes to the market every day.", [("go", "goes"), ("teh", "the")]),
        ("Er hat das Buch gelsen.", "Er hat das Buch gelesen.", [("gelsen", "gelesen")]),
        ("She gave book to him on Monday.", "She gave the book to him on Monday.", [("gave ", "gave the ")]),
        ("All is well here.", "All is well here.", []),
    ],
)
def test_a_minimal_change_becomes_a_suggestion(text, corrected, expected):
    assert changed(text, corrected) == expected


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("The war began in 1914 and ended late.", "The war began in 1915 and ended late."),
        ("Call `getUsr()` before you go on with it.", "Call `getUser()` before you go on with it."),
        ("See https://exmaple.org/a for all of this.", "See https://example.org/a for all of this."),
        ("They wrote “we was wrong” in the letter.", "They wrote “we were wrong” in the letter."),
        ("One line only, and this is all of it.", "One line only,\nand this is all of it."),
    ],
    ids=["figures", "code", "addresses", "quotations", "line breaks"],
)
def test_what_must_stay_stays(text, corrected):
    assert changed(text, corrected) == []


def test_a_text_of_the_models_own_is_dropped_whole():
    assert changed("Lyon is big. It has many bridges.", "The sea is wide, and nobody knows how deep.") == []


def test_forty_per_cent_is_the_limit():
    assert changed("a b c d e f g h i j", "a b c d e f k l m n") != []
    assert changed("a b c d e f g h i j", "a b c d e k l m n o") == []


def test_places_are_those_of_the_text_though_redacted_parts_are_longer_or_shorter():
    text = "Write to ann@example.org or bo@example.org if teh parcel are late, says Ann."
    sent = "Write to [E-MAIL ADDRESS 1] or [M2] if teh parcel are late, says Ann."
    corrected = "Write to [E-MAIL ADDRESS 1] or [M2] if the parcel is late, says Ann."
    assert changed(text, corrected, sent) == [("teh", "the"), ("are", "is")]


def test_a_change_inside_what_was_redacted_is_dropped():
    text = "Write to ann@example.org if the parcel is late."
    sent = "Write to [MAIL] if the parcel is late."
    assert changed(text, "Write to [email] if the parcel is late.", sent) == []


def test_only_the_beginning_that_was_sent_is_corrected():
    text = "Teh beginning of a text that has a few more words. And teh end."
    assert changed(text, "The beginning of a text that has a few more words.", text[:50]) == [("Teh", "The")]


WORDS = st.lists(
    st.sampled_from(["teh", "the", "12", "`x`", "a", "“we was here”", "\n", ",", "字字", "go"]), max_size=30
)


@given(WORDS, WORDS, WORDS)
def test_whatever_comes_back_spans_lie_in_the_text_and_are_seen(text, sent, corrected):
    text, sent, corrected = " ".join(text), " ".join(sent), " ".join(corrected)
    for each in corrections(text, sent, corrected):
        assert text[each.start : each.end] == each.before
        assert 0 <= each.likeness <= 1
