import random

import pytest

from experts.pooling import Cell, Tally, pool
from experts.rules import DEFAULT

LAW: Cell = ("de", "law", "extraction")
AUTO: Cell = ("de", "automotive", "open_qa")


def tallies(severity: dict[int, float], *, seed: int = 1, each: int = 20) -> list[Tally]:
    """Every author before every reviewer; a reviewer adds their own severity to the author's rate."""
    draw = random.Random(seed)
    found = []
    for author in range(30):
        rate = draw.uniform(0.05, 0.3)
        for reviewer, extra in severity.items():
            total = sum(draw.random() < min(1, max(0, rate + extra)) for _ in range(each))
            found.append(Tally(author, reviewer, LAW, each, float(total)))
    return found


def test_an_empty_project_starts_with_the_first_rate() -> None:
    surroundings = pool([])
    assert surroundings.rate_of(LAW) == surroundings.rate == pytest.approx(DEFAULT.first_rate)
    assert surroundings.offset_of(7) == surroundings.offset_of(None) == 0


def test_a_cell_with_few_decisions_stays_near_its_project_and_one_with_many_goes_its_own_way() -> None:
    many = Tally(1, 9, LAW, 3000, 300.0)
    assert pool([many, Tally(2, 9, AUTO, 3, 3.0)]).rate_of(AUTO) < 0.2
    assert pool([many, Tally(2, 9, AUTO, 300, 150.0)]).rate_of(AUTO) == pytest.approx(0.5, abs=0.05)


def test_a_severe_reviewer_is_found_and_by_about_how_much() -> None:
    offsets = pool(tallies({1: 0.0, 2: 0.0, 3: 0.0, 4: 0.25})).offsets
    assert offsets[4] - offsets[1] == pytest.approx(0.25, abs=0.06)
    assert max(abs(offsets[one] - offsets[two]) for one in (1, 2, 3) for two in (1, 2, 3)) < 0.06


def test_a_reviewer_of_bad_authors_is_not_taken_for_severe() -> None:
    """Reviewer 2 sees mostly authors of 45 %, reviewer 1 the rest; a few are seen by both."""
    draw = random.Random(2)
    found = []
    for author in range(60):
        rate, reviewers = (0.45, (2,)) if author < 20 else (0.12, (1,))
        for reviewer in (1, 2) if author % 5 == 0 else reviewers:
            found.append(Tally(author, reviewer, LAW, 20, float(sum(draw.random() < rate for _ in range(20)))))
    offsets = pool(found).offsets
    naive = 0.45 - 0.12
    assert offsets[2] - offsets[1] < naive / 2


def test_few_decisions_make_no_reviewer_severe() -> None:
    assert pool([Tally(1, 5, LAW, 29, 29.0), Tally(2, 6, LAW, 300, 30.0)]).offset_of(5) == 0
