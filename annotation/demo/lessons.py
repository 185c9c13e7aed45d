"""The demo's qualification test and training set: made of its own items by the same clicks, with a few tries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils import timezone

from accounts.models import User
from annotation.demo.applicants import TRAINED
from annotation.learning import testing, training
from annotation.learning.testing_items import clause_by_code, point_to, use_in_test
from annotation.learning.training import Given, progress_of
from annotation.learning.training_tasks import make_task
from annotation.models import Attempt, Comment, EditHunk, Item, Project, Test, TestItem, TrainingAssignment, TrainingSet
from annotation.workflow import State

ITEMS = 2
# Further experts who were given the training set, and what was said to them.
GIVEN = {
    TRAINED: "Before the test; it shows what we look for.",
    "expert-en-law-2": "Ten minutes that show where an answer says more than its letter.",
}
MOST_TASKS = 4
BRIEF = "Ask something that people of this field are asked in earnest, and answer it as you would a colleague."


def fill(project: Project, people: Mapping[str, User]) -> None:
    test = _test(project, people["editor"])
    if test is not None:
        _take_turns(test, [people[key] for key in ("expert-4", "expert-3", "expert-2", "expert")])
    training_set = _set(project, people["editor"])
    if training_set is not None:
        training.assign(people["expert"], training_set, people["manager"], "These take a few minutes and help.")
        _learn(training.begin(people["expert-2"], training_set))
        for name, note in GIVEN.items():
            for person in User.objects.filter(email=f"{name}@demo.example", memberships__project=project):
                training.assign(person, training_set, people["manager"], note)


def _test(project: Project, by: User) -> Test | None:
    """Of the language × domain with most settled items; None where there are too few, in a very small demo."""
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    settled = Item.objects.filter(project=project, is_control=False, state__in=(State.ACCEPTED, State.REJECTED))
    related = ("cell__language", "cell__domain", "current", "context", "project")
    for item in settled.select_related(*related).order_by("pk"):
        groups[item.cell.language_id, item.cell.domain_id].append(item)
    chosen = max(groups.values(), key=_worth, default=[])
    if _worth(chosen) < (2, ITEMS):
        return None
    copies = [use_in_test(item, by)[0] for item in _some_of_each(chosen)]
    for copy in copies:
        _name_clause(copy)
    return _open(copies)


def _worth(items: list[Item]) -> tuple[int, int]:
    return len({item.state for item in items}), len(items)


def _some_of_each(items: list[Item]) -> list[Item]:
    rejected = [item for item in items if item.state == State.REJECTED]
    return [*rejected, *[item for item in items if item.state == State.ACCEPTED][: 4 * ITEMS]]


def _name_clause(copy: TestItem) -> None:
    if not copy.clause_code:
        point_to(copy, clause_by_code(copy.project, "GEN-1"))
        copy.save()


def _open(copies: list[TestItem]) -> Test:
    skills = sorted({copy.skill for copy in copies})
    first = Test.objects.filter(project=copies[0].project, skills=[skills[0]]).latest("pk")
    Test.objects.filter(project=copies[0].project).exclude(pk=first.pk).delete()
    first.skills, first.items, first.wait_hours, first.brief = skills, ITEMS, 0, BRIEF
    first.opened_at = timezone.now()
    first.save()
    return first


def _take_turns(test: Test, experts: Sequence[User]) -> None:
    """Of those who have not seen too many of the items at work: one waits for a score, one fails, one is at it."""
    free = [person for person in experts if testing.refusal_to_start(test, person) is None]
    for person, right in zip(free, (True, False), strict=False):
        _take(test, person, right=right)
    for person in free[2:3]:
        testing.start(test, person)


def _take(test: Test, person: User, *, right: bool) -> None:
    attempt = testing.start(test, person)
    for one in attempt.answers.select_related("item"):
        wrong = "reject" if one.item.verdict == "accept" else "accept"
        verdict = one.item.verdict if right else wrong
        reasons = one.item.reasons or ["incomplete"]
        testing.answer(person=person, attempt_id=attempt.pk, position=one.position, verdict=verdict, reasons=reasons)
    if right:
        _write(attempt)
    else:
        testing.finish(person=person, attempt_id=attempt.pk)


def _write(attempt: Attempt) -> None:
    """Handed in, so that a piece waits to be scored."""
    testing.submit_piece(
        person=attempt.person,
        attempt_id=attempt.pk,
        prompt="A supplier delivers two weeks late. What can the buyer do before it terminates the contract?",
        completion="The buyer may set a reasonable further period, claim damages for the delay, and withhold payment "
        "until delivery. Only when the further period has passed without delivery may it terminate.",
    )


def _set(project: Project, by: User) -> TrainingSet | None:
    remarks = Comment.objects.filter(item__project=project).order_by("pk")[:MOST_TASKS]
    hunks = EditHunk.objects.filter(item__project=project).order_by("pk")[:2]
    sources: list[tuple[str, Comment | EditHunk]] = [("remark", one) for one in remarks]
    sources += [("hunk", one) for one in hunks]
    found: TrainingSet | None = None
    for source, one in sources:
        item = Item.objects.select_related("cell__language", "cell__domain", "project", "context").get(pk=one.item_id)
        found = make_task(item=item, source=source, source_id=one.pk, by=by, into=found).training_set
    if found is not None:
        TrainingSet.objects.filter(pk=found.pk).update(
            title="From what came back here", language=None, skills=[], opened_at=timezone.now()
        )
        found.refresh_from_db()
    return found


def _learn(assignment: TrainingAssignment) -> None:
    """Half of it, all right."""
    for _ in range(len(progress_of(assignment).tasks) // 2):
        task = progress_of(assignment).current
        assert task is not None
        place = next((value for value, holds in training.places(task).items() if holds), "") if task.field else ""
        given = Given(task.verdict, task.reasons or ["other"], place)
        training.answer(person=assignment.person, assignment_id=assignment.pk, task_id=task.pk, number=1, given=given)
