"""Setting rates and terms: what is in force, what a new rate would reach, and saving it as a row of its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from accounts.models import User
from annotation.models import (
    Assignment,
    Item,
    ItemEvent,
    LedgerEntry,
    PaidStage,
    PayTerms,
    PieceAssignment,
    Place,
    Project,
    Rate,
)
from annotation.pay import money
from annotation.pay.ledger import ask_for_all, pay_of, scored_pieces, waiting_pieces
from annotation.pay.pay_rules import Pay, Tariff, key_of_piece
from annotation.pay.pay_rules import Place as Scope
from annotation.workflow import STAGE_STATE, Action, Stage
from core.refusal import Refusal


@dataclass(frozen=True)
class Shown:
    rate: Rate
    scope: str
    pays: str
    is_in_force: bool


def shown(project: Project, today: date) -> list[Shown]:
    """Every rate, stage by stage, the narrowest scope first, the newest first within one."""
    related = ("cell__language", "cell__domain", "language", "created_by")
    rates = list(Rate.objects.filter(project=project).select_related(*related))
    rates.sort(key=lambda rate: (rate.valid_from, rate.created_at, rate.pk), reverse=True)
    rates.sort(key=lambda rate: (list(PaidStage).index(PaidStage(rate.stage)), _breadth(rate)))
    seen: set[tuple[object, ...]] = set()
    found = []
    for rate in rates:
        is_in_force = rate.valid_from <= today and _scope(rate) not in seen
        if is_in_force:
            seen.add(_scope(rate))
        found.append(Shown(rate, scope_in_words(rate), pays_in_words(rate), is_in_force))
    return found


def _scope(rate: Rate) -> tuple[object, ...]:
    return rate.stage, rate.cell_id, rate.language_id, rate.skill


def _breadth(rate: Rate) -> int:
    return -(4 * (rate.cell_id is not None) + 2 * bool(rate.skill) + (rate.language_id is not None))


def scope_in_words(rate: Rate) -> str:
    if rate.cell is not None:
        return str(rate.cell)
    parts = [rate.get_skill_display() if rate.skill else "", str(rate.language) if rate.language else ""]
    return " · ".join(filter(None, parts)) or "All cells"


def pays_in_words(rate: Rate) -> str:
    if rate.kind == Rate.Kind.NONE:
        return "nothing"
    amount = money.words(rate.amount, rate.currency)
    if rate.kind == Rate.Kind.ITEM:
        return f"{amount} per {_unit(rate)}"
    at_most = money.words(rate.cap or 0, rate.currency)
    return f"{amount} per hour of active time, at most {at_most} per {_unit(rate)}"


def _unit(rate: Rate) -> str:
    return "piece" if rate.stage == PaidStage.PIECE else "item"


# --- what a new one would do


# Where a piece of work was done, when, and the seconds it took so far.
Piece = tuple[Scope, datetime, int]
TOLD_EVERY = 500


@dataclass(frozen=True)
class Reach:
    """`pieces` of finished work that has no rate so far would bring `amount`; `ahead` are still to be done."""

    pieces: int
    amount: int
    ahead: int


def refusal_of(project: Project, rate: Rate, today: date) -> Refusal | None:
    has_one = Rate.objects.filter(
        project=project, stage=rate.stage, cell=rate.cell, language=rate.language, skill=rate.skill
    ).exists()
    if has_one and rate.valid_from < today:
        return Refusal(
            "There is a rate for this already, and a changed one never reaches back.",
            "Let it begin today or later.",
        )
    return None


def extent_of(project: Project, rate: Rate) -> int:
    """About how many pieces of work `reach_of` looks at."""
    if rate.stage == Stage.WRITING:
        return Item.objects.filter(_in_scope(rate), project=project).count()
    if rate.stage == PaidStage.PIECE:
        return PieceAssignment.objects.filter(piece__attempt__test__project=project).count()
    return _done(project, rate).count()


def reach_of(project: Project, rate: Rate, now: datetime, report: Callable[[int], None] | None = None) -> Reach:
    """Nothing that has a rate is among it: that stays as it is. `report` is told how many pieces were looked at."""
    tariff = Tariff(
        0, rate.stage, rate.kind, rate.amount, rate.currency, rate.valid_from, now,
        rate.cap, rate.cell_id, rate.language_id, rate.skill,
    )  # fmt: skip
    before = pay_of(project)
    after = replace(before, tariffs=[*before.tariffs, tariff])
    pieces = _told(_unpaid(project, rate, now), report)
    paid = [seconds for place, at, seconds in pieces if _is_new(before, after, tariff, place, at)]
    return Reach(len(paid), sum(tariff.pays(seconds) for seconds in paid), _ahead(project, rate, tariff))


def _told(pieces: Iterable[Piece], report: Callable[[int], None] | None) -> Iterator[Piece]:
    for number, piece in enumerate(pieces, start=1):
        if report and number % TOLD_EVERY == 0:
            report(number)
        yield piece


def _is_new(before: Pay, after: Pay, tariff: Tariff, place: Scope, at: datetime) -> bool:
    return before.tariff_of(tariff.stage, place, at) is None and after.tariff_of(tariff.stage, place, at) is tariff


def _in_scope(rate: Rate, prefix: str = "") -> Q:
    if rate.cell_id is not None:
        return Q(**{f"{prefix}cell_id": rate.cell_id})
    wanted = Q()
    if rate.language_id is not None:
        wanted &= Q(**{f"{prefix}cell__language_id": rate.language_id})
    if rate.skill:
        wanted &= Q(**{f"{prefix}cell__skill": rate.skill})
    return wanted


def _done(project: Project, rate: Rate) -> "QuerySet[Assignment]":
    return Assignment.objects.filter(
        _in_scope(rate, "item__"), item__project=project, stage=rate.stage, outcome=Assignment.Outcome.DONE
    )


def _unpaid(project: Project, rate: Rate, now: datetime) -> Iterator[Piece]:
    """Finished work of the stage in the rate's scope that no entry stands for; seconds so far."""
    if rate.stage == PaidStage.PIECE:
        yield from _unpaid_pieces(project, now)
        return
    entered = LedgerEntry.objects.filter(project=project, stage=rate.stage, kind=LedgerEntry.Kind.WORK)
    if rate.stage == Stage.WRITING:
        rows = ItemEvent.objects.filter(
            _in_scope(rate, "item__"), item__project=project, item__author__isnull=False, item__is_control=False,
            action=Action.SUBMIT,
        ).exclude(item__in=entered.values("item"))  # fmt: skip
        columns = ("item_id", "item__cell_id", "item__cell__language_id", "item__cell__skill")
        seconds = _writing_seconds(project) if rate.kind == Rate.Kind.HOUR else {}
        for item_id, cell, language, skill, at in rows.order_by().values_list(*columns).annotate(at=Min("at")):
            yield Scope(cell, language, skill), at, seconds.get(item_id, 0)
        return
    known = set(entered.values_list("key", flat=True))
    shown = ("pk", "item__cell_id", "item__cell__language_id", "item__cell__skill", "ended_at", "active_ms")
    for pk, cell, language, skill, at, ms in _done(project, rate).values_list(*shown):
        if f"work:{pk}" not in known:
            yield Scope(cell, language, skill), at, ms // 1000


