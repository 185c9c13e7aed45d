"""Answering a call: in by a link, filled in little by little, sent, withdrawn. What is typed is kept as it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import KnownDomain, Profile, SpokenLanguage, User
from annotation.models import Application, ApplicationField, Call, CallInvitation, CallQuota, Terms
from annotation.onboarding import calls, quotas
from annotation.texts import clean
from core.refusal import Refusal, Refused, refuse_if

SHORTEST_EVIDENCE = 40
LONGEST_EVIDENCE = 2000
LONGEST_LINK = 500
LEVELS = frozenset(SpokenLanguage.Level.values)

Filled = dict[str, Any]


# --- in


@transaction.atomic
def begin(call: Call, user: User) -> Application:
    """The person's application to this call, new or as they left it. Raises Refused when the call is not open."""
    found = Application.objects.filter(call=call, user=user).first()
    if found is not None:
        return found
    refuse_if(calls.refusal_to_enter(call, timezone.now()), status=410)
    application, _ = Application.objects.get_or_create(call=call, user=user, defaults={"filled": known_of(user, call)})
    return application


@transaction.atomic
def begin_as_new(invitation: CallInvitation, name: str, password: str) -> Application:
    """Makes the account: whoever has the link reads that mailbox. Raises Refused when there is an account."""
    # The second of two clicks waits for the first, and is told.
    CallInvitation.objects.select_for_update().get(pk=invitation.pk)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Refused(Refusal("This address has an account.", "Sign in with it to go on."), status=409)
    return begin(invitation.call, User.objects.create_user(invitation.email, password, name=name))


def invite_by_open_link(call: Call, email: str) -> CallInvitation | None:
    """The row of a personal link for an address given at the open link; None when it was withdrawn."""
    invitation, _ = CallInvitation.objects.get_or_create(
        call=call, email=email.lower(), defaults={"source": CallInvitation.Source.OPEN_LINK}
    )
    return None if invitation.withdrawn_at else invitation


def known_of(user: User, call: Call) -> Filled:
    """What the person told at an earlier application, so that nobody types it twice."""
    profile = Profile.objects.filter(user=user).prefetch_related("languages", "domains").first()
    if profile is None:
        return {}
    wanted = set(call.quotas.values_list("domain_id", flat=True))
    domains = [one for one in profile.domains.all() if one.domain_slug in wanted]
    return {
        "levels": {one.language_code: one.level for one in profile.languages.all()},
        "evidence": {one.domain_slug: one.evidence for one in domains},
        "links": {one.domain_slug: one.link for one in domains if one.link},
    }


# --- filling in


def read_filled(posted: QueryDict, *, languages: Iterable[str], call_quotas: Iterable[CallQuota]) -> Filled:
    """What the form sends, bounded and storable, finished or not. Unknown languages and fields are left out."""
    ids = {str(one.pk): one.pk for one in call_quotas}
    domains = {one.domain_id for one in call_quotas}
    levels = {code: posted.get(f"level-{code}", "") for code in languages}
    return {
        "levels": {code: level for code, level in levels.items() if level in LEVELS},
        "fields": sorted({ids[one] for one in posted.getlist("field") if one in ids}),
        "evidence": _texts(posted, "evidence", domains, LONGEST_EVIDENCE),
        "links": _texts(posted, "link", domains, LONGEST_LINK),
        "waiting": posted.get("waiting") == "1",
    }


def _texts(posted: Mapping[str, str], name: str, domains: Iterable[str], longest: int) -> dict[str, str]:
    typed = {slug: clean(posted.get(f"{name}-{slug}", ""))[:longest] for slug in domains}
    return {slug: text for slug, text in typed.items() if text.strip()}


def save(application: Application, filled: Filled) -> datetime:
    """Raises Refused once it is sent: then nothing of it changes any more."""
    now = timezone.now()
    saved = Application.objects.filter(pk=application.pk, sent_at=None, withdrawn_at=None)
    if not saved.update(filled=filled, saved_at=now):
        raise Refused(Refusal("This application has been sent.", "Its page shows what comes next."), status=409)
    application.filled, application.saved_at = filled, now
    return now


@dataclass(frozen=True)
class Missing:
    """What the form still lacks: in which step, and what to do."""

    step: str
    what: str


STEPS = (("languages", "Languages"), ("fields", "Fields"), ("evidence", "Evidence"), ("terms", "CV and terms"))


def missing(filled: Filled, chosen: Iterable[CallQuota]) -> list[Missing]:
    """`chosen`: the quotas that are ticked. Pure; in the order of the steps."""
    wanted = list(chosen)
    return [*_missing_languages(filled, wanted), *_missing_fields(wanted), *_missing_evidence(filled, wanted)]


def _missing_languages(filled: Filled, wanted: list[CallQuota]) -> list[Missing]:
    levels = filled.get("levels", {})
    if not levels:
        return [Missing("languages", "Say how well you know at least one language.")]
    unsaid = {one.language_id: str(one.language) for one in wanted if one.language_id not in levels}
    return [
        Missing("languages", f"Say how well you know {name}: you ticked a field in it.") for name in unsaid.values()
    ]


