"""The signed-out pages and the error pages, in our words and without a script or style of their own."""

import re

import pytest
from django.test import Client, override_settings

pytestmark = pytest.mark.django_db
INLINE = re.compile(rb"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=\"", re.IGNORECASE)


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/accounts/login/", "Sign in"),
        ("/accounts/password/reset/", "Reset your password"),
        ("/accounts/password/reset/done/", "Look into your mail"),
        ("/accounts/password/reset/key/1-set-password/", "Choose a new password"),
        ("/accounts/signup/", "By invitation"),
        ("/accounts/inactive/", "This account is closed"),
        ("/no-such-page/", "Nothing here"),
    ],
)
def test_signed_out_pages_are_ours_and_obey_the_content_policy(path: str, heading: str) -> None:
    answer = Client().get(path)
    html = answer.content
    assert f"<h1>{heading}</h1>".encode() in html
    assert not INLINE.search(html)
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_wrong_password_is_told_beside_the_form() -> None:
    html = Client().post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"}).content
    assert b'role="alert"' in html


def test_a_stale_form_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert answer.status_code == 403
    assert b"open for too long" in answer.content


@override_settings(DEBUG=False)
def test_the_page_of_last_resort_needs_nothing() -> None:
    from django.template.loader import get_template

    assert "Something broke on our side" in get_template("500.html").render({})
