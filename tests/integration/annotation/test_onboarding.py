"""From an open link or a list to the test: what people can do, what is refused, what nobody learns of others."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import cv
from accounts.models import KnownDomain, Profile, SpokenLanguage, User
from annotation import admitting, applying, calls, jobs, mail_stops, quotas, reminding
from annotation.calls import FIRST_TERMS
from annotation.funnel import Step
from annotation.inviting import hash_of
from annotation.job_tasks import RUNNERS
from annotation.models import (
    Application,
    ApplicationField,
    Call,
    CallInvitation,
    Job,
    MailStop,
    Membership,
    Reminder,
    Terms,
)
from annotation.onboarding import journeys_of
from core.refusal import Refused
from experts.models import Qualification
from tests.callers import (
    EVIDENCE,
    LAW,
    STRONG,
    applied,
    begun,
    filled,
    link_in,
    mails_to,
    open_call,
    send,
    signed_in,
)
from tests.factories import Cast, cell, desk, user

pytestmark = pytest.mark.django_db
State = ApplicationField.State
TAX = ("en", "finance")


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def call(cast: Cast) -> Call:
    cell(cast.project, domain="finance")
    return open_call(cast, {LAW: 2, TAX: 1})[0]


def run_jobs() -> list[Job]:
    """As a worker does."""
    found = list(Job.objects.filter(state=Job.State.QUEUED, kind__in=Job.LETTERS).order_by("pk"))
    for job in found:
        jobs.run(job.pk, RUNNERS)
        job.refresh_from_db()
    return found


def address(name: str, cast: Cast, *args: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *args])


def field_of(application: Application, pair: tuple[str, str] = LAW) -> ApplicationField:
    return application.fields.get(language=pair[0], domain=pair[1])


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
    assert field_of(application).state == State.APPLIED


def test_changed_terms_are_a_new_version_and_the_rows_never_change(cast: Cast, call: Call) -> None:
    calls.publish_terms(cast.project, FIRST_TERMS, cast.manager)
    assert Terms.objects.count() == 1
    calls.publish_terms(cast.project, "Other words.", cast.manager)
    assert list(Terms.objects.values_list("version", flat=True)) == [2, 1]
    with pytest.raises(DatabaseError), transaction.atomic():
        Terms.objects.filter(version=1).update(text="x")


# --- lists


LIST = "email,name,languages,domains\nnew@example.org,=HYPERLINK(1),en,law\nother@example.org,,,\n"


def invite(cast: Cast, call: Call, text: str, **more: str) -> str:
    return signed_in(cast.manager).post(address("call-invite", cast, call.pk), {"text": text, **more}).content.decode()


def test_nothing_is_stored_or_sent_before_the_preview_is_confirmed(cast: Cast, call: Call) -> None:
    assert "new@example.org" in invite(cast, call, LIST)
    assert not CallInvitation.objects.exists()
    assert not Job.objects.exists()
    invite(cast, call, LIST, confirmed="1")
    assert CallInvitation.objects.filter(sent_at=None).count() == 2
    assert mail.outbox == []
    (job,) = run_jobs()
    assert (job.state, job.result) == (Job.State.DONE, {"sent": 2, "failed": []})
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
    assert {Client().get(f"/calls/in/{'x' * 43}/").status_code for _ in range(121)} == {404, 429}


# --- filling in and sending


def test_a_half_filled_form_is_kept_as_typed(call: Call) -> None:
    application = begun(call, "expert-new")
    client = signed_in(application.user)
    page = reverse("annotation:application-save", args=[application.pk])
    answer = client.post(page, {"evidence-law": "half a sent", "level-de": "C1"}, headers={"HX-Request": "true"})
    assert "Saved" in answer.content.decode()
    shown = client.get(reverse("annotation:application", args=[application.pk])).content.decode()
    assert "half a sent" in shown
    assert '<option value="C1" selected>' in shown


def test_an_application_becomes_a_profile_with_places_and_accepted_terms(cast: Cast, call: Call) -> None:
    application = applied(call, "expert-new", LAW, TAX)
    assert application.terms is not None
    assert application.terms.version == 1
    assert application.terms_accepted_at is not None
    profile = Profile.objects.get(user=application.user)
    assert SpokenLanguage.objects.get(profile=profile).level == "native"
    assert set(KnownDomain.objects.filter(profile=profile).values_list("domain_slug", flat=True)) == {"law", "finance"}
    assert {field.state for field in application.fields.all()} == {State.APPLIED}
    # And the next call asks for nothing that is known.
    other, _ = open_call(cast, title="More lawyers")
    assert applying.begin(other, application.user).filled["evidence"] == {"law": EVIDENCE}


@pytest.mark.parametrize(
    "lacking", [{"terms": ""}, {"field": []}, {"evidence-law": "too short"}, {"level-en": ""}, {"level-en": "??"}]
)
def test_what_is_missing_is_told_and_nothing_is_lost(call: Call, lacking: dict[str, Any]) -> None:
    application = begun(call, "expert-new")
    answer = send(application, filled(call) | {"level-de": "B2"} | lacking)
    assert answer.status_code == 422
    application.refresh_from_db()
    assert application.sent_at is None
    assert application.filled["levels"]["de"] == "B2"


def test_terms_that_changed_meanwhile_are_to_be_read_again(cast: Cast, call: Call) -> None:
    application = begun(call, "expert-new")
    calls.publish_terms(cast.project, "Other words.", cast.manager)
    answer = send(application, filled(call))
    assert answer.status_code == 422
    assert "terms were changed" in answer.content.decode()
    assert send(application, filled(call) | {"terms": "2"}).status_code == 302


def test_what_is_sent_changes_no_more(call: Call) -> None:
    application = applied(call, "expert-new")
    assert send(application, filled(call)).status_code == 422
    client = signed_in(application.user)
    assert client.post(reverse("annotation:application-save", args=[application.pk]), {}).status_code == 409


def test_an_application_is_its_owner_s(cast: Cast, call: Call) -> None:
    application = begun(call, "expert-new")
    for person in (cast.outsider, cast.manager):
        client = signed_in(person)
        assert client.get(reverse("annotation:application", args=[application.pk])).status_code == 404
        for name in ("application-save", "application-send", "application-withdraw", "application-cv-keep"):
            assert client.post(reverse(f"annotation:{name}", args=[application.pk])).status_code == 404
    # What is half filled in is not the manager's to read either.
    assert signed_in(cast.manager).get(address("application-read", cast, application.pk)).status_code == 404


# --- quotas


def test_a_full_field_is_told_with_what_is_open_and_the_waiting_list(call: Call) -> None:
    applied(call, "expert-1", TAX)
    late = begun(call, "expert-2")
    answer = send(late, filled(call, TAX))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "English · Finance: all places are taken" in page
    assert "English · Law" in page
    assert "expert-1" not in page
    assert send(late, filled(call, TAX, waiting=True)).status_code == 302
    assert field_of(late, TAX).state == State.WAITING


def test_a_place_that_becomes_free_goes_to_who_waited_longest(cast: Cast, call: Call) -> None:
    first = applied(call, "expert-1", TAX)
    waiting = [applied(call, f"expert-{number}", TAX, waiting=True) for number in (2, 3)]
    signed_in(first.user).post(reverse("annotation:application-withdraw", args=[first.pk]))
    assert [field_of(one, TAX).state for one in waiting] == [State.APPLIED, State.WAITING]
    run_jobs()
    assert "has become free" in mails_to("expert-2@example.org")[-1]
    assert mails_to("expert-3@example.org") == []
    # A declined one frees a place too, and so do more places.
    admitting.decline(desk(cast.manager, cast.project), [field_of(waiting[0], TAX).pk], "enough", "")
    assert field_of(waiting[1], TAX).state == State.APPLIED


def test_fewer_places_send_nobody_away(call: Call) -> None:
    application = applied(call, "expert-1")
    quotas.set_quotas(call, {LAW: 0}, timezone.now())
    assert field_of(application).state == State.APPLIED
    assert next(one for one in quotas.places_of(call) if one.quota.domain_id == "law").is_full


def test_who_withdraws_may_come_back_while_it_is_open(call: Call) -> None:
    application = applied(call, "expert-1")
    client = signed_in(application.user)
    client.post(reverse("annotation:application-withdraw", args=[application.pk]))
    assert field_of(application).state == State.WITHDRAWN
    client.post(reverse("annotation:application-resume", args=[application.pk]))
    assert send(application, filled(call)).status_code == 302
    assert field_of(application).state == State.APPLIED


# --- CVs


def office(*names: str, mimetype: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        if mimetype:
            parts.writestr("mimetype", mimetype)
        for name in names:
            parts.writestr(name, b"<x/>")
    return packed.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
ODT = office("content.xml", mimetype=b"application/vnd.oasis.opendocument.text")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 x", "pdf"), (DOCX, "docx"), (ODT, "odt"), ("Lebenslauf: Jürgen".encode(), "txt"),
        (b"<script>alert(1)</script>", "txt"), (b"MZ\x90\x00\x03", None), (b"\x89PNG\r\n\x1a\n\x00", None),
        (office("xl/workbook.xml", "[Content_Types].xml"), None), (b"PK\x03\x04 broken", None), (b"\xff\xfeA\x00", None),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_is(content: bytes, kind: str | None) -> None:
    assert cv.kind_of(SimpleUploadedFile("cv.pdf", content)) == kind


def upload(application: Application, name: str, content: bytes) -> Any:
    page = reverse("annotation:application-cv-keep", args=[application.pk])
    return signed_in(application.user).post(page, {"cv": SimpleUploadedFile(name, content)})


def test_a_cv_is_kept_under_a_random_name_and_handed_out_as_a_download(
    cast: Cast, call: Call, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    application = begun(call, "expert-new")
    assert upload(application, "../../evil\r\n<b>.html", b"<script>alert(1)</script>").status_code == 302
    profile = Profile.objects.get(user=application.user)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [profile.cv_path.split("/")[1]]
    page = address("application-cv", cast, application.pk)
    assert signed_in(cast.manager).get(page).status_code == 404, "not sent yet"
    send(application, filled(call))
    answer = signed_in(cast.manager).get(page)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="cv-{application.pk}.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"].startswith("text/plain")
    for person in (cast.author, cast.editor, cast.client):
        assert signed_in(person).get(page).status_code == 403
    assert signed_in(application.user).get(page).status_code == 404


def test_a_cv_is_replaced_and_taken_back_with_its_file(
    call: Call, settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    application = begun(call, "expert-new")
    with django_capture_on_commit_callbacks(execute=True):
        upload(application, "a.txt", b"one")
        upload(application, "b.pdf", b"%PDF-1.7")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    with django_capture_on_commit_callbacks(execute=True):
        page = reverse("annotation:application-cv-keep", args=[application.pk])
        signed_in(application.user).post(page, {"remove": "1"})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"x" * (5 * 1024 * 1024 + 1)])
def test_what_is_no_cv_is_refused_with_what_would_do(call: Call, settings: Any, tmp_path: Any, content: bytes) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert upload(begun(call, "expert-new"), "cv.pdf", content).status_code == 422
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# --- answers


def decide(cast: Cast, decision: str, *fields: ApplicationField, **more: str) -> Any:
    form = {"decision": decision, "field": [field.pk for field in fields], **more}
    return signed_in(cast.manager).post(address("applications-decide", cast), form)


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
    call, secret = open_call(cast, title="Two\nlines: Bcc")
    Client().post(f"/calls/{secret}/", {"email": "new@example.org"})
    message = mail.outbox[0]
    assert "\n" not in message.subject
    assert message.content_subtype == "plain"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "&" not in str(message.body)


def test_a_place_is_refused_by_the_rule_that_the_page_shows(call: Call) -> None:
    applied(call, "expert-1", TAX)
    late = begun(call, "expert-2")
    applying.save(late, {"levels": {"en": "C1"}, "evidence": {"finance": EVIDENCE}, "waiting": False,
                         "fields": [call.quotas.get(domain="finance").pk]})  # fmt: skip
    with pytest.raises(Refused) as refused:
        applying.send(late, "1")
    assert refused.value.code == "full"