def _unpaid_pieces(project: Project, now: datetime) -> Iterator[Piece]:
    """In any scope: which of them the rate covers is asked of each."""
    entered = LedgerEntry.objects.filter(project=project, stage=PaidStage.PIECE, kind=LedgerEntry.Kind.WORK)
    known = set(entered.values_list("key", flat=True))
    for scored in scored_pieces(project, now):
        if key_of_piece(scored.piece_id) not in known:
            yield scored.place, scored.at, scored.seconds


def _writing_seconds(project: Project) -> dict[int, int]:
    rows = Assignment.objects.filter(item__project=project, stage=Stage.WRITING, active_ms__gt=0)
    found: dict[int, int] = {}
    for item_id, ms in rows.values_list("item_id", "active_ms"):
        found[item_id] = found.get(item_id, 0) + ms // 1000
    return found


def _ahead(project: Project, rate: Rate, tariff: Tariff) -> int:
    """Places still to be written, or items or pieces that wait at the stage now."""
    if rate.stage == PaidStage.PIECE:
        return sum(tariff.covers(rate.stage, place) for place in waiting_pieces(project))
    if rate.stage == Stage.WRITING:
        return Place.objects.filter(_in_scope(rate), cell__project=project, taken=False).count()
    state = STAGE_STATE[Stage(rate.stage)]
    return Item.objects.filter(_in_scope(rate), project=project, state=state).count()


@transaction.atomic
def save(rate: Rate) -> Rate:
    rate.save(force_insert=True)
    ask_for_all(rate.project)
    return rate


def save_terms(project: Project, terms: PayTerms, by: User, now: datetime) -> PayTerms:
    """A row of its own: what ended before keeps the terms it ended under."""
    terms.pk, terms.project, terms.created_by, terms.created_at = None, project, by, now
    terms.save(force_insert=True)
    return terms
