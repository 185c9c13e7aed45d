"""How reviewers judge: against what is known, against each other, and whether they look. For managers, and for
reviewers of themselves; which items were controls is told to managers alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import Count, Max, Q

from accounts.models import User
from annotation.models import Control, Guideline, Look, Project, Review, Verdict
from core.arrays import AnyOf
from core.statements import fetch_rows
from experts.agreement import (
    MINIMUM,
    Share,
    longest_streak,
    reason_overlap,
    share,
)
from experts.models import ReviewerOutcome
from experts.outcomes import pool_of
from experts.project_rules import rule_of
from experts.reviewers import is_same

STREAK_ALARM = 20
STREAK_SECONDS = 30.0
# What is read for the page: the latest so many reviews of the project.
MOST_REVIEWS = 20_000
SUSPICIOUS_BELOW = 0.5

SETTLED = frozenset({ReviewerOutcome.Kind.CORRECTION.value, ReviewerOutcome.Kind.APPEAL.value})
TRUTHS = SETTLED | {ReviewerOutcome.Kind.CONTROL.value}


class Told(NamedTuple):
    """One row of what became known of a reviewer."""

    reviewer: int
    kind: str
    said: str
    truth: str
    reasons_said: list[str]
    reasons_true: list[str]
    item: int
    at: datetime


class Judged(NamedTuple):
    """One review of an item that counts, with the seconds of work it took where they were counted."""

    reviewer: int
    item: int
    revision: int
    cell: int
    version: int
    verdict: str
    reasons: list[str]
    scores: tuple[int, ...]
    seconds: float | None
    at: datetime


@dataclass(frozen=True)
class Figures:
    """Of one reviewer. Every share says None below MINIMUM cases."""

    reviewer: User
    reviews: int
    sensitivity: Share
    specificity: Share
    # Right of all cases whose truth is known.
    known: Share
    peers: Share
    overturned: Share
    reasons: float | None
    reasons_of: int
    severity: float | None
    seconds: float | None
    streak: int


@dataclass(frozen=True)
class Known:
    """A control item on the managers' list."""

    control: Control
    right: Share
    waiting: int
    # Not planted any more: the guideline has changed since its text was judged.
    is_outdated: bool = False

    @property
    def is_suspect(self) -> bool:
        return self.right.value is not None and self.right.value < SUSPICIOUS_BELOW


_JUDGED = """
    SELECT review.reviewer_id, item.id, review.revision_id, item.cell_id, revision.guideline_version, review.verdict,
           review.reasons, ARRAY[review.correctness, review.conciseness, review.observance, review.safety,
                                 review.overall],
           (SELECT nullif(sum(work.active_ms), 0) / 1000.0 FROM annotation_assignment work
            WHERE work.item_id = item.id AND work.person_id = review.reviewer_id AND work.stage = 'review'
              AND work.claimed_at <= review.created_at),
           review.created_at
    FROM annotation_review review
    JOIN annotation_item item ON item.id = review.item_id AND NOT item.is_control
    JOIN annotation_revision revision ON revision.id = review.revision_id
    WHERE item.project_id = %(project)s AND (%(reviewer)s::bigint IS NULL OR review.reviewer_id = %(reviewer)s)
      AND (%(until)s::timestamptz IS NULL OR review.created_at < %(until)s)
    ORDER BY review.created_at DESC, review.id DESC LIMIT %(most)s
"""


def judged_in(project: Project, reviewer: int | None = None, until: datetime | None = None) -> list[Judged]:
    """Oldest first; copies are left out."""
    terms = {"project": project.pk, "reviewer": reviewer, "until": until, "most": MOST_REVIEWS}
    rows = fetch_rows(_JUDGED, terms)
    return [
        Judged._make((*row[:7], tuple(row[7]), None if row[8] is None else float(row[8]), row[9]))
        for row in reversed(rows)
    ]


def told_in(project: Project, reviewer: int | None = None, until: datetime | None = None) -> list[Told]:
    rows = ReviewerOutcome.objects.filter(project_id=project.pk)
    if reviewer is not None:
        rows = rows.filter(reviewer=reviewer)
    if until is not None:
        rows = rows.filter(at__lt=until)
    fields = ("reviewer_id", "kind", "said", "truth", "reasons_said", "reasons_true", "item_id", "at")
    return [Told(*row) for row in rows.order_by("at", "id").values_list(*fields)]


def figures_of(project: Project) -> list[Figures]:
    """One row for everybody who has judged here or may; five statements."""
    judged, told = judged_in(project), told_in(project)
    offsets = pool_of(project.pk, rule_of(project.pk)).offsets
    people = User.objects.filter(
        Q(memberships__project=project, memberships__role="reviewer") | AnyOf("pk", {one.reviewer for one in judged})
    )
    by_person, told_by = by(judged, lambda one: one.reviewer), by(told, lambda one: one.reviewer)
    peers = peer_pairs(judged)
    return [
        _figures(person, by_person[person.pk], told_by[person.pk], peers[person.pk], offsets.get(person.pk))
        for person in people.distinct().order_by("name", "pk")
    ]


def own_figures(user: User, project: Project, until: datetime | None = None) -> Figures:
    """The same figures of one person."""
    judged, told = judged_in(project, user.pk, until), told_in(project, user.pk, until)
    peers = peer_pairs([*judged, *beside(judged, user, until)])[user.pk]
    offsets = pool_of(project.pk, rule_of(project.pk)).offsets
    return _figures(user, judged, told, peers, offsets.get(user.pk))


