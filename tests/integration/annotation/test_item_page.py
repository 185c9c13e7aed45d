"""One item's page: everything that happened, to each as much as they may know."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from annotation.editing import respond
from annotation.fairness import threads
from annotation.models import Item, ItemEvent, Membership
from annotation.reviewing import Remark
from annotation.workflow import Action, State
from tests.factories import COMPLETION, Cast, desk, texts

pytestmark = pytest.mark.django_db

NOTE = "The deadline is counted from the wrong day."


def page(person: User, item: Item, query: str = "", **headers: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(f"/p/{item.project.slug}/items/{item.pk}/{query}", headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def edited(cast: Cast) -> Item:
    """Returned, reworked, edited with the author's thanks, accepted."""
    remarks = [Remark("incomplete", "completion", 4, 14, "Which controller?")]
    item = cast.judge(cast.write(), cast.reviewers[0], "return", note=NOTE, remarks=remarks)
    item = cast.rework(item, texts(completion=f"{COMPLETION} It keeps a record."))
    item = cast.judge(cast.judge(item, cast.reviewers[0], "accept"), cast.reviewers[1], "edit", note=NOTE)
    item = cast.edit(item, completion=item.current.completion.replace("must", "has to"))
    hunks = list(item.hunks.values_list("pk", flat=True))
    respond(person=item.author, revision_id=item.current_id, hunk_ids=hunks, thanks=False, note="It was a duty.")
    return item


def test_the_manager_reads_the_whole_history_with_names(cast: Cast, edited: Item) -> None:
    html = page(cast.manager, edited)
    events = ItemEvent.objects.filter(item=edited)
    assert events.count() >= 8
    for event in events:
        assert Action(event.action).label in html
    for name in ("expert-en-law", "reviewer-1", "reviewer-2", "editor-1", "It was a duty.", "Which controller?", NOTE):
        assert name in html
    assert "<del>must</del>" in html
    assert "<ins>has to</ins>" in html


def test_the_author_reads_reviews_and_edits_without_names(cast: Cast, edited: Item) -> None:
    html = page(cast.author, edited)
    for words in (NOTE, "Which controller?", "a reviewer", "an editor", "It was a duty."):
        assert words in html
    for name in ("reviewer-1", "reviewer-2", "editor-1"):
        assert name not in html


def test_a_manager_who_wrote_the_item_learns_no_names_either(cast: Cast, edited: Item) -> None:
    Membership.objects.create(project=cast.project, user=cast.author, role=Role.MANAGER)
    html = page(cast.author, edited)
    assert NOTE in html
    assert "reviewer-1" not in html


def test_the_editor_reads_names_and_verdicts(cast: Cast, edited: Item) -> None:
    html = page(cast.editor, edited)
    assert "reviewer-1 (reviewer)" in html
    assert "expert-en-law (author)" in html


def test_during_review_a_reviewer_sees_no_trace_of_another_judgement(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "return", note=NOTE)
    item = cast.rework(item, texts(completion=f"{COMPLETION} It keeps a record."))
    item = cast.judge(item, cast.reviewers[0], "accept")
    cast.review_of(item, cast.reviewers[1])
    html = page(cast.reviewers[1], item)
    assert item.current.prompt.split(" (Case")[0] in html
    for trace in (
        NOTE,
        "reviewer-1",
        "expert-en-law",
        "Approved",
        "Returned by",
        "What changed",
        "round 2",
        "came back",
    ):
        assert trace not in html


def test_after_review_a_reviewer_sees_the_others_without_names(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "accept")
    item = cast.judge(item, cast.reviewers[1], "edit", note=NOTE)
    html = page(cast.reviewers[0], item)
    assert NOTE in html
    assert "reviewer-2" not in html
    assert "expert-en-law" not in html


def test_a_reviewer_sees_their_own_judgement_at_once(cast: Cast) -> None:
    item = cast.judge(cast.write(), cast.reviewers[0], "reject", note=NOTE)
    assert item.state == State.IN_REVIEW
    assert NOTE in page(cast.reviewers[0], item)


