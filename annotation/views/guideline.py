"""The guideline: everybody reads it, managers write it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.fairness import appealing
from annotation.learning.guideline_versions import consequence, publish_major
from annotation.models import Clause, Comment
from annotation.setup.setting_up import clauses_for, guideline_of, next_position
from annotation.setup.setup_forms import ClauseForm, IntroductionForm
from catalog.skills import Skill
from core.htmx import render_page_or_part


@require_safe
@requires()
def guideline(request: HttpRequest, desk: Desk) -> HttpResponse:
    skill = request.GET.get("skill", "")
    context = {
        "guideline": guideline_of(desk.project),
        "clauses": clauses_for(desk.project, skill),
        "skills": Skill.choices,
        "skill": skill,
        "may_edit": desk.may(Permission.SET_UP_PROJECT),
        "tasks": appealing.open_tasks(desk.project.pk) if desk.may(Permission.SET_UP_PROJECT) else [],
    }
    page, part = "annotation/manager/guideline.html", "annotation/manager/_clauses.html"
    return render_page_or_part(request, page, context, part=part)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def guideline_edit(request: HttpRequest, desk: Desk) -> HttpResponse:
    current = guideline_of(desk.project)
    form = IntroductionForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "The introduction is saved.")
        return redirect("annotation:guideline-edit", desk.project.slug)
    context = {"guideline": current, "clauses": clauses_for(desk.project), "form": form}
    return render(request, "annotation/manager/guideline_edit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def clause_new(request: HttpRequest, desk: Desk) -> HttpResponse:
    current = guideline_of(desk.project)
    return _edit(request, desk, Clause(guideline=current, position=next_position(current)))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def clause_edit(request: HttpRequest, desk: Desk, clause_id: int) -> HttpResponse:
    return _edit(request, desk, _clause(desk, clause_id))


def _clause(desk: Desk, clause_id: int) -> Clause:
    """Of the version in force: earlier ones stay as people read them."""
    return get_object_or_404(Clause, guideline=guideline_of(desk.project), pk=clause_id)


def _edit(request: HttpRequest, desk: Desk, clause: Clause) -> HttpResponse:
    before = clause.code
    form = ClauseForm(request.POST or None, instance=clause)
    if request.method == "POST" and form.is_valid():
        _save(request, desk, form, before)
        return redirect("annotation:guideline-edit", desk.project.slug)
    pointed_at = Comment.objects.filter(clause=clause.pk).count() if clause.pk else 0
    told = consequence(desk.project, [before]) if clause.pk else None
    context = {"form": form, "clause": clause, "pointed_at": pointed_at, "consequence": told}
    return render(request, "annotation/manager/clause.html", context, status=422 if form.is_bound else 200)


def _save(request: HttpRequest, desk: Desk, form: ClauseForm, before: str) -> None:
    clause: Clause = form.instance
    if clause.pk and request.POST.get("major"):
        change = publish_major(clause, before=before, by=desk.user, note=request.POST.get("major_note", ""))
        messages.success(request, f"Published as version {change.version} of the guideline: {clause.code} has changed.")
        return
    form.save()
    messages.success(request, f"Clause {clause.code} is saved; everybody reads it from now on.")


@require_POST
@requires(Permission.SET_UP_PROJECT)
def clause_remove(request: HttpRequest, desk: Desk, clause_id: int) -> HttpResponse:
    clause = _clause(desk, clause_id)
    clause.delete()
    messages.success(request, f"Clause {clause.code} is removed.")
    return redirect("annotation:guideline-edit", desk.project.slug)


@require_POST
@requires(Permission.SET_UP_PROJECT)
def preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """How a clause or the introduction will look."""
    names = ("code", "title", "body", "introduction", "good_example", "bad_example")
    context = {"clause": {name: request.POST.get(name, "") for name in names}, "project": desk.project}
    return render(request, "annotation/manager/_clause_preview.html", context)
