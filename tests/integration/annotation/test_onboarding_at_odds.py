"""What people do to each other's applications at the wrong moment: removed, decided anew, closed, edited at once."""

from datetime import timedelta
from html import unescape
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from annotation.models import Application, ApplicationField, Call, CallInvitation, Job, Membership
from annotation.onboarding import applying, calls, mail_stops, quotas, reminding
from annotation.onboarding.arrivals import journeys_of
from annotation.onboarding.calls import FIRST_TERMS
from annotation.onboarding.funnel import Step
from catalog.models import Domain, Language
from core.refusal import Refused
from experts.models import Qualification
from experts.qualifications import qualify
from tests.callers import (
    EVIDENCE,
    LAW,
    LIST,
    TAX,
    address,
    applied,
    decide,
    field_of,
    invite,
    mails_to,
    open_call,
    run_jobs,
    signed_in,
)
from tests.factories import Cast, cell, desk, user

pytestmark = pytest.mark.django_db
State = ApplicationField.State
BACKEND = "django.core.mail.backends.locmem.EmailBackend.send_messages"


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def call(cast: Cast) -> Call:
    cell(cast.project, domain="finance")
    return open_call(cast, {LAW: 2, TAX: 1})[0]


def grow_old(days: int) -> None:
    past = timezone.now() - timedelta(days=days)
    CallInvitation.objects.update(created_at=past)
    Application.objects.update(started_at=past)
    ApplicationField.objects.update(applied_at=past)
    Qualification.objects.update(since=past)


def qualified_elsewhere(person: str, *skills: str, native: bool = False) -> Qualification:
    language, domain = Language.objects.get(pk="en"), Domain.objects.get(pk="law")
    return qualify(user(person), language=language, domain=domain, skills=skills or ["rewriting"], native=native)


# --- removed from the project


