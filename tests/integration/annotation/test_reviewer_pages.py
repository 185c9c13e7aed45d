"""The reviewer's pages over HTTP: what they show, what they hide, and that nothing typed is lost."""

import json
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation import checking, handing_out
from annotation.models import Assignment, Cell, Comment, Dismissal, Item, Review
from annotation.reviewing import Remark
from annotation.rubric import CRITERIA
from annotation.workflow import Stage, State
from tests.factories import COMPLETION, Cast, admit, fresh, member, project, texts

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'
SCORES = dict.fromkeys(CRITERIA, 4)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def at(cast: Cast, name: str, *rest: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *rest])


def body(response: HttpResponse) -> str:
    return response.content.decode()


def judge(cast: Cast, client: Client, assignment: Assignment, verdict: str = "accept", **more: object) -> HttpResponse:
    sent = {"token": assignment.token, "verdict": verdict, **SCORES, **more}
    return client.post(at(cast, "judge", assignment.item_id), sent)


# --- home


def test_home_explains_an_empty_queue(cast: Cast) -> None:
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "reviewer-home")))
    assert "Nothing waits for you" in page
    assert "New items arrive as experts submit" in page


def test_home_shows_what_waits_what_is_mine_and_what_became_of_my_judgements(cast: Cast) -> None:
    judged = cast.judge(cast.write(), cast.reviewers[0], "accept")
    cast.judge(judged, cast.reviewers[1], "accept")
    revised = cast.rework(cast.judge(cast.write(), cast.reviewers[0], "return"))
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "reviewer-home")))
    assert "Revised after your return" in page
    assert f"#{revised.pk} ·" in page
    assert re.search(r"Accepted\s*</td>", page) or "Accepted</td>" in page
    for name in ("expert-en-law", "reviewer-2"):
        assert name not in page


def test_home_counts_only_what_this_person_may_judge(cast: Cast) -> None:
    cast.judge(cast.write(), cast.reviewers[0], "accept")
    cast.write()
    mine = body(signed_in(cast.reviewers[0]).get(at(cast, "reviewer-home")))
    theirs = body(signed_in(cast.reviewers[1]).get(at(cast, "reviewer-home")))
    assert "1 waiting for you" in mine
    assert "2 waiting for you" in theirs


def test_home_costs_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries) -> None:
    for _ in range(4):
        cast.write()
    cast.judge(Item.objects.order_by("pk").first(), cast.reviewers[0], "accept")
    client = signed_in(cast.reviewers[0])
    client.get(at(cast, "reviewer-home"))
    with django_assert_max_num_queries(9):
        client.get(at(cast, "reviewer-home"))


# --- who may see what


def test_only_reviewers_of_the_project_get_in(cast: Cast) -> None:
    item = cast.write()
    cast.start(cast.reviewers[0], Stage.REVIEW)
    for address in (at(cast, "reviewer-home"), at(cast, "review", item.pk)):
        assert signed_in(cast.author).get(address).status_code == 403
        assert signed_in(cast.editor).get(address).status_code == 403
        assert signed_in(cast.outsider).get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(cast.author).post(at(cast, "judge", item.pk)).status_code == 403


def test_an_item_that_was_never_handed_to_me_does_not_exist_for_me(cast: Cast) -> None:
    item = cast.write()
    assert signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)).status_code == 404


def test_an_item_of_another_project_does_not_exist(cast: Cast) -> None:
    item = cast.write()
    cast.start(cast.reviewers[0], Stage.REVIEW)
    other = project("order-2")
    member(other, "reviewer-1", "reviewer", admitted=False)
    address = reverse("annotation:review", args=["order-2", item.pk])
    assert signed_in(cast.reviewers[0]).get(address).status_code == 404


def test_the_page_is_blind_to_author_and_other_reviewers(cast: Cast) -> None:
    item = cast.judge(
        cast.write(), cast.reviewers[0], "reject", note="An unmistakable sentence of the first.",
        remarks=[Remark("too_long", "prompt", 0, 5, "An unmistakable remark of the first.")],
    )  # fmt: skip
    cast.review_of(item, cast.reviewers[1])
    page = body(signed_in(cast.reviewers[1]).get(at(cast, "review", item.pk)))
    for hidden in ("expert-en-law", "reviewer-1", "unmistakable", "Rejected, second opinion"):
        assert hidden not in page
    assert "2nd of 2 reviews" in page


# --- the review page


def test_the_text_is_shown_as_delivered_and_as_written(cast: Cast) -> None:
    item = cast.write(written=texts(completion=f"**Within one month.** {COMPLETION}"))
    cast.review_of(item, cast.reviewers[0])
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
    assert "<strong>Within one month.</strong>" in page
    assert 'data-text="completion" lang="en" dir="auto" hidden>**Within one month.** ' in page


def test_hostile_text_is_escaped_in_both_views(cast: Cast) -> None:
    item = cast.write(written=texts(completion=f"{COMPLETION} {HOSTILE}"))
    assert item.state == State.IN_REVIEW
    cast.review_of(item, cast.reviewers[0])
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in page


