"""One person's standing as pages show it: the sentence, what follows from it, what happened, and why work came back.

The person and the manager read the same sentence, letter by letter: both come from `sentence`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from annotation.models import Item, Project
from annotation.reasons import Reason
from annotation.standing.experts_table import TONES
from experts.models import Outcome, OutcomeHold, Standing, StandingChange
from experts.project_rules import rule_of
from experts.rules import Rule, open_cap, shown_after
from experts.states import State
from experts.wording import YOU, why

REASON_LABELS = dict(Reason.choices)
MINUTE = timedelta(minutes=1)
STRIP = 60
LISTED = 100
CHANGES = 50
# The picture: a lane for each kind, newest on the right.
WIDTH, LEFT, LANE, TOP = 640, 70, 22, 14
LANES = (Outcome.Kind.ACCEPTED, Outcome.Kind.EDITED, Outcome.Kind.RETURNED, Outcome.Kind.REJECTED)
KIND_TONES = {
    Outcome.Kind.ACCEPTED: "good",
    Outcome.Kind.EDITED: "note",
    Outcome.Kind.RETURNED: "warn",
    Outcome.Kind.REJECTED: "bad",
}


def standing_of(user: User, project: Project) -> Standing:
    """The stored row, or the one everybody begins with, which is not saved."""
    found = Standing.objects.filter(user=user, project_id=project.pk).first()
    return found or Standing(user=user, project_id=project.pk)


def sentence(standing: Standing) -> str:
    return why(standing, YOU)


@dataclass(frozen=True)
class Interval:
    """Shares of 1 for the picture; `limit` is the dashed line."""

    low: float
    rate: float
    high: float
    limit: float

    @property
    def words(self) -> str:
        low, rate, high, limit = (f"{100 * value:.0f} %" for value in (self.low, self.rate, self.high, self.limit))
        return f"{rate} of the work refused, probably between {low} and {high}; the limit is {limit}"


@dataclass(frozen=True)
class ShownStanding:
    """`interval` is None below the minimum of decisions; `decisions` of `needed` (decayed) are there."""

    standing: Standing
    sentence: str
    interval: Interval | None
    decisions: int
    effective: float
    needed: float
    delay: timedelta
    # A new place shows to others first: up to so long, unless nothing was handed in for so long.
    behind: timedelta
    behind_ends: timedelta | None
    cap: int
    full_cap: int
    closer_review: bool

    @property
    def state(self) -> State:
        return State(self.standing.state)

    @property
    def measured(self) -> State:
        return State(self.standing.measured)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def delay_minutes(self) -> int:
        return round(self.delay / MINUTE)

    @property
    def behind_minutes(self) -> int:
        return round(self.behind / MINUTE)

    @property
    def behind_ends_minutes(self) -> int | None:
        return None if self.behind_ends is None else round(self.behind_ends / MINUTE)

    @property
    def is_reviewed_first(self) -> bool:
        return not self.is_paused and self.standing.weight < 1

    @property
    def is_paused(self) -> bool:
        return self.state == State.PAUSED

    @property
    def changes_nothing(self) -> bool:
        return not self.is_paused and self.standing.weight >= 1 and not self.behind_minutes


def shown(user: User, project: Project) -> ShownStanding:
    """Two statements."""
    return shown_of(standing_of(user, project), project, rule_of(project.pk))


def shown_of(standing: Standing, project: Project, rule: Rule) -> ShownStanding:
    score = standing.inputs.get("score", {})
    effective = float(score.get("effective", 0.0))
    is_known = effective >= rule.minimum_decisions
    interval = Interval(score["low"], score["rate"], score["high"], score["limit"]) if is_known else None
    return ShownStanding(
        standing,
        sentence(standing),
        interval,
        decisions=int(score.get("decisions", 0)),
        effective=effective,
        needed=rule.minimum_decisions,
        delay=shown_after(standing.weight, standing.deference, rule),
        behind=timedelta(hours=rule.first_hours) * standing.deference,
        behind_ends=_behind_ends(standing.deference, rule),
        cap=open_cap(project.open_cap, standing.weight),
        full_cap=project.open_cap,
        closer_review=standing.weight < rule.closer_review_below,
    )


def _behind_ends(deference: float, rule: Rule) -> timedelta | None:
    """None: not by waiting (experts.rules)."""
    return None if deference >= 1 else timedelta(hours=rule.middle_wait_hours) * deference / (1 - deference)


# --- what was decided


@dataclass(frozen=True)
class Decided:
    """One outcome as it is shown: `not_counted` is "" or says why. Outcomes stay when their item is deleted."""

    item_id: int
    kind: Outcome.Kind
    at: datetime
    reasons: list[str]
    skill: str
    not_counted: str = ""
    is_here: bool = True

    @property
    def tone(self) -> str:
        return KIND_TONES[self.kind]


def decided(user: User, project: Project) -> list[Decided]:
    """The latest, newest first, in three statements."""
    held = dict(
        OutcomeHold.objects.filter(user=user, project_id=project.pk).order_by("pk").values_list("outcome_id", "ending")
    )
    rows = list(Outcome.objects.filter(user=user, project_id=project.pk).order_by("-at", "-pk")[:LISTED])
    here = set(Item.objects.filter(project=project, pk__in={row.item_id for row in rows}).values_list("pk", flat=True))
    return [
        Decided(
            row.item_id,
            Outcome.Kind(row.kind),
            row.at,
            [str(REASON_LABELS.get(code, code)) for code in row.reasons],
            row.get_skill_display(),
            _HELD.get(held.get(row.pk, OutcomeHold.Ending.UPHELD), ""),
            row.item_id in here,
        )
        for row in rows
    ]


_HELD: dict[str, str] = {
    OutcomeHold.Ending.OPEN: "an appeal is running",
    OutcomeHold.Ending.OVERTURNED: "overturned on appeal",
    OutcomeHold.Ending.UNCLEAR: "the guideline was unclear",
}


@dataclass(frozen=True)
class Mark:
    decided: Decided
    x: float
    y: float


@dataclass(frozen=True)
class Strip:
    """`marks`, oldest first; `lanes` are their names with their height in the picture."""

    marks: list[Mark]
    lanes: list[tuple[str, int]]

    @property
    def first(self) -> datetime:
        return self.marks[0].decided.at

    @property
    def last(self) -> datetime:
        return self.marks[-1].decided.at


def strip(found: Sequence[Decided]) -> Strip:
    """One mark a decision, evenly spaced: what came one after another is what the rule reads."""
    latest = list(reversed(found[:STRIP]))
    step = (WIDTH - LEFT - 10) / max(1, STRIP - 1)
    start = WIDTH - 10 - step * (len(latest) - 1)
    marks = [
        Mark(one, round(start + step * number, 1), TOP + LANE * LANES.index(one.kind))
        for number, one in enumerate(latest)
    ]
    names = ("accepted", "edited", "returned", "rejected")
    return Strip(marks, [(name, TOP + LANE * lane) for lane, name in enumerate(names)])


@dataclass(frozen=True)
class ReasonBar:
    """The person's items that came back for it, newest first, and how wide its bar is, 0 to 100."""

    code: str
    label: str
    item_ids: list[int]
    width: int

    @property
    def items(self) -> int:
        return len(self.item_ids)


