"""The workflow as data: every way an item may go. No database, no request.

The diagram in docs/workflow.md and the exhaustive test derive from STEPS; a pair of state and action
that is not in the table is refused.
"""

from dataclasses import dataclass

from django.db import models

from accounts.roles import Role


class State(models.TextChoices):
    WRITING = "writing", "Writing"
    SET_ASIDE = "set_aside", "Set aside"
    CHECKING = "checking", "Checking"
    RETURNED = "returned", "Returned"
    IN_REVIEW = "in_review", "In review"
    IN_EDITING = "in_editing", "In editing"
    DISPUTED = "disputed", "Disputed"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class Stage(models.TextChoices):
    """What a person is handed an item for."""

    WRITING = "writing", "Write"
    REVIEW = "review", "Review"
    EDITING = "editing", "Edit"
    ADJUDICATION = "adjudication", "Adjudicate"


class Action(models.TextChoices):
    CLAIM = "claim", "Claimed"
    IMPORT = "import", "Imported"
    SUBMIT = "submit", "Submitted"
    SKIP = "skip", "Skipped"
    LAPSE = "lapse", "Lease lapsed"
    PUT_BACK = "put_back", "Put back"
    LAPSE_REWORK = "lapse_rework", "Lease lapsed while revising"
    TAKE_BACK = "take_back", "Taken back"
    REVISE = "revise", "Revision started"
    RELEASE = "release", "Place released"
    BOUNCE = "bounce", "Returned by checks"
    BOUNCE_EDIT = "bounce_edit", "Edit returned by checks"
    PASS = "pass", "Passed checks"
    CLEAR = "clear", "Passed checks after editing"
    APPROVE = "approve", "Approved, one more needed"
    ACCEPT = "accept", "Accepted"
    ACCEPT_TO_EDITOR = "accept_to_editor", "Accepted, sent to an editor"
    RETURN = "return", "Returned"
    SEND_TO_EDITOR = "send_to_editor", "Sent to an editor"
    FIRST_REJECT = "first_reject", "Rejected, second opinion needed"
    REJECT = "reject", "Rejected"
    DISAGREE = "disagree", "Reviewers disagree"
    ESCALATE = "escalate", "Rounds used up"
    FINISH_EDIT = "finish_edit", "Edited"
    KEEP = "keep", "Kept as it is"
    KEEP_FOR_REVIEW = "keep_for_review", "Kept, one more review needed"
    GIVE_UP = "give_up", "Could not be saved"
    APPEAL = "appeal", "Appealed"
    APPEAL_FOR_AUTHOR = "appeal_for_author", "Appealed for the author"
    ADJUDICATE_ACCEPT = "adjudicate_accept", "Adjudicated: accepted"
    ADJUDICATE_REVIEW = "adjudicate_review", "Adjudicated: one more review"
    ADJUDICATE_EDIT = "adjudicate_edit", "Adjudicated: to be edited"
    ADJUDICATE_REJECT = "adjudicate_reject", "Adjudicated: rejected"


@dataclass(frozen=True)
class Step:
    source: State
    action: Action
    target: State
    role: Role | None  # None: the system

    @property
    def by_system(self) -> bool:
        return self.role is None


_EXPERT, _REVIEWER, _EDITOR, _MANAGER = Role.EXPERT, Role.REVIEWER, Role.EDITOR, Role.MANAGER

