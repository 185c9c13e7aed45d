"""What those who lead see of the tests: pools, results, what is still missing, and which items may be at fault."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from django.db.models import Count, Q

from annotation.learning.testing_rules import HALF, WRONG, enough_tries, is_suspicious
from annotation.models import Attempt, Piece, Project, Test, TestItem, Verdict
from core.refusal import Refusal

VERDICTS = tuple(Verdict.choices)


@dataclass
class TestRow:
    """One test with its figures. `pool` counts by verdict what may be drawn."""

    __test__ = False

    test: Test
    pool: Counter[str] = field(default_factory=Counter)
    outdated: int = 0
    unclaused: int = 0
    passed: int = 0
    failed: int = 0
    under_way: int = 0
    waiting: int = 0
    minutes: float | None = None

    @property
    def size(self) -> int:
        return self.pool.total()

    @property
    def by_verdict(self) -> list[tuple[str, int]]:
        return [(label, self.pool[value]) for value, label in VERDICTS]

    @property
    def taken(self) -> int:
        return self.passed + self.failed

    @property
    def refusal(self) -> Refusal | None:
        return refusal_to_open(self.test, self.pool)

    @property
    def needs(self) -> list[str]:
        """What is still missing before, and what would make it better after it was opened."""
        blocking = str(self.refusal) if self.refusal else ""
        return [sentence for sentence in (blocking, *self._advice()) if sentence]

    def _advice(self) -> Iterable[str]:
        tries = enough_tries(self.size, self.test.items)
        if not self.refusal and tries < self.test.tries:
            missing = self.test.items * self.test.tries - self.size
            yield f"Enough for {tries} of {self.test.tries} tries with other items; {_items(missing)} more are needed."
        if self.outdated:
            yield f"{_items(self.outdated)} test a clause that has changed: read them again, confirm or retire them."
        if self.unclaused:
            yield f"{_items(self.unclaused)} name no clause: no change of the guideline will ask for a re-test of them."


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def refusal_to_open(test: Test, pool: Counter[str]) -> Refusal | None:
    missing = test.items - pool.total()
    if missing > 0:
        return Refusal(
            f"The pool has {pool.total()} of the {test.items} items that a try draws.",
            "Add more with “Use in a test” on settled items, or ask for fewer.",
        )
    if sum(count > 0 for count in pool.values()) < 2:
        return Refusal("All items have the same verdict: one answer would pass.", "Add items with another verdict.")
    return None


def rows_of(project: Project, tests: Sequence[Test] | None = None) -> list[TestRow]:
    """Four statements, however many tests."""
    if tests is None:
        tests = list(Test.objects.filter(project=project).select_related("language", "domain", "project"))
    rows = [TestRow(test) for test in tests]
    _count_pools(project, rows)
    _count_attempts({row.test.pk: row for row in rows})
    return rows


def _count_pools(project: Project, rows: Iterable[TestRow]) -> None:
    items = TestItem.objects.filter(project=project, retired_at=None).order_by()
    counted = items.values_list("language_id", "domain_id", "skill", "verdict").annotate(
        ready=Count("pk", filter=Q(outdated_at=None)),
        outdated=Count("pk", filter=Q(outdated_at__isnull=False)),
        unclaused=Count("pk", filter=Q(outdated_at=None, clause_code="")),
    )
    groups = list(counted)
    for row in rows:
        for language, domain, skill, verdict, ready, outdated, unclaused in groups:
            if (language, domain) == (row.test.language_id, row.test.domain_id) and skill in row.test.skills:
                row.pool[verdict] += ready
                row.outdated += outdated
                row.unclaused += unclaused


def _count_attempts(rows: dict[int, TestRow]) -> None:
    spans: dict[int, list[float]] = defaultdict(list)
    attempts = Attempt.objects.filter(test__in=list(rows), kind=Attempt.Kind.FULL)
    for test_id, state, begun, answered in attempts.values_list("test_id", "state", "started_at", "answered_at"):
        row = rows[test_id]
        row.passed += state == Attempt.State.PASSED
        row.failed += state == Attempt.State.FAILED
        row.under_way += state == Attempt.State.RUNNING
        row.waiting += state == Attempt.State.WAITING
        if answered:
            spans[test_id].append(_minutes(begun, answered))
    for test_id, found in spans.items():
        rows[test_id].minutes = median(found)


def _minutes(begun: datetime, ended: datetime) -> float:
    return (ended - begun).total_seconds() / 60


@dataclass(frozen=True)
class ItemFigures:
    """A test item and how people did with it; `half` had the verdict right and the reason not."""

    item: TestItem
    answered: int
    wrong: int
    half: int

    @property
    def is_suspicious(self) -> bool:
        return is_suspicious(self.answered, self.wrong)


def item_figures(test: Test) -> list[ItemFigures]:
    """Those most often answered wrongly first; retired ones last. One statement."""
    items = (
        TestItem.objects.filter(
            project=test.project_id, language=test.language_id, domain=test.domain_id, skill__in=test.skills
        )
        .annotate(
            answered=Count("answers", filter=Q(answers__answered_at__isnull=False)),
            wrong=Count("answers", filter=Q(answers__points=WRONG)),
            half=Count("answers", filter=Q(answers__points=HALF)),
        )
        .order_by("pk")
    )
    found = [ItemFigures(item, item.answered, item.wrong, item.half) for item in items]
    return sorted(
        found, key=lambda one: (one.item.retired_at is not None, -one.wrong / (one.answered or 1), one.item.pk)
    )


def pieces_waiting(project: Project) -> int:
    waiting = Piece.objects.filter(attempt__test__project=project, attempt__state=Attempt.State.WAITING)
    return waiting.filter(scored_at=None, submitted_at__isnull=False).count()
