"""Early warnings to the lead: signs that somebody should be looked at soon. Each is evidence for a person, with the
numbers it rests on; no standing reads them, and nothing happens until somebody decides.

The thresholds are ours. They ask for a clear change against the person's own past, from a minimum count on, so that
neither being fast nor being new is a sign of anything.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import User
from core.refusal import Refusal, Refused
from experts.models import Alert, AlertHandling

Kind, Answer, What = Alert.Kind, Alert.Answer, AlertHandling.What

# Reasons: so many of the latest decisions with the same one.
LATEST, SAME_REASON = 10, 3
# Speed: the median of the latest items below this share of the median of those before.
LATEST_ITEMS, ITEMS_BEFORE, MUCH_FASTER = 5, 15, 0.4
# Pasting: the share of what was entered, and how far above the own and the project's usual share.
MUCH_PASTED, FAR_ABOVE = 0.5, 0.3
# Streak: so many verdicts of one kind in a row, each sooner than this after the item was opened.
STREAK, QUICK_SECONDS = 20, 30
# Whoever answered an alert does not want it again tomorrow.
QUIET = timedelta(days=14)
# An alert nobody answered and nothing renewed has passed.
PASSED = timedelta(days=14)
ANSWERS_SHOWN = 30


@dataclass(frozen=True)
class Sign:
    user_id: int
    kind: Alert.Kind
    numbers: Mapping[str, Any]
    about: str = ""


def same_reason(user_id: int, reasons: Sequence[Iterable[str]]) -> list[Sign]:
    """`reasons` of the latest decisions, newest first."""
    latest = reasons[:LATEST]
    counted = Counter(reason for one in latest for reason in set(one))
    return [
        Sign(user_id, Kind.REASONS, {"times": times, "of": len(latest)}, about=reason)
        for reason, times in sorted(counted.items())
        if times >= SAME_REASON
    ]


def much_faster(user_id: int, pace: Sequence[float]) -> Sign | None:
    """`pace`: active seconds per token of the person's items, newest first."""
    latest, before = pace[:LATEST_ITEMS], pace[LATEST_ITEMS:]
    if len(latest) < LATEST_ITEMS or len(before) < ITEMS_BEFORE:
        return None
    now, usual = median(latest), median(before)
    if now >= MUCH_FASTER * usual:
        return None
    return Sign(user_id, Kind.SPEED, {"now": round(now, 2), "usual": round(usual, 2), "items": len(before)})


def much_pasted(user_id: int, shares: Sequence[float], project_usual: float) -> Sign | None:
    """`shares` of what was entered that came from outside, per item, newest first."""
    latest, before = shares[:LATEST_ITEMS], shares[LATEST_ITEMS:]
    if len(latest) < LATEST_ITEMS or len(before) < ITEMS_BEFORE:
        return None
    now, usual = median(latest), median(before)
    if now < MUCH_PASTED or now < max(usual, project_usual) + FAR_ABOVE:
        return None
    numbers = {"now": round(now, 2), "usual": round(usual, 2), "project": round(project_usual, 2)}
    return Sign(user_id, Kind.PASTE, numbers | {"items": LATEST_ITEMS})


def streak(user_id: int, verdicts: Sequence[tuple[str, float]]) -> Sign | None:
    """`verdicts` with the seconds each took, newest first."""
    length = 0
    for verdict, seconds in verdicts:
        if verdict != verdicts[0][0] or seconds >= QUICK_SECONDS:
            break
        length += 1
    if length < STREAK:
        return None
    took = median(seconds for _, seconds in verdicts[:length])
    return Sign(user_id, Kind.STREAK, {"length": length, "seconds": round(took)}, about=verdicts[0][0])


# --- rows


@dataclass(frozen=True)
class Raised:
    new: list[Alert] = field(default_factory=list)
    renewed: int = 0


def raise_alerts(project_id: int, signs: Sequence[Sign], now: datetime) -> Raised:
    """A sign that stands open already is renewed; one that was answered lately is not raised again."""
    known = _known(project_id, signs, now)
    new, renewed = [], []
    for sign in signs:
        alert = known.get((sign.user_id, sign.kind, sign.about))
        if alert is None:
            new.append(_alert(project_id, sign, now))
        elif not alert.answer:
            alert.numbers, alert.last_at = dict(sign.numbers), now
            renewed.append(alert)
    Alert.objects.bulk_update(renewed, ["numbers", "last_at"])
    # Another worker may have raised it meanwhile.
    return Raised(Alert.objects.bulk_create(new, ignore_conflicts=True), len(renewed))


