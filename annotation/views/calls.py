"""A manager's calls for experts: opening, changing, closing, and the open link, which shows only once."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, requires
from annotation.models import ApplicationField, Call
from annotation.onboarding import calls, letters
from annotation.onboarding.arrivals import gaps_of, journeys_of
from annotation.onboarding.call_forms import CallForm, read_places
from annotation.onboarding.funnel import Gap
from annotation.onboarding.quotas import places_of
from core.paging import keyset_page
from core.refusal import Refusal, Refused


def call_of(desk: Desk, call_id: int) -> Call:
    return get_object_or_404(Call.objects.select_related("project"), project=desk.project, pk=call_id)


def base_of(request: HttpRequest) -> str:
    """What links in mails begin with."""
    return request.build_absolute_uri("/")[:-1]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    gaps = _gaps(desk)
    form = CallForm(request.POST or None, instance=Call(project=desk.project), terms=calls.terms_of(desk.project))
    places, errors = read_places(request.POST, [gap.pair for gap in gaps])
    if request.method == "POST" and form.is_valid() and not errors:
        refusal = calls.refusal_to_open(desk.project, places)
        if not refusal:
            call = form.save(commit=False)
            secret = calls.open_call(desk, call, places, form.cleaned_data["terms"])
            return _page(request, desk, call, link=_open_link(request, secret))
        errors = [str(refusal)]
    return _form_page(request, form, gaps, errors, {})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def edit(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    call, gaps = call_of(desk, call_id), _gaps(desk)
    form = CallForm(request.POST or None, instance=call, terms=calls.terms_of(desk.project))
    places, errors = read_places(request.POST, [gap.pair for gap in gaps])
    if request.method == "POST" and form.is_valid() and not errors:
        with transaction.atomic():
            moved = calls.change_call(desk, form.save(commit=False), places, form.cleaned_data["terms"])
            tell_moved_up(request, desk, moved)
        messages.success(request, "Saved." + moved_up_in_words(moved))
        return redirect("annotation:call-manage", desk.project.slug, call.pk)
    there = {(one.quota.language_id, one.quota.domain_id): one for one in places_of(call)}
    return _form_page(request, form, gaps, errors, there, call)


def _gaps(desk: Desk) -> list[Gap]:
    return gaps_of(desk.project, journeys_of(desk.project), timezone.now())[0]


def _form_page(
    request: HttpRequest, form: CallForm, gaps: list[Gap], errors: list[str], there: dict[Any, Any],
    call: Call | None = None,
) -> HttpResponse:  # fmt: skip
    rows = [
        {"gap": gap, "name": (name := f"places-{gap.pair[0]}-{gap.pair[1]}"), "there": there.get(gap.pair),
         "value": request.POST.get(name, there[gap.pair].quota.places if gap.pair in there else "")}
        for gap in sorted(gaps, key=lambda gap: (gap.language, gap.domain))
    ]  # fmt: skip
    context = {"form": form, "rows": rows, "errors": errors, "call": call}
    status = 422 if form.is_bound else 200
    return render(request, "annotation/onboarding/call_form.html", context, status=status)


def tell_moved_up(request: HttpRequest, desk: Desk, moved: list[ApplicationField]) -> None:
    if moved:
        job_tasks.enqueue(letters.decisions_job(desk.project, desk.user, "placed", moved, base_of(request)))


def moved_up_in_words(moved: list[ApplicationField]) -> str:
    people = len({field.application_id for field in moved})
    if not people:
        return ""
    return f" {people} moved up from the waiting list and {'is' if people == 1 else 'are'} told."


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def manage(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    return _page(request, desk, call_of(desk, call_id))


def _page(request: HttpRequest, desk: Desk, call: Call, link: str = "") -> HttpResponse:
    today = timezone.now().date()
    context = {
        "call": call,
        "link": link,
        "places": places_of(call),
        "is_open": calls.is_open(call, today),
        "is_over": call.closes_on < today,
        "change_refusal": calls.refusal_to_change(call),
        "unsent": letters.unsent(call).count(),
        "job": letters.latest_of_call(call),
        "page": keyset_page(call.invitations.all(), ("-created_at", "-id"), request.GET.get("cursor", ""), size=50),
    }
    return render(request, "annotation/onboarding/call.html", context)


@require_POST
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def link(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    """Shows the new link in the answer itself: afterwards nobody knows it."""
    call = call_of(desk, call_id)
    return _page(request, desk, call, link=_open_link(request, calls.new_link(call)))


def _open_link(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("annotation:call", args=[secret]))


CHANGES = {
    "close": (calls.close, "The call is closed: nothing can be sent. What is filled in is kept."),
    "reopen": (calls.reopen, "The call is open again, with the same links."),
    "withdraw": (calls.withdraw, "The call is withdrawn: no link of it works any more."),
}


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def change(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    call, asked = call_of(desk, call_id), request.POST.get("change", "")
    if asked not in CHANGES:
        raise Refused(Refusal("There is no such change."), status=422)
    make, said = CHANGES[asked]
    make(call)
    messages.success(request, said)
    return redirect("annotation:call-manage", desk.project.slug, call.pk)
