"""A test, a piece and a training set with something in each, for pages and addresses."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission, Role
from annotation.learning import piece_scoring, testing, training
from annotation.learning.training import Given
from annotation.models import (
    Attempt,
    Cell,
    Item,
    Piece,
    Project,
    Rate,
    Test,
    TestItem,
    TrainingAssignment,
    TrainingSet,
    TrainingTask,
)
from annotation.rubric import CRITERIA
from tests.factories import desk, member, texts

CLAUSE = {
    "clause_code": "GEN-1",
    "clause_title": "Every claim can be checked",
    "clause_body": "A claim that is not in the context or common knowledge of the field needs a source to open.",
}
WHY = (
    "The completion names a deadline of three months that is nowhere in the passage. A reader who relies on it misses "
    "the real one; that is *adds facts not in the context*, whatever else is good about the text."
)

BRIEF = "Ask a question about the right of access and answer it as you would for a colleague."


@dataclass(frozen=True)
class Learned:
    test: Test
    item: TestItem
    attempt: Attempt  # under way, one item answered
    ended: Attempt  # not passed
    piece: Piece  # waits to be scored
    writing: Attempt  # the piece is being written
    training_set: TrainingSet
    task: TrainingTask
    find: TrainingTask
    assignment: TrainingAssignment  # begun
    passed: TrainingAssignment
    rewriting: TrainingAssignment  # the next task is to rewrite


def fill(project: Project, cell: Cell, *, by: User, person: User, other: User) -> Learned:
    """`person` has a try under way and a set begun; `other` is writing the piece of a test and has passed a set."""
    items = pool(project, cell, by)
    found_test = open_test(project, cell, by)
    ended = _answered(testing.start(found_test, other), right=False)
    piece = _handed_in(testing.start(found_test, member(project, "expert-scored", Role.EXPERT, admitted=False)))
    attempt = testing.start(found_test, person)
    _answer_first(attempt)
    writing = _answered(testing.start(found_test, other), right=True)
    new_set, tasks = training_set(project, cell, by)
    passed = training.begin(other, new_set)
    for task in tasks:
        _learn(passed, task)
    return Learned(
        found_test, items[0], attempt, ended, piece, writing, new_set, tasks[0], tasks[1],
        training.begin(person, new_set), passed, training.begin(person, rewrite_set(project, cell, by)),
    )  # fmt: skip


def _source(project: Project) -> Item:
    found = Item.objects.filter(project=project, current__isnull=False).first()
    assert found is not None
    return found


def _frozen(project: Project, cell: Cell, by: User) -> dict[str, object]:
    written = texts()
    return {
        "project": project, "language": cell.language, "domain": cell.domain, "skill": cell.skill, "made_by": by,
        "made_at": timezone.now(), "prompt": written.prompt, "completion": written.completion, "explanation": WHY,
    } | CLAUSE  # fmt: skip


def pool(project: Project, cell: Cell, by: User) -> list[TestItem]:
    verdicts = [("accept", []), ("return", ["adds_facts"]), ("reject", ["factually_wrong", "unsafe"])] * 3
    return [
        TestItem.objects.create(**_frozen(project, cell, by), verdict=verdict, reasons=reasons)
        for verdict, reasons in verdicts
    ]


def open_test(project: Project, cell: Cell, by: User, brief: str = BRIEF) -> Test:
    return Test.objects.create(
        project=project, language=cell.language, domain=cell.domain, skills=[cell.skill], items=3, wait_hours=0,
        minutes=45, brief=brief,
        made_by=by, made_at=timezone.now(), opened_at=timezone.now(),
    )  # fmt: skip


def _answered(attempt: Attempt, *, right: bool) -> Attempt:
    for one in attempt.answers.select_related("item"):
        verdict = one.item.verdict if right else "edit"
        testing.answer(
            person=attempt.person,
            attempt_id=attempt.pk,
            position=one.position,
            verdict=verdict,
            reasons=one.item.reasons or ["format"],
        )
    if not right:
        testing.finish(person=attempt.person, attempt_id=attempt.pk)
    attempt.refresh_from_db()
    return attempt


def _answer_first(attempt: Attempt) -> None:
    testing.answer(person=attempt.person, attempt_id=attempt.pk, position=1, verdict="reject", reasons=["unsafe"])


def _handed_in(attempt: Attempt) -> Piece:
    _answered(attempt, right=True)
    written = texts()
    return testing.submit_piece(
        person=attempt.person, attempt_id=attempt.pk, prompt=written.prompt, completion=written.completion
    )


def piece_of(person: User) -> Piece:
    return _handed_in(testing.start(Test.objects.get(), person))


def rate_of_pieces(project: Project, by: User, amount: int) -> Rate:
    before = timezone.now() - timedelta(days=1)
    return Rate.objects.create(
        project=project, stage="piece", kind="item", amount=amount, currency="EUR", valid_from=before.date(),
        created_by=by, created_at=before,
    )  # fmt: skip


def scored(piece: Piece, by: User, *, level: int = 5, note: str = "") -> Piece:
    """By a reviewer who is handed it, or by somebody who leads and takes it."""
    at = desk(by, piece.attempt.test.project)
    leads = at.may(Permission.SEE_ITEMS)
    assignment = piece_scoring.take(at, piece.pk) if leads else piece_scoring.start_next(at)
    scores = dict.fromkeys(CRITERIA, level)
    return piece_scoring.score(
        person=by, piece_id=assignment.piece_id, token=str(assignment.token), scores=scores, note=note
    )


def training_set(project: Project, cell: Cell, by: User) -> tuple[TrainingSet, list[TrainingTask]]:
    new = TrainingSet.objects.create(
        project=project, title=f"{cell.get_skill_display()} · {cell.language}: only what the source says",
        introduction="Facts that are not in the context are the most frequent reason for a return here.",
        language=cell.language, skills=[cell.skill], reasons=["adds_facts"], made_by=by, made_at=timezone.now(),
        opened_at=timezone.now(),
    )  # fmt: skip
    common = _frozen(project, cell, by) | {
        "training_set": new,
        "reasons": ["adds_facts"],
        "source_item_id": _source(project).pk,
    }
    judge = TrainingTask(**common, position=1, kind="judge", verdict="return", source="review", source_id=10_001)
    find = TrainingTask(
        **common, position=2, kind="find", verdict="edit", field="completion", start=46, end=64,
        better="It may extend this once", source="hunk", source_id=10_002,
    )  # fmt: skip
    judge.save()
    find.save()
    return new, [judge, find]


def rewrite_set(project: Project, cell: Cell, by: User) -> TrainingSet:
    new = TrainingSet.objects.create(
        project=project, title=f"{cell.get_skill_display()} · {cell.language}: mend what the source does not say",
        language=cell.language, skills=[cell.skill], reasons=["adds_facts"], made_by=by, made_at=timezone.now(),
        opened_at=timezone.now(),
    )  # fmt: skip
    TrainingTask.objects.create(
        **_frozen(project, cell, by), training_set=new, position=1, kind="rewrite", verdict="edit", field="completion",
        start=46, end=64, better="It may extend this once", source="hunk", source_id=10_003, reasons=["adds_facts"],
    )  # fmt: skip
    return new


def _learn(assignment: TrainingAssignment, task: TrainingTask) -> None:
    given = Given(task.verdict, task.reasons, _right_place(task))
    training.answer(person=assignment.person, assignment_id=assignment.pk, task_id=task.pk, number=1, given=given)


def _right_place(task: TrainingTask) -> str:
    if task.kind == TrainingTask.Kind.JUDGE:
        return ""
    return next(place for place, holds in training.places(task).items() if holds)