def reason_bars(user: User, project: Project) -> list[ReasonBar]:
    """Most frequent first. Counted in items, as the list behind the bar is."""
    items: dict[str, dict[int, None]] = defaultdict(dict)
    refused = Outcome.objects.filter(user=user, project_id=project.pk).exclude(reasons=[]).order_by("-at", "-pk")
    for item_id, reasons in refused.values_list("item_id", "reasons"):
        for code in reasons:
            items[code][item_id] = None
    most = max(map(len, items.values()), default=1)
    return [
        ReasonBar(code, str(REASON_LABELS.get(code, code)), list(found), max(2, round(100 * len(found) / most)))
        for code, found in sorted(items.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


@dataclass(frozen=True)
class ShownChange:
    change: StandingChange
    before: State
    after: State
    by: str

    @property
    def tone(self) -> str:
        return TONES[self.after]

    @property
    def cause(self) -> str:
        return StandingChange.Cause(self.change.cause).label


def changes(user: User, project: Project, *, names: bool) -> list[ShownChange]:
    """What moved the standing, newest first; who decided is named to managers only."""
    rows = list(
        StandingChange.objects.filter(user=user, project_id=project.pk).defer("inputs").order_by("-at", "-pk")[:CHANGES]
    )
    people = User.objects.in_bulk({row.by_id for row in rows if row.by_id}) if names else {}
    return [
        ShownChange(row, State(row.state_before), State(row.state_after), _who(row, people) if row.by_id else "")
        for row in rows
    ]


def _who(row: StandingChange, people: dict[int, User]) -> str:
    known = people.get(row.by_id) if row.by_id else None
    return str(known) if known else "a manager"