def test_any_two_revisions_are_compared_word_by_word(cast: Cast, edited: Item) -> None:
    html = page(cast.manager, edited, "?from=1&to=3", **{"HX-Request": "true", "HX-Target": "compare"})
    assert "<html" not in html
    assert "It keeps a record" in html
    assert "has to" in html
    turned = page(cast.manager, edited, "?from=3&to=1", **{"HX-Request": "true", "HX-Target": "compare"})
    assert turned == html
    assert "must" in page(cast.manager, edited, "?from=x&to=99", **{"HX-Request": "true", "HX-Target": "compare"})


def test_the_page_exists_for_those_who_may_see_the_item_only(cast: Cast, edited: Item) -> None:
    other = Cast("order-2")
    for person, status in (
        (cast.outsider, 404), (cast.other_author, 404), (cast.reviewers[2], 404), (cast.client, 404),
        (cast.reviewers[0], 200), (cast.author, 200), (cast.editor, 200), (cast.manager, 200),
    ):  # fmt: skip
        client = Client()
        client.force_login(person)
        assert client.get(f"/p/{cast.project.slug}/items/{edited.pk}/").status_code == status, person
    client = Client()
    client.force_login(other.manager)
    assert client.get(f"/p/{other.project.slug}/items/{edited.pk}/").status_code == 404


def post(person: User, item: Item, action: str, **data: str) -> tuple[int, str]:
    client = Client()
    client.force_login(person)
    answer = client.post(f"/p/{item.project.slug}/items/{item.pk}/{action}", data)
    return answer.status_code, answer.content.decode()


def test_author_and_manager_find_the_appeal_on_a_rejected_item(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    for person in (cast.author, cast.manager):
        assert f"/items/{item.pk}/appeal" in page(person, item)
    assert f"/items/{item.pk}/appeal" not in page(cast.editor, item)
    item = cast.appeal(item, argument=NOTE)
    assert "answer due in" in page(cast.author, item)
    assert NOTE in page(cast.manager, item)
    item = cast.adjudicate(item, "reject")
    assert "the decision stands" in page(cast.author, item)


def test_a_manager_releases_the_place_of_returned_work(cast: Cast) -> None:
    item = cast.item_at(State.RETURNED)
    assert post(cast.author, item, "release")[0] == 403
    assert post(cast.manager, item, "release")[0] == 302
    assert Item.objects.get(pk=item.pk).state == State.SET_ASIDE
    status, html = post(cast.manager, item, "release")
    assert status == 409
    assert "It waits for its author" in html


def test_the_page_takes_as_many_statements_for_a_long_history_as_for_a_short_one(cast: Cast, edited: Item) -> None:
    short = cast.item_at(State.ACCEPTED)
    threads.start(desk(cast.author, cast.project), threads.about(short, "item", short.pk), "May I use a table?")
    for person, most in ((cast.manager, 20), (cast.editor, 20), (cast.author, 18)):
        counts = [statements(person, item) for item in (short, edited)]
        assert counts[0] == counts[1] <= most, person


def test_neither_do_a_dispute_and_an_appeal_cost_more(cast: Cast) -> None:
    """Settled after a dispute, rejected, appealed: the same statements as what two people accepted."""
    short, disputed = cast.item_at(State.ACCEPTED), cast.adjudicate(cast.item_at(State.DISPUTED), "reject")
    appealed = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED), argument=NOTE), "reject")
    counts = [statements(cast.manager, item) for item in (short, disputed, appealed)]
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 18


def statements(person: User, item: Item) -> int:
    client = Client()
    client.force_login(person)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/p/{item.project.slug}/items/{item.pk}/")
    return len(captured)


def test_markup_in_texts_notes_and_addresses_stays_text(cast: Cast) -> None:
    hostile = '<img src=x onerror="alert(1)"> [x](javascript:alert(1))'
    item = cast.judge(
        cast.write(written=texts(completion=f"{COMPLETION} {hostile}")), cast.reviewers[0], "reject", note=hostile
    )
    for query in ("", "?view=rendered"):
        html = page(cast.manager, item, query)
        assert "<img src=x" not in html
        assert 'href="javascript' not in html


def test_an_item_without_a_text_yet_says_so(cast: Cast) -> None:
    assert "Nothing submitted yet" in page(cast.manager, cast.item_at(State.WRITING))
