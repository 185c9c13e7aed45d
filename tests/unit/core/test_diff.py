from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diff import Hunk, apply, hunks, segments, words
from tests.growth import grows_gently

TEXTS = st.text(alphabet="ab ,.\n😀日本語ก", max_size=60)


@given(TEXTS, TEXTS)
def test_applying_the_hunks_gives_the_new_text(before: str, after: str) -> None:
    assert apply(before, hunks(before, after)) == after


@given(TEXTS, TEXTS)
def test_hunks_say_what_stood_there_in_order_and_do_not_touch(before: str, after: str) -> None:
    changes = hunks(before, after)
    assert all(before[change.start : change.end] == change.before for change in changes)
    assert all(change.before != change.after for change in changes)
    assert all(one.end < two.start for one, two in pairwise(changes))


@given(TEXTS, TEXTS)
def test_segments_hold_both_texts(before: str, after: str) -> None:
    parts = segments(before, after)
    assert "".join(part.text for part in parts if part.kind != "insert") == before
    assert "".join(part.text for part in parts if part.kind != "delete") == after


@given(TEXTS)
def test_words_lose_nothing(text: str) -> None:
    assert "".join(words(text)) == text


def test_the_same_text_has_no_hunks() -> None:
    assert hunks("One. Two.", "One. Two.") == []


def test_a_changed_word_is_a_hunk_of_that_word() -> None:
    assert hunks("Gas befinden sich.", "Gas befindet sich.") == [Hunk(4, 12, "befinden", "befindet")]


def test_changes_with_only_a_blank_between_are_one_hunk() -> None:
    assert hunks("a red old car", "a blue new car") == [Hunk(2, 9, "red old", "blue new")]


def test_changes_on_two_lines_stay_two_hunks() -> None:
    assert [change.before for change in hunks("one\ntwo", "eins\nzwei")] == ["one", "two"]


def test_chinese_is_compared_by_character() -> None:
    assert hunks("我喜欢吃苹果", "我喜欢吃香蕉") == [Hunk(4, 6, "苹果", "香蕉")]


def test_offsets_are_code_points() -> None:
    assert hunks("😀😀 teh", "😀😀 the") == [Hunk(3, 6, "teh", "the")]


GERMAN = "".join(f"{n} Die Flüssigkeit siedet, weil sie im Lauf der Zeit Wasser aufnimmt. " for n in range(290))[:20000]
CHINESE = "".join(chr(0x4E00 + (n * 7919) % 5000) for n in range(20000))


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (GERMAN, lambda text: text.replace("siedet", "kocht").replace("7 Die", "7 Eine")),
        (CHINESE, lambda text: "".join("新" if n % 20 == 0 else letter for n, letter in enumerate(text))),
        (CHINESE, lambda text: text[::-1]),
    ],
)
def test_the_time_follows_the_length_of_the_texts(before, change) -> None:
    assert grows_gently(lambda text: hunks(text, change(text)), before)


def test_a_wholly_different_long_text_is_one_change() -> None:
    before = "".join(chr(0x4E00 + (n * 7919) % 5000) for n in range(8000))
    assert hunks(before, before[::-1]) == [Hunk(0, 8000, before, before[::-1])]