STEPS: tuple[Step, ...] = (
    Step(State.WRITING, Action.SUBMIT, State.CHECKING, _EXPERT),
    Step(State.WRITING, Action.SKIP, State.SET_ASIDE, _EXPERT),
    Step(State.WRITING, Action.LAPSE, State.SET_ASIDE, None),
    Step(State.WRITING, Action.PUT_BACK, State.RETURNED, _EXPERT),
    Step(State.WRITING, Action.LAPSE_REWORK, State.RETURNED, None),
    Step(State.SET_ASIDE, Action.TAKE_BACK, State.WRITING, _EXPERT),
    Step(State.RETURNED, Action.REVISE, State.WRITING, _EXPERT),
    Step(State.RETURNED, Action.RELEASE, State.SET_ASIDE, _MANAGER),
    Step(State.CHECKING, Action.BOUNCE, State.RETURNED, None),
    Step(State.CHECKING, Action.BOUNCE_EDIT, State.IN_EDITING, None),
    Step(State.CHECKING, Action.PASS, State.IN_REVIEW, None),
    Step(State.CHECKING, Action.CLEAR, State.ACCEPTED, None),
    Step(State.IN_REVIEW, Action.APPROVE, State.IN_REVIEW, _REVIEWER),
    Step(State.IN_REVIEW, Action.ACCEPT, State.ACCEPTED, _REVIEWER),
    Step(State.IN_REVIEW, Action.ACCEPT_TO_EDITOR, State.IN_EDITING, _REVIEWER),
    Step(State.IN_REVIEW, Action.RETURN, State.RETURNED, _REVIEWER),
    Step(State.IN_REVIEW, Action.SEND_TO_EDITOR, State.IN_EDITING, _REVIEWER),
    Step(State.IN_REVIEW, Action.FIRST_REJECT, State.IN_REVIEW, _REVIEWER),
    Step(State.IN_REVIEW, Action.REJECT, State.REJECTED, _REVIEWER),
    Step(State.IN_REVIEW, Action.DISAGREE, State.DISPUTED, _REVIEWER),
    Step(State.IN_REVIEW, Action.ESCALATE, State.DISPUTED, _REVIEWER),
    Step(State.IN_EDITING, Action.FINISH_EDIT, State.CHECKING, _EDITOR),
    Step(State.IN_EDITING, Action.KEEP, State.ACCEPTED, _EDITOR),
    Step(State.IN_EDITING, Action.KEEP_FOR_REVIEW, State.IN_REVIEW, _EDITOR),
    Step(State.IN_EDITING, Action.GIVE_UP, State.REJECTED, _EDITOR),
    Step(State.REJECTED, Action.APPEAL, State.DISPUTED, _EXPERT),
    Step(State.REJECTED, Action.APPEAL_FOR_AUTHOR, State.DISPUTED, _MANAGER),
    Step(State.DISPUTED, Action.ADJUDICATE_ACCEPT, State.ACCEPTED, _EDITOR),
    Step(State.DISPUTED, Action.ADJUDICATE_REVIEW, State.IN_REVIEW, _EDITOR),
    Step(State.DISPUTED, Action.ADJUDICATE_EDIT, State.IN_EDITING, _EDITOR),
    Step(State.DISPUTED, Action.ADJUDICATE_REJECT, State.REJECTED, _EDITOR),
)

_BY_PAIR = {(step.source, step.action): step for step in STEPS}

# The first event of an item: how it came to be, and the state it was born in.
BIRTHS: dict[Action, State] = {Action.CLAIM: State.WRITING, Action.IMPORT: State.CHECKING}

STAGE_STATE: dict[Stage, State] = {
    Stage.WRITING: State.WRITING,
    Stage.REVIEW: State.IN_REVIEW,
    Stage.EDITING: State.IN_EDITING,
    Stage.ADJUDICATION: State.DISPUTED,
}

STAGE_ROLE: dict[Stage, Role] = {
    Stage.WRITING: Role.EXPERT,
    Stage.REVIEW: Role.REVIEWER,
    Stage.EDITING: Role.EDITOR,
    Stage.ADJUDICATION: Role.EDITOR,
}

# An item in one of these has given its place in the cell back.
PLACELESS = frozenset({State.SET_ASIDE, State.REJECTED})
FINAL = frozenset({State.ACCEPTED, State.REJECTED})

# Whose turn it is and what they are asked to do: the header line of every item.
TURNS: dict[State, tuple[str, str]] = {
    State.WRITING: ("its author", "write and submit"),
    State.SET_ASIDE: ("its author", "take it back"),
    State.CHECKING: ("the checks", "wait a moment"),
    State.RETURNED: ("its author", "revise"),
    State.IN_REVIEW: ("a reviewer", "judge"),
    State.IN_EDITING: ("an editor", "edit"),
    State.DISPUTED: ("an editor", "adjudicate"),
    State.ACCEPTED: ("nobody", "ready for a release"),
    State.REJECTED: ("nobody", "closed; its author may appeal"),
}


def step_for(state: State, action: Action) -> Step | None:
    return _BY_PAIR.get((state, action))


def actions_from(state: State) -> list[Step]:
    return [step for step in STEPS if step.source == state]


def diagram() -> str:
    """The workflow as a Mermaid state diagram."""
    births = [f"    [*] --> {state}: {action.label}" for action, state in BIRTHS.items()]
    steps = [f"    {step.source} --> {step.target}: {step.action.label} ({step.role or 'system'})" for step in STEPS]
    ends = [f"    {state} --> [*]" for state in sorted(FINAL)]
    return "\n".join(["stateDiagram-v2", *births, *steps, *ends]) + "\n"
