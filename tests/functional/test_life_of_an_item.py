"""Items on their way through the pipeline, as several people see it in their browsers, with a real worker."""

from itertools import count

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from annotation.models import Approval, Comment, EditHunk, Item, Review
from annotation.workflow import Action, State
from tests.factories import Cast
from tests.functional.site import COMPLETION, PROMPT, Site, ready, saved, select_in_page, type_at_end, watched
from tests.servers import CeleryProcesses, eventually

pytestmark = [pytest.mark.browser, pytest.mark.worker]

QUESTION = "Within what time must a controller answer an access request, and may it take longer?"
FIRST_ANSWER = (
    "The controller must answer within one  month. It may take two more months where the request is complex, as "
    "long as it says so."
)
BETTER = " It has to say so, with its reasons, before the first month has ended."
EDITED = " Lack of staff is no such reason."
_numbers = count(1)


class Company:
    """The people of one project and their browsers, one each."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cast = Cast(f"life-{next(_numbers)}")
        self.slug = self.cast.project.slug
        self.browsers: dict[int, BrowserContext] = {}
        self.pages: dict[int, Page] = {}

    def page_of(self, person: User) -> Page:
        if person.pk not in self.pages:
            self.browsers[person.pk] = self.site.browser_of(person)
            self.pages[person.pk] = watched(self.browsers[person.pk].new_page())
        return self.pages[person.pk]

    def at(self, person: User, name: str, *args: object) -> Page:
        page = self.page_of(person)
        page.goto(self.site.address(f"annotation:{name}", self.slug, *args))
        return page

    # --- what people do, always by the page

    def write(self, author: User, prompt: str = QUESTION, completion: str = FIRST_ANSWER) -> Item:
        page = self.at(author, "expert-home")
        page.get_by_role("button", name="Start next").click()
        ready(page)
        type_at_end(page, PROMPT, f"{prompt} (Case {next(_numbers)}.)")
        type_at_end(page, COMPLETION, completion)
        item = Item.objects.get(pk=number_in(page))
        self.submit(page)
        return self.after_checks(item)

    def submit(self, page: Page) -> None:
        """With the preview, as the reviewer will see it."""
        with page.expect_response("**/preview"):
            page.keyboard.press("Control+Enter")
        expect(page.locator("#preview-body .prose").first).to_be_visible()
        page.keyboard.press("Control+Enter")
        expect(page.locator("#toasts")).to_contain_text("is submitted")

    def after_checks(self, item: Item) -> Item:
        eventually(lambda: Item.objects.exclude(state=State.CHECKING).filter(pk=item.pk).exists(), 30)
        return Item.objects.get(pk=item.pk)

    def begin_review(self, reviewer: User, item: Item) -> Page:
        page = self.at(reviewer, "reviewer-home")
        page.keyboard.press("n")
        page.wait_for_url(f"**/review/{item.pk}/")
        return page

    def judge(self, reviewer: User, item: Item, key: str, note: str = "", scores: str = "54544") -> Item:
        page = self.begin_review(reviewer, item)
        for digit in scores:
            page.keyboard.press(digit)
        if note:
            page.get_by_label("Factually wrong").first.check(force=True)
            page.get_by_label("Note to the author").fill(note)
            page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        page.wait_for_url("**/review/")
        return Item.objects.get(pk=item.pk)


@pytest.fixture
def company(site: Site, celery_worker_process: CeleryProcesses) -> Company:
    return Company(site)


def number_in(page: Page) -> int:
    return int(page.url.rstrip("/").rsplit("/", 1)[-1])


def actions(item: Item) -> list[str]:
    """The item's history; its events are numbered without gaps."""
    events = list(item.events.all())
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    return [event.action for event in events]


