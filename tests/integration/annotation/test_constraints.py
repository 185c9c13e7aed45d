"""The database itself refuses what the code must never do: each constraint and trigger by its name."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from annotation.models import (
    Adjudication,
    Approval,
    Assignment,
    Cell,
    Clause,
    Context,
    Dismissal,
    Draft,
    EditHunk,
    Guideline,
    Item,
    ItemEvent,
    Membership,
    Project,
    Review,
    Revision,
)
from annotation.rubric import CRITERIA
from annotation.workflow import State
from experts.models import Outcome, Qualification, Standing
from tests.factories import Cast, fresh

pytestmark = pytest.mark.django_db

Attempt = Callable[[Cast], object]


def change(at: State, /, **values: object) -> Attempt:
    """Sets columns of an item in this state, past all stage functions."""
    return lambda cast: Item.objects.filter(pk=cast.item_at(at).pk).update(**values)


def again(model: type[models.Model], state: State, **other: object) -> Attempt:
    """The first row once more, under a new number."""

    def attempt(cast: Cast) -> None:
        item = cast.item_at(state)
        row = model.objects.filter(item=item).first()
        for name, value in other.items():
            setattr(row, name, value(cast) if callable(value) else value)
        row.pk, row._state.adding = None, True
        row.save(force_insert=True)

    return attempt


def new_review(cast: Cast, **values: object) -> None:
    item = cast.item_at(State.IN_REVIEW)
    fields = dict.fromkeys(CRITERIA, 3) | {
        "item": item, "revision": item.current, "reviewer": cast.reviewers[0], "round": 1, "verdict": "accept",
        "created_at": timezone.now(),
    }  # fmt: skip
    Review.objects.create(**(fields | values))


def new_approval(cast: Cast) -> None:
    item = cast.item_at(State.IN_REVIEW)
    Approval.objects.create(
        item=item, revision=item.current, round=1, person=cast.author, kind="edit", created_at=timezone.now()
    )


def accepted_by(count: int, *, author: bool = False) -> Attempt:
    def attempt(cast: Cast) -> None:
        item = cast.item_at(State.IN_REVIEW)
        for person in cast.reviewers[:count]:
            Approval.objects.create(
                item=item, revision=item.current, round=2, person=person, kind="review", created_at=timezone.now()
            )
        Item.objects.filter(pk=item.pk).update(state="accepted")  # still in round 1

    return attempt


def imported_twice(cast: Cast) -> None:
    for _ in range(2):
        Item.objects.filter(pk=cast.item_at(State.CHECKING).pk).update(import_hash="a" * 64)


def two_live(cast: Cast) -> None:
    live = Assignment.objects.get(item=cast.item_at(State.WRITING))
    Assignment.objects.create(
        item=live.item, person=cast.other_author, stage=live.stage,
        claimed_at=live.claimed_at, leased_until=live.leased_until,
    )  # fmt: skip


def one_place_for_two(cast: Cast) -> None:
    first, second = cast.item_at(State.CHECKING), cast.item_at(State.CHECKING)
    Item.objects.filter(pk=second.pk).update(place=first.place)


def two_drafts(cast: Cast) -> None:
    item = cast.item_at(State.WRITING)
    for _ in range(2):
        Draft.objects.create(item=item, person=cast.author)


def two_dismissals(cast: Cast) -> None:
    item = cast.item_at(State.WRITING)
    for _ in range(2):
        Dismissal.objects.create(
            item=item, fingerprint="f", check_name="length", reason="wanted", by=cast.author, at=timezone.now()
        )


def two_hunks(cast: Cast) -> None:
    item = cast.item_at(State.IN_REVIEW)
    for _ in range(2):
        EditHunk.objects.create(item=item, revision=item.current, number=1, field="prompt", start=0, end=1)


def two_settlements(cast: Cast) -> None:
    item = cast.item_at(State.DISPUTED)
    for _ in range(2):
        Adjudication.objects.create(
            item=item, revision=item.current, round=1, by=cast.editor, decision="reject", cause="subjective",
            note="No.", created_at=timezone.now(),
        )  # fmt: skip


def two_clauses(cast: Cast) -> None:
    guideline = Guideline.objects.create(project=cast.project)
    for _ in range(2):
        Clause.objects.create(guideline=guideline, code="GEN-1", title="Twice")


def two_guidelines(cast: Cast) -> None:
    for _ in range(2):
        Guideline.objects.create(project=cast.project, version=3)


def two_cells(cast: Cast) -> None:
    Cell.objects.create(
        project=cast.project, language=cast.cell.language, domain=cast.cell.domain, skill=cast.cell.skill
    )


def cell_with(**values: int) -> Attempt:
    return lambda cast: Cell.objects.filter(pk=cast.cell.pk).update(**values)


def project_with(**values: int) -> Attempt:
    return lambda cast: Project.objects.filter(pk=cast.project.pk).update(**values)


def same_role_twice(cast: Cast) -> None:
    Membership.objects.create(project=cast.project, user=cast.editor, role="editor")


def same_context_twice(cast: Cast) -> None:
    for _ in range(2):
        Context.objects.create(project=cast.project, cell=cast.cell, text="t", sha256="0" * 64, added_by=cast.manager)


def qualification_with(**values: object) -> Attempt:
    def attempt(cast: Cast) -> None:
        row = Qualification.objects.filter(user=cast.author).first()
        Qualification.objects.filter(pk=row.pk).update(**values)

    return attempt


def same_qualification_twice(cast: Cast) -> None:
    row = Qualification.objects.filter(user=cast.author).first()
    row.pk, row._state.adding = None, True
    row.save(force_insert=True)


def standings(*weights: float, deference: float = 0) -> Attempt:
    def attempt(cast: Cast) -> None:
        for weight in weights:
            Standing.objects.create(user=cast.author, project_id=cast.project.pk, weight=weight, deference=deference)

    return attempt


REFUSED: dict[str, Attempt] = {
    "item_holds_a_place_while_it_counts": change(State.CHECKING, place=None),
    "item_on_its_authors_desk_has_an_author": change(State.WRITING, author=None),
    "item_beyond_writing_has_a_revision": change(State.WRITING, state="checking"),
    "item_leased_only_where_people_work": change(State.RETURNED, leased=True),
    "item_accepted_needs_two": accepted_by(2),
    "item_imported_once": imported_twice,
    "annotation_item_place_id_key": one_place_for_two,
    "event_number_once": again(ItemEvent, State.WRITING),
    "event_numbers_start_at_one": again(ItemEvent, State.WRITING, number=0),
    "revision_number_once": again(Revision, State.CHECKING),
    "review_once_per_round": again(Review, State.RETURNED),
    "approval_once_per_round": again(Approval, State.ACCEPTED),
    "never_judges_own": lambda cast: new_review(cast, reviewer=cast.author),
    "review_scores_are_1_to_5": lambda cast: new_review(cast, safety=6),
    "review_refusal_has_a_reason": lambda cast: new_review(cast, verdict="return"),
    "assignment_live_once_per_stage": two_live,
    "assignment_ends_with_an_outcome": lambda cast: Assignment.objects.filter(item=cast.item_at(State.WRITING)).update(
        outcome="done"
    ),
    "draft_once_per_person": two_drafts,
    "dismissal_once": two_dismissals,
    "hunk_number_once": two_hunks,
    "adjudication_once_per_round": two_settlements,
    "clause_code_once": two_clauses,
    "guideline_version_once": two_guidelines,
    "cell_once_per_project": two_cells,
    "cell_prompt_bounds_in_order": cell_with(prompt_min=9, prompt_max=8),
    "cell_completion_bounds_in_order": cell_with(completion_min=9, completion_max=8),
    "project_at_least_two_approvals": project_with(overlap=1),
    "project_spot_check_is_percent": project_with(spot_check_percent=101),
    "membership_once_per_role": same_role_twice,
    "context_once_per_cell": same_context_twice,
    "qualification_once": same_qualification_twice,
    "qualification_fit_is_a_share": qualification_with(fit=0),
    "standing_once_per_project": standings(1, 1),
    "standing_weight_never_zero": standings(0),
    "standing_deference_is_a_share": standings(1, deference=1.5),
}


def refusal_of(attempt: Callable[[], object]) -> DatabaseError:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _now(attempt)
    return refused.value


def _now(attempt: Callable[[], object]) -> None:
    """Deferred foreign keys are looked at before the transaction ends, too."""
    attempt()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(cast: Cast, name: str) -> None:
    error = refusal_of(lambda: REFUSED[name](cast))
    assert error.__cause__.diag.constraint_name == name


@pytest.mark.parametrize("count", [0, 1])
def test_accepted_with_fewer_than_two_others_behind_it_is_refused(cast: Cast, count: int) -> None:
    item = cast.item_at(State.IN_REVIEW)
    for person in cast.reviewers[:count]:
        Approval.objects.create(
            item=item, revision=item.current, round=1, person=person, kind="review", created_at=timezone.now()
        )
    error = refusal_of(lambda: Item.objects.filter(pk=item.pk).update(state="accepted"))
    assert "fewer than two people" in str(error)


def test_an_author_cannot_approve_their_own(cast: Cast) -> None:
    error = refusal_of(lambda: new_approval(cast))
    assert error.__cause__.diag.constraint_name == "never_judges_own"


def history(cast: Cast) -> dict[type[models.Model], models.QuerySet]:
    item = cast.adjudicate(cast.item_at(State.DISPUTED), "accept")
    return {
        model: model.objects.filter(item=item) for model in (ItemEvent, Revision, Review, Approval, Adjudication)
    } | {Outcome: Outcome.objects.filter(item_id=item.pk)}


CHANGES = {
    ItemEvent: {"action": "skip"},
    Revision: {"completion": "Something else"},
    Review: {"note": "Never said"},
    Approval: {"kind": "edit"},
    Adjudication: {"note": "Never said"},
    Outcome: {"kind": "accepted"},
}


@pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__)
def test_history_is_neither_changed_nor_deleted(cast: Cast, model: type[models.Model]) -> None:
    rows = history(cast)[model]
    assert rows.exists()
    table = model._meta.db_table
    for attempt in (
        lambda: rows.update(**CHANGES[model]),
        lambda: rows._raw_delete(using="default"),
    ):
        assert f"{table} is append-only" in str(refusal_of(attempt))


def test_a_whole_item_cannot_be_deleted_once_it_has_a_history(cast: Cast) -> None:
    item = fresh(cast.item_at(State.WRITING))
    refusal_of(lambda: Item.objects.filter(pk=item.pk)._raw_delete(using="default"))
    assert Item.objects.filter(pk=item.pk).exists()
