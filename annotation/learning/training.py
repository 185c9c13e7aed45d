"""Training sets in people's hands: given or taken, answered with the explanation at once, passed.

A set is passed when each task is answered and four in five were right at the first try; else the wrong ones come again
until each was right once. Passing puts distance between a person and their earlier outcomes, once in thirty days.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from annotation.learning import training_rewrites as rewrites
from annotation.learning.testing_rules import RIGHT, points, training_is_passed
from annotation.learning.training_tasks import segments_of
from annotation.models import (
    Membership,
    Project,
    TrainingAnswer,
    TrainingAssignment,
    TrainingSet,
    TrainingTask,
    Verdict,
)
from annotation.reasons import Reason
from annotation.texts import clean
from core.refusal import Refusal, refuse_if
from experts.holds import void_in
from experts.models import Outcome, Qualification, Training
from experts.project_rules import rule_of
from experts.scoring import trainings_that_count
from experts.standing import record_training

EFFECT_EVERY = timedelta(days=30)
# The reasons of this many of a person's latest mistakes decide what is suggested.
LATEST_MISTAKES = 30


def refusal_to_assign(person: User, training_set: TrainingSet) -> Refusal | None:
    if training_set.retired_at:
        return Refusal("This set is retired.", "Choose another.")
    if not training_set.tasks.filter(retired_at=None).exists():
        return Refusal("This set has no tasks yet.", "Make one of a review, an edit or an adjudication first.")
    if not Membership.objects.filter(project=training_set.project_id, user=person).exists():
        return Refusal(f"{person} is not in this project.", "Invite them first.")
    return None


@transaction.atomic
def assign(person: User, training_set: TrainingSet, by: User, note: str = "") -> TrainingAssignment:
    """Gives a set to somebody, with a note that they read. One they have open already gets the note and stays."""
    refuse_if(refusal_to_assign(person, training_set), status=409)
    given, is_new = TrainingAssignment.objects.get_or_create(
        training_set=training_set,
        person=person,
        passed_at=None,
        defaults={"by": by, "note": clean(note), "assigned_at": timezone.now()},
    )
    if not is_new and note.strip():
        given.note, given.by = clean(note), by
        given.save(update_fields=["note", "by"])
    return given


def refusal_to_take(person: User, training_set: TrainingSet) -> Refusal | None:
    if not training_set.is_open and not given_to(person, training_set):
        return Refusal("This set is not open.", "The managers of the project open it, or give it to you.")
    return refusal_to_assign(person, training_set)


def given_to(person: User, training_set: TrainingSet) -> TrainingAssignment | None:
    return TrainingAssignment.objects.filter(training_set=training_set, person=person, passed_at=None).first()


@transaction.atomic
def begin(person: User, training_set: TrainingSet) -> TrainingAssignment:
    """The one in hand, or one's own choice of an open set."""
    refuse_if(refusal_to_take(person, training_set), status=409)
    now = timezone.now()
    taken, _ = TrainingAssignment.objects.get_or_create(
        training_set=training_set, person=person, passed_at=None, defaults={"by": None, "assigned_at": now}
    )
    if taken.started_at is None:
        taken.started_at = now
        taken.save(update_fields=["started_at"])
    return taken


@dataclass(frozen=True)
class Progress:
    """Where somebody is in a set; `again` counts the tasks that were answered wrongly so far."""

    tasks: list[TrainingTask]
    answered: frozenset[int]
    first_right: frozenset[int]
    ever_right: frozenset[int]

    @property
    def is_passed(self) -> bool:
        return training_is_passed([task.pk for task in self.tasks], self.answered, self.first_right, self.ever_right)

    @property
    def current(self) -> TrainingTask | None:
        if self.is_passed:
            return None
        first = [task for task in self.tasks if task.pk not in self.answered]
        again = [task for task in self.tasks if task.pk not in self.ever_right]
        return next(iter([*first, *again]), None)

    @property
    def done(self) -> int:
        return sum(task.pk in self.answered for task in self.tasks)

    @property
    def right_at_first(self) -> int:
        return sum(task.pk in self.first_right for task in self.tasks)

    @property
    def again(self) -> int:
        return sum(task.pk in self.answered and task.pk not in self.ever_right for task in self.tasks)

    @property
    def is_repeating(self) -> bool:
        return self.done == len(self.tasks) and not self.is_passed