def test_dismissed_findings_are_shown_with_their_reason(cast: Cast) -> None:
    item = cast.write(written=texts(completion=f"As an AI language model, I would say: {COMPLETION}"))
    [finding, *_] = checking.open_findings(item)
    Dismissal.objects.create(
        item=item, fingerprint=finding.fingerprint, check_name=finding.check, reason="quoted",
        note="It quotes a chatbot.", by=cast.author, at=timezone.now(),
    )  # fmt: skip
    cast.review_of(item, cast.reviewers[0])
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
    assert "It is a quotation: It quotes a chatbot." in page
    assert "data-dismiss-form" not in page, "a reviewer reads; whoever has the text in hand dismisses"
    assert "expert-en-law" not in page


def test_texts_carry_the_language_of_their_data(cast: Cast) -> None:
    item = cast.write()
    Cell.objects.update(language="ar")
    for person in cast.reviewers:
        admit(person, Cell.objects.get())
    cast.review_of(item, cast.reviewers[0])
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
    assert page.count('data-text="completion" lang="ar" dir="auto"') == 1
    assert page.count('data-rendered="completion" lang="ar" dir="auto"') == 1


def test_every_level_of_the_rubric_is_described_on_its_control(cast: Cast) -> None:
    item = cast.write()
    cast.review_of(item, cast.reviewers[0])
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
    assert page.count("data-level=") == 25
    assert 'aria-label="4: Right, a detail could be sharper"' in page


def test_the_page_says_what_each_verdict_does_and_when_it_goes_to_adjudication(cast: Cast) -> None:
    item = cast.write()
    for _ in range(2):
        cast.review_of(item, cast.reviewers[0])
        page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
        assert "back to you" in page
        assert "Return: to adjudication" not in page
        item = cast.rework(cast.judge(item, cast.reviewers[0], "return"))
    cast.review_of(item, cast.reviewers[0])
    assert "Return: to adjudication" in body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))


def test_the_review_page_costs_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries) -> None:
    remarks = [Remark("too_long", "completion", number, number + 3, "Here.") for number in range(0, 60, 5)]
    item = cast.rework(cast.judge(cast.write(), cast.reviewers[0], "return", remarks=remarks))
    cast.review_of(item, cast.reviewers[0])
    client = signed_in(cast.reviewers[0])
    client.get(at(cast, "review", item.pk))
    with django_assert_max_num_queries(14):
        client.get(at(cast, "review", item.pk))


def test_a_second_look_begins_with_what_changed_since_my_review(cast: Cast) -> None:
    first = texts()
    item = cast.judge(
        cast.write(written=first), cast.reviewers[0], "return", note="One month is right, name the article.",
        remarks=[Remark("incomplete", "completion", 4, 14, "Name the article.")],
    )  # fmt: skip
    comment = Comment.objects.get(item=item)
    item = cast.rework(item, texts(completion=first.completion.replace("one month", "thirty days")))
    Comment.objects.filter(pk=comment.pk).update(reply="Article 12(3), added.")
    cast.review_of(item, cast.reviewers[0])
    page = body(signed_in(cast.reviewers[0]).get(at(cast, "review", item.pk)))
    assert page.index("Changes since your review") < page.index('data-reading="prompt"')
    assert re.search(r"<del>.*?month.*?</del>", page)
    assert re.search(r"<ins>.*?thirty.*?</ins>", page)
    assert "Article 12(3), added." in page
    assert "Done, says the author" in page
    assert "controller" in page[page.index("<blockquote") :][:120]


# --- judging


def test_accepting_goes_on_to_the_next_item_and_says_what_happened(cast: Cast) -> None:
    first, second = cast.write(), cast.write()
    assignment = cast.start(cast.reviewers[0], Stage.REVIEW)
    client = signed_in(cast.reviewers[0])
    response = judge(cast, client, assignment)
    other = second if assignment.item_id == first.pk else first
    assert response["Location"] == at(cast, "review", other.pk)
    page = body(client.get(response["Location"]))
    assert f"#{assignment.item_id} accepted: one more reviewer looks at it." in page
    assert "A review is final" in page


def test_the_last_one_leads_home_and_so_does_stopping(cast: Cast) -> None:
    cast.write()
    cast.write()
    client = signed_in(cast.reviewers[0])
    stopped = judge(cast, client, cast.start(cast.reviewers[0], Stage.REVIEW), stop="1")
    assert stopped["Location"] == at(cast, "reviewer-home")
    last = judge(cast, client, cast.start(cast.reviewers[0], Stage.REVIEW))
    assert last["Location"] == at(cast, "reviewer-home")


