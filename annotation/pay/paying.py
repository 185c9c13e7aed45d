"""Payment runs: what is payable becomes paid, by person and currency, once; taking a run back is a run of its own."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from annotation.models import LedgerEntry, PaymentRun, Project
from annotation.pay import money
from annotation.pay.ledger import lock_ledger
from core.refusal import Refusal, Refused, refuse_if

Kind, State = LedgerEntry.Kind, LedgerEntry.State


@dataclass(frozen=True)
class Line:
    """One person in one currency. `amount` in minor units; `last` the newest of the `count` entries."""

    person: User
    currency: str
    amount: int
    seconds: int
    pieces: int
    count: int
    last: int

    @property
    def is_owed(self) -> bool:
        """Who owes more than they are owed is not paid less than nothing: it waits for their next work."""
        return self.amount < 0


@dataclass(frozen=True)
class Preview:
    """What a run would pay, and what it leaves for later; `seen` stands for exactly these entries: what is payable
    neither changes nor comes back."""

    until: date
    entries: QuerySet[LedgerEntry]
    lines: list[Line]
    waiting: list[Line]

    @property
    def totals(self) -> list[tuple[int, str]]:
        return totals(self.lines)

    @property
    def seen(self) -> str:
        named = [(line.person.pk, line.currency, line.amount, line.count, line.last) for line in self.lines]
        return hashlib.sha256(f"{self.until}|{named}".encode()).hexdigest()[:24]


def totals(lines: Iterable[Line]) -> list[tuple[int, str]]:
    found: dict[str, int] = {}
    for line in lines:
        found[line.currency] = found.get(line.currency, 0) + line.amount
    return [(amount, currency) for currency, amount in sorted(found.items())]


def preview(project: Project, until: date) -> Preview:
    """Work done up to and including this day, payable now."""
    before = datetime.combine(until + timedelta(days=1), time.min, UTC)
    rows = LedgerEntry.objects.filter(project=project, state=State.PAYABLE, earned_at__lt=before)
    lines = lines_of(rows)
    waiting = [line for line in lines if line.is_owed]
    for line in waiting:
        rows = rows.exclude(person=line.person, currency=line.currency)
    return Preview(until, rows, [line for line in lines if not line.is_owed], waiting)


def lines_of(entries: QuerySet[LedgerEntry]) -> list[Line]:
    work = Q(kind=Kind.WORK)
    rows = list(
        entries.order_by()
        .values_list("person_id", "currency")
        .annotate(
            total=Sum("amount"),
            seconds=Sum("active_seconds", filter=work),
            pieces=Count("pk", filter=work),
            entries=Count("pk"),
            last=Max("pk"),
        )
    )
    people = User.objects.in_bulk({row[0] for row in rows})
    lines = [
        Line(people[person], currency, amount, seconds or 0, pieces, count, last)
        for person, currency, amount, seconds, pieces, count, last in rows
    ]
    return sorted(lines, key=lambda line: (str(line.person).casefold(), line.person.pk, line.currency))


def refusal_to_pay(previewed: Preview) -> Refusal | None:
    if previewed.lines:
        return None
    return Refusal(
        "Nothing is payable up to that day.",
        "Work becomes payable when an item is accepted or a review is handed in; choose a later day.",
    )


@transaction.atomic
def pay(*, by: User, project: Project, until: date, seen: str, note: str = "") -> PaymentRun:
    """Marks what the person has seen as paid. Raises Refused (409) when it is not the same any more, or nothing."""
    lock_ledger(project)
    previewed = preview(project, until)
    refuse_if(refusal_to_pay(previewed), status=409, code="empty")
    if previewed.seen != seen:
        words = Refusal("The ledger has changed since this preview.", "Look at it again and confirm it then.")
        raise Refused(words, status=409, code="changed")
    run = _new_run(project, by, until, note)
    paid = previewed.entries.update(state=State.PAID, run=run)
    assert paid == sum(line.count for line in previewed.lines), "the ledger is locked while it is paid"
    return run


def _new_run(project: Project, by: User, until: date, note: str, reverses: PaymentRun | None = None) -> PaymentRun:
    last = PaymentRun.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    return PaymentRun.objects.create(
        project=project, number=last + 1, until=until, note=note[:200], made_by=by, made_at=timezone.now(),
        reverses=reverses,
    )  # fmt: skip


def refusal_to_undo(run: PaymentRun) -> Refusal | None:
    if run.reverses_id is not None:
        return Refusal("This run takes another one back.", "Make a new payment run instead.")
    if PaymentRun.objects.filter(reverses=run).exists():
        return Refusal("This run has been taken back already.")
    if run.exported_at is not None:
        return Refusal("Payroll has the file of this run.", "What was wrong in it is corrected by hand in payroll.")
    return None


@transaction.atomic
def undo(*, by: User, run: PaymentRun) -> PaymentRun:
    """A run that takes every entry of the other back, and the same amounts once more as payable."""
    lock_ledger(run.project)
    run.refresh_from_db()
    refuse_if(refusal_to_undo(run), status=409)
    entries = list(run.entries.order_by("pk"))
    reversing = _new_run(run.project, by, run.until, f"Takes run {run.number} back", reverses=run)
    now = reversing.made_at
    LedgerEntry.objects.bulk_create(_mirror(entry, Kind.REVERSAL, now, reversing) for entry in entries)
    LedgerEntry.objects.bulk_create(_mirror(entry, Kind.REISSUE, entry.earned_at, None) for entry in entries)
    return reversing


def _mirror(entry: LedgerEntry, kind: LedgerEntry.Kind, at: datetime, run: PaymentRun | None) -> LedgerEntry:
    is_reversal = kind == Kind.REVERSAL
    return LedgerEntry(
        project_id=entry.project_id, person_id=entry.person_id, item_id=entry.item_id, piece_id=entry.piece_id,
        cell_id=entry.cell_id, stage=entry.stage, kind=kind, key=f"{kind}:{entry.pk}",
        currency=entry.currency, rate_id=entry.rate_id, amount=-entry.amount if is_reversal else entry.amount,
        state=State.PAID if is_reversal else State.PAYABLE, earned_at=at, corrects=entry, run=run,
        reason=f"Run {entry.run.number if entry.run else ''} was taken back",
    )  # fmt: skip


def refusal_to_export(run: PaymentRun) -> Refusal | None:
    """A run that was taken back before payroll had it pays nobody: its entries come with the next run."""
    if run.exported_at is None and PaymentRun.objects.filter(reverses=run).exists():
        return Refusal("This run has been taken back.", "What it held is payable again; export the run that pays it.")
    if run.reverses is not None and run.reverses.exported_at is None:
        return Refusal("Payroll never had the run that this one takes back.", "There is nothing to correct there.")
    return None


@transaction.atomic
def mark_exported(run: PaymentRun, now: datetime) -> None:
    """The first file that leaves counts; from then on the run stands. Raises Refused (409).

    Locked, so that a run is not taken back while its file leaves.
    """
    lock_ledger(run.project)
    run.refresh_from_db()
    refuse_if(refusal_to_export(run), status=409)
    PaymentRun.objects.filter(pk=run.pk, exported_at=None).update(exported_at=now)


def run_lines(run: PaymentRun) -> list[Line]:
    return lines_of(run.entries.all())


# --- files for payroll


PERSON_COLUMNS = ("person", "e-mail", "currency", "pieces", "active hours", "amount")
LINE_COLUMNS = (
    "entry", "person", "e-mail", "item", "language", "domain", "skill", "stage", "kind", "state", "earned at",
    "active hours", "currency", "amount", "reason", "run", "test piece",
)  # fmt: skip


def hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / 3600).quantize(Decimal("0.01"))


def person_rows(lines: Iterable[Line]) -> Iterable[Sequence[object]]:
    for line in lines:
        amount = money.as_decimal(line.amount, line.currency)
        yield str(line.person), line.person.email, line.currency, line.pieces, hours(line.seconds), amount


_LINE_VALUES = (
    "item_id", "cell__language_id", "cell__domain__name", "cell__skill",
    "stage", "kind", "state", "earned_at", "active_seconds", "currency", "amount", "reason",
)  # fmt: skip


def line_rows(
    entries: QuerySet[LedgerEntry], name: str = "person__name", email: str = "person__email"
) -> Iterable[Sequence[object]]:
    """Read in pieces: a project's whole ledger fits through. `name`, `email`: where they stand in the rows."""
    rows = entries.annotate(run_number=F("run__number")).values_list(
        "pk", name, email, *_LINE_VALUES, "run_number", "piece_id"
    )
    for row in rows.iterator(chunk_size=2000):
        *who, at, seconds, currency, amount, reason, run, piece = row
        named = ("" if value is None else value for value in who)
        paid = money.as_decimal(amount, currency)
        yield *named, at.isoformat(), hours(seconds), currency, paid, reason, run or "", piece or ""
