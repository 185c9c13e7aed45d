"""The one door for every change of an item's state: lock, look, change, record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from accounts.models import User
from accounts.roles import Role
from annotation.access import has_role
from annotation.models import Assignment, Item, Project
from annotation.places import give_back_place, take_place
from annotation.workflow import BIRTHS, PLACELESS, TURNS, Action, State, Step, step_for
from core.refusal import Refusal, Refused, refuse_if
from core.statements import execute


def lock_item(item_id: int, project: Project | None = None) -> Item:
    """The item, locked until the transaction ends; whoever comes second sees what the first one did.

    Raises Item.DoesNotExist, also for an item outside `project` where one is given.
    """
    items = Item.objects.select_for_update(of=("self",), no_key=True)
    if project is None:
        return items.select_related("cell", "current", "project").get(pk=item_id)
    item = items.select_related("cell", "current").get(pk=item_id, project=project)
    item.project = project
    return item


def refusal_for(state: State, action: Action) -> Refusal | None:
    """Whether the workflow allows this action from this state, in the user's words."""
    if step_for(state, action):
        return None
    whose, verb = TURNS[state]
    return Refusal(
        f"“{action.label}” is not possible: the item is {state.label.lower()}.",
        f"It waits for {whose} to {verb}." if whose != "nobody" else "",
    )


def refusal_without_role(item: Item, by: User, role: Role, action: Action) -> Refusal | None:
    """A role may be taken from somebody while they have an item in hand."""
    if has_role(by, item.project_id, role):
        return None
    return Refusal(f"“{action.label}” is for the role {role.label}.", "A manager of the project can give you the role.")


def take_step(item: Item, action: Action, *, by: User | None, at: datetime, **data: Any) -> Step:
    """Moves a locked item and writes the event.

    Other fields that the stage has set on `item` are saved with it. Raises Refused when the table has no
    such step (409) or gives it to a role that the person does not have (403).
    """
    assert transaction.get_connection().in_atomic_block, "lock the item first"
    source = State(item.state)
    refusal = refusal_for(source, action)
    if refusal:
        raise Refused(refusal, status=409)
    step = step_for(source, action)
    assert step is not None
    assert step.by_system == (by is None), f"{action} is taken by {'the system' if step.by_system else 'a person'}"
    if by is not None and step.role is not None:
        refuse_if(refusal_without_role(item, by, step.role, action))
    item.state = step.target
    item.state_since = at
    item.leased = step.target == State.WRITING
    _settle_place(item, source, step.target, at)
    _record(item, action, source=source, by=by, at=at, data=data)
    return step


def give_birth(item: Item, action: Action, *, by: User, at: datetime, **data: Any) -> None:
    """Saves a new item in the state its first event puts it in."""
    item.state = BIRTHS[action]
    item.created_at = item.state_since = at
    item.event_count = 1
    item.save()
    _write_event(item, action, source="", by=by, at=at, data=data)


def act_out(item: Item, moments: Sequence[tuple[Action, datetime]], *, by: Mapping[Role, User], **data: Any) -> None:
    """Gives a copy (annotation/reviewers/copies.py) a past that the table allows, in the name of those who stand in.

    For items that count nowhere alone; raises Refused (409) where the table has no such step.
    """
    assert item.is_control, "an item that counts goes by take_step()"
    for action, at in moments:
        if action in BIRTHS:
            give_birth(item, action, by=by[Role.EXPERT if item.author_id else Role.EDITOR], at=at, **data)
            continue
        refusal = refusal_for(State(item.state), action)
        if refusal:
            raise Refused(refusal, status=409)
        step = step_for(State(item.state), action)
        assert step is not None
        item.state, item.state_since, item.leased = step.target, at, False
        person = by.get(step.role, by[Role.EDITOR]) if step.role else None
        _record(item, action, source=step.source, by=person, at=at, data=data)


def end_assignment(assignment: Assignment, outcome: Assignment.Outcome, at: datetime, reason: str = "") -> None:
    assignment.ended_at, assignment.outcome, assignment.reason = at, outcome, reason
    assignment.save(update_fields=["ended_at", "outcome", "reason"])


def _settle_place(item: Item, source: State, target: State, at: datetime) -> None:
    if item.is_control:
        return
    if target in PLACELESS and source not in PLACELESS:
        give_back_place(item, at)
    elif source in PLACELESS and target not in PLACELESS:
        take_place(item, at)


def _record(item: Item, action: Action, *, source: State, by: User | None, at: datetime, data: dict[str, Any]) -> None:
    item.event_count += 1
    item.save()
    _write_event(item, action, source=source, by=by, at=at, data=data)


# Written with every step of everybody, so the statement is written out.
_EVENT = """
    INSERT INTO annotation_itemevent (item_id, number, action, source, target, by_id, at, data)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def _write_event(
    item: Item, action: Action, *, source: str, by: User | None, at: datetime, data: dict[str, Any]
) -> None:
    person = by.pk if by else None
    terms = (item.pk, item.event_count, str(action), str(source), str(item.state), person, at, Jsonb(data))
    execute(_EVENT, terms)