def test_remarks_on_words_arrive_with_their_span_reason_and_clause(cast: Cast) -> None:
    item = cast.write(written=texts(completion=f"😀 {COMPLETION}"))
    assignment = cast.review_of(item, cast.reviewers[0])
    remark = {"reason": "incomplete", "field": "completion", "start": 2, "end": 16, "text": "Which controller?"}
    response = judge(cast, signed_in(cast.reviewers[0]), assignment, "return", remarks=json.dumps([remark]))
    assert response.status_code == 302
    comment = Comment.objects.get(item=item)
    assert (comment.quote, comment.reason, comment.text) == ("The controller", "incomplete", "Which controller?")
    assert fresh(item).state == State.RETURNED


def test_a_refusal_without_a_reason_is_not_recorded_and_keeps_what_was_typed(cast: Cast) -> None:
    item = cast.write()
    assignment = cast.review_of(item, cast.reviewers[0])
    response = judge(cast, signed_in(cast.reviewers[0]), assignment, "reject", note="A note worth keeping.")
    page = body(response)
    assert response.status_code == 409
    assert "A refusal needs a reason." in page
    assert "A note worth keeping." in page
    assert page.count(" checked>4") == 5
    assert not Review.objects.exists()


def test_a_missing_score_is_named_and_everything_else_stays(cast: Cast) -> None:
    item = cast.write()
    assignment = cast.review_of(item, cast.reviewers[0])
    response = judge(cast, signed_in(cast.reviewers[0]), assignment, "return", safety="", reasons=["too_long"])
    page = body(response)
    assert response.status_code == 422
    assert "Safety: give it a score from 1 to 5." in page
    assert re.search(r'value="too_long" checked', page)
    assert page.count(" checked>4") == 4


@pytest.mark.parametrize(
    "remarks", ["{", "7", '[{"field": "completion"}]', '[{"reason": "too_long", "field": "name"}]']
)
def test_damaged_remarks_are_refused_in_words(cast: Cast, remarks: str) -> None:
    assignment = cast.review_of(cast.write(), cast.reviewers[0])
    response = judge(cast, signed_in(cast.reviewers[0]), assignment, "return", remarks=remarks)
    assert response.status_code == 422
    assert "emark" in body(response)


@pytest.mark.parametrize("token", ["", "no token", "00000000-0000-0000-0000-000000000000"])
def test_a_token_that_is_none_is_refused_and_the_note_stays(cast: Cast, token: str) -> None:
    item = cast.write()
    cast.review_of(item, cast.reviewers[0])
    sent = {"token": token, "verdict": "accept", **SCORES, "note": "Kept all the same."}
    response = signed_in(cast.reviewers[0]).post(at(cast, "judge", item.pk), sent)
    assert response.status_code in (409, 422)
    assert "Kept all the same." in body(response)


def test_a_lapsed_lease_keeps_the_judgement_and_offers_to_take_it_back(cast: Cast) -> None:
    item = cast.write()
    assignment = cast.review_of(item, cast.reviewers[0])
    Assignment.objects.update(leased_until=timezone.now() - timezone.timedelta(minutes=1))
    handing_out.lapse_overdue_leases(timezone.now())
    client = signed_in(cast.reviewers[0])
    response = judge(cast, client, assignment, "return", note="Half an hour of work.", reasons=["too_long"])
    assert response.status_code == 409
    assert "Half an hour of work." in body(response)
    assert "Your lease has lapsed" in body(client.get(at(cast, "review", item.pk)))
    assert client.post(at(cast, "review-open", item.pk))["Location"] == at(cast, "review", item.pk)
    again = Assignment.objects.get(item=item, ended_at=None)
    assert judge(cast, client, again, "return", note="Half an hour of work.", reasons=["too_long"]).status_code == 302


def test_a_lapsed_review_that_somebody_else_has_is_not_handed_out_twice(cast: Cast) -> None:
    item = cast.write()
    cast.review_of(item, cast.reviewers[0])
    Assignment.objects.update(leased_until=timezone.now() - timezone.timedelta(minutes=1))
    handing_out.lapse_overdue_leases(timezone.now())
    cast.review_of(item, cast.reviewers[1])
    client = signed_in(cast.reviewers[0])
    assert client.post(at(cast, "review-open", item.pk)).status_code == 409
    assert "somebody else has it now" in body(client.get(at(cast, "review", item.pk)))


def test_judging_twice_changes_nothing(cast: Cast) -> None:
    item = cast.write()
    assignment = cast.review_of(item, cast.reviewers[0])
    client = signed_in(cast.reviewers[0])
    judge(cast, client, assignment)
    assert judge(cast, client, assignment).status_code == 302
    assert Review.objects.filter(item=item).count() == 1
    assert "You have judged this item" in body(client.get(at(cast, "review", item.pk)))


def test_signing_in_again_on_submitting_leads_back_to_the_page(cast: Cast) -> None:
    item = cast.write()
    cast.review_of(item, cast.reviewers[0])
    sent_away = Client().post(at(cast, "judge", item.pk))
    assert sent_away.status_code == 302
    back = signed_in(cast.reviewers[0]).get(at(cast, "judge", item.pk))
    assert back["Location"] == at(cast, "review", item.pk)
