"""A manager reads an application, its CV, and answers one or many."""

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import cv as cv_files
from accounts.models import KnownDomain, Profile, SpokenLanguage
from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, requires
from annotation.models import Application, ApplicationField
from annotation.onboarding import admitting, letters
from annotation.onboarding.admitting import Decided, Decline
from annotation.onboarding.people import person_of
from annotation.texts import clean
from annotation.views.calls import base_of, moved_up_in_words, tell_moved_up
from catalog.models import Domain, Language
from core.numbers import is_id
from core.refusal import Refusal, Refused

LONGEST_WORDS = 2000
MOST_AT_ONCE = 500


@require_safe
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def read(request: HttpRequest, desk: Desk, application_id: int) -> HttpResponse:
    found = _application(desk, application_id)
    profile = _profile_of(found)
    fields = list(found.fields.select_related("language", "domain", "decided_by").order_by("language", "domain"))
    names = dict(Language.objects.values_list("pk", "name"))
    wanted = {field.domain_id: field.domain for field in fields}
    domains = Domain.objects.in_bulk([one.domain_slug for one in profile.domains.all()]) if profile else {}
    context = {
        "application": found,
        "profile": profile,
        "fields": fields,
        "open_fields": [field for field in fields if field.state not in ApplicationField.ENDED],
        "languages": [(names.get(one.language_code, one.language_code), one) for one in _languages(profile)],
        "evidence": [(domains.get(one.domain_slug), one, one.domain_slug in wanted) for one in _domains(profile)],
        "admit_refusal": None if _some_hold_a_place(fields) else admitting.refusal_to_admit(fields),
        "declines": [(one, admitting.SENTENCES[one]) for one in Decline],
        "is_member": person_of(desk.project, found.user_id) is not None,
    }
    return render(request, "annotation/onboarding/read.html", context)


def _profile_of(found: Application) -> Profile | None:
    """Who has withdrawn shows nobody what they tell of themselves, now or to a later call of somebody else's."""
    if found.withdrawn_at:
        return None
    return Profile.objects.filter(user_id=found.user_id).prefetch_related("languages", "domains").first()


def _some_hold_a_place(fields: list[ApplicationField]) -> bool:
    return any(field.state in ApplicationField.HOLDS_A_PLACE for field in fields)


def _languages(profile: Profile | None) -> list[SpokenLanguage]:
    return sorted(profile.languages.all(), key=lambda one: one.level != "native") if profile else []


def _domains(profile: Profile | None) -> list[KnownDomain]:
    return list(profile.domains.all()) if profile else []


def _application(desk: Desk, application_id: int) -> Application:
    """Sent ones only: what is half filled in is nobody's but the applicant's."""
    found = Application.objects.select_related("user", "call", "terms").filter(sent_at__isnull=False)
    return get_object_or_404(found, pk=application_id, call__project=desk.project)


@require_safe
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def cv(_request: HttpRequest, desk: Desk, application_id: int) -> HttpResponseBase:
    """Only as a download, under a name of ours: whatever is in it, no browser shows or runs it here."""
    found = _application(desk, application_id)
    if found.withdrawn_at:
        raise Http404("Who has withdrawn shows nobody their CV any more.")
    profile = get_object_or_404(Profile, user_id=found.user_id)
    path = cv_files.path_of(profile)
    name = f"cv-{found.pk}.{profile.cv_kind}"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=cv_files.SERVED_AS)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def decide(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One application or many, by their fields; who is answered gets a mail."""
    decision = request.POST.get("decision", "")
    with transaction.atomic():
        decided, letter, said = _decide(request, desk, decision, _field_ids(request))
        if decided.fields:
            job_tasks.enqueue(letters.decisions_job(desk.project, desk.user, letter, decided.fields, base_of(request)))
        tell_moved_up(request, desk, decided.moved_up)
    people = len({field.application_id for field in decided.fields})
    messages.success(request, f"{_people(people)} {said}" + moved_up_in_words(decided.moved_up))
    return redirect(_back(request, desk))


def _decide(request: HttpRequest, desk: Desk, decision: str, ids: list[int]) -> tuple[Decided, str, str]:
    if decision == "admit":
        return admitting.admit_to_test(desk, ids), "admitted", "admitted to the test; the mails are on their way."
    if decision == "qualify":
        return admitting.qualify_at_once(desk, ids), "qualified", "qualified; the mails are on their way."
    if decision == "decline":
        words = clean(request.POST.get("words", ""))[:LONGEST_WORDS]
        return (
            admitting.decline(desk, ids, request.POST.get("reason", ""), words),
            "declined",
            "declined, with the reason in a mail.",
        )
    raise Refused(Refusal("Nothing was decided.", "Press one of the buttons."), status=422)


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _field_ids(request: HttpRequest) -> list[int]:
    sent = [one for one in request.POST.getlist("field") if is_id(one)]
    if len(sent) > MOST_AT_ONCE:
        raise Refused(Refusal(f"More than {MOST_AT_ONCE} at once.", "Answer them in several rounds."), status=409)
    return [int(one) for one in sent]


def _back(request: HttpRequest, desk: Desk) -> str:
    """To the page it was decided on: the application, or the list as it was filtered."""
    application, query = request.POST.get("application", ""), request.POST.get("query", "")
    if is_id(application):
        return reverse("annotation:application-read", args=[desk.project.slug, int(application)])
    return f"{reverse('annotation:onboarding-people', args=[desk.project.slug])}?{query[:500]}"