def test_who_was_removed_does_not_come_back_by_the_test_and_is_not_reminded(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    decide(cast, "qualify", field_of(one))
    run_jobs()
    tests = address("my-tests", cast)
    assert signed_in(one.user).get(tests).status_code == 200
    signed_in(cast.manager).post(address("person-remove", cast, one.user.pk))
    assert signed_in(one.user).get(tests).status_code == 404
    assert field_of(one).state == State.DECLINED
    grow_old(30)
    assert not any(reminding.due_at(cast.project, step, timezone.now()).people for step in Step)


def test_the_place_of_who_was_removed_goes_to_who_waited(cast: Cast, call: Call) -> None:
    first, second = applied(call, "expert-1", TAX), applied(call, "expert-2", TAX, waiting=True)
    decide(cast, "qualify", field_of(first, TAX))
    signed_in(cast.manager).post(address("person-remove", cast, first.user.pk))
    assert field_of(second, TAX).state == State.APPLIED
    run_jobs()
    assert "a place has become free" in mails_to("expert-2@example.org")[-1]


# --- qualified in another project


def test_an_applicant_qualified_elsewhere_is_still_an_applicant_and_can_be_declined(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    qualified_elsewhere("expert-1")
    grow_old(30)
    (journey,) = journeys_of(cast.project)
    assert journey.step == Step.APPLIED
    answer = decide(cast, "decline", field_of(one), reason="enough")
    assert answer.status_code == 302
    assert field_of(one).state == State.DECLINED


def test_who_works_here_already_is_not_declined(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    decide(cast, "qualify", field_of(one))
    assert decide(cast, "decline", field_of(one), reason="enough").status_code == 409


def test_qualified_at_once_keeps_what_was_earned_elsewhere(cast: Cast, call: Call) -> None:
    qualified_elsewhere("expert-1", "rewriting", native=True)
    Qualification.objects.update(fit=0.5)
    decide(cast, "qualify", field_of(applied(call, "expert-1")))
    here = Qualification.objects.get(user=user("expert-1"))
    assert (here.skills, here.native, here.fit) == (["open_qa", "rewriting"], True, 0.5)


# --- mails


def test_nobody_is_reminded_of_a_call_that_takes_nobody(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    grow_old(9)
    assert len(reminding.due_at(cast.project, Step.INVITED, timezone.now()).people) == 2
    calls.close(call)
    assert not reminding.due_at(cast.project, Step.INVITED, timezone.now()).people
    Call.objects.update(closed_at=None, closes_on=timezone.now().date() - timedelta(days=1))
    answer = signed_in(cast.manager).post(address("onboarding-remind", cast), {"step": "invited"})
    assert answer.status_code == 409


def test_nobody_is_told_what_was_decided_otherwise_meanwhile(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    decide(cast, "admit", field_of(one))
    decide(cast, "decline", field_of(one), reason="enough")
    run_jobs()
    (told,) = mails_to("expert-1@example.org")
    assert "Enough people have been found" in told


def test_a_connection_that_breaks_is_no_refused_address(
    cast: Cast, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = applied(call, "expert-1")
    decide(cast, "admit", field_of(one))
    with monkeypatch.context() as patched:
        patched.setattr(BACKEND, raising(SMTPServerDisconnected("gone")))
        (job,) = run_jobs()
    assert job.state == Job.State.FAILED
    signed_in(cast.manager).post(address("job-retry", cast, job.pk))
    run_jobs()
    assert len(mails_to("expert-1@example.org")) == 1


def test_a_refused_address_stops_nobody_else(cast: Cast, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    invite(cast, call, LIST, confirmed="1")
    with monkeypatch.context() as patched:
        patched.setattr(BACKEND, raising(SMTPRecipientsRefused({"new@example.org": (550, b"no")})))
        (job,) = run_jobs()
    assert (job.state, job.result["sent"], len(job.result["failed"])) == (Job.State.DONE, 0, 2)


def raising(error: Exception):  # type: ignore[no-untyped-def]
    def send(*_args: object, **_more: object) -> int:
        raise error

    return send


def test_a_job_counts_the_mails_it_sent(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    mail_stops.stop("other@example.org")
    (job,) = run_jobs()
    assert len(mail.outbox) == 1
    assert job.result["sent"] == 1


def test_a_link_that_was_withdrawn_is_told_as_that(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    one = CallInvitation.objects.get(email="new@example.org")
    signed_in(cast.manager).post(address("call-invitation-withdraw", cast, call.pk, one.pk))
    page = invite(cast, call, "email\nnew@example.org\n")
    assert "was withdrawn" in page


# --- withdrawn


def test_who_has_withdrawn_shows_nothing_of_themselves_any_more(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    there = address("application-read", cast, one.pk)
    assert EVIDENCE in unescape(signed_in(cast.manager).get(there).content.decode())
    applying.withdraw(one)
    after = unescape(signed_in(cast.manager).get(there).content.decode())
    assert EVIDENCE not in after
    assert "native" not in after
    assert "shows nothing of themselves" in after


# --- two at once


def test_an_edited_call_stays_withdrawn_and_closed(cast: Cast, call: Call) -> None:
    """A page that was opened before is sent after."""
    stale = Call.objects.get(pk=call.pk)
    calls.new_link(call)
    calls.withdraw(call)
    stale.title = "Lawyers who still write"
    calls.change_call(desk(cast.manager, cast.project), stale, {LAW: 2}, FIRST_TERMS)
    now = Call.objects.get(pk=call.pk)
    assert now.title == "Lawyers who still write"
    assert now.withdrawn_at is not None
    assert now.secret_hash == call.secret_hash


def test_taking_up_twice_does_not_unsend_what_was_sent_between(call: Call) -> None:
    one = applied(call, "expert-1")
    applying.withdraw(one)
    first, second = (Application.objects.select_related("call__project").get(pk=one.pk) for _ in range(2))
    applying.resume(first)
    applying.send(first, "1")
    with pytest.raises(Refused):
        applying.resume(second)
    assert Application.objects.get(pk=one.pk).sent_at is not None
    assert field_of(one).state == State.APPLIED
    assert quotas.places_of(call)[1].taken + quotas.places_of(call)[0].taken == 1


def test_membership_is_given_once(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    decide(cast, "qualify", field_of(one))
    decide(cast, "qualify", field_of(one))
    assert Membership.objects.filter(user=one.user).count() == 1
