"""Words that a project spells as it does, added from the finding that marks them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.copilot import glossary
from core.htmx import wants_part


@require_POST
@requires(Permission.SET_UP_PROJECT, Permission.EDIT)
def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The row that asked removes itself; elsewhere back to the project."""
    word = glossary.add(desk.project.pk, request.POST.get("word", ""))
    messages.success(request, f"“{word}” is in the glossary of {desk.project}.")
    return HttpResponse("") if wants_part(request) else redirect("annotation:project", desk.project.slug)
