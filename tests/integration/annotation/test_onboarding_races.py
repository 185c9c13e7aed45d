"""Many applicants at once on real PostgreSQL: a quota is never passed, and nobody waits for ever."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import ApplicationField, CallInvitation, Job
from annotation.onboarding import admitting, applying, people, quotas
from tests.callers import LAW, LIST, address, applied, begun, filled, invite, open_call, run_jobs, signed_in
from tests.factories import Cast, cell, desk
from tests.integration.annotation.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
State = ApplicationField.State
TAX = ("en", "finance")


def ready(call, name: str, *pairs, waiting: bool = False):  # type: ignore[no-untyped-def]
    """Filled in to the last field, not sent."""
    application = begun(call, name)
    form = filled(call, *pairs)
    applying.save(application, {
        "levels": {"en": "native"}, "fields": form["field"], "waiting": waiting,
        "evidence": {domain: form[f"evidence-{domain}"] for _, domain in pairs},
    })  # fmt: skip
    return application


def test_two_people_take_the_last_place_at_once_and_one_gets_it() -> None:
    cast = Cast()
    call, _ = open_call(cast, {LAW: 1})
    people = [ready(call, f"expert-{number}", LAW) for number in range(6)]
    answers = at_once([lambda one=one: applying.send(one, "1") for one in people])
    assert Counter(type(answer).__name__ for answer in answers) == {"list": 1, "Refused": 5}
    assert ApplicationField.objects.get().state == State.APPLIED


def test_of_presses_at_once_one_reminds() -> None:
    cast = Cast()
    call, _ = open_call(cast)
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    CallInvitation.objects.update(created_at=timezone.now() - timedelta(days=9))
    there = address("onboarding-remind", cast)

    def press() -> int:
        return int(signed_in(cast.manager).post(there, {"step": "invited"}).status_code)

    assert Counter(at_once([press] * 3)) == {302: 1, 409: 2}
    assert Job.objects.filter(kind=Job.Kind.REMINDERS).count() == 1


def test_two_clicks_on_one_link_make_one_account_and_no_error() -> None:
    call, _ = open_call(Cast(), {LAW: 1})
    link = applying.invite_by_open_link(call, "expert-new@example.org")
    assert link is not None
    answers = at_once([lambda: applying.begin_as_new(link, "expert-new", "a-long-enough-word-7")] * 2)
    assert Counter(type(answer).__name__ for answer in answers) == {"Application": 1, "Refused": 1}


def test_places_are_changed_in_the_line_in_which_they_are_given() -> None:
    """All quotas of the call are locked first, in one order: whoever applies and whoever adds places never cross."""
    cast = Cast()
    cell(cast.project, domain="finance")
    call, _ = open_call(cast, {LAW: 2, TAX: 2})
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        quotas.set_quotas(call, {TAX: 3, LAW: 3}, timezone.now())
    locks = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    assert "ORDER BY" in locks[0]
    assert '"call_id" IN' in locks[0]


def test_who_waits_and_who_leaves_at_once_leave_no_place_empty_and_none_twice() -> None:
    """Fields in opposite order, withdrawals, a manager's decline and more places, all at the same moment."""
    cast = Cast()
    cell(cast.project, domain="finance")
    call, _ = open_call(cast, {LAW: 2, TAX: 2})
    there = [applied(call, f"expert-{number}", LAW, TAX) for number in range(2)]
    waiting = [applied(call, f"expert-w{number}", TAX, LAW, waiting=True) for number in range(2)]
    new = [ready(call, f"expert-n{number}", LAW, TAX, waiting=True) for number in range(4)]
    manager = desk(cast.manager, cast.project)
    declined = [field.pk for field in there[1].fields.all()]
    at_once([
        *(lambda one=one: applying.send(one, "1") for one in new),
        lambda: applying.withdraw(there[0]),
        lambda: applying.withdraw(waiting[0]),
        lambda: admitting.decline(manager, declined, "enough", ""),
        lambda: quotas.set_quotas(call, {LAW: 3, TAX: 3}, timezone.now()),
    ])  # fmt: skip
    for one in quotas.places_of(call):
        assert one.taken == one.quota.places == 3
        assert one.waiting == 2


def test_who_is_removed_and_let_in_at_the_same_moment_makes_nobody_wait_for_ever() -> None:
    """Both take the quotas first; who comes second is answered by what the first has done."""
    for number in range(4):
        cast = Cast(f"order-{number}")
        call, _ = open_call(cast, {LAW: 1})
        one = applied(call, f"expert-{number}")
        at = desk(cast.manager, cast.project)
        fields = [one.fields.get().pk]
        admitting.qualify_at_once(at, fields)
        at_once(
            [
                lambda cast=cast, one=one: people.remove(cast.project, one.user),  # type: ignore[misc]
                lambda at=at, fields=fields: admitting.qualify_at_once(at, fields),  # type: ignore[misc]
            ]
        )
