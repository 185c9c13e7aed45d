"""The numbers of the rule a project goes by."""

from django.utils import timezone

from accounts.models import User
from experts.models import ProjectRule
from experts.rules import DEFAULT, Rule


def rule_of(project_id: int) -> Rule:
    """The default until the project adopts its own."""
    stored = (
        ProjectRule.objects.filter(project_id=project_id).order_by("-id").values_list("settings", flat=True).first()
    )
    return DEFAULT if stored is None else Rule.from_json(stored)


def history(project_id: int) -> list[ProjectRule]:
    """The rules the project has adopted, the one in force first."""
    return list(ProjectRule.objects.filter(project_id=project_id).order_by("-id")[:50])


def adopt(project_id: int, rule: Rule, *, by: User | None, note: str = "") -> ProjectRule:
    """From now on; standings follow within a day, or when `recomputing.recompute` is called. Look at
    `previewing.who_would_move` first."""
    return ProjectRule.objects.create(
        project_id=project_id,
        settings=rule.as_json(),
        note=note,
        adopted_by_id=by.pk if by else None,
        adopted_at=timezone.now(),
    )