def test_an_item_is_written_returned_revised_edited_and_accepted_by_five_people(company: Company) -> None:
    cast = company.cast
    item = written_with_help(company)
    assert item.state == State.IN_REVIEW
    item = returned_with_a_remark(company, item)
    item = revised(company, item)
    item = seen_again(company, item)
    item = sent_to_an_editor(company, item)
    item = edited(company, item)
    item = company.judge(cast.reviewers[2], item, "a")
    assert item.state == State.ACCEPTED
    thanked(company, item)
    assert actions(item) == [
        Action.CLAIM,
        Action.SUBMIT,
        Action.PASS,
        Action.RETURN,
        Action.REVISE,
        Action.SUBMIT,
        Action.PASS,
        Action.APPROVE,
        Action.SEND_TO_EDITOR,
        Action.FINISH_EDIT,
        Action.PASS,
        Action.ACCEPT,
    ]
    approving = Approval.objects.filter(item=item, round=item.round).values_list("person__name", flat=True)
    assert sorted(approving) == ["editor-1", "reviewer-3"]
    assert item.place is not None


def written_with_help(company: Company) -> Item:
    """Autosave, live findings, a suggestion applied and undone, submitted with a preview."""
    page = company.at(company.cast.author, "expert-home")
    page.get_by_role("button", name="Start next").click()
    ready(page)
    type_at_end(page, PROMPT, QUESTION)
    type_at_end(page, COMPLETION, FIRST_ANSWER)
    saved(page)
    finding = page.locator(".finding", has_text="Two blanks")
    expect(finding).to_be_visible()
    page.keyboard.press("F8")
    page.keyboard.press("Control+.")
    expect(page.locator(COMPLETION)).to_have_value(FIRST_ANSWER.replace("  ", " "))
    expect(finding).to_have_count(0)
    page.locator(COMPLETION).focus()
    page.keyboard.press("Control+z")
    expect(page.locator(COMPLETION)).to_have_value(FIRST_ANSWER)
    expect(finding).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    saved(page)
    item = Item.objects.get(pk=number_in(page))
    company.submit(page)
    return company.after_checks(item)


def returned_with_a_remark(company: Company, item: Item) -> Item:
    reviewer = company.cast.reviewers[0]
    page = company.begin_review(reviewer, item)
    expect(page.locator("body")).not_to_contain_text(company.cast.author.name)
    for digit in "33453":
        page.keyboard.press(digit)
    page.keyboard.press("b")
    expect(page.locator("#toasts")).to_contain_text("Say why")
    select_in_page(page, "completion", "as long as it says so")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Remark")
    expect(dialog.locator("[data-quote]")).to_have_text("as long as it says so")
    dialog.get_by_label("Incomplete").check(force=True)
    dialog.get_by_label("What is wrong").fill("Say by when it has to say so.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-remarks] .thread")).to_contain_text("Say by when")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("b")
    page.wait_for_url("**/review/")
    comment = Comment.objects.get(item=item)
    assert comment.quote == "as long as it says so"
    assert comment.revision.completion[comment.start : comment.end] == comment.quote
    item = Item.objects.get(pk=item.pk)
    assert (item.state, item.round, item.rework_count) == (State.RETURNED, 2, 1)
    return item


def revised(company: Company, item: Item) -> Item:
    page = company.at(company.cast.author, "expert-home")
    expect(page.locator(f"#item-{item.pk}")).to_contain_text("Returned")
    page.locator(f"#item-{item.pk}").get_by_role("button", name="Revise").click()
    ready(page)
    expect(page.locator("body")).not_to_contain_text("reviewer-1")
    thread = page.locator(".thread", has_text="Say by when")
    expect(thread.locator("blockquote")).to_have_text("as long as it says so")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview")).to_contain_text("remark")
    expect(page.locator("#preview").get_by_role("button", name="Submit").last).to_have_attribute(
        "aria-disabled", "true"
    )
    page.keyboard.press("Escape")
    thread.get_by_role("button", name="Done").click()
    expect(thread).to_have_attribute("data-done", "")
    type_at_end(page, COMPLETION, BETTER)
    saved(page)
    company.submit(page)
    item = company.after_checks(item)
    assert item.state == State.IN_REVIEW
    assert item.reserved_for == company.cast.reviewers[0]
    assert Comment.objects.get(item=item).state == Comment.State.DONE
    return item


