"""What the Routing page shows: counts per cell, what a person should decide about, what people decided, and the
project's own router."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from annotation.copilot import own_router, routing
from annotation.copilot.own_router import FIT_AT, Fit
from annotation.models import (
    Cell,
    Context,
    Item,
    Job,
    Membership,
    Project,
    ProjectRouter,
    Route,
    RoutingDecision,
    Scope,
)
from annotation.workflow import PLACELESS
from core.paging import Page, keyset_page
from experts.models import Qualification

ORDER = ("-id",)
PAGE = 25
DECISIONS = 10
UNREAD = ""


@dataclass
class CellRoutes:
    """A cell with how many of its waiting contexts and prompts are routed how."""

    cell: Cell
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def general(self) -> int:
        return self.counts[Scope.GENERAL]

    @property
    def unsure(self) -> int:
        return self.counts[Scope.UNSURE]

    @property
    def specialized(self) -> int:
        return self.counts[Scope.SPECIALIZED]

    @property
    def unread(self) -> int:
        return self.counts[UNREAD]


@dataclass(frozen=True)
class Doubt:
    """A text that a person should decide about, with the reason in words."""

    EXCERPT = 280
    LONGEST = 3000

    route: Route
    guess: str
    has_people: bool

    @property
    def words(self) -> str:
        if self.route.context:
            return self.route.context.text
        assert self.route.item is not None
        return self.route.item.current.prompt if self.route.item.current else ""

    @property
    def excerpt(self) -> str:
        return self.words[: self.EXCERPT]

    @property
    def rest(self) -> str:
        return self.words[self.EXCERPT : self.LONGEST]

    @property
    def reason(self) -> str:
        domain = self.route.cell.domain
        if self.route.scope == Scope.UNSURE:
            return "Could be either"
        if not domain.general:
            return f"Reads as general in a cell of {domain}"
        return f"Reads as {self.guess or 'work for specialists'} in a general cell"

    @property
    def consequence(self) -> str:
        """Only of contexts: an item has its author already."""
        if self.route.context is None or self.route.scope == Scope.UNSURE:
            return ""
        if not self.route.cell.domain.general:
            return "Open to generalists too"
        if not self.guess:
            return ""
        return f"Offered to people of {self.guess} first" if self.has_people else f"Nobody here is of {self.guess}"


@dataclass(frozen=True)
class Decided:
    row: RoutingDecision
    can_undo: bool

    @property
    def words(self) -> str:
        route = self.row.route
        text = route.context.title or route.context.text if route.context else self.row.revision.prompt  # type: ignore[union-attr]
        return text[:80]


@dataclass(frozen=True)
class OwnRouter:
    """The project's own router: how many decisions there are, what a job fitted, what is in effect."""

    decisions: int
    job: Job | None
    in_effect: ProjectRouter | None
    proposed: list[Fit]
    used: list[Fit]

    needed = FIT_AT

    @property
    def missing(self) -> int:
        return max(0, FIT_AT - self.decisions)

    @property
    def is_running(self) -> bool:
        return self.job is not None and self.job.state in (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True)
class Board:
    cells: list[CellRoutes]
    cell: Cell | None
    page: Page[Route]
    doubts: list[Doubt]
    decided: list[Decided]
    own: OwnRouter

    @property
    def has_texts(self) -> bool:
        return any(sum(one.counts.values()) for one in self.cells)


def board_of(project: Project, cell_id: str = "", cursor: str = "") -> Board:
    cells = list(project.cells.select_related("language", "domain"))
    wanted = next((cell for cell in cells if str(cell.pk) == cell_id), None)
    page = keyset_page(doubtful(project, wanted), ORDER, cursor, PAGE)
    return Board(_counted(project, cells), wanted, page, _doubts(project, page.rows), decided(project), own(project))


def _alive() -> Q:
    """Contexts that still wait, and items that count."""
    return Q(context__taken=False) | (Q(item__isnull=False) & ~Q(item__state__in=PLACELESS))


def doubtful(project: Project, cell: Cell | None = None) -> QuerySet[Route]:
    """What the engine is unsure of, or reads as work for others than the cell's people; nobody has decided yet."""
    contradiction = Q(scope=Scope.GENERAL, cell__domain__general=False) | Q(
        scope=Scope.SPECIALIZED, cell__domain__general=True
    )
    found = Route.objects.filter(_alive(), Q(scope=Scope.UNSURE) | contradiction, project=project, decided_by=None)
    found = found.select_related("cell__language", "cell__domain", "context", "item__current")
    return found.filter(cell=cell) if cell else found


def _counted(project: Project, cells: Collection[Cell]) -> list[CellRoutes]:
    by_cell = {cell.pk: CellRoutes(cell) for cell in cells}
    routed = Route.objects.filter(_alive(), project=project).values_list("cell_id", "scope")
    contexts = Context.objects.filter(cell__in=by_cell, taken=False, route=None).values_list("cell_id")
    items = Item.objects.filter(project=project, is_control=False, current__isnull=False, route=None)
    for cell_id, scope, count in routed.order_by().annotate(count=Count("id")):
        by_cell[cell_id].counts[scope] += count
    for rows in (contexts, items.exclude(state__in=PLACELESS).values_list("cell_id")):
        for cell_id, count in rows.order_by().annotate(count=Count("id")):
            by_cell[cell_id].counts[UNREAD] += count
    return list(by_cell.values())


def _doubts(project: Project, routes: Collection[Route]) -> list[Doubt]:
    people = Membership.objects.filter(project=project).values("user_id")
    qualified = Qualification.objects.filter(user__in=people, domain__in={route.domain for route in routes})
    rows = qualified.values_list("language_id", "domain_id", "domain__name").distinct()
    names = {(language, domain): name for language, domain, name in rows}
    return [_doubt(route, names) for route in routes]


def _doubt(route: Route, names: dict[tuple[str, str], str]) -> Doubt:
    name = names.get((route.cell.language_id, route.domain))
    return Doubt(route, name or route.domain.replace("-", " "), name is not None)


def decided(project: Project) -> list[Decided]:
    """The latest decisions that stand or stood; only the last word on a text can be taken back."""
    found = RoutingDecision.objects.filter(project=project, undoes=None).select_related(
        "by", "route__context", "route__cell__language", "route__cell__domain", "revision", "undone_by__by"
    )[:DECISIONS]
    seen: set[tuple[int, str]] = set()
    rows = []
    for row in found:
        key, is_undone = (row.route_id, row.text_hash), hasattr(row, "undone_by")
        is_last = key not in seen and row.text_hash == row.route.text_hash and not is_undone
        rows.append(Decided(row, is_last))
        seen |= set() if is_undone else {key}
    return rows


def own(project: Project) -> OwnRouter:
    job, used = own_router.latest(project), routing.own_router(project.pk)
    fits = own_router.fits_of(job.result.get("fits", {})) if job and job.state == Job.State.DONE else []
    is_used = bool(used and job and used.fitted_by_job == job.pk)
    return OwnRouter(
        own_router.decisions(project), job, used, [] if is_used else fits, own_router.fits_of(used.fits) if used else []
    )
