"""Reminding those who stand still, where it is their turn: once in some days, unless they asked for no mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation.jobs import UNFINISHED, Hold
from annotation.models import Application, CallInvitation, Job, Project, Reminder
from annotation.onboarding.arrivals import journeys_of
from annotation.onboarding.funnel import Journey, Step
from annotation.onboarding.letters import Letter, attempt, send, send_invitation
from annotation.onboarding.mail_stops import stopped_among
from core.refusal import Refusal

ONCE_IN = timedelta(days=3)
SUBJECTS: dict[Step, str] = {
    Step.INVITED: "Still time to apply: “{project}”",
    Step.TESTING: "Your test is waiting: “{project}”",
    Step.TRAINING: "Your training is waiting: “{project}”",
    Step.QUALIFIED: "Your first task is waiting: “{project}”",
}

# Where the next thing is to be done; until then on the application's own page.
PLACES: dict[Step, str] = {
    Step.TESTING: "annotation:my-tests",
    Step.TRAINING: "annotation:training-home",
    Step.QUALIFIED: "annotation:project",
}


@dataclass(frozen=True)
class Due:
    """Who would get a mail now, and how many stand still but get none, and why."""

    people: list[Journey]
    reminded_lately: int
    stopped: int


def due_at(project: Project, step: Step, now: datetime, journeys: Iterable[Journey] | None = None) -> Due:
    """Two queries beside the journeys. One mail to each person, however many fields they stand still in."""
    stuck: dict[str, Journey] = {}
    for one in journeys if journeys is not None else journeys_of(project):
        if one.step == step and one.is_stuck(now) and not one.is_ours:
            stuck.setdefault(one.email.lower(), one)
    lately, stopped = _reminded_since(project, now - ONCE_IN), stopped_among(list(stuck))
    people = [one for email, one in stuck.items() if email not in lately and email not in stopped]
    return Due(people, len((set(stuck) & lately) - stopped), len(set(stuck) & stopped))


def _reminded_since(project: Project, since: datetime) -> set[str]:
    last = Reminder.objects.filter(project=project).values("email").annotate(last=Max("at"))
    return set(last.filter(last__gt=since).values_list("email", flat=True))


def refusal_to_remind(step: Step, due: Due) -> Refusal | None:
    if step not in SUBJECTS:
        return Refusal("Here it is your turn, not theirs.", "Answer the applications.")
    if due.people:
        return None
    if due.reminded_lately:
        return Refusal("All of them were reminded in the last three days.", "Wait until they have had time to answer.")
    if due.stopped:
        return Refusal("They have asked for no more mails.", "Write to them yourself, if you know them.")
    return Refusal("Nobody stands still here.")


def refusal_while_running(project: Project) -> Refusal | None:
    """One job at a time: a second one would look before the first has noted whom it reminds."""
    if project.jobs.filter(kind=Job.Kind.REMINDERS, state__in=UNFINISHED).exists():
        return Refusal("People are being reminded.", "Wait until these mails are sent.")
    return None


def job_for(project: Project, by: User, step: Step, due: Due, base: str) -> Job:
    """Not yet queued."""
    return Job(
        project=project, kind=Job.Kind.REMINDERS, created_by=by, total=len(due.people),
        file_name=f"Reminders: {step.label}", parameters={"step": step.value, "base": base},
    )  # fmt: skip


def run(hold: Hold) -> None:
    """Looks anew who stands still: whoever has gone on since the click gets no mail."""
    project, step = hold.job.project, Step(hold.job.parameters["step"])
    failed: list[str] = []
    people = due_at(project, step, timezone.now()).people
    for number, one in enumerate(people, start=1):
        with transaction.atomic():
            Reminder.objects.create(
                project=project, email=one.email.lower(), step=step.value, at=timezone.now(), by=hold.job.created_by
            )
            attempt(partial(_remind, project, one, hold.job.parameters["base"]), one.email, failed)
        hold.report(number)
    hold.checkpoint({"sent": len(people) - len(failed), "failed": failed})


def _remind(project: Project, one: Journey, base: str) -> None:
    if one.step == Step.INVITED and not one.begun:
        invitation = CallInvitation.objects.select_related("call__project", "invited_by").get(pk=one.invitation_id or 0)
        send_invitation(invitation, base, template="reminder_invited")
        return
    subject = SUBJECTS[one.step].format(project=project)
    send(Letter(one.email, subject, f"reminder_{one.step.value}", _words(project, one, base)), base)


def _words(project: Project, one: Journey, base: str) -> dict[str, object]:
    application = Application.objects.select_related("call").filter(pk=one.application_id or 0).first()
    name = PLACES.get(one.step)
    link = reverse(name, args=[project.slug]) if name else reverse("annotation:application", args=[one.application_id])
    return {
        "project": project,
        "call": application.call if application else None,
        "name": one.name,
        "link": base + link,
    }
