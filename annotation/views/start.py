"""Where a person lands, and the health of the site."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.models import Membership

# Where each role begins its day, most hands-on first.
HOMES: tuple[tuple[Permission, str], ...] = (
    (Permission.WRITE, "annotation:expert-home"),
    (Permission.REVIEW, "annotation:reviewer-home"),
    (Permission.EDIT, "annotation:editor-home"),
    (Permission.SEE_PIPELINE, "annotation:pipeline"),
)


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """The only project at once; a list to choose from when there are several or none."""
    assert isinstance(request.user, User)
    memberships = Membership.objects.filter(user=request.user).select_related("project").order_by("project__name")
    projects = list(dict.fromkeys(membership.project for membership in memberships))
    if len(projects) == 1:
        return redirect("annotation:project", projects[0].slug)
    return render(request, "annotation/projects.html", {"projects": projects})


@require_safe
@requires()
def project(_request: HttpRequest, desk: Desk) -> HttpResponse:
    home = next(name for permission, name in HOMES if desk.may(permission))
    return redirect(home, desk.project.slug)


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """For supervisors and load balancers: answers when pages can be served."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
