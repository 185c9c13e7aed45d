"""The ledger in numbers: by state, person, cell and stage, beside the hours that were worked for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from accounts.models import User
from annotation.models import ActiveDay, Cell, LedgerEntry, PaidStage, PayTerms, Project
from annotation.pay import active_time, money

State, Kind = LedgerEntry.State, LedgerEntry.Kind
ORDER = ("-earned_at", "-id")
# Under an hour of work pay by the hour says nothing yet.
ENOUGH_SECONDS = 3600
SHOWN_STATES = (State.PENDING, State.PAYABLE, State.PAID)


@dataclass(frozen=True)
class LedgerFilter:
    """What an address of the ledger asks for; anything unknown in it is left out."""

    person: str = ""
    cell: str = ""
    stage: str = ""
    state: str = ""
    kind: str = ""
    month: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "LedgerFilter":
        def one_of(name: str, allowed: Iterable[str]) -> str:
            value = query.get(name, "")
            return value if value in set(allowed) else ""

        def number(name: str) -> str:
            value = query.get(name, "")
            return value if value.isascii() and value.isdigit() and len(value) < 18 else ""

        month = query.get("month", "")
        return cls(
            number("person"), number("cell"), one_of("stage", PaidStage), one_of("state", State), one_of("kind", Kind),
            month if period_of(month) else "",
        )  # fmt: skip

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def but(self, **other: object) -> str:
        return urlencode({name: value for name, value in (asdict(self) | other).items() if value})

    @property
    def is_default(self) -> bool:
        return self == LedgerFilter()

    def entries(self, project: Project) -> QuerySet[LedgerEntry]:
        columns = {"person": "person_id", "cell": "cell_id", "stage": "stage", "state": "state", "kind": "kind"}
        wanted = {column: value for name, column in columns.items() if (value := getattr(self, name))}
        rows = LedgerEntry.objects.filter(project=project, **wanted)
        period = period_of(self.month)
        return rows.filter(earned_at__gte=period[0], earned_at__lt=period[1]) if period else rows


def period_of(month: str) -> tuple[datetime, datetime] | None:
    """“2026-03” from its first moment to that of the next month."""
    try:
        first = date.fromisoformat(f"{month}-01")
        following = (first + timedelta(days=32)).replace(day=1)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(first, time.min, UTC), datetime.combine(following, time.min, UTC)


def name_of(project: Project, person_id: str) -> str:
    """Of somebody with entries here; empty for anybody else."""
    known = User.objects.filter(pk=person_id or 0, ledger__project=project).first()
    return str(known or "")


def months_of(project: Project, now: datetime) -> list[str]:
    """Newest first, at most two years."""
    first = (
        LedgerEntry.objects.filter(project=project).order_by("earned_at").values_list("earned_at", flat=True).first()
    )
    found: list[str] = []
    month = now.date().replace(day=1)
    while len(found) < 24 and month >= (first or now).date().replace(day=1):
        found.append(f"{month:%Y-%m}")
        month = (month - timedelta(days=1)).replace(day=1)
    return found


# --- sums by currency


@dataclass
class Sums:
    """Minor units by currency."""

    by_currency: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    count: int = 0

    def add(self, amount: int, currency: str, count: int = 0) -> None:
        self.by_currency[currency] += amount
        self.count += count

    @property
    def in_words(self) -> str:
        return " + ".join(money.words(amount, currency) for currency, amount in sorted(self.by_currency.items()))

    def in_currency(self, currency: str) -> int:
        return self.by_currency.get(currency, 0)


@dataclass
class Row:
    """A person, or a cell at a stage: what it brought and how long it took."""

    label: str
    address: str
    seconds: int = 0
    pieces: int = 0
    by_state: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    currency: str = "EUR"
    minimum: int | None = None
    group: str = ""
    # Whether all that the time brought is counted, and not only what is paid already or of one cell.
    is_whole: bool = True

    @property
    def states(self) -> list[tuple[str, Sums]]:
        return [(state.value, self.by_state[state.value]) for state in SHOWN_STATES]

    @property
    def earned(self) -> int:
        """What is expected counts: it was worked for already."""
        return sum(sums.in_currency(self.currency) for sums in self.by_state.values())

    @property
    def per_hour(self) -> int | None:
        return None if self.why_not_per_hour else money.per_hour(self.earned, self.seconds)

    @property
    def why_not_per_hour(self) -> str:
        """Empty where it can be said. Half of what somebody earns says nothing of what their hours bring."""
        if self.seconds < ENOUGH_SECONDS:
            return "under an hour"
        if not self.is_whole:
            return "only a part is shown"
        amounts = [sums.by_currency for sums in self.by_state.values()]
        has_other = any(amount for one in amounts for code, amount in one.items() if code != self.currency)
        return "in other currencies too" if has_other else ""

    @property
    def per_hour_in_words(self) -> str:
        return "" if self.per_hour is None else money.words(self.per_hour, self.currency)

    @property
    def is_below(self) -> bool:
        return self.minimum is not None and self.per_hour is not None and self.per_hour < self.minimum


@dataclass
class Overview:
    tiles: list[tuple[str, str, Sums, str]]
    people: list[Row]
    work: list[Row]
    terms: PayTerms

    @property
    def below(self) -> list[Row]:
        return [row for row in self.people if row.is_below]


def terms_of(project: Project) -> PayTerms:
    """Those in force; the defaults where nobody has saved any."""
    return PayTerms.objects.filter(project=project).last() or PayTerms(project=project)


def overview(project: Project, wanted: LedgerFilter) -> Overview:
    terms = terms_of(project)
    rows = wanted.entries(project).order_by()
    grouped = list(
        rows.values_list("person_id", "cell_id", "stage", "state", "kind", "currency").annotate(
            amount=Sum("amount"), count=Count("pk")
        )
    )
    people, work = _people(project, wanted, terms), _work(project, wanted, terms)
    totals: dict[str, Sums] = defaultdict(Sums)
    for person, cell, stage, state, kind, currency, amount, count in grouped:
        pieces = count if kind == Kind.WORK else 0
        totals[state].add(amount, currency, count)
        for row in filter(None, (people.get(person), work.get((cell, stage)))):
            row.by_state[state].add(amount, currency, count)
            row.pieces += pieces
    return Overview(_tiles(project, totals, wanted), _worth_showing(people), _worth_showing(work), terms)


def _tiles(project: Project, totals: Mapping[str, Sums], wanted: LedgerFilter) -> list[tuple[str, str, Sums, str]]:
    base = reverse("annotation:ledger-entries", args=[project.slug])
    return [
        (state.value, state.label, totals.get(state.value, Sums()), f"{base}?{wanted.but(state=state.value)}")
        for state in State
    ]


def _worth_showing(rows: Mapping[object, Row]) -> list[Row]:
    return [row for row in rows.values() if row.seconds or row.pieces or row.by_state]


def _people(project: Project, wanted: LedgerFilter, terms: PayTerms) -> dict[object, Row]:
    days = ActiveDay.objects.filter(project=project)
    period = period_of(wanted.month)
    if period:
        days = days.filter(day__gte=period[0].date(), day__lt=period[1].date())
    if wanted.stage:
        days = days.filter(stage=wanted.stage)
    seconds = dict(days.order_by().values_list("person_id").annotate(ms=Sum("ms")))
    paid = wanted.entries(project).order_by().values_list("person_id", flat=True).distinct()
    ids = {int(wanted.person)} if wanted.person else {*seconds, *paid}
    base = reverse("annotation:ledger-entries", args=[project.slug])
    return {
        person.pk: Row(
            str(person), f"{base}?{wanted.but(person=person.pk)}", seconds.get(person.pk, 0) // 1000,
            currency=terms.currency, minimum=terms.minimum_per_hour,
            is_whole=not (wanted.state or wanted.kind or wanted.cell),
        )
        for person in User.objects.filter(pk__in=ids).order_by("name", "pk")
    }  # fmt: skip


def _work(project: Project, wanted: LedgerFilter, terms: PayTerms) -> dict[object, Row]:
    seconds = active_time.by_cell_and_stage(project.pk, period_of(wanted.month), int(wanted.person or 0) or None)
    base = reverse("annotation:ledger-entries", args=[project.slug])
    cells = Cell.objects.filter(project=project).select_related("language", "domain")
    if wanted.cell:
        cells = cells.filter(pk=wanted.cell)
    stages = [PaidStage(wanted.stage)] if wanted.stage else list(PaidStage)
    return {
        (cell.pk, stage.value): Row(
            str(cell), f"{base}?{wanted.but(cell=cell.pk, stage=stage.value)}",
            seconds.get((cell.pk, stage.value), 0), currency=terms.currency, group=stage.label,
            is_whole=not (wanted.state or wanted.kind),
        )
        for cell in cells
        for stage in stages
    }  # fmt: skip
