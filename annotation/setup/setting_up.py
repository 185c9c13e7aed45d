"""The manager's stage before the work: a project, its cells with their targets, its guideline, its settings."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q

from accounts.models import User
from accounts.roles import Role
from annotation.item_lists import counted_items, held_now
from annotation.models import Cell, Clause, Guideline, Item, LedgerEntry, Membership, Place, Project, Rate
from annotation.places import open_cell, set_target
from annotation.workflow import State
from catalog.models import Domain, Language
from catalog.skills import Skill
from core.refusal import Refusal, Refused

LARGEST_TARGET = 100_000


@transaction.atomic
def create_project(by: User, project: Project) -> Project:
    """Whoever creates a project is its first manager; its guideline begins with version 1."""
    project.save()
    Membership.objects.create(project=project, user=by, role=Role.MANAGER)
    Guideline.objects.create(project=project)
    return project


@dataclass(frozen=True)
class CellPlan:
    """A cell as somebody wants it; `bounds` are the other columns to set, by name."""

    language: Language
    domain: Domain
    skill: str
    target: int
    bounds: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def set_up_cells(project: Project, plans: Iterable[CellPlan]) -> tuple[int, int]:
    """Opens the new cells and changes the existing ones, all or none. Returns how many of each.

    Raises Refused with every reason when a target is below what people already hold.
    """
    there = {(cell.language_id, cell.domain_id, cell.skill): cell for cell in Cell.objects.filter(project=project)}
    opened, changed, reasons = 0, 0, []
    for plan in plans:
        cell = there.get((plan.language.pk, plan.domain.pk, plan.skill))
        try:
            if cell is None:
                open_cell(_new_cell(project, plan), plan.target)
                opened += 1
            else:
                changed += _change(cell, plan)
        except Refused as refused:
            reasons.append(str(refused.refusal))
    if reasons:
        raise Refused(Refusal(" ".join(reasons), "Nothing was changed."), status=409)
    return opened, changed


def _new_cell(project: Project, plan: CellPlan) -> Cell:
    return Cell(project=project, language=plan.language, domain=plan.domain, skill=plan.skill, **plan.bounds)


def _change(cell: Cell, plan: CellPlan) -> bool:
    before = (cell.target, *(getattr(cell, name) for name in plan.bounds))
    for name, value in plan.bounds.items():
        setattr(cell, name, value)
    if before == (plan.target, *plan.bounds.values()):
        return False
    if plan.bounds:
        cell.save(update_fields=list(plan.bounds))
    if cell.target != plan.target:
        set_target(cell, plan.target)
    return True


@transaction.atomic
def set_targets(cells: Mapping[Cell, int]) -> int:
    """All or none; returns how many changed. Raises Refused with every reason."""
    reasons, changed = [], 0
    for cell, target in cells.items():
        if cell.target == target:
            continue
        try:
            set_target(cell, target)
            changed += 1
        except Refused as refused:
            reasons.append(str(refused.refusal))
    if reasons:
        raise Refused(Refusal(" ".join(reasons), "Nothing was changed."), status=409)
    return changed


def refusal_to_remove(cell: Cell) -> Refusal | None:
    items = Item.objects.filter(cell=cell).count()
    if items:
        return Refusal(f"{items} items belong to {cell}; they are never deleted.", "Set its target down instead.")
    if cell.contexts.exists():
        return Refusal(f"Contexts wait in {cell}.", "Set its target to 0 instead.")
    if Rate.objects.filter(cell=cell).exists() or LedgerEntry.objects.filter(cell=cell).exists():
        return Refusal(f"A rate or somebody's pay is of {cell}.", "Set its target to 0 instead.")
    return None


@transaction.atomic
def remove_cell(cell: Cell) -> None:
    Cell.objects.select_for_update().get(pk=cell.pk)
    refusal = refusal_to_remove(cell)
    if refusal:
        raise Refused(refusal, status=409)
    cell.delete()


def lowest_target(cell: Cell) -> int:
    """Places that people hold or have filled: the target cannot go below."""
    return Place.objects.filter(cell=cell, taken=True, extra=False).count()


def add_languages(found: Iterable[Language]) -> None:
    Language.objects.bulk_create(found, ignore_conflicts=True)


def add_domains(found: Iterable[Domain]) -> None:
    try:
        with transaction.atomic():
            Domain.objects.bulk_create(found)
    except IntegrityError as error:
        raise Refused(Refusal("A domain of that name exists already.", "Use its name in the file."), 409) from error


def guideline_of(project: Project) -> Guideline:
    """The current version; there is one from the project's first day."""
    guideline = Guideline.objects.filter(project=project).first()
    return guideline or Guideline.objects.get_or_create(project=project, version=1)[0]


