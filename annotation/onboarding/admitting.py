"""What a manager answers to applications: to the test, qualified at once, or declined with a reason."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from accounts.models import SpokenLanguage
from annotation.access import Desk
from annotation.models import ApplicationField, Cell, Membership
from annotation.onboarding import quotas
from catalog.skills import Skill
from core.refusal import Refusal, Refused, refuse_if
from experts.models import Qualification
from experts.qualifications import extend

State = ApplicationField.State


class Decline(models.TextChoices):
    """Each with the sentence the applicant reads."""

    OTHER_BACKGROUND = "other_background", "Another background is needed"
    EVIDENCE = "evidence", "The evidence does not show enough"
    LANGUAGE = "language", "Another level of the language is needed"
    ENOUGH = "enough", "Enough people are found"


SENTENCES: dict[str, str] = {
    Decline.OTHER_BACKGROUND: "For this work we need another background than the one you describe. "
    "That says nothing about how good yours is.",
    Decline.EVIDENCE: "From what you sent we could not see enough of the field. "
    "With a publication, a degree or a position that shows it, apply again to a later call.",
    Decline.LANGUAGE: "The texts of this work need another level of the language than the one you name.",
    Decline.ENOUGH: "Enough people have been found for these fields by now. "
    "You came late, not badly: a later call is a new chance.",
}


@dataclass(frozen=True)
class Decided:
    """The fields that were decided, and who moved up to places that became free."""

    fields: list[ApplicationField]
    moved_up: list[ApplicationField]


def fields_of(desk: Desk, field_ids: Collection[int], *, lock: bool = False) -> list[ApplicationField]:
    """Of the desk's project only, and of nobody who has withdrawn."""
    found = ApplicationField.objects.filter(application__call__project=desk.project, pk__in=field_ids)
    if lock:
        # The quotas first, as everybody does who changes fields: nobody waits for each other.
        quotas.lock(found.values("application__call"))
        found = found.select_for_update(of=("self",))
    related = ("application__user", "application__call__project", "language", "domain")
    return list(found.exclude(state=State.WITHDRAWN).select_related(*related).order_by("pk"))


def refusal_to_admit(fields: Iterable[ApplicationField]) -> Refusal | None:
    there = list(fields)
    if not there:
        return Refusal("Nobody is chosen.", "Tick the applications it is about.")
    waiting = [field for field in there if field.state == State.WAITING]
    if waiting:
        return Refusal(
            f"{len(waiting)} of these are on a waiting list.", "Give the call more places: they move up by themselves."
        )
    declined = [field for field in there if field.state == State.DECLINED]
    if declined:
        return Refusal(f"{len(declined)} of these were declined.", "Leave them out.")
    return None


@transaction.atomic
def admit_to_test(desk: Desk, field_ids: Collection[int]) -> Decided:
    """Their tests are open to them from now on, nothing else is; who passes is in (testing_access.join_as_applied)."""
    fields = fields_of(desk, field_ids, lock=True)
    refuse_if(refusal_to_admit(fields), status=409)
    new = [field for field in fields if field.state == State.APPLIED]
    _admit(desk, new, timezone.now())
    return Decided(new, [])


@transaction.atomic
def qualify_at_once(desk: Desk, field_ids: Collection[int]) -> Decided:
    """For people whose work is known: qualified for every skill the project has in the field, without a test."""
    fields = fields_of(desk, field_ids, lock=True)
    refuse_if(refusal_to_admit(fields), status=409)
    _admit(desk, [field for field in fields if field.state == State.APPLIED], timezone.now())
    skills = _skills_of(desk)
    for field in fields:
        for role in field.application.call.roles:
            Membership.objects.get_or_create(project=desk.project, user=field.application.user, role=role)
        extend(
            field.application.user, language=field.language, domain=field.domain,
            skills=skills.get((field.language_id, field.domain_id), list(Skill.values)), native=_is_native(field),
        )  # fmt: skip
    return Decided(fields, [])


def _admit(desk: Desk, fields: Iterable[ApplicationField], now: datetime) -> None:
    for field in fields:
        field.state, field.admitted_at, field.decided_by = State.ADMITTED, now, desk.user
        field.save(update_fields=["state", "admitted_at", "decided_by"])


def _skills_of(desk: Desk) -> dict[quotas.Pair, list[str]]:
    found: dict[quotas.Pair, list[str]] = {}
    for language, domain, skill in Cell.objects.filter(project=desk.project).values_list(
        "language_id", "domain_id", "skill"
    ):
        found.setdefault((language, domain), []).append(skill)
    return found


def _is_native(field: ApplicationField) -> bool:
    return SpokenLanguage.objects.filter(
        profile__user_id=field.application.user_id,
        language_code=field.language_id,
        level=SpokenLanguage.Level.NATIVE,
    ).exists()


@transaction.atomic
def decline(desk: Desk, field_ids: Collection[int], reason: str, words: str) -> Decided:
    """Raises Refused for somebody who is qualified already: that is withdrawn on their own page."""
    if reason not in Decline.values:
        raise Refused(Refusal("A reason is missing.", "Choose the one the applicant is to read."), status=422)
    fields = [field for field in fields_of(desk, field_ids, lock=True) if field.state != State.DECLINED]
    refuse_if(refusal_to_decline(fields), status=409)
    now = timezone.now()
    for field in fields:
        field.state, field.ended_at, field.decided_by = State.DECLINED, now, desk.user
        field.reason, field.words = reason, words.strip()
        field.save(update_fields=["state", "ended_at", "decided_by", "reason", "words"])
    touched = {field.application.call_id: field.application.call for field in fields}
    return Decided(fields, [moved for call in touched.values() for moved in quotas.move_up(call, now)])


def refusal_to_decline(fields: Iterable[ApplicationField]) -> Refusal | None:
    there = list(fields)
    if not there:
        return Refusal("Nobody is chosen who could be declined.", "Tick the applications it is about.")
    people = {field.application.user_id for field in there}
    qualified = set(Qualification.objects.filter(user__in=people).values_list("user_id", "language_id", "domain_id"))
    # What was earned in another project lets nobody into this one.
    inside = set(Membership.objects.filter(user__in=people).values_list("user_id", "project_id"))
    for field in there:
        who = field.application.user_id
        is_inside = (who, field.application.call.project_id) in inside
        if is_inside and (who, field.language_id, field.domain_id) in qualified:
            return Refusal(
                f"{field.application.user} is qualified for {field} already.",
                "Withdraw the qualification on the person's own page.",
            )
    return None


def sentence_of(field: ApplicationField) -> str:
    return SENTENCES.get(field.reason, "")
