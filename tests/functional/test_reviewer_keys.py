"""Judging, editing and settling in a real browser, by keyboard: decided in seconds, and nothing typed is lost."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from annotation import handing_out
from annotation.models import Assignment, Comment, EditHunk, Item, Review
from annotation.reviewing import Remark
from annotation.workflow import Stage, State
from tests.factories import PASSWORD, Cast, fresh, texts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMPLETION = (
    "😀 The controller must answer **within one month**. The controller may extend this once, "
    "and has to tell the person so before the first month has ended."
)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Fails on any script error or blocked content, whatever else the test looks at."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield page
    assert errors == []


class Seat:
    """One person at one browser."""

    def __init__(self, page: Page, server: LiveServer, cast: Cast) -> None:
        self.page, self.server, self.cast = page, server, cast

    def sign_in(self, person: User) -> None:
        client = Client()
        client.force_login(person)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.server.url}
        self.page.context.add_cookies([session])

    def open(self, name: str, *rest: object) -> None:
        self.page.goto(self.server.url + reverse(f"annotation:{name}", args=[self.cast.project.slug, *rest]))

    def review(self, item: Item, reviewer: User | None = None) -> None:
        reviewer = reviewer or self.cast.reviewers[0]
        self.cast.review_of(item, reviewer)
        self.sign_in(reviewer)
        self.open("review", item.pk)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def select(self, words: str, occurrence: int = 1, view: str = "rendered") -> None:
        """As a mouse would: over whatever text nodes the words run through."""
        found = self.page.evaluate(
            """([words, occurrence, view]) => {
              const element = document.querySelector(`[data-${view}=completion]`);
              let at = -1;
              for (let n = 0; n < occurrence; n += 1) at = element.textContent.indexOf(words, at + 1);
              const point = (offset) => {
                const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
                for (let before = 0; walker.nextNode(); before += walker.currentNode.length)
                  if (offset <= before + walker.currentNode.length) return [walker.currentNode, offset - before];
              };
              getSelection().setBaseAndExtent(...point(at), ...point(at + words.length));
              return String(getSelection());
            }""",
            [words, occurrence, view],
        )
        assert found == words


@pytest.fixture
def seat(page: Page, live_server: LiveServer, cast: Cast) -> Seat:
    return Seat(page, live_server, cast)


def write(cast: Cast) -> Item:
    return cast.write(written=texts(completion=COMPLETION))


def scored(page: Page) -> list[str]:
    return page.eval_on_selector_all("[data-rubric] :checked", "inputs => inputs.map(input => input.value)")


# --- the rubric and the verdict


def test_five_digits_and_a_letter_judge_an_item_and_bring_the_next(seat: Seat, cast: Cast) -> None:
    first = write(cast)
    second = write(cast)
    seat.review(first)
    seat.press("5", "4", "5", "5", "4", "a")
    expect(seat.page.locator(".toast")).to_contain_text(f"#{first.pk} accepted")
    assert seat.page.url.endswith(f"/review/{second.pk}/")
    review = Review.objects.get(item=first)
    assert (review.verdict, review.correctness, review.conciseness, review.overall) == ("accept", 5, 4, 4)


def test_arrows_move_between_rows_and_change_no_score(seat: Seat, cast: Cast) -> None:
    seat.review(write(cast))
    seat.press("3", "4", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown", "2")
    assert scored(seat.page) == ["3", "4", "2"]
    levels = seat.page.locator("[data-rubric]").filter(has=seat.page.locator(":checked")).locator("[data-level-text]")
    expect(levels.first).to_have_text("3 · Right in the main, a small error")


def test_a_verdict_says_what_it_still_needs_and_goes_there(seat: Seat, cast: Cast) -> None:
    item = write(cast)
    seat.review(item)
    page = seat.page
    seat.press("a")
    expect(page.locator(".toast").last).to_contain_text("Score correctness first")
    seat.press("5", "5", "5", "5", "5", "x")
    expect(page.locator(".toast").last).to_contain_text("Say why: choose a reason")
    assert page.evaluate("document.activeElement.name") == "reasons"
    seat.press("Space", "x")
    expect(page.locator(".toast").last).to_contain_text("Say in a sentence what is wrong")
    assert page.evaluate("document.activeElement.name") == "note"
    assert not Review.objects.exists()
    page.keyboard.type("It names no article, and the extension is wrong.")
    expect(page.locator("[data-still-needed]")).to_have_text("Scored. Ready for any verdict.")
    page.locator("h1").click()
    seat.press("x")
    expect(page.locator(".toast")).to_contain_text(f"#{item.pk} rejected")


def test_letters_typed_in_the_note_are_no_verdicts(seat: Seat, cast: Cast) -> None:
    seat.review(write(cast))
    seat.press("5", "5", "5", "5", "5", "c")
    seat.page.keyboard.type("abex 1 2 3")
    expect(seat.page.locator("textarea[name=note]")).to_have_value("abex 1 2 3")
    assert not Review.objects.exists()


def test_enter_on_a_score_is_no_verdict(seat: Seat, cast: Cast) -> None:
    seat.review(write(cast))
    seat.press("5", "5", "5", "5", "5")
    seat.page.locator("[name=overall]").last.focus()
    seat.press("Enter")
    expect(seat.page.locator("#judge-form")).to_be_visible()
    assert not Review.objects.exists()


# --- remarks


def test_words_selected_in_the_rendered_text_become_a_remark_at_their_place_in_the_raw_text(
    seat: Seat, cast: Cast
) -> None:
    item = write(cast)
    seat.review(item)
    seat.select("The controller", occurrence=2)
    expect(seat.page.locator("#span-button")).to_be_visible()
    seat.press("r")
    expect(seat.page.locator("#remark-dialog [data-quote]")).to_have_text("The controller")
    seat.page.locator("#remark-dialog").get_by_text("Incomplete").click()
    seat.page.locator("#remark-text").fill("Under which conditions?")
    seat.press("Control+Enter")
    expect(seat.page.locator("[data-remarks] .thread")).to_contain_text("Under which conditions?")
    shown = seat.page.evaluate("[...CSS.highlights.get('comment')].map(String)")
    assert shown == ["The controller", "The controller"], "in the raw and in the rendered text"
    seat.press("4", "4", "4", "4", "3", "b")
    expect(seat.page.locator(".toast")).to_contain_text("returned")
    comment = Comment.objects.get(item=item)
    second = COMPLETION.index("The controller", 10)
    assert (comment.start, comment.end, comment.quote) == (second, second + 14, "The controller")
    assert comment.text == "Under which conditions?"


def test_a_selection_across_formatting_opens_the_raw_text_and_is_never_guessed(seat: Seat, cast: Cast) -> None:
    seat.review(write(cast))
    seat.select("answer within one month")
    seat.press("r")
    expect(seat.page.locator(".toast").last).to_contain_text("select them once more")
    expect(seat.page.locator("#remark-dialog")).to_be_hidden()
    expect(seat.page.locator("[data-text=completion]")).to_be_visible()
    seat.select("answer **within one month**", view="text")
    seat.press("r")
    expect(seat.page.locator("#remark-dialog [data-quote]")).to_have_text("answer **within one month**")
    seat.press("Escape")


def test_the_reason_used_last_is_offered_first(seat: Seat, cast: Cast) -> None:
    seat.review(write(cast))
    for _ in range(2):
        seat.press("r")
        seat.page.locator("#remark-dialog").get_by_text("Bad link or source").click()
        seat.press("Control+Enter")
    seat.press("r")
    expect(seat.page.locator("[data-remark-reasons] label").first).to_have_text("Bad link or source")


# --- nothing typed is lost


def test_a_reload_brings_scores_reasons_note_and_remarks_back(seat: Seat, cast: Cast) -> None:
    seat.review(write(cast))
    seat.press("4", "3", "r")
    seat.page.locator("#remark-dialog").get_by_text("Incomplete").click()
    seat.press("Control+Enter", "c")
    seat.page.keyboard.type("Half of a judgement")
    seat.page.reload()
    expect(seat.page.locator("textarea[name=note]")).to_have_value("Half of a judgement")
    expect(seat.page.locator("[data-remarks] .thread")).to_contain_text("Incomplete")
    assert scored(seat.page) == ["4", "3"]


def test_an_ended_session_brings_the_judgement_back_after_signing_in(seat: Seat, cast: Cast) -> None:
    item = write(cast)
    seat.review(item)
    seat.press("5", "5", "5", "5", "5", "c")
    seat.page.keyboard.type("Only this note must not be lost.")
    seat.page.context.clear_cookies(name="sessionid")
    seat.page.locator("h1").click()
    seat.press("a")
    seat.page.locator("[name=login]").fill(cast.reviewers[0].email)
    seat.page.locator("[name=password]").fill(PASSWORD)
    seat.press("Enter")
    expect(seat.page.locator("textarea[name=note]")).to_have_value("Only this note must not be lost.")
    assert seat.page.url.endswith(f"/review/{item.pk}/")
    seat.press("a")
    expect(seat.page.locator(".toast")).to_contain_text("accepted")


def test_a_lapsed_lease_brings_the_judgement_back_with_the_item(seat: Seat, cast: Cast) -> None:
    item = write(cast)
    seat.review(item)
    seat.press("5", "4", "5", "5", "4", "c")
    seat.page.keyboard.type("Kept over the lapse.")
    Assignment.objects.update(leased_until=timezone.now() - timezone.timedelta(minutes=1))
    handing_out.lapse_overdue_leases(timezone.now())
    seat.page.locator("h1").click()
    seat.press("a")
    expect(seat.page.get_by_role("alert")).to_contain_text("the lease on this item has lapsed")
    expect(seat.page.locator("textarea[name=note]")).to_have_value("Kept over the lapse.")
    seat.page.get_by_role("button", name="Take it back").click()
    expect(seat.page.locator("textarea[name=note]")).to_have_value("Kept over the lapse.")
    assert scored(seat.page) == ["5", "4", "5", "5", "4"]
    seat.press("a")
    expect(seat.page.locator(".toast")).to_contain_text(f"#{item.pk} accepted")


# --- editing and settling


def test_a_remark_stays_at_its_words_while_the_editor_writes_before_them(seat: Seat, cast: Cast) -> None:
    start = COMPLETION.index("once")
    remark = Remark("factually_wrong", "completion", start, start + 4, "Twice.")
    item = cast.judge(write(cast), cast.reviewers[0], "edit", remarks=[remark])
    cast.start(cast.editor, Stage.EDITING)
    seat.sign_in(cast.editor)
    seat.open("edit", item.pk)
    seat.page.locator("#editor-completion").focus()
    seat.press("Control+Home")
    seat.page.keyboard.type("In short: ")
    expect(seat.page.locator("#changes ins")).to_contain_text("In short:")
    assert seat.page.evaluate("[...CSS.highlights.get('comment')].map(String)") == ["once"]


def test_an_edit_lists_its_changes_as_they_are_typed_and_finishes_by_key(seat: Seat, cast: Cast) -> None:
    item = cast.judge(write(cast), cast.reviewers[0], "edit")
    cast.start(cast.editor, Stage.EDITING)
    seat.sign_in(cast.editor)
    seat.open("edit", item.pk)
    page = seat.page
    expect(page.get_by_role("button", name="Finish")).to_have_attribute("aria-disabled", "true")
    page.locator("#editor-completion").focus()
    seat.press("Control+End")
    page.keyboard.type(" It keeps a record.")
    expect(page.locator("#changes ins")).to_contain_text("It keeps a record.")
    expect(page.get_by_role("button", name="Keep as it is")).to_have_attribute("aria-disabled", "true")
    page.locator("#changes select").select_option("incomplete")
    page.locator("[data-toggle-marked]").click()
    expect(page.locator("#marked-completion ins")).to_contain_text("It keeps a record.")
    expect(page.locator("#editor-completion")).to_be_hidden()
    page.locator("[data-toggle-marked]").click()
    page.locator("#editor-completion").focus()
    seat.press("Control+Enter")
    expect(page.locator(".toast").last).to_contain_text("Saved. The checks run")
    hunk = EditHunk.objects.get(item=item)
    assert (hunk.after.strip(), hunk.reason) == ("It keeps a record.", "incomplete")
    assert fresh(item).state == State.CHECKING


def test_undoing_all_changes_makes_keeping_possible_again(seat: Seat, cast: Cast) -> None:
    item = cast.judge(write(cast), cast.reviewers[0], "edit")
    cast.start(cast.editor, Stage.EDITING)
    seat.sign_in(cast.editor)
    seat.open("edit", item.pk)
    page = seat.page
    page.locator("#editor-completion").focus()
    page.keyboard.type("Not this. ")
    page.get_by_role("button", name="Undo all").click()
    page.locator("dialog[open]").get_by_role("button", name="Undo all").click()
    expect(page.locator("#editor-completion")).to_have_value(COMPLETION)
    page.locator("h1").click()
    seat.press("k")
    expect(page.locator(".toast").last).to_contain_text("Kept as it is")
    assert fresh(item).state == State.IN_REVIEW


def test_a_dispute_is_settled_by_key_once_its_cause_and_reason_are_given(seat: Seat, cast: Cast) -> None:
    item = cast.item_at(State.DISPUTED)
    cast.start(cast.editor, Stage.ADJUDICATION)
    seat.sign_in(cast.editor)
    seat.open("adjudicate", item.pk)
    seat.press("a")
    assert seat.page.evaluate("document.activeElement.name") == "cause"
    seat.page.get_by_text("A matter of taste").click()
    seat.press("c")
    seat.page.keyboard.type("The guideline leaves this open.")
    seat.page.locator("h1").click()
    seat.press("a")
    expect(seat.page.locator(".toast").last).to_contain_text("accepted.")
    assert fresh(item).state == State.ACCEPTED