def _known(project_id: int, signs: Sequence[Sign], now: datetime) -> dict[tuple[int, str, str], Alert]:
    alerts = Alert.objects.filter(project_id=project_id, user_id__in={sign.user_id for sign in signs})
    current = [one for one in alerts if one.answered_at is None or one.answered_at > now - QUIET]
    # What stands open hides what was answered before.
    return {(one.user_id, one.kind, one.about): one for one in sorted(current, key=lambda one: not one.answer)}


def _alert(project_id: int, sign: Sign, now: datetime) -> Alert:
    return Alert(
        user_id=sign.user_id,
        project_id=project_id,
        kind=sign.kind,
        about=sign.about,
        numbers=dict(sign.numbers),
        first_at=now,
        last_at=now,
    )


def _handled(project_id: int) -> "QuerySet[Alert]":
    """With the last that a lead did about each: `handled`, `handled_by`, `handled_at`."""
    latest = AlertHandling.objects.filter(alert=OuterRef("pk")).order_by("-pk")
    who = latest.annotate(who=Coalesce(NullIf("by__name", Value("")), "by__email", output_field=CharField()))
    return Alert.objects.filter(project_id=project_id).annotate(
        handled=Subquery(latest.values("what")[:1]),
        handled_by=Subquery(who.values("who")[:1]),
        handled_at=Subquery(latest.values("at")[:1]),
    )


def open_alerts(project_id: int, now: datetime) -> list[Alert]:
    """What waits for an answer, longest first; without what is put off or has passed."""
    alerts = _handled(project_id).filter(answer="", last_at__gt=now - PASSED).select_related("user")
    return [one for one in alerts.order_by("first_at", "pk") if one.snoozed_until is None or one.snoozed_until <= now]


def is_new(alert: Alert) -> bool:
    """Nobody has seen it, or it came back. Of `open_alerts`."""
    last: str | None = alert.handled  # type: ignore[attr-defined]  # annotated above
    return last != What.SEEN


def put_off_now(project_id: int, now: datetime) -> list[Alert]:
    """What comes back later by itself."""
    alerts = _handled(project_id).filter(answer="", last_at__gt=now - PASSED, snoozed_until__gt=now)
    return list(alerts.select_related("user").order_by("snoozed_until"))


def answered(project_id: int) -> list[Alert]:
    """The latest answers, newest first."""
    alerts = _handled(project_id).exclude(answer="").select_related("user")
    return list(alerts.order_by("-answered_at", "-pk")[:ANSWERS_SHOWN])


@transaction.atomic
def see(alert: Alert, *, by: User, now: datetime) -> None:
    """It stays open and is new to nobody any more. Raises Refused for an alert about oneself."""
    _refuse_about_oneself(alert, by)
    # Locked, so that two clicks leave one row.
    is_open = Alert.objects.select_for_update().filter(pk=alert.pk, answer="").exists()
    latest = AlertHandling.objects.filter(alert=alert).order_by("-pk").values_list("what", flat=True).first()
    if is_open and latest != What.SEEN:
        _record(alert, What.SEEN, by, now)


@transaction.atomic
def answer(alert: Alert, how: Alert.Answer, *, by: User, now: datetime) -> None:
    """The first answer stands. Raises Refused for an alert about oneself."""
    _refuse_about_oneself(alert, by)
    if Alert.objects.filter(pk=alert.pk, answer="").update(answer=how, answered_at=now, answered_by_id=by.pk):
        _record(alert, What.ANSWERED, by, now)


@transaction.atomic
def put_off(alert: Alert, until: datetime, *, by: User, now: datetime) -> None:
    _refuse_about_oneself(alert, by)
    if Alert.objects.filter(pk=alert.pk, answer="").update(snoozed_until=until):
        _record(alert, What.LATER, by, now)


def bring_back(alert: Alert, *, by: User, now: datetime) -> None:
    """Open and new again: takes an answer, a delay or “seen” back. Raises Refused when the same was raised anew
    meanwhile, and for an alert about oneself."""
    _refuse_about_oneself(alert, by)
    try:
        with transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(
                answer="", answered_at=None, answered_by_id=None, snoozed_until=None
            )
            _record(alert, What.BROUGHT_BACK, by, now)
    except IntegrityError as error:
        refusal = Refusal("The same alert stands open again already.", "Answer that one.")
        raise Refused(refusal, status=409) from error


def _refuse_about_oneself(alert: Alert, by: User) -> None:
    if alert.user_id == by.pk:
        raise Refused(Refusal("This alert is about you.", "Somebody else looks at it."), status=403)


def _record(alert: Alert, what: AlertHandling.What, by: User, now: datetime) -> None:
    AlertHandling.objects.create(alert=alert, what=what, by=by, at=now)
