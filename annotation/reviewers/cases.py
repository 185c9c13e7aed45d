"""The cases behind a reviewer's figures: for every number the verdicts it counts, one by one. For managers.

A list is made by the very functions that make its number, so the two cannot part. Reviews of the reader's own texts are
left out: who judged them stays unknown to them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from django.db import models

from accounts.models import User
from annotation.models import Item, Look, Project, Verdict
from annotation.reviewers import consistency
from annotation.reviewers.board import Text, Wanted, label_of
from annotation.reviewers.consistency import Judged, Told
from annotation.rubric import RUBRIC
from core.arrays import AnyOf
from core.numbers import is_id
from experts.agreement import reason_overlap
from experts.models import Outcome, ReviewerOutcome
from experts.reviewers import is_same

Row = TypeVar("Row")
PAGE = 50
MOST = 5_000


class What(models.TextChoices):
    """Which number: every one on the page *Reviewers* has its own."""

    KNOWN = "known", "What became known of their verdicts"
    REVIEWS = "reviews", "Their reviews"
    FAULTS = "faults", "Texts known to be faulty"
    GOOD = "good", "Texts known to be good"
    PEERS = "peers", "Texts that somebody else judged too"
    OVERTURNED = "overturned", "Verdicts an editor or an appeal settled"
    REASONS = "reasons", "Control items with known reasons"
    SEVERITY = "severity", "Their decisions on authors' work"
    TIME = "time", "Reviews whose time was counted"
    STREAK = "streak", "Their longest run of quick verdicts alike"


@dataclass(frozen=True)
class Case:
    """One verdict. `item` is the original where it was given on a `copy`; `other` is what is known or others said."""

    item: int
    source: str
    said: str
    at: datetime
    other: str = ""
    is_right: bool | None = None
    seconds: float | None = None
    copy: int | None = None


def cases_of(project: Project, reviewer: User, what: What) -> list[Case]:
    """Newest first, as many as the number says; the latest MOST."""
    found = sorted(_OF[what](project, reviewer), key=lambda one: one.at, reverse=True)[:MOST]
    return _originals(found)


def without_own_texts(cases: Sequence[Case], reader: User) -> list[Case]:
    own = Item.objects.filter(AnyOf("pk", {one.item for one in cases}), author=reader)
    hidden = set(own.values_list("pk", flat=True))
    return [one for one in cases if one.item not in hidden]


def _originals(cases: Sequence[Case]) -> list[Case]:
    copies = dict(Look.objects.filter(AnyOf("item_id", {one.item for one in cases})).values_list("item", "source"))
    return [replace(one, item=copies[one.item], copy=one.item) if one.item in copies else one for one in cases]


def _label(verdict: str) -> str:
    return str(Verdict(verdict).label)


def _named(reasons: Iterable[str]) -> str:
    return ", ".join(label_of(reason) for reason in reasons) or "none"


def _of_review(one: Judged) -> Case:
    return Case(one.item, "Review", _label(one.verdict), one.at, _named(one.reasons), seconds=one.seconds)


def _of_told(one: Told, is_right: bool) -> Case:
    kind = str(ReviewerOutcome.Kind(one.kind).label)
    return Case(one.item, kind, _label(one.said), one.at, _label(one.truth), is_right)


def _reviews(project: Project, reviewer: User) -> list[Case]:
    return [_of_review(one) for one in consistency.judged_in(project, reviewer.pk)]


def _timed(project: Project, reviewer: User) -> list[Case]:
    return [one for one in _reviews(project, reviewer) if one.seconds is not None]


def _streak(project: Project, reviewer: User) -> list[Case]:
    return [_of_review(one) for one in consistency.quick_run(consistency.judged_in(project, reviewer.pk))]


def _told(keeps: Callable[[Told], bool], right: Callable[[Told], bool]) -> Callable[[Project, User], list[Case]]:
    def found(project: Project, reviewer: User) -> list[Case]:
        return [_of_told(one, right(one)) for one in consistency.told_in(project, reviewer.pk) if keeps(one)]

    return found


def _same(one: Told) -> bool:
    return is_same(one.said, one.truth)


def _reasons(project: Project, reviewer: User) -> list[Case]:
    return [
        replace(
            _of_told(one, reason_overlap(one.reasons_said, one.reasons_true) == 1.0),
            said=_named(one.reasons_said), other=_named(one.reasons_true),
        )
        for one in consistency.told_in(project, reviewer.pk) if consistency.names_reasons(one)
    ]  # fmt: skip


def _peers(project: Project, reviewer: User) -> list[Case]:
    own = consistency.judged_in(project, reviewer.pk)
    others = consistency.by(consistency.beside(own, reviewer), lambda one: one.revision)
    pairs = [
        Case(
            one.item, "Review", _label(one.verdict), one.at, _label(other.verdict), is_same(one.verdict, other.verdict)
        )
        for one in own
        for other in others[one.revision]
    ]
    return pairs + _told(lambda one: one.kind == ReviewerOutcome.Kind.SECOND, _same)(project, reviewer)


def _severity(project: Project, reviewer: User) -> list[Case]:
    rows = Outcome.objects.filter(project_id=project.pk, judged_by_id=reviewer.pk).order_by("-at", "-id")[:MOST]
    return [Case(one.item_id, "Decision", str(one.get_kind_display()), one.at, _named(one.reasons)) for one in rows]


_OF: dict[What, Callable[[Project, User], list[Case]]] = {
    What.KNOWN: _told(lambda _one: True, _same),
    What.REVIEWS: _reviews,
    What.FAULTS: _told(
        lambda one: one.kind in consistency.TRUTHS and one.truth != Verdict.ACCEPT,
        lambda one: one.said != Verdict.ACCEPT,
    ),
    What.GOOD: _told(
        lambda one: one.kind in consistency.TRUTHS and one.truth == Verdict.ACCEPT,
        lambda one: one.said == Verdict.ACCEPT,
    ),
    What.PEERS: _peers,
    What.OVERTURNED: _told(lambda one: one.kind in consistency.SETTLED, _same),
    What.REASONS: _reasons,
    What.SEVERITY: _severity,
    What.TIME: _timed,
    What.STREAK: _streak,
}


@dataclass(frozen=True)
class Part(Generic[Row]):
    """A page of a list that is in memory; `next` and `previous` are cursors, empty where there is no such page."""

    rows: Sequence[Row]
    next: str
    previous: str


def part_of(rows: Sequence[Row], cursor: str, size: int = PAGE) -> Part[Row]:
    """`cursor` is where the page begins; a spoilt one shows the first page."""
    start = int(cursor) if is_id(cursor) and int(cursor) < len(rows) else 0
    following = str(start + size) if start + size < len(rows) else ""
    return Part(rows[start : start + size], following, str(max(0, start - size)) if start else "")


def texts_for(reader: User, texts: Sequence[Text]) -> list[Text]:
    """Without the reader's own."""
    own = Item.objects.filter(AnyOf("pk", {text[0].item for text in texts}), author=reader)
    hidden = set(own.values_list("pk", flat=True))
    return [text for text in texts if text[0].item not in hidden]


@dataclass(frozen=True)
class Spoken:
    reviewer: User | None
    said: str
    detail: str


@dataclass(frozen=True)
class ShownText:
    """One text beside what each of its reviewers said of it."""

    item: int
    cell: str
    at: datetime
    spoken: list[Spoken]
    differs: bool


def texts_part(texts: Sequence[Text], cursor: str, wanted: Wanted, cells: Mapping[int, str]) -> Part[ShownText]:
    """The page of the list; people are read for it alone."""
    part = part_of(texts, cursor)
    people = User.objects.in_bulk({one.reviewer for text in part.rows for one in text})
    rows = [
        ShownText(
            text[0].item,
            cells.get(text[0].cell, ""),
            text[-1].at,
            [Spoken(people.get(one.reviewer), _label(one.verdict), _detail(one, wanted)) for one in text],
            wanted.differs(text),
        )
        for text in part.rows
    ]
    return Part(rows, part.next, part.previous)


def _detail(one: Judged, wanted: Wanted) -> str:
    if wanted.row:
        place = [row.name for row in RUBRIC].index(wanted.row)
        return f"score {one.scores[place]}"
    return _named(one.reasons) if one.reasons else ""
