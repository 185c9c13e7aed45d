"""Training sets as people see their own, and as those who lead see all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Q

from accounts.models import User
from annotation.learning.testing_rules import MINUTES_PER_TASK
from annotation.learning.training import Progress, progresses
from annotation.models import Project, TrainingAnswer, TrainingAssignment, TrainingSet, TrainingTask

# The real time of a set shows from this many passes on; a longer pause is no work.
ENOUGH_PASSES = 3
LONGEST_STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Mine:
    """A set in somebody's hands."""

    assignment: TrainingAssignment
    progress: Progress
    minutes: int


def mine(person: User, project: Project) -> list[Mine]:
    """What is not passed yet: given ones first, then what was begun."""
    found = TrainingAssignment.objects.filter(person=person, training_set__project=project, passed_at=None)
    assignments = list(found.select_related("training_set__language", "by").order_by("by_id", "-assigned_at"))
    minutes = minutes_of([one.training_set for one in assignments])
    progress = progresses(assignments)
    return [Mine(one, progress[one.pk], minutes[one.training_set_id]) for one in assignments]


def passed_lately(person: User, project: Project) -> list[TrainingAssignment]:
    passed = TrainingAssignment.objects.filter(person=person, training_set__project=project, passed_at__isnull=False)
    return list(passed.select_related("training_set").order_by("-passed_at")[:10])


@dataclass
class SetRow:
    training_set: TrainingSet
    tasks: int = 0
    minutes: int = 0
    given: int = 0
    passed: int = 0
    first_right: int = 0
    first: int = 0


def rows_of(project: Project) -> list[SetRow]:
    """Every set that is not retired, with its figures; four statements."""
    sets = TrainingSet.objects.filter(project=project, retired_at=None).select_related("language")
    rows = {one.pk: SetRow(one) for one in sets.annotate(count=Count("tasks", filter=Q(tasks__retired_at=None)))}
    minutes = minutes_of([row.training_set for row in rows.values()])
    for row in rows.values():
        row.tasks, row.minutes = row.training_set.count, minutes[row.training_set.pk]  # type: ignore[attr-defined]  # annotated
    _count_people(rows)
    return list(rows.values())


def _count_people(rows: dict[int, SetRow]) -> None:
    given = TrainingAssignment.objects.filter(training_set__in=list(rows)).order_by()
    for set_id, all_of_them, passed in given.values_list("training_set_id").annotate(
        given=Count("pk"), passed=Count("passed_at")
    ):
        rows[set_id].given, rows[set_id].passed = all_of_them, passed
    firsts = TrainingAnswer.objects.filter(assignment__training_set__in=list(rows), number=1).order_by()
    for set_id, first, right in firsts.values_list("assignment__training_set_id").annotate(
        first=Count("pk"), right=Count("pk", filter=Q(is_right=True))
    ):
        rows[set_id].first, rows[set_id].first_right = first, right


def open_sets(project: Project, without: Sequence[int]) -> list[SetRow]:
    """What anybody in the project may take, beside what is in their hands."""
    rows = [row for row in rows_of(project) if row.training_set.is_open and row.tasks]
    return [row for row in rows if row.training_set.pk not in without]


def minutes_of(sets: Sequence[TrainingSet]) -> dict[int, int]:
    """Estimated until enough people have passed; then their median, pauses left out."""
    spent = _minutes_spent([one.pk for one in sets])
    tasks = dict(
        TrainingTask.objects.filter(training_set__in=sets, retired_at=None)
        .order_by()
        .values_list("training_set_id")
        .annotate(count=Count("pk"))
    )
    return {
        one.pk: _minutes(spent.get(one.pk, []), one.minutes or MINUTES_PER_TASK * tasks.get(one.pk, 0)) for one in sets
    }


def _minutes(spent: Sequence[float], estimated: int) -> int:
    return max(1, round(median(spent))) if len(spent) >= ENOUGH_PASSES else estimated


def _minutes_spent(set_ids: Sequence[int]) -> dict[int, list[float]]:
    """Per set, of each pass, from the beginning over every answer; one statement."""
    answers = TrainingAnswer.objects.filter(
        assignment__training_set__in=list(set_ids), assignment__passed_at__isnull=False
    ).order_by("assignment_id", "answered_at")
    by_pass: dict[tuple[int, int], _Clock] = defaultdict(_Clock)
    for set_id, pass_id, begun, at in answers.values_list(
        "assignment__training_set_id", "assignment_id", "assignment__started_at", "answered_at"
    ):
        by_pass[set_id, pass_id].tick(begun or at, at)
    spent: dict[int, list[float]] = defaultdict(list)
    for (set_id, _), clock in by_pass.items():
        spent[set_id].append(clock.total / timedelta(minutes=1))
    return spent


@dataclass
class _Clock:
    total: timedelta = timedelta()
    last: datetime | None = None

    def tick(self, begun: datetime, at: datetime) -> None:
        self.total += min(at - (self.last or begun), LONGEST_STEP)
        self.last = at
