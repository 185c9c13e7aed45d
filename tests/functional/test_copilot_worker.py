"""The co-pilot with a real worker behind it: slow checks stream in, and its death is a calm line, not a hindrance."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from annotation.models import Assignment, Draft
from annotation.workflow import Stage
from tests.factories import PROMPT, Cast
from tests.functional.site import COMPLETION, Site, WebServer, ready, saved, type_at_end
from tests.servers import CeleryProcesses, eventually

pytestmark = pytest.mark.browser

CHECKS = "length,format,language,artifacts,grammar"
WRONG = "The controller must answer within one month, but it can recieve more time where the request is complex."
OTHER = "A processor must not wait any longer when it recieve such a request from a person it knows."
CALM = "Some checks are taking long; they run when you submit."
_numbers = count(1)


@pytest.fixture(scope="module")
def slow_checks() -> Iterator[None]:
    """Page and worker must know the same checks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CHECKS", CHECKS)
        yield


@pytest.fixture(scope="module")
def web_server(
    django_db_setup: None, slow_checks: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    assert os.environ["QA_CHECKS"] == CHECKS
    server = WebServer(tmp_path_factory.mktemp("site"), str(connection.settings_dict["NAME"]))
    server.collect_static()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def celery_worker_process(
    django_db_setup: None, slow_checks: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CeleryProcesses]:
    processes = CeleryProcesses(tmp_path_factory.mktemp("celery"))
    processes.start_worker("ml", concurrency=1)
    try:
        yield processes
    finally:
        processes.stop()


@pytest.fixture
def desk(site: Site, celery_worker_process: CeleryProcesses) -> tuple[Page, Assignment]:
    cast = Cast(f"copilot-{next(_numbers)}")
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author)
    page.clock.install()
    page.goto(site.address("annotation:workbench", cast.project.slug, assignment.item_id))
    ready(page)
    return page, assignment


def pass_seconds(page: Page, seconds: int) -> None:
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.wait_for_timeout(40)


def underlined(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...(CSS.highlights.get('should') ?? [])].map(String)")
    return found


def eventually_underlined(page: Page, words: str) -> None:
    """The worker may have to load its engine first."""
    eventually(lambda: words in underlined(page), 100)


def test_an_error_is_underlined_applied_by_key_and_undo_brings_it_back(desk: tuple[Page, Assignment]) -> None:
    page, assignment = desk
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, COMPLETION, WRONG)
    eventually_underlined(page, "recieve")
    page.keyboard.press("F8")
    expect(page.locator(".finding[data-current]")).to_contain_text("Grammar")
    page.keyboard.press("Control+.")
    mended = page.locator(COMPLETION).input_value()
    assert mended != WRONG
    assert "recieve" not in underlined(page)
    pass_seconds(page, 3)
    page.locator(COMPLETION).focus()
    page.keyboard.press("Control+z")
    expect(page.locator(COMPLETION)).to_have_value(WRONG)
    eventually_underlined(page, "recieve")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(COMPLETION)).to_have_value(mended)
    pass_seconds(page, 3)
    saved(page)
    report = Draft.objects.get(item=assignment.item).signals["findings"]
    assert len(report["applied"]) == 1
    assert report["shown"][report["applied"][0]].startswith("grammar.")
    assert "recieve" not in str(report), "names and numbers only"


def test_with_its_worker_killed_the_panel_says_so_calmly_and_results_come_when_it_is_back(
    desk: tuple[Page, Assignment], celery_worker_process: CeleryProcesses
) -> None:
    page, assignment = desk
    type_at_end(page, "#editor-prompt", PROMPT)
    page.locator(COMPLETION).focus()
    page.keyboard.type(OTHER[:30])
    celery_worker_process.kill_worker()
    page.keyboard.type(OTHER[30:])
    pass_seconds(page, 3)
    expect(page.locator("[data-still-to-come]")).to_have_text("Still to come: Grammar.")
    pass_seconds(page, 22)
    expect(page.locator("[data-takes-long]")).to_have_text(CALM)
    expect(page.locator(".toast")).to_have_count(0)
    page.keyboard.type(" It has to tell the person so.")
    pass_seconds(page, 3)
    saved(page)
    assert Draft.objects.get(item=assignment.item).completion.endswith("person so."), "work has gone on"
    pass_seconds(page, 22)
    expect(page.locator("[data-takes-long]")).to_be_visible()
    celery_worker_process.start_worker("ml", concurrency=1)
    eventually_underlined(page, "recieve")
    expect(page.locator("[data-takes-long]")).to_have_count(0)


def test_an_editor_puts_a_word_into_the_glossary_and_it_is_marked_no_more(
    site: Site, celery_worker_process: CeleryProcesses
) -> None:
    cast = Cast(f"copilot-{next(_numbers)}")
    item = cast.judge(cast.write(), cast.reviewers[0], "edit")
    cast.start(cast.editor, Stage.EDITING)
    page = site.page_of(cast.editor)
    page.goto(site.address("annotation:edit", cast.project.slug, item.pk))
    ready(page)
    type_at_end(page, COMPLETION, " Ask the recieveable desk. It is recieveable.")
    eventually_underlined(page, "recieveable")
    page.get_by_role("button", name="To glossary").first.click()
    expect(page.locator("#toasts")).to_contain_text("is in the glossary")
    eventually(lambda: "recieveable" not in underlined(page))
    cast.project.refresh_from_db()
    assert cast.project.glossary == ["recieveable"]
