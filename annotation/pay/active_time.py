"""How long people are at work: seconds a page reports, bounded by the clock on the wall, kept by assignment and day.

Nothing of what they do comes along. A page sends the running total of its assignment, so a repeated report adds
nothing; no report adds more than the time since the one before it, nor anything after the assignment's end.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Sum, Value

from annotation.models import ActiveDay, Assignment, PaidStage, PieceAssignment
from core.statements import fetch_row, fetch_rows

# The lease, the time at work and its day, in one statement; two reports at once wait for each other.
_REPORT = """
    WITH found AS (
        SELECT mine.id, mine.person_id, {stage} AS stage, mine.active_ms, of_project.project_id,
               least(%(now)s, coalesce(mine.ended_at, %(now)s)) AS at,
               coalesce(mine.active_at, mine.claimed_at) AS told_at
        FROM {table} mine JOIN {of_project}
        WHERE mine.id = %(assignment)s FOR NO KEY UPDATE OF mine
    ), told AS (
        UPDATE {table} mine
        SET active_ms = greatest(found.active_ms, least(%(claimed)s, found.active_ms
                                 + (1000 * extract(epoch FROM found.at - found.told_at))::bigint)),
            active_at = greatest(found.at, found.told_at),
            leased_until = CASE WHEN mine.ended_at IS NULL THEN %(until)s ELSE mine.leased_until END
        FROM found WHERE mine.id = found.id
        RETURNING found.project_id, found.person_id, found.stage, mine.active_ms,
                  mine.active_ms - found.active_ms AS more
    ), counted AS (
        INSERT INTO annotation_activeday (project_id, person_id, stage, day, ms)
        SELECT project_id, person_id, stage, %(day)s, more FROM told WHERE more > 0
        ON CONFLICT (project_id, person_id, stage, day) DO UPDATE SET ms = annotation_activeday.ms + excluded.ms
    )
    SELECT active_ms FROM told
"""
_REPORT_OF_ITEM = _REPORT.format(
    table="annotation_assignment",
    stage="mine.stage",
    of_project="annotation_item of_project ON of_project.id = mine.item_id",
)
_REPORT_OF_PIECE = _REPORT.format(
    table="annotation_pieceassignment",
    stage=f"'{PaidStage.PIECE.value}'",
    of_project="""annotation_piece piece ON piece.id = mine.piece_id
        JOIN annotation_attempt attempt ON attempt.id = piece.attempt_id
        JOIN annotation_test of_project ON of_project.id = attempt.test_id""",
)


def report(assignment: Assignment | PieceAssignment, seconds: int, now: datetime, *, lease_minutes: int) -> int:
    """Takes a page's word for its running total and extends a live lease; returns the seconds that are believed."""
    until = now + timedelta(minutes=lease_minutes)
    terms = {"assignment": assignment.pk, "claimed": seconds * 1000, "now": now, "until": until, "day": now.date()}
    row = fetch_row(_REPORT_OF_ITEM if isinstance(assignment, Assignment) else _REPORT_OF_PIECE, terms)
    assert row is not None, "an assignment is never deleted"
    if assignment.ended_at is None:
        assignment.leased_until = until
    assignment.active_ms, assignment.active_at = row[0], now
    return int(row[0]) // 1000


@dataclass
class ActiveTime:
    """`by_day`: seconds by day and stage. `seconds_per_100_tokens` is of writing; None without both figures."""

    by_day: dict[date, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    seconds_per_100_tokens: float | None = None

    @property
    def seconds(self) -> int:
        return sum(sum(stages.values()) for stages in self.by_day.values())

    def days(self, last: date, count: int) -> Iterator[tuple[date, Mapping[str, int]]]:
        """The latest `count` days, oldest first, empty ones too."""
        for back in range(count - 1, -1, -1):
            day = last - timedelta(days=back)
            yield day, self.by_day.get(day, {})


# What was written in time that was counted: each item once, with its author's latest text.
_SPEED = """
    SELECT item.author_id, sum(work.ms) / 1000.0 / nullif(sum(text.tokens), 0) * 100
    FROM (SELECT item_id, person_id, sum(active_ms) AS ms FROM annotation_assignment
          WHERE stage = 'writing' AND active_ms > 0 AND ended_at >= %(since)s GROUP BY item_id, person_id) work
    JOIN annotation_item item ON item.id = work.item_id AND item.author_id = work.person_id
    JOIN LATERAL (SELECT prompt_tokens + completion_tokens AS tokens FROM annotation_revision
                  WHERE item_id = item.id AND author_id = item.author_id ORDER BY number DESC LIMIT 1) text ON true
    WHERE item.project_id = %(project)s AND (%(person)s::bigint IS NULL OR item.author_id = %(person)s)
    GROUP BY item.author_id
"""


def of_people(project_id: int, since: datetime, person_id: int | None = None) -> dict[int, ActiveTime]:
    """By person, from the day of `since` on: two statements for everybody. Who was never counted is not in it."""
    rows = ActiveDay.objects.filter(project_id=project_id, day__gte=since.date())
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    found: dict[int, ActiveTime] = defaultdict(ActiveTime)
    for person, day, stage, ms in rows.values_list("person_id", "day", "stage", "ms"):
        found[person].by_day[day][stage] = ms // 1000
    for person, speed in fetch_rows(_SPEED, {"project": project_id, "since": since, "person": person_id}):
        found[person].seconds_per_100_tokens = None if speed is None else float(speed)
    return dict(found)


def of_person(project_id: int, person_id: int, since: datetime) -> ActiveTime:
    return of_people(project_id, since, person_id).get(person_id) or ActiveTime()


def by_cell_and_stage(
    project_id: int, period: tuple[datetime, datetime] | None = None, person_id: int | None = None
) -> dict[tuple[int, str], int]:
    """Seconds by cell and stage, of assignments handed out in the period."""
    wanted: dict[str, object] = {"active_ms__gt": 0}
    if period is not None:
        wanted |= {"claimed_at__gte": period[0], "claimed_at__lt": period[1]}
    if person_id is not None:
        wanted["person_id"] = person_id
    items = Assignment.objects.filter(item__project_id=project_id, **wanted).order_by()
    pieces = PieceAssignment.objects.filter(piece__cell__project=project_id, **wanted).order_by()
    counted = [
        *items.values_list("item__cell_id", "stage").annotate(ms=Sum("active_ms")),
        *pieces.values_list("piece__cell_id", Value(PaidStage.PIECE.value)).annotate(ms=Sum("active_ms")),
    ]
    return {(cell, str(stage)): ms // 1000 for cell, stage, ms in counted}
