"""A crowded panel beside long texts: readable, accessible and within the page, in light, dark and on a phone."""

import json
import os
import re
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation import checking
from annotation.copilot import dismissing
from annotation.copilot.panel import live_panel
from annotation.models import Guideline
from annotation.texts import Written
from tests.factories import COMPLETION, PROMPT, Cast, admit
from tests.functional.site import Site, ready, type_at_end
from tests.functional.test_every_page import PHONE, faults, see_as

pytestmark = pytest.mark.browser

_numbers = count(1)
GERMAN = (
    "Donaudampfschifffahrtsgesellschaftskapitänsversicherungsbedingungen gelten auch dann, wenn der Verantwortliche "
    "*verspätet* antwortet [1]. Die Frist beträgt **einen Monat**; sie kann um *zwei* Monate verlängert werden [2]. "
    "Gerne! Hier ist die Antwort auf Ihre Frage: <b>ja</b>, sofern die Gründe mitgeteilt werden [3] [4]. Siehe auch "
    "http://example.org/datenschutz und [Link](). As an AI language model, I cannot give advice. Ich hoffe, das hilft!"
)
FINNISH = (
    "Epäjärjestelmällistyttämättömyydellänsäkäänköhän rekisterinpitäjä vastaisi *myöhässä* esitettyyn pyyntöön [5]? "
    "Määräaika on **yksi kuukausi** [6] ja sitä voidaan jatkaa [7]."
)
ENGLISH = "The controller must answer within one month. " * 12


def crowded(site: Site, language: str, text: str, **options: Any) -> Page:
    style = {"italics": "avoid", "bold": "avoid", "bare_links": "avoid"}
    cast = Cast(f"looks-{next(_numbers)}", style=style, tuning={"artifacts": {"clause": "2.3"}})
    Guideline.objects.create(project=cast.project, version=1).clauses.create(code="2.3", title="No markup")
    cast.cell.language_id = language
    cast.cell.save()
    cast.cell.refresh_from_db()
    admit(cast.author, cast.cell)
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author, **options)
    page.goto(site.address("annotation:workbench", cast.project.slug, assignment.item_id))
    ready(page)
    page.locator("#editor-prompt").fill("Welche Frist gilt, wenn die Auskunft verspätet erteilt wird? " * 2)
    page.locator("#editor-completion").fill(text)
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    return page


def picture(page: Page, name: str) -> None:
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{os.environ['SCREENSHOTS']}/copilot-{name}.png", animations="disabled", full_page=True)


@pytest.mark.parametrize(("language", "text", "least"), [("de", GERMAN, 10), ("fi", FINNISH, 5), ("en", ENGLISH, 0)])
def test_a_crowded_panel_is_accessible_and_fits(site: Site, language: str, text: str, least: int) -> None:
    page = crowded(site, language, text, reduced_motion="reduce")
    assert page.locator(".finding").count() >= least
    page.locator(".passed > summary").click()
    page.mouse.move(5, 5)
    page.locator("#editor-completion").focus()
    page.keyboard.press("F8")
    picture(page, f"{language}.light")
    assert faults(page) == []
    see_as(page, color_scheme="dark")
    picture(page, f"{language}.dark")
    assert faults(page, "color-contrast") == []
    see_as(page, color_scheme="light")
    page.set_viewport_size(PHONE)
    picture(page, f"{language}.phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_it_is_said_what_is_counted_before_anything_is_sent(site: Site) -> None:
    cast = Cast(f"looks-{next(_numbers)}")
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(site.address("annotation:workbench", cast.project.slug, assignment.item_id))
    ready(page)
    line = page.locator(".disclosure > summary")
    expect(line).to_contain_text("never what they say")
    assert sent == []
    assert line.bounding_box()["y"] < page.locator("#editor-prompt").bounding_box()["y"]  # type: ignore[index]
    line.click()
    expect(page.get_by_text("Not recorded")).to_be_visible()


def test_json_on_one_line_is_formatted_by_key_and_undone(site: Site) -> None:
    cast = Cast(f"looks-{next(_numbers)}")
    cast.cell.format = "json"
    cast.cell.save()
    cast.cell.refresh_from_db()
    assignment = cast.start(cast.author)
    page = site.page_of(cast.author)
    page.goto(site.address("annotation:workbench", cast.project.slug, assignment.item_id))
    ready(page)
    line = json.dumps({"cause": "vapor in the brake fluid " * 4, "reason": ["it boils", "it is old"]})
    type_at_end(page, "#editor-completion", line)
    expect(page.locator(".finding", has_text="on one long line")).to_be_visible()
    page.keyboard.press("F4")
    expect(page.locator("#editor-completion")).to_have_value(re.compile(r'^\{\n +"cause"'))
    page.locator("#editor-completion").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#editor-completion")).to_have_value(line)


def test_a_reviewer_sees_the_same_rows_with_dismissals_and_cannot_change_them(site: Site) -> None:
    cast = Cast(f"looks-{next(_numbers)}", style={"italics": "avoid"}, tuning={"artifacts": {"clause": "2.3"}})
    Guideline.objects.create(project=cast.project, version=1).clauses.create(code="2.3", title="No markup")
    text = COMPLETION.replace("one month.", "one month [3], *not* later.")
    assignment = cast.start(cast.author)
    found = live_panel(assignment.item, Written.of(PROMPT, text), guideline_version=1)
    mark = next(row for row in found.rows if "citation" in row.message)
    dismissing.dismiss(
        person=cast.author, item=assignment.item, written=Written.of(PROMPT, text), fingerprint=mark.fingerprint,
        reason="quoted", note="From the ruling.", guideline_version=1,
    )  # fmt: skip
    item = cast.submit(assignment, Written.of(PROMPT, text))
    checking.check_item(item.pk)
    cast.review_of(item, cast.reviewers[0])
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:review", cast.project.slug, item.pk))
    dismissed = page.locator(".finding[data-dismissed]")
    expect(dismissed).to_contain_text("It is a quotation: From the ruling.")
    expect(page.locator(".finding").first).not_to_have_attribute("data-dismissed", "")
    expect(page.locator(".finding button")).to_have_count(0)
    expect(page.locator(".passed > summary")).to_contain_text("checks passed")
    expect(page.locator(".evidence")).to_contain_text("Not proof. Do not reject on this alone.")
    with page.context.expect_page() as opened:
        page.locator(".finding a[data-clause]").first.click()
    assert opened.value.url.endswith("/guideline/#clause-2.3")
