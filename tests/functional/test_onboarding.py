"""Somebody finds an open link, applies in a real browser, and is admitted to the test."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from annotation.models import Application
from tests.callers import open_call
from tests.factories import Cast, cell
from tests.functional.applicant import admit, begin, send
from tests.functional.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "new-person@example.org"


def test_from_an_open_link_to_the_test(site: Site) -> None:
    cast = Cast()
    cell(cast.project, language="de", domain="medicine", target=40)
    call, secret = open_call(cast, {("en", "law"): 3, ("de", "medicine"): 2})
    page, link = begin(site, secret, EMAIL)

    # Away and back by the same link: everything is there.
    page.goto(link)
    expect(page.get_by_label("What shows that you know it").first).to_have_value(re.compile("Second state"))
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_role("alert")).to_contain_text("The terms are not accepted")
    send(page)

    admit(site, cast, Application.objects.get(call=call))
    page.reload()
    expect(page.get_by_text("Admitted to the test")).to_be_visible()
    page.get_by_role("link", name="To the test").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert User.objects.get(email=EMAIL).applications.get().fields.get().state == "admitted"
