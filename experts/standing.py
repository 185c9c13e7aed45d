"""An expert's measured state in a project, as the pipeline knows it: outcomes go in, a weight comes out. The rule
between them (DESIGN §6) is `experts.scoring`; `experts.recomputing` applies it."""

from collections.abc import Sequence
from datetime import datetime

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


def refusal_while_paused(user: User, project_id: int) -> Refusal | None:
    """Only a person pauses a person, with a note that the paused one reads."""
    paused = Standing.objects.filter(user=user, project_id=project_id, state=State.PAUSED).first()
    return Refusal(paused.reason, "Ask the person who leads the project.") if paused else None
