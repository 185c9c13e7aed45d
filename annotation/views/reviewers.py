"""Reviewer consistency: how reviewers judge, control items, and second looks that disagree."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation import safe_csv
from annotation.access import Desk, get_item, requires
from annotation.models import Control, Project
from annotation.reviewers import consistency, controls, second_looks
from experts.agreement import MINIMUM, MINIMUM_UNITS


class MeasuresForm(forms.ModelForm):  # type: ignore[type-arg]  # a parameter only the stubs know
    class Meta:
        model = Project
        fields = (
            "control_percent",
            "control_percent_new",
            "control_new_until",
            "control_showings",
            "control_feedback",
            "second_look_percent",
        )


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def reviewers(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {
        "reviewers": consistency.figures_of(desk.project),
        "board": consistency.board(desk.project),
        "disagreeing": second_looks.disagreeing(desk),
        "minimum": MINIMUM,
        "minimum_units": MINIMUM_UNITS,
        "alarm": consistency.STREAK_ALARM,
    }
    return render(request, "annotation/manager/reviewers.html", context)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def reviewers_csv(_request: HttpRequest, desk: Desk) -> HttpResponseBase:
    rows = consistency.as_rows(consistency.figures_of(desk.project))
    return safe_csv.answer(f"{desk.project.slug}-reviewers", consistency.COLUMNS, rows)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def reviewer(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    person = get_object_or_404(User.objects.filter(memberships__project=desk.project).distinct(), pk=user_id)
    context = {
        "person": person,
        "behind": consistency.behind(desk.project, person, desk.user),
        "own": consistency.own_figures(person, desk.project),
    }
    return render(request, "annotation/manager/reviewer.html", context)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def control_items(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _controls_page(request, desk, MeasuresForm(instance=desk.project))


def _controls_page(request: HttpRequest, desk: Desk, form: MeasuresForm, status: int = 200) -> HttpResponse:
    handed, of = consistency.share_handed(desk.project)
    context = {"known": consistency.known_items(desk.project), "form": form, "handed": handed, "of": of}
    return render(request, "annotation/manager/reviewers_controls.html", context, status=status)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def measures(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = MeasuresForm(request.POST, instance=Project.objects.get(pk=desk.project.pk))
    if not form.is_valid():
        return _controls_page(request, desk, form, status=422)
    form.save()
    messages.success(request, "Saved. It holds from the next review that is handed out.")
    return redirect("annotation:control-items", desk.project.slug)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def control_make(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    made = controls.make(desk, get_item(desk, item_id))
    verdict = made.get_verdict_display().lower()
    messages.success(request, f"{made.source} is a control item now; known verdict: {verdict}. Reviewers meet copies.")
    return redirect("annotation:item", desk.project.slug, item_id)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def control_use(request: HttpRequest, desk: Desk, control_id: int) -> HttpResponse:
    """Retires a control item, or brings one back."""
    control = get_object_or_404(Control, pk=control_id, project=desk.project)
    if request.POST.get("verb") == "bring_back":
        controls.bring_back(control)
        messages.success(request, f"{control.source} is planted again.")
    else:
        controls.retire(control, desk.user)
        messages.success(request, f"{control.source} is retired; what it measured stays.")
    return redirect("annotation:control-items", desk.project.slug)


@require_POST
@requires(Permission.EDIT, Permission.MANAGE_PEOPLE)
def second_look_seen(request: HttpRequest, desk: Desk, look_id: int) -> HttpResponse:
    if second_looks.put_away(look_id, desk.project, desk.user):
        messages.success(request, "Put away: both verdicts stay as they are.")
    is_from_reviewers = request.POST.get("back") == "reviewers" and desk.may(Permission.MANAGE_PEOPLE)
    return redirect("annotation:reviewers" if is_from_reviewers else back_of(desk), desk.project.slug)


def back_of(desk: Desk) -> str:
    return "annotation:editor-home" if desk.may(Permission.EDIT) else "annotation:reviewers"
