"""People in every standing, with alerts, for the pages about people."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Project
from annotation.standing import alerts
from experts import overriding
from experts.states import State
from tests.factories import member
from tests.judged import ACCEPTED, EDITED, REJECTED, RETURNED, judge, recompute, slip

LONG_NAME = "bundesrechtsschutzversicherungskundige-person"
NOTE = (
    "Drei der letzten fünf Zusammenfassungen enthielten Angaben, die im Ausgangstext nicht stehen. Bitte melde dich, "
    "bevor du weiterschreibst; wir sehen uns gemeinsam zwei Beispiele an."
)


@dataclass(frozen=True)
class Standings:
    slipping: User
    beginner: User


def fill(project: Project, manager: User) -> Standings:
    names = ("slipping", "beginner", "watched", "paused", "trusted", LONG_NAME)
    people = [member(project, f"expert-{name}", Role.EXPERT) for name in names]
    slipping, beginner, watched, paused, trusted, long_named = people
    judge(project, watched, [ACCEPTED] * 30 + [RETURNED] * 2 + [REJECTED] * 4, reason="format")
    judge(project, paused, [ACCEPTED, RETURNED] * 8, reason="incomplete")
    judge(project, trusted, [ACCEPTED] * 50)
    judge(project, long_named, [ACCEPTED, ACCEPTED, EDITED, RETURNED] * 6, reason="ignores_instruction", language="de")
    judge(project, beginner, [ACCEPTED])
    slip(project, slipping)
    until = timezone.now() + timedelta(days=7)
    overriding.override(
        user=paused, project_id=project.pk, state=State.PAUSED, note=NOTE, by=manager, until=until, now=timezone.now()
    )
    recompute(project, slipping)
    alerts.look(project, timezone.now())
    return Standings(slipping, beginner)
