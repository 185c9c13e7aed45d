"""A call with people at every step, for the pages: long names, a full field, a waiting list, someone half-way."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from annotation.demo import applicants
from annotation.models import Application, Call, CallInvitation, Project
from annotation.onboarding import applying
from annotation.onboarding.inviting import hash_of
from tests.factories import cell, user


@dataclass(frozen=True)
class Called:
    call: Call
    half: Application
    sent: Application
    admitted: Application
    open_secret: str = "open-link-of-the-pages"
    own_secret: str = "own-link-of-the-pages"


def fill(project: Project, manager: User) -> Called:
    for language, domain in applicants.PLACES:
        if not project.cells.filter(language=language, domain=domain).exists():
            cell(project, language=language, domain=domain, target=60)
    call = applicants.seed(project, manager, timezone.now())
    Call.objects.filter(pk=call.pk).update(secret_hash=hash_of(Called.open_secret))
    CallInvitation.objects.create(
        call=call, email="new@example.org", name="Somebody with a rather long name, Dr. jur. Dr. h. c.",
        source="list", secret_hash=hash_of(Called.own_secret),
    )  # fmt: skip
    of = Application.objects.filter(call=call).select_related("user")
    return Called(
        call,
        applying.begin(call, user("applicant-half-way")),
        of.get(user__name="applicant-de-medicine-2"),
        of.get(user__name="applicant-de-law-3"),
    )
