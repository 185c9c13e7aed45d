"""Work without a mouse: a whole review by keys, the sheet that lists them, the palette, and where the focus is."""

from itertools import count

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Comment, Item, Review
from annotation.workflow import State
from tests.factories import Cast
from tests.functional.site import COMPLETION, Site, ready

pytestmark = pytest.mark.browser

_numbers = count(1)
FOCUS_SHOWS = """() => {
  const element = document.activeElement;
  const label = element.matches('input[type=radio], input[type=checkbox]') ? element.closest('label') : null;
  return [element, label, element.closest('.editor')].filter(Boolean).some(each => {
    const styles = [getComputedStyle(each), getComputedStyle(each, '::after')];
    return styles.some(style => style.outlineStyle !== 'none' || style.boxShadow !== 'none');
  }) || element.outerHTML.slice(0, 160);
}"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast(f"keys-{next(_numbers)}")


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Presses Tab until the control of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        ):
            return
    pytest.fail(f"{name} is not reached with Tab")


def test_a_whole_review_is_done_by_keys_alone(site: Site, cast: Cast) -> None:
    item = cast.write()
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:reviewer-home", cast.project.slug))
    page.keyboard.press("n")
    page.wait_for_url(f"**/review/{item.pk}/")
    for digit in "34544":
        page.keyboard.press(digit)
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Remark")
    expect(dialog).to_be_visible()
    page.keyboard.press("Space")
    tab_to_text(page)
    page.keyboard.type("Name the article.")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    page.keyboard.press("c")
    page.keyboard.type("Please mend this one sentence: a b e x 1 2 3.")
    expect(page.get_by_label("Note to the author")).to_be_focused()
    page.keyboard.press("Escape")
    leave_text(page)
    page.keyboard.press("b")
    page.wait_for_url("**/review/")
    assert Item.objects.get(pk=item.pk).state == State.RETURNED
    review = Review.objects.get(item=item)
    scores = (review.correctness, review.conciseness, review.observance, review.safety, review.overall)
    assert scores == (3, 4, 5, 4, 4)
    assert review.note == "Please mend this one sentence: a b e x 1 2 3."
    assert Comment.objects.get(review=review).text == "Name the article."


KEY_IN_THE_FRAME_OF_CLOSING = """() => {
  document.querySelector("#remark-dialog form").requestSubmit();
  const options = { key: "c", bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
  return document.activeElement.getAttribute("aria-label");
}"""


def test_a_key_pressed_in_the_very_frame_in_which_a_remark_closes_is_not_lost(site: Site, cast: Cast) -> None:
    """On a slow machine *C* went into the closed dialog, and the words of the note became verdicts."""
    item = cast.write()
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:reviewer-home", cast.project.slug))
    page.keyboard.press("n")
    page.wait_for_url(f"**/review/{item.pk}/")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog", name="Remark")).to_be_visible()
    page.keyboard.press("Space")
    tab_to_text(page)
    page.keyboard.type("Name the article.")
    assert page.evaluate(KEY_IN_THE_FRAME_OF_CLOSING) == "Note to the author"


def tab_to_text(page: Page) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "remark-text":
            return
    pytest.fail("The remark's text is not reached with Tab")


def leave_text(page: Page) -> None:
    """Single letters act only outside of text."""
    while page.evaluate("document.activeElement.tagName") == "TEXTAREA":
        page.keyboard.press("Tab")


def test_an_item_is_accepted_with_six_keys(site: Site, cast: Cast) -> None:
    item = cast.write()
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:reviewer-home", cast.project.slug))
    page.keyboard.press("n")
    page.wait_for_url(f"**/review/{item.pk}/")
    for key in "55555a":
        page.keyboard.press(key)
    page.wait_for_url("**/review/")
    assert Review.objects.get(item=item).verdict == "accept"


def test_the_sheet_lists_the_keys_of_its_page(site: Site, cast: Cast) -> None:
    item = cast.write()
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:reviewer-home", cast.project.slug))
    page.keyboard.press("n")
    page.wait_for_url(f"**/review/{item.pk}/")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys on this page")
    for label, key in (("Accept", "A"), ("Send to editor", "E"), ("Return", "B"), ("Reject", "X"), ("Skip", "S")):
        row = sheet.locator("[data-key-list] span", has_text=label).first.locator("+ kbd")
        expect(row).to_have_text(key)
    expect(sheet).to_contain_text("Go to or do anything")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_palette_goes_where_it_is_told(site: Site, cast: Cast) -> None:
    page = site.page_of(cast.manager)
    page.goto(site.address("annotation:pipeline", cast.project.slug))
    page.keyboard.press("Control+k")
    page.keyboard.type("peop")
    expect(page.get_by_role("option", selected=True)).to_contain_text("People")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/")


@pytest.mark.parametrize("name", ["expert-home", "pipeline", "people", "items", "cells"])
def test_the_focus_is_always_to_be_seen(name: str, site: Site, cast: Cast) -> None:
    cast.write()
    page = site.page_of(cast.author if name == "expert-home" else cast.manager)
    page.goto(site.address(f"annotation:{name}", cast.project.slug))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the work")).to_be_focused()
    expect(page.get_by_text("Skip to the work")).to_be_in_viewport()
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        assert page.evaluate(FOCUS_SHOWS) is True


def test_the_focus_is_to_be_seen_on_the_workbench_and_leaves_the_text_with_tab(site: Site, cast: Cast) -> None:
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author)
    page.goto(site.address("annotation:workbench", cast.project.slug, assignment.item_id))
    ready(page)
    page.locator(COMPLETION).focus()
    assert page.evaluate(FOCUS_SHOWS) is True
    page.keyboard.press("Tab")
    expect(page.locator(COMPLETION)).not_to_be_focused()
    while page.evaluate("document.activeElement !== document.body"):
        assert page.evaluate(FOCUS_SHOWS) is True
        page.keyboard.press("Tab")


def test_the_skip_link_leads_past_the_rail(site: Site, cast: Cast) -> None:
    page = site.page_of(cast.manager)
    page.goto(site.address("annotation:items", cast.project.slug))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_whoever_asks_for_less_motion_gets_none(site: Site, cast: Cast) -> None:
    page = site.page_of(cast.manager, reduced_motion="reduce")
    page.goto(site.address("annotation:pipeline", cast.project.slug))
    page.keyboard.press("Control+k")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(each => {
          const style = getComputedStyle(each);
          const longest = list => Math.max(...list.split(',').map(parseFloat));
          const animated = style.animationName !== 'none' && longest(style.animationDuration) > 0.02;
          return longest(style.transitionDuration) > 0.02 || animated;
        }).map(each => each.outerHTML.slice(0, 100))"""
    )
    assert moving == []
