"""How reviewers judge: against what is known, against each other, and whether they look. For managers, and for
reviewers of themselves; which items were controls is told to managers alone.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from django.db.models import Count, Q

from accounts.models import User
from annotation.models import Control, Item, Look, Project, Review, Verdict
from annotation.rubric import RUBRIC
from core.arrays import AnyOf
from core.statements import fetch_rows
from experts.agreement import (
    MINIMUM,
    Agreement,
    Share,
    agreement,
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

TRUTHS = frozenset({ReviewerOutcome.Kind.CONTROL.value, ReviewerOutcome.Kind.APPEAL.value})


class Told(NamedTuple):
    """One row of what became known of a reviewer."""

    reviewer: int
    kind: str
    said: str
    truth: str
    reasons_said: list[str]
    reasons_true: list[str]
    item: int


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


@dataclass(frozen=True)
class Figures:
    """Of one reviewer. Every share says None below MINIMUM cases."""

    reviewer: User
    reviews: int
    sensitivity: Share
    specificity: Share
    peers: Share
    overturned: Share
    reasons: float | None
    reasons_of: int
    severity: float | None
    seconds: float | None
    streak: int

    @property
    def is_alarming(self) -> bool:
        return self.streak >= STREAK_ALARM


@dataclass(frozen=True)
class Group:
    """Agreement of the reviewers in one cell, reason, row of the rubric or guideline version."""

    name: str
    found: Agreement
    url_terms: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """A control item on the managers' list."""

    control: Control
    right: Share
    waiting: int

    @property
    def is_suspect(self) -> bool:
        return self.right.value is not None and self.right.value < SUSPICIOUS_BELOW


_JUDGED = """
    SELECT review.reviewer_id, item.id, review.revision_id, item.cell_id, revision.guideline_version, review.verdict,
           review.reasons, ARRAY[review.correctness, review.conciseness, review.observance, review.safety,
                                 review.overall],
           (SELECT nullif(sum(work.active_ms), 0) / 1000.0 FROM annotation_assignment work
            WHERE work.item_id = item.id AND work.person_id = review.reviewer_id AND work.stage = 'review'
              AND work.claimed_at <= review.created_at)
    FROM annotation_review review
    JOIN annotation_item item ON item.id = review.item_id AND NOT item.is_control
    JOIN annotation_revision revision ON revision.id = review.revision_id
    WHERE item.project_id = %(project)s AND (%(reviewer)s::bigint IS NULL OR review.reviewer_id = %(reviewer)s)
    ORDER BY review.created_at DESC, review.id DESC LIMIT %(most)s
"""


def judged_in(project: Project, reviewer: int | None = None) -> list[Judged]:
    """Oldest first; copies are left out."""
    rows = fetch_rows(_JUDGED, {"project": project.pk, "reviewer": reviewer, "most": MOST_REVIEWS})
    return [
        Judged._make((*row[:7], tuple(row[7]), None if row[8] is None else float(row[8]))) for row in reversed(rows)
    ]


def told_in(project: Project, reviewer: int | None = None) -> list[Told]:
    rows = ReviewerOutcome.objects.filter(project_id=project.pk)
    if reviewer is not None:
        rows = rows.filter(reviewer=reviewer)
    fields = ("reviewer_id", "kind", "said", "truth", "reasons_said", "reasons_true", "item_id")
    return [Told(*row) for row in rows.order_by("at", "id").values_list(*fields)]


def figures_of(project: Project) -> list[Figures]:
    """One row for everybody who has judged here or may; five statements."""
    judged, told = judged_in(project), told_in(project)
    offsets = pool_of(project.pk, rule_of(project.pk)).offsets
    people = User.objects.filter(
        Q(memberships__project=project, memberships__role="reviewer") | AnyOf("pk", {one.reviewer for one in judged})
    )
    by_person, told_by = _by(judged, lambda one: one.reviewer), _by(told, lambda one: one.reviewer)
    peers = peer_pairs(judged)
    return [
        _figures(person, by_person[person.pk], told_by[person.pk], peers[person.pk], offsets.get(person.pk))
        for person in people.distinct().order_by("name", "pk")
    ]


def own_figures(user: User, project: Project) -> Figures:
    """The same figures of one person, for themselves. Whose items were controls is not told: only the shares are."""
    judged, told = judged_in(project, user.pk), told_in(project, user.pk)
    beside = Review.objects.filter(AnyOf("revision_id", {one.revision for one in judged})).exclude(reviewer=user)
    others = [
        Judged(reviewer, item, revision, 0, 0, verdict, [], (), None)
        for reviewer, item, revision, verdict in beside.values_list("reviewer_id", "item_id", "revision_id", "verdict")
    ]
    offsets = pool_of(project.pk, rule_of(project.pk)).offsets
    return _figures(user, judged, told, peer_pairs([*judged, *others])[user.pk], offsets.get(user.pk))


def _figures(
    person: User, judged: Sequence[Judged], told: Sequence[Told], peers: Sequence[bool], severity: float | None
) -> Figures:
    known = [one for one in told if one.kind in TRUTHS or one.kind == ReviewerOutcome.Kind.CORRECTION]
    controls = [one for one in told if one.kind == ReviewerOutcome.Kind.CONTROL]
    faulty = [one for one in known if one.truth != Verdict.ACCEPT]
    seconds = [one.seconds for one in judged if one.seconds is not None]
    corrected = [one for one in told if one.kind in (ReviewerOutcome.Kind.CORRECTION, ReviewerOutcome.Kind.APPEAL)]
    named = [reason_overlap(one.reasons_said, one.reasons_true) for one in controls if one.reasons_true]
    return Figures(
        reviewer=person,
        reviews=len(judged),
        sensitivity=share(one.said != Verdict.ACCEPT for one in faulty),
        specificity=share(one.said == Verdict.ACCEPT for one in known if one.truth == Verdict.ACCEPT),
        peers=share([*peers, *(is_same(one.said, one.truth) for one in told if one.kind == "second")]),
        overturned=share(not is_same(one.said, one.truth) for one in corrected),
        reasons=sum(named) / len(named) if len(named) >= MINIMUM else None,
        reasons_of=len(named),
        severity=severity,
        seconds=median(seconds) if len(seconds) >= MINIMUM else None,
        streak=longest_streak(((one.verdict, one.seconds) for one in judged), STREAK_SECONDS),
    )


