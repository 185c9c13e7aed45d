"""Where early warnings come from: what people wrote, how, and how reviewers judged. The thresholds are
experts.alerts'; here is only what they look at, for whoever did something since the day before."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from annotation.models import Project, Review, Revision, Verdict
from annotation.reasons import Reason
from core.statements import Row, fetch_rows
from experts.alerts import (
    LATEST,
    LATEST_ITEMS,
    STREAK,
    Raised,
    Sign,
    is_new,
    much_faster,
    much_pasted,
    raise_alerts,
    same_reason,
    streak,
)
from experts.models import Alert, Outcome, Standing
from experts.states import State

LATELY = timedelta(days=1)
# The person's own past: so many items before the latest.
ITEMS_COMPARED = 45
# Of fewer characters or tokens nothing can be said.
FEWEST_ENTERED, FEWEST_TOKENS = 100, 30

_DRIFT_FACTS = ("judged", "returned", "rejected")

# Without what is disputed, or was overturned or unclear: it counts for nobody.
_REASONS = """
    SELECT person.id, latest.reasons FROM unnest(%(people)s::bigint[]) AS person(id) CROSS JOIN LATERAL (
        SELECT reasons, at, id FROM experts_outcome
        WHERE user_id = person.id AND project_id = %(project)s AND NOT EXISTS (
            SELECT FROM experts_outcomehold held WHERE held.outcome_id = experts_outcome.id AND NOT EXISTS (
                SELECT FROM experts_outcomehold ended
                WHERE ended.outcome_id = held.outcome_id AND ended.ending = 'upheld'))
        ORDER BY at DESC LIMIT %(most)s) latest
    ORDER BY person.id, latest.at DESC, latest.id DESC
"""
# Handed-in texts of one's own, newest first, with what the editor counted; control items have no author.
_WRITING = """
    SELECT person.id, cell.skill, latest.tokens, latest.signals::text FROM unnest(%(people)s::bigint[]) AS person(id)
    CROSS JOIN LATERAL (
        SELECT revision.id, item.cell_id, revision.prompt_tokens + revision.completion_tokens AS tokens,
            revision.signals
        FROM annotation_item item JOIN annotation_revision revision ON revision.item_id = item.id
        WHERE item.author_id = person.id AND item.project_id = %(project)s AND NOT item.is_control
          AND revision.number = 1 AND revision.kind = 'written'
        ORDER BY revision.id DESC LIMIT %(most)s) latest
    JOIN annotation_cell cell ON cell.id = latest.cell_id
    ORDER BY person.id, latest.id DESC
"""
_VERDICTS = """
    SELECT person.id, latest.verdict, latest.seconds FROM unnest(%(people)s::bigint[]) AS person(id)
    CROSS JOIN LATERAL (
        SELECT review.id, review.verdict, extract(epoch FROM review.created_at - assignment.claimed_at) AS seconds
        FROM annotation_review review
        JOIN annotation_item item ON item.id = review.item_id AND item.project_id = %(project)s
        JOIN annotation_assignment assignment ON assignment.item_id = review.item_id
            AND assignment.person_id = review.reviewer_id AND assignment.stage = 'review'
            AND assignment.ended_at = review.created_at
        WHERE review.reviewer_id = person.id ORDER BY review.created_at DESC LIMIT %(most)s) latest
    ORDER BY person.id, latest.id DESC