def seen_again(company: Company, item: Item) -> Item:
    """The same reviewer sees first what has changed; nobody else is offered the item."""
    other = company.at(company.cast.reviewers[1], "reviewer-home")
    expect(other.locator("main")).to_contain_text("Nothing waits")
    page = company.begin_review(company.cast.reviewers[0], item)
    changes = page.locator("#changes-since")
    expect(changes).to_be_visible()
    expect(changes.locator("ins")).to_contain_text("It has to say so")
    expect(changes).to_contain_text("Say by when it has to say so.")
    expect(changes).to_contain_text("Done, says the author")
    for digit in "44454":
        page.keyboard.press(digit)
    page.keyboard.press("a")
    page.wait_for_url("**/review/")
    item = Item.objects.get(pk=item.pk)
    assert item.state == State.IN_REVIEW
    assert Approval.objects.filter(item=item, round=item.round).count() == 1
    return item


def sent_to_an_editor(company: Company, item: Item) -> Item:
    reviewer = company.cast.reviewers[1]
    page = company.begin_review(reviewer, item)
    expect(page.locator("#changes-since")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("Say by when")
    page.goto(company.site.address("annotation:reviewer-home", company.slug))
    item = company.judge(reviewer, item, "e", "The last sentence needs its consequence.")
    assert item.state == State.IN_EDITING
    return item


def edited(company: Company, item: Item) -> Item:
    page = company.at(company.cast.editor, "editor-home")
    expect(page.locator("main")).to_contain_text(str(item))
    page.get_by_role("button", name="Start next").click()
    page.wait_for_url(f"**/edit/{item.pk}/")
    ready(page)
    expect(page.locator("main")).to_contain_text("The last sentence needs its consequence.")
    type_at_end(page, COMPLETION, EDITED)
    expect(page.locator("#changes ins")).to_contain_text("Lack of staff")
    page.locator("#changes select").last.select_option("incomplete")
    page.get_by_label("The meaning has changed").check()
    page.get_by_label("Note to the author").fill("Name what does not count as a reason.")
    saved(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/edit/")
    item = company.after_checks(item)
    assert (item.state, item.round) == (State.IN_REVIEW, 3)
    hunk = EditHunk.objects.get(item=item)
    assert (hunk.after.strip(), hunk.reason) == (EDITED.strip(), "incomplete")
    assert hunk.revision.author == company.cast.editor
    assert hunk.revision.meaning_changed
    return item


def thanked(company: Company, item: Item) -> None:
    page = company.at(company.cast.author, "expert-home")
    page.get_by_role("link", name="Your text was improved").click()
    expect(page.locator(".diff ins").first).to_contain_text("Lack of staff")
    expect(page.locator("main")).to_contain_text("Name what does not count as a reason.")
    page.get_by_role("button", name="Thanks").click()
    expect(page.locator("main")).to_contain_text("You said thanks")
    assert EditHunk.objects.get(item=item).response == EditHunk.Response.THANKS


def test_reviewers_who_disagree_are_settled_by_an_editor_who_sees_both(company: Company) -> None:
    cast = company.cast
    item = company.write(cast.author)
    item = company.judge(cast.reviewers[0], item, "x", "The second sentence is wrong.", "21352")
    assert item.state == State.IN_REVIEW
    item = company.judge(cast.reviewers[1], item, "a")
    assert item.state == State.DISPUTED
    page = company.at(cast.other_editor, "editor-home")
    page.get_by_role("button", name="Start next").click()
    page.wait_for_url(f"**/adjudicate/{item.pk}/")
    side_by_side = page.get_by_label("The reviews side by side")
    expect(side_by_side.locator("thead th")).to_have_count(3)
    expect(side_by_side).to_contain_text("The second sentence is wrong.")
    expect(side_by_side).to_contain_text("A serious error or an invented fact")
    item = settled(page, item, "a")
    assert item.state == State.ACCEPTED
    approving = Approval.objects.filter(item=item, round=item.round).values_list("person__name", flat=True)
    assert sorted(approving) == ["editor-2", "reviewer-2"]
    assert actions(item)[2:] == ["pass", "first_reject", "disagree", "adjudicate_accept"]


def test_a_rejected_item_has_its_appeal_and_is_accepted_after_all(company: Company) -> None:
    cast = company.cast
    item = company.write(cast.author)
    for reviewer in cast.reviewers[:2]:
        item = company.judge(reviewer, item, "x", "Nobody can learn from this.", "11111")
    assert item.state == State.REJECTED
    assert item.place is None
    page = company.at(cast.manager, "item", item.pk)
    expect(page.locator("main")).to_contain_text("reviewer-1")
    appeal(page, "The author is right about the deadline; please look again.")
    item = Item.objects.get(pk=item.pk)
    assert (item.state, item.appealed) == (State.DISPUTED, True)
    page = company.at(cast.editor, "editor-home")
    page.get_by_role("button", name="Start next").click()
    page.wait_for_url(f"**/adjudicate/{item.pk}/")
    item = settled(page, item, "a")
    assert item.state == State.IN_REVIEW, "with no reviewer for it, one more person looks"
    item = company.judge(cast.reviewers[2], item, "a")
    assert item.state == State.ACCEPTED
    assert item.place is not None
    assert actions(item)[2:] == ["pass", "first_reject", "reject", "appeal_for_author", "adjudicate_review", "accept"]
    assert Review.objects.filter(item=item).count() == 3


def appeal(page: Page, why: str) -> None:
    page.get_by_role("link", name="Appeal").click()
    page.locator("input[name=reason]").first.check(force=True)
    page.get_by_label("Your argument").fill(why)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.locator("#toasts")).to_contain_text("The appeal is open")


def settled(page: Page, item: Item, key: str) -> Item:
    page.get_by_label("Overturned" if item.appealed else "A matter of taste").check(force=True)
    page.get_by_role("textbox", name="Why").fill("The guideline asks for one answer, and this is one.")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
    page.wait_for_url("**/edit/")
    return Item.objects.get(pk=item.pk)


def test_a_text_with_a_must_finding_comes_straight_back_and_says_why(company: Company) -> None:
    """Too short for its cell: the author is warned before, and the checks return it all the same."""
    page = company.at(company.cast.author, "expert-home")
    page.get_by_role("button", name="Start next").click()
    ready(page)
    type_at_end(page, PROMPT, QUESTION)
    type_at_end(page, COMPLETION, "One month.")
    saved(page)
    item = Item.objects.get(pk=number_in(page))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview-body")).to_contain_text("must be fixed first")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#item-{item.pk}")).to_contain_text("Returned", timeout=20_000)
    assert actions(Item.objects.get(pk=item.pk)) == ["claim", "submit", "bounce"]


def test_a_worker_killed_in_the_middle_loses_no_submitted_text(
    company: Company, celery_worker_process: CeleryProcesses
) -> None:
    celery_worker_process.kill_worker()
    page = company.at(company.cast.author, "expert-home")
    page.get_by_role("button", name="Start next").click()
    ready(page)
    type_at_end(page, PROMPT, QUESTION)
    type_at_end(page, COMPLETION, FIRST_ANSWER)
    item = Item.objects.get(pk=number_in(page))
    company.submit(page)
    expect(page.locator(f"#item-{item.pk}")).to_contain_text("Checking")
    celery_worker_process.start_worker()
    expect(page.locator(f"#item-{item.pk}")).to_contain_text("In review", timeout=30_000)
    expect(page.locator("#toasts")).to_contain_text("passed the checks")
