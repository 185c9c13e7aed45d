"""Conversations under role names, and the inbox of everything said to a person."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import editing, writing
from annotation.fairness import appealing, feedback, ratings, threads
from annotation.fairness.feedback_words import grouped, told_at
from annotation.fairness.threads import Topic
from annotation.models import FeedbackRating, InstructionRating, Item, Membership, Message, Part, ReadMark, Thread
from annotation.reviewing import Remark
from annotation.workflow import State
from core.refusal import Refused
from experts.models import StandingChange
from tests.factories import COMPLETION, Cast, desk, fresh, member, texts

pytestmark = pytest.mark.django_db

NAMES = {"expert-en-law", "reviewer-1", "reviewer-2", "reviewer-3", "editor-1", "editor-2", "manager-1"}
HOSTILE = "<script>alert('x')</script> =HYPERLINK(\"http://x\")"
NOTE = "The second claim has no source."


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def kinds(cast: Cast, person: User, **more: object) -> list[str]:
    return [entry.kind for entry in feedback.entries(feedback.Reader.at(desk(person, cast.project)), **more)]  # type: ignore[arg-type]


@pytest.fixture
def returned(cast: Cast) -> Item:
    remarks = [Remark("incomplete", "completion", 4, 14, "Which controller?")]
    return cast.judge(cast.write(), cast.reviewers[0], "return", remarks=remarks)


@pytest.fixture
def edited(cast: Cast) -> Item:
    item = cast.judge(cast.write(), cast.reviewers[0], "edit")
    return cast.edit(item, completion=item.current.completion.replace("must", "has to"))  # type: ignore[union-attr]


def respond(item: Item, *, thanks: bool, note: str = "It was a duty.") -> None:
    assert item.author is not None
    hunks = list(item.hunks.values_list("pk", flat=True))
    revision = item.hunks.first().revision_id  # type: ignore[union-attr]
    editing.respond(person=item.author, revision_id=revision, hunk_ids=hunks, thanks=thanks, note=note)


# --- conversations


def test_author_and_reviewer_talk_under_role_names(cast: Cast, returned: Item) -> None:
    comment = returned.comments.get()
    subject = threads.about(returned, Topic.COMMENT, comment.pk)
    thread = threads.start(desk(cast.author, cast.project), subject, "Do you mean the first one?")
    assert thread.waits_for == Part.REVIEWER
    thread = threads.say(desk(cast.reviewers[0], cast.project), thread.pk, HOSTILE)
    assert thread.waits_for == Part.AUTHOR
    for person, own, other in (
        (cast.author, "expert-en-law", "Reviewer 1"),
        (cast.reviewers[0], "reviewer-1", "Author"),
    ):
        html = client_of(person).get(f"/p/{cast.project.slug}/threads/{thread.pk}/").content.decode()
        assert "Do you mean the first one?" in html
        assert "&lt;script&gt;" in html
        assert other in html
        assert not [name for name in NAMES - {own} if name in html]


def test_another_reviewer_stays_outside_even_with_the_number(cast: Cast, returned: Item) -> None:
    subject = threads.about(returned, Topic.REVIEW, returned.reviews.get().pk)
    thread = threads.start(desk(cast.author, cast.project), subject, "Why?")
    for person in (cast.reviewers[1], cast.other_author):
        assert client_of(person).get(f"/p/{cast.project.slug}/threads/{thread.pk}/").status_code == 404
        assert (
            client_of(person).post(f"/p/{cast.project.slug}/threads/{thread.pk}/", {"text": "Me too"}).status_code
            == 404
        )
    item = cast.rework(returned)
    cast.judge(item, cast.reviewers[0], "accept")
    item = cast.judge(fresh(item), cast.reviewers[1], "accept")
    with pytest.raises(Refused, match="between the author, the reviewer"):
        threads.start(desk(cast.reviewers[1], cast.project), subject, "Me too")
    assert threads.threads_of(desk(cast.reviewers[1], cast.project), item) == []


def test_an_editor_reads_along_and_joins_by_speaking(cast: Cast, returned: Item) -> None:
    subject = threads.about(returned, Topic.REVIEW, returned.reviews.get().pk)
    thread = threads.start(desk(cast.author, cast.project), subject, "Why?")
    editor = desk(cast.editor, cast.project)
    assert threads.shown(editor, [thread])[0].close_refusal is not None
    threads.say(editor, thread.pk, "The reviewer means article 12.")
    assert threads.close(editor, thread.pk).done_at is not None
    assert threads.say(desk(cast.author, cast.project), thread.pk, "Thank you.").done_at is None


def test_an_objection_opens_a_conversation_that_the_editor_must_answer(cast: Cast, edited: Item) -> None:
    respond(edited, thanks=False)
    thread = Thread.objects.get()
    assert (thread.topic, thread.waits_for) == (Topic.EDIT, Part.EDITOR)
    editor = desk(cast.editor, cast.project)
    assert [entry.kind for entry in feedback.to_answer(feedback.Reader.at(editor))] == ["message"]
    with pytest.raises(Refused, match="has no answer yet"):
        threads.close(editor, thread.pk)
    threads.say(editor, thread.pk, "“Must” is the guideline's word for a duty of law only.")
    assert feedback.to_answer(feedback.Reader.at(editor)) == []
    assert threads.close(editor, thread.pk).waits_for == ""
    respond(edited, thanks=False, note="Still.")
    assert Thread.objects.get().waits_for == Part.EDITOR


def test_the_item_has_one_conversation_with_its_editors(cast: Cast) -> None:
    item = cast.write()
    url = f"/p/{cast.project.slug}/items/{item.pk}/talk/item/{item.pk}/"
    author = client_of(cast.author)
    assert author.post(url, {"text": "May I use a table here?"}).status_code == 302
    assert author.post(url, {"text": "Or a list?"}).status_code == 302
    assert Thread.objects.count() == 1
    assert kinds(cast, cast.editor) == kinds(cast, cast.other_editor) == ["message", "message"]
    assert client_of(cast.reviewers[0]).get(url).status_code == 404
    assert author.post(url, {"text": " \n "}).status_code == 422
    assert author.post(url, {"text": "x" * 2001}).status_code == 422
    assert author.get(f"/p/{cast.project.slug}/items/{item.pk}/talk/comment/{item.pk}/").status_code == 404


def test_a_lead_writes_to_a_person_who_answers(cast: Cast) -> None:
    thread = feedback.send(cast.project, cast.author, cast.manager, "Two hints for extraction.", None)
    assert kinds(cast, cast.author) == ["message"]
    assert client_of(cast.editor).get(f"/p/{cast.project.slug}/threads/{thread.pk}/").status_code == 404
    client_of(cast.author).post(f"/p/{cast.project.slug}/threads/{thread.pk}/", {"text": "Thanks, I see."})
    assert kinds(cast, cast.manager) == ["message"]
    with pytest.raises(Refused, match="does not work in the project"):
        feedback.send(cast.project, cast.outsider, cast.manager, "Hello")
    with pytest.raises(Refused, match="yourself"):
        feedback.send(cast.project, cast.manager, cast.manager, "Hello")


def test_what_was_said_stays_said(cast: Cast) -> None:
    feedback.send(cast.project, cast.author, cast.manager, "A word.")
    for change in (lambda: Message.objects.update(text="Another"), lambda: Message.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# --- the inbox


def test_the_author_finds_all_that_was_said_the_newest_first(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "return", note=NOTE)
    item = cast.rework(item, texts(completion=f"{COMPLETION} It keeps a record."))
    item = cast.judge(cast.judge(item, cast.reviewers[0], "accept"), cast.reviewers[1], "edit")
    item = cast.edit(item, completion=item.current.completion.replace("must", "has to"))  # type: ignore[union-attr]
    feedback.send(cast.project, cast.author, cast.manager, "Well done.", item)
    StandingChange.objects.create(
        user=cast.author, project_id=cast.project.pk, at=timezone.now(), cause="outcomes", state_before="probation",
        state_after="active", weight_before=1, weight_after=1, reason="15 decisions.",
    )  # fmt: skip
    assert kinds(cast, cast.author) == ["standing", "message", "edit", "review", "review"]
    client = client_of(cast.author)
    with CaptureQueriesContext(connection) as queries:
        html = client.get(f"/p/{cast.project.slug}/feedback/").content.decode()
    assert len(queries) <= 16, "however many entries: session, person, desk, rail; marker and list twice; kinds, items"
    for words in (NOTE, "<del>must</del>", "<ins>has to</ins>", "Well done.", "15 decisions.", "Factually wrong"):
        assert words in html
    assert not [name for name in NAMES - {"expert-en-law"} if name in html]


def test_reviewers_and_editors_hear_back(
    cast: Cast,
    returned: Item,
) -> None:
    comment = returned.comments.get()
    writing.answer_comment(person=cast.author, comment_id=comment.pk, done=False, reply="It is the only one.")
    assert kinds(cast, cast.reviewers[0]) == ["reply"]
    assert kinds(cast, cast.reviewers[1]) == []


def test_thanks_and_objections_reach_the_editor(cast: Cast, edited: Item) -> None:
    respond(edited, thanks=True)
    assert kinds(cast, cast.editor) == ["thanks"]
    assert kinds(cast, cast.other_editor) == []


def test_an_appeal_is_told_to_the_lead_and_its_answer_to_both_sides(cast: Cast) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED))
    assert kinds(cast, cast.manager) == ["appeal"]
    cast.adjudicate(item, "reject")
    assert kinds(cast, cast.author)[0] == "answer"
    assert kinds(cast, cast.reviewers[0]) == kinds(cast, cast.reviewers[1]) == ["answer"]
    assert kinds(cast, cast.reviewers[2]) == []


def test_a_reviewer_hears_of_a_settlement_when_the_item_has_left_review(cast: Cast) -> None:
    item = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED)), "accept")
    assert item.state == State.IN_REVIEW
    assert kinds(cast, cast.reviewers[0]) == []
    cast.judge(item, cast.reviewers[2], "accept")
    assert kinds(cast, cast.reviewers[0]) == ["answer"]


# --- the side rail


def rail_of(person: User, cast: Cast, path: str = "guideline/") -> str:
    html = client_of(person).get(f"/p/{cast.project.slug}/{path}").content.decode()
    return html[html.index('id="rail"') : html.index('class="rail-foot"')]


def counted(number: str, of_what: str) -> str:
    return f'<span class="count">{number}<span class="visually-hidden"> {of_what}</span></span>'


def test_the_rail_says_how_much_is_unread_and_nothing_when_all_is_read(cast: Cast, returned: Item) -> None:
    feedback.send(cast.project, cast.author, cast.manager, "A word.", returned)
    assert f"Feedback {counted('2', 'unread')}</a>" in rail_of(cast.author, cast)
    assert 'class="count"' not in rail_of(cast.reviewers[1], cast)
    feedback.mark_all_read(feedback.Reader.at(desk(cast.author, cast.project)))
    assert 'class="count"' not in rail_of(cast.author, cast)


def test_the_rail_counts_the_appeals_that_the_editor_may_decide(cast: Cast) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED))
    for editor in (cast.editor, cast.other_editor):
        assert f"Edit {counted('1', 'to decide')}</a>" in rail_of(editor, cast)
    Membership.objects.create(project=cast.project, user=cast.reviewers[0], role=Role.EDITOR)
    assert "to decide" not in rail_of(cast.reviewers[0], cast)  # who reviewed it
    assert "to decide" not in rail_of(cast.manager, cast)
    cast.adjudicate(item, "reject", cast.editor)
    assert "to decide" not in rail_of(cast.other_editor, cast)


def test_the_rail_counts_as_the_deciders_are_counted(cast: Cast) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED))
    cast.editor.qualifications.all().delete()
    waiting = {
        person.pk
        for person in (cast.editor, cast.other_editor)
        if feedback.waiting_for(feedback.Reader.at(desk(person, cast.project)), decides=True).appeals
    }
    assert waiting == set(appealing.deciders(item).values_list("pk", flat=True)) == {cast.other_editor.pk}


def test_the_rail_stops_counting_at_99(cast: Cast) -> None:
    rows = [
        StandingChange(
            user=cast.author, project_id=cast.project.pk, at=timezone.now(), cause="outcomes", state_before="active",
            state_after="active", weight_before=1, weight_after=1, reason="",
        )
        for _ in range(feedback.MOST_COUNTED)
    ]  # fmt: skip
    StandingChange.objects.bulk_create(rows[1:])
    assert counted("99", "unread") in rail_of(cast.author, cast)
    StandingChange.objects.bulk_create(rows[:1])
    assert counted("99+", "unread") in rail_of(cast.author, cast)


@pytest.mark.parametrize("who", ["author", "editor", "manager"])
def test_the_rail_costs_one_statement_a_page_and_none_for_a_part(cast: Cast, returned: Item, who: str) -> None:
    client, path = client_of(getattr(cast, who)), f"/p/{cast.project.slug}/guideline/"
    counts = []
    for headers in ({}, {"HX-Request": "true"}):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path, headers=headers).status_code == 200
        counts.append([query["sql"] for query in asked if "annotation_inbox" in query["sql"]])
    assert [len(found) for found in counts] == [1, 0]


def test_read_and_unread_one_by_one_and_all(cast: Cast, returned: Item) -> None:
    reader = feedback.Reader.at(desk(cast.author, cast.project))
    feedback.send(cast.project, cast.author, cast.manager, "A word.", returned)
    assert feedback.unread(reader) == 2
    key = next((entry.kind, entry.ref) for entry in feedback.entries(reader))
    feedback.mark(reader, [key, key], is_read=True)
    assert feedback.unread(reader) == 1
    feedback.mark_all_read(reader)
    assert feedback.unread(reader) == 0
    client = client_of(cast.author)
    client.post(f"/p/{cast.project.slug}/feedback/mark", {"entry": f"{key[0]}-{key[1]}", "as": "unread"})
    assert kinds(cast, cast.author, only_unread=True) == ["message"]
    client.post(f"/p/{cast.project.slug}/feedback/mark", {"entry": ["nonsense", "x-1", "review-99999999999999999999"]})
    assert ReadMark.objects.count() == 1
    assert "Mark unread" in client.get(f"/p/{cast.project.slug}/feedback/").content.decode()


def test_pages_of_the_inbox_leave_nothing_out(cast: Cast) -> None:
    for number in range(feedback.PAGE + 3):
        feedback.send(cast.project, cast.author, cast.manager, f"Word {number}.")
    client = client_of(cast.author)
    first = client.get(f"/p/{cast.project.slug}/feedback/")
    cursor = first.context["page"].next
    second = client.get(f"/p/{cast.project.slug}/feedback/", {"cursor": cursor})
    seen = [line.key for page in (first, second) for group in page.context["groups"] for line in group.told]
    assert len(seen) == len(set(seen)) == feedback.PAGE + 3
    assert client.get(f"/p/{cast.project.slug}/feedback/", {"cursor": "~spoilt~"}).status_code == 200


def test_entries_are_grouped_by_item_and_the_words_are_theirs(cast: Cast, returned: Item) -> None:
    feedback.send(cast.project, cast.author, cast.manager, "In general.")
    feedback.send(cast.project, cast.author, cast.manager, "To this one.", returned)
    lines = told_at(
        desk(cast.author, cast.project), feedback.entries(feedback.Reader.at(desk(cast.author, cast.project)))
    )
    groups = grouped(lines)
    assert [(group.item.pk if group.item else None, len(group.told)) for group in groups] == [
        (returned.pk, 2),
        (None, 1),
    ]


@pytest.mark.parametrize("show", ["", "unread", "answer", "anything"])
def test_an_empty_inbox_says_so(cast: Cast, show: str) -> None:
    html = client_of(cast.author).get(f"/p/{cast.project.slug}/feedback/?show={show}").content.decode()
    assert 'class="empty"' in html


# --- ratings


def test_feedback_is_rated_by_its_author_and_shown_from_three_on(cast: Cast) -> None:
    for number in range(3):
        item = cast.judge(cast.write(), cast.reviewers[0], "return")
        url = f"/p/{cast.project.slug}/items/{item.pk}/rate/review/{item.reviews.last().pk}"
        assert client_of(cast.author).post(url, {"helpful": "no", "why": f"{HOSTILE} {number}"}).status_code == 302
        assert client_of(cast.author).post(url, {"helpful": "perhaps"}).status_code == 422
        assert client_of(cast.other_author).post(url, {"helpful": "yes"}).status_code == 404
        of_reviews = ratings.of_feedback(cast.project)[0]
        assert of_reviews.helpful == (0 if number == 2 else None)
    assert FeedbackRating.objects.count() == 3
    html = client_of(cast.manager).get(f"/p/{cast.project.slug}/feedback/ratings/").content.decode()
    assert "&lt;script&gt;" in html
    assert "expert-en-law" not in html


def test_instructions_are_asked_about_rarely_and_only_after_work(cast: Cast) -> None:
    author = desk(cast.author, cast.project)
    for _ in range(ratings.ASKED_AFTER):
        assert ratings.cell_to_ask_about(author) is None
        cast.write()
    assert ratings.cell_to_ask_about(author) == cast.cell
    client = client_of(cast.author)
    home = f"/p/{cast.project.slug}/write/"
    assert "How clear are the instructions" not in client.get(home).content.decode()
    assert "How clear are the instructions" in client.get(f"{home}?submitted=1").content.decode()
    url = f"/p/{cast.project.slug}/cells/{cast.cell.pk}/rate"
    assert client.post(url, {"stars": ""}).status_code == 302
    assert InstructionRating.objects.get().stars is None
    assert ratings.cell_to_ask_about(author) is None
    assert client.post(url, {"stars": "6"}).status_code == 422
    other = client_of(cast.other_author)
    assert other.post(url, {"stars": "5"}).status_code == 409


def test_the_mean_of_instructions_shows_from_three_people_on(cast: Cast) -> None:
    people = [cast.author, cast.other_author, member(cast.project, "expert-en-sea", Role.EXPERT)]
    for number, person in enumerate(people):
        cast.write(person)
        ratings.rate_instructions(desk(person, cast.project), cast.cell, stars=number + 1, words="More examples.")
        shown = ratings.of_instructions(cast.project)[0]
        assert shown.stars == (2.0 if number == 2 else None)
        assert len(shown.words) == (3 if number == 2 else 0)
