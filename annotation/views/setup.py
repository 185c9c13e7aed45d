"""A new project, and the settings of one."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.models import Project
from annotation.setup.setting_up import create_project, effects_of
from annotation.setup.setup_forms import ProjectForm, SettingsForm
from core.refusal import Refusal, Refused


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project_new(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if not request.user.is_staff:
        raise Refused(
            Refusal("Only staff of this installation opens projects.", "An administrator can make you staff."), 403
        )
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = create_project(request.user, form.save(commit=False))
        messages.success(request, f"“{project}” is open. Next: its cells, its guideline, its people.")
        return redirect("annotation:cells", project.slug)
    status = 422 if form.is_bound else 200
    return render(request, "annotation/manager/project_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def project_settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What a change does to running work is named first; saving it takes a second yes."""
    before = Project.objects.get(pk=desk.project.pk)
    form = SettingsForm(request.POST or None, instance=desk.project)
    context: dict[str, object] = {"form": form, "effects": []}
    if request.method == "POST" and form.is_valid():
        project = _with_the_rest(form, timezone.now())
        changed = _changed(before, project)
        effects = effects_of(before, project, changed)
        if not effects or request.POST.get("confirmed"):
            project.save(update_fields=changed)
            messages.success(request, "The settings are saved." if changed else "Nothing had changed.")
            return redirect("annotation:project-settings", project.slug)
        context["effects"] = effects
    status = 422 if form.is_bound else 200
    return render(request, "annotation/manager/settings.html", context, status=status)


def _with_the_rest(form: SettingsForm, now: datetime) -> Project:
    project: Project = form.save(commit=False)
    project.closed_at = (project.closed_at or now) if form.cleaned_data["is_closed"] else None
    return project


def _changed(before: Project, after: Project) -> list[str]:
    names = [*SettingsForm.Meta.fields, "closed_at"]
    return [name for name in names if getattr(before, name) != getattr(after, name)]
