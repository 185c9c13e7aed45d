"""The README's pictures, of the demo project; made when README_PICTURES is set."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from annotation import handing_out
from annotation.access import desk_of
from annotation.demo import seeding
from annotation.models import Assignment
from annotation.workflow import Stage
from tests.factories import PASSWORD
from tests.functional.site import COMPLETION, PROMPT, Site, ready, saved, type_at_end

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("README_PICTURES" not in os.environ, reason="README_PICTURES is not set"),
]

LARGEST = 200_000
VIEW = {"width": 1320, "height": 800}


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    seeding.seed(PASSWORD)
    return {key: User.objects.get(email=seeding.address(key)) for key in seeding.PEOPLE}


def test_the_readme_shows_what_there_is(site: Site, people: dict[str, User]) -> None:
    task = task_about_a_garden(people["expert-3"])
    page = open_page(site, task.person, "workbench", task.item_id)
    ready(page)
    type_at_end(page, PROMPT, "Zu welchen Zeiten darf im Gemeinschaftsgarten gegossen werden?")
    type_at_end(page, COMPLETION, "Gegossen wird vor 9 Uhr oder nach  18 Uhr. Als KI-Modell kann ich mehr nicht sagen.")
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    saved(page)
    take(page, "workbench")

    review = handing_out.start_next(desk_of(people["reviewer"], seeding.SLUG), Stage.REVIEW)
    page = open_page(site, people["reviewer"], "review", review.item_id)
    for digit in "4454":
        page.keyboard.press(digit)
    take(page, "review")

    take(open_page(site, people["manager"], "pipeline"), "pipeline")

    dispute = handing_out.start_next(desk_of(people["editor-2"], seeding.SLUG), Stage.ADJUDICATION)
    take(open_page(site, people["editor-2"], "adjudicate", dispute.item_id), "adjudicate")


def task_about_a_garden(person: User) -> Assignment:
    for _ in range(8):
        task = handing_out.start_next(desk_of(person, seeding.SLUG), Stage.WRITING, another=True)
        if task.item.context and "Gegossen wird" in task.item.context.text:
            return task
    pytest.fail("The demo has no such source any more.")


def open_page(site: Site, person: User, name: str, *args: object) -> Page:
    page = site.page_of(person, viewport=VIEW, reduced_motion="reduce")
    page.goto(site.address(f"annotation:{name}", seeding.SLUG, *args))
    return page


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    picture: Path = settings.BASE_DIR / "docs" / "screenshots" / f"{name}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture, animations="disabled")
    assert picture.stat().st_size <= LARGEST
