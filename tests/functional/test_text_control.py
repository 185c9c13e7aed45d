"""The text control in a real browser: editing stays the browser's, and no typed character is lost."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.functional.text_control_harness import Server, serving

pytestmark = pytest.mark.browser

PROMPT = "#editor-prompt"
COMPLETION = "#editor-completion"

STYLES = (
    "fontFamily fontSize lineHeight paddingTop paddingLeft letterSpacing width height whiteSpace unicodeBidi direction"
)
GEOMETRY = f"""() => {{
  const input = document.querySelector('#editor-completion'), layer = document.querySelector('[data-layer=completion]');
  const differs = '{STYLES}'.split(' ').filter(name => getComputedStyle(input)[name] !== getComputedStyle(layer)[name]);
  const word = [...CSS.highlights.get('must')][0].getBoundingClientRect();
  const caret = document.caretPositionFromPoint(word.x + 1, word.y + word.height / 2);
  return {{ differs, caret: caret.offset, hidden: input.scrollHeight - input.clientHeight }};
}}"""
CARET_AT_RIGHT_EDGE = """() => {
  const word = [...CSS.highlights.get('must')][0].getBoundingClientRect();
  return document.caretPositionFromPoint(word.right - 1, word.y + 8).offset;
}"""
SELECTED = """() => {
  const input = document.activeElement;
  return input.value.slice(input.selectionStart, input.selectionEnd);
}"""
LISTEN = """() => {
  const heard = [], announcer = document.getElementById('announcer');
  new MutationObserver(() => heard.push(announcer.textContent)).observe(announcer, { childList: true });
  return heard;
}"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as server:
        yield server


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


def open_page(page: Page, server: Server) -> None:
    page.goto(server.url)
    assert page.evaluate("document.querySelector('[data-editor]').autosave !== undefined")


def type_at_end(page: Page, selector: str, text: str) -> None:
    page.locator(selector).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def underlined(page: Page, severity: str = "must") -> list[str]:
    return page.evaluate("name => [...(CSS.highlights.get(name) ?? [])].map(String)", severity)


