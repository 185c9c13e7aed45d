"""The editor's and the adjudicator's pages over HTTP."""

import re

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation import checking, handing_out, reviewing
from annotation.models import Adjudication, Assignment, Draft, EditHunk, Item, Verdict
from annotation.reviewing import Judgement, Remark
from annotation.texts import Written
from annotation.workflow import Stage, State
from annotation.writing import save_draft
from tests.factories import COMPLETION, Cast, fresh, member, project, texts

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("x")</script></textarea><img src=x onerror=alert(1)>'


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def at(cast: Cast, name: str, *rest: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *rest])


def body(response: HttpResponse) -> str:
    return response.content.decode()


def opened(cast: Cast, item: Item, stage: Stage = Stage.EDITING, editor: User | None = None) -> Assignment:
    assignment = cast.start(editor or cast.editor, stage)
    assert assignment.item_id == item.pk
    return assignment


def finish(cast: Cast, assignment: Assignment, completion: str | None = None, **more: object) -> HttpResponse:
    current = fresh(assignment.item).current
    sent = {"token": assignment.token, "prompt": current.prompt, "completion": completion or current.completion, **more}
    return signed_in(assignment.person).post(at(cast, "edit-finish", assignment.item_id), sent)


def settle(cast: Cast, assignment: Assignment, decision: str = "accept", **more: object) -> HttpResponse:
    sent = {
        "token": assignment.token, "decision": decision, "cause": "subjective",
        "note": "Both have a point; the guideline decides.", **more,
    }  # fmt: skip
    return signed_in(assignment.person).post(at(cast, "adjudicate-settle", assignment.item_id), sent)


def lapse() -> None:
    Assignment.objects.filter(ended_at=None).update(leased_until=timezone.now() - timezone.timedelta(minutes=1))
    handing_out.lapse_overdue_leases(timezone.now())


# --- home


def test_home_explains_an_empty_queue(cast: Cast) -> None:
    assert "Nothing waits for an editor" in body(signed_in(cast.editor).get(at(cast, "editor-home")))


def test_home_lists_disputes_first_and_then_the_worst(cast: Cast) -> None:
    mild = cast.item_at(State.IN_EDITING)
    bad = cast.judge(cast.write(), cast.reviewers[0], "edit", reasons=["unsafe", "factually_wrong"])
    Item.objects.filter(pk=bad.pk).update(attention=120)
    disputed = cast.item_at(State.DISPUTED)
    page = body(signed_in(cast.editor).get(at(cast, "editor-home")))
    places = [page.index(f">#{item.pk}<") for item in (disputed, bad, mild)]
    assert places == sorted(places)
    assert "Unsafe" in page
    assert "reviewer-1" not in page


def test_home_says_why_a_dispute_is_not_for_me(cast: Cast) -> None:
    member(cast.project, "reviewer-1", "editor")
    cast.item_at(State.DISPUTED)
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "editor-home")))
    assert 'data-refusal="You reviewed this item; somebody else settles the dispute."' in page


def test_home_counts_the_open_findings_of_each_item(cast: Cast) -> None:
    item = cast.judge(
        cast.write(written=texts(completion=f"As an AI language model, I would say: {COMPLETION}")),
        cast.reviewers[0], "edit",
    )  # fmt: skip
    assert item.state == State.IN_EDITING
    page = body(signed_in(cast.editor).get(at(cast, "editor-home")))
    assert re.search(r'data-label="Findings">[1-9]', page)


def test_home_costs_the_same_for_one_item_and_for_many(cast: Cast, django_assert_max_num_queries) -> None:
    for _ in range(3):
        cast.item_at(State.IN_EDITING)
        cast.item_at(State.DISPUTED)
    client = signed_in(cast.editor)
    client.get(at(cast, "editor-home"))
    with django_assert_max_num_queries(15):
        client.get(at(cast, "editor-home"))