def peer_pairs(judged: Iterable[Judged]) -> dict[int, list[bool]]:
    """For each reviewer, of each other judgement of the same text: whether it said the same."""
    found: dict[int, list[bool]] = defaultdict(list)
    for together in _by(judged, lambda one: one.revision).values():
        for one in together:
            found[one.reviewer] += [
                is_same(one.verdict, other.verdict) for other in together if other.reviewer != one.reviewer
            ]
    return found


def _by(rows: Iterable[NamedTuple], key: Callable[..., int]) -> "defaultdict[int, list]":  # type: ignore[type-arg]
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


@dataclass(frozen=True)
class Board:
    """Agreement between reviewers of the same text, over all and by what the text is."""

    overall: Agreement
    cells: list[Group]
    reasons: list[Group]
    rubric: list[Group]
    versions: list[Group]


def board(project: Project) -> Board:
    judged = judged_in(project)
    names = {cell.pk: str(cell) for cell in project.cells.select_related("language", "domain")}
    texts = _by(judged, lambda one: one.revision).values()
    return Board(
        overall=agreement(map(_verdicts, texts)),
        cells=_grouped(texts, lambda text: text[0].cell, lambda cell: names.get(cell, "a cell that is gone")),
        reasons=_by_reason(list(texts)),
        rubric=[
            Group(row.label, agreement([[one.scores[place] for one in text] for text in texts], ordinal=True))
            for place, row in enumerate(RUBRIC)
        ],
        versions=_grouped(texts, lambda text: text[0].version, lambda version: f"Version {version}"),
    )


def _verdicts(text: Sequence[Judged]) -> list[Hashable | None]:
    return [_SIDE.get(one.verdict, one.verdict) for one in text]


# Whom a text goes to for mending is no disagreement.
_SIDE = {Verdict.EDIT.value: Verdict.RETURN.value}


def _grouped(
    texts: Iterable[Sequence[Judged]], key: Callable[[Sequence[Judged]], int], name: Callable[[int], str]
) -> list[Group]:
    groups: dict[int, list[Sequence[Judged]]] = defaultdict(list)
    for text in texts:
        groups[key(text)].append(text)
    return [Group(name(one), agreement(map(_verdicts, groups[one]))) for one in sorted(groups)]


def _by_reason(texts: Sequence[Sequence[Judged]]) -> list[Group]:
    """Whether the reviewers of a text agree that this reason applies; of reasons that anybody named."""
    labels = dict(Review._meta.get_field("reasons").base_field.choices or [])
    named = Counter(reason for text in texts for one in text for reason in one.reasons)
    return [
        Group(str(labels.get(reason, reason)), agreement([[reason in one.reasons for one in text] for text in texts]))
        for reason, _ in named.most_common()
    ]


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
    return [
        Known(one, Share(one.agreed, one.answered), max(0, project.control_showings - one.shown)) for one in controls
    ]


def share_handed(project: Project) -> tuple[int, int]:
    """How many copies of control items were handed out, of how many reviews; in this project."""
    looks = Look.objects.filter(project=project, kind=Look.Kind.CONTROL, judged_at__isnull=False).count()
    return looks, Review.objects.filter(item__project=project, item__is_control=False).count() + looks


@dataclass(frozen=True)
class Behind:
    """What stands behind a reviewer's shares: one verdict and what it turned out to be."""

    outcome: ReviewerOutcome
    is_right: bool
    # The original, where the verdict was on a copy.
    item: int


def behind(project: Project, reviewer: User, reader: User) -> list[Behind]:
    """Newest first; without the reader's own texts, whose reviewers stay unknown to them."""
    outcomes = list(
        ReviewerOutcome.objects.filter(project_id=project.pk, reviewer=reviewer).order_by("-at", "-id")[:200]
    )
    copies = dict(
        Look.objects.filter(AnyOf("item_id", [one.item_id for one in outcomes])).values_list("item", "source")
    )
    found = [Behind(one, is_same(one.said, one.truth), copies.get(one.item_id) or one.item_id) for one in outcomes]
    own = set(Item.objects.filter(AnyOf("pk", {one.item for one in found}), author=reader).values_list("pk", flat=True))
    return [one for one in found if one.item not in own]


COLUMNS = (
    "reviewer", "reviews", "found faults", "of faulty", "let good pass", "of good", "agrees with peers", "of pairs",
    "overturned", "of settled", "reasons named", "severity", "median seconds", "longest streak",
)  # fmt: skip


def as_rows(figures: Iterable[Figures]) -> list[list[str]]:
    """For the CSV; empty where there are too few."""
    return [
        [
            str(one.reviewer), str(one.reviews),
            *_in_csv(one.sensitivity), *_in_csv(one.specificity), *_in_csv(one.peers), *_in_csv(one.overturned),
            _rounded(one.reasons), _rounded(one.severity), _rounded(one.seconds), str(one.streak),
        ]
        for one in figures
    ]  # fmt: skip


def _in_csv(one: Share) -> tuple[str, str]:
    return _rounded(one.value), str(one.of)


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
