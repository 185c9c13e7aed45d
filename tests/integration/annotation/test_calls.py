"""Opening a call, inviting a list, coming in by a link: what is refused, and what nobody learns of others."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation.models import (
    Application,
    Call,
    CallInvitation,
    Job,
    Membership,
    Terms,
)
from annotation.onboarding import calls, mail_stops
from annotation.onboarding.calls import FIRST_TERMS
from annotation.onboarding.inviting import hash_of
from tests.callers import (
    EVIDENCE,
    LAW,
    LIST,
    STRONG,
    TAX,
    address,
    applied,
    begun,
    field_of,
    filled,
    invite,
    link_in,
    mails_to,
    open_call,
    run_jobs,
    send,
    signed_in,
)
from tests.factories import Cast, cell, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def call(cast: Cast) -> Call:
    cell(cast.project, domain="finance")
    return open_call(cast, {LAW: 2, TAX: 1})[0]


# --- calls


def test_a_call_is_opened_on_its_page_and_shows_its_link_once(cast: Cast) -> None:
    form = {
        "title": "Lawyers", "work": "Writing.", "effort": "Three hours.", "terms": FIRST_TERMS, "roles": ["expert"],
        "closes_on": (timezone.now().date() + timedelta(days=5)).isoformat(), "places-en-law": "3",
    }  # fmt: skip
    client = signed_in(cast.manager)
    answer = client.post(address("call-new", cast), form)
    link = link_in(answer.content.decode())
    call = Call.objects.get()
    assert call.secret_hash == hash_of(link.split("/")[-2])
    assert Client().get(link).status_code == 200
    assert link not in client.get(address("call-manage", cast, call.pk)).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"places-en-law": "0"}, {"places-en-law": "-1"}, {"places-en-law": "3.5"}, {"places-en-law": "99999"},
     {"closes_on": "2020-01-01"}, {"title": ""}, {"roles": ["manager"]}, {"roles": []}, {"terms": ""}],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_not_opened(cast: Cast, wrong: dict[str, Any]) -> None:
    form = {
        "title": "Lawyers", "work": "Writing.", "effort": "Three hours.", "terms": FIRST_TERMS, "roles": ["expert"],
        "closes_on": (timezone.now().date() + timedelta(days=5)).isoformat(), "places-en-law": "3",
    }  # fmt: skip
    assert signed_in(cast.manager).post(address("call-new", cast), form | wrong).status_code == 422
    assert not Call.objects.exists()


def test_a_new_link_ends_the_one_before(cast: Cast) -> None:
    call, secret = open_call(cast)
    answer = signed_in(cast.manager).post(address("call-link", cast, call.pk))
    assert Client().get(f"/calls/{secret}/").status_code == 404
    assert Client().get(link_in(answer.content.decode())).status_code == 200


@pytest.mark.parametrize(("change", "status"), [("close", 410), ("withdraw", 404)])
def test_a_call_that_ended_lets_nobody_in_and_nothing_be_sent(cast: Cast, change: str, status: int) -> None:
    call, secret = open_call(cast)
    application = begun(call, "expert-new")
    manager = signed_in(cast.manager)
    assert manager.post(address("call-change", cast, call.pk), {"change": change}).status_code == 302
    assert Client().get(f"/calls/{secret}/").status_code == status
    assert send(application, filled(call)).status_code == 410
    application.refresh_from_db()
    assert application.filled["evidence"] == {"law": EVIDENCE}, "what was typed is kept"
    assert application.sent_at is None


def test_a_closed_call_opens_again_a_withdrawn_one_never(cast: Cast) -> None:
    call, secret = open_call(cast)
    manager = signed_in(cast.manager)
    manager.post(address("call-change", cast, call.pk), {"change": "close"})
    manager.post(address("call-change", cast, call.pk), {"change": "reopen"})
    assert Client().get(f"/calls/{secret}/").status_code == 200
    manager.post(address("call-change", cast, call.pk), {"change": "withdraw"})
    assert manager.post(address("call-change", cast, call.pk), {"change": "reopen"}).status_code == 409


def test_the_last_day_is_still_a_day(cast: Cast) -> None:
    call, _ = open_call(cast, closes_on=timezone.now().date())
    assert calls.refusal_to_enter(call, timezone.now()) is None
    assert calls.refusal_to_enter(call, timezone.now() + timedelta(days=1)) is not None


def test_other_projects_calls_are_not_there(cast: Cast, call: Call) -> None:
    other = Cast("order-2")
    client = signed_in(other.manager)
    for name in ("call-manage", "call-edit", "call-invite"):
        assert client.get(address(name, other, call.pk)).status_code == 404
    application = applied(call, "expert-new")
    assert client.get(address("application-read", other, application.pk)).status_code == 404
    assert client.get(address("application-cv", other, application.pk)).status_code == 404
    decision = {"decision": "admit", "field": [field_of(application).pk]}
    assert client.post(address("applications-decide", other), decision).status_code == 409
    assert field_of(application).state == "applied"


def test_changed_terms_are_a_new_version_and_the_rows_never_change(cast: Cast, call: Call) -> None:
    calls.publish_terms(cast.project, FIRST_TERMS, cast.manager)
    assert Terms.objects.count() == 1
    calls.publish_terms(cast.project, "Other words.", cast.manager)
    assert list(Terms.objects.values_list("version", flat=True)) == [2, 1]
    with pytest.raises(DatabaseError), transaction.atomic():
        Terms.objects.filter(version=1).update(text="x")


# --- lists


def test_nothing_is_stored_or_sent_before_the_preview_is_confirmed(cast: Cast, call: Call) -> None:
    assert "new@example.org" in invite(cast, call, LIST)
    assert not CallInvitation.objects.exists()
    assert not Job.objects.exists()
    invite(cast, call, LIST, confirmed="1")
    assert CallInvitation.objects.filter(sent_at=None).count() == 2
    assert mail.outbox == []
    (job,) = run_jobs()
    assert (job.state, job.result) == (Job.State.DONE, {"sent": 2, "failed": []})
    assert "2 mails sent" in signed_in(cast.manager).get(address("job", cast, job.pk)).content.decode()
    assert sorted(message.to[0] for message in mail.outbox) == ["new@example.org", "other@example.org"]
    assert Client().get(link_in(mails_to("new@example.org")[0])).status_code == 200


def test_a_list_with_one_wrong_row_sends_nothing(cast: Cast, call: Call) -> None:
    text = LIST + "no address,,,\n"
    assert "Line" in invite(cast, call, text, confirmed="1")
    assert not CallInvitation.objects.exists()


def test_a_job_that_is_repeated_writes_to_nobody_twice(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    (job,) = run_jobs()
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    run_jobs()
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_away_loses_nobody(cast: Cast, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_more: object) -> int:
        raise ConnectionRefusedError

    invite(cast, call, LIST, confirmed="1")
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        (job,) = run_jobs()
    assert job.state == Job.State.FAILED
    assert CallInvitation.objects.filter(sent_at=None, secret_hash=None).count() == 2
    answer = signed_in(cast.manager).post(address("call-send", cast, call.pk))
    assert answer.status_code == 302
    run_jobs()
    assert len(mail.outbox) == 2


def test_the_invited_are_not_invited_again_nor_is_who_wants_no_mails(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    mail_stops.stop("quiet@example.org")
    page = invite(cast, call, LIST + f"quiet@example.org,,,\n{cast.author.email},,,\n", confirmed="1")
    assert "4 things to mend" in page


def test_a_withdrawn_link_leads_nowhere(cast: Cast, call: Call) -> None:
    invite(cast, call, LIST, confirmed="1")
    run_jobs()
    link = link_in(mails_to("new@example.org")[0])
    one = CallInvitation.objects.get(email="new@example.org")
    signed_in(cast.manager).post(address("call-invitation-withdraw", cast, call.pk, one.pk))
    assert Client().get(link).status_code == 404


def test_secrets_are_kept_as_hashes(cast: Cast) -> None:
    _, open_secret = open_call(cast)
    Client().post(f"/calls/{open_secret}/", {"email": "new@example.org"})
    own_secret = link_in(mails_to("new@example.org")[0]).split("/")[-2]
    with connection.cursor() as cursor:
        for table in ("annotation_call", "annotation_callinvitation", "annotation_job"):
            for secret in (open_secret, own_secret):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE to_jsonb(t)::text LIKE %s", [f"%{secret}%"])
                assert cursor.fetchone() == (0,)


# --- the open link


def test_the_open_link_answers_the_same_for_every_address(cast: Cast) -> None:
    call, secret = open_call(cast)
    applied(call, "expert-there")
    mail_stops.stop("quiet@example.org")
    pages = set()
    for email in ("expert-there@example.org", "nobody@example.org", "quiet@example.org", cast.manager.email):
        page = Client().post(f"/calls/{secret}/", {"email": email})
        assert page.status_code == 200
        body = page.content.decode().split("<main")[1].split("</main>")[0]
        pages.add(body.replace(email, "…"))
    assert len(pages) == 1
    assert mails_to("quiet@example.org") == []
    assert "expert-there" not in Client().get(f"/calls/{secret}/").content.decode()


def test_from_open_link_to_application(cast: Cast) -> None:
    _, secret = open_call(cast)
    client = Client()
    client.post(f"/calls/{secret}/", {"email": "New@Example.org"})
    link = link_in(mails_to("new@example.org")[0])
    page = client.post(link, {"name": "expert-new", "password": STRONG, "again": STRONG})
    person = User.objects.get(email="new@example.org")
    assert page["Location"] == reverse("annotation:application", args=[Application.objects.get(user=person).pk])
    assert not Membership.objects.filter(user=person).exists()
    assert client.get(link)["Location"] == page["Location"], "the link brings back"
    assert client.get("/").content.decode().count("Lawyers who write") == 1


def test_an_account_signs_in_first_and_nobody_else_s_link_works(cast: Cast) -> None:
    _, secret = open_call(cast)
    person = user("expert-old")
    Client().post(f"/calls/{secret}/", {"email": person.email})
    link = link_in(mails_to(person.email)[0])
    page = Client().get(link).content.decode()
    assert "Sign in" in page
    assert "password" not in page.lower()
    Client().post(link, {"name": "thief", "password": STRONG, "again": STRONG})
    assert User.objects.filter(email=person.email).count() == 1
    assert signed_in(cast.outsider).post(link).status_code == 403
    assert signed_in(person).post(link).status_code == 302
    assert Application.objects.get().user == person


def test_links_and_mails_are_limited(cast: Cast) -> None:
    _, secret = open_call(cast)
    answers = [Client().post(f"/calls/{secret}/", {"email": "new@example.org"}).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert len(mail.outbox) == 4
    cache.set("limit:call:127.0.0.1", 118, timeout=60)
    assert [Client().get(f"/calls/in/{'x' * 43}/").status_code for _ in range(3)] == [404, 404, 429]
