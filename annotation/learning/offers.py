"""The tests that one person may take, each with what they did in it so far: as many statements for eighty tests as for
one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.models import User
from annotation.learning import testing
from annotation.learning import testing_results as results
from annotation.models import Attempt, Lapse, Project, Test, TestItem
from core.refusal import Refusal

Pool = Mapping[tuple[str, str, str], int]  # language, domain, skill


@dataclass(frozen=True)
class Offer:
    """`attempts` newest first; `refusal` says why none can be begun now."""

    test: Test
    attempts: Sequence[Attempt]
    lapse: Lapse | None
    refusal: Refusal | None
    asks_native: bool

    @property
    def under_way(self) -> Attempt | None:
        return next((one for one in self.attempts if one.finished_at is None), None)

    @property
    def passed(self) -> bool:
        return any(one.state == Attempt.State.PASSED for one in self.attempts)


def offers(person: User, project: Project, tests: Iterable[Test], now: datetime) -> list[Offer]:
    """Five statements, and two more for each result that has lapsed."""
    attempts = _attempts(person, project)
    lapses = {one.attempt.test_id: one for one in reversed(results.lapses_of(person, project))}
    unseen, natives = _unseen(person, project), results.known_natives(person)
    return [
        Offer(
            test, attempts[test.pk], lapses.get(test.pk),
            testing.refusal_of(
                test, attempts[test.pk], lapses.get(test.pk), lambda test=test: _size(unseen, test), now  # type: ignore[misc]  # a default keeps this test
            ),
            asks_native=natives(test.language_id) is None,
        )
        for test in tests
    ]  # fmt: skip


def _attempts(person: User, project: Project) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = defaultdict(list)
    for one in Attempt.objects.filter(person=person, test__project=project).order_by("-started_at"):
        found[one.test_id].append(one)
    return found


def _unseen(person: User, project: Project) -> Pool:
    items = TestItem.objects.filter(project=project, retired_at=None, outdated_at=None)
    rows = testing.not_met(items, person).order_by().values_list("language_id", "domain_id", "skill")
    return {(language, domain, skill): count for language, domain, skill, count in rows.annotate(count=Count("pk"))}


def _size(unseen: Pool, test: Test) -> int:
    return sum(unseen.get((test.language_id, test.domain_id, skill), 0) for skill in test.skills)
