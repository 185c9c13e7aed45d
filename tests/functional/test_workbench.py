"""The workbench in a real browser on production's web server: light, and everything within reach of the keyboard."""

import re
from itertools import count
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from annotation import checking
from annotation.models import Assignment, Comment, Draft, Guideline, Revision
from annotation.reviewing import Remark
from annotation.workflow import State
from tests.factories import COMPLETION, PROMPT, Cast, fresh, texts
from tests.functional.site import Site, ready, saved, type_at_end
from tests.servers import eventually

pytestmark = pytest.mark.browser

LARGEST_LOAD, MOST_REQUESTS = 150_000, 10
_numbers = count(1)


@pytest.fixture
def cast(site: Site) -> Cast:
    """The module's database stays filled; every test has a project of its own."""
    return Cast(f"bench-{next(_numbers)}")


def address(site: Site, cast: Cast, assignment: Assignment) -> str:
    return site.address("annotation:workbench", cast.project.slug, assignment.item_id)


def open_desk(site: Site, cast: Cast, **options: Any) -> tuple[Page, Assignment]:
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author, **options)
    page.goto(address(site, cast, assignment))
    ready(page)
    return page, assignment


def test_first_load_is_light(site: Site, cast: Cast) -> None:
    guideline = Guideline.objects.create(project=cast.project, version=1)
    for number in range(12):
        guideline.clauses.create(code=f"OQA-{number}", title="Name the rule", body="Give the article. " * 30)
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: dict[str, float] = {}
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address(site, cast, assignment), wait_until="networkidle")
    ready(page)
    total = sum(sizes.values())
    print(f"\nFirst load of the workbench: {total / 1000:.1f} kB in {len(sizes)} requests")
    assert 5 < len(sizes) <= MOST_REQUESTS
    assert 10_000 < total <= LARGEST_LOAD


def test_text_is_typed_saved_checked_and_submitted_from_the_keyboard(site: Site, cast: Cast) -> None:
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, "#editor-completion", COMPLETION)
    saved(page)
    assert eventually(lambda: Draft.objects.filter(item=assignment.item, completion=COMPLETION).exists())
    expect(page.locator("[data-counter=completion]")).to_have_attribute("data-bound", "inside")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="As the reviewer will see it")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("The controller must answer")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("is submitted")
    revision = Revision.objects.get(item=assignment.item)
    assert revision.prompt == PROMPT
    assert revision.signals["typed"] == len(PROMPT) + len(COMPLETION)
    expect(page.locator(f"#item-{assignment.item_id}")).to_contain_text("Checking")
    checking.check_item(assignment.item_id)
    expect(page.locator(f"#item-{assignment.item_id}")).to_contain_text("In review")
    polls: list[str] = []
    page.on("request", lambda request: polls.append(request.url) if "progress" in request.url else None)
    page.wait_for_timeout(2500)
    assert polls == []


@pytest.mark.parametrize("button", ["Submit", "Submit and start next"])
def test_a_click_submits_what_was_saved_long_ago(site: Site, cast: Cast, button: str) -> None:
    """A person's click leaves no script running: what waits for nothing goes on before the browser is done with it."""
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, "#editor-completion", COMPLETION)
    saved(page)
    assert eventually(lambda: Draft.objects.filter(item=assignment.item, completion=COMPLETION).exists())
    page.get_by_role("button", name="Submit for review").click()
    page.locator("dialog[open]").get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(lambda url: f"/write/{assignment.item_id}/" not in url)
    assert fresh(assignment.item).state == State.CHECKING


def test_submit_and_start_next_opens_the_next_desk(site: Site, cast: Cast) -> None:
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, "#editor-completion", COMPLETION)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Submit and start next")).to_be_visible()
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url(lambda url: f"/write/{assignment.item_id}/" not in url and re.search(r"/write/\d+/$", url))
    assert fresh(assignment.item).state == State.CHECKING


