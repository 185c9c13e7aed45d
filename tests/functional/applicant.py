"""A person who comes in by an open link, in a real browser."""

import re
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page, expect

from annotation.models import Application
from tests.callers import STRONG
from tests.factories import Cast
from tests.functional.site import Site
from tests.servers import eventually


def link_in_the_mail(email: str) -> str:
    """The server writes its mails into files."""
    folder = Path(settings.EMAIL_FILE_PATH)
    texts = [path.read_text().replace("=\n", "") for path in folder.glob("*") if path.is_file()]
    found = [link for text in texts if email in text for link in re.findall(r"https?://\S+/calls/in/[\w-]{43}/", text)]
    return found[-1] if found else ""


def begin(site: Site, secret: str, email: str) -> tuple[Page, str]:
    """From the open link through the mail to a half-filled application; with the personal link."""
    page = site.page_of(None)
    page.goto(site.address("annotation:call", secret))
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="A link is on its way")).to_be_visible()
    eventually(lambda: link_in_the_mail(email))
    link = link_in_the_mail(email)
    page.goto(link)
    page.get_by_label("Name").fill("applicant-1")
    page.get_by_label("Password", exact=True).fill(STRONG)
    page.get_by_label("Password again").fill(STRONG)
    page.get_by_role("button", name="Begin the application").click()
    fill_in(page)
    expect(page.locator("#application-steps")).to_contain_text("Saved")
    return page, link


def fill_in(page: Page) -> None:
    """Evidence is asked for the fields that are ticked, and only for these."""
    evidence = page.get_by_label("What shows that you know it")
    expect(evidence.first).to_be_hidden()
    page.get_by_label("English", exact=True).select_option("C1")
    page.locator("label.chip", has_text="English · Law").click()
    expect(evidence.locator("visible=true")).to_have_count(1)
    evidence.locator("visible=true").fill("Second state examination in 2019, five years at a court of appeal.")


def send(page: Page) -> None:
    page.get_by_label("I have read these terms and accept them").check()
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_text("Waiting for an answer")).to_be_visible()


def admit(site: Site, cast: Cast, application: Application) -> None:
    page = site.page_of(cast.manager)
    page.goto(site.address("annotation:onboarding", cast.project.slug))
    page.locator("table").first.get_by_role("row", name="Applied").get_by_role("link").first.click()
    page.get_by_role("link", name="applicant-1").click()
    expect(page.get_by_text("Second state examination")).to_be_visible()
    page.get_by_role("button", name="Admit to the test").click()
    expect(page.get_by_text("1 person admitted to the test")).to_be_visible()
    application.refresh_from_db()
