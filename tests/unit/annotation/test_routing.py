"""Whom a text is sent to, and how a fit is judged before anybody uses it."""

import numpy as np
import pytest

from annotation.copilot.routing import sent_to
from qa.engines.embeddings import NgramEncoder
from qa.routing.router import Router
from qa.routing.validating import FOLDS, _folds, validated


@pytest.mark.parametrize(
    ("scope", "guess", "is_general_cell", "expected"),
    [
        ("general", "law", False, "general"),
        ("specialized", "medicine", False, ""),
        ("unsure", "law", False, ""),
        ("general", "law", True, ""),
        ("specialized", "law", True, "law"),
        ("specialized", "", True, ""),
        ("unsure", "law", True, ""),
    ],
)
def test_only_what_is_clear_and_not_for_the_cell_is_sent_elsewhere(scope, guess, is_general_cell, expected):
    assert sent_to(scope, guess, is_general_cell=is_general_cell) == expected


class NoModel(NgramEncoder):
    """Real vectors, and no language is known: routes come from vocabulary."""

    def knows(self, _language: str) -> bool:
        return False


def texts(pattern: str, count: int) -> list[str]:
    return [pattern.format(number) for number in range(count)]


def test_each_text_is_judged_by_a_router_that_has_not_seen_it():
    """Of texts that have nothing in common with each other, memory would be right and learning is not."""
    noise = [f"{chr(0x4E00 + 7 * n)}{chr(0x5E00 + 11 * n)}{chr(0x6E00 + 13 * n)}" for n in range(60)]
    found = validated(Router(NoModel()), noise, [n % 2 == 0 for n in range(60)], "xx")
    assert found.texts == 60
    assert found.fitted < 0.75
    assert found.commoner == 0.5


def test_what_can_be_learned_is():
    rows = texts("Wumble quorf {}", 30) + texts("Jirra dolp {}", 20)
    found = validated(Router(NoModel()), rows, [True] * 30 + [False] * 20, "xx")
    assert found.fitted > 0.95
    assert found.commoner == 0.6
    assert found.as_it_comes == 0.4, "no known word: never above the middle"


def test_both_kinds_are_in_every_fold():
    wanted = np.array([True] * FOLDS + [False] * 40)
    folds = _folds(wanted)
    assert {int(fold) for fold in folds[wanted]} == {int(fold) for fold in folds[~wanted]} == set(range(FOLDS))


def test_too_few_texts_are_refused():
    with pytest.raises(ValueError, match="at least"):
        validated(Router(NoModel()), texts("Text {}", 10), [True, False] * 5, "xx")
