"""Appeals: who may, from which state, until when, once; what each ending does to everybody's record."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation import editing, handing_out, waiting
from annotation.dashboards import cell_figures, needs
from annotation.fairness import appealing
from annotation.models import Appeal, AppealDraft, GuidelineTask, Item, Membership
from annotation.setup.setting_up import guideline_of
from annotation.workflow import Action, Stage, State
from core.refusal import Refused
from experts import outcomes
from experts.models import Outcome, OutcomeHold, Qualification, ReviewerOutcome
from tests.factories import Cast, desk, fresh, member

pytestmark = pytest.mark.django_db

ARGUMENT = "The deadline is counted from the day after receipt."
NOTE = "The author has read the article right; the reviewers have not."


def counted(cast: Cast) -> list[str]:
    """The kinds of outcomes of the author that count at the moment."""
    record = outcomes.records_of(cast.project.pk, [cast.author.pk]).get(cast.author.pk)
    return [row.kind for row in record.rows] if record else []


def given_up(cast: Cast) -> Item:
    item = cast.item_at(State.IN_EDITING)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    editing.give_up(person=cast.editor, item_id=item.pk, token=token, note=NOTE)
    return fresh(item)


def rejected_in_dispute(cast: Cast) -> Item:
    return cast.adjudicate(cast.item_at(State.DISPUTED), "reject", cast.editor)


# --- who may, and when


WHO = {
    "author": ("author", None),
    "manager": ("manager", None),
    "other_author": ("other_author", 403),
    "editor": ("editor", 403),
    "client": ("client", 403),
}


@pytest.mark.parametrize(("who", "status"), WHO.values(), ids=WHO)
@pytest.mark.parametrize("state", list(State))
def test_who_may_appeal_from_which_state(cast: Cast, who: str, status: int | None, state: State) -> None:
    item = cast.item_at(state)
    person: User = getattr(cast, who)
    allowed = status is None and state == State.REJECTED
    assert (appealing.refusal_to_appeal(desk(person, cast.project), item) is None) == allowed
    if allowed:
        assert cast.appeal(item, person).state == State.DISPUTED
        return
    with pytest.raises(Refused) as refused:
        cast.appeal(item, person)
    assert refused.value.status == (status or 409)
    assert not Appeal.objects.exists()


@pytest.mark.parametrize(
    ("days", "who", "allowed"),
    [(6.99, "author", True), (7.01, "author", False), (7.01, "manager", True), (400, "manager", True)],
)
def test_the_author_has_the_days_that_the_project_gives(cast: Cast, days: float, who: str, allowed: bool) -> None:
    item = cast.item_at(State.REJECTED)
    later = item.state_since + timedelta(days=days)
    refusal = appealing.refusal_to_appeal(desk(getattr(cast, who), cast.project), item, later)
    assert (refusal is None) == allowed
    if refusal:
        assert f"The 7 days to appeal ended on {appealing.window_ends(item):%-d %b %Y}" in refusal.reason
        assert "a manager can" in refusal.remedy


def test_a_late_author_is_refused_by_the_stage_too(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    cast.project.appeal_days = 1
    cast.project.save()
    Item.objects.filter(pk=item.pk).update(state_since=timezone.now() - timedelta(days=2))
    with pytest.raises(Refused, match="The day to appeal ended on"):
        cast.appeal(fresh(item))


@pytest.mark.parametrize(
    ("argument", "reason", "words"),
    [
        ("Too short.", "factually_wrong", "needs 20"),
        ("x" * 1001, "factually_wrong", "at most 1,000"),
        (ARGUMENT, "", "which reason is disputed"),
        (ARGUMENT, "too_long", "which reason is disputed"),
    ],
)
def test_an_appeal_is_argued(cast: Cast, argument: str, reason: str, words: str) -> None:
    item = cast.item_at(State.REJECTED)
    with pytest.raises(Refused, match=words):
        appealing.appeal(desk(cast.author, cast.project), item.pk, reason=reason, argument=argument)
    assert fresh(item).state == State.REJECTED


@pytest.mark.parametrize("rejected", [given_up, rejected_in_dispute])
def test_also_what_an_editor_rejected_can_be_appealed_but_not_to_them(cast: Cast, rejected) -> None:  # type: ignore[no-untyped-def]
    item = cast.appeal(rejected(cast))
    with pytest.raises(Refused) as refused:
        cast.start(cast.editor, Stage.ADJUDICATION)
    assert refused.value.code == "empty"
    with pytest.raises(Refused, match="somebody else settles"):
        handing_out.open_item(desk(cast.editor, cast.project), item.pk, Stage.ADJUDICATION)
    assert [bool(row.refusal) for row in waiting.disputes(desk(cast.editor, cast.project))] == [True]
    assert list(appealing.deciders(item)) == [cast.other_editor]
    assert cast.adjudicate(item, "accept").state in (State.ACCEPTED, State.IN_REVIEW)


def test_who_opened_it_for_the_author_does_not_decide_it(cast: Cast) -> None:
    Membership.objects.create(project=cast.project, user=cast.manager, role=Role.EDITOR)
    item = cast.appeal(cast.item_at(State.REJECTED), cast.manager)
    with pytest.raises(Refused, match="You opened this appeal"):
        handing_out.open_item(desk(cast.manager, cast.project), item.pk, Stage.ADJUDICATION)
    assert cast.manager not in appealing.deciders(item)


def test_an_appealed_rejection_is_the_last_word_and_a_new_rejection_is_a_new_one(cast: Cast) -> None:
    item = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED)), "edit", cast.editor)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    editing.give_up(person=cast.editor, item_id=item.pk, token=token, note=NOTE)
    item = cast.adjudicate(cast.appeal(fresh(item)), "reject", cast.other_editor)
    for who in (cast.author, cast.manager):
        with pytest.raises(Refused, match="the decision stands"):
            cast.appeal(item, who)
    assert Appeal.objects.filter(item=item).count() == 2


def test_the_database_knows_one_appeal_per_rejection(cast: Cast) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED))
    first = Appeal.objects.get(item=item)
    for change in ({"rejection": first.rejection + 1}, {}):
        first.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.create(
                **{field.name: getattr(first, field.name) for field in Appeal._meta.fields if field.name != "id"}
                | change
            )


def test_what_was_argued_and_decided_stays(cast: Cast) -> None:
    item = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED)), "reject")
    for change in ({"argument": ARGUMENT + " And more."}, {"ending": "overturned"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(item=item).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(item=item).delete()


# --- the race


@pytest.mark.django_db(transaction=True)
def test_of_two_appeals_at_once_one_is_opened() -> None:
    cast = Cast()
    item = cast.item_at(State.REJECTED)
    barrier, results = threading.Barrier(2), []

    def try_it(who: User) -> None:
        try:
            barrier.wait()
            cast.appeal(item, who)
            results.append("opened")
        except Refused as refused:
            results.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_it, args=[who]) for who in (cast.author, cast.manager)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["appeal", "opened"]
    assert Appeal.objects.count() == 1
    assert fresh(item).events.filter(target=State.DISPUTED).count() == 1


# --- the clock


def test_both_sides_see_the_clock_and_overdue_ones_come_first(cast: Cast) -> None:
    late = cast.appeal(cast.item_at(State.REJECTED))
    clock = appealing.shown(desk(cast.author, cast.project), late)[0].clock
    assert str(clock) == "answer due in 3 days"
    other = cast.item_at(State.DISPUTED)
    Item.objects.filter(pk=other.pk).update(state_since=timezone.now() - timedelta(days=30))
    first = [row.item.pk for row in waiting.disputes(desk(cast.editor, cast.project))]
    assert first == [other.pk, late.pk], "what waits longest is first"
    Appeal.objects.update(due_at=timezone.now() - timedelta(days=2, hours=1))
    rows = waiting.disputes(desk(cast.editor, cast.project))
    assert [row.item.pk for row in rows] == [late.pk, other.pk]
    assert str(rows[0].clock) == "answer overdue for 2 days"
    titles = [need.title for need in needs(cast.project, cell_figures(cast.project), timezone.now())]
    assert "1 appeal waits longer than promised" in titles
    assert cast.start(cast.editor, Stage.ADJUDICATION).item_id == late.pk


def test_the_manager_is_told_when_nobody_may_decide(cast: Cast) -> None:
    item = given_up(cast)
    Qualification.objects.filter(user=cast.other_editor).delete()
    item = cast.appeal(item)
    titles = [need.title for need in needs(cast.project, cell_figures(cast.project), timezone.now())]
    assert f"Nobody may decide the appeal of #{item.pk}" in titles
    assert appealing.shown(desk(cast.author, cast.project), item)[0].nobody_may_decide


# --- what each ending does


def test_while_it_runs_the_rejection_counts_for_nothing(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    assert counted(cast) == ["rejected"]
    cast.appeal(item)
    assert counted(cast) == []


ENDINGS = [
    ("overturned", "accept", [], ["reject→accept", "reject→accept"], 0),
    ("overturned", "edit", [], ["reject→edit", "reject→edit"], 0),
    ("upheld", "reject", ["rejected"], ["reject→reject", "reject→reject"], 0),
    ("unclear", "reject", [], [], 1),
    ("unclear", "accept", [], [], 1),
]


@pytest.mark.parametrize(("ending", "decision", "counts", "judged", "tasks"), ENDINGS)
def test_an_ending_puts_the_records_right(
    cast: Cast, ending: str, decision: str, counts: list[str], judged: list[str], tasks: int
) -> None:
    item = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED)), decision, ending=ending)
    assert counted(cast) == counts
    found = ReviewerOutcome.objects.filter(kind="appeal").order_by("id")
    assert [f"{one.said}→{one.truth}" for one in found] == judged
    assert GuidelineTask.objects.count() == tasks
    assert OutcomeHold.objects.exclude(ending="").get().ending == ending
    appeal = Appeal.objects.get(item=item)
    assert (appeal.ending, appeal.decided_by) == (ending, cast.other_editor)


def test_what_comes_of_an_overturned_one_counts_as_always(cast: Cast) -> None:
    item = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED)), "accept")
    cast.judge(item, cast.reviewers[2], "accept")
    assert counted(cast) == ["accepted"]
    assert [row.kind for row in Outcome.objects.order_by("id")] == ["rejected", "accepted"]


def test_the_editor_who_gave_up_is_scored_and_the_reviewers_are_not(cast: Cast) -> None:
    cast.adjudicate(cast.appeal(given_up(cast)), "accept")
    found = ReviewerOutcome.objects.get(kind="appeal")
    assert (found.reviewer, found.said, found.truth) == (cast.editor, "reject", "accept")


@pytest.mark.parametrize(
    ("ending", "decision", "words"),
    [
        ("", "accept", "not said how the appeal ends"),
        ("upheld", "accept", "stays"),
        ("upheld", "edit", "stays"),
        ("overturned", "reject", "does not stay"),
    ],
)
def test_ending_and_decision_belong_together(cast: Cast, ending: str, decision: str, words: str) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED))
    token = str(cast.start(cast.editor, Stage.ADJUDICATION).token)
    with pytest.raises(Refused, match=words):
        editing.adjudicate(
            person=cast.editor, item_id=item.pk, token=token, decision=decision, cause="subjective", note=NOTE,
            ending=ending,
        )  # fmt: skip
    assert fresh(item).state == State.DISPUTED


def test_a_dispute_without_an_appeal_has_no_ending(cast: Cast) -> None:
    with pytest.raises(Refused, match="There is no appeal"):
        cast.adjudicate(cast.item_at(State.DISPUTED), "accept", ending="overturned")


# --- the pages


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_draft_is_kept_while_typing_and_gone_with_the_appeal(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    url = f"/p/{cast.project.slug}/items/{item.pk}/appeal"
    author = client_of(cast.author)
    answer = author.post(f"{url}/draft", {"reason": "factually_wrong", "argument": "Half a tho"})
    assert b"Draft kept" in answer.content
    assert "Half a tho" in author.get(url).content.decode()
    assert "Half a tho" not in client_of(cast.manager).get(url).content.decode()
    assert author.post(url, {"reason": "factually_wrong", "argument": "Short."}).status_code == 422
    assert author.post(url, {"reason": "factually_wrong", "argument": ARGUMENT}).status_code == 302
    assert not AppealDraft.objects.exists()
    assert author.get(url).status_code == 409


def test_author_and_reviewers_read_the_answer_without_names(cast: Cast) -> None:
    item = cast.adjudicate(cast.appeal(cast.item_at(State.REJECTED), argument=ARGUMENT), "reject")
    names = {"expert-en-law", "reviewer-1", "reviewer-2", "editor-1", "editor-2"}
    for reader, own in ((cast.author, "expert-en-law"), (cast.reviewers[0], "reviewer-1")):
        html = client_of(reader).get(f"/p/{cast.project.slug}/items/{item.pk}/").content.decode()
        assert ARGUMENT in html
        assert "Both have a point" in html
        assert "Upheld" in html
        assert not [name for name in names - {own} if name in html]


def test_the_adjudicator_reads_the_argument_and_chooses_an_ending(cast: Cast) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED), argument="<script>alert(1)</script> is no argument.")
    client = client_of(cast.editor)
    token = str(cast.start(cast.editor, Stage.ADJUDICATION).token)
    html = client.get(f"/p/{cast.project.slug}/adjudicate/{item.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert html.count('name="ending"') == 3
    assert 'name="cause"' not in html
    clause = guideline_of(cast.project).clauses.create(code="LAW-2", title="Deadlines")
    sent = {"token": token, "decision": "reject", "ending": "unclear", "clause_id": clause.pk, "note": NOTE}
    assert client.post(f"/p/{cast.project.slug}/adjudicate/{item.pk}/settle", sent).status_code == 302
    manager = client_of(cast.manager)
    page = manager.get(f"/p/{cast.project.slug}/guideline/").content.decode()
    assert "LAW-2 Deadlines" in page
    assert NOTE in page
    task = GuidelineTask.objects.get()
    url = f"/p/{cast.project.slug}/guideline/tasks/{task.pk}/resolve"
    assert manager.post(url, {"version": 9}).status_code == 409
    assert manager.post(url, {"version": 1, "resolution": "Counted from the day after."}).status_code == 302
    assert NOTE not in manager.get(f"/p/{cast.project.slug}/guideline/").content.decode()


def test_a_member_elsewhere_finds_no_appeal(cast: Cast) -> None:
    item = cast.item_at(State.REJECTED)
    other = Cast("order-2")
    stranger = member(other.project, "expert-en-sea", Role.EXPERT)
    assert client_of(stranger).get(f"/p/{cast.project.slug}/items/{item.pk}/appeal").status_code == 404
    assert client_of(cast.other_author).get(f"/p/{cast.project.slug}/items/{item.pk}/appeal").status_code == 404


def test_the_event_is_the_authors_or_the_managers(cast: Cast) -> None:
    item = cast.appeal(cast.item_at(State.REJECTED))
    assert item.events.last().action == Action.APPEAL  # type: ignore[union-attr]