def test_any_waiting_item_may_be_opened_by_choice_once(cast: Cast) -> None:
    cast.item_at(State.IN_EDITING)
    chosen = cast.item_at(State.IN_EDITING)
    response = signed_in(cast.editor).post(at(cast, "edit-open", chosen.pk))
    assert response["Location"] == at(cast, "edit", chosen.pk)
    assert signed_in(cast.other_editor).post(at(cast, "edit-open", chosen.pk)).status_code == 409


# --- who gets in


def test_only_editors_of_the_project_get_in(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    opened(cast, item)
    for address in (at(cast, "editor-home"), at(cast, "edit", item.pk), at(cast, "adjudicate", item.pk)):
        assert signed_in(cast.author).get(address).status_code == 403
        assert signed_in(cast.reviewers[0]).get(address).status_code == 403
        assert signed_in(cast.outsider).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    for name in ("edit-open", "edit-finish", "edit-give-up", "edit-changes", "adjudicate-open", "adjudicate-settle"):
        assert signed_in(cast.reviewers[0]).post(at(cast, name, item.pk)).status_code == 403


def test_an_item_of_another_project_does_not_exist(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    member(project("order-2"), "editor-1", "editor", admitted=False)
    assert signed_in(cast.editor).get(reverse("annotation:edit", args=["order-2", item.pk])).status_code == 404


def test_an_item_not_in_my_hands_says_how_to_get_it(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assert "Nobody has it in hand" in body(signed_in(cast.editor).get(at(cast, "edit", item.pk)))
    opened(cast, item)
    assert "Somebody else has this item" in body(signed_in(cast.other_editor).get(at(cast, "edit", item.pk)))


# --- the edit page


def test_reasons_reviews_and_remarks_stand_beside_the_text_without_names(cast: Cast) -> None:
    item = cast.judge(
        cast.write(), cast.reviewers[0], "edit", note="The second sentence is wrong.",
        remarks=[Remark("adds_facts", "completion", 4, 14, "Says who?")],
    )  # fmt: skip
    opened(cast, item)
    page = body(signed_in(cast.editor).get(at(cast, "edit", item.pk)))
    for shown in ("Reviewer 1", "The second sentence is wrong.", "Says who?", "Adds facts not in the context"):
        assert shown in page
    assert 'data-text-span="completion" data-start="4" data-end="14"' in page
    assert "reviewer-1" not in page


def test_hostile_text_is_escaped_everywhere(cast: Cast) -> None:
    item = cast.judge(
        cast.write(written=texts(completion=f"{COMPLETION} {HOSTILE}")), cast.reviewers[0], "edit", note=HOSTILE
    )
    opened(cast, item)
    client = signed_in(cast.editor)
    page = body(client.get(at(cast, "edit", item.pk)))
    part = body(client.post(at(cast, "edit-changes", item.pk), {"prompt": HOSTILE, "completion": HOSTILE}))
    for html in (page, part):
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_the_edit_page_costs_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries) -> None:
    remarks = [Remark("too_long", "completion", number, number + 3, "Here.") for number in range(0, 60, 5)]
    item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit", remarks=remarks)
    opened(cast, item)
    client = signed_in(cast.editor)
    client.get(at(cast, "edit", item.pk))
    with django_assert_max_num_queries(13):
        client.get(at(cast, "edit", item.pk))


def test_changes_are_listed_by_word_with_a_reason_each(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    opened(cast, item)
    start = item.current.completion.index("must")
    sent = {
        "prompt": item.current.prompt,
        "completion": item.current.completion.replace("must", "has to", 1),
        f"reason-completion-{start}": "language",
    }
    part = body(signed_in(cast.editor).post(at(cast, "edit-changes", item.pk), sent, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert 'data-changes="1"' in part
    assert f'name="reason-completion-{start}"' in part
    assert '<option value="language" selected>' in part
    assert 'id="marked-completion" hx-swap-oob="true"' in part


def test_finishing_saves_tracked_changes_with_their_reasons_and_note(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = opened(cast, item)
    start = item.current.completion.index("must")
    response = finish(
        cast, assignment, item.current.completion.replace("must", "has to", 1), note="Plainer.",
        **{f"reason-completion-{start}": "language", "reason-completion-9999": "nonsense"},
    )  # fmt: skip
    assert response["Location"] == at(cast, "editor-home")
    hunk = EditHunk.objects.get(item=item)
    assert (hunk.before, hunk.after, hunk.reason) == ("must", "has to", "language")
    assert fresh(item).current.note == "Plainer."
    assert "The checks run on the new text" in str(*get_messages(response.wsgi_request))


def test_windows_line_ends_of_the_browser_are_no_change(cast: Cast) -> None:
    first = texts(completion=f"{COMPLETION}\n\nSecond paragraph.")
    item = cast.judge(cast.judge(cast.write(written=first), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    assignment = opened(cast, item)
    finish(cast, assignment, item.current.completion.replace("\n", "\r\n"), keep="1")
    assert fresh(item).state == State.ACCEPTED
    assert not EditHunk.objects.exists()


def test_a_changed_meaning_forces_one_more_review_and_a_changed_wording_does_not(cast: Cast) -> None:
    for meaning_changed, state in ((True, State.IN_REVIEW), (False, State.ACCEPTED)):
        item = cast.judge(cast.judge(cast.write(), cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
        more = {"meaning_changed": "1"} if meaning_changed else {}
        finish(cast, opened(cast, item), item.current.completion.replace("one month", "two weeks"), **more)
        checking.check_item(item.pk)
        assert fresh(item).state == state
        Item.objects.filter(state=State.IN_REVIEW).update(leased=True)


def test_keeping_a_changed_text_is_refused_and_nothing_typed_is_lost(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    response = finish(cast, opened(cast, item), "Something else entirely, typed with care.", keep="1", note="My note.")
    assert response.status_code == 422
    page = body(response)
    assert "You have changed the text." in page
    assert "Something else entirely, typed with care.</textarea>" in page
    assert "My note." in page
    assert fresh(item).state == State.IN_EDITING


def test_an_empty_text_is_refused(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = opened(cast, item)
    sent = {"token": assignment.token, "prompt": "Still here.", "completion": "  "}
    response = signed_in(cast.editor).post(at(cast, "edit-finish", item.pk), sent)
    assert response.status_code == 409
    assert "may not be empty" in body(response)
    assert "Still here.</textarea>" in body(response)


def test_an_endless_text_is_refused_in_words_and_compared_with_nothing(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = opened(cast, item)
    response = finish(cast, assignment, "word " * 40_001)
    assert response.status_code == 422
    assert "Completion: shorten it to 200,000 characters." in body(response)
    sent = {"prompt": "", "completion": "word " * 40_001}
    assert signed_in(cast.editor).post(at(cast, "edit-changes", item.pk), sent).status_code == 409


def test_a_lapsed_lease_keeps_the_text_and_gives_the_item_back_on_request(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = opened(cast, item)
    lapse()
    changed = item.current.completion.replace("must", "has to", 1)
    response = finish(cast, assignment, changed)
    assert response.status_code == 409
    assert "has to answer within one month" in body(response)
    again = signed_in(cast.editor).post(at(cast, "edit-open", item.pk), headers={"Accept": "application/json"}).json()
    assert again["token"] != str(assignment.token)
    assert {"version", "lease_until"} <= again.keys()
    assert finish(cast, Assignment.objects.get(token=again["token"]), changed).status_code == 302


def test_a_draft_of_an_older_text_is_offered_and_not_put_over_the_new_one(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = opened(cast, item)
    save_draft(
        person=cast.editor, item=item, token=str(assignment.token), version=0,
        written=Written.of(item.current.prompt, "My half-finished older edit."), signals={},
    )  # fmt: skip
    client = signed_in(cast.editor)
    assert "My half-finished older edit.</textarea>" in body(client.get(at(cast, "edit", item.pk)))
    Draft.objects.update(saved_at=item.current.created_at - timezone.timedelta(hours=1))
    page = body(client.get(at(cast, "edit", item.pk)))
    assert "You began an edit of an earlier version" in page
    assert "My half-finished older edit.</textarea>" not in page
    assert 'data-version="1"' in page


def test_giving_up_needs_a_sentence_and_rejects_the_item(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    assignment = opened(cast, item)
    client = signed_in(cast.editor)
    short = client.post(at(cast, "edit-give-up", item.pk), {"token": assignment.token, "note": "no"})
    assert short.status_code == 409
    assert "Say in a sentence why." in body(short)
    note = "The question has no answer in this jurisdiction."
    assert client.post(at(cast, "edit-give-up", item.pk), {"token": assignment.token, "note": note}).status_code == 302
    assert fresh(item).state == State.REJECTED


def test_the_text_fields_carry_the_language_of_their_data(cast: Cast) -> None:
    item = cast.item_at(State.IN_EDITING)
    opened(cast, item)
    page = body(signed_in(cast.editor).get(at(cast, "edit", item.pk)))
    assert re.search(r'<textarea class="editor-input" name="completion"[^>]* lang="en" dir="ltr"', page)


# --- adjudication


def test_the_reviews_stand_side_by_side_with_their_differences_first(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "accept", note="")
    scores = {"correctness": 1, "conciseness": 4, "observance": 4, "safety": 4, "overall": 2}
    remarks = [Remark("unsafe", "completion", 0, 3, "This harms whoever follows it.")]
    judgement = Judgement(Verdict.REJECT, scores, remarks=remarks)
    token = str(cast.review_of(item, cast.reviewers[1]).token)
    reviewing.judge(person=cast.reviewers[1], item_id=item.pk, token=token, judgement=judgement)
    opened(cast, item, Stage.ADJUDICATION)
    page = body(signed_in(cast.editor).get(at(cast, "adjudicate", item.pk)))
    assert page.index("Reviewer 1") < page.index("Reviewer 2")
    assert page.count("data-differs") == 2
    assert "3 rows scored the same" in page
    assert 'data-text-span="completion" data-start="0" data-end="3"' in page
    assert "Accepted at once" in page
    for hidden in ("reviewer-1", "reviewer-2", "expert-en-law"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("decision", "state"),
    [("accept", State.ACCEPTED), ("edit", State.IN_EDITING), ("reject", State.REJECTED)],
)
def test_each_decision_does_what_it_says(cast: Cast, decision: str, state: State) -> None:
    item = cast.item_at(State.DISPUTED)
    response = settle(cast, opened(cast, item, Stage.ADJUDICATION), decision)
    assert response["Location"] == at(cast, "editor-home")
    assert fresh(item).state == state
    assert Adjudication.objects.get(item=item).cause == "subjective"


def test_a_decision_without_cause_or_note_is_not_recorded_and_keeps_what_was_typed(cast: Cast) -> None:
    item = cast.item_at(State.DISPUTED)
    assignment = opened(cast, item, Stage.ADJUDICATION)
    no_cause = settle(cast, assignment, cause="")
    assert no_cause.status_code == 422
    assert "Cause: choose what was at the root of it." in body(no_cause)
    assert "Both have a point; the guideline decides." in body(no_cause)
    no_note = settle(cast, assignment, note="No.")
    assert no_note.status_code == 422
    assert re.search(r'value="subjective" required checked', body(no_note))
    assert not Adjudication.objects.exists()


def test_a_lapsed_lease_of_a_dispute_keeps_the_note(cast: Cast) -> None:
    item = cast.item_at(State.DISPUTED)
    assignment = opened(cast, item, Stage.ADJUDICATION)
    lapse()
    response = settle(cast, assignment)
    assert response.status_code == 409
    assert "Both have a point; the guideline decides." in body(response)
    assert signed_in(cast.editor).post(at(cast, "adjudicate-open", item.pk))["Location"] == at(
        cast, "adjudicate", item.pk
    )


def test_the_adjudication_page_costs_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries) -> None:
    item = cast.item_at(State.DISPUTED)
    opened(cast, item, Stage.ADJUDICATION)
    client = signed_in(cast.editor)
    client.get(at(cast, "adjudicate", item.pk))
    with django_assert_max_num_queries(11):
        client.get(at(cast, "adjudicate", item.pk))