def figures_for_oneself(user: User, project: Project, now: datetime) -> Figures:
    """As of the week's beginning, and with reviews of copies among the reviews: a figure that moved with a verdict
    would tell that its text was a control item, and what was known of it."""
    until = beginning_of_week(now)
    reviews = Review.objects.filter(reviewer=user, item__project=project, created_at__lt=until).count()
    return replace(own_figures(user, project, until), reviews=reviews)


def beginning_of_week(now: datetime) -> datetime:
    return (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def beside(judged: Sequence[Judged], user: User, until: datetime | None = None) -> list[Judged]:
    """What others said of the same texts."""
    others = Review.objects.filter(AnyOf("revision_id", {one.revision for one in judged})).exclude(reviewer=user)
    if until is not None:
        others = others.filter(created_at__lt=until)
    columns = ("reviewer_id", "item_id", "revision_id", "verdict", "created_at")
    return [
        Judged(reviewer, item, revision, 0, 0, verdict, [], (), None, at)
        for reviewer, item, revision, verdict, at in others.values_list(*columns)
    ]


def _figures(
    person: User, judged: Sequence[Judged], told: Sequence[Told], peers: Sequence[bool], severity: float | None
) -> Figures:
    known = [one for one in told if one.kind in TRUTHS]
    faulty = [one for one in known if one.truth != Verdict.ACCEPT]
    seconds = [one.seconds for one in judged if one.seconds is not None]
    corrected = [one for one in told if one.kind in SETTLED]
    named = [reason_overlap(one.reasons_said, one.reasons_true) for one in told if names_reasons(one)]
    return Figures(
        reviewer=person,
        reviews=len(judged),
        sensitivity=share(one.said != Verdict.ACCEPT for one in faulty),
        specificity=share(one.said == Verdict.ACCEPT for one in known if one.truth == Verdict.ACCEPT),
        known=share(is_same(one.said, one.truth) for one in known),
        peers=share([*peers, *(is_same(one.said, one.truth) for one in told if one.kind == "second")]),
        overturned=share(not is_same(one.said, one.truth) for one in corrected),
        reasons=sum(named) / len(named) if len(named) >= MINIMUM else None,
        reasons_of=len(named),
        severity=severity,
        seconds=median(seconds) if len(seconds) >= MINIMUM else None,
        streak=len(quick_run(judged)),
    )


def names_reasons(one: Told) -> bool:
    """A control item with reasons that are known."""
    return one.kind == ReviewerOutcome.Kind.CONTROL.value and bool(one.reasons_true)


def quick_run(judged: Sequence[Judged]) -> Sequence[Judged]:
    """The longest run of verdicts that say the same, each faster than a text can be read."""
    run = longest_streak([(one.verdict, one.seconds) for one in judged], STREAK_SECONDS)
    return judged[run.start : run.stop]


def peer_pairs(judged: Iterable[Judged]) -> dict[int, list[bool]]:
    """For each reviewer, of each other judgement of the same text: whether it said the same."""
    found: dict[int, list[bool]] = defaultdict(list)
    for together in by(judged, lambda one: one.revision).values():
        for one in together:
            found[one.reviewer] += [
                is_same(one.verdict, other.verdict) for other in together if other.reviewer != one.reviewer
            ]
    return found


def by(rows: Iterable[NamedTuple], key: Callable[..., int]) -> "defaultdict[int, list]":  # type: ignore[type-arg]
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def known_items(project: Project) -> list[Known]:
    """Every control item, in use first; how often it was answered right. What most get wrong is itself suspect."""
    answered = Count("looks", filter=Q(looks__judged_at__isnull=False))
    agreed = Count("looks", filter=Q(looks__agrees=True))
    controls = (
        Control.objects.filter(project=project)
        .select_related("source", "revision", "cell__language", "cell__domain", "made_by")
        .annotate(answered=answered, agreed=agreed)
        .order_by("retired_at", "-made_at")
    )
    version = Guideline.objects.filter(project=project).aggregate(Max("version"))["version__max"]
    return [
        Known(
            one,
            Share(one.agreed, one.answered),
            max(0, project.control_showings - one.shown),
            version is not None and one.revision.guideline_version < version,
        )
        for one in controls
    ]


def share_handed(project: Project) -> tuple[int, int]:
    """How many copies of control items were handed out, of how many reviews; in this project."""
    looks = Look.objects.filter(project=project, kind=Look.Kind.CONTROL, judged_at__isnull=False).count()
    return looks, Review.objects.filter(item__project=project, item__is_control=False).count() + looks


COLUMNS = (
    "reviewer", "reviews",
    *("found faults", "found faults from", "found faults to", "of faulty"),
    *("let good pass", "let good pass from", "let good pass to", "of good"),
    *("agrees with peers", "agrees with peers from", "agrees with peers to", "of pairs"),
    *("overturned", "overturned from", "overturned to", "of settled"),
    "same reasons", "of control items with reasons", "severity", "median seconds", "longest streak",
)  # fmt: skip


def as_rows(figures: Iterable[Figures]) -> list[list[str]]:
    """For the CSV; empty where there are too few."""
    return [
        [
            str(one.reviewer), str(one.reviews),
            *_in_csv(one.sensitivity), *_in_csv(one.specificity), *_in_csv(one.peers), *_in_csv(one.overturned),
            _rounded(one.reasons), str(one.reasons_of), _rounded(one.severity), _rounded(one.seconds), str(one.streak),
        ]
        for one in figures
    ]  # fmt: skip


def _in_csv(one: Share) -> tuple[str, ...]:
    low, high = one.interval or (None, None)
    return _rounded(one.value), _rounded(low), _rounded(high), str(one.of)


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
