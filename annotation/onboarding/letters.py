"""Mails of a call, sent by a job: invitations, decisions, places that became free. Who has one gets no second one."""

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotation.jobs import Hold, JobFailed
from annotation.models import ApplicationField, Call, CallInvitation, Job, Project
from annotation.onboarding.admitting import sentence_of
from annotation.onboarding.inviting import hash_of
from annotation.onboarding.mail_stops import is_stopped, stop_link
from core.refusal import Refusal

logger = logging.getLogger(__name__)
State = ApplicationField.State

# The server's word on one mail; whatever else goes wrong with it is about all of them.
OF_ONE_MAIL = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError)
UNREACHABLE = Refusal(
    "The mail server did not take the mail.", "Try again when it answers: who has a mail already gets no second one."
)
SUBJECTS = {
    "invitation": "Experts wanted: “{title}”",
    "placed": "A place has become free: “{title}”",
    "admitted": "You are admitted to the test: “{title}”",
    "qualified": "You are admitted: “{title}”",
    "declined": "Your application: “{title}”",
}


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    template: str
    words: Mapping[str, Any]


def send(letter: Letter, base: str) -> None:
    """Raises SMTPException or OSError. Plain text, with a way to stop invitations and reminders in every mail."""
    stop = stop_link(letter.to, base)
    text = render_to_string(f"annotation/onboarding/mail/{letter.template}.txt", {**letter.words, "stop": stop})
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    # One line, whatever people call their calls.
    EmailMessage(" ".join(letter.subject.split()), text, None, [letter.to], headers=headers).send()


def subject_of(template: str, call: Call) -> str:
    return SUBJECTS[template].format(title=call.title)


# --- jobs


def invitations_job(call: Call, by: User, base: str) -> Job:
    """Not yet queued. Sends to everybody on the list of the call who has no mail so far."""
    return Job(
        project=call.project, kind=Job.Kind.CALL_LETTERS, created_by=by, total=unsent(call).count(),
        file_name=f"Invitations of {call.title}"[:200],
        parameters={"what": "invitation", "call": call.pk, "base": base},
    )  # fmt: skip


def decisions_job(project: Project, by: User, what: str, fields: Sequence[ApplicationField], base: str) -> Job:
    """Not yet queued. One mail to each person about all of their fields among these."""
    return Job(
        project=project, kind=Job.Kind.CALL_LETTERS, created_by=by,
        total=len({field.application_id for field in fields}), file_name=f"Letters: {what}",
        parameters={"what": what, "fields": [field.pk for field in fields], "base": base},
    )  # fmt: skip


def running(project: Project) -> Job | None:
    unfinished = (Job.State.QUEUED, Job.State.RUNNING)
    kinds = (Job.Kind.CALL_LETTERS, Job.Kind.REMINDERS)
    return project.jobs.filter(kind__in=kinds, state__in=unfinished).first()


def latest_of_call(call: Call) -> Job | None:
    """Of its invitations, whatever became of it."""
    return call.project.jobs.filter(kind=Job.Kind.CALL_LETTERS, parameters__call=call.pk).first()


def run(hold: Hold) -> None:
    if hold.job.parameters["what"] == "invitation":
        _send_invitations(hold)
    else:
        _send_decisions(hold)


def unsent(call: Call) -> QuerySet[CallInvitation]:
    return CallInvitation.objects.filter(call=call, sent_at=None, withdrawn_at=None)


def _send_invitations(hold: Hold) -> None:
    call = Call.objects.select_related("project").get(pk=hold.job.parameters["call"])
    failed: list[str] = []
    # Of an earlier run of this job, whose worker ended.
    sent = int(hold.job.result.get("sent", 0))
    if call.withdrawn_at is None:
        for number, invitation_id in enumerate(list(unsent(call).values_list("pk", flat=True)), start=1):
            with transaction.atomic():
                sent += _send_one(hold, call, invitation_id, failed)
                hold.checkpoint({"sent": sent, "failed": failed})
            hold.report(number)
    hold.checkpoint({"sent": sent, "failed": failed})


def _send_one(hold: Hold, call: Call, invitation_id: int, failed: list[str]) -> bool:
    """A mail and its mark in one transaction: a worker that dies in between sends one mail twice, never none."""
    found = unsent(call).select_for_update(skip_locked=True).filter(pk=invitation_id).first()
    if found is None or is_stopped(found.email):
        return False
    before = len(failed)
    attempt(partial(send_invitation, found, hold.job.parameters["base"]), found.email, failed)
    return len(failed) == before


def attempt(sending: Callable[[], None], email: str, failed: list[str]) -> None:
    """One refused address does not stop the others; a server that is away ends the job, to be tried again."""
    try:
        with transaction.atomic():
            sending()
    except OF_ONE_MAIL:
        logger.exception("A mail was refused")
        failed.append(email)
    except OSError as error:  # SMTPException is one
        raise JobFailed(UNREACHABLE) from error


def send_invitation(invitation: CallInvitation, base: str, template: str = "invitation") -> None:
    """With a new link; the one before stops working."""
    secret = secrets.token_urlsafe(32)
    invitation.secret_hash, invitation.sent_at = hash_of(secret), timezone.now()
    invitation.save(update_fields=["secret_hash", "sent_at"])
    link = base + reverse("annotation:call-enter", args=[secret])
    words = {"call": invitation.call, "name": invitation.name, "link": link, "by": invitation.invited_by}
    send(Letter(invitation.email, subject_of("invitation", invitation.call), template, words), base)


def _send_decisions(hold: Hold) -> None:
    what, base = hold.job.parameters["what"], hold.job.parameters["base"]
    sent, failed = list(hold.job.result.get("to", [])), list(hold.job.result.get("failed", []))
    told = ApplicationField.objects.filter(pk__in=hold.job.parameters["fields"], state__in=TOLD_OF[what])
    letters = _by_application(told)
    for number, fields in enumerate(letters, start=1):
        application = fields[0].application
        if application.pk not in sent:
            attempt(partial(send, _decision(what, fields, base), base), application.user.email, failed)
            sent.append(application.pk)
            hold.checkpoint({"to": sent, "sent": len(sent) - len(failed), "failed": failed})
        hold.report(number)


# Decided otherwise meanwhile: the later decision has a letter of its own.
TOLD_OF: Mapping[str, Sequence[str]] = {
    "admitted": (State.ADMITTED,),
    "qualified": (State.ADMITTED,),
    "declined": (State.DECLINED,),
    "placed": (State.APPLIED, State.ADMITTED),
}


def _by_application(fields: QuerySet[ApplicationField]) -> Iterable[list[ApplicationField]]:
    found: dict[int, list[ApplicationField]] = {}
    related = ("application__user", "application__call__project", "language", "domain")
    for field in fields.select_related(*related).order_by("application_id", "language", "domain"):
        found.setdefault(field.application_id, []).append(field)
    return found.values()


def _decision(what: str, fields: list[ApplicationField], base: str) -> Letter:
    application = fields[0].application
    link = base + reverse("annotation:application", args=[application.pk])
    words = {
        "call": application.call, "fields": fields, "link": link,
        "sentence": sentence_of(fields[0]), "words": fields[0].words,
    }  # fmt: skip
    return Letter(application.user.email, subject_of(what, application.call), what, words)
