"""A lead looks after people in a real browser: finds somebody, pauses them with a note and an end, takes it back."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from annotation.standing import alerts
from experts.models import Alert, Standing, StandingChange
from tests.factories import Cast
from tests.functional.site import Site
from tests.judged import slip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_lead_pauses_somebody_from_an_alert_and_lifts_it(site: Site) -> None:
    cast = Cast()
    slip(cast.project, cast.author)
    alerts.look(cast.project, timezone.now())
    page = site.page_of(cast.manager)
    page.goto(site.address("annotation:experts", cast.project.slug))
    page.keyboard.press("/")
    page.keyboard.type("law")
    expect(page.locator(".experts tbody tr")).to_have_count(1)
    page.get_by_role("link", name="expert-en-law").click()
    alert = page.locator(".alerts > li").first
    alert.locator("summary", has_text="Pause").click()
    form = alert.locator("details[open] form")
    form.get_by_label("Note").fill("Three answers added facts that the context does not have. Let us talk first.")
    form.get_by_label("For").select_option("2 weeks")
    form.get_by_role("button", name="Pause").click()
    expect(page.locator(".toasts")).to_contain_text("paused until")
    expect(page.locator(".topline")).to_contain_text("Paused")
    standing = Standing.objects.get(user=cast.author)
    assert timedelta(days=13) < standing.override_until - timezone.now() < timedelta(days=15)  # type: ignore[operator]
    assert Alert.objects.filter(answer="pause", answered_by_id=cast.manager.pk).count() == 1
    page.get_by_role("button", name="Lift").click()
    page.get_by_role("dialog").get_by_role("button", name="Lift").click()
    expect(page.locator(".topline")).to_contain_text("Deprioritized")
    assert StandingChange.objects.filter(cause="override", by_id=cast.manager.pk).count() == 2
    page.get_by_role("link", name="Compute it again").click()
    expect(page.get_by_text("Same numbers")).to_be_visible()


def test_a_person_reads_where_they_stand(site: Site) -> None:
    cast = Cast()
    slip(cast.project, cast.author)
    page = site.page_of(cast.author)
    page.goto(site.address("annotation:expert-home", cast.project.slug))
    page.get_by_role("link", name="My standing").click()
    expect(page.locator("[data-sentence]")).to_have_text(
        re.compile("You get fewer Extraction tasks: 1 of your last 21")
    )
    expect(page.get_by_role("heading", name="Two ways back")).to_be_visible()
    page.get_by_text("Every decision, in words").click()
    expect(page.get_by_role("cell", name="Adds facts not in the context").first).to_be_visible()
