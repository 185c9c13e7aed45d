"""Outcomes of the past for tests that look at standings: rows as the pipeline writes them, without the pipeline."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from accounts.models import User
from annotation.models import Project
from experts import recomputing
from experts.models import Outcome, Standing
from tests.factories import user

ACCEPTED, EDITED = Outcome.Kind.ACCEPTED, Outcome.Kind.EDITED
RETURNED, REJECTED = Outcome.Kind.RETURNED, Outcome.Kind.REJECTED
_items = count(1_000_000)


def judge(
    project: Project,
    person: User,
    kinds: Sequence[Outcome.Kind],
    *,
    reason: str = "adds_facts",
    language: str = "en",
    until: datetime | None = None,
    judged_by: User | None = None,
    item_ids: Sequence[int] = (),
) -> list[Outcome]:
    """Each kind once, an hour apart, the last one now (or `until`)."""
    last = until or timezone.now()
    numbers = item_ids or [next(_items) for _ in kinds]
    return Outcome.objects.bulk_create(
        Outcome(
            user=person,
            project_id=project.pk,
            item_id=numbers[number],
            language_id=language,
            domain_id="law",
            skill="extraction",
            kind=kind,
            reasons=[reason] if kind in (RETURNED, REJECTED) else [],
            judged_by_id=judged_by.pk if judged_by else None,
            at=last - timedelta(hours=len(kinds) - 1 - number),
        )
        for number, kind in enumerate(kinds)
    )


def recompute(project: Project, person: User, at: datetime | None = None) -> Standing:
    recomputing.recompute_project(project.pk, at or timezone.now())
    return Standing.objects.get(user=person, project_id=project.pk)


def slip(project: Project, person: User) -> Standing:
    """Enough refused work, beside colleagues' accepted, that the whole interval lies beyond the limit."""
    for number in range(4):
        judge(project, user(f"colleague-{number}"), [ACCEPTED] * 20)
    judge(project, person, [ACCEPTED] * 9 + [REJECTED] * 5 + [ACCEPTED] + [RETURNED] + [REJECTED] * 5)
    return recompute(project, person)
