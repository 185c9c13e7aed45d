"""Calls for experts: opened by a manager, entered by a link, closed for a while or withdrawn for good."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation.access import Desk
from annotation.models import ApplicationField, Call, CallInvitation, Project, Terms
from annotation.onboarding.inviting import hash_of
from annotation.onboarding.quotas import Pair, set_quotas
from core.refusal import Refusal, refuse_if

FORM_FIELDS = ("title", "work", "effort", "pay", "closes_on", "roles")
FIRST_TERMS = """\
1. Who decides. A manager of the project reads your application. A test follows; nobody is admitted or refused by a formula.
2. Your work. What you write, judge and edit here is measured, and you see the same figures as the manager. You may appeal.
3. Your own words. What you hand in is written by you, for this project. Text written by a language model is not handed in.
4. Confidence. Sources, prompts and the guideline stay inside the project.
5. Your data. Name, address, languages, domains and the CV are seen by the managers of projects you apply to, and by nobody else. You may take the CV back and withdraw your application at any time.
6. The end. You may stop at any time; what was accepted until then is settled as agreed.
"""  # noqa: E501  (a paragraph is one line)


@transaction.atomic
def open_call(desk: Desk, call: Call, quotas: dict[Pair, int], terms: str) -> str:
    """Saves it and returns the secret of its open link, which is known only now. Raises Refused."""
    refuse_if(refusal_to_open(desk.project, quotas), status=409)
    secret = secrets.token_urlsafe(32)
    call.project, call.opened_by, call.secret_hash = desk.project, desk.user, hash_of(secret)
    call.save()
    set_quotas(call, quotas, timezone.now())
    publish_terms(desk.project, terms, desk.user)
    return secret


def refusal_to_open(project: Project, quotas: dict[Pair, int]) -> Refusal | None:
    if project.closed_at:
        return Refusal("The project is closed.", "A manager can open it again.")
    if not any(quotas.values()):
        return Refusal("The call has no places.", "Give at least one language × domain a number of people.")
    return None


@transaction.atomic
def change_call(desk: Desk, call: Call, quotas: dict[Pair, int], terms: str) -> list[ApplicationField]:
    """Returns who moved up from the waiting list because places were added."""
    # Only what the form has: who closed or withdrew it meanwhile, or made a new link, is not undone.
    call.save(update_fields=FORM_FIELDS)
    publish_terms(desk.project, terms, desk.user)
    call.refresh_from_db()
    return set_quotas(call, quotas, timezone.now())


@transaction.atomic
def publish_terms(project: Project, text: str, by: User) -> Terms:
    """A new version when the words are new; the one there is otherwise."""
    # Two managers at once: one version after the other.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    newest = terms_of(project)
    if newest is not None and newest.text.strip() == text.strip():
        return newest
    return Terms.objects.create(
        project=project, version=newest.version + 1 if newest else 1, text=text.strip(), published_by=by
    )


def terms_of(project: Project) -> Terms | None:
    return Terms.objects.filter(project=project).order_by("-version").first()


def new_link(call: Call) -> str:
    """A new open link; the one before stops working."""
    secret = secrets.token_urlsafe(32)
    call.secret_hash = hash_of(secret)
    call.save(update_fields=["secret_hash"])
    return secret


def close(call: Call) -> None:
    refuse_if(refusal_to_change(call), status=409)
    call.closed_at = timezone.now()
    call.save(update_fields=["closed_at"])


def reopen(call: Call) -> None:
    """Raises Refused when its last day is over: then its date is to be changed first."""
    refuse_if(refusal_to_change(call), status=409)
    if call.closes_on < timezone.now().date():
        refuse_if(Refusal("The call's last day is over.", "Change the day, then open it again."), status=409)
    call.closed_at = None
    call.save(update_fields=["closed_at"])


@transaction.atomic
def withdraw(call: Call) -> None:
    """For good: no link of it works any more, nobody new comes in. Who has applied is still answered."""
    refuse_if(refusal_to_change(call), status=409)
    call.withdrawn_at = timezone.now()
    call.save(update_fields=["withdrawn_at"])
    CallInvitation.objects.filter(call=call, withdrawn_at=None).update(withdrawn_at=call.withdrawn_at)


def refusal_to_change(call: Call) -> Refusal | None:
    if call.withdrawn_at:
        return Refusal("This call was withdrawn.", "Open a new one.")
    return None


def is_open(call: Call, today: date) -> bool:
    return not (call.withdrawn_at or call.closed_at or call.project.closed_at) and call.closes_on >= today


def find_by_open_link(secret: str) -> Call | None:
    return Call.objects.select_related("project").filter(secret_hash=hash_of(secret)).first()


def find_invitation(secret: str) -> CallInvitation | None:
    found = CallInvitation.objects.select_related("call__project").filter(secret_hash=hash_of(secret))
    return found.filter(withdrawn_at=None).first()


def refusal_to_enter(call: Call | None, now: datetime) -> Refusal | None:
    """Why a link leads nowhere, in words for somebody who has nothing but the link."""
    if call is None or call.withdrawn_at:
        return Refusal(
            "This link is not valid.",
            "It may have been withdrawn or sent anew: look for a newer mail, or ask whoever gave it to you.",
        )
    if call.project.closed_at or call.closed_at:
        return Refusal("This call is closed.", "Nothing can be sent at the moment. Ask whoever gave you the link.")
    if call.closes_on < now.date():
        return Refusal(f"This call closed on {call.closes_on:%-d %b %Y}.", "Ask whoever gave you the link.")
    return None
