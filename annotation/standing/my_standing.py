"""What a person reads about themselves: the manager's numbers in the manager's words, what follows, the ways back."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk
from annotation.learning import training
from annotation.learning.training_board import minutes_of
from annotation.models import Project, TrainingSet
from annotation.reviewers.consistency import beginning_of_week, figures_for_oneself
from annotation.standing.person_history import (
    ReasonBar,
    ShownStanding,
    changes,
    decided,
    reason_bars,
    shown,
    strip,
)
from experts.states import State

FIRST_DAYS = 3


@dataclass(frozen=True)
class WaysBack:
    """`accepts` in a row lead back; `after` says to what. `training` is the set to take, of about `minutes`; then
    `trained` accepts are left, None where a training would make no difference now."""

    accepts: int = 0
    after: str = ""
    trained: int | None = None
    training: TrainingSet | None = None
    minutes: int = 0

    def __bool__(self) -> bool:
        return bool(self.accepts)


def ways_back(standing: ShownStanding, user: User, project: Project) -> WaysBack:
    """Computed by the rule itself (experts.wording.facts); nothing where nothing has to be won back."""
    facts = standing.standing.inputs.get("facts", {})
    accepts, after = _by_writing(standing, facts)
    if not accepts:
        return WaysBack()
    chosen = _assigned(user, project) or training.suggest(user, project)
    trained = facts.get("trained") if standing.standing.weight < 1 else None
    return WaysBack(accepts, after, trained, chosen, minutes_of([chosen])[chosen.pk] if chosen else 0)


def _assigned(user: User, project: Project) -> TrainingSet | None:
    """What somebody gave them and they have not passed goes first."""
    waiting = TrainingSet.objects.filter(
        project=project, retired_at=None, assignments__person=user, assignments__passed_at=None
    )
    return waiting.order_by("assignments__assigned_at").first()


def _by_writing(standing: ShownStanding, facts: dict[str, Any]) -> tuple[int, str]:
    if standing.is_paused:
        return 0, ""
    if standing.standing.weight < 1:
        return facts.get("to_full_weight", 0), "new places show to you at once again"
    if standing.measured == State.WATCH:
        return facts.get("to_calm", 0), "the watch ends"
    if standing.measured == State.PROBATION and standing.decisions:
        return facts.get("to_clear", 0), "probation ends"
    return 0, ""


def own_standing(desk: Desk) -> dict[str, Any]:
    """Everything the page shows."""
    found = decided(desk.user, desk.project)
    standing = shown(desk.user, desk.project)
    reasons: list[ReasonBar] = reason_bars(desk.user, desk.project)
    now = timezone.now()
    return {
        "shown": standing,
        "decided": found,
        "strip": strip(found),
        "reasons": reasons,
        "most": reasons[:6],
        "changes": changes(desk.user, desk.project, names=False),
        "ways": ways_back(standing, desk.user, desk.project),
        "is_first_days": len(found) < FIRST_DAYS,
        "writes": desk.may(Permission.WRITE),
        "own": figures_for_oneself(desk.user, desk.project, now) if desk.may(Permission.REVIEW) else None,
        "own_until": beginning_of_week(now),
    }
