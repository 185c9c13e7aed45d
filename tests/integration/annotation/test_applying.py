"""An application from half filled in to sent: places, waiting lists, the CV."""

import io
import zipfile
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts import cv
from accounts.models import KnownDomain, Profile, SpokenLanguage
from annotation.models import (
    Application,
    ApplicationField,
    Call,
)
from annotation.onboarding import admitting, applying, calls, quotas
from core.refusal import Refused
from tests.callers import (
    EVIDENCE,
    LAW,
    TAX,
    address,
    applied,
    begun,
    field_of,
    filled,
    mails_to,
    open_call,
    run_jobs,
    send,
    signed_in,
)
from tests.factories import Cast, cell, desk

pytestmark = pytest.mark.django_db
State = ApplicationField.State


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def call(cast: Cast) -> Call:
    cell(cast.project, domain="finance")
    return open_call(cast, {LAW: 2, TAX: 1})[0]


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


def test_a_place_is_refused_by_the_rule_that_the_page_shows(call: Call) -> None:
    applied(call, "expert-1", TAX)
    late = begun(call, "expert-2")
    applying.save(late, {"levels": {"en": "C1"}, "evidence": {"finance": EVIDENCE}, "waiting": False,
                         "fields": [call.quotas.get(domain="finance").pk]})  # fmt: skip
    with pytest.raises(Refused) as refused:
        applying.send(late, "1")
    assert refused.value.code == "full"


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


def crafted(method: int, content: bytes = b"\xff" * 40) -> bytes:
    """An ODT by its list of parts, whose first part says it is packed in a way that its bytes are not."""
    whole = bytearray(office("content.xml", mimetype=content))
    whole[8:10] = method.to_bytes(2, "little")
    listed = whole.index(b"PK\x01\x02")
    whole[listed + 10 : listed + 12] = method.to_bytes(2, "little")
    return bytes(whole)


def encrypted() -> bytes:
    whole = bytearray(ODT)
    listed = whole.index(b"PK\x01\x02")
    whole[6], whole[listed + 8] = 1, 1
    return bytes(whole)


BROKEN = [
    crafted(zipfile.ZIP_DEFLATED), crafted(zipfile.ZIP_BZIP2), crafted(zipfile.ZIP_LZMA),
    crafted(zipfile.ZIP_LZMA, b"\x09\x04\x05\x00\x5d\x00\x00\x80\x00" + b"\xff" * 40), crafted(99), encrypted(),
    ODT[:40] + ODT[-120:],
]  # fmt: skip


@pytest.mark.parametrize("content", BROKEN)
def test_a_crafted_package_is_refused_like_any_other_file(content: bytes) -> None:
    assert cv.refusal_to_keep(SimpleUploadedFile("cv.odt", content)) == cv.UNKNOWN


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 x", "pdf"), (DOCX, "docx"), (ODT, "odt"), ("Lebenslauf: Jürgen".encode(), "txt"),
        (b"From < 5 years to <jane@example.org>, a <b2b> shop.", "txt"),
        (b"MZ\x90\x00\x03", None), (b"\x89PNG\r\n\x1a\n\x00", None),
        (office("xl/workbook.xml", "[Content_Types].xml"), None), (b"PK\x03\x04 broken", None),
        (b"\xff\xfeA\x00", None), (b"<script>alert(1)</script>", None),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><p>Hello", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None), (b"<?xml version='1.0'?><x/>", None),
        (b"Twenty years at the bar.\n" * 99 + b"<ScRiPt src=//example.org>", None), (b"<!-- --><IFRAME\n>", None),
        (b"<svg>%PDF-1.7", None),
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
    assert upload(application, "../../evil\r\n<b>.html", b"Twenty years at the bar.").status_code == 302
    profile = Profile.objects.get(user=application.user)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [profile.cv_path.split("/")[1]]
    page = address("application-cv", cast, application.pk)
    assert signed_in(cast.manager).get(page).status_code == 404, "not sent yet"
    send(application, filled(call))
    answer = signed_in(cast.manager).get(page)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="cv-{application.pk}.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    for person in (cast.author, cast.editor, cast.client):
        assert signed_in(person).get(page).status_code == 403
    assert signed_in(application.user).get(page).status_code == 404
    applying.withdraw(application)
    assert signed_in(cast.manager).get(page).status_code == 404, "who has withdrawn shows it to nobody"


def test_markup_is_refused_with_what_would_do(call: Call, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    answer = upload(begun(call, "expert-new"), "cv.txt", b"<html><script>alert(1)</script>")
    assert answer.status_code == 422
    assert "plain text without tags" in answer.content.decode()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


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
