"""Typed text is never lost: not by the network, a lapsed lease, a second tab, a killed server or an ended session."""

from datetime import timedelta
from itertools import count

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotation import handing_out
from annotation.models import Assignment, Draft, Item
from annotation.workflow import State
from tests.factories import Cast, user
from tests.functional.site import COMPLETION, PROMPT, Site, mirrors, ready, saved, type_at_end
from tests.servers import eventually

pytestmark = pytest.mark.browser

STATUS = "[data-save-status]"
_numbers = count(1)


class Desk:
    """An expert who has just been handed a task and has it open."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cast = Cast(f"kept-{next(_numbers)}")
        self.author = self.cast.author
        self.assignment = self.cast.start(self.author)
        self.context = site.browser_of(self.author)
        self.page = self.open()

    @property
    def address(self) -> str:
        return self.site.address("annotation:workbench", self.cast.project.slug, self.assignment.item_id)

    def open(self) -> Page:
        page = self.context.new_page()
        page.goto(self.address)
        ready(page)
        return page

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(item_id=self.assignment.item_id, person=self.author)

    def holds(self, completion: str) -> None:
        """The server has exactly this."""
        eventually(lambda: Draft.objects.filter(item_id=self.assignment.item_id, completion=completion).exists())


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


def test_typing_reaches_the_server_by_itself(desk: Desk) -> None:
    type_at_end(desk.page, PROMPT, "Welche Frist gilt für „Ärzte“? 👩‍⚕️")
    type_at_end(desk.page, COMPLETION, "One month.\n\n\tFrom receipt.")
    saved(desk.page)
    assert desk.draft.prompt == "Welche Frist gilt für „Ärzte“? 👩‍⚕️"
    assert desk.draft.completion == "One month.\n\n\tFrom receipt."
    assert mirrors(desk.page) == []


def test_a_lost_network_keeps_every_character_and_sends_it_when_it_is_back(desk: Desk) -> None:
    type_at_end(desk.page, COMPLETION, "Before, ")
    saved(desk.page)
    desk.context.set_offline(True)
    type_at_end(desk.page, COMPLETION, "without a network, ")
    expect(desk.page.locator(STATUS)).to_have_attribute("data-state", "offline")
    assert desk.draft.completion == "Before, "
    assert len(mirrors(desk.page)) == 1
    type_at_end(desk.page, COMPLETION, "after.")
    desk.context.set_offline(False)
    desk.holds("Before, without a network, after.")
    saved(desk.page)


def test_what_was_typed_offline_survives_closing_the_tab(desk: Desk) -> None:
    desk.context.set_offline(True)
    type_at_end(desk.page, COMPLETION, "Only in this browser.")
    desk.page.close()
    desk.context.set_offline(False)
    page = desk.open()
    expect(page.locator(COMPLETION)).to_have_value("Only in this browser.")
    expect(page.get_by_text("had not reached the server was put back")).to_be_visible()
    desk.holds("Only in this browser.")


def test_closing_the_tab_right_after_typing_loses_nothing(desk: Desk) -> None:
    type_at_end(desk.page, COMPLETION, "The very last words.")
    desk.page.close()
    page = desk.open()
    expect(page.locator(COMPLETION)).to_have_value("The very last words.")
    desk.holds("The very last words.")


def test_a_lapsed_lease_keeps_the_text_and_is_taken_back(desk: Desk) -> None:
    type_at_end(desk.page, COMPLETION, "In time, ")
    saved(desk.page)
    lapse(desk.assignment)
    assert Item.objects.get(pk=desk.assignment.item_id).state == State.SET_ASIDE
    type_at_end(desk.page, COMPLETION, "too late.")
    dialog = desk.page.get_by_role("dialog", name="Your lease has lapsed")
    expect(dialog).to_be_visible()
    desk.holds("In time, too late.")
    expect(desk.page.locator(COMPLETION)).to_have_value("In time, too late.")
    dialog.get_by_role("button", name="Take it back").click()
    expect(desk.page.get_by_text("The task is yours again.")).to_be_visible()
    desk.page.keyboard.type(" And on.")  # where the caret was, without a click
    desk.holds("In time, too late. And on.")
    saved(desk.page)
    item = Item.objects.get(pk=desk.assignment.item_id)
    assert item.state == State.WRITING
    assert [event.action for event in item.events.all()] == ["claim", "lapse", "take_back"]


def test_a_place_that_went_to_another_person_keeps_the_text_with_its_writer(desk: Desk) -> None:
    """The cell is full when the author comes back: the draft stays, and the page says what to do."""
    type_at_end(desk.page, COMPLETION, "Mine all the same.")
    saved(desk.page)
    lapse(desk.assignment)
    desk.page.reload()
    expect(desk.page.get_by_text("Your text is kept")).to_be_visible()
    expect(desk.page.locator("main")).to_contain_text("Mine all the same.")
    desk.page.get_by_role("button", name="Take it back").click()
    ready(desk.page)
    expect(desk.page.locator(COMPLETION)).to_have_value("Mine all the same.")


def lapse(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert handing_out.lapse_overdue_leases(timezone.now()) == 1


def test_two_tabs_show_both_texts_and_lose_neither(desk: Desk) -> None:
    second = desk.open()
    expect(second.get_by_text("already open in another tab")).to_be_visible()
    type_at_end(desk.page, COMPLETION, "From the first tab.")
    saved(desk.page)
    type_at_end(second, COMPLETION, "From the second tab.")
    dialog = second.get_by_role("dialog", name="Two versions of this text")
    expect(dialog.locator("del", has_text="first")).to_be_visible()
    expect(dialog.locator("ins", has_text="second")).to_be_visible()
    assert desk.draft.completion == "From the first tab."
    expect(second.locator(COMPLETION)).to_have_value("From the second tab.")
    dialog.get_by_role("button", name="Keep mine as the new version").click()
    desk.holds("From the second tab.")
    type_at_end(desk.page, COMPLETION, " More.")
    expect(desk.page.get_by_role("dialog", name="Two versions of this text")).to_be_visible()
    expect(desk.page.locator(COMPLETION)).to_have_value("From the first tab. More.")


def test_a_server_killed_while_somebody_types_costs_no_character(desk: Desk) -> None:
    type_at_end(desk.page, COMPLETION, "Before the kill, ")
    saved(desk.page)
    desk.site.server.kill()
    try:
        type_at_end(desk.page, COMPLETION, "while it was gone, ")
        expect(desk.page.locator(STATUS)).to_have_attribute("data-state", "offline")
        assert len(mirrors(desk.page)) == 1
    finally:
        desk.site.server.start()
    type_at_end(desk.page, COMPLETION, "after.")
    desk.holds("Before the kill, while it was gone, after.")
    saved(desk.page)
    assert mirrors(desk.page) == []


def test_an_ended_session_keeps_the_text_until_one_has_signed_in_again(desk: Desk) -> None:
    context = desk.site.new_context()
    page = context.new_page()
    desk.site.sign_in(page, desk.author)
    page.goto(desk.address)
    ready(page)
    type_at_end(page, COMPLETION, "Before, ")
    saved(page)
    end_session(context.cookies())
    type_at_end(page, COMPLETION, "after.")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert len(mirrors(page)) == 1
    with context.expect_page() as opened:
        dialog.get_by_role("button", name="Sign in").click()
    desk.site.fill_in_sign_in(opened.value, desk.author)
    opened.value.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    desk.holds("Before, after.")
    saved(page)
    assert mirrors(page) == []


def end_session(cookies: list[dict[str, str]]) -> None:
    key = next(cookie["value"] for cookie in cookies if cookie["name"] == "sessionid")
    SessionStore(key).delete()


def test_a_text_of_twenty_thousand_characters_typed_through_an_outage_arrives_whole(desk: Desk) -> None:
    text = "Zeile mit Umlauten: äöüß, und weiter.\n" * 530
    desk.context.set_offline(True)
    desk.page.locator(COMPLETION).focus()
    desk.page.keyboard.insert_text(text)
    expect(desk.page.locator(STATUS)).to_have_attribute("data-state", "offline")
    desk.page.close()
    desk.context.set_offline(False)
    desk.open()
    desk.holds(text)


def test_a_submit_while_the_server_is_gone_is_not_lost_and_not_doubled(desk: Desk) -> None:
    type_at_end(desk.page, PROMPT, "Which duties does a controller have when it answers late?")
    type_at_end(desk.page, COMPLETION, "It has to tell the person so, with its reasons, within the first month.")
    saved(desk.page)
    desk.page.keyboard.press("Control+Enter")
    expect(desk.page.locator("#preview-body .prose").first).to_be_visible()
    desk.site.server.kill()
    try:
        submit = desk.page.locator("#preview").get_by_role("button", name="Submit", exact=False).last
        submit.click(no_wait_after=True)
        desk.page.wait_for_timeout(300)
    finally:
        desk.site.server.start()
    page = desk.open() if Item.objects.get(pk=desk.assignment.item_id).state == State.WRITING else desk.page
    expect(page.locator(COMPLETION)).to_have_value(
        "It has to tell the person so, with its reasons, within the first month."
    )
    assert Item.objects.get(pk=desk.assignment.item_id).revisions.count() == 0


def test_nobody_reads_another_persons_draft(desk: Desk) -> None:
    type_at_end(desk.page, COMPLETION, "For my eyes.")
    saved(desk.page)
    page = desk.site.browser_of(user("expert-en-tax")).new_page()
    answer = page.goto(desk.address)
    assert answer
    assert answer.status == 404
    assert "For my eyes." not in page.content()
