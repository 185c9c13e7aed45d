"""Somebody who takes a test or a training set, in a real browser."""

from playwright.sync_api import Page, expect

from annotation.models import TestAnswer


def press(page: Page, keys: str) -> None:
    """Keys act once the page's modules have run."""
    page.wait_for_load_state("load")
    page.keyboard.press(keys)


def answer_rightly(page: Page, *, by_key: bool) -> None:
    """A verdict without its reason is stopped on the page; the right one comes from the drawn item."""
    waiting = TestAnswer.objects.filter(answered_at=None).select_related("item").first()
    assert waiting is not None
    verdict = waiting.item.verdict
    if verdict != "accept":
        press(page, "x")
        expect(page.get_by_text("Say why first").first).to_be_visible()
        page.locator("label.chip", has_text=waiting.item.reason_labels[0]).click()
    if by_key:
        press(page, {"accept": "a", "return": "b", "reject": "x"}[verdict])
    else:
        page.locator(f"button[name=verdict][value={verdict}]").click()


def answer_test(page: Page, items: int) -> None:
    """All of it, by keys, up to the qualification."""
    for number in range(items):
        expect(page.get_by_text(f"item {number + 1} of {items}")).to_be_visible()
        answer_rightly(page, by_key=True)
        expect(page.get_by_label("Explanation")).to_contain_text("GEN-1")
        press(page, "n")
    expect(page.get_by_text("You are qualified")).to_be_visible()


def take_training(page: Page) -> None:
    """The set of tests.learned with its first answer wrong, and that task repeated."""
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("task 1 of 2")).to_be_visible()
    press(page, "a")
    expect(page.get_by_label("Explanation")).to_contain_text("Not right")
    press(page, "n")
    expect(page.get_by_text("task 2 of 2")).to_be_visible()
    find_the_mistake(page)
    expect(page.get_by_label("Explanation")).to_contain_text("Right")
    page.get_by_role("link", name="Next task").click()
    expect(page.get_by_text("1 to repeat")).to_be_visible()
    page.locator("label.chip", has_text="Adds facts not in the context").click()
    page.get_by_role("button", name="Return").click()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("count half from now on")).to_be_visible()


def find_the_mistake(page: Page) -> None:
    page.get_by_text("It may extend this by two further months").click()
    page.locator("label.chip", has_text="Adds facts not in the context").click()
    press(page, "Control+Enter")
