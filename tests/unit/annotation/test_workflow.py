"""The workflow table says everything and nothing twice; the document shows the table."""

from itertools import product

import pytest

from accounts.roles import Role
from annotation.management.commands import workflow_diagram
from annotation.steps import refusal_for
from annotation.workflow import (
    BIRTHS,
    FINAL,
    PLACELESS,
    STAGE_ROLE,
    STAGE_STATE,
    STEPS,
    TURNS,
    Action,
    Stage,
    State,
    actions_from,
    diagram,
    step_for,
)

PAIRS = {(step.source, step.action) for step in STEPS}


@pytest.mark.parametrize(("state", "action"), sorted(set(product(State, Action)) - PAIRS))
def test_a_pair_outside_the_table_is_refused_in_words(state: State, action: Action) -> None:
    refusal = refusal_for(state, action)
    assert refusal is not None
    assert state.label.lower() in refusal.reason
    assert action.label in refusal.reason
    assert refusal.reason.endswith(".")
    assert bool(refusal.remedy) == (TURNS[state][0] != "nobody")


@pytest.mark.parametrize(("state", "action"), sorted(PAIRS))
def test_a_pair_of_the_table_is_allowed(state: State, action: Action) -> None:
    assert refusal_for(state, action) is None


def test_the_table_names_each_pair_once() -> None:
    assert len(PAIRS) == len(STEPS)


def test_every_action_is_a_birth_or_a_step_and_never_both() -> None:
    assert {step.action for step in STEPS} | set(BIRTHS) == set(Action)
    assert not {step.action for step in STEPS} & set(BIRTHS)


def test_an_action_has_one_role_and_one_meaning_wherever_it_is_taken() -> None:
    by_action = {step.action: (step.source, step.target, step.role) for step in STEPS}
    assert len(by_action) == len(STEPS)


def test_every_state_can_be_reached_from_a_birth() -> None:
    reached = set(BIRTHS.values())
    for _ in State:
        reached |= {step.target for step in STEPS if step.source in reached}
    assert reached == set(State)


def test_every_item_can_still_come_to_an_end() -> None:
    ending = set(FINAL)
    for _ in State:
        ending |= {step.source for step in STEPS if step.target in ending}
    assert ending == set(State)


def test_accepted_is_the_end_and_rejected_only_leads_to_an_appeal() -> None:
    assert actions_from(State.ACCEPTED) == []
    assert [step.action for step in actions_from(State.REJECTED)] == [Action.APPEAL, Action.APPEAL_FOR_AUTHOR]


def test_only_the_system_leaves_checking() -> None:
    assert {step.role for step in actions_from(State.CHECKING)} == {None}


def test_nothing_is_accepted_or_rejected_by_its_author_or_a_manager() -> None:
    ends = {step.role for step in STEPS if step.target in FINAL}
    assert ends == {None, Role.REVIEWER, Role.EDITOR}


def test_only_checking_accepts_without_a_person_and_only_after_an_edit() -> None:
    by_system = [step for step in STEPS if step.target in FINAL and step.by_system]
    assert [(step.source, step.action) for step in by_system] == [(State.CHECKING, Action.CLEAR)]


@pytest.mark.parametrize("state", list(State))
def test_every_state_says_whose_turn_it_is(state: State) -> None:
    whose, verb = TURNS[state]
    assert state.label
    assert whose
    assert verb


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_label_a_state_and_the_role_that_leaves_that_state(stage: Stage) -> None:
    assert stage.label
    roles = {step.role for step in actions_from(STAGE_STATE[stage]) if not step.by_system}
    assert roles == {STAGE_ROLE[stage]}


def test_actions_have_labels_and_no_two_steps_look_alike_in_a_history() -> None:
    assert all(action.label for action in Action)
    shown = [(step.source, step.target, step.action.label) for step in STEPS]
    assert len(set(shown)) == len(shown)


def test_rejected_and_set_aside_items_give_their_place_back() -> None:
    assert {State.REJECTED, State.SET_ASIDE} == PLACELESS


def test_step_for_finds_what_the_table_says() -> None:
    assert all(step_for(step.source, step.action) is step for step in STEPS)


def test_the_diagram_has_a_line_for_every_step() -> None:
    lines = diagram().splitlines()
    for step in STEPS:
        line = f"    {step.source} --> {step.target}: {step.action.label} ({step.role or 'system'})"
        assert line in lines


def test_the_document_is_up_to_date() -> None:
    assert workflow_diagram.path().read_text() == workflow_diagram.document(), (
        "docs/workflow.md is stale: ./scriptorium manage workflow_diagram"
    )
