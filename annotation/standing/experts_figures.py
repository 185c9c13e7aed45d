"""The counts beside a standing: what people wrote, what came of it, their last thirty days and when they last worked.

Two statements, each asking per person what an index answers, so that fifty people of a page cost a tenth of five
hundred.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from annotation.models import Project
from annotation.workflow import Stage
from core.statements import fetch_rows
from experts.models import ReviewerOutcome
from experts.outcomes import judgement_of
from experts.scoring import severity
from experts.trends import STEP, STEPS, Trend, trend

# Verdicts of a reviewer of which the truth is known; fewer say nothing.
FEWEST_VERDICTS = 10


@dataclass(frozen=True)
class Figures:
    """Each count is the length of the list of items behind it, while these are in the project: what was decided is
    remembered when an item is deleted."""

    written: int
    rejected: int
    returned: int
    last_active: datetime | None


_FIGURES = """
    SELECT person.id,
        greatest(judged.all, (SELECT count(*) FROM annotation_item item
            WHERE item.author_id = person.id AND item.project_id = %(project)s
              AND NOT item.is_control AND item.current_id IS NOT NULL)),
        judged.rejected, judged.returned,
        (SELECT max(latest.at) FROM unnest(%(stages)s::text[]) AS stage(name) CROSS JOIN LATERAL (
            SELECT coalesce(assignment.ended_at, assignment.claimed_at) AS at
            FROM annotation_assignment assignment JOIN annotation_item item ON item.id = assignment.item_id
            WHERE assignment.person_id = person.id AND assignment.stage = stage.name
              AND item.project_id = %(project)s
            ORDER BY assignment.id DESC LIMIT 1) latest)
    FROM unnest(%(people)s::bigint[]) AS person(id)
    CROSS JOIN LATERAL (SELECT count(DISTINCT item_id) AS all,
        count(DISTINCT item_id) FILTER (WHERE kind = 'rejected') AS rejected,
        count(DISTINCT item_id) FILTER (WHERE kind = 'returned') AS returned
        FROM experts_outcome WHERE project_id = %(project)s AND user_id = person.id) judged
"""

_LATELY = """
    SELECT user_id, floor(extract(epoch FROM %(now)s - at) / %(step)s)::int AS step, kind, edit, count(*)
    FROM experts_outcome
    WHERE project_id = %(project)s AND user_id = ANY(%(people)s::bigint[]) AND at > %(since)s AND at <= %(now)s
    GROUP BY user_id, step, kind, edit
"""


def figures_of(project: Project, people: Iterable[int]) -> dict[int, Figures]:
    terms = {"project": project.pk, "people": list(people), "stages": [stage.value for stage in Stage]}
    return {row[0]: Figures(*row[1:]) for row in fetch_rows(_FIGURES, terms)}


def trends_of(project: Project, people: Iterable[int], now: datetime) -> dict[int, Trend]:
    """Of everybody who was judged lately."""
    step = timedelta(days=STEP)
    terms = {"project": project.pk, "people": list(people), "now": now, "since": now - STEPS * step}
    steps: dict[int, list[tuple[int, float]]] = defaultdict(lambda: [(0, 0.0)] * STEPS)
    for user_id, back, kind, edit, count in fetch_rows(_LATELY, terms | {"step": step.total_seconds()}):
        at = STEPS - 1 - min(STEPS - 1, back)
        before_count, before_total = steps[user_id][at]
        steps[user_id][at] = before_count + count, before_total + count * severity(judgement_of(kind, edit))
    return {user_id: trend(found) for user_id, found in steps.items()}


def accuracies(project: Project) -> dict[int, float]:
    """Reviewers' share of right verdicts, where the truth became known often enough."""
    known = ReviewerOutcome.objects.filter(project_id=project.pk).exclude(kind=ReviewerOutcome.Kind.SECOND)
    counted = known.values_list("reviewer_id").annotate(
        count=Count("pk"),
        accepts=Count("pk", filter=Q(said="accept", truth="accept")),
        refusals=Count("pk", filter=~Q(said="accept") & ~Q(truth="accept")),
    )
    return {
        reviewer: (accepts + refusals) / count
        for reviewer, count, accepts, refusals in counted.order_by()
        if count >= FEWEST_VERDICTS
    }
