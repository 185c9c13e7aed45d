"""The expert's pages as the server gives them: home, desk, saving, checking, submitting, answering."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotation import checking, handing_out
from annotation.models import Assignment, Comment, Dismissal, Draft, Guideline, Item
from annotation.reviewing import Remark
from annotation.workflow import Stage, State
from tests.factories import COMPLETION, PROMPT, Cast, admit, desk, fresh, texts

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \u202e}};{{ 7|add:7 }}"


@pytest.fixture
def browser_of(client: Client):
    def sign_in(person) -> Client:
        browser = Client()
        browser.force_login(person)
        return browser

    return sign_in


@pytest.fixture
def expert(cast: Cast, browser_of) -> Client:
    return browser_of(cast.author)


def at(cast: Cast, path: str) -> str:
    return f"/p/{cast.project.slug}/{path}"


def send(browser: Client, url: str, **body: Any):
    return browser.post(url, json.dumps(body), content_type="application/json", headers={"accept": "application/json"})


def save(browser: Client, cast: Cast, assignment: Assignment, *, version: int = 0, **texts: Any):
    body = {"prompt": PROMPT, "completion": COMPLETION, "version": version, "token": str(assignment.token), **texts}
    return send(browser, at(cast, f"write/{assignment.item_id}/save"), **body)


def form_of(assignment: Assignment, **more: str) -> dict[str, str]:
    return {"token": str(assignment.token), "prompt": PROMPT, "completion": COMPLETION, "signals": "{}", **more}


def page(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def one_of_each(cast: Cast) -> list[Item]:
    """Returned last: what came back is handed out before anything new."""
    items = [cast.item_at(state) for state in (State.SET_ASIDE, State.ACCEPTED, State.REJECTED, State.IN_REVIEW)]
    return [*items, cast.write(written=texts(completion="Yes."))]


# --- home


def test_home_says_what_start_next_would_be_and_how_many_places_are_left(cast: Cast, expert: Client) -> None:
    html = page(expert, at(cast, "write/"))
    assert "Open QA" in html
    assert "10 places left" in html
    assert "Start another" not in html


def test_home_lists_every_state_of_ones_own_work(cast: Cast, expert: Client) -> None:
    items = one_of_each(cast)
    html = page(expert, at(cast, "write/"))
    for item in items:
        assert f'id="item-{item.pk}"' in html
    assert "Returned to you" in html
    assert "An automatic check found what must be mended" in html
    assert "Take back" in html
    assert "waiting for a reviewer" in html
    assert "Revise #" in html


def test_home_shows_only_ones_own_items(cast: Cast, expert: Client) -> None:
    others = cast.write(cast.other_author)
    assert f'id="item-{others.pk}"' not in page(expert, at(cast, "write/"))


@pytest.mark.parametrize("filled", [False, True])
def test_home_takes_ten_statements_at_most(cast: Cast, expert: Client, filled: bool) -> None:
    if filled:
        one_of_each(cast)
    expert.get(at(cast, "write/"))
    with CaptureQueriesContext(connection) as captured:
        page(expert, at(cast, "write/"))
    assert len(captured) <= 10, "\n".join(query["sql"][:150] for query in captured.captured_queries)


def test_home_of_somebody_not_qualified_says_who_can_help(cast: Cast, browser_of) -> None:
    cast.author.qualifications.all().delete()
    html = page(browser_of(cast.author), at(cast, "write/"))
    assert "not qualified for any cell" in html
    assert "manager" in html


def test_empty_queue_leads_back_home_with_the_reason(cast: Cast, expert: Client) -> None:
    cast.author.qualifications.all().delete()
    response = expert.post(at(cast, "start/writing/"), follow=True)
    assert response.redirect_chain[-1][0] == at(cast, "write/")
    assert "not qualified for any cell" in response.content.decode()


# --- starting


def test_start_next_opens_the_desk_and_the_same_one_again(cast: Cast, expert: Client) -> None:
    first = expert.post(at(cast, "start/writing/"))
    again = expert.post(at(cast, "start/writing/"))
    assert first.url == again.url
    html = page(expert, first.url)
    assert 'name="prompt"' in html
    assert 'lang="en"' in html


def test_start_another_gives_a_second_item(cast: Cast, expert: Client) -> None:
    first = expert.post(at(cast, "start/writing/"))
    second = expert.post(at(cast, "start/writing/"), {"another": "1"})
    assert first.url != second.url


def test_unknown_stage_is_not_found(cast: Cast, expert: Client) -> None:
    assert expert.post(at(cast, "start/nonsense/")).status_code == 404


def test_why_shows_the_terms_of_the_choice(cast: Cast, expert: Client) -> None:
    item = cast.start(cast.author).item
    assert "Need of the cell" in page(expert, at(cast, f"work/{item.pk}/why"))
    assert "Need of the cell" in page(expert, at(cast, f"write/{item.pk}/"))


# --- the desk


def test_desk_of_another_person_is_not_found(cast: Cast, browser_of) -> None:
    item = cast.start(cast.author).item
    assert browser_of(cast.other_author).get(at(cast, f"write/{item.pk}/")).status_code == 404
    assert browser_of(cast.manager).get(at(cast, f"write/{item.pk}/")).status_code == 403


def test_desk_shows_the_clauses_of_its_skill_and_not_of_others(cast: Cast, expert: Client) -> None:
    guideline = Guideline.objects.create(project=cast.project, version=3)
    guideline.clauses.create(
        code="OQA-1", title="Name the source of law", skill="open_qa", body="Give the **article**."
    )
    guideline.clauses.create(code="EXT-1", title="Only what the context says", skill="extraction")
    html = page(expert, at(cast, f"write/{cast.start(cast.author).item_id}/"))
    assert "OQA-1" in html
    assert "<strong>article</strong>" in html
    assert "EXT-1" not in html


def test_desk_shows_the_context_with_its_provenance(cast: Cast, expert: Client) -> None:
    cast.cell.contexts.create(
        project=cast.project, text="A passage.", title="Ruling 7", licence="CC-BY-4.0", added_by=cast.manager
    )
    html = page(expert, at(cast, f"write/{cast.start(cast.author).item_id}/"))
    for shown in ("A passage.", "Ruling 7", "CC-BY-4.0"):
        assert shown in html


def test_desk_asks_for_ones_own_context_where_the_skill_needs_one(cast: Cast, expert: Client) -> None:
    cast.cell.skill = "closed_qa"
    cast.cell.save()
    assignment = cast.start(cast.author)
    assert 'name="own_licence"' in page(expert, at(cast, f"write/{assignment.item_id}/"))
    refused = expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment))
    assert refused.status_code == 409
    assert "needs a context" in refused.content.decode()
    brought = {"own_text": "A passage.", "own_title": "Ruling 7", "own_licence": "CC0-1.0"}
    assert (
        expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment, **brought)).status_code == 302
    )
    assert fresh(assignment.item).context.licence == "CC0-1.0"


def test_right_to_left_language_sets_the_direction_of_its_fields(cast: Cast, expert: Client) -> None:
    cast.cell.language_id = "ar"
    cast.cell.save()
    cast.cell.refresh_from_db()
    admit(cast.author, cast.cell)
    html = page(expert, at(cast, f"write/{cast.start(cast.author).item_id}/"))
    assert 'lang="ar" dir="rtl"' in html


def test_hostile_text_stays_text_on_every_page(cast: Cast, expert: Client) -> None:
    cast.cell.contexts.create(
        project=cast.project, text=HOSTILE, title=HOSTILE, author=HOSTILE, licence=HOSTILE[:80], added_by=cast.manager
    )
    assignment = cast.start(cast.author)
    save(expert, cast, assignment, prompt=HOSTILE, completion=HOSTILE)
    pages = [
        page(expert, at(cast, f"write/{assignment.item_id}/")),
        page(expert, at(cast, "write/")),
        expert.post(
            at(cast, f"write/{assignment.item_id}/preview"), {"prompt": HOSTILE, "completion": HOSTILE}
        ).content.decode(),
        expert.post(
            at(cast, f"write/{assignment.item_id}/check"), {"prompt": HOSTILE, "completion": HOSTILE}
        ).content.decode(),
    ]
    handing_out.hand_back(desk(cast.author, cast.project), assignment.item_id, str(assignment.token), "no_time")
    pages.append(page(expert, at(cast, f"write/{assignment.item_id}/")))
    for html in pages:
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "onerror=alert(2)>" not in html


# --- saving


def test_saved_text_is_there_when_the_desk_is_opened_again(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    answer = save(expert, cast, assignment, prompt="A beginning", completion="")
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    assert {"saved_at", "lease_until"} <= answer.json().keys()
    html = page(expert, at(cast, f"write/{assignment.item_id}/"))
    assert "A beginning" in html
    assert 'data-version="1"' in html


def test_two_windows_are_told_of_each_other_and_neither_text_is_lost(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    save(expert, cast, assignment, prompt="From window one")
    answer = save(expert, cast, assignment, prompt="From window two")
    assert answer.status_code == 409
    assert answer.json()["reason"] == "version"
    assert answer.json()["theirs"] == {"prompt": "From window one", "completion": COMPLETION, "version": 1}
    assert Draft.objects.get().prompt == "From window one"


def test_save_without_the_lease_is_told_so_and_kept(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    handing_out.hand_back(desk(cast.author, cast.project), assignment.item_id, str(assignment.token), "no_time")
    answer = save(expert, cast, assignment, prompt="Typed too late")
    assert (answer.status_code, answer.json()["reason"]) == (409, "lease")
    assert Draft.objects.get().prompt == "Typed too late"


@pytest.mark.parametrize("token", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_strange_tokens_hold_nothing(cast: Cast, expert: Client, token: str) -> None:
    assignment = cast.start(cast.author)
    for path in (f"write/{assignment.item_id}/save", f"work/{assignment.item_id}/heartbeat"):
        answer = send(expert, at(cast, path), prompt="x", completion="y", version=0, token=token)
        assert (answer.status_code, answer.json()["reason"]) == (409, "lease")


@pytest.mark.parametrize("body", ["{", "[]", "nonsense", '{"prompt": 7}', '{"version": "x"}', '{"version": true}'])
def test_what_no_page_sends_is_refused_not_broken(cast: Cast, expert: Client, body: str) -> None:
    assignment = cast.start(cast.author)
    url = at(cast, f"write/{assignment.item_id}/save")
    answer = expert.post(url, body, content_type="application/json", headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["reason"] == "malformed"


def test_only_counts_are_kept_of_the_writing_signals(cast: Cast, expert: Client) -> None:
    signals = {"typed": 12, "pasted_outside": 3.0, "clipboard": "secret", "deleted": "many", "active_seconds": -4}
    save(expert, cast, cast.start(cast.author), signals=signals)
    assert Draft.objects.get().signals == {"typed": 12, "pasted_outside": 3, "active_seconds": 0}


def test_expired_session_is_told_so_instead_of_being_sent_a_form(cast: Cast) -> None:
    assignment = cast.start(cast.author)
    answer = save(Client(), cast, assignment)
    assert answer.status_code == 401


def test_heart_beat_extends_the_lease(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    answer = send(expert, at(cast, f"work/{assignment.item_id}/heartbeat"), token=str(assignment.token))
    assert answer.status_code == 200
    assert Assignment.objects.get().leased_until > assignment.leased_until


# --- live checks


def test_check_gives_the_findings_part_with_tokens(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    url = at(cast, f"write/{assignment.item_id}/check")
    html = send(expert, url, prompt=PROMPT, completion="Yes.").content.decode()
    assert 'data-severity="must"' in html
    assert 'data-tokens-completion="2"' in html
    assert "<html" not in html


def test_live_check_takes_four_statements_at_most(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    url = at(cast, f"write/{assignment.item_id}/check")
    send(expert, url, prompt=PROMPT, completion="Warm.")
    with CaptureQueriesContext(connection) as captured:
        send(expert, url, prompt=PROMPT, completion=COMPLETION)
    assert len(captured) <= 4, "\n".join(query["sql"][:150] for query in captured.captured_queries)


def test_finding_is_dismissed_and_taken_back_from_the_page(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    text = {"prompt": PROMPT, "completion": COMPLETION.replace("one month.", "one month [3].")}
    html = send(expert, at(cast, f"write/{assignment.item_id}/check"), **text).content.decode()
    fingerprint = html.split('data-fingerprint="')[1].split('"')[0]
    body = {**text, "fingerprint": fingerprint, "reason": "quoted", "note": HOSTILE}
    answer = expert.post(at(cast, f"items/{assignment.item_id}/dismiss"), body, headers={"HX-Request": "true"})
    assert "data-dismissed" in answer.content.decode()
    assert "<script>" not in answer.content.decode()
    answer = expert.post(at(cast, f"items/{assignment.item_id}/undismiss"), body, headers={"HX-Request": "true"})
    assert "data-dismissed" not in answer.content.decode()
    assert not Dismissal.objects.exists()


# --- submitting


def test_submitted_text_goes_to_the_checks_and_the_person_home(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    response = expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment), follow=True)
    assert response.redirect_chain[-1][0].startswith(at(cast, "write/"))
    assert f"#{assignment.item_id} is submitted" in response.content.decode()
    assert fresh(assignment.item).state == State.CHECKING


def test_submit_and_start_next_goes_to_the_next_desk(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    response = expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment, next="1"))
    assert response.url == at(cast, f"write/{Item.objects.latest('pk').pk}/")
    assert response.url != at(cast, f"write/{assignment.item_id}/")


def test_submit_repeated_changes_nothing(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    for _ in range(2):
        assert expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment)).status_code == 302
    assert assignment.item.revisions.count() == 1


def test_refused_submit_gives_the_text_back_with_the_reason(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    form = form_of(assignment, completion="  ", prompt="A prompt nobody saved")
    response = expert.post(at(cast, f"write/{assignment.item_id}/submit"), form)
    html = response.content.decode()
    assert response.status_code == 409
    assert "The completion is empty." in html
    assert "A prompt nobody saved" in html


def test_submit_after_the_lease_shows_the_kept_text_and_the_way_back(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    handing_out.hand_back(desk(cast.author, cast.project), assignment.item_id, str(assignment.token), "no_time")
    response = expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment))
    html = response.content.decode()
    assert response.status_code == 409
    assert PROMPT in html
    assert "Take it back" in html
    assert "Copy text" in html


def test_submit_over_another_windows_text_is_refused_and_shows_ones_own(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    save(expert, cast, assignment, prompt="From window one")
    response = expert.post(at(cast, f"write/{assignment.item_id}/submit"), form_of(assignment, version="0"))
    assert response.status_code == 409
    assert PROMPT in response.content.decode()
    assert Draft.objects.get().prompt == "From window one"


def test_preview_shows_markdown_and_what_must_be_fixed(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    url = at(cast, f"write/{assignment.item_id}/preview")
    html = expert.post(url, {"prompt": "What is **this**?", "completion": "Yes."}).content.decode()
    assert "<strong>this</strong>" in html
    assert "must be fixed" in html


def test_row_polls_while_checking_and_stops_when_it_is_over(cast: Cast, expert: Client) -> None:
    item = cast.submit(cast.start(cast.author))
    url = at(cast, f"write/{item.pk}/progress")
    waiting = expert.get(url, headers={"HX-Request": "true"})
    assert waiting.status_code == 200
    assert "every 1s" in waiting.content.decode()
    checking.check_item(item.pk)
    over = expert.get(url, headers={"HX-Request": "true"})
    assert over.status_code == 286
    assert "every 1s" not in over.content.decode()


def test_must_finding_brings_the_item_back_with_the_findings(cast: Cast, expert: Client) -> None:
    item = cast.submit(cast.start(cast.author), texts(completion="Yes."))
    checking.check_item(item.pk)
    row = expert.get(at(cast, f"write/{item.pk}/progress"), headers={"HX-Request": "true"})
    assert "came back" in row.headers["HX-Trigger"]
    assert "automatic check" in row.content.decode()
    url = expert.post(at(cast, "start/writing/")).url
    html = page(expert, url)
    assert "An automatic check sent it back" in html
    assert 'data-severity="must"' in html


# --- returned work


@pytest.fixture
def returned(cast: Cast) -> Item:
    remark = Remark("factually_wrong", "completion", 4, 14, text="Which controller?")
    return cast.judge(cast.write(), cast.reviewers[0], "return", remarks=[remark])


def test_returned_work_shows_reasons_note_and_docked_remarks(cast: Cast, expert: Client, returned: Item) -> None:
    html = page(expert, expert.post(at(cast, "start/writing/")).url)
    assert "Factually wrong" in html
    assert "The second claim has no source." in html
    assert "Which controller?" in html
    assert 'data-start="4" data-end="14"' in html
    assert cast.reviewers[0].name not in html


def test_remark_moves_with_its_words_in_the_draft(cast: Cast, expert: Client, returned: Item) -> None:
    assignment = cast.start(cast.author)
    save(expert, cast, assignment, completion="In short: " + returned.current.completion)
    assert 'data-start="14" data-end="24"' in page(expert, at(cast, f"write/{returned.pk}/"))


def test_unchanged_or_unanswered_rework_is_refused_in_words(cast: Cast, expert: Client, returned: Item) -> None:
    assignment = cast.start(cast.author)
    url = at(cast, f"write/{returned.pk}/submit")
    same = form_of(assignment, prompt=returned.current.prompt, completion=returned.current.completion)
    assert "unchanged since it was returned" in expert.post(url, same).content.decode()
    changed = same | {"completion": returned.current.completion + " It has to keep a record of it."}
    assert "remark waits for your answer" in expert.post(url, changed).content.decode()
    comment = Comment.objects.get()
    answer = expert.post(
        at(cast, f"comments/{comment.pk}/answer"), {"done": "1", "reply": ""}, headers={"HX-Request": "true"}
    )
    assert "data-done" in answer.content.decode()
    assert expert.post(url, changed).status_code == 302


def test_disagreeing_needs_a_reason_and_shows_it(cast: Cast, expert: Client, returned: Item) -> None:
    cast.start(cast.author)
    url = at(cast, f"comments/{Comment.objects.get().pk}/answer")
    assert expert.post(url, {"done": "0", "reply": " "}).status_code == 409
    answer = expert.post(url, {"done": "0", "reply": "It is defined in the prompt."}, headers={"HX-Request": "true"})
    assert "You disagree" in answer.content.decode()


def test_nobody_else_answers_a_remark(cast: Cast, browser_of, returned: Item) -> None:
    url = at(cast, f"comments/{Comment.objects.get().pk}/answer")
    assert browser_of(cast.other_author).post(url, {"done": "1"}).status_code == 404


def test_changes_against_what_was_returned_are_one_click_away(cast: Cast, expert: Client, returned: Item) -> None:
    cast.start(cast.author)
    text = {"prompt": returned.current.prompt, "completion": returned.current.completion.replace("one", "two")}
    html = expert.post(at(cast, f"write/{returned.pk}/preview"), {**text, "changes": "1"}).content.decode()
    assert '<details class="changes" open>' in html
    assert "<del>" in html


# --- giving back and taking back


def test_skip_needs_a_reason_and_keeps_the_draft(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    save(expert, cast, assignment, prompt="Half a thought")
    url = at(cast, f"work/{assignment.item_id}/skip")
    assert expert.post(url, {"token": str(assignment.token)}).status_code == 409
    form = {"token": str(assignment.token), "reason": "not_my_field", "note": "Tax law"}
    assert expert.post(url, form).url == at(cast, "write/")
    assert fresh(assignment.item).state == State.SET_ASIDE
    html = page(expert, at(cast, f"write/{assignment.item_id}/"))
    assert "Half a thought" in html
    back = expert.post(at(cast, f"write/{assignment.item_id}/take-back"))
    assert back.url == at(cast, f"write/{assignment.item_id}/")
    assert "Half a thought" in page(expert, back.url)


def test_lapsed_desk_is_taken_back_by_the_page_with_a_new_token(cast: Cast, expert: Client) -> None:
    assignment = cast.start(cast.author)
    Assignment.objects.update(leased_until="2020-01-01T00:00Z")
    handing_out.lapse_overdue_leases(assignment.claimed_at)
    answer = send(expert, at(cast, f"write/{assignment.item_id}/take-back"), prompt="x", completion="y")
    assert answer.status_code == 200
    assert answer.json()["token"] != str(assignment.token)


def test_item_on_its_way_cannot_be_taken_back(cast: Cast, expert: Client) -> None:
    item = cast.write()
    html = page(expert, at(cast, f"write/{item.pk}/"))
    assert "Take it back" not in html
    answer = send(expert, at(cast, f"write/{item.pk}/take-back"), prompt="x", completion="y")
    assert answer.status_code == 409


# --- edits


@pytest.fixture
def edited(cast: Cast) -> Item:
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    return cast.edit(item, completion=item.current.completion.replace("must", "has to"))


def test_author_sees_the_changes_and_says_thanks(cast: Cast, expert: Client, edited: Item) -> None:
    assert "Your text was improved" in page(expert, at(cast, "write/"))
    html = page(expert, at(cast, f"write/{edited.pk}/edits/"))
    assert "has to" in html
    assert cast.editor.name not in html
    hunk = edited.hunks.get()
    url = at(cast, f"items/{edited.pk}/edits/{hunk.revision_id}/respond")
    answer = expert.post(url, {"hunks": [hunk.pk], "response": "thanks"}, headers={"HX-Request": "true"})
    assert "You said thanks" in answer.content.decode()
    assert "Your text was improved" not in page(expert, at(cast, "write/"))


def test_objection_needs_a_reason(cast: Cast, expert: Client, edited: Item) -> None:
    hunk = edited.hunks.get()
    url = at(cast, f"items/{edited.pk}/edits/{hunk.revision_id}/respond")
    assert expert.post(url, {"hunks": [hunk.pk], "response": "objects"}).status_code == 409
    expert.post(url, {"hunks": [hunk.pk], "response": "objects", "note": "“must” is the word of the law."})
    hunk.refresh_from_db()
    assert hunk.response == "objects"


def test_only_the_author_answers_an_edit(cast: Cast, browser_of, edited: Item) -> None:
    hunk = edited.hunks.get()
    url = at(cast, f"items/{edited.pk}/edits/{hunk.revision_id}/respond")
    assert browser_of(cast.other_author).post(url, {"hunks": [hunk.pk], "response": "thanks"}).status_code == 404
    hunk.refresh_from_db()
    assert hunk.response == ""


def test_editor_in_hand_may_save_and_check_through_the_same_addresses(cast: Cast, browser_of) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = cast.start(cast.editor, Stage.EDITING)
    browser = browser_of(cast.editor)
    assert save(browser, cast, assignment, completion="Mended.").status_code == 200
    assert send(browser, at(cast, f"write/{item.pk}/check"), prompt=PROMPT, completion=COMPLETION).status_code == 200
    assert Draft.objects.get(person=cast.editor).completion == "Mended."
