"""An expert's measured state in a project. Outcomes are recorded as they happen; the rule that turns them into a
weight (DESIGN §6) reads nothing else."""

from datetime import datetime

from accounts.models import User
from experts.models import Outcome, Standing


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
) -> Outcome:
    return Outcome.objects.create(
        user=user,
        project_id=project_id,
        item_id=item_id,
        language_id=language_id,
        domain_id=domain_id,
        skill=skill,
        kind=kind,
        judged_by_id=judged_by.pk if judged_by else None,
        at=at,
    )


def weight_of(user: User, project_id: int) -> float:
    """1 for everybody whose standing has not been lowered."""
    standing = Standing.objects.filter(user=user, project_id=project_id).values_list("weight", flat=True).first()
    return 1.0 if standing is None else standing
