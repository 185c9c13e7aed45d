"""The panel while somebody writes: answers arrive one by one, and nothing that is in use moves, closes or is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.functional.test_text_control import COMPLETION, open_page, saved, type_at_end, underlined
from tests.functional.text_control_harness import Server, serving

pytestmark = pytest.mark.browser

TEXT = "Gas befinden sich und teh Rest ist einfach gut."
CALM = "Some checks are taking long; they run when you submit."
TOP = "row => row.getBoundingClientRect().top"
LISTEN = """() => {
  const heard = [], announcer = document.getElementById('announcer');
  new MutationObserver(() => heard.push(announcer.textContent)).observe(announcer, { childList: true });
  return heard;
}"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server(completion=TEXT)) as server:
        yield server


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def slow_asks(server: Server) -> list[dict[str, Any]]:
    return [sent for sent in server.checks if sent["slow"]]


def row(page: Page, words: str) -> Any:
    return page.locator(".finding", has_text=words)


# --- asking


def test_slow_checks_are_asked_after_a_pause_and_polling_ends_when_nothing_more_comes(
    page: Page, server: Server
) -> None:
    server.slow = {"duplicates": [("completion", "einfach", "should", ())], "grammar": []}
    server.pending = ["duplicates", "grammar"]
    open_page(page, server)
    type_at_end(page, COMPLETION, " Ja.")
    server.wait_for(lambda: server.checks)
    expect(page.locator("[data-still-to-come]")).to_have_text("Still to come: duplicates, grammar.")
    assert [sent["slow"] for sent in server.checks][:1] == [False], "the fast ones are not held up by the slow"
    server.wait_for(lambda: len(slow_asks(server)) >= 2)
    server.pending = ["grammar"]
    expect(row(page, "About einfach")).to_be_visible()
    expect(page.locator("[data-check-status]")).to_have_text("checking …")
    server.pending = []
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    asked = len(server.checks)
    page.wait_for_timeout(2500)
    assert len(server.checks) == asked


def test_without_slow_checks_one_request_is_enough(page: Page, server: Server) -> None:
    open_page(page, server)
    type_at_end(page, COMPLETION, " Ja.")
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    page.wait_for_timeout(1500)
    assert [sent["slow"] for sent in server.checks] == [False]


def test_what_costs_money_is_asked_once_the_text_has_stood_still_and_never_between_keys(
    page: Page, server: Server
) -> None:
    server.slow, server.rest = {"grammar": []}, 3
    page.clock.install()
    open_page(page, server)
    for _ in range(6):
        type_at_end(page, COMPLETION, " Ja.")
        page.clock.run_for(2500)  # longer than it takes to ask the free ones
        server.wait_for(lambda: server.checks and server.checks[-1]["completion"] == page.input_value(COMPLETION))
    assert not any(sent["rested"] for sent in server.checks)
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    page.clock.run_for(1000)
    server.wait_for(lambda: server.checks[-1]["rested"])
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    page.clock.run_for(30_000)
    assert [sent["slow"] for sent in server.checks if sent["rested"]] == [True]


def test_what_a_page_opened_with_is_asked_for_without_a_key(page: Page, server: Server) -> None:
    server.slow, server.pending = {"grammar": [("completion", "teh", "must", ("the",))]}, ["grammar"]
    open_page(page, server)
    server.wait_for(lambda: slow_asks(server))
    server.pending = []
    expect(row(page, "About teh")).to_be_visible()
    assert underlined(page) == ["teh"]


