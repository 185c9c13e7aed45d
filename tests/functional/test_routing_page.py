"""Managers decide for whom texts are, with three keys, in a real browser."""

import pytest
from playwright.sync_api import expect

from annotation.models import Route
from tests.factories import Cast, cell
from tests.functional import routed
from tests.functional.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_key_decides_the_first_and_a_key_takes_it_back(site: Site) -> None:
    cast = Cast()
    routed.fill(cast.manager, cell(cast.project, language="de", domain="finance", skill="inference", target=0))
    page = site.page_of(cast.manager)
    page.goto(site.address("annotation:routing", cast.project.slug))
    doubts = page.locator(".doubts > li")
    expect(doubts).to_have_count(2)
    page.keyboard.press("g")
    expect(doubts).to_have_count(1)
    expect(page.locator(".history > li").first).to_contain_text("was unsure")
    page.keyboard.press("s")
    expect(page.get_by_text("Nothing to decide")).to_be_visible()
    assert not Route.objects.filter(decided_by=None).exclude(scope="specialized").exists()
    page.keyboard.press("z")
    expect(doubts).to_have_count(1)
    expect(page.locator(".history > li").first).to_contain_text("taken back by")
