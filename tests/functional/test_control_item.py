"""A reviewer meets a control item in a real browser: nothing tells, and the manager reads what they said of it."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from annotation import handing_out
from annotation.models import Look
from annotation.reviewers import controls, copies
from annotation.workflow import Stage, State
from experts.models import ReviewerOutcome
from tests.factories import Cast, desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, server: LiveServer, person: User) -> None:
    client = Client()
    client.force_login(person)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}
    page.context.clear_cookies()
    page.context.add_cookies([session])


def test_a_reviewer_meets_a_control_item(page: Page, live_server: LiveServer) -> None:
    cast = Cast(control_percent_new=30, second_look_percent=0)
    rejected = cast.item_at(State.REJECTED)

    def at(name: str, *rest: object) -> str:
        return live_server.url + reverse(f"annotation:{name}", args=[cast.project.slug, *rest])

    sign_in(page, live_server, cast.manager)
    page.goto(at("item", rejected.pk))
    page.get_by_role("button", name="Make control item").click()
    expect(page.get_by_text("is a control item now")).to_be_visible()

    for _ in range(copies.BORN_PER_NUMBER):
        cast.write(cast.other_author)
    copies.lay_by_numbers(cast.project.pk)
    reviewer = cast.reviewers[2]
    while not controls.is_slot(cast.project, reviewer, reviewer.assignments.filter(stage="review").count()):
        assignment = cast.start(reviewer, Stage.REVIEW)
        handing_out.hand_back(desk(reviewer, cast.project), assignment.item_id, str(assignment.token), "no_time")

    sign_in(page, live_server, reviewer)
    page.goto(at("reviewer-home"))
    page.get_by_role("button", name="Start next").first.click()
    look = Look.objects.get()
    page.wait_for_url(f"**/review/{look.item_id}/")
    expect(page.locator("main")).to_contain_text(rejected.current.prompt)
    assert "control" not in page.locator("main").inner_text().lower().replace("controller", "")
    for key in ("5", "4", "5", "5", "4", "a"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: f"/review/{look.item_id}/" not in url)
    assert ReviewerOutcome.objects.values_list("said", "truth").get() == ("accept", "reject")

    page.goto(at("reviewer-home"))
    expect(page.locator("main")).to_contain_text(f"#{look.item_id}")
    assert "control item" not in page.locator("main").inner_text().lower()

    sign_in(page, live_server, cast.manager)
    page.goto(at("reviewers"))
    expect(page.locator("main")).to_contain_text("too few (1)")
    page.get_by_role("link", name=str(reviewer)).click()
    expect(page.locator("main")).to_contain_text(f"#{rejected.pk}")
    expect(page.locator("main")).to_contain_text("differs")
