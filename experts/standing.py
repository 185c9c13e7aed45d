"""An expert's measured state in a project, as the pipeline knows it: outcomes go in, a weight comes out. The rule
between them (DESIGN §6) is `experts.scoring`; `experts.recomputing` applies it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from core.refusal import Refusal
from experts.models import Outcome, Standing, Training
from experts.states import State


def record_outcome(
    *,
    user: User,
    project_id: int,
    item_id: int,
    language_id: str,
    domain_id: str,
    skill: str,
    kind: Outcome.Kind,
    judged_by: User | None,
    at: datetime,
    edit: Outcome.Edit = Outcome.Edit.UNKNOWN,
    reasons: Sequence[str] = (),
) -> Outcome:
    """One statement; the standing follows within a minute."""
    return Outcome.objects.create(
        user=user,
        project_id=project_id,
        item_id=item_id,
        language_id=language_id,
        domain_id=domain_id,
        skill=skill,
        kind=kind,
        edit=edit,
        reasons=list(reasons),
        judged_by_id=judged_by.pk if judged_by else None,
        at=at,
    )


def record_training(user: User, project_id: int, training_set_id: int, at: datetime) -> Training:
    """A passed training set: what was decided before it counts for half from the next recompute on, once in thirty
    days at most. One statement."""
    return Training.objects.create(user=user, project_id=project_id, training_set_id=training_set_id, passed_at=at)


def weight_of(user: User, project_id: int) -> float:
    """1 for everybody whose standing has not been lowered."""
    standing = Standing.objects.filter(user=user, project_id=project_id).values_list("weight", flat=True).first()
    return 1.0 if standing is None else standing


def refusal_while_paused(user: User, project_id: int, now: datetime | None = None) -> Refusal | None:
    """Only a person pauses a person, with a note that the paused one reads; who, why and until when."""
    now = now or timezone.now()
    paused = Standing.objects.filter(
        user=user, project_id=project_id, override=State.PAUSED, override_until__gt=now
    ).first()
    if paused is None:
        return None
    by = User.objects.filter(pk=paused.override_by_id or 0).first()
    who = f"{by} decided this; ask them" if by else "Ask a manager of the project"
    return Refusal(paused.reason, f"{who}. What you have in hand stays with you.")


def lowered_weights(project_id: int) -> dict[int, float]:
    """Who has less than full weight in the project."""
    rows = Standing.objects.filter(project_id=project_id, weight__lt=1).order_by("weight", "user_id")
    return dict(rows.values_list("user_id", "weight"))
