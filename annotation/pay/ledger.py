"""The work ledger: derived from what happened, never written by a verdict (docs/ledger.md).

`settle_ledger` may run as often as one likes: what stands is left alone, what is missing is added, what is pending
moves on. Beat runs it once a minute; a verdict never waits for money.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from annotation.models import (
    Appeal,
    Assignment,
    Attempt,
    Item,
    ItemEvent,
    LedgerEntry,
    LedgerMark,
    PayTerms,
    Piece,
    PieceAssignment,
    Project,
    Rate,
    Review,
)
from annotation.pay.pay_rules import (
    Derived,
    Done,
    Event,
    History,
    Pay,
    Place,
    Scored,
    Tariff,
    Terms,
    entries_of,
    entry_of,
)
from annotation.workflow import Stage

# The page's last word on active time arrives a moment after the verdict.
GRACE = timedelta(seconds=60)
# A transaction may commit a while after the time it wrote down.
OVERLAP = timedelta(minutes=10)
ITEMS_AT_A_TIME = 500
DERIVED = (LedgerEntry.Kind.WORK, LedgerEntry.Kind.CORRECTION)
MOVING = ("state", "amount", "rate_id", "currency", "active_seconds", "reason")


@dataclass
class Settled:
    added: int = 0
    moved: int = 0


def settle_ledger(
    project: Project,
    since: datetime | None = None,
    until: datetime | None = None,
    report: Callable[[int], None] | None = None,
) -> Settled:
    """Brings the ledger up to `until` (now) for items that something happened to since and test pieces that were
    scored; None: for all of them.

    `report` is told after each piece how many items are done.
    """
    until = until or timezone.now()
    pay, settled = pay_of(project), Settled()
    if not pay.tariffs:
        return settled
    done = 0
    for item_ids in _batches(touched(project, since)):
        with transaction.atomic():
            lock_ledger(project)
            _write(project, _derive(item_ids, pay, until), settled)
        done += len(item_ids)
        if report:
            report(done)
    with transaction.atomic():
        lock_ledger(project)
        _write(project, _of_pieces(project, pay, until, since), settled)
    return settled


def settle_what_is_due(project: Project, now: datetime, report: Callable[[int], None] | None = None) -> Settled:
    """What beat runs, and the job after a new rate: from where the last run ended."""
    mark, _ = LedgerMark.objects.get_or_create(project=project)
    since, until, newest = mark.settled_until, now - GRACE, _newest_rate(project)
    settled = settle_ledger(project, since - OVERLAP if since else None, until, report)
    with transaction.atomic():
        lock_ledger(project)
        # Unless somebody asked for all of it meanwhile, perhaps a second time: an empty mark looks the same then.
        if _newest_rate(project) == newest:
            LedgerMark.objects.filter(project=project, settled_until=since).update(settled_until=until)
    return settled


def _newest_rate(project: Project) -> int:
    return Rate.objects.filter(project=project).aggregate(newest=Max("pk"))["newest"] or 0


def ask_for_all(project: Project) -> None:
    """A rate or terms came in: the next run looks at everything again."""
    LedgerMark.objects.update_or_create(project=project, defaults={"settled_until": None})


def lock_ledger(project: Project) -> None:
    """One writer at a time, until the transaction ends: settling and paying wait for each other, nobody else does."""
    LedgerMark.objects.get_or_create(project=project)
    LedgerMark.objects.select_for_update().get(project=project)


def pay_of(project: Project) -> Pay:
    tariffs = [
        Tariff(
            rate.pk, rate.stage, rate.kind, rate.amount, rate.currency, rate.valid_from, rate.created_at,
            rate.cap, rate.cell_id, rate.language_id, rate.skill,
        )
        for rate in Rate.objects.filter(project=project)
    ]  # fmt: skip
    terms = PayTerms.objects.filter(project=project).values_list("rejected_percent", "overturned_percent", "created_at")
    return Pay(tariffs, [Terms(*row) for row in terms])


def touched(project: Project, since: datetime | None) -> list[int]:
    items = Item.objects.filter(project=project)
    if since is not None:
        by_event = ItemEvent.objects.filter(item__project=project, at__gte=since).values("item_id")
        by_work = Assignment.objects.filter(item__project=project, ended_at__gte=since).values("item_id")
        items = items.filter(Q(pk__in=by_event) | Q(pk__in=by_work))
    return list(items.order_by("pk").values_list("pk", flat=True))


def _batches(item_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(item_ids), ITEMS_AT_A_TIME):
        yield item_ids[first : first + ITEMS_AT_A_TIME]


def derive_all(project: Project, until: datetime | None = None) -> Iterator[Derived]:
    """The ledger made of nothing; what is stored must say the same."""
    pay, until = pay_of(project), until or timezone.now()
    for item_ids in _batches(touched(project, None)):
        yield from _derive(item_ids, pay, until)
    yield from _of_pieces(project, pay, until)


def _derive(item_ids: Sequence[int], pay: Pay, until: datetime) -> list[Derived]:
    return [entry for history in histories(item_ids, until) for entry in entries_of(history, pay)]


def _of_pieces(project: Project, pay: Pay, until: datetime, since: datetime | None = None) -> list[Derived]:
    return [entry for scored in scored_pieces(project, until, since) if (entry := entry_of(scored, pay))]


def scored_pieces(project: Project, until: datetime, since: datetime | None = None) -> Iterator[Scored]:
    """Not those that a manager scored who neither reviews nor edits here; one statement."""
    done = PieceAssignment.objects.filter(
        piece__attempt__test__project=project, outcome=PieceAssignment.Outcome.DONE, is_paid=True, ended_at__lte=until
    )
    if since is not None:
        done = done.filter(ended_at__gte=since)
    columns = ("piece__cell_id", "piece__attempt__test__language_id", "piece__attempt__test__skills")
    rows = done.order_by("pk").values_list("piece_id", "person_id", "ended_at", "active_ms", *columns)
    for piece_id, person_id, ended_at, active_ms, cell_id, language, skills in rows:
        assert ended_at is not None
        # What is written in a test is of its first skill.
        yield Scored(piece_id, Place(cell_id, language, skills[0]), person_id, ended_at, active_ms // 1000)


def waiting_pieces(project: Project) -> Iterator[Place]:
    """Where the pieces belong that nobody has scored yet."""
    waiting = Piece.objects.filter(attempt__test__project=project, attempt__state=Attempt.State.WAITING)
    rows = waiting.order_by().values_list("cell_id", "attempt__test__language_id", "attempt__test__skills")
    for cell_id, language, skills in rows:
        yield Place(cell_id, language, skills[0])


def histories(item_ids: Sequence[int], until: datetime) -> Iterator[History]:
    """Five statements for all of them."""
    events: dict[int, list[Event]] = defaultdict(list)
    rows = ItemEvent.objects.filter(item_id__in=item_ids, at__lte=until).order_by("item_id", "number")
    for item_id, number, action, source, target, at in rows.values_list(
        "item_id", "number", "action", "source", "target", "at"
    ):
        events[item_id].append(Event(number, action, source, target, at))
    verdicts = {
        (item_id, person, at): verdict
        for item_id, person, at, verdict in Review.objects.filter(item_id__in=item_ids).values_list(
            "item_id", "reviewer_id", "created_at", "verdict"
        )
    }
    ended, unclear = _ended(item_ids, until), _unclear(item_ids)
    items = Item.objects.filter(pk__in=item_ids).order_by("pk")
    columns = ("pk", "cell_id", "cell__language_id", "cell__skill", "author_id", "is_control")
    for item_id, cell_id, language, skill, author_id, is_control in items.values_list(*columns):
        done = [
            Done(work.pk, work.person_id, work.stage, ended_at, work.active_seconds,
                 verdicts.get((item_id, work.person_id, ended_at), ""))
            for work in ended[item_id]
            if (ended_at := work.ended_at) and work.outcome == Assignment.Outcome.DONE and work.stage != Stage.WRITING
        ]  # fmt: skip
        written = [
            (ended_at, work.active_seconds)
            for work in ended[item_id]
            if (ended_at := work.ended_at) and work.stage == Stage.WRITING and work.person_id == author_id
        ]
        place = Place(cell_id, language, skill)
        yield History(
            item_id, place, author_id, is_control, events[item_id], done, written, frozenset(unclear[item_id])
        )


def _unclear(item_ids: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = Appeal.objects.filter(item_id__in=item_ids, ending=Appeal.Ending.UNCLEAR)
    for item_id, rejection in rows.values_list("item_id", "rejection"):
        found[item_id].add(rejection)
    return found


def _ended(item_ids: Sequence[int], until: datetime) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(item_id__in=item_ids, ended_at__lte=until).order_by("item_id", "ended_at", "pk")
    for work in rows.only("item_id", "person_id", "stage", "ended_at", "outcome", "active_ms"):
        found[work.item_id].append(work)
    return found


def _write(project: Project, derived: Iterable[Derived], settled: Settled) -> None:
    wanted = {entry.key: entry for entry in derived}
    stored = {entry.key: entry for entry in LedgerEntry.objects.filter(key__in=list(wanted))}
    new = [entry for key, entry in wanted.items() if key not in stored]
    originals = LedgerEntry.objects.bulk_create(_row(project, entry) for entry in new if not entry.corrects)
    stored |= {entry.key: entry for entry in originals}
    LedgerEntry.objects.bulk_create(_row(project, entry, stored[entry.corrects]) for entry in new if entry.corrects)
    settled.added += len(new)
    for key, entry in stored.items():
        if entry.state == LedgerEntry.State.PENDING and _move(entry, wanted[key]):
            entry.save(update_fields=[name.removesuffix("_id") for name in MOVING])
            settled.moved += 1


def _row(project: Project, entry: Derived, corrects: LedgerEntry | None = None) -> LedgerEntry:
    return LedgerEntry(
        project=project,
        person_id=entry.person_id,
        item_id=entry.item_id,
        piece_id=entry.piece_id,
        cell_id=entry.cell_id,
        stage=entry.stage,
        kind=entry.kind,
        key=entry.key,
        earned_at=entry.earned_at,
        corrects=corrects,
        **_said(entry),
    )


def _said(entry: Derived) -> dict[str, object]:
    return {
        "state": entry.state,
        "amount": entry.amount,
        "rate_id": entry.tariff.id,
        "currency": entry.tariff.currency,
        "active_seconds": entry.seconds,
        "reason": entry.reason,
    }


def _move(entry: LedgerEntry, wanted: Derived) -> bool:
    """Makes a pending row say what the history says by now; whether that is anything new."""
    said = _said(wanted)
    changed = [name for name in MOVING if getattr(entry, name) != said[name]]
    for name in changed:
        setattr(entry, name, said[name])
    return bool(changed)


def differences(project: Project, until: datetime | None = None) -> list[str]:
    """Where the stored ledger says something else than the history: nothing, or something is broken."""
    wanted = {entry.key: _compared(entry.person_id, entry.amount, entry.state) for entry in derive_all(project, until)}
    rows = LedgerEntry.objects.filter(project=project, kind__in=DERIVED)
    stored = {
        key: _compared(person, amount, state)
        for key, person, amount, state in rows.values_list("key", "person_id", "amount", "state")
    }
    return sorted(key for key in wanted.keys() | stored.keys() if wanted.get(key) != stored.get(key))


def _compared(person_id: int, amount: int, state: str) -> tuple[int, int, str]:
    paid = LedgerEntry.State.PAID
    return person_id, amount, LedgerEntry.State.PAYABLE.value if state == paid else str(state)
