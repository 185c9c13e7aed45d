"""The rules that always hold: they hold for every way through the pipeline, and each notices when it is broken."""

import random
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from annotation import checking, editing, handing_out, invariants, reviewing, writing
from annotation.models import Assignment, Draft, Item, Place, Project, Verdict
from annotation.places import set_target
from annotation.reviewing import Judgement, Remark
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Stage, State
from core.refusal import Refused
from experts.models import Outcome
from qa.models import CheckRun
from tests.factories import Cast, desk, member, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def history_may_be_changed(db: None) -> None:
    """Triggers and deferred keys step aside, as after a restore by hand or a bug below the application."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")


def sql(statement: str) -> Callable[[Cast, Item], None]:
    def run(cast: Cast, item: Item) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"item": item.pk, "author": cast.author.pk, "other": cast.reviewers[0].pk})

    return run


def second_review_of_the_round(cast: Cast, item: Item) -> None:
    """As if the adjudicator had judged before: the unique index does not cover that."""
    review = item.reviews.first()
    sql(
        "INSERT INTO annotation_adjudication (item_id, revision_id, round, by_id, decision, cause, note, created_at) "
        f"SELECT item_id, revision_id, round, reviewer_id, 'accept', 'subjective', '', clock_timestamp() "
        f"FROM annotation_review WHERE id = {review.pk}"
    )(cast, item)


def must_finding(_cast: Cast, item: Item) -> None:
    run = CheckRun.objects.filter(check_name="length").first()
    found = {
        "check": "length", "code": "x", "severity": "must", "message": "", "field": "completion", "start": None,
        "end": None, "excerpt": "", "suggestions": [], "clause": "", "data": {}, "fingerprint": "f",
    }  # fmt: skip
    CheckRun.objects.filter(pk=run.pk).update(findings=[found])


def changed_meaning(_cast: Cast, item: Item) -> None:
    sql(
        "INSERT INTO annotation_revision (item_id, number, kind, author_id, prompt, completion, prompt_tokens, "
        "completion_tokens, signals, guideline_version, meaning_changed, note, created_at) "
        "SELECT item_id, 2, 'edited', %(other)s, prompt, completion, 1, 1, '{}', 0, true, '', now() "
        "FROM annotation_revision WHERE item_id = %(item)s"
    )(_cast, item)


# What is broken, and a piece of the rule that has to notice.
DAMAGES: dict[str, tuple[str, Callable[[Cast, Item], object]]] = {
    "an event is missing": (
        "numbered from 1", sql("DELETE FROM annotation_itemevent WHERE item_id = %(item)s AND number = 2")
    ),
    "a wrong birth": (
        "born by", sql("UPDATE annotation_itemevent SET action = 'skip' WHERE item_id = %(item)s AND number = 1")
    ),
    "a step that does not exist": (
        "path of the workflow",
        sql("UPDATE annotation_itemevent SET action = 'appeal' WHERE item_id = %(item)s AND number = 3"),
    ),
    "a person's step in nobody's name": (
        "path of the workflow",
        sql("UPDATE annotation_itemevent SET by_id = NULL WHERE item_id = %(item)s AND number = 2"),
    ),
    "a state without an event": (
        "state of its last event", sql("UPDATE annotation_item SET state = 'in_review' WHERE id = %(item)s")
    ),
    "a lost outcome": ("is one outcome", sql("DELETE FROM experts_outcome WHERE item_id = %(item)s")),
    "an outcome twice": (
        "is one outcome",
        sql(
            "INSERT INTO experts_outcome (user_id, project_id, item_id, language_id, domain_id, skill, kind, at) "
            "SELECT user_id, project_id, item_id, language_id, domain_id, skill, kind, at + interval '1 second' "
            "FROM experts_outcome"
        ),
    ),
    "an outcome of an item that does not exist": (
        "is one outcome",
        sql(
            "INSERT INTO experts_outcome (user_id, project_id, item_id, language_id, domain_id, skill, kind, at) "
            "SELECT user_id, project_id, 900000000, language_id, domain_id, skill, kind, at FROM experts_outcome"
        ),
    ),
    "an outcome of the wrong kind": ("is one outcome", sql("UPDATE experts_outcome SET kind = 'rejected'")),
    "an outcome for somebody else": ("credited to", sql("UPDATE experts_outcome SET user_id = %(other)s")),
    "a lease without an assignment": (
        "knows it is leased",
        sql("UPDATE annotation_item SET state = 'in_review', leased = true WHERE id = %(item)s"),
    ),
    "an assignment without a lease": (
        "knows it is leased",
        sql("UPDATE annotation_assignment SET ended_at = NULL, outcome = '' WHERE item_id = %(item)s "
            "AND stage = 'writing'"),
    ),
    "an assignment at another stage": (
        "stage the item is in",
        sql("UPDATE annotation_assignment SET ended_at = NULL, outcome = '' WHERE item_id = %(item)s "
            "AND stage = 'writing'"),
    ),
    "an author who reviewed": (
        "what they wrote", sql("UPDATE annotation_review SET reviewer_id = %(author)s WHERE reviewer_id = %(other)s")
    ),
    "a reviewer who settled": ("judges an item twice", second_review_of_the_round),
    "an approval gone": (
        "approved in its round", sql("DELETE FROM annotation_approval WHERE person_id = %(other)s")
    ),
    "a meaning that nobody else has seen": ("changes the meaning", changed_meaning),
    "a revision out of number": (
        "Revisions are numbered", sql("UPDATE annotation_revision SET number = 5 WHERE item_id = %(item)s")
    ),
    "a review of another item's text": (
        "revision of their own item",
        lambda cast, item: sql(
            f"UPDATE annotation_review SET revision_id = {cast.write().current_id} WHERE item_id = %(item)s"
        )(cast, item),
    ),
    "a draft older than what was handed in": (
        "draft belongs",
        lambda cast, item: Draft.objects.create(
            item=item, person=cast.author, version=1, saved_at=timezone.now() - timedelta(days=1)
        ),
    ),
    "a draft of a stranger": (
        "draft belongs", lambda cast, item: Draft.objects.create(item=item, person=cast.outsider, version=1)
    ),
    "a text without a version": (
        "has a version", lambda cast, item: Draft.objects.create(item=item, person=cast.author, prompt="x")
    ),
    "a place taken by nobody": (
        "taken exactly", lambda cast, _item: Place.objects.filter(taken=False).first().__class__.objects.filter(
            pk=Place.objects.filter(taken=False).first().pk
        ).update(taken=True)
    ),
    "a place too many": ("as many regular", lambda cast, _item: Place.objects.create(cell=cast.cell)),
    "more held than the target": (
        "no more than its target", lambda cast, _item: type(cast.cell).objects.update(target=0)
    ),
    "a free place beyond the target": (
        "serves nothing new", lambda cast, _item: Place.objects.create(cell=cast.cell, extra=True)
    ),
    "a check that never ran": (
        "Every check has run", lambda _cast, _item: CheckRun.objects.filter(check_name="format").delete()
    ),
    "a text with a must-finding": ("must be mended", must_finding),
}  # fmt: skip


def test_every_state_keeps_every_rule(cast: Cast) -> None:
    for state in (*(one for one in State if one != State.WRITING), State.WRITING):
        if state in (State.IN_REVIEW, State.IN_EDITING, State.DISPUTED):
            continue  # they would stand first in the queues of the others
        cast.item_at(state)
    assert invariants.violations() == {}
    for slug, state in (("a", State.IN_REVIEW), ("b", State.IN_EDITING), ("c", State.DISPUTED)):
        Cast(slug).item_at(state)
    assert invariants.violations() == {}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.usefixtures("history_may_be_changed")
def test_damage_is_noticed_by_its_rule(cast: Cast, damage: str) -> None:
    piece, breaks = DAMAGES[damage]
    item = cast.item_at(State.ACCEPTED)
    assert invariants.violations() == {}
    breaks(cast, item)
    broken = [rule for rule in invariants.violations() if piece in rule]
    assert broken, f"nothing noticed; broken: {list(invariants.violations())}"


def test_every_rule_has_a_damage_that_it_notices() -> None:
    unprovable = {"Control items hold no place"}  # a check constraint of the table already refuses it
    unproved = [
        one.rule for one in invariants.INVARIANTS if not any(piece in one.rule for piece, _ in DAMAGES.values())
    ]
    assert set(unproved) == unprovable


def test_the_command_prints_a_table_and_fails_when_a_rule_is_broken(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert f"{len(invariants.INVARIANTS)} rules, 0 broken." in out.getvalue()
    Place.objects.create(cell=cast.cell)
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", stdout=out)
    assert ended.value.code == 1
    assert "1 broken" in out.getvalue()


class Walk:
    """A small cast doing legal and illegal things in a random order; a refusal is a fine answer."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.cast = Cast(
            f"walk-{seed}", target=4, spot_check_percent=30, open_cap=3, rework_limit=self.random.choice([1, 2])
        )
        member(self.cast.project, "expert-en-law", Role.REVIEWER, Role.EDITOR)
        member(self.cast.project, "reviewer-1", Role.EXPERT, Role.EDITOR)
        member(self.cast.project, "editor-1", Role.REVIEWER)
        cast = self.cast
        self.people = [cast.author, cast.other_author, *cast.reviewers, cast.editor, cast.other_editor, cast.manager]
        self.done: dict[str, int] = {}
        self.refused = 0

    def person(self):
        return self.random.choice(self.people)

    def item(self) -> Item:
        return self.random.choice(list(Item.objects.filter(project=self.cast.project)))

    def assignment(self, stage: Stage) -> Assignment:
        """A live one mostly, at times one that has ended."""
        mine = Assignment.objects.filter(item__project=self.cast.project, stage=stage).select_related("item", "person")
        live = list(mine.filter(ended_at=None))
        return self.random.choice(live if live and self.random.random() < 0.9 else list(mine))

    def start(self) -> None:
        handing_out.start_next(
            desk(self.person(), self.cast.project), self.random.choice(list(Stage)), another=self.random.random() < 0.3
        )

    def save(self) -> None:
        held = self.assignment(self.random.choice([Stage.WRITING, Stage.WRITING, Stage.EDITING]))
        writing.save_draft(
            person=held.person, item=held.item, token=str(held.token), version=self.random.randrange(3),
            written=texts(), signals={},
        )  # fmt: skip

    def submit(self) -> None:
        held = self.assignment(Stage.WRITING)
        for comment in writing.open_comments(held.item):
            writing.answer_comment(person=held.person, comment_id=comment.pk, done=True, reply="")
        completion = "No." if self.random.random() < 0.1 else texts().completion
        written = texts(completion=completion)
        writing.submit(person=held.person, item_id=held.item_id, token=str(held.token), written=written, signals={})

    def check(self) -> None:
        checking.check_item(self.item().pk)

    def judge(self) -> None:
        held = self.assignment(Stage.REVIEW)
        verdict = self.random.choice([Verdict.ACCEPT, Verdict.ACCEPT, *Verdict])
        remarks = [Remark("unsafe", text="Not like this, please.")] if verdict != Verdict.ACCEPT else []
        judgement = Judgement(verdict, dict.fromkeys(CRITERIA, 3), remarks=remarks)
        reviewing.judge(person=held.person, item_id=held.item_id, token=str(held.token), judgement=judgement)

    def edit(self) -> None:
        held = self.assignment(Stage.EDITING)
        current = Item.objects.select_related("current").get(pk=held.item_id).current
        added = self.random.choice(["", " It keeps a record.", " Nobody objects."])
        completion = "No." if self.random.random() < 0.1 else current.completion + added
        edit = editing.Edit(Written.of(current.prompt, completion), meaning_changed=self.random.random() < 0.4)
        editing.finish(person=held.person, item_id=held.item_id, token=str(held.token), edit=edit)

    def give_up(self) -> None:
        held = self.assignment(Stage.EDITING)
        editing.give_up(
            person=held.person, item_id=held.item_id, token=str(held.token), note="Nothing here can be saved."
        )

    def settle(self) -> None:
        held = self.assignment(Stage.ADJUDICATION)
        editing.adjudicate(
            person=held.person, item_id=held.item_id, token=str(held.token), cause="subjective",
            decision=self.random.choice(["accept", "edit", "reject"]), note="The guideline decides it.",
            ending=self.random.choice(["upheld", "overturned", "unclear"]) if held.item.appealed else "",
        )  # fmt: skip

    def hand_back(self) -> None:
        held = self.assignment(self.random.choice(list(Stage)))
        handing_out.hand_back(desk(held.person, self.cast.project), held.item_id, str(held.token), "no_time")

    def take_back(self) -> None:
        item = self.item()
        handing_out.take_back(desk(item.author, self.cast.project), item.pk)

    def open_one(self) -> None:
        stage = self.random.choice([Stage.EDITING, Stage.ADJUDICATION, Stage.REVIEW])
        handing_out.open_item(desk(self.person(), self.cast.project), self.item().pk, stage)

    def lapse(self) -> None:
        held = self.assignment(self.random.choice(list(Stage)))
        Assignment.objects.filter(pk=held.pk).update(leased_until=timezone.now() - timedelta(minutes=1))
        handing_out.lapse_overdue_leases(timezone.now())

    def appeal(self) -> None:
        item = self.item()
        self.cast.appeal(item, self.random.choice([item.author, self.person()]))

    def release(self) -> None:
        editing.release(by=self.person(), item_id=self.item().pk)

    def retarget(self) -> None:
        set_target(self.cast.cell, self.random.randrange(2, 8))

    def forge(self) -> None:
        """Somebody else's token in one's own name."""
        held = self.assignment(self.random.choice(list(Stage)))
        writing.submit(person=self.person(), item_id=held.item_id, token=str(held.token), written=texts(), signals={})

    ACTIONS = (
        [start] * 5 + [save] * 2 + [submit] * 5 + [check] * 5 + [judge] * 8 + [edit] * 4
        + [give_up, settle, settle, settle, hand_back, take_back, open_one, lapse, appeal, appeal, appeal]
        + [release, retarget, forge]
    )  # fmt: skip

    def step(self) -> None:
        action = self.random.choice(self.ACTIONS)
        try:
            action(self)
        except (Refused, writing.VersionConflict, IndexError):  # IndexError: nothing of the kind is there yet
            self.refused += 1
        else:
            self.done[action.__name__] = self.done.get(action.__name__, 0) + 1


@pytest.mark.parametrize("seed", range(3))
def test_whatever_people_do_in_whatever_order_every_rule_holds(seed: int) -> None:
    walk = Walk(seed)
    for steps in range(50, 1001, 50):
        for _ in range(50):
            walk.step()
        broken = invariants.violations()
        assert broken == {}, f"seed {seed}, after {steps} steps: {broken}"
        if Item.objects.filter(project=walk.cast.project).count() > 60:
            Project.objects.filter(pk=walk.cast.project.pk).update(open_cap=1)
    assert set(walk.done) >= {"start", "save", "submit", "check", "judge", "edit", "hand_back"}
    assert Item.objects.filter(state__in=[State.ACCEPTED, State.REJECTED]).exists()
    assert Outcome.objects.exists()
