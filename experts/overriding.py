"""What a person decides about a person's standing, over the formula: with a note and an end."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.refusal import Refusal, Refused
from experts.models import Standing, StandingChange
from experts.recomputing import end_override, held, moved, settle
from experts.states import State

MAY_BE_SET = (State.PAUSED, State.ACTIVE, State.WATCH)
SHORTEST_NOTE = 10


@transaction.atomic
def override(
    *, user: User, project_id: int, state: State, note: str, by: User, until: datetime, now: datetime
) -> Standing:
    """`paused`: no new work. `active`: full weight whatever the numbers. `watch`: the numbers' weight, and advice.

    Raises Refused without a note, without an end ahead, or on oneself.
    """
    _refuse_override(user=user, state=state, note=note, by=by, until=until, now=now)
    standing = _locked(user, project_id)
    before = held(standing)
    standing.override, standing.override_note = state.value, note.strip()
    standing.override_by_id, standing.override_until = by.pk, until
    _record(standing, before, by, now)
    return standing


@transaction.atomic
def lift(*, user: User, project_id: int, by: User, now: datetime) -> Standing:
    """Ends the decision before its time; the numbers hold again. Raises Refused on oneself."""
    _refuse_oneself(user, by)
    standing = _locked(user, project_id)
    if standing.override:
        before = held(standing)
        end_override(standing)
        _record(standing, before, by, now)
    return standing


def _locked(user: User, project_id: int) -> Standing:
    Standing.objects.bulk_create([Standing(user=user, project_id=project_id)], ignore_conflicts=True)
    return Standing.objects.select_for_update(no_key=True).get(user=user, project_id=project_id)


def _record(standing: Standing, before: tuple[str, float], by: User, now: datetime) -> None:
    settle(standing)
    standing.save()
    change = moved(standing, before, StandingChange.Cause.OVERRIDE, now, by.pk)
    assert change is not None  # what a person decides is always an event
    change.save()


def _refuse_override(*, user: User, state: State, note: str, by: User, until: datetime, now: datetime) -> None:
    if state not in MAY_BE_SET:
        raise Refused(Refusal(f"“{state.label}” comes from the numbers alone."), status=409, code="incomplete")
    if len(note.strip()) < SHORTEST_NOTE:
        raise Refused(Refusal("Say in a sentence why.", "The person reads it."), status=409, code="incomplete")
    if until <= now:
        raise Refused(Refusal("Choose an end that lies ahead."), status=409, code="incomplete")
    _refuse_oneself(user, by)


def _refuse_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise Refused(Refusal("Nobody decides about their own standing."), status=403)