def test_newer_text_and_a_hidden_tab_stop_the_polling(page: Page, server: Server) -> None:
    server.slow, server.pending = {"grammar": []}, ["grammar"]
    open_page(page, server)
    type_at_end(page, COMPLETION, " A")
    server.wait_for(lambda: len(slow_asks(server)) >= 2)
    page.keyboard.type("B")
    server.wait_for(lambda: server.checks[-1]["completion"].endswith("AB") and server.checks[-1]["slow"])
    texts = [sent["completion"] for sent in server.checks]
    assert texts == sorted(texts, key=len), "no text is asked about after a newer one"
    hide = "Object.defineProperty(document, 'hidden', { get: () => %s, configurable: true });"
    page.evaluate(hide % "true" + "document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    asked = len(server.checks)
    page.wait_for_timeout(2500)
    assert len(server.checks) == asked
    page.evaluate(hide % "false" + "document.dispatchEvent(new Event('visibilitychange'))")
    server.wait_for(lambda: len(server.checks) > asked)


def test_long_waits_are_told_once_and_calmly_and_late_results_still_come(page: Page, server: Server) -> None:
    server.slow, server.pending = {"grammar": [("completion", "teh", "must", ("the",))]}, ["grammar"]
    page.clock.install()
    open_page(page, server)
    heard = page.evaluate_handle(LISTEN)
    type_at_end(page, COMPLETION, " Ja.")
    for _ in range(26):
        page.clock.run_for(1000)
        page.wait_for_timeout(30)
    expect(page.locator("[data-takes-long]")).to_have_text(CALM)
    expect(page.locator("[data-still-to-come]")).to_be_hidden()
    asked = len(server.checks)
    for _ in range(20):
        page.clock.run_for(1000)
        page.wait_for_timeout(30)
    assert 3 <= len(server.checks) - asked <= 5, "every five seconds"
    server.pending = []
    page.clock.run_for(5500)
    expect(row(page, "About teh")).to_be_visible()
    expect(page.locator("[data-takes-long]")).to_have_count(0)
    page.clock.run_for(5000)
    assert heard.json_value() == [CALM]


def test_after_two_minutes_nothing_is_asked_until_the_next_key(page: Page, server: Server) -> None:
    server.slow, server.pending = {"grammar": []}, ["grammar"]
    page.clock.install()
    open_page(page, server)
    type_at_end(page, COMPLETION, " Ja.")
    for _ in range(80):
        page.clock.run_for(2000)
        page.wait_for_timeout(15)
    asked = len(server.checks)
    page.clock.run_for(30_000)
    page.wait_for_timeout(200)
    assert len(server.checks) == asked
    page.keyboard.type("!")
    page.clock.run_for(1500)
    server.wait_for(lambda: len(server.checks) > asked)


def test_an_engine_or_server_away_leaves_one_calm_line_and_typing_goes_on(page: Page, server: Server) -> None:
    open_page(page, server)
    page.route("**/check", lambda route: route.abort())
    type_at_end(page, COMPLETION, " Ja.")
    expect(page.locator("[data-check-status]")).to_have_text("checks unavailable; they run when you submit")
    page.keyboard.type(" Weiter.")
    saved(page)
    assert server.completion.endswith("Ja. Weiter.")
    assert page.locator(".toast").count() == 0


# --- rows


def test_unchanged_rows_keep_their_node_their_focus_and_what_is_open_in_them(page: Page, server: Server) -> None:
    server.rules = [("completion", "teh", "should", ("the",))]
    server.slow, server.pending = {"duplicates": [("completion", "befinden", "must", ())]}, ["duplicates"]
    open_page(page, server)
    row(page, "About teh").evaluate("row => { row.known = true; }")
    page.locator(COMPLETION).focus()
    page.keyboard.press("F8")
    page.keyboard.press("Control+i")
    page.keyboard.type("a na")
    before = row(page, "About teh").evaluate(TOP)
    server.pending = []
    expect(row(page, "About befinden")).to_be_visible()
    page.keyboard.type("me")
    assert row(page, "About teh").evaluate("row => row.known")
    expect(row(page, "About teh").get_by_label("Why does this not apply?")).to_have_value("a name")
    assert row(page, "About teh").evaluate(TOP) == pytest.approx(before, abs=1), "it waits below the one in use"
    page.keyboard.press("Escape")
    expect(page.locator(COMPLETION)).to_be_focused()
    expect(page.locator(".finding").first).to_contain_text("About befinden")


def test_new_rows_never_move_the_row_under_the_pointer(page: Page, server: Server) -> None:
    words = [f"wort{number}." for number in range(1, 14)]
    server.completion = " ".join([*words, "wichtig"])
    server.rules = [("completion", word, "should", ()) for word in words]
    server.slow, server.pending = {"grammar": [("completion", "wichtig", "must", ())]}, ["grammar"]
    open_page(page, server)
    row(page, "About wort5.").hover()
    before = row(page, "About wort5.").evaluate(TOP)
    server.pending = []
    expect(row(page, "About wichtig")).to_be_attached()
    assert row(page, "About wort5.").evaluate(TOP) == pytest.approx(before, abs=1)
    page.mouse.move(5, 5)
    expect(page.locator(".finding").first).to_contain_text("About wichtig")


def test_a_row_going_away_above_does_not_move_the_row_under_the_pointer(page: Page, server: Server) -> None:
    server.rules = [("completion", "befinden", "must", ()), ("completion", "teh", "should", ())]
    server.slow, server.pending = {"grammar": []}, ["grammar"]
    open_page(page, server)
    row(page, "About teh").hover()
    before = row(page, "About teh").evaluate(TOP)
    server.rules, server.pending = server.rules[1:], []
    expect(row(page, "About befinden")).to_have_count(0)
    assert row(page, "About teh").evaluate(TOP) == pytest.approx(before, abs=1)
    page.mouse.move(5, 5)
    expect(page.locator(".findings")).to_have_css("padding-top", "0px")


def test_rows_of_a_check_at_work_wait_greyed_while_their_words_stand_and_go_with_them(
    page: Page, server: Server
) -> None:
    server.slow = {"grammar": [("completion", "befinden", "must", ("befindet",)), ("completion", "teh", "must", ())]}
    open_page(page, server)
    server.pending = ["grammar"]
    type_at_end(page, COMPLETION, " Ja.")
    expect(page.locator(".finding[data-waiting]")).to_have_count(2)
    assert underlined(page) == ["befinden", "teh"], "the words are still what they were"
    page.locator(COMPLETION).evaluate("input => input.setSelectionRange(6, 6)")
    page.keyboard.type("x")
    assert row(page, "About befinden").get_attribute("data-stale") is not None, "at once"
    expect(row(page, "About befinden")).to_have_count(0)
    expect(row(page, "About teh")).to_have_attribute("data-waiting", "")
    server.pending = []
    expect(page.locator(".finding[data-waiting]")).to_have_count(0)
    expect(row(page, "About teh")).to_be_visible()


def test_a_finding_that_waits_can_still_be_applied_where_its_words_have_moved(page: Page, server: Server) -> None:
    server.slow = {"grammar": [("completion", "befinden", "must", ("befindet",))]}
    open_page(page, server)
    server.pending = ["grammar"]
    page.locator(COMPLETION).evaluate("input => { input.focus(); input.setSelectionRange(0, 0); }")
    page.keyboard.type("Das ")
    expect(page.locator(".finding[data-waiting]")).to_have_count(1)
    page.keyboard.press("Control+.")
    expect(page.locator(COMPLETION)).to_have_value(f"Das {TEXT}".replace("befinden", "befindet"))


def test_moved_words_are_found_after_rows_were_merged(page: Page, server: Server) -> None:
    server.rules = [("completion", "teh", "should", ("the",))]
    open_page(page, server)
    page.locator(COMPLETION).evaluate("input => { input.focus(); input.setSelectionRange(0, 0); }")
    page.keyboard.type("😀 ")
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    row(page, "About teh").hover()
    assert underlined(page, "current") == ["teh"]


# --- keys and buttons


def test_all_of_one_kind_are_applied_and_undone_in_one_step(page: Page, server: Server) -> None:
    server.completion = "Ein *Wort* und noch *Wort* und das dritte *Wort* hier."
    server.check_name, server.everywhere = "artifacts", True
    server.rules = [("completion", "*Wort*", "should", ("Wort",))]
    open_page(page, server)
    expect(page.locator(".finding")).to_have_count(3)
    page.get_by_role("button", name="Apply to all 3").click()
    completion = page.locator(COMPLETION)
    expect(completion).to_have_value("Ein Wort und noch Wort und das dritte Wort hier.")
    expect(page.locator(".finding")).to_have_count(0)
    completion.focus()
    page.keyboard.press("Control+z")
    expect(completion).to_have_value("Ein *Wort* und noch *Wort* und das dritte *Wort* hier.")


def test_each_of_several_suggestions_is_a_button(page: Page, server: Server) -> None:
    server.rules = [("completion", "teh", "should", ("the", "ten", "tea", "tee"))]
    open_page(page, server)
    expect(page.locator(".finding .suggestions button")).to_have_text(["the", "ten", "tea"])
    page.get_by_role("button", name="Replace by tea").click()
    expect(page.locator(COMPLETION)).to_have_value(TEXT.replace("teh", "tea"))


def test_a_clause_opens_beside_the_text_by_key_and_escape_leads_back(page: Page, server: Server) -> None:
    server.rules, server.clause = [("completion", "teh", "should", ("the",))], "2.3"
    open_page(page, server)
    page.locator(COMPLETION).focus()
    page.keyboard.press("F9")
    expect(page.locator("details.clause")).to_have_attribute("open", "")
    expect(page.locator("details.clause summary")).to_be_focused()
    expect(page.locator(".finding[data-current]")).to_contain_text("About teh")
    page.keyboard.press("Escape")
    expect(page.locator(COMPLETION)).to_be_focused()
    page.locator("body").press("Tab")
    page.locator(".finding a").press("?")
    expect(page.locator("#key-sheet")).to_contain_text("Open the clause of the current finding")


def test_keys_say_calmly_when_there_is_nothing_to_do(page: Page, server: Server) -> None:
    open_page(page, server)
    page.locator(COMPLETION).focus()
    for key, words in (
        ("Control+.", "Nothing to apply"),
        ("Control+i", "Nothing to dismiss"),
        ("F9", "No clause"),
        ("F8", "No findings"),
    ):
        page.keyboard.press(key)
        expect(page.locator("#announcer")).to_contain_text(words)


# --- the report


def test_the_report_names_what_was_shown_and_applied_and_none_of_the_words(page: Page, server: Server) -> None:
    server.rules = [("completion", "befinden", "must", ("befindet",)), ("completion", "teh", "should", ())]
    server.slow = {}
    open_page(page, server)
    page.locator(COMPLETION).focus()
    page.keyboard.press("F8")
    page.keyboard.press("Control+.")
    saved(page)
    report = server.saves[-1]["signals"]["findings"]
    assert report == {"shown": {"grammar-befinden": "grammar.wrong"}, "applied": ["grammar-befinden"]}
    page.wait_for_timeout(2300)
    page.keyboard.type(" Mehr")
    saved(page)
    server.wait_for(lambda: "grammar-teh" in server.saves[-1]["signals"]["findings"]["shown"])
    assert set(server.saves[-1]["signals"]) == {
        "typed", "pasted_inside", "pasted_outside", "applied", "deleted", "active_seconds", "findings",
    }  # fmt: skip


def test_the_report_is_bounded(page: Page, server: Server) -> None:
    words = [f"w{number}x" for number in range(230)]
    server.completion = " ".join(words)
    server.rules = [("completion", word, "note", ()) for word in words]
    open_page(page, server)
    page.wait_for_timeout(2500)
    type_at_end(page, COMPLETION, " end")
    server.wait_for(lambda: server.saves and server.completion.endswith("end"))
    assert len(server.saves[-1]["signals"]["findings"]["shown"]) == 200


def test_a_finding_that_flashed_by_is_not_reported(page: Page, server: Server) -> None:
    server.rules = [("completion", "teh", "should", ())]
    open_page(page, server)
    server.rules = []
    type_at_end(page, COMPLETION, " x")
    expect(page.locator(".finding")).to_have_count(0)
    page.wait_for_timeout(2200)
    page.keyboard.type("y")
    server.wait_for(lambda: re.search(r"xy$", server.completion))
    assert server.saves[-1]["signals"]["findings"] == {"shown": {}, "applied": []}