def _missing_fields(wanted: list[CallQuota]) -> list[Missing]:
    return [] if wanted else [Missing("fields", "Tick at least one field.")]


def _missing_evidence(filled: Filled, wanted: list[CallQuota]) -> list[Missing]:
    evidence, links = filled.get("evidence", {}), filled.get("links", {})
    found = []
    for slug, domain in {one.domain_id: one.domain for one in wanted}.items():
        if len(evidence.get(slug, "").strip()) < SHORTEST_EVIDENCE:
            found.append(
                Missing(
                    "evidence", f"{domain}: say in a sentence or two what shows it ({SHORTEST_EVIDENCE} characters)."
                )
            )
        if slug in links and not _is_link(links[slug]):
            found.append(Missing("evidence", f"{domain}: the link does not begin with https:// or is not complete."))
    return found


def _is_link(text: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(text.strip())
    except ValidationError:
        return False
    return True


# --- sent


def refusal_to_send(application: Application, terms: Terms | None, accepted: str) -> Refusal | None:
    """`accepted`: the version of the terms that stood beside the tick, empty without one."""
    if application.withdrawn_at:
        return Refusal("You withdrew this application.", "Take it up again first.")
    if application.sent_at:
        return Refusal("This application has been sent already.")
    if terms is None:
        return Refusal("This call has no terms yet.", "Ask whoever invited you.")
    if not accepted:
        return Refusal("The terms are not accepted.", "Read them and tick the box beneath.")
    if accepted != str(terms.version):
        return Refusal("The terms were changed while this page was open.", "Read them again and tick the box.")
    return None


@transaction.atomic
def send(application: Application, accepted: str) -> list[ApplicationField]:
    """Profile, terms and places, or nothing of it. Raises Refused with what is missing, or which fields are full."""
    application = Application.objects.select_for_update(of=("self",)).select_related("call__project").get(
        pk=application.pk
    )  # fmt: skip
    now, terms = timezone.now(), calls.terms_of(application.call.project)
    refuse_if(refusal_to_send(application, terms, accepted), status=422)
    refuse_if(calls.refusal_to_enter(application.call, now), status=410)
    chosen = chosen_quotas(application)
    lacking = missing(application.filled, chosen)
    if lacking:
        raise Refused(Refusal(lacking[0].what), status=422, code="missing")
    fields = quotas.take_places(
        application, [one.pk for one in chosen], waiting_is_fine=bool(application.filled.get("waiting")), now=now
    )
    application.terms, application.terms_accepted_at, application.sent_at = terms, now, now
    application.save(update_fields=["terms", "terms_accepted_at", "sent_at"])
    _keep_profile(application, {one.domain_id for one in chosen})
    return fields


def chosen_quotas(application: Application) -> list[CallQuota]:
    ticked = application.filled.get("fields", [])
    return list(application.call.quotas.filter(pk__in=ticked).select_related("language", "domain"))


def _keep_profile(application: Application, domains: set[str]) -> None:
    """What was said this time holds; domains of other calls stay as they were."""
    profile, _ = Profile.objects.get_or_create(user_id=application.user_id)
    profile.save()
    filled = application.filled
    profile.languages.all().delete()
    SpokenLanguage.objects.bulk_create(
        SpokenLanguage(profile=profile, language_code=code, level=level) for code, level in filled["levels"].items()
    )
    for slug in domains:
        said = {"evidence": filled["evidence"][slug], "link": filled.get("links", {}).get(slug, "").strip()}
        KnownDomain.objects.update_or_create(profile=profile, domain_slug=slug, defaults=said)


@transaction.atomic
def withdraw(application: Application) -> list[ApplicationField]:
    """The places become free. Returns who moved up. What was decided by then stays in the history."""
    application = Application.objects.select_for_update(of=("self",)).select_related("call").get(pk=application.pk)
    refuse_if(refusal_to_withdraw(application), status=409)
    now = timezone.now()
    quotas.locked_places(application.call)
    application.withdrawn_at = now
    application.save(update_fields=["withdrawn_at"])
    live = application.fields.exclude(state__in=ApplicationField.ENDED)
    live.update(state=ApplicationField.State.WITHDRAWN, ended_at=now)
    return quotas.move_up(application.call, now)


def refusal_to_withdraw(application: Application) -> Refusal | None:
    return Refusal("This application is withdrawn already.") if application.withdrawn_at else None


def refusal_to_resume(application: Application, now: datetime) -> Refusal | None:
    if not application.withdrawn_at:
        return Refusal("This application is not withdrawn.")
    if application.fields.filter(state=ApplicationField.State.DECLINED).exists():
        return Refusal("This application was answered.", "A new call is a new chance.")
    return calls.refusal_to_enter(application.call, now)


@transaction.atomic
def resume(application: Application) -> None:
    """Withdrawing can be undone while the call is open: the form is as it was, and is sent anew. Raises Refused, also
    where another tab has taken it up already."""
    application = Application.objects.select_for_update(of=("self",)).select_related("call__project").get(
        pk=application.pk
    )  # fmt: skip
    refuse_if(refusal_to_resume(application, timezone.now()), status=409)
    application.withdrawn_at, application.sent_at = None, None
    application.save(update_fields=["withdrawn_at", "sent_at"])
