"""Managers try a switch and save it; reviewers say whether a dismissal was right: in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation import writing
from annotation.checking import check_item
from annotation.copilot import dismissing, shown
from annotation.copilot.panel import live_panel
from annotation.models import Item, Project, ShownFinding
from annotation.texts import Written
from tests.factories import COMPLETION, PROMPT, Cast, fresh
from tests.functional.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARKED = Written.of(PROMPT, COMPLETION.replace("one month.", "one month [3]."))


def dismissed_mark(cast: Cast) -> Item:
    """Handed in with a citation mark that its author says is a quotation."""
    assignment = cast.start(cast.author)
    row = next(row for row in live_panel(fresh(assignment.item), MARKED, guideline_version=0).rows)
    dismissing.dismiss(
        person=cast.author, item=fresh(assignment.item), written=MARKED, fingerprint=row.fingerprint, reason="quoted"
    )
    item = writing.submit(
        person=cast.author, item_id=assignment.item_id, token=str(assignment.token), written=MARKED, signals={}
    )
    check_item(item.pk)
    shown.record(item.pk)
    return fresh(item)


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.locator(".rulings").screenshot(path=Path(folder) / f"{name}.png")


def test_a_reviewer_says_that_it_should_have_been_mended(site: Site) -> None:
    cast = Cast()
    item = dismissed_mark(cast)
    cast.review_of(item, cast.reviewers[0])
    page = site.page_of(cast.reviewers[0])
    page.goto(site.address("annotation:review", cast.project.slug, item.pk))
    upheld = page.get_by_role("button", name="Should have been mended")
    upheld.click()
    expect(upheld).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Right to dismiss")).to_have_attribute("aria-pressed", "false")
    picture(page, "ruling")
    assert ShownFinding.objects.get(item=item).ruling == "upheld"


def test_a_manager_sees_what_a_switch_would_do_saves_it_and_takes_it_back(site: Site) -> None:
    cast = Cast()
    dismissed_mark(cast)
    kind = ShownFinding.objects.get().kind
    page = site.page_of(cast.manager)
    page.goto(site.address("annotation:checks-switch", cast.project.slug, kind))
    expect(page.get_by_text("Flags 1 of the last 1 item.")).to_be_visible()
    page.get_by_text("off", exact=True).click()
    expect(page.get_by_text("Would have flagged 0 of the last 1 item (now 1).")).to_be_visible()
    assert Project.objects.get(pk=cast.project.pk).tuning == {}
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("counts as “off” from now on")).to_be_visible()
    assert Project.objects.get(pk=cast.project.pk).tuning == {kind: {"severity": "off"}}
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("counts as “as the check says” again")).to_be_visible()
    assert Project.objects.get(pk=cast.project.pk).tuning == {}
