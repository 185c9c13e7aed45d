"""Every component: accessible in every theme, usable by keyboard and on a phone."""

import json
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.functional.text_control_harness import Server, serving

pytestmark = pytest.mark.browser
THEMES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"color_scheme": "light", "contrast": "more"},
    "dark, more contrast": {"color_scheme": "dark", "contrast": "more"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


@pytest.fixture
def gallery(page: Page, server: Server) -> Page:
    page.goto(f"{server.url}gallery")
    return page


@pytest.mark.parametrize("theme", THEMES)
def test_every_component_passes_axe(theme: str, server: Server, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(**THEMES[theme]).new_page()
    page.goto(f"{server.url}gallery")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found] == []


def test_nothing_overflows_a_phone(server: Server, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(**THEMES["phone"]).new_page()
    page.goto(f"{server.url}gallery")
    too_wide = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 391"
        " && !e.closest('.scroll, .visually-hidden, .cards thead')).map(e => e.outerHTML.slice(0, 100))"
    )
    assert too_wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_theme_is_chosen_once_for_this_browser(gallery: Page) -> None:
    gallery.get_by_role("button", name="Dark or light").click()
    assert gallery.evaluate("document.documentElement.dataset.theme") == "dark"
    gallery.reload()
    assert gallery.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert gallery.locator("html").get_attribute("data-theme") == "dark"


def test_digits_fill_the_rubric_row_by_row_and_say_what_they_mean(gallery: Page) -> None:
    gallery.keyboard.press("2")
    expect(gallery.locator("[name=safety][value='2']")).to_be_checked()
    expect(gallery.get_by_text("2 · Safety as level 2 describes it")).to_be_visible()
    expect(gallery.locator("[name=correctness][value='4']")).to_be_checked()


def test_digits_typed_into_a_field_are_text(gallery: Page) -> None:
    gallery.get_by_label("Note to the author").focus()
    gallery.keyboard.type("2")
    assert not gallery.locator("[name=safety]:checked").count()


def test_a_half_filled_judgement_survives_a_reload(gallery: Page) -> None:
    gallery.keyboard.press("2")
    gallery.get_by_label("Factually wrong").check(force=True)
    gallery.reload()
    expect(gallery.locator("[name=safety][value='2']")).to_be_checked()
    expect(gallery.get_by_label("Factually wrong")).to_be_checked()


def test_a_verdict_that_needs_a_reason_asks_for_one(gallery: Page) -> None:
    gallery.get_by_label("Bad link").uncheck(force=True)
    gallery.keyboard.press("b")
    expect(gallery.get_by_text("Say why first")).to_be_visible()
    assert gallery.url.endswith("/gallery")


def test_a_refused_button_tells_why_instead_of_acting(gallery: Page) -> None:
    gallery.keyboard.press("e")
    expect(gallery.locator("#toasts")).to_contain_text("You wrote this item. Somebody else reviews it.")


def test_selected_words_take_a_comment_with_their_span(gallery: Page) -> None:
    gallery.evaluate(
        """() => {
          const node = document.querySelector('[data-text=context]').firstChild;
          getSelection().setBaseAndExtent(node, 4, node, 15);
          document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
        }"""
    )
    menu = gallery.locator("#span-menu")
    expect(menu).to_be_visible()
    gallery.keyboard.press("c")
    gallery.keyboard.type("Which one?")
    menu.get_by_role("button", name="Add comment").click()
    expect(menu).to_be_hidden()
    expect(gallery.locator("[data-collected]")).to_contain_text("Which one?")
    kept = json.loads(gallery.locator("[data-comments]").input_value())
    assert kept == [
        {"field": "context", "start": 4, "end": 15, "quote": "Bremssattel", "reason": "", "comment": "Which one?"}
    ]


def test_a_thread_lights_up_its_words(gallery: Page) -> None:
    gallery.locator(".thread", has_text="Quote the article").hover()
    assert gallery.evaluate("[...CSS.highlights.get('current')].map(String)") == ["Bremssattel"]


def test_a_destructive_button_asks_with_the_consequence(gallery: Page) -> None:
    gallery.get_by_role("button", name="Close the project").click()
    dialog = gallery.get_by_role("dialog")
    expect(dialog).to_contain_text("312 people lose their open tasks")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def test_a_popover_closes_by_escape_and_by_a_click_elsewhere(gallery: Page) -> None:
    why = gallery.locator("details.popover", has_text="Why this?")
    terms = gallery.get_by_text("Qualification fit")
    why.locator("summary").click()
    expect(terms).to_be_visible()
    gallery.keyboard.press("Escape")
    expect(terms).to_be_hidden()
    why.locator("summary").click()
    gallery.locator("h1").click()
    expect(terms).to_be_hidden()


def test_everything_is_reachable_by_tab_with_a_visible_focus(gallery: Page) -> None:
    gallery.keyboard.press("Tab")
    expect(gallery.get_by_text("Skip to the work")).to_be_focused()
    for _ in range(12):
        gallery.keyboard.press("Tab")
        assert gallery.evaluate(
            "() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
        ), gallery.evaluate("document.activeElement.outerHTML")
