"""Places of a call by language × domain: who holds one, who waits, and who moves up when one becomes free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from annotation.models import Application, ApplicationField, Call, CallQuota
from core.refusal import Refusal, refuse_if

State = ApplicationField.State
Pair = tuple[str, str]


@dataclass(frozen=True)
class FieldPlaces:
    """One language × domain of a call, in people."""

    quota: CallQuota
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return max(0, self.quota.places - self.taken)

    @property
    def is_full(self) -> bool:
        return self.free == 0


def places_of(call: Call) -> list[FieldPlaces]:
    """Two queries: the quotas, and one GROUP BY over the applications."""
    return _counted(call, call.quotas.select_related("language", "domain").order_by("language__name", "domain__name"))


def _counted(call: Call, quotas: Iterable[CallQuota]) -> list[FieldPlaces]:
    rows = ApplicationField.objects.filter(application__call=call).order_by().values_list("language_id", "domain_id")
    counts: dict[Pair, tuple[int, int]] = {
        (language, domain): (taken, waiting)
        for language, domain, taken, waiting in rows.annotate(
            taken=Count("pk", filter=Q(state__in=ApplicationField.HOLDS_A_PLACE)),
            waiting=Count("pk", filter=Q(state=State.WAITING)),
        )
    }
    return [FieldPlaces(quota, *counts.get((quota.language_id, quota.domain_id), (0, 0))) for quota in quotas]


def locked_places(call: Call) -> list[FieldPlaces]:
    """As they are until the end of the transaction: whoever gives places in this call waits in this line.

    Locked in one order, all of the call: two applications for the same fields cannot wait for each other.
    """
    lock(Call.objects.filter(pk=call.pk).values("pk"))
    return places_of(call)


def lock(call_ids: Any) -> None:
    """`call_ids`: a query of one column. Always before fields are changed, so that no two wait for each other."""
    list(CallQuota.objects.select_for_update().filter(call__in=call_ids).order_by("pk"))


def refusal_of_full(wanted: Sequence[FieldPlaces], places: Sequence[FieldPlaces]) -> Refusal | None:
    """Names what is full, the waiting list, and what is open still; nothing about who has the places."""
    full = [str(one.quota) for one in wanted if one.is_full]
    if not full:
        return None
    still_open = [str(one.quota) for one in places if not one.is_full]
    remedy = "Tick the waiting list to be asked when a place becomes free"
    remedy += f", or choose a field that is open: {_some(still_open)}." if still_open else "."
    return Refusal(f"{_some(full)}: all places are taken.", remedy)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown


@transaction.atomic
def take_places(
    application: Application, quota_ids: Iterable[int], *, waiting_is_fine: bool, now: datetime
) -> list[ApplicationField]:
    """A place in each of these fields, or one on its waiting list. Raises Refused, and takes none, when a field is
    full and the person does not want to wait."""
    places = locked_places(application.call)
    asked = set(quota_ids)
    wanted = [one for one in places if one.quota.pk in asked]
    if not waiting_is_fine:
        refuse_if(refusal_of_full(wanted, places), status=422, code="full")
    return [_take(application, one, now) for one in wanted]


def _take(application: Application, one: FieldPlaces, now: datetime) -> ApplicationField:
    state = State.WAITING if one.is_full else State.APPLIED
    # Somebody who withdrew and comes back takes up their own row.
    field, _ = ApplicationField.objects.update_or_create(
        application=application, language=one.quota.language, domain=one.quota.domain,
        defaults={
            "state": state, "applied_at": now, "placed_at": None if one.is_full else now, "admitted_at": None,
            "ended_at": None, "decided_by": None, "reason": "", "words": "",
        },
    )  # fmt: skip
    return field


@transaction.atomic
def move_up(call: Call, now: datetime) -> list[ApplicationField]:
    """Gives free places to those who have waited longest. Nobody moves up in a call that has ended."""
    if call.withdrawn_at:
        return []
    moved = []
    for one in locked_places(call):
        if one.free and one.waiting:
            moved += _next_in_line(call, one)[: one.free]
    for field in moved:
        field.state, field.placed_at = State.APPLIED, now
        field.save(update_fields=["state", "placed_at"])
    return moved


def _next_in_line(call: Call, one: FieldPlaces) -> list[ApplicationField]:
    waiting = ApplicationField.objects.filter(
        application__call=call, language=one.quota.language_id, domain=one.quota.domain_id, state=State.WAITING
    )
    return list(waiting.select_related("application__user", "language", "domain").order_by("applied_at", "pk"))


@transaction.atomic
def set_quotas(call: Call, wanted: dict[Pair, int], now: datetime) -> list[ApplicationField]:
    """By language × domain. Nobody loses a place: a quota below what is taken is full. Returns who moved up."""
    lock([call.pk])
    there = {(one.language_id, one.domain_id): one for one in call.quotas.all()}
    for (language, domain), number in wanted.items():
        if (language, domain) in there or number:
            CallQuota.objects.update_or_create(
                call=call, language_id=language, domain_id=domain, defaults={"places": number}
            )
    return move_up(call, now)
