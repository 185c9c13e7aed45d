"""Figures of the instructions check, on probabilities made by hand."""

import math

import numpy as np
import pytest

from qa.instructions.measuring import skill_figures
from qa.instructions.model import SKILLS


def _sure_of(labels):
    """Probabilities that give the right skill nine tenths."""
    probabilities = np.full((len(labels), len(SKILLS)), 0.1 / 7, np.float32)
    probabilities[np.arange(len(labels)), labels] = 0.9
    return probabilities


def test_a_project_can_declare_two_skills_more_than_dolly_has():
    labels = np.array([SKILLS.index(skill) for skill in ("open_qa", "closed_qa") for _ in range(50)])
    probabilities = _sure_of(labels)
    probabilities[:, SKILLS.index("open_qa")] = 0.9
    found = skill_figures(probabilities, labels)
    assert found.wrong_caught == pytest.approx(0.5)
    assert found.wrong_of_project == pytest.approx(0.5 * 5 / 6 + 0.5)


def test_rows_that_no_project_could_declare_do_not_count_for_it():
    labels = np.array([SKILLS.index("other")] * 10)
    assert math.isnan(skill_figures(_sure_of(labels), labels).wrong_of_project)
