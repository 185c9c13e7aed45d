"""An author appeals by mouse, a lead overturns, the author's inbox tells, and the numbers follow."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from annotation.models import Appeal, AppealDraft
from annotation.workflow import State
from experts.models import ReviewerOutcome, Standing
from experts.recomputing import recompute_project
from tests.factories import Cast, fresh
from tests.functional.site import Site
from tests.servers import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ARGUMENT = "The article gives one month, and the answer says one month in its first sentence."


def rate(cast: Cast) -> float:
    """The author's measured rate of rejected work, as everybody reads it."""
    recompute_project(cast.project.pk, timezone.now())
    found = Standing.objects.get(user=cast.author, project_id=cast.project.pk).rate
    assert found is not None
    return found


def test_an_appeal_is_overturned_and_the_numbers_follow(site: Site) -> None:
    cast = Cast()
    item = cast.item_at(State.REJECTED)
    before = rate(cast)

    page = site.page_of(cast.author)
    page.goto(site.address("annotation:item", cast.project.slug, item.pk))
    page.get_by_role("link", name="Appeal").click()
    page.get_by_text("Factually wrong", exact=True).last.click()
    page.get_by_label("Your argument").click()
    page.keyboard.type(ARGUMENT[:30])
    expect(page.locator("#kept")).to_contain_text("Draft kept")
    page.reload()
    expect(page.get_by_label("Your argument")).to_have_value(ARGUMENT[:30])
    page.get_by_label("Your argument").fill(ARGUMENT)
    page.get_by_role("button", name="Send the appeal").dblclick()  # the second press is not sent
    expect(page.locator("#toasts")).to_contain_text("The appeal is open")
    expect(page.locator("section[aria-label=Appeal]")).to_contain_text("answer due in")
    assert not AppealDraft.objects.exists()
    assert rate(cast) < before, "while it runs the rejection counts for nothing"

    lead = site.page_of(cast.editor)
    lead.goto(site.address("annotation:editor-home", cast.project.slug))
    expect(lead.locator("main")).to_contain_text("answer due in")
    lead.get_by_role("button", name="Settle").click()
    expect(lead.locator("main")).to_contain_text(ARGUMENT)
    lead.get_by_text("Overturned", exact=True).click()
    lead.get_by_role("textbox", name="Why").fill("The author is right: one month it is.")
    lead.get_by_role("button", name="Have it edited").click()
    lead.wait_for_url("**/edit/")
    assert fresh(item).state == State.IN_EDITING
    assert Appeal.objects.get().ending == "overturned"

    page.goto(site.address("annotation:feedback", cast.project.slug))
    newest = page.locator("[data-entry]").first
    expect(newest).to_contain_text("the rejection was wrong")
    expect(newest).to_contain_text("one month it is")
    for name in ("editor-1", "reviewer-1", "reviewer-2"):
        expect(page.locator("body")).not_to_contain_text(name)
    page.keyboard.press("j")
    page.keyboard.press("u")
    eventually(lambda: page.locator("[data-entry][data-unread]").count() < page.locator("[data-entry]").count(), 5)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/items/{item.pk}/#appeal-*")
    assert rate(cast) < before
    scored = ReviewerOutcome.objects.filter(kind="appeal").values_list("reviewer__name", "said", "truth")
    assert sorted(scored) == [("reviewer-1", "reject", "edit"), ("reviewer-2", "reject", "edit")]
