"""Small runs of the simulation: what the rule promises, and that the simulation can show the contrary."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from experts.picture import lines
from experts.simulation import POLICIES, Figures, Policy, Run, Scene, average, people
from experts.simulation_report import SCENES, policies

SMALL = Scene(experts=100, places=3000)
NONE, PAUSE, RULE = POLICIES


def figures(policy: Policy, seed: int = 1) -> Figures:
    return Figures.of(Run(SMALL, policy, seed).run())


def test_the_same_seed_gives_the_same_figures() -> None:
    assert figures(RULE) == figures(RULE)
    assert figures(RULE) != figures(RULE, seed=2)


def test_every_policy_meets_the_same_people() -> None:
    assert [one.rate for one in people(SMALL, 1)] == [one.rate for one in people(SMALL, 1)]
    assert sum(one.is_bad for one in people(SMALL, 1)) == 10
    assert all(0.05 <= one.rate <= 0.20 for one in people(SMALL, 1) if not one.is_bad)


def test_places_are_neither_lost_nor_made() -> None:
    run = Run(SMALL, RULE, 1).run()
    under_way = sum(1 for _, _, event in run.events if event.__qualname__.endswith("_work.<locals>.<lambda>"))
    assert len(run.accepted) == SMALL.places
    assert len(run.open) == under_way == 0


def test_the_rule_saves_rejected_work_and_wrongs_hardly_anybody() -> None:
    without, ruled, paused = figures(NONE), figures(RULE), figures(PAUSE)
    assert ruled.rejected < without.rejected - 0.015
    assert ruled.bad_among_accepted < 0.5 * without.bad_among_accepted
    assert ruled.good_moved <= 0.011 < paused.good_moved
    assert ruled.places_lost <= 0.01


def test_with_people_to_spare_the_rule_beats_the_raw_limit_too() -> None:
    """The whole table is `./scriptorium bench standing`; here three seeds of a small scene, where chance is larger."""
    scene = Scene(experts=150, places=5000, load=0.6)
    ruled, paused = (
        average([Figures.of(Run(scene, policy, seed).run()) for seed in (1, 2, 3)]) for policy in (RULE, PAUSE)
    )
    assert ruled["rejected"] < paused["rejected"]
    assert ruled["good_moved"] <= 0.01 < paused["good_moved"]
    assert ruled["least_served"] > paused["least_served"]


def test_near_capacity_a_longer_first_choice_beats_the_raw_limit_in_no_more_days() -> None:
    """One seed of half the scene; the table has ten of the whole."""
    name = "All places open from the start"
    scene = replace(SCENES[name], experts=150, places=5000)
    ruled, paused = (Figures.of(Run(scene, policy, 1).run()) for policy in (policies(name)[-1], PAUSE))
    assert ruled.rejected < paused.rejected
    assert ruled.days <= paused.days
    assert ruled.good_moved <= 0.01 < paused.good_moved
    assert ruled.good_without < paused.good_without


def test_without_a_rule_nobody_is_moved() -> None:
    without = figures(NONE)
    assert without.items_to_catch is None
    assert without.bad_caught == without.good_moved == without.good_last == 0


def test_a_picture_is_well_formed_and_names_its_lines() -> None:
    drawing = lines({"a & b": [(1, 0.1), (2, 0.3)], "c": [(1, 0.2), (2, 0.3)]}, title="<Title>", across="day")
    texts = [one.text for one in ElementTree.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]
    assert {"a & b", "c", "<Title>", "day"} <= set(texts)
    assert {"0 %", "20 %", "30 %"} <= set(texts), "round numbers at the axis"


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_places_arrive_at_the_load_they_say(load: float) -> None:
    scene = Scene(load=load)
    items_a_day = scene.places / (1 - scene.mean_rate) / scene.arrival_days
    assert items_a_day == pytest.approx(load * scene.items_a_day)
