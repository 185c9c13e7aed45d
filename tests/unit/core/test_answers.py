"""Whole page or part, refusals, redirects and messages, as a browser gets them."""

import json
from collections.abc import Iterator

import pytest
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client, override_settings
from django.urls import path

from core.htmx import render_page_or_part
from core.refusal import Refusal, Refused, refuse_if

REFUSAL = Refusal("You wrote this item.", "Somebody else reviews it.")


def page_or_part(request: HttpRequest) -> HttpResponse:
    return render_page_or_part(request, "404.html", {}, part="components/empty.html")


def refused(request: HttpRequest) -> HttpResponse:
    raise Refused(REFUSAL, int(request.GET.get("status", 403)), "lease")


def moved(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Submitted.")
    return redirect("/page")


def signed_out(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path())


def told(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Saved <it>.")
    return HttpResponse("<p>part</p>", status=int(request.GET.get("status", 200)))


def told_as_json(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Saved.")
    return HttpResponse("{}", content_type="application/json")


urlpatterns = [
    path("page", page_or_part),
    path("refused", refused),
    path("moved", moved),
    path("signed-out", signed_out),
    path("told", told),
    path("told-as-json", told_as_json),
    path("accounts/login/", page_or_part, name="account_login"),
    path("accounts/logout/", page_or_part, name="account_logout"),
]

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/work?item=7"}


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client()


def test_a_browser_gets_the_page_and_htmx_the_part(client: Client) -> None:
    assert b"<html" in client.get("/page").content
    part = client.get("/page", headers=HTMX)
    assert b"<html" not in part.content
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_links_and_restored_history_get_the_page(client: Client, header: str) -> None:
    assert b"<html" in client.get("/page", headers={**HTMX, header: "true"}).content


@pytest.mark.parametrize("status", [403, 409])
def test_a_refusal_is_a_page_that_says_why_and_what_would_help(client: Client, status: int) -> None:
    answer = client.get(f"/refused?status={status}")
    assert answer.status_code == status
    assert b"You wrote this item." in answer.content
    assert b"Somebody else reviews it." in answer.content


def test_a_refusal_is_a_toast_for_htmx(client: Client) -> None:
    answer = client.post("/refused", headers=HTMX)
    assert answer.status_code == 403
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "You wrote this item."


def test_a_refusal_is_json_for_a_script(client: Client) -> None:
    answer = client.post("/refused?status=409", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json() == {"reason": "lease", "message": REFUSAL.reason, "remedy": REFUSAL.remedy}


def test_what_is_not_refused_goes_on() -> None:
    refuse_if(None)
    with pytest.raises(Refused, match="You wrote this item"):
        refuse_if(REFUSAL)


def test_a_redirect_answered_to_htmx_loads_the_whole_page_and_keeps_its_message(client: Client) -> None:
    answer = client.post("/moved", headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/page")
    assert not answer.has_header("Location")
    assert b"Submitted." in client.get("/page").content


def test_an_expired_session_signs_in_and_returns_to_the_page_not_to_its_part(client: Client) -> None:
    answer = client.get("/signed-out", headers=HTMX)
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fwork%3Fitem%3D7"


@pytest.mark.parametrize(
    "headers", [{"Accept": "application/json"}, {**HTMX, "Accept": "application/json, text/html;q=0.9"}]
)
def test_an_expired_session_of_a_background_save_is_401(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/signed-out", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["reason"] == "signed_out"


def test_a_browser_is_redirected_as_ever(client: Client) -> None:
    assert client.get("/signed-out").status_code == 302


@pytest.mark.parametrize("status", [200, 286, 422])
def test_messages_ride_along_with_a_part_once(client: Client, status: int) -> None:
    answer = client.get(f"/told?status={status}", headers=HTMX)
    assert answer.content.startswith(b"<p>part</p>")
    assert b'hx-swap-oob="beforeend:#toasts"' in answer.content
    assert b"Saved &lt;it&gt;." in answer.content
    assert b"Saved" not in client.get("/page").content


def test_messages_wait_where_an_answer_cannot_carry_them(client: Client) -> None:
    assert client.get("/told-as-json", headers=HTMX).content == b"{}"
    assert b"Saved." in client.get("/page").content