def clauses_for(project: Project, skill: str = "") -> list[Clause]:
    """In the manager's order; with a skill, its own clauses and those for all."""
    clauses = Clause.objects.filter(guideline=guideline_of(project))
    return list(clauses.filter(skill__in=["", skill]) if skill in Skill.values else clauses)


def next_position(guideline: Guideline) -> int:
    last: int | None = Clause.objects.filter(guideline=guideline).aggregate(last=Max("position"))["last"]
    return 10 if last is None else last + 10


def effects_of(before: Project, after: Project, changed: Collection[str]) -> list[str]:
    """What changed settings do to work that is under way, in sentences; nothing to say is an empty list."""
    return [sentence for name in changed if name in _EFFECTS for sentence in _EFFECTS[name](before, after)]


def _of_overlap(before: Project, after: Project) -> list[str]:
    waiting = counted_items(before).filter(state=State.IN_REVIEW).count()
    if not waiting:
        return []
    if after.overlap > before.overlap:
        return [f"{_items(waiting)} in review will need {after.overlap} approvals instead of {before.overlap}."]
    enough = _approved_often_enough(before, after.overlap)
    stay = f" {_items(enough)} have {after.overlap} already; the next accept settles them." if enough else ""
    return [f"{_items(waiting)} in review will need {after.overlap} approvals instead of {before.overlap}.{stay}"]


def _approved_often_enough(project: Project, overlap: int) -> int:
    in_review = counted_items(project).filter(state=State.IN_REVIEW)
    approved = in_review.annotate(yes=Count("approvals", filter=Q(approvals__round=F("round"))))
    return approved.filter(yes__gte=overlap).count()


def _of_open_cap(before: Project, after: Project) -> list[str]:
    if after.open_cap >= before.open_cap:
        return []
    authors = counted_items(before).filter(state__in=(State.WRITING, State.RETURNED)).order_by().values("author")
    above = authors.annotate(open=Count("pk")).filter(open__gt=after.open_cap).count()
    if not above:
        return []
    return [f"{_people(above)} above {after.open_cap} open items get nothing new until they have finished some."]


def _of_rework_limit(before: Project, after: Project) -> list[str]:
    open_states = (State.WRITING, State.RETURNED, State.CHECKING, State.IN_REVIEW)
    used = counted_items(before).filter(state__in=open_states, rework_count__gte=after.rework_limit).count()
    if not used or after.rework_limit >= before.rework_limit:
        return []
    return [f"{_items(used)} have used up their rounds: the next return goes to adjudication."]


def _of_leases(before: Project, after: Project) -> list[str]:
    held = held_now(before).count()
    if not held:
        return []
    return [f"{_items(held)} in hand keep their lease until the next heart-beat, then {after.lease_minutes} minutes."]


def _of_style(before: Project, _after: Project) -> list[str]:
    under_way = counted_items(before).filter(state__in=(State.IN_REVIEW, State.IN_EDITING, State.DISPUTED)).count()
    if not under_way:
        return []
    return [f"{_items(under_way)} under way were checked by the old style guide, and are anew only when they change."]


def _of_closing(before: Project, after: Project) -> list[str]:
    if not after.closed_at or before.closed_at:
        return []
    held = held_now(before).count()
    return [f"Nothing more is handed out. {_items(held)} in hand can still be finished; drafts are kept."]


def _of_lottery(_before: Project, _after: Project) -> list[str]:
    return ["It counts for items accepted from now on."]


_EFFECTS = {
    "overlap": _of_overlap,
    "open_cap": _of_open_cap,
    "rework_limit": _of_rework_limit,
    "lease_minutes": _of_leases,
    "style": _of_style,
    "closed_at": _of_closing,
    "spot_check_percent": _of_lottery,
    "should_limit": _of_lottery,
}


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _people(count: int) -> str:
    return "1 expert" if count == 1 else f"{count} experts"
