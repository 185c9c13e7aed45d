"""What is drawn, what an answer is worth, what passes."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.learning.testing_rules import (
    draw,
    enough_tries,
    is_mended,
    is_suspicious,
    piece_passes,
    points,
    reaches,
    share,
    training_is_passed,
)
from annotation.learning.training_tasks import segments
from annotation.rubric import CRITERIA

POOLS = st.dictionaries(st.sampled_from(["accept", "edit", "reject"]), st.integers(0, 12), max_size=3)


def numbered(sizes: dict[str, int]) -> dict[str, list[int]]:
    ids = iter(range(1, 1000))
    return {verdict: [next(ids) for _ in range(size)] for verdict, size in sizes.items()}


@given(POOLS, st.integers(0, 20), st.integers())
def test_as_many_as_asked_for_each_once_and_evenly_over_the_verdicts(
    sizes: dict[str, int], count: int, seed: int
) -> None:
    pool = numbered(sizes)
    drawn = draw(pool, count, Random(seed))
    assert len(drawn) == len(set(drawn)) == min(count, sum(sizes.values()))
    taken = {verdict: len(set(ids) & set(drawn)) for verdict, ids in pool.items()}
    for verdict, number in taken.items():
        # Whoever was drawn less often had no more, or is one behind.
        assert number == sizes[verdict] or number >= max(taken.values()) - 1


def test_a_draw_is_in_no_order_of_the_pool() -> None:
    pool = numbered({"accept": 6, "reject": 6})
    assert len({tuple(draw(pool, 12, Random(seed))) for seed in range(20)}) > 10


@pytest.mark.parametrize(
    ("verdict", "reasons", "worth"),
    [
        ("return", ["format"], 1.0),
        ("edit", ["format", "too_long"], 1.0),
        ("return", ["too_long"], 0.5),
        ("return", [], 0.5),
        ("accept", [], 0.0),
        ("reject", ["format"], 0.0),
    ],
)
def test_points_of_a_verdict_and_its_reasons(verdict: str, reasons: list[str], worth: float) -> None:
    assert points(["edit", "return"], ["format", "adds_facts"], verdict, reasons, answer="edit") == worth


def test_an_accept_needs_no_reason_and_without_expected_ones_any_will_do() -> None:
    assert points(["accept"], [], "accept", [], answer="accept") == 1.0
    assert points(["reject"], [], "reject", ["other"], answer="reject") == 1.0


def test_the_mark_is_compared_as_it_is_shown() -> None:
    assert share([1.0, 0.5, None, 0.0]) == 0.375
    assert share([]) == 0
    assert reaches(0.695, 70)
    assert not reaches(0.694, 70)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1), st.integers(0, 40))
def test_a_better_answer_never_costs_anything(earned: list[float], place: int) -> None:
    better = list(earned)
    better[place % len(better)] = 1.0
    assert share(better) >= share(earned)


def test_a_piece_passes_with_four_overall_and_nothing_below_three() -> None:
    good = dict.fromkeys(CRITERIA, 4)
    assert piece_passes(good)
    assert piece_passes(good | {"conciseness": 3})
    assert not piece_passes(good | {"conciseness": 2})
    assert not piece_passes(good | {"overall": 3})


def test_tries_with_other_items() -> None:
    assert [enough_tries(size, 4) for size in (3, 4, 7, 8)] == [0, 1, 1, 2]


def test_an_item_is_suspicious_only_with_enough_answers() -> None:
    assert not is_suspicious(4, 4)
    assert is_suspicious(5, 4)
    assert not is_suspicious(5, 3)


@pytest.mark.parametrize(
    ("answered", "first", "ever", "passed"),
    [
        ([1, 2, 3, 4, 5], [1, 2, 3, 4], [1, 2, 3, 4], True),
        ([1, 2, 3, 4, 5], [1, 2, 3], [1, 2, 3, 4], False),
        ([1, 2, 3, 4, 5], [1, 2, 3], [1, 2, 3, 4, 5], True),
        ([1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], False),
    ],
)
def test_a_set_passes_by_first_tries_or_by_repeating(
    answered: list[int], first: list[int], ever: list[int], passed: bool
) -> None:
    assert training_is_passed([1, 2, 3, 4, 5], answered, first, ever) is passed


def test_a_set_without_tasks_is_never_passed() -> None:
    assert not training_is_passed([], [], [], [])


@given(st.text())
def test_segments_are_the_text_in_order_without_overlaps(text: str) -> None:
    found = segments("completion", text)
    for one in found:
        assert text[one.start : one.end] == one.text
        assert one.text.strip()
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert "".join(text.split()) == "".join("".join(one.text.split()) for one in found)


def test_sentences_and_lines_are_segments() -> None:
    text = "First one. Second (see Art. 5)!\n\n- a point\nDritter Satz? Ja."
    assert [one.text.strip() for one in segments("prompt", text)] == [
        "First one.", "Second (see Art.", "5)!", "- a point", "Dritter Satz?", "Ja.",
    ]  # fmt: skip


def test_a_missing_word_is_in_the_segment_around_it() -> None:
    [first, second] = segments("completion", "One thing. Another thing.")
    assert first.holds(4, 4)
    assert not second.holds(4, 4)
    assert second.holds(11, 18)
    assert not first.holds(11, 18)


# --- a text is mended: the wrong sentence is changed, the rest kept, nothing forbidden left

SENTENCE, LENGTH = (20, 40), 120


@pytest.mark.parametrize(
    ("changed", "forbidden", "is_right"),
    [
        ([(25, 30)], 0, True),
        ([(20, 40)], 0, True),
        ([(40, 40)], 0, True),  # put in right behind it
        ([], 0, False),
        ([(0, 5)], 0, False),
        ([(40, 45)], 0, False),
        ([(25, 30)], 1, False),
        ([(25, 30), (60, 80)], 0, True),  # a fifth of the rest went too
        ([(25, 30), (60, 81)], 0, False),
        ([(0, 120)], 0, False),
    ],
)
def test_a_text_is_mended_where_it_was_wrong(changed: list[tuple[int, int]], forbidden: int, is_right: bool) -> None:
    assert is_mended(SENTENCE, changed, LENGTH, forbidden) is is_right
