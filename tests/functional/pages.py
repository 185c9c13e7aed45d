"""One list of every page, who looks at it and with what open: for accessibility, for a phone, and for the eye."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from annotation.fairness import digests
from annotation.onboarding.mail_stops import stop_link
from tests.functional import found
from tests.functional.filled import Filled

Arguments = Callable[[Filled], tuple[object, ...]]


def of_nothing(_filled: Filled) -> tuple[object, ...]:
    return ()


def of_project(filled: Filled) -> tuple[object, ...]:
    return (filled.project.slug,)


def of_item(name: str) -> Arguments:
    """Of the item, or of the item of the assignment, that `Filled` has under this name."""

    def arguments(filled: Filled) -> tuple[object, ...]:
        found = getattr(filled, name)
        return filled.project.slug, getattr(found, "item_id", found.pk)

    return arguments


def of_person(name: str) -> Arguments:
    return lambda filled: (filled.project.slug, getattr(filled.standings, name).pk)


def of_reviewer(filled: Filled) -> tuple[object, ...]:
    return filled.project.slug, filled.cast.reviewers[0].pk


def of_learned(name: str) -> Arguments:
    """Of what `tests.learned` has under this name."""
    return lambda filled: (filled.project.slug, getattr(filled.learned, name).pk)


def of_called(name: str) -> Arguments:
    """Of what `called.fill` has under this name."""
    return lambda filled: (filled.project.slug, getattr(filled.called, name).pk)


@dataclass(frozen=True)
class Shown:
    title: str
    who: str | None
    name: str
    arguments: Arguments = of_project
    query: str = ""
    do: Callable[[Page], Any] | None = None
    status: int = 200
    # The workbench may be wider than a phone.
    wide: bool = False


# --- what is open on a page


def preview(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(page.locator("#preview-body .prose").first).to_be_visible()


def skip_dialog(page: Page) -> None:
    page.get_by_role("button", name="Skip").first.click()
    expect(page.locator("#skip-dialog")).to_be_visible()


def key_sheet(page: Page) -> None:
    page.locator("body").press("?")
    expect(page.locator("#key-sheet")).to_be_visible()


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def why(page: Page) -> None:
    page.locator("summary", has_text="Why").first.click()
    expect(page.locator("details.popover[open] dl, details.popover[open] p").first).to_be_visible()


def remark_dialog(page: Page) -> None:
    page.get_by_role("button", name="Remark").first.click()
    expect(page.locator("#remark-dialog")).to_be_visible()


def lapsed_lease(page: Page) -> None:
    """The save is answered as it is when somebody else has the lease."""
    answer = '{"reason": "lease", "message": "The lease on this item has lapsed; your text is kept."}'
    page.route("**/save", lambda route: route.fulfill(status=409, content_type="application/json", body=answer))
    page.locator("#editor-completion").press("Control+End")
    page.keyboard.type(".")
    expect(page.get_by_role("dialog", name="Your lease has lapsed")).to_be_visible()


def conflict(page: Page) -> None:
    answer = '{"reason": "version", "theirs": {"prompt": "Another.", "completion": "Another text.", "version": 7}}'
    page.route("**/save", lambda route: route.fulfill(status=409, content_type="application/json", body=answer))
    page.locator("#editor-completion").press("Control+End")
    page.keyboard.type(".")
    expect(page.get_by_role("dialog", name="Two versions of this text")).to_be_visible()


def judge_first(page: Page) -> None:
    if page.get_by_role("button", name="Return").count():
        page.locator("label.chip", has_text="Adds facts not in the context").click()
        page.get_by_role("button", name="Return").click()
        page.get_by_role("link", name="Next task").click()
    expect(page.get_by_role("button", name="This is the mistake")).to_be_visible()


def rewrite_badly(page: Page) -> None:
    """The beginning is changed, not the sentence that is wrong; so it comes again, whoever opens it."""
    field = page.get_by_label("Completion, to be mended")
    field.fill(f"To begin with: {field.input_value()}")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_label("Explanation")).to_contain_text("mend that one")


def piece_in_hand(page: Page) -> None:
    panel = page.locator("#pieces")
    panel.get_by_role("button", name="Score next piece").or_(panel.get_by_role("link")).first.click()
    expect(page.get_by_role("button", name="Save the score")).to_be_visible()


def wrong_list(page: Page) -> None:
    page.get_by_label("Text").fill("email,languages\nnew-person@example.org,de\nno address,Klingon\n")
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("alert")).to_contain_text("2 things to mend")


def stop_token() -> str:
    return stop_link("new@example.org", "").split("/")[-2]


def wrong_password(page: Page) -> None:
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist, [role=alert]").first).to_be_visible()


def with_engines(page: Page) -> None:
    found.engines_at_work()
    page.reload()
    expect(page.get_by_role("rowheader", name="languagetool")).to_be_visible()


def menu(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Menu").click()


PAGES: tuple[Shown, ...] = (
    # signed out
    Shown("sign-in", None, "account_login", of_nothing),
    Shown("sign-in-refused", None, "account_login", of_nothing, do=wrong_password),
    Shown("password-forgotten", None, "account_reset_password", of_nothing),
    Shown("password-mail-sent", None, "account_reset_password_done", of_nothing),
    Shown("password-link-used", None, "account_reset_password_from_key", lambda _: ("1", "set-password")),
    Shown("password-is-set", None, "account_reset_password_from_key_done", of_nothing),
    Shown("sign-up-closed", None, "account_signup", of_nothing),
    Shown("account-inactive", None, "account_inactive", of_nothing),
    Shown("join", None, "annotation:join", lambda filled: (filled.secret,)),
    Shown("join-with-a-used-link", None, "annotation:join", lambda _: ("no-such-secret",), status=404),
    Shown("call", None, "annotation:call", lambda f: (f.called.open_secret,)),
    Shown("call-gone", None, "annotation:call", lambda _: ("no-such-secret",), status=404),
    Shown("call-enter", None, "annotation:call-enter", lambda f: (f.called.own_secret,)),
    Shown("mail-stop", None, "annotation:mail-stop", lambda _: (stop_token(),)),
    # applicants
    Shown("application", "applicant half-way", "annotation:application", lambda f: (f.called.half.pk,)),
    Shown("application-waiting", "applicant waiting", "annotation:application", lambda f: (f.called.sent.pk,)),
    Shown("application-admitted", "applicant admitted", "annotation:application", lambda f: (f.called.admitted.pk,)),
    # everybody
    Shown("projects-none", "outsider", "annotation:start", of_nothing),
    Shown("sign-out", "expert", "account_logout", of_nothing),
    Shown("password-change", "expert", "account_change_password", of_nothing),
    Shown("email-addresses", "expert", "account_email", of_nothing),
    Shown("password-again", "expert", "account_reauthenticate", of_nothing),
    Shown("second-factors", "expert", "mfa_index", of_nothing),
    Shown("guideline", "expert", "annotation:guideline"),
    Shown("guideline-tasks", "manager", "annotation:guideline"),
    Shown("appeal", "expert", "annotation:appeal", of_item("rejected")),
    Shown("appeal-running", "expert", "annotation:item", of_item("appealed")),
    Shown("appeal-to-settle", "editor", "annotation:adjudicate", of_item("appealed")),
    Shown("feedback", "expert", "annotation:feedback"),
    Shown("feedback-to-answer", "editor", "annotation:feedback", query="?show=answer"),
    Shown("feedback-none", "beginner", "annotation:feedback"),
    Shown("feedback-ratings", "manager", "annotation:feedback-ratings"),
    Shown("talk", "expert", "annotation:talk", lambda f: (f.project.slug, f.rejected.pk, "item", f.rejected.pk)),
    Shown("thread", "expert", "annotation:thread", lambda f: (f.project.slug, f.thread.pk)),
    Shown("digests", "expert", "annotation:digest-settings", of_nothing),
    Shown("digest-stop", None, "annotation:digest-stop", lambda f: (digests.stop_path(f.cast.author).split("/")[-2],)),
    Shown("forbidden", "expert", "annotation:pipeline", status=403),
    Shown("not-found", "expert", "annotation:item", lambda filled: (filled.project.slug, 999_999), status=404),
    # experts
    Shown("write-home", "expert", "annotation:expert-home"),
    Shown("write-home-returned", "other expert", "annotation:expert-home"),
    Shown("write-home-keys", "expert", "annotation:expert-home", do=key_sheet),
    Shown("write-home-palette", "expert", "annotation:expert-home", do=palette),
    Shown("write-home-menu", "expert", "annotation:expert-home", do=menu),
    Shown("workbench-german", "german expert", "annotation:workbench", of_item("writing"), wide=True),
    Shown("workbench-returned", "other expert", "annotation:workbench", of_item("revising"), wide=True),
    Shown("workbench-preview", "german expert", "annotation:workbench", of_item("writing"), do=preview, wide=True),
    Shown("workbench-skip", "german expert", "annotation:workbench", of_item("writing"), do=skip_dialog, wide=True),
    Shown("workbench-why", "german expert", "annotation:workbench", of_item("writing"), do=why, wide=True),
    Shown("workbench-lapsed", "german expert", "annotation:workbench", of_item("writing"), do=lapsed_lease, wide=True),
    Shown("workbench-conflict", "german expert", "annotation:workbench", of_item("writing"), do=conflict, wide=True),
    Shown("workbench-away", "expert", "annotation:workbench", of_item("edited")),
    Shown("workbench-take-back", "finnish expert", "annotation:workbench", of_item("set_aside")),
    Shown("edits-to-answer", "expert", "annotation:edits", of_item("edited")),
    Shown("item-as-its-author", "expert", "annotation:item", of_item("edited")),
    # reviewers
    Shown("review-home", "reviewer", "annotation:reviewer-home"),
    Shown("review-german", "reviewer", "annotation:review", of_item("review")),
    Shown("review-remark", "reviewer", "annotation:review", of_item("review"), do=remark_dialog),
    Shown("review-skip", "reviewer", "annotation:review", of_item("review"), do=skip_dialog),
    Shown("review-again", "re-reviewer", "annotation:review", of_item("rereview")),
    Shown("review-judged", "reviewer", "annotation:review", of_item("accepted")),
    Shown("item-as-its-reviewer", "reviewer", "annotation:item", of_item("accepted")),
    # editors
    Shown("edit-home", "editor", "annotation:editor-home"),
    Shown("edit-home-dispute", "adjudicator", "annotation:editor-home"),
    Shown("edit", "editor", "annotation:edit", of_item("in_editing"), wide=True),
    Shown("edit-not-in-hand", "adjudicator", "annotation:edit", of_item("in_editing")),
    Shown("adjudicate", "adjudicator", "annotation:adjudicate", of_item("adjudicated"), wide=True),
    # tests and training
    Shown("my-tests", "german expert", "annotation:my-tests"),
    Shown("my-tests-passed", "expert", "annotation:my-tests"),
    Shown("test-item-to-judge", "finnish expert", "annotation:attempt", of_learned("attempt")),
    Shown("test-item-explained", "finnish expert", "annotation:attempt", of_learned("attempt"), query="?position=1"),
    Shown("test-piece-to-write", "german expert", "annotation:attempt", of_learned("writing")),
    Shown("test-result", "german expert", "annotation:attempt", of_learned("ended")),
    Shown("tests", "editor", "annotation:tests"),
    Shown("test", "manager", "annotation:test", of_learned("test")),
    Shown("test-item-edit", "editor", "annotation:test-item", of_learned("item")),
    Shown("pieces", "editor", "annotation:pieces"),
    Shown("piece-to-score", "editor", "annotation:piece", of_learned("piece")),
    Shown("piece-in-hand", "reviewer", "annotation:reviewer-home", do=piece_in_hand),
    Shown("training-home", "finnish expert", "annotation:training-home"),
    Shown("training-home-passed", "german expert", "annotation:training-home"),
    Shown("training-task-to-judge", "finnish expert", "annotation:training", of_learned("assignment")),
    Shown("training-task-to-find", "finnish expert", "annotation:training", of_learned("assignment"), do=judge_first),
    Shown("training-task-to-rewrite", "finnish expert", "annotation:training", of_learned("rewriting")),
    Shown(
        "training-task-rewritten", "finnish expert", "annotation:training", of_learned("rewriting"), do=rewrite_badly
    ),
    Shown("training-passed", "german expert", "annotation:training", of_learned("passed")),
    Shown("training-sets", "manager", "annotation:training-sets"),
    Shown("training-set", "manager", "annotation:training-set", of_learned("training_set")),
    Shown("training-task-edit", "editor", "annotation:training-task", of_learned("find")),
    # managers
    Shown("pipeline", "manager", "annotation:pipeline"),
    Shown("experts", "manager", "annotation:experts"),
    Shown("experts-none", "manager", "annotation:experts", query="?q=nobody-is-called-that"),
    Shown("experts-alerts", "manager", "annotation:alerts"),
    Shown("standing-rule", "manager", "annotation:standing-rule"),
    Shown("expert-slipping", "manager", "annotation:expert-page", of_person("slipping")),
    Shown("expert-new", "manager", "annotation:expert-page", of_person("beginner")),
    Shown("expert-verified", "manager", "annotation:expert-verify", of_person("slipping")),
    Shown("parity", "manager", "annotation:parity"),
    Shown("my-standing-slipping", "slipping expert", "annotation:my-standing"),
    Shown("my-standing-first-days", "beginner", "annotation:my-standing"),
    Shown("items", "manager", "annotation:items"),
    Shown("items-filtered", "manager", "annotation:items", query="?state=in_review"),
    Shown("items-none", "manager", "annotation:items", query="?q=nothing-is-called-that"),
    Shown("item-edited", "manager", "annotation:item", of_item("edited")),
    Shown("item-rejected", "manager", "annotation:item", of_item("rejected")),
    Shown("item-disputed", "manager", "annotation:item", of_item("adjudicated")),
    Shown("item-finnish", "manager", "annotation:item", of_item("waiting")),
    Shown("cells", "manager", "annotation:cells"),
    Shown("cell-new", "manager", "annotation:cell-new"),
    Shown("cells-import", "manager", "annotation:cells-import"),
    Shown("cell-edit", "manager", "annotation:cell-edit", lambda f: (f.project.slug, f.cells["de"].pk)),
    Shown("guideline-edit", "manager", "annotation:guideline-edit"),
    Shown("clause-new", "manager", "annotation:clause-new"),
    Shown("clause-edit", "manager", "annotation:clause-edit", lambda f: (f.project.slug, f.clause.pk)),
    Shown("diversity", "manager", "annotation:diversity"),
    Shown("diversity-cell", "manager", "annotation:diversity-cell", lambda f: (f.project.slug, f.cast.cell.pk)),
    Shown("diversity-cell-small", "manager", "annotation:diversity-cell", lambda f: (f.project.slug, f.cells["fi"].pk)),
    Shown("routing", "manager", "annotation:routing"),
    Shown("compare", "editor", "annotation:compare", lambda f: (f.project.slug, f.accepted.pk, f.edited.pk)),
    Shown("reviewers", "manager", "annotation:reviewers"),
    Shown("reviewer-figures", "manager", "annotation:reviewer-figures", of_person("slipping")),
    Shown("reviewer-cases", "manager", "annotation:reviewer-cases", of_reviewer, query="?what=reviews"),
    Shown("reviewer-texts", "manager", "annotation:reviewer-texts"),
    Shown("reviewer-estimates", "manager", "annotation:reviewer-estimates"),
    Shown("control-looks", "manager", "annotation:control-looks"),
    Shown("control-items", "manager", "annotation:control-items"),
    Shown("checks", "manager", "annotation:checks"),
    Shown("checks-findings", "manager", "annotation:checks-findings"),
    Shown("checks-findings-none", "manager", "annotation:checks-findings", query="?check=nothing"),
    Shown("checks-switches", "manager", "annotation:checks-switches"),
    Shown("checks-switch", "manager", "annotation:checks-switch", lambda f: (f.project.slug, f.noisy), "?severity=off"),
    Shown("engines", "manager", "annotation:engines", of_nothing, do=with_engines),
    Shown("engines-none", "staff", "annotation:engines", of_nothing),
    Shown("onboarding", "manager", "annotation:onboarding"),
    Shown("onboarding-people", "manager", "annotation:onboarding-people"),
    Shown("onboarding-people-none", "manager", "annotation:onboarding-people", query="?step=accepted&domain=history"),
    Shown("onboarding-qualified", "manager", "annotation:onboarding-people", query="?pick=qualified"),
    Shown("call-new", "manager", "annotation:call-new"),
    Shown("call-manage", "manager", "annotation:call-manage", of_called("call")),
    Shown("call-edit", "manager", "annotation:call-edit", of_called("call")),
    Shown("call-invite", "manager", "annotation:call-invite", of_called("call"), do=wrong_list),
    Shown("application-read", "manager", "annotation:application-read", of_called("sent")),
    Shown("people", "manager", "annotation:people"),
    Shown("person", "manager", "annotation:person", lambda f: (f.project.slug, f.cast.author.pk)),
    Shown("ledger", "manager", "annotation:ledger"),
    Shown("ledger-entries", "manager", "annotation:ledger-entries"),
    Shown("ledger-entries-none", "manager", "annotation:ledger-entries", query="?person=1&state=void&stage=editing"),
    Shown("ledger-rates", "manager", "annotation:ledger-rates"),
    Shown("ledger-runs", "manager", "annotation:ledger-runs"),
    Shown("ledger-run", "manager", "annotation:ledger-run", lambda f: (f.project.slug, 1)),
    Shown("my-pay", "expert", "annotation:my-pay"),
    Shown("my-pay-reviewer", "reviewer", "annotation:my-pay"),
    Shown("my-pay-nothing", "beginner", "annotation:my-pay"),
    Shown("invite", "manager", "annotation:invite"),
    Shown("settings", "manager", "annotation:project-settings"),
    Shown("style-guide", "manager", "annotation:style-guide"),
    Shown("imports", "manager", "annotation:imports"),
    Shown("import-mapping", "manager", "annotation:import-mapping", of_item("job_ready")),
    Shown("job-done", "manager", "annotation:job", of_item("job_done")),
    Shown("job-failed", "manager", "annotation:job", of_item("job_failed")),
    Shown("job-waiting", "manager", "annotation:job", of_item("job_waiting")),
    Shown("job-exported", "manager", "annotation:job", of_item("job_exported")),
    Shown("exports", "manager", "annotation:exports"),
    Shown("project-new", "staff", "annotation:project-new", of_nothing),
    Shown("pipeline-as-client", "client", "annotation:pipeline"),
)

# Addresses that answer with something else than a page of ours to a GET.
NO_PAGES: dict[str, str] = {
    "annotation:health": "JSON for supervisors",
    "annotation:project": "redirects to the first page of one's role",
    "annotation:why": "a part of a page, seen in workbench-why",
    "annotation:progress": "a part of write-home",
    "annotation:judge": "redirects to the review",
    "annotation:edit-finish": "redirects to the edit",
    "annotation:edit-give-up": "redirects to the edit",
    "annotation:adjudicate-settle": "redirects to the dispute",
    "annotation:import-errors": "a file",
    "annotation:application-cv": "a file",
    "annotation:checks-csv": "a file",
    "annotation:export-download": "a file",
    "annotation:experts-csv": "a file",
    "annotation:reviewers-csv": "a file",
    "annotation:ledger-csv": "a file",
    "annotation:my-pay-csv": "a file",
    "account_set_password": "redirects whoever has a password to password-change",
}
# Pages for operators and programs; second factors and codes by mail, as allauth brings them, reached in their course.
NOT_OURS = ("admin:", "api-", "mfa_", "account_email_verification_sent", "account_confirm")
