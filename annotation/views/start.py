"""Where a person lands, what Start next gives at every stage, and the health of the site."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation import handing_out
from annotation.access import Desk, get_item, requires
from annotation.models import Application, Assignment, Membership
from annotation.posted import read
from annotation.workbench import why_in_words
from annotation.workflow import STAGE_ROLE, Stage
from core.refusal import Refused

# Where each role begins its day, most hands-on first.
HOMES: tuple[tuple[Permission, str], ...] = (
    (Permission.WRITE, "annotation:expert-home"),
    (Permission.REVIEW, "annotation:reviewer-home"),
    (Permission.EDIT, "annotation:editor-home"),
    (Permission.SEE_PIPELINE, "annotation:pipeline"),
)

STAGE_HOMES: dict[Stage, str] = {
    Stage.WRITING: "annotation:expert-home",
    Stage.REVIEW: "annotation:reviewer-home",
    Stage.EDITING: "annotation:editor-home",
    Stage.ADJUDICATION: "annotation:editor-home",
}

DESKS: dict[Stage, str] = {
    Stage.WRITING: "annotation:workbench",
    Stage.REVIEW: "annotation:review",
    Stage.EDITING: "annotation:edit",
    Stage.ADJUDICATION: "annotation:adjudicate",
}


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """The only project at once; a list to choose from when there are several or none."""
    assert isinstance(request.user, User)
    memberships = Membership.objects.filter(user=request.user).select_related("project").order_by("project__name")
    projects = list(dict.fromkeys(membership.project for membership in memberships))
    if len(projects) == 1:
        return redirect("annotation:project", projects[0].slug)
    applications = Application.objects.filter(user=request.user).select_related("call").order_by("-started_at")
    return render(request, "annotation/projects.html", {"projects": projects, "applications": applications})


@require_safe
@requires()
def project(_request: HttpRequest, desk: Desk) -> HttpResponse:
    home = next(name for permission, name in HOMES if desk.may(permission))
    return redirect(home, desk.project.slug)


@require_POST
@requires()
def start_next(request: HttpRequest, desk: Desk, stage: str) -> HttpResponse:
    if stage not in Stage:
        raise Http404("There is no such stage.")
    return begin(request, desk, Stage(stage), another=request.POST.get("another") == "1")


def begin(request: HttpRequest, desk: Desk, stage: Stage, *, another: bool = False) -> HttpResponse:
    """To the desk of what was handed out, or home with the reason why there is nothing."""
    try:
        assignment = handing_out.next_of_stage(desk, stage, another=another)
    except Refused as refused:
        if refused.code not in handing_out.NOTHING_NOW:
            raise
        messages.info(request, str(refused.refusal))
        return redirect(STAGE_HOMES[stage], desk.project.slug)
    return redirect(desk_address(assignment, desk.project.slug))


def desk_address(assignment: Assignment, slug: str) -> str:
    return reverse(DESKS[Stage(assignment.stage)], args=[slug, assignment.item_id])


@require_POST
@requires()
def skip(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """Gives the item back; a draft stays with its writer."""
    item = get_item(desk, item_id)
    assignment = handing_out.held_assignment(item, desk.user, request.POST.get("token", ""))
    reason = handing_out.reason_to_skip(request.POST.get("reason", ""), request.POST.get("note", ""))
    handing_out.hand_back(desk, item.pk, str(assignment.token), reason)
    words = "What you typed is kept under Set aside." if assignment.stage == Stage.WRITING else ""
    messages.success(request, f"#{item.pk} is skipped. {words}".strip())
    return redirect(STAGE_HOMES[Stage(assignment.stage)], desk.project.slug)


@require_POST
@requires()
def heartbeat(request: HttpRequest, desk: Desk, item_id: int) -> JsonResponse:
    """Somebody is at work: the lease runs on. A page that is left says its last word after its assignment's end."""
    item, posted = get_item(desk, item_id), read(request)
    assignment = handing_out.held_assignment(item, desk.user, posted.token)
    handing_out.beat(assignment, desk.project.lease_minutes, timezone.now(), posted.active_seconds)
    return JsonResponse({"lease_until": assignment.leased_until.isoformat()})


@require_safe
@requires()
def why(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """The terms by which the queue chose this item for this person."""
    item = get_item(desk, item_id)
    assignment = Assignment.objects.filter(item=item, person=desk.user).order_by("-pk").first()
    if assignment is None:
        raise Http404("It was never handed to you.")
    stage = STAGE_ROLE[Stage(assignment.stage)].label
    return render(request, "annotation/_why.html", {"why": why_in_words(assignment.why), "role": stage})


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """For supervisors and load balancers: answers when pages can be served."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