def progress_of(assignment: TrainingAssignment) -> Progress:
    return progresses([assignment])[assignment.pk]


def progresses(assignments: Sequence[TrainingAssignment]) -> dict[int, Progress]:
    """By assignment, in two statements however many there are."""
    tasks: dict[int, list[TrainingTask]] = defaultdict(list)
    for task in TrainingTask.objects.filter(
        training_set__in={one.training_set_id for one in assignments}, retired_at=None
    ):
        tasks[task.training_set_id].append(task)
    given: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    answers = TrainingAnswer.objects.filter(assignment__in=assignments).order_by()
    for assignment_id, task_id, number, right in answers.values_list("assignment_id", "task_id", "number", "is_right"):
        given[assignment_id].append((task_id, number, right))
    return {one.pk: _progress(tasks[one.training_set_id], given[one.pk]) for one in assignments}


def _progress(tasks: list[TrainingTask], given: Sequence[tuple[int, int, bool]]) -> Progress:
    """`given`: of each answer the task, which try it was, and whether it was right."""
    return Progress(
        tasks,
        frozenset(task for task, _, _ in given),
        frozenset(task for task, number, right in given if number == 1 and right),
        frozenset(task for task, _, right in given if right),
    )


@dataclass(frozen=True)
class Given:
    """An answer as it was sent: a verdict with reasons, a place with a reason, or a mended text."""

    verdict: str = ""
    reasons: Sequence[str] = ()
    place: str = ""  # "completion:12:48", one of the segments
    text: str = ""


def refusal_of_answer(task: TrainingTask, given: Given) -> Refusal | None:
    if task.kind == TrainingTask.Kind.REWRITE:
        return rewrites.refusal_of_text(task, given.text)
    has_reason = any(reason in Reason.values for reason in given.reasons)
    if task.kind == TrainingTask.Kind.FIND:
        if given.place not in places(task):
            return Refusal("Choose the sentence with the mistake.")
        return None if has_reason or not task.reasons else Refusal("Say what is wrong with it: choose a reason.")
    if given.verdict not in Verdict.values:
        return Refusal("Choose a verdict: accept, send to editor, return or reject.")
    if given.verdict != Verdict.ACCEPT and not has_reason:
        return Refusal("Say why: choose a reason.")
    return None


def places(task: TrainingTask) -> dict[str, bool]:
    """Every segment that may be chosen, and whether the mistake is in it."""
    assert task.start is not None
    assert task.end is not None
    return {
        one.value: name == task.field and one.holds(task.start, task.end)
        for name, found in segments_of(task).items()
        for one in found
    }


def is_right(task: TrainingTask, given: Given) -> bool:
    """A verdict needs one of the right reasons with it, a place too; half is not right here: it comes again."""
    if task.kind == TrainingTask.Kind.FIND:
        return places(task)[given.place] and (not task.reasons or bool(set(task.reasons) & set(given.reasons)))
    return points(task.right_verdicts, task.reasons, given.verdict, given.reasons, answer=task.verdict) == RIGHT


@transaction.atomic
def answer(*, person: User, assignment_id: int, task_id: int, number: int, given: Given) -> TrainingAnswer:
    """One try at a task; `number` is the try the page showed, so that a second click or tab adds none.

    Raises Refused for an incomplete answer; TrainingAssignment.DoesNotExist for somebody else's.
    """
    assignment = _locked(person, assignment_id)
    task = TrainingTask.objects.select_related("project").get(pk=task_id, training_set=assignment.training_set_id)
    there = assignment.answers.filter(task=task, number=number).first()
    if there is not None:
        return there
    refuse_if(_refusal_of_turn(assignment, task, number), status=409, code="turn")
    refuse_if(refusal_of_answer(task, given), status=409, code="incomplete")
    now = timezone.now()
    new = TrainingAnswer(assignment=assignment, task=task, number=number, answered_at=now)
    _write(new, task, given)
    new.save()
    if progress_of(assignment).is_passed:
        _pass(assignment, now)
    return new