def saved(page: Page) -> None:
    expect(page.locator("[data-save-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))


def mirrors(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('scriptorium:draft'))")


# --- editing stays the browser's


def test_the_underlines_lie_exactly_under_their_words(page: Page, server: Server) -> None:
    server.completion = "Ein langer Absatz mit Wörtern, der umbricht. " * 12 + "\n\n\tGas befinden sich.\n"
    server.rules = [("completion", "befinden", "must", ("befindet",))]
    open_page(page, server)
    boxes = page.evaluate(GEOMETRY)
    assert boxes["differs"] == []
    assert boxes["caret"] == server.completion.index("befinden"), "the textarea shows the word where the layer does"
    assert boxes["hidden"] == 0, "the control grows with its text"


def test_spans_after_astral_characters_are_where_the_server_means(page: Page, server: Server) -> None:
    server.completion = "𝔘𝔫𝔦 😀 befinden 👩‍👩‍👧 𠮷野家 teh end"
    server.rules = [("completion", "befinden", "must", ("befindet",)), ("completion", "teh", "should", ("the",))]
    open_page(page, server)
    assert underlined(page) == ["befinden"]
    assert underlined(page, "should") == ["teh"]
    page.locator(".finding", has_text="teh").get_by_role("button", name="Apply").click()
    expect(page.locator(COMPLETION)).to_have_value("𝔘𝔫𝔦 😀 befinden 👩‍👩‍👧 𠮷野家 the end")


def test_applying_a_finding_can_be_undone_and_redone_by_the_browser(page: Page, server: Server) -> None:
    server.completion = "Gas befinden sich."
    server.rules = [("completion", "befinden", "must", ("befindet",))]
    open_page(page, server)
    type_at_end(page, COMPLETION, " Ja")
    page.keyboard.press("F8")
    page.keyboard.press("Control+.")
    completion = page.locator(COMPLETION)
    expect(completion).to_have_value("Gas befindet sich. Ja")
    page.keyboard.press("Control+z")
    expect(completion).to_have_value("Gas befinden sich. Ja")
    page.keyboard.press("Control+Shift+z")
    expect(completion).to_have_value("Gas befindet sich. Ja")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(completion).to_have_value(re.compile(r"^Gas befinden sich\.( J)?$")), "typing before it is undone too"


def test_a_suggestion_to_remove_removes_and_can_be_undone(page: Page, server: Server) -> None:
    server.completion = "As an AI, I think."
    server.rules = [("completion", "As an AI, ", "should", ("",))]
    open_page(page, server)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(COMPLETION)).to_have_value("I think.")
    page.keyboard.press("Control+z")
    expect(page.locator(COMPLETION)).to_have_value("As an AI, I think.")


def test_composed_text_arrives_whole_and_is_counted_as_typed(
    page: Page, server: Server, context: BrowserContext
) -> None:
    server.completion = ""
    server.lang = "ja"
    open_page(page, server)
    page.locator(COMPLETION).focus()
    cdp = context.new_cdp_session(page)
    for partial in ("に", "にほ", "にほん", "日本"):
        cdp.send(
            "Input.imeSetComposition", {"text": partial, "selectionStart": len(partial), "selectionEnd": len(partial)}
        )
        assert page.evaluate("document.querySelector('[data-layer=completion]').textContent") == partial
    cdp.send("Input.insertText", {"text": "日本"})
    expect(page.locator(COMPLETION)).to_have_value("日本")
    saved(page)
    assert server.completion == "日本"
    assert server.saves[-1]["signals"]["typed"] == 2


def test_right_to_left_text_keeps_its_direction_and_its_spans(page: Page, server: Server) -> None:
    server.lang, server.dir, server.completion = "ar", "rtl", "النص يحتوي على خطا هنا."
    server.rules = [("completion", "خطا", "must", ("خطأ",))]
    open_page(page, server)
    completion = page.locator(COMPLETION)
    assert completion.get_attribute("lang") == "ar"
    assert completion.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert underlined(page) == ["خطا"]
    start_in_input = page.evaluate(CARET_AT_RIGHT_EDGE)
    assert start_in_input == server.completion.index("خطا")
    page.keyboard.press("F8")
    page.keyboard.press("Control+.")
    expect(completion).to_have_value("النص يحتوي على خطأ هنا.")


def test_direction_follows_the_text_where_none_is_given(page: Page, server: Server) -> None:
    server.prompt, server.completion = "שלום עולם", "Hello"
    open_page(page, server)
    direction = "element => getComputedStyle(element).direction"
    assert page.locator(PROMPT).evaluate(direction) == "rtl"
    assert page.locator(COMPLETION).evaluate(direction) == "ltr"


def test_pasting_is_the_browsers_and_told_apart_by_where_it_came_from(
    page: Page, server: Server, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    server.prompt, server.completion = "Copy me", ""
    open_page(page, server)
    page.locator(PROMPT).select_text()
    page.keyboard.press("Control+c")
    page.locator(COMPLETION).focus()
    page.keyboard.press("Control+v")
    page.evaluate("navigator.clipboard.writeText('<b>from outside</b>')")
    page.keyboard.press("Control+v")
    expect(page.locator(COMPLETION)).to_have_value("Copy me<b>from outside</b>")
    page.keyboard.press("Backspace")
    saved(page)
    signals = server.saves[-1]["signals"]
    assert (signals["pasted_inside"], signals["pasted_outside"], signals["typed"], signals["deleted"]) == (7, 19, 0, 1)


def test_twenty_thousand_characters_can_be_typed_into(page: Page, server: Server) -> None:
    server.completion = ("Ein Satz mit befinden und mehr Wörtern darin. " * 440)[:20000]
    server.rules = [("completion", "befinden", "must", ("befindet",))]
    open_page(page, server)
    type_at_end(page, COMPLETION, "Noch ein Satz am Ende.")
    expect(page.locator(COMPLETION)).to_have_value(server.completion[:20000] + "Noch ein Satz am Ende.")
    saved(page)
    assert len(server.completion) == 20022


def test_nothing_jumps_while_typing_in_a_long_text(page: Page, server: Server) -> None:
    server.completion = "Zeile.\n" * 200
    open_page(page, server)
    page.locator(COMPLETION).focus()
    page.keyboard.press("Control+Home")
    page.evaluate("window.scrollTo(0, 400)")
    page.evaluate("document.querySelector('#editor-completion').setSelectionRange(400, 400)")
    page.keyboard.type("x")
    before = page.evaluate("scrollY")
    page.keyboard.type("abc")
    with page.expect_response("**/check"):
        pass
    assert page.evaluate("scrollY") == before


# --- findings


def test_the_current_finding_lights_up_its_words_and_back(page: Page, server: Server) -> None:
    server.completion = "Gas befinden sich und teh Rest."
    server.rules = [("completion", "befinden", "must", ()), ("completion", "teh", "should", ())]
    open_page(page, server)
    page.locator(".finding", has_text="teh").hover()
    assert underlined(page, "current") == ["teh"]
    page.locator(COMPLETION).evaluate("input => { input.focus(); input.setSelectionRange(6, 6); }")
    page.mouse.move(0, 0)
    expect(page.locator(".finding[data-current]")).to_contain_text("befinden")
    assert underlined(page, "current") == ["befinden"]


def test_keys_walk_the_findings_and_select_their_words(page: Page, server: Server) -> None:
    server.completion = "Gas befinden sich und teh Rest."
    server.rules = [("completion", "befinden", "must", ()), ("completion", "teh", "should", ())]
    open_page(page, server)
    page.locator(COMPLETION).focus()
    for keys, words in (("F8", "befinden"), ("F8", "teh"), ("F8", "befinden"), ("Shift+F8", "teh")):
        page.keyboard.press(keys)
        assert page.evaluate(SELECTED) == words
    expect(page.locator("#announcer")).to_contain_text("2 of 2")


def test_a_finding_whose_words_change_is_greyed_at_once_and_one_that_moves_is_not(page: Page, server: Server) -> None:
    server.completion = "Gas befinden sich und teh Rest."
    server.rules = [("completion", "befinden", "must", ("befindet",)), ("completion", "teh", "should", ("the",))]
    open_page(page, server)
    page.locator(COMPLETION).evaluate("input => { input.focus(); input.setSelectionRange(7, 7); }")
    page.keyboard.type("x")
    assert page.locator(".finding[data-stale]").count() == 1
    assert underlined(page, "should") == ["teh"]
    expect(page.locator(".finding[data-stale]")).to_have_count(0)
    assert underlined(page) == []


def test_the_reason_of_a_dismissal_survives_a_new_check(page: Page, server: Server) -> None:
    server.completion = "Gas befinden sich."
    server.rules = [("completion", "befinden", "must", ("befindet",))]
    open_page(page, server)
    type_at_end(page, COMPLETION, " Ja")
    page.keyboard.press("F8")
    page.keyboard.press("Control+i")
    page.keyboard.type("a name")
    expect(page.locator("[data-check-status]")).to_have_text("checked")
    reason = page.get_by_label("Why does this not apply?")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("a name")
    page.keyboard.press("Enter")
    server.wait_for(lambda: server.dismissed)
    assert server.dismissed[0]["reason"] == ["a name"]
    assert server.dismissed[0]["fingerprint"] == ["grammar-befinden"]


def test_counts_and_format_follow_the_check(page: Page, server: Server) -> None:
    server.completion, server.check_name = '{"a": 1,\n  "b" 2}', "format"
    server.rules = [("completion", "2}", "must", ())]
    open_page(page, server)
    chip = page.locator("[data-format-chip]")
    expect(chip).to_have_text("Line 2, column 7: About 2}")
    chip.click()
    assert page.evaluate("document.activeElement.selectionStart") == server.completion.index("2}")
    page.keyboard.type(": 2} and many more words here")
    expect(chip).to_have_text("Line 2, column 9: About 2}")
    server.rules = []
    page.keyboard.press("Backspace")
    expect(chip).to_have_text("Valid JSON")
    expect(page.locator("[data-counter=completion]")).to_have_text("10 tokens · 2–50")
    assert page.locator("[data-counter=completion]").get_attribute("data-bound") == "inside"


def test_a_screen_reader_hears_names_and_results_but_not_every_key(page: Page, server: Server) -> None:
    server.rules = [("completion", "befinden", "must", ("befindet",))]
    open_page(page, server)
    expect(page.get_by_role("textbox", name="Prompt")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Completion")).to_have_count(1)
    assert "An answer." in page.locator("main").aria_snapshot()
    assert page.locator("main").aria_snapshot().count("An answer.") == 1, "the layer is not read a second time"
    heard = page.evaluate_handle(LISTEN)
    type_at_end(page, COMPLETION, " Gas befinden sich dort oben.")
    expect(page.locator("#announcer")).to_have_text("1 must fix, 0 should fix, 0 notes")
    assert heard.json_value() == ["1 must fix, 0 should fix, 0 notes"]


# --- no typed character is lost


def test_typing_is_saved_after_a_pause_and_the_copy_here_is_dropped(page: Page, server: Server) -> None:
    open_page(page, server)
    type_at_end(page, COMPLETION, " More.")
    assert mirrors(page)
    saved(page)
    assert server.completion == "An answer. More."
    assert mirrors(page) == []
    assert len(server.saves) == 1, "one save for a run of keys"


def test_what_was_typed_without_a_network_syncs_when_it_is_back(
    page: Page, server: Server, context: BrowserContext
) -> None:
    open_page(page, server)
    context.set_offline(True)
    type_at_end(page, COMPLETION, " Offline words.")
    expect(page.locator("[data-save-status]")).to_have_text("Offline: kept in this browser, will sync")
    assert server.saves == []
    context.set_offline(False)
    saved(page)
    assert server.completion == "An answer. Offline words."


def test_what_was_typed_without_a_network_is_back_after_a_reload(
    page: Page, server: Server, context: BrowserContext
) -> None:
    open_page(page, server)
    page.route("**/save", lambda route: route.abort())
    type_at_end(page, COMPLETION, " Offline words.")
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "offline")
    page.reload()
    expect(page.locator(COMPLETION)).to_have_value("An answer. Offline words.")
    expect(page.get_by_text("had not reached the server was put back")).to_be_visible()
    page.unroute("**/save")
    saved(page)
    assert server.completion == "An answer. Offline words."


def test_what_a_crashed_tab_held_comes_back_in_a_new_one(server: Server, context: BrowserContext) -> None:
    first = context.new_page()
    open_page(first, server)
    server.down = True
    type_at_end(first, COMPLETION, " Before the crash.")
    first.close(run_before_unload=False)
    second = context.new_page()
    open_page(second, server)
    expect(second.locator(COMPLETION)).to_have_value("An answer. Before the crash.")
    server.down = False
    second.locator("[data-save-status]").click()
    saved(second)
    assert server.completion == "An answer. Before the crash."
    assert mirrors(second) == []


def test_a_save_whose_answer_was_lost_is_recognized_as_our_own(page: Page, server: Server) -> None:
    open_page(page, server)
    server.lose_answers = True
    type_at_end(page, COMPLETION, " One.")
    server.wait_for(lambda: server.saves)
    server.lose_answers = False
    type_at_end(page, COMPLETION, " Two.")
    saved(page)
    assert server.completion == "An answer. One. Two."
    assert page.locator("dialog[open]").count() == 0


def test_a_conflict_shows_both_texts_and_mine_can_be_kept(page: Page, server: Server) -> None:
    open_page(page, server)
    server.completion, server.version = "Their answer.", 5
    type_at_end(page, COMPLETION, " Mine.")
    dialog = page.get_by_role("dialog", name="Two versions of this text")
    expect(dialog.locator("del").first).to_have_text("Their")
    expect(dialog.locator("ins").last).to_contain_text("Mine")
    dialog.get_by_role("button", name="Keep mine as the new version").click()
    saved(page)
    assert (server.completion, server.version) == ("An answer. Mine.", 6)


def test_a_conflict_can_take_theirs_and_undo_brings_mine_back(page: Page, server: Server) -> None:
    open_page(page, server)
    server.completion, server.version = "Their answer.", 5
    type_at_end(page, COMPLETION, " Mine.")
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator(COMPLETION)).to_have_value("Their answer.")
    saved(page)
    page.locator(COMPLETION).focus()
    page.keyboard.press("Control+z")
    expect(page.locator(COMPLETION)).to_have_value("An answer. Mine.")
    saved(page)
    assert server.completion == "An answer. Mine."


def test_a_conflict_can_copy_mine_and_decide_afterwards(page: Page, server: Server, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, server)
    server.completion, server.version = "Their answer.", 5
    type_at_end(page, COMPLETION, " Mine.")
    page.get_by_role("button", name="Copy mine").click()
    expect(page.get_by_role("dialog").get_by_text("on the clipboard")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "A prompt.\n\nAn answer. Mine."
    expect(page.get_by_role("button", name="Take theirs")).to_be_visible()


def test_a_lapsed_lease_keeps_the_text_and_can_be_taken_back(page: Page, server: Server) -> None:
    open_page(page, server)
    server.token = "somebody-else"
    type_at_end(page, COMPLETION, " Late words.")
    dialog = page.get_by_role("dialog", name="Your lease has lapsed")
    expect(dialog).to_be_visible()
    expect(page.locator("[data-save-status]")).to_have_text("Lease lapsed: your text is kept")
    assert mirrors(page)
    dialog.get_by_role("button", name="Take it back").click()
    saved(page)
    assert server.completion == "An answer. Late words."
    assert server.saves[-1]["token"] == "second"


def test_a_question_left_by_escape_can_be_asked_again(page: Page, server: Server) -> None:
    open_page(page, server)
    server.token = "somebody-else"
    type_at_end(page, COMPLETION, " Late words.")
    dialog = page.get_by_role("dialog", name="Your lease has lapsed")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    type_at_end(page, COMPLETION, " And more.")
    assert "And more." in page.evaluate(f"localStorage.getItem('{mirrors(page)[0]}')")
    page.locator("[data-save-status]").click()
    dialog.get_by_role("button", name="Take it back").click()
    saved(page)
    assert server.completion == "An answer. Late words. And more."


def test_signing_in_elsewhere_and_coming_back_saves_without_a_click(page: Page, server: Server) -> None:
    open_page(page, server)
    server.signed_in = False
    type_at_end(page, COMPLETION, " Kept words.")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    server.signed_in = True
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(page)
    expect(dialog).to_have_count(0)
    assert server.completion == "An answer. Kept words."


def test_an_ended_session_keeps_the_text_and_goes_on_after_signing_in(page: Page, server: Server) -> None:
    open_page(page, server)
    server.signed_in = False
    type_at_end(page, COMPLETION, " Kept words.")
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    assert mirrors(page)
    server.signed_in = True
    page.get_by_role("button", name="Try again").click()
    saved(page)
    assert server.completion == "An answer. Kept words."


def test_two_tabs_warn_and_neither_loses_its_words(server: Server, context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    open_page(first, server)
    open_page(second, server)
    expect(second.get_by_text("already open in another tab")).to_be_visible()
    expect(first.get_by_text("opened in a second tab")).to_be_visible()
    type_at_end(first, COMPLETION, " First.")
    saved(first)
    type_at_end(second, COMPLETION, " Second.")
    expect(second.get_by_role("dialog", name="Two versions of this text")).to_be_visible()
    assert server.completion == "An answer. First."
    assert second.locator(COMPLETION).input_value() == "An answer. Second."


def test_leaving_the_page_right_after_a_key_still_saves(page: Page, server: Server) -> None:
    open_page(page, server)
    type_at_end(page, COMPLETION, " Last.")
    page.goto("about:blank")
    server.wait_for(lambda: server.completion == "An answer. Last.")


def test_submitting_saves_first_and_carries_version_and_token(page: Page, server: Server) -> None:
    open_page(page, server)
    type_at_end(page, COMPLETION, " Done.")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title("Submitted")
    sent = server.submitted[0]
    assert (sent["completion"], sent["version"], sent["token"]) == (["An answer. Done."], ["2"], ["first"])
    assert len(server.submitted) == 1


def test_submitting_without_a_network_is_refused_and_keeps_the_text(page: Page, server: Server) -> None:
    open_page(page, server)
    page.route("**/save", lambda route: route.abort())
    type_at_end(page, COMPLETION, " Done.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not submitted: your text has not reached the server yet.")).to_be_visible()
    assert server.submitted == []
    assert mirrors(page)


def test_the_lease_is_shown_only_when_it_is_short(page: Page, server: Server) -> None:
    server.lease_until = page.evaluate("new Date(Date.now() + 3600000).toISOString()")
    open_page(page, server)
    expect(page.locator("[data-lease]")).to_be_hidden()
    server.lease_until = page.evaluate("new Date(Date.now() + 300000).toISOString()")
    page.reload()
    expect(page.locator("[data-lease]")).to_have_text("Yours for 5 more min")


# --- keys of every page


def test_single_letters_never_fire_while_typing_and_can_be_switched_off(page: Page, server: Server) -> None:
    open_page(page, server)
    type_at_end(page, COMPLETION, "?")
    assert page.locator("dialog[open]").count() == 0
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys on this page")).to_contain_text("Apply the current finding")
    page.get_by_label("Single-letter keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 0


def test_the_palette_finds_and_does(page: Page, server: Server) -> None:
    open_page(page, server)
    page.keyboard.press("Control+k")
    page.keyboard.type("subm")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Submit")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Submitted")


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(viewport={"width": 390, "height": 800}).new_page()


def test_a_phone_shows_everything_without_sideways_scrolling(phone: Page, server: Server) -> None:
    open_page(phone, server)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Menu").click()
    expect(phone.get_by_role("button", name="Dark or light")).to_be_visible()
