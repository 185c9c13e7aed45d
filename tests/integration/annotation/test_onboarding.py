"""A manager answers applications, sees how far people have come, and reminds those who stand still."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import (
    Application,
    ApplicationField,
    Call,
    CallInvitation,
    MailStop,
    Membership,
    Reminder,
)
from annotation.onboarding import admitting, reminding
from annotation.onboarding.arrivals import journeys_of
from annotation.onboarding.funnel import Step
from experts.models import Qualification
from tests.callers import (
    LAW,
    LIST,
    TAX,
    address,
    applied,
    decide,
    field_of,
    invite,
    link_in,
    mails_to,
    open_call,
    run_jobs,
    signed_in,
)
from tests.factories import Cast, cell

pytestmark = pytest.mark.django_db
State = ApplicationField.State


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def call(cast: Cast) -> Call:
    cell(cast.project, domain="finance")
    return open_call(cast, {LAW: 2, TAX: 1})[0]


# --- answers


def test_the_admitted_may_take_the_test_and_see_nothing_else(cast: Cast, call: Call) -> None:
    several = [applied(call, f"expert-{number}") for number in (1, 2)]
    assert decide(cast, "admit", *map(field_of, several)).status_code == 302
    for one in several:
        assert field_of(one).state == State.ADMITTED
        client = signed_in(one.user)
        assert client.get(address("my-tests", cast)).status_code == 200
        assert client.get(address("guideline", cast)).status_code == 404
        assert not Qualification.objects.filter(user=one.user).exists()
    run_jobs()
    assert "admitted to the test for English · Law" in mails_to("expert-1@example.org")[0]


def test_qualified_without_a_test_in_the_skills_of_the_cells(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    decide(cast, "qualify", field_of(one))
    qualification = Qualification.objects.get(user=one.user)
    assert (qualification.skills, qualification.native) == (["open_qa"], True)
    assert Membership.objects.filter(user=one.user, project=cast.project, role="expert").exists()


def test_declined_with_a_kind_reason_and_own_words(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    assert decide(cast, "decline", field_of(one)).status_code == 422, "a reason is needed"
    decide(cast, "decline", field_of(one), reason="evidence", words="Which court was it?")
    run_jobs()
    text = mails_to("expert-1@example.org")[0]
    assert admitting.SENTENCES["evidence"] in text
    assert "Which court was it?" in text
    assert decide(cast, "admit", field_of(one)).status_code == 409


@pytest.mark.parametrize("decision", ["admit", "qualify"])
def test_the_waiting_are_not_admitted_past_the_quota(cast: Cast, call: Call, decision: str) -> None:
    applied(call, "expert-1", TAX)
    waiting = applied(call, "expert-2", TAX, waiting=True)
    page = signed_in(cast.manager).get(address("application-read", cast, waiting.pk)).content.decode()
    assert "are on a waiting list" in page, "the button says so before it is pressed"
    assert decide(cast, decision, field_of(waiting, TAX)).status_code == 409
    assert not Membership.objects.filter(user=waiting.user).exists()


def test_refusals_of_decisions(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    assert decide(cast, "admit").status_code == 409
    assert decide(cast, "promote", field_of(one)).status_code == 422
    decide(cast, "qualify", field_of(one))
    assert decide(cast, "decline", field_of(one), reason="enough").status_code == 409


def test_each_person_gets_one_mail_for_all_their_fields(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1", LAW, TAX)
    decide(cast, "admit", *one.fields.all())
    run_jobs()
    (text,) = mails_to("expert-1@example.org")
    assert "English · Finance, English · Law" in text


# --- the funnel


def test_people_are_where_their_rows_say(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    applied(call, "expert-1")
    admitted, qualified = applied(call, "expert-2", TAX), applied(call, "other")
    decide(cast, "admit", field_of(admitted, TAX))
    decide(cast, "qualify", field_of(qualified))
    at = {(one.email, one.pair): one.step for one in journeys_of(cast.project)}
    assert at == {
        ("new@example.org", LAW): Step.INVITED,
        ("expert-1@example.org", LAW): Step.APPLIED,
        ("expert-2@example.org", TAX): Step.TESTING,
        ("other@example.org", LAW): Step.QUALIFIED,
    }


def test_a_first_accepted_item_ends_the_way(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-en-law")
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "accept")
    (journey,) = journeys_of(cast.project)
    assert journey.step == Step.ACCEPTED
    assert journey.at[Step.ACCEPTED] == item.state_since
    assert one.user == item.author


def test_every_page_of_the_funnel_opens_and_numbers_lead_to_their_people(cast: Cast, call: Call) -> None:
    applied(call, "expert-1", LAW, TAX)
    client = signed_in(cast.manager)
    page = client.get(address("onboarding", cast)).content.decode()
    assert "What the cells still lack" in page
    people = address("onboarding-people", cast)
    assert client.get(f"{people}?step=applied&pick=here").content.decode().count('name="field"') == 2
    assert client.get(f"{people}?step=applied&language=en&domain=law").content.decode().count('name="field"') == 1
    assert "Nobody fits" in client.get(f"{people}?step=qualified").content.decode()
    assert "expert-en-law" in client.get(f"{people}?pick=qualified&language=en&domain=law").content.decode()
    for nonsense in ("?step=x", "?pick=x&reached=9", "?language=%00", "?domain=" + "x" * 500):
        assert client.get(people + nonsense).status_code == 200


def test_the_funnel_costs_as_many_queries_for_many_people_as_for_one(cast: Cast) -> None:
    cell(cast.project, domain="finance")
    call, _ = open_call(cast, {LAW: 50, TAX: 50})
    client = signed_in(cast.manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address("onboarding", cast)).status_code == 200
        return len(asked)

    applied(call, "expert-0")
    before = queries()
    for number in range(1, 8):
        applied(call, f"expert-{number}", LAW, TAX)
    assert queries() == before
    assert before <= 32


# --- reminders


def grow_old(days: int) -> None:
    then = timezone.now() - timedelta(days=days)
    CallInvitation.objects.update(created_at=then)
    Application.objects.update(started_at=then)
    ApplicationField.objects.update(applied_at=then)
    ApplicationField.objects.exclude(admitted_at=None).update(admitted_at=then)


def remind(cast: Cast, step: str) -> int:
    status = signed_in(cast.manager).post(address("onboarding-remind", cast), {"step": step}).status_code
    run_jobs()
    return int(status)


def test_who_stands_still_is_reminded_once_in_three_days(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    first = link_in(mails_to("new@example.org")[0])
    assert remind(cast, "invited") == 409, "nobody stands still yet"
    grow_old(6)
    assert remind(cast, "invited") == 302
    assert len(mails_to("new@example.org")) == 2
    assert remind(cast, "invited") == 409
    assert len(mails_to("new@example.org")) == 2
    again = link_in(mails_to("new@example.org")[1])
    assert Client().get(first).status_code == 404
    assert Client().get(again).status_code == 200
    with pytest.raises(DatabaseError), transaction.atomic():
        Reminder.objects.update(step="x")


def test_a_second_press_starts_no_second_job(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    grow_old(6)
    press = signed_in(cast.manager).post
    there = address("onboarding-remind", cast)
    assert press(there, {"step": "invited"}).status_code == 302
    answer = press(there, {"step": "invited"})
    assert answer.status_code == 409
    assert "People are being reminded." in answer.content.decode()
    assert "People are being reminded." in signed_in(cast.manager).get(address("onboarding", cast)).content.decode()
    run_jobs()
    assert len(mails_to("new@example.org")) == 2


def test_an_unsubscribed_address_gets_no_reminder_until_it_takes_it_back(cast: Cast, call: Call) -> None:
    one = applied(call, "expert-1")
    decide(cast, "admit", field_of(one))
    run_jobs()
    stop = mails_to("expert-1@example.org")[0].split("reminders: ")[1].split()[0].removeprefix("http://testserver")
    assert Client(enforce_csrf_checks=True).get(stop).status_code == 200
    assert not MailStop.objects.exists(), "looking stops nothing: mail scanners look"
    assert Client(enforce_csrf_checks=True).post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    grow_old(9)
    assert remind(cast, "testing") == 409
    Client().post(stop, {"allow": "1"})
    assert remind(cast, "testing") == 302
    assert len(mails_to("expert-1@example.org")) == 2
    assert Client().get(stop[:-3] + "x/").status_code == 404


def test_where_it_is_our_turn_nobody_is_reminded(cast: Cast, call: Call) -> None:
    applied(call, "expert-1")
    grow_old(9)
    assert remind(cast, "applied") == 409
    refusal = reminding.refusal_to_remind(Step.APPLIED, reminding.due_at(cast.project, Step.APPLIED, timezone.now()))
    assert refusal is not None
    assert "your turn" in refusal.reason


def test_mails_are_plain_and_their_headers_one_line(cast: Cast) -> None:
    cell(cast.project, domain="finance")
    _, secret = open_call(cast, title="Two\nlines: Bcc")
    Client().post(f"/calls/{secret}/", {"email": "new@example.org"})
    message = mail.outbox[0]
    assert "\n" not in message.subject
    assert message.content_subtype == "plain"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "&" not in str(message.body)
