"""What a manager looks at: where the items stand, how full the cells are, and what needs somebody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate
from django.urls import reverse

from accounts.roles import Role
from annotation.burn_up import BurnUp, burn_up
from annotation.fairness import appealing
from annotation.item_lists import PIPELINE_STATES, Flag, counted_items, flagged, held_now, items_url
from annotation.models import Cell, Membership, Project
from annotation.workflow import STAGE_STATE, Stage, State
from catalog.models import Domain, Language
from catalog.skills import Skill
from experts.alerts import is_new, open_alerts
from experts.models import Qualification

BURN_UP_DAYS = 60
NAMES_ON_A_TILE = 3
CELLS_NAMED = 3


@dataclass
class CellFigures:
    cell: Cell
    by_state: dict[State, int] = field(default_factory=dict)
    oldest: dict[State, datetime] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.by_state.get(State.ACCEPTED, 0)

    @property
    def in_pipeline(self) -> int:
        return sum(self.by_state.get(state, 0) for state in PIPELINE_STATES)

    @property
    def target(self) -> int:
        return self.cell.target

    @property
    def accepted_share(self) -> int:
        """Of the bar, in percent; a target of 0 is met."""
        return min(100, 100 * self.accepted // self.target) if self.target else 100

    @property
    def reached_share(self) -> int:
        """Accepted and in the pipeline."""
        return min(100, 100 * (self.accepted + self.in_pipeline) // self.target) if self.target else 100

    @property
    def is_met(self) -> bool:
        return self.accepted >= self.target

    @property
    def free(self) -> int:
        return max(0, self.target - self.accepted - self.in_pipeline)


@dataclass(frozen=True)
class Tile:
    state: State
    count: int
    oldest: datetime | None
    people: list[str]

    @property
    def more_people(self) -> int:
        return max(0, len(self.people) - NAMES_ON_A_TILE)

    @property
    def named(self) -> list[str]:
        return self.people[:NAMES_ON_A_TILE]


@dataclass(frozen=True)
class Totals:
    accepted: int
    in_pipeline: int
    target: int


@dataclass(frozen=True)
class LanguageGrid:
    """One language: a row per domain, a column per skill in use; None where there is no such cell."""

    language: Language
    skills: list[Skill]
    rows: list[tuple[Domain, list[CellFigures | None], Totals]]
    totals: Totals


@dataclass(frozen=True)
class Need:
    """Something that waits for the manager, and where to do something about it."""

    tone: str
    title: str
    detail: str
    verb: str
    url: str


def cell_figures(project: Project) -> list[CellFigures]:
    """Two queries, whatever the size: the cells, and one GROUP BY over the items."""
    cells = list(Cell.objects.filter(project=project).select_related("language", "domain"))
    figures = {cell.pk: CellFigures(cell) for cell in cells}
    grouped = counted_items(project).values_list("cell_id", "state").order_by()
    for cell_id, state, count, oldest in grouped.annotate(count=Count("pk"), oldest=Min("state_since")):
        figures[cell_id].by_state[State(state)] = count
        figures[cell_id].oldest[State(state)] = oldest
    return list(figures.values())


def totals_of(figures: Iterable[CellFigures | None]) -> Totals:
    found = [one for one in figures if one]
    return Totals(
        sum(one.accepted for one in found), sum(one.in_pipeline for one in found), sum(one.target for one in found)
    )


def tiles(project: Project, figures: Sequence[CellFigures]) -> list[Tile]:
    people = _people_at_work(project)
    return [_tile(state, figures, people.get(state, [])) for state in State]


def _tile(state: State, figures: Sequence[CellFigures], people: list[str]) -> Tile:
    oldest = [one.oldest[state] for one in figures if state in one.oldest]
    count = sum(one.by_state.get(state, 0) for one in figures)
    return Tile(state, count, min(oldest, default=None), people)


def _people_at_work(project: Project) -> dict[State, list[str]]:
    at_work: dict[State, list[str]] = defaultdict(list)
    pairs = held_now(project).values_list("stage", "person__name").distinct().order_by("person__name")
    for stage, name in pairs:
        at_work[STAGE_STATE[Stage(stage)]].append(name)
    return at_work


def grids(figures: Sequence[CellFigures]) -> list[LanguageGrid]:
    by_language = groupby(sorted(figures, key=_by_language), key=_by_language)
    return [_grid(list(cells)) for _, cells in by_language]


def _by_language(one: CellFigures) -> tuple[str, str]:
    return one.cell.language.name, one.cell.language_id


def _grid(cells: list[CellFigures]) -> LanguageGrid:
    at = {(one.cell.domain_id, one.cell.skill): one for one in cells}
    skills = [skill for skill in Skill if any(one.cell.skill == skill for one in cells)]
    domains = sorted({one.cell.domain for one in cells}, key=lambda domain: (not domain.general, domain.name))
    rows = []
    for domain in domains:
        row = [at.get((domain.pk, skill.value)) for skill in skills]
        rows.append((domain, row, totals_of(row)))
    return LanguageGrid(cells[0].cell.language, skills, rows, totals_of(cells))


def progress(project: Project, figures: Sequence[CellFigures], now: datetime) -> BurnUp:
    """No step leads out of accepted, so an item is accepted since the day it was."""
    first = max(project.created_at, now - timedelta(days=BURN_UP_DAYS)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    accepted: dict[date, int] = dict(
        counted_items(project)
        .filter(state=State.ACCEPTED, state_since__gte=first)
        .values_list(TruncDate("state_since"))
        .annotate(count=Count("pk"))
        .order_by()
    )
    totals = totals_of(figures)
    before = totals.accepted - sum(accepted.values())
    return burn_up(
        accepted, before=before, target=totals.target, first=first.date(), today=now.date(), due=project.due_on
    )


@dataclass(frozen=True)
class Qualified:
    writers: dict[int, int]
    reviewers: dict[int, int]


def qualified_by_cell(project: Project, figures: Sequence[CellFigures]) -> Qualified:
    """How many members may write and review in each cell."""
    roles: dict[int, set[str]] = defaultdict(set)
    for user_id, role in Membership.objects.filter(project=project, user__is_active=True).values_list(
        "user_id", "role"
    ):
        roles[user_id].add(role)
    admitted: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    rows = Qualification.objects.filter(user_id__in=list(roles)).values_list(
        "user_id", "language_id", "domain_id", "skills"
    )
    for user_id, language, domain, skills in rows:
        for skill in skills:
            admitted[language, domain, skill].add(user_id)
    return Qualified(
        writers=_count_qualified(figures, admitted, roles, Role.EXPERT),
        reviewers=_count_qualified(figures, admitted, roles, Role.REVIEWER),
    )


def _count_qualified(
    figures: Sequence[CellFigures],
    admitted: dict[tuple[str, str, str], set[int]],
    roles: dict[int, set[str]],
    role: Role,
) -> dict[int, int]:
    return {
        one.cell.pk: sum(
            role in roles[person] for person in admitted[one.cell.language_id, one.cell.domain_id, one.cell.skill]
        )
        for one in figures
    }


def needs(project: Project, figures: Sequence[CellFigures], now: datetime) -> list[Need]:
    """Everything that goes on only when somebody does something, most pressing first."""
    qualified = qualified_by_cell(project, figures)
    undecided = counted_items(project).exclude(state__in=(State.WRITING, State.ACCEPTED))
    counts = undecided.aggregate(
        stuck=Count("pk", filter=flagged(Flag.STUCK, now)),
        disputed=Count("pk", filter=Q(state=State.DISPUTED)),
        waiting=Count("pk", filter=flagged(Flag.WAITING, now)),
        appealable=Count("pk", filter=flagged(Flag.APPEALABLE, now)),
        appealed=Count("pk", filter=flagged(Flag.APPEALED, now)),
        overdue=Count("pk", filter=flagged(Flag.OVERDUE, now)),
    )
    return [
        *_flag_needs(project, counts, ("stuck", "overdue")),
        *(_undecidable(project) if counts["appealed"] else []),
        *_flag_needs(project, counts, ("disputed",)),
        *_alerts(project, now),
        *_unmanned(project, figures, qualified),
        *_flag_needs(project, counts, ("waiting", "appealable")),
    ]


def _alerts(project: Project, now: datetime) -> list[Need]:
    """Early warnings nobody has seen yet; for who may not look at people the address refuses."""
    people = {alert.user_id for alert in open_alerts(project.pk, now) if is_new(alert)}
    if not people:
        return []
    title = "1 person to look at" if len(people) == 1 else f"{len(people)} people to look at"
    detail = "Signs in their work, with what they rest on: a message or a training set may be enough."
    return [Need("warn", title, detail, "Look", reverse("annotation:alerts", args=[project.slug]))]


# name: (tone, filter of the list, one, many, what it means)
_FLAG_NEEDS: dict[str, tuple[str, dict[str, str], str, str, str]] = {
    "stuck": (
        "bad", {"flag": Flag.STUCK}, "item is stuck in checking", "items are stuck in checking",
        "The worker takes them up again by itself; if the number stays, look at its log.",
    ),
    "disputed": (
        "warn", {"state": State.DISPUTED}, "item is disputed", "items are disputed",
        "Reviewers disagree, or an author appeals; an editor who had no part in it settles it.",
    ),
    "overdue": (
        "bad", {"flag": Flag.OVERDUE}, "appeal waits longer than promised", "appeals wait longer than promised",
        "Its author sees the clock. Overdue ones come first to every editor who may decide.",
    ),
    "waiting": (
        "warn", {"flag": Flag.WAITING}, "item has waited longer than a day", "items have waited longer than a day",
        "For an author, a reviewer or an editor.",
    ),
    "appealable": (
        "note", {"flag": Flag.APPEALABLE}, "rejected item may be appealed", "rejected items may be appealed",
        "Once each, where you think the reviewers were wrong.",
    ),
}  # fmt: skip


def _flag_needs(project: Project, counts: dict[str, int], names: Sequence[str]) -> list[Need]:
    found = []
    for name in names:
        tone, wanted, one, many, detail = _FLAG_NEEDS[name]
        if counts[name]:
            title = f"{counts[name]} {one if counts[name] == 1 else many}"
            found.append(Need(tone, title, detail, "Look", items_url(project, **wanted)))
    return found


def _undecidable(project: Project) -> list[Need]:
    """Appeals that nobody may decide: everybody admitted to the cell had a part in the item."""
    return [
        Need(
            "bad",
            f"Nobody may decide the appeal of #{one.item_id}",
            f"Every editor admitted to {one.item.cell} had a part in it. Admit another one to its cell.",
            "Find",
            reverse("annotation:people", args=[project.slug]),
        )
        for one in appealing.without_decider(project.pk)
    ]


def _unmanned(project: Project, figures: Sequence[CellFigures], qualified: Qualified) -> list[Need]:
    unfinished = [one for one in figures if one.free or one.by_state.get(State.IN_REVIEW)]
    no_writer = [one for one in unfinished if one.free and not qualified.writers[one.cell.pk]]
    few_reviewers = [one for one in unfinished if qualified.reviewers[one.cell.pk] < project.overlap]
    return [
        *_cell_needs(project, no_writer, "nobody to write", "Admit somebody to its language, domain and skill."),
        *_cell_needs(
            project, few_reviewers, "too few reviewers", f"{project.overlap} different people approve each item."
        ),
    ]


def _cell_needs(project: Project, cells: Sequence[CellFigures], lacks: str, detail: str) -> list[Need]:
    """A line each for a few cells, one line for many."""
    people = reverse("annotation:people", args=[project.slug])
    if len(cells) <= CELLS_NAMED:
        return [Need("warn", f"{one.cell} has {lacks}", detail, "Find", people) for one in cells]
    named = ", ".join(str(one.cell) for one in cells[:CELLS_NAMED])
    return [Need("warn", f"{len(cells)} cells have {lacks}", f"{named} and others. {detail}", "Find", people)]
