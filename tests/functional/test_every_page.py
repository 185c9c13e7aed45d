"""Every page, with long texts and a full project: accessible in light and dark, whole on a phone, and looked at.

The pictures are in `var/screenshots/` (or the folder named by SCREENSHOTS) afterwards.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from playwright.sync_api import Page, Route

from tests.functional.filled import Filled
from tests.functional.pages import NO_PAGES, NOT_OURS, PAGES, Shown
from tests.functional.site import Site

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()
    && !e.closest('.scroll, .visually-hidden, .rail, .skip-link, .cards thead'))
  .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""


@pytest.fixture(scope="module")
def filled(transactional_db: None) -> Filled:
    return Filled()


@pytest.fixture(scope="session")
def pictures() -> Iterator[Path]:
    folder = Path(os.environ.get("SCREENSHOTS") or settings.BASE_DIR / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    print(f"\nScreenshots of every page: {folder}")


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.title)
def test_a_page_is_accessible_and_fits(shown: Shown, filled: Filled, site: Site, pictures: Path) -> None:
    page = open_page(shown, filled, site)
    take(page, pictures, f"{shown.title}.light")
    assert faults(page) == []
    see_as(page, color_scheme="dark")
    take(page, pictures, f"{shown.title}.dark")
    assert faults(page, "color-contrast") == []
    see_as(page, color_scheme="light")
    page.set_viewport_size(PHONE)
    take(page, pictures, f"{shown.title}.phone")
    if not shown.wide:
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def open_page(shown: Shown, filled: Filled, site: Site) -> Page:
    person = filled.people[shown.who] if shown.who else None
    page = site.page_of(person, viewport=DESKTOP, reduced_motion="reduce")
    answer = page.goto(site.address(shown.name, *shown.arguments(filled), query=shown.query))
    assert answer
    assert answer.status == shown.status
    page.evaluate("document.fonts.ready")
    if shown.do:
        shown.do(page)
    return page


def see_as(page: Page, **media: Any) -> None:
    """Changes how the person likes to see pages, and waits until the page is painted so."""
    page.emulate_media(**media)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    # Colors fade from one scheme to the other; half-way they are nobody's.
    page.evaluate("document.getAnimations().forEach(each => each.finish())")


def faults(page: Page, *rules: str) -> list[tuple[str, list[str]]]:
    options: dict[str, Any] = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text())
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]


def take(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=80, full_page=True, animations="disabled")


# --- pages that no address leads to


def test_the_page_of_a_refused_action_is_accessible(filled: Filled, site: Site, pictures: Path) -> None:
    page = site.page_of(filled.cast.manager, viewport=DESKTOP)
    page.goto(site.address("annotation:people", filled.project.slug))
    refused = reverse("annotation:release", args=[filled.project.slug, filled.accepted.pk])
    with page.expect_navigation() as navigation:
        post(page, refused)
    assert navigation.value.status == 409
    look_at_error(page, pictures, "refused")


def test_the_page_of_a_forged_request_is_accessible(filled: Filled, site: Site, pictures: Path) -> None:
    page = site.page_of(filled.cast.manager, viewport=DESKTOP)
    page.goto(site.address("annotation:people", filled.project.slug))
    with page.expect_navigation() as navigation:
        post(page, reverse("annotation:release", args=[filled.project.slug, filled.accepted.pk]), token="forged")
    assert navigation.value.status == 403
    look_at_error(page, pictures, "out-of-date")


def test_the_page_of_an_unhandled_error_is_accessible(site: Site, pictures: Path) -> None:
    def broken(route: Route) -> None:
        route.fulfill(status=500, content_type="text/html", body=render_to_string("500.html"))

    page = site.page_of(None, viewport=DESKTOP)
    page.route("**/broken", broken)
    page.goto(f"{site.url}/broken")
    look_at_error(page, pictures, "broken")


def look_at_error(page: Page, pictures: Path, title: str) -> None:
    for scheme in ("light", "dark"):
        see_as(page, color_scheme=scheme)
        take(page, pictures, f"{title}.{scheme}")
        assert faults(page) == []
    page.set_viewport_size(PHONE)
    take(page, pictures, f"{title}.phone")
    assert page.evaluate(TOO_WIDE) == []


def post(page: Page, address: str, token: str = "") -> None:
    page.evaluate(
        """([action, token]) => {
          const make = (tag, values) => Object.assign(document.createElement(tag), values);
          const form = document.body.appendChild(make('form', { method: 'post', action }));
          const value = token || document.querySelector('[name=csrfmiddlewaretoken]').value;
          form.append(make('input', { type: 'hidden', name: 'csrfmiddlewaretoken', value }));
          form.submit();
        }""",
        [address, token],
    )


# --- other ways to see


@pytest.mark.parametrize("title", ["workbench-german", "review-german", "pipeline", "item-edited"])
def test_forced_colors_and_more_contrast_leave_everything_readable(
    title: str, filled: Filled, site: Site, pictures: Path
) -> None:
    shown = next(page for page in PAGES if page.title == title)
    page = open_page(shown, filled, site)
    for scheme in ("light", "dark"):
        see_as(page, color_scheme=scheme, contrast="more")
        assert faults(page, "color-contrast") == []
    see_as(page, color_scheme="light", contrast="no-preference", forced_colors="active")
    take(page, pictures, f"{title}.forced-colors")
    assert faults(page) == []


# --- the list is complete


def test_every_address_is_on_the_list_or_answers_no_get() -> None:
    listed = {shown.name for shown in PAGES} | set(NO_PAGES)
    client = Client()
    unlisted = [
        name
        for name, pattern in addresses(get_resolver())
        if name not in listed and not name.startswith(NOT_OURS) and answers_get(client, name, pattern)
    ]
    assert unlisted == [], "give each a row in tests/functional/pages.py"


def test_the_list_names_no_address_that_is_gone() -> None:
    names = {name for name, _ in addresses(get_resolver())}
    assert {shown.name for shown in PAGES} | set(NO_PAGES) <= names


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, namespace + inner)


def answers_get(client: Client, name: str, pattern: URLPattern) -> bool:
    converters = pattern.pattern.converters
    kwargs = {key: 1 if isinstance(one, IntConverter) else "x" for key, one in converters.items()}
    groups = getattr(getattr(pattern.pattern, "regex", None), "groupindex", {})
    kwargs |= {key: "x" for key in groups if key not in kwargs}
    return client.get(reverse(name, kwargs=kwargs)).status_code != 405
