"""For whom texts are: counts by cell, what to decide about, and the project's own router."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, requires
from annotation.copilot import own_router, routing
from annotation.copilot.routing_board import board_of
from annotation.models import Project, Route, RoutingDecision
from annotation.tasks import bring_routes_up_to_date
from core.htmx import render_page_or_part, wants_part
from core.refusal import Refusal, Refused
from qa.workers import Priority

PAGE, PART = "annotation/manager/routing.html", "annotation/manager/_routing.html"


@require_safe
@requires(Permission.SET_UP_PROJECT)
def board(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _board(request, desk, request.GET.get("cell", ""), request.GET.get("cursor", ""))


def _board(request: HttpRequest, desk: Desk, cell: str, cursor: str = "") -> HttpResponse:
    found = board_of(desk.project, cell, cursor)
    return render_page_or_part(request, PAGE, {"board": found, "wanted": cell}, part=PART)


@require_POST
@requires(Permission.SET_UP_PROJECT)
def overrule(request: HttpRequest, desk: Desk, route_id: int) -> HttpResponse:
    route = get_object_or_404(Route, pk=route_id, project=desk.project)
    routing.overrule(route, request.POST.get("scope", ""), by=desk.user, note=request.POST.get("note", ""))
    return _after(request, desk)


@require_POST
@requires(Permission.SET_UP_PROJECT)
def undo(request: HttpRequest, desk: Desk, decision_id: int) -> HttpResponse:
    decision = get_object_or_404(RoutingDecision, pk=decision_id, project=desk.project)
    routing.take_back(decision, by=desk.user)
    return _after(request, desk)


def _after(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list as it now is, filtered as it was."""
    cell = request.POST.get("cell", "")
    if wants_part(request):
        return _board(request, desk, cell)
    address = reverse("annotation:routing", args=[desk.project.slug])
    return redirect(f"{address}?{urlencode({'cell': cell})}" if cell else address)


@require_POST
@requires(Permission.SET_UP_PROJECT)
@transaction.atomic
def fit(_request: HttpRequest, desk: Desk) -> HttpResponse:
    # Locked, so that two presses start one job.
    Project.objects.select_for_update().get(pk=desk.project.pk)
    if own_router.running(desk.project) is None:
        job_tasks.enqueue(own_router.request_of(desk.project, desk.user))
    return redirect("annotation:routing", desk.project.slug)


@require_POST
@requires(Permission.SET_UP_PROJECT)
def use(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Puts what was fitted to use, or goes back to the router as it comes."""
    verb, job = request.POST.get("verb", ""), own_router.latest(desk.project)
    if verb == "use" and job:
        own_router.put_to_use(job, desk.user)
        messages.success(
            request, "Texts are read by the project's own router from now on; those that wait are read anew."
        )
    elif verb == "give_up":
        own_router.give_up(desk.project)
        messages.success(request, "Texts are read by the router as it comes; those that wait are read anew.")
    else:
        raise Refused(Refusal("Nothing was asked for.", "Use the buttons of the page."), status=409)
    bring_routes_up_to_date.apply_async(priority=int(Priority.IMPORTED))
    return redirect("annotation:routing", desk.project.slug)
