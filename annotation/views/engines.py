"""How the engines behind the checks are: one page for the whole installation."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import Role
from annotation.copilot.status import SPENDING_DAYS, check_lines, engine_lines, queue_lines, spend_lines
from annotation.models import Project
from core.htmx import render_page_or_part
from core.refusal import Refusal, Refused
from qa import metrics

NOT_FOR_YOU = Refusal(
    "This page is for managers of a project and for the installation's staff.",
    "A manager of your project can tell you what the engines say.",
)


@require_safe
@login_required
def engines(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    projects = projects_of(request.user)
    if not projects and not request.user.is_staff:
        raise Refused(NOT_FOR_YOU, status=403)
    now = timezone.now()
    figures = metrics.per_check()
    context = {
        "now": now,
        "engines": engine_lines(now),
        "checks": check_lines(figures),
        "queues": queue_lines(),
        "looked_at": metrics.LOOKED_AT,
        "spending": spend_lines(projects, timezone.localdate()),
        "spending_days": SPENDING_DAYS,
    }
    page, part = "annotation/manager/engines.html", "annotation/manager/_engines.html"
    return render_page_or_part(request, page, context, part=part)


def projects_of(user: User) -> list[Project]:
    """Whose figures this person may read: those they manage; staff all that are open."""
    if user.is_staff:
        return list(Project.objects.filter(closed_at=None))
    mine = {"memberships__user": user, "memberships__role": Role.MANAGER}
    return list(Project.objects.filter(**mine))
