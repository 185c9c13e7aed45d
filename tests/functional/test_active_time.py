"""The clock of active time in a real browser: it runs at work, stops when idle or hidden, and tabs share it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import Assignment
from tests.factories import Cast
from tests.servers import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GAINED_EXACTLY = "() => window.scriptorium.clock.gained"
GAINED = "() => Math.round(window.scriptorium.clock.gained)"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => hidden ? "hidden" : "visible" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SECOND = 1000


@pytest.fixture
def clocked(context: BrowserContext) -> BrowserContext:
    """A browser whose time passes when the test says so."""
    context.clock.install(time=timezone.now())
    context.clock.pause_at(timezone.now() + timedelta(seconds=1))
    return context


def seat(context: BrowserContext, server: LiveServer, assignment: Assignment) -> str:
    """Signs the person in; the assignment was handed out long enough ago for the server to believe the test's time."""
    Assignment.objects.filter(pk=assignment.pk).update(claimed_at=timezone.now() - timedelta(minutes=30))
    client = Client()
    client.force_login(assignment.person)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    name = "review" if assignment.stage == "review" else "workbench"
    return server.url + reverse(f"annotation:{name}", args=[assignment.item.project.slug, assignment.item_id])


def move(page: Page, x: int) -> None:
    page.mouse.move(x, 300)


def test_a_review_is_timed_while_somebody_is_at_it(clocked: BrowserContext, live_server: LiveServer) -> None:
    cast = Cast("timed")
    assignment = cast.review_of(cast.write(), cast.reviewers[0])
    page = clocked.new_page()
    page.goto(seat(clocked, live_server, assignment))
    # The test's minutes are shorter than the server's, which believes its own: only the last word shall arrive.
    page.route("**/heartbeat", lambda route: route.abort())
    expect(page.locator(".active-time")).to_contain_text("counts the seconds")
    move(page, 200)
    page.clock.run_for(30 * SECOND)
    page.keyboard.press("4")
    assert page.evaluate(GAINED) == 30
    page.clock.run_for(200 * SECOND)  # lunch: a minute of it counts
    assert page.evaluate(GAINED) == 90
    move(page, 260)
    page.clock.run_for(10 * SECOND)
    assert page.evaluate(GAINED) == 100
    page.evaluate(HIDE, True)
    page.clock.run_for(50 * SECOND)
    move(page, 300)
    assert page.evaluate(GAINED) == 100
    page.evaluate(HIDE, False)
    page.clock.run_for(5 * SECOND)
    assert page.evaluate(GAINED) == 105
    page.unroute("**/heartbeat")
    page.goto(live_server.url + reverse("annotation:my-pay", args=[cast.project.slug]))
    told = lambda: Assignment.objects.get(pk=assignment.pk).active_seconds  # noqa: E731
    assert eventually(lambda: told() in (104, 105)), told()


def test_typing_is_timed_and_two_tabs_count_no_moment_twice(clocked: BrowserContext, live_server: LiveServer) -> None:
    cast = Cast("two-tabs")
    assignment = cast.start(cast.author)
    address = seat(clocked, live_server, assignment)
    first, second = clocked.new_page(), clocked.new_page()
    for page in (first, second):
        page.goto(address)
    first.locator("#editor-prompt").press_sequentially("When is it due")
    start = sum(page.evaluate(GAINED_EXACTLY) for page in (first, second))
    for turn in ((first, second), (second, first)) * 2:
        clocked.clock.run_for(5 * SECOND)
        for page in turn:
            page.locator("#editor-prompt").press("End")
    counted = [page.evaluate(GAINED_EXACTLY) for page in (first, second)]
    assert all(counted)
    assert sum(counted) - start == pytest.approx(20, abs=1)
    signals = first.evaluate("() => document.querySelector('[data-editor]').editor.signals()")
    assert signals["active_seconds"] == round(counted[0])
