"""What a piece of work pays: pure functions over an item's history. Amounts are whole minor units.

An author earns once per item: pending from the first submission, payable when the item is accepted; a rejected one
pays the share the project set, perhaps nothing. Every finished review, edit and adjudication is payable at once,
control items and second looks like any other, and so is every test piece that is scored. What an end decides is frozen;
a later end (an appeal) adds a correction. A rate never reaches back to work that already had one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from annotation.models import LedgerEntry, PaidStage, Rate, Verdict
from annotation.workflow import FINAL, Action, Stage, State

Kind, EntryState = LedgerEntry.Kind, LedgerEntry.State
OVERTURNED_REJECTION = "The rejection was overturned on appeal"


@dataclass(frozen=True)
class Place:
    """What a rate is found by; no cell: of a test piece that belongs to none."""

    cell_id: int | None
    language: str
    skill: str


@dataclass(frozen=True)
class Tariff:
    """A row of `Rate`."""

    id: int
    stage: str
    kind: str
    amount: int
    currency: str
    valid_from: date
    created_at: datetime
    cap: int | None = None
    cell_id: int | None = None
    language: str | None = None
    skill: str = ""

    def covers(self, stage: str, place: Place) -> bool:
        return (
            self.stage == stage
            and self.cell_id in (None, place.cell_id)
            and self.language in (None, place.language)
            and self.skill in ("", place.skill)
        )

    @property
    def narrowness(self) -> int:
        return 4 * (self.cell_id is not None) + 2 * bool(self.skill) + (self.language is not None)

    def pays(self, seconds: int) -> int:
        """In minor units; half a unit goes to the person."""
        if self.kind == Rate.Kind.NONE:
            return 0
        if self.kind == Rate.Kind.ITEM:
            return self.amount
        by_the_hour = (self.amount * seconds * 2 + 3600) // 7200
        return by_the_hour if self.cap is None else min(self.cap, by_the_hour)


@dataclass(frozen=True)
class Terms:
    """A row of `PayTerms`."""

    rejected_percent: int = 0
    overturned_percent: int = 100
    since: datetime | None = None


@dataclass(frozen=True)
class Pay:
    tariffs: Sequence[Tariff]
    terms: Sequence[Terms] = ()

    def tariff_of(self, stage: str, place: Place, at: datetime) -> Tariff | None:
        """The narrowest rate known when the work was done; work from before any rate takes the first that covers it."""
        covering = [each for each in self.tariffs if each.covers(stage, place) and each.valid_from <= at.date()]
        known = [each for each in covering if each.created_at <= at]
        if known:
            return max(known, key=lambda each: (each.narrowness, each.valid_from, each.created_at, each.id))
        return min(covering, key=lambda each: (each.created_at, each.id), default=None)

    def terms_at(self, at: datetime) -> Terms:
        """As they stood at that moment: later ones never reach back."""
        known = [each for each in self.terms if each.since is None or each.since <= at]
        return known[-1] if known else Terms()


@dataclass(frozen=True)
class Event:
    number: int
    action: str
    source: str
    target: str
    at: datetime

    @property
    def ends(self) -> bool:
        return self.target in FINAL and self.source != self.target

    @property
    def reopens(self) -> bool:
        return self.source == State.REJECTED


@dataclass(frozen=True)
class Done:
    """A finished assignment. `verdict` of a review."""

    assignment_id: int
    person_id: int
    stage: str
    ended_at: datetime
    seconds: int
    verdict: str = ""


@dataclass(frozen=True)
class History:
    """All that is known of one item, oldest first.

    `author_time`: seconds of each of its author's assignments by its end; `unclear`: numbers of the rejections whose
    appeal found the guideline unclear, which counts for nobody.
    """

    item_id: int
    place: Place
    author_id: int | None
    is_control: bool
    events: Sequence[Event]
    done: Sequence[Done]
    author_time: Sequence[tuple[datetime, int]] = field(default_factory=tuple)
    unclear: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Scored:
    """A test piece that somebody has scored."""

    piece_id: int
    place: Place
    person_id: int
    at: datetime
    seconds: int


@dataclass(frozen=True)
class Derived:
    """An entry as the history says it should be; of an item or of a piece."""

    key: str
    item_id: int | None
    cell_id: int | None
    person_id: int
    stage: str
    kind: str
    state: str
    amount: int
    tariff: Tariff
    seconds: int
    earned_at: datetime
    reason: str = ""
    corrects: str = ""
    piece_id: int | None = None


def share(amount: int, percent: int) -> int:
    """Half a unit goes to the person."""
    return (amount * percent + 50) // 100


def entries_of(history: History, pay: Pay) -> list[Derived]:
    """Every entry this history brings, originals before their corrections."""
    return [*_of_author(history, pay), *_of_judges(history, pay)]


def entry_of(scored: Scored, pay: Pay) -> Derived | None:
    """None where no rate covers it, or it pays nothing."""
    tariff = pay.tariff_of(PaidStage.PIECE, scored.place, scored.at)
    if tariff is None or tariff.kind == Rate.Kind.NONE:
        return None
    return Derived(
        key_of_piece(scored.piece_id), None, scored.place.cell_id, scored.person_id, PaidStage.PIECE, Kind.WORK,
        EntryState.PAYABLE, tariff.pays(scored.seconds), tariff, scored.seconds, scored.at, piece_id=scored.piece_id,
    )  # fmt: skip


def key_of_piece(piece_id: int) -> str:
    return f"piece:{piece_id}"


def _of_author(history: History, pay: Pay) -> Iterator[Derived]:
    submitted = next((event for event in history.events if event.action == Action.SUBMIT), None)
    if submitted is None or history.author_id is None or history.is_control:
        return
    tariff = pay.tariff_of(Stage.WRITING, history.place, submitted.at)
    if tariff is None or tariff.kind == Rate.Kind.NONE:
        return
    ends = [event for event in history.events if event.ends]
    key = f"writing:{history.item_id}"
    first = ends[0] if ends else None
    seconds = _author_seconds(history, first.at if first else None)
    amount = _due(tariff, seconds, first, pay)
    yield Derived(
        key, history.item_id, history.place.cell_id, history.author_id, Stage.WRITING, Kind.WORK,
        _state(first, amount), amount, tariff, seconds, submitted.at,
        "Rejected" if first and first.target == State.REJECTED else "",
    )  # fmt: skip
    for end in ends[1:]:
        seconds = _author_seconds(history, end.at)
        now_due = _due(tariff, seconds, end, pay)
        if now_due != amount:
            yield Derived(
                f"{key}:{end.number}", history.item_id, history.place.cell_id, history.author_id, Stage.WRITING,
                Kind.CORRECTION, EntryState.PAYABLE, now_due - amount, tariff, seconds, end.at,
                "Accepted after an appeal" if end.target == State.ACCEPTED else "Rejected", key,
            )  # fmt: skip
        amount = now_due


def _author_seconds(history: History, until: datetime | None) -> int:
    return sum(seconds for at, seconds in history.author_time if until is None or at <= until)


def _due(tariff: Tariff, seconds: int, end: Event | None, pay: Pay) -> int:
    whole = tariff.pays(seconds)
    if end is None or end.target == State.ACCEPTED:
        return whole
    return share(whole, pay.terms_at(end.at).rejected_percent)


def _state(end: Event | None, amount: int) -> str:
    if end is None:
        return EntryState.PENDING
    return EntryState.PAYABLE if amount or end.target == State.ACCEPTED else EntryState.VOID


def _of_judges(history: History, pay: Pay) -> Iterator[Derived]:
    overturned = _overturned(history)
    for work in history.done:
        tariff = pay.tariff_of(work.stage, history.place, work.ended_at)
        if tariff is None or tariff.kind == Rate.Kind.NONE or work.stage == Stage.WRITING:
            continue
        key, amount = f"work:{work.assignment_id}", tariff.pays(work.seconds)
        yield Derived(
            key, history.item_id, history.place.cell_id, work.person_id, work.stage, Kind.WORK, EntryState.PAYABLE,
            amount, tariff, work.seconds, work.ended_at,
        )  # fmt: skip
        if overturned is None or not overturned.was_by(work):
            continue
        taken = amount - share(amount, pay.terms_at(overturned.accepted_at).overturned_percent)
        if taken:
            yield Derived(
                f"overturned:{work.assignment_id}", history.item_id, history.place.cell_id, work.person_id, work.stage,
                Kind.CORRECTION, EntryState.PAYABLE, -taken, tariff, 0, overturned.accepted_at, OVERTURNED_REJECTION,
                key,
            )  # fmt: skip


@dataclass(frozen=True)
class _Overturned:
    """A rejection and the end that took it back. `since`: when the item last came into review before it; None where an
    editor gave it up, which no reviewer asked for."""

    since: datetime | None
    rejected_at: datetime
    accepted_at: datetime

    def was_by(self, work: Done) -> bool:
        """An earlier rejection, of another text or settled otherwise, is not in question: as an appeal scores it."""
        is_of_it = self.since is not None and self.since <= work.ended_at <= self.rejected_at
        return is_of_it and work.verdict == Verdict.REJECT


def _overturned(history: History) -> _Overturned | None:
    """The last reopening of a rejected item that ended with its acceptance; not where the guideline was unclear."""
    since: datetime | None = None
    rejected: tuple[Event, datetime | None] | None = None
    reopened = found = None
    for event in history.events:
        if event.target == State.IN_REVIEW and event.source != State.IN_REVIEW:
            since = event.at
        if event.reopens:
            is_unclear = rejected is None or rejected[0].number in history.unclear
            reopened, found = (None if is_unclear else rejected), None
        elif event.ends:
            rejected = (event, None if event.action == Action.GIVE_UP else since)
            is_back = event.target == State.ACCEPTED and reopened is not None
            found = _Overturned(reopened[1], reopened[0].at, event.at) if is_back and reopened else None
    return found