def _locked(person: User, assignment_id: int) -> TrainingAssignment:
    assignments = TrainingAssignment.objects.select_for_update(of=("self",)).select_related("training_set", "person")
    return assignments.get(pk=assignment_id, person=person)


def _refusal_of_turn(assignment: TrainingAssignment, task: TrainingTask, number: int) -> Refusal | None:
    expected = progress_of(assignment).current if assignment.passed_at is None else None
    if expected is None or expected.pk != task.pk or number != assignment.answers.filter(task=task).count() + 1:
        return Refusal("You have gone on from this task in another tab.", "Reload the page.")
    return None


def _write(new: TrainingAnswer, task: TrainingTask, given: Given) -> None:
    if task.kind == TrainingTask.Kind.REWRITE:
        rewrites.write(new, task, given.text)
        return
    new.is_right = is_right(task, given)
    new.reasons = sorted(set(given.reasons) & set(Reason.values))
    if task.kind == TrainingTask.Kind.FIND:
        name, start, end = given.place.split(":")
        new.field, new.start, new.end = name, int(start), int(end)
    else:
        new.verdict = given.verdict
        new.reasons = [] if given.verdict == Verdict.ACCEPT else new.reasons


def _pass(assignment: TrainingAssignment, now: datetime) -> None:
    project_id = assignment.training_set.project_id
    assignment.passed_at = now
    assignment.had_effect = effect_again_at(assignment.person, project_id, now) is None
    assignment.save(update_fields=["passed_at", "had_effect"])
    record_training(assignment.person, project_id, assignment.training_set_id, now)


def effect_again_at(person: User, project_id: int, now: datetime) -> datetime | None:
    """When passing a set will have an effect on standing again; None: it has one now. As the rule counts them: those
    that had none put nothing off."""
    rule = rule_of(project_id)
    passed = Training.objects.filter(user=person, project_id=project_id).values_list("passed_at", flat=True)
    counted = trainings_that_count(list(passed), rule)
    again = counted[-1] + timedelta(days=rule.training_every_days) if counted else now
    return again if again > now else None


# --- which set fits


def suggest(person: User, project: Project) -> TrainingSet | None:
    """The open set that trains most of the reasons the person's latest mistakes were for; one passed in the last
    thirty days is not suggested again. None when nothing fits."""
    wanted = frequent_reasons(person, project)
    if not wanted:
        return None
    ranked = [(sum(wanted[code] for code in one.reasons), one) for one in _fitting_sets(person, project)]
    best = max(ranked, key=lambda pair: (pair[0], -pair[1].pk), default=None)
    return best[1] if best and best[0] > 0 else None


def frequent_reasons(person: User, project: Project) -> Counter[str]:
    known = Outcome.objects.filter(~void_in(project.pk), user=person, project_id=project.pk)
    mistakes = known.exclude(reasons=[]).order_by("-at", "-pk")
    return Counter(code for codes in mistakes.values_list("reasons", flat=True)[:LATEST_MISTAKES] for code in codes)


def _fitting_sets(person: User, project: Project) -> list[TrainingSet]:
    languages: Collection[str] = Qualification.objects.filter(user=person).values_list("language_id", flat=True)
    lately = TrainingAssignment.objects.filter(person=person, passed_at__gt=timezone.now() - EFFECT_EVERY)
    sets = TrainingSet.objects.filter(project=project, retired_at=None, opened_at__isnull=False)
    sets = sets.filter(Q(language=None) | Q(language__in=list(languages)))
    with_tasks = TrainingTask.objects.filter(project=project, retired_at=None)
    return list(sets.filter(pk__in=with_tasks.values("training_set")).exclude(pk__in=lately.values("training_set")))