def test_text_with_a_must_finding_comes_back_on_top_with_the_finding(site: Site, cast: Cast) -> None:
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, "#editor-completion", "Yes.")
    expect(page.locator(".finding[data-severity=must]")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview")).to_contain_text("must be fixed")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#item-{assignment.item_id}")).to_contain_text("Checking")
    checking.check_item(assignment.item_id)
    row = page.locator(f"#item-{assignment.item_id}")
    expect(row).to_contain_text("An automatic check found what must be mended")
    expect(page.locator("#toasts")).to_contain_text("came back")
    row.get_by_role("button", name="Revise").click()
    expect(page.locator(".notice")).to_contain_text("An automatic check sent it back")
    expect(page.locator(".finding[data-severity=must]")).to_be_visible()


def test_finding_is_dismissed_with_a_reason_and_the_dismissal_undone(site: Site, cast: Cast) -> None:
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, "#editor-completion", COMPLETION.replace("one month.", "one month [3]."))
    row = page.locator(".finding[data-severity=should]")
    expect(row).to_be_visible()
    page.keyboard.press("F8")
    page.keyboard.press("Control+i")
    page.locator("[data-dismiss-form] select[name=reason]").select_option("quoted")
    page.locator("[data-dismiss-form] button").click()
    expect(page.locator(".finding[data-dismissed]")).to_contain_text("It is a quotation")
    assert assignment.item.dismissals.get().reason == "quoted"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".finding[data-dismissed]")).to_have_count(0)
    assert not assignment.item.dismissals.exists()


def test_remarks_are_marked_in_the_text_and_answered_without_leaving_it(site: Site, cast: Cast) -> None:
    remark = Remark("factually_wrong", "completion", 4, 14, text="Which controller?")
    item = cast.judge(cast.write(), cast.reviewers[0], "return", remarks=[remark])
    page, _ = open_desk(site, cast)
    marked = "[...CSS.highlights.get('comment')].map(range => range.toString())"
    assert page.evaluate(marked) == ["controller"]
    page.locator("#editor-completion").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("In short: ")
    assert page.evaluate(marked) == ["controller"]
    page.get_by_role("button", name="Done").click()
    expect(page.locator("[data-remark][data-done]")).to_be_visible()
    assert eventually(lambda: page.evaluate(marked) == [])
    assert Comment.objects.get(item=item).state == Comment.State.DONE
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview .changes")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("is submitted")


def test_skipping_asks_why_and_keeps_the_text(site: Site, cast: Cast) -> None:
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-prompt", "Half a thought")
    saved(page)
    page.get_by_role("button", name="Skip").first.click()
    dialog = page.locator("#skip-dialog")
    dialog.get_by_text("Not my field").click()
    dialog.get_by_role("button", name="Skip").click()
    expect(page.locator("#toasts")).to_contain_text("is skipped")
    expect(page.locator(f"#item-{assignment.item_id}")).to_contain_text("Half a thought")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#editor-prompt")).to_have_value("Half a thought")


def test_ones_own_context_is_saved_while_typing_and_goes_along(site: Site, cast: Cast) -> None:
    cast.cell.skill = "closed_qa"
    cast.cell.save()
    page, assignment = open_desk(site, cast)
    type_at_end(page, "#editor-own_text", "The register is public.")
    type_at_end(page, "#editor-own_licence", "CC0-1.0")
    type_at_end(page, "#editor-prompt", PROMPT)
    type_at_end(page, "#editor-completion", COMPLETION)
    saved(page)
    page.reload()
    ready(page)
    expect(page.locator("#editor-own_licence")).to_have_value("CC0-1.0")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview")).to_contain_text("The controller must answer")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("is submitted")
    assert fresh(assignment.item).context.text == "The register is public."


def test_edits_are_thanked_for_in_place(site: Site, cast: Cast) -> None:
    item = cast.judge(cast.judge(cast.write(written=texts()), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    item = cast.edit(item, completion=item.current.completion.replace("must", "has to"))
    page = site.page_of(cast.author)
    page.goto(site.url + reverse("annotation:expert-home", args=[cast.project.slug]))
    page.get_by_role("link", name=re.compile("Your text was improved")).click()
    page.get_by_role("button", name="Thanks").click()
    expect(page.locator("main")).to_contain_text("You said thanks")