"""


def look(project: Project, now: datetime) -> Raised:
    """Every sign in the project now, and the alerts that come of it."""
    signs = [
        *_drifting(project, now),
        *_reasons(project, _judged_lately(project, now)),
        *_writing(project, _wrote_lately(project, now)),
        *_streaks(project, _reviewed_lately(project, now)),
    ]
    return raise_alerts(project.pk, signs, now) if signs else Raised()


def _drifting(project: Project, now: datetime) -> list[Sign]:
    """Whom the CUSUM watches (experts.scoring): many refused works close together."""
    watched = Standing.objects.filter(
        project_id=project.pk, measured=State.WATCH, override="", computed_at__gt=now - 2 * LATELY
    ).values_list("user_id", "inputs__facts", "inputs__score__cusum")
    return [
        Sign(user_id, Alert.Kind.DRIFT, {"cusum": cusum} | {name: facts[name] for name in _DRIFT_FACTS})
        for user_id, facts, cusum in watched
        if facts
    ]


def _judged_lately(project: Project, now: datetime) -> list[int]:
    judged = Outcome.objects.filter(project_id=project.pk, at__gt=now - LATELY)
    return list(judged.order_by("user_id").values_list("user_id", flat=True).distinct())


def _wrote_lately(project: Project, now: datetime) -> list[int]:
    written = Revision.objects.filter(
        item__project=project, created_at__gt=now - LATELY, kind=Revision.Kind.WRITTEN, author__isnull=False
    )
    return list(written.order_by("author_id").values_list("author_id", flat=True).distinct())


def _reviewed_lately(project: Project, now: datetime) -> list[int]:
    reviews = Review.objects.filter(item__project=project, created_at__gt=now - LATELY)
    return list(reviews.order_by("reviewer_id").values_list("reviewer_id", flat=True).distinct())


def _grouped(statement: str, project: Project, people: Sequence[int], most: int) -> dict[int, list[Row]]:
    """The rows of each person, newest first."""
    rows = fetch_rows(statement, {"project": project.pk, "people": list(people), "most": most}) if people else []
    found: dict[int, list[Row]] = defaultdict(list)
    for person, *rest in rows:
        found[person].append(tuple(rest))
    return found


def _signals(stored: str) -> dict[str, object]:
    """A statement that is written out gets JSON as text."""
    found = json.loads(stored)
    return found if isinstance(found, dict) else {}


def _reasons(project: Project, people: Sequence[int]) -> list[Sign]:
    """Without what the AI detector suggests: its say never counts against anybody."""
    found = _grouped(_REASONS, project, people, LATEST)
    return [
        sign
        for person, rows in found.items()
        for sign in same_reason(person, [set(reasons) - {Reason.SOUNDS_GENERATED.value} for (reasons,) in rows])
    ]


def _writing(project: Project, people: Sequence[int]) -> list[Sign]:
    found = {
        person: [(skill, tokens, _signals(stored)) for skill, tokens, stored in rows]
        for person, rows in _grouped(_WRITING, project, people, LATEST_ITEMS + ITEMS_COMPARED).items()
    }
    shares = {person: _pasted(project, rows) for person, rows in found.items()}
    everybody = [share for own in shares.values() for share in own]
    usual = median(everybody) if everybody else 0.0
    signs = [much_faster(person, _pace(rows)) for person, rows in found.items()]
    signs += [much_pasted(person, own, usual) for person, own in shares.items()]
    return [sign for sign in signs if sign]


def _pace(rows: Sequence[Row]) -> list[float]:
    """Active seconds per token, where the editor counted."""
    timed = [(tokens, _number(signals, "active_seconds")) for _, tokens, signals in rows]
    return [seconds / tokens for tokens, seconds in timed if seconds and tokens >= FEWEST_TOKENS]


def _pasted(project: Project, rows: Sequence[Row]) -> list[float]:
    """Nothing of skills whose work is research: there pasting is the work."""
    shares = []
    for skill, _, signals in rows:
        outside = _number(signals, "pasted_outside")
        entered = outside + _number(signals, "typed") + _number(signals, "pasted_inside")
        if project.counts_writing(skill) and entered >= FEWEST_ENTERED:
            shares.append(outside / entered)
    return shares


def _number(signals: Mapping[str, object], name: str) -> int:
    value = signals.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _streaks(project: Project, people: Sequence[int]) -> list[Sign]:
    found = _grouped(_VERDICTS, project, people, STREAK + 30)
    signs = [streak(person, [(verdict, float(seconds)) for verdict, seconds in rows]) for person, rows in found.items()]
    return [sign for sign in signs if sign]


# --- words


@dataclass(frozen=True)
class ShownAlert:
    """Of `open_alerts`, `put_off_now` or `answered`. `message` and `note` are what a manager would begin with; both can
    be changed before they are sent."""

    alert: Alert
    words: str
    message: str
    note: str
    tone: str
    is_new: bool = True


def shown(alert: Alert) -> ShownAlert:
    words = sentence(alert)
    return ShownAlert(
        alert,
        words,
        message=f"{words} Can you tell me what happened? I would like to help.",
        note=f"After an alert: {words}",
        tone="warn" if alert.kind in (Alert.Kind.DRIFT, Alert.Kind.REASONS) else "note",
        is_new=is_new(alert),
    )


def sentence(alert: Alert) -> str:
    """What the numbers say, without a verdict."""
    return _SENTENCES[Alert.Kind(alert.kind)](alert)


def _drift_words(alert: Alert) -> str:
    known = alert.numbers
    refused = " and ".join(f"{known[word]} {word}" for word in ("returned", "rejected") if known[word])
    return f"Of the last {known['judged']} decisions {refused}, close together."


def _reason_words(alert: Alert) -> str:
    label = Reason(alert.about).label if alert.about in Reason.values else alert.about
    return f"{alert.numbers['times']} of the last {alert.numbers['of']} decisions came with “{label}”."


def _speed_words(alert: Alert) -> str:
    known = alert.numbers
    return (
        f"The last {LATEST_ITEMS} items took {known['now']} s of active time per token; "
        f"over the {known['items']} before it was {known['usual']} s."
    )


def _paste_words(alert: Alert) -> str:
    now, usual, project = (f"{100 * alert.numbers[name]:.0f} %" for name in ("now", "usual", "project"))
    return (
        f"{now} of the last {LATEST_ITEMS} items was pasted from elsewhere; usual are {usual} for them and {project} "
        "in the project. Pasting is no proof of anything: ask."
    )


def _streak_words(alert: Alert) -> str:
    verdict = Verdict(alert.about).label if alert.about in Verdict.values else alert.about
    return (
        f"{alert.numbers['length']} times “{verdict}” in a row, each about {alert.numbers['seconds']} s after opening."
    )


_SENTENCES: dict[Alert.Kind, Callable[[Alert], str]] = {
    Alert.Kind.DRIFT: _drift_words,
    Alert.Kind.REASONS: _reason_words,
    Alert.Kind.SPEED: _speed_words,
    Alert.Kind.PASTE: _paste_words,
    Alert.Kind.STREAK: _streak_words,
}
