"""Reviewer consistency: how reviewers judge, control items, and second looks that disagree."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation import safe_csv
from annotation.access import Desk, get_item, requires
from annotation.models import Control, Project
from annotation.reviewers import cases, consistency, controls, estimates, second_looks
from annotation.reviewers.board import Wanted, board, cell_names, texts_behind
from annotation.reviewers.looks import looks_of
from annotation.reviewers.trend_picture import trend_of
from core.numbers import id_of
from core.paging import keyset_page
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
    found = board(desk.project)
    context = {
        "reviewers": consistency.figures_of(desk.project),
        "board": found,
        "trends": [("by week", trend_of(found.weeks)), ("by version of the guideline", trend_of(found.versions))],
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
    person = _person(desk, user_id)
    found = cases.cases_of(desk.project, person, cases.What.KNOWN)
    context = {
        "person": person,
        "behind": cases.without_own_texts(found, desk.user)[: cases.PAGE],
        "own": consistency.own_figures(person, desk.project),
        "alarm": consistency.STREAK_ALARM,
    }
    return render(request, "annotation/manager/reviewer.html", context)


def _person(desk: Desk, user_id: int) -> User:
    """Whoever is in the project, or has judged in it and left."""
    concerned = Q(memberships__project=desk.project) | Q(reviews__item__project=desk.project)
    return get_object_or_404(User.objects.filter(concerned).distinct(), pk=user_id)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def reviewer_cases(request: HttpRequest, desk: Desk, user_id: int) -> HttpResponse:
    """What a number of a reviewer counts: `what`; `only=wrong` leaves those that turned out otherwise."""
    person, asked = _person(desk, user_id), request.GET.get("what", "")
    what = cases.What(asked) if asked in cases.What.values else cases.What.KNOWN
    found = cases.cases_of(desk.project, person, what)
    shown = cases.without_own_texts(found, desk.user)
    wrong = [one for one in shown if one.is_right is False]
    only_wrong = request.GET.get("only") == "wrong"
    context = {
        "person": person,
        "what": what,
        "kinds": cases.What.choices,
        "count": len(found),
        "hidden": len(found) - len(shown),
        "wrong": len(wrong),
        "only_wrong": only_wrong,
        "page": cases.part_of(wrong if only_wrong else shown, request.GET.get("cursor", "")),
    }
    return render(request, "annotation/manager/reviewer_cases.html", context)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def reviewer_texts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Texts that several judged, as a number of the agreement counts them."""
    wanted = Wanted.of(request.GET.dict())
    names = cell_names(desk.project)
    found = texts_behind(desk.project, wanted)
    shown = cases.texts_for(desk.user, found)
    context = {
        "wanted": wanted,
        "about": wanted.in_words(names),
        "count": len(found),
        "hidden": len(found) - len(shown),
        "page": cases.texts_part(shown, request.GET.get("cursor", ""), wanted, names),
    }
    return render(request, "annotation/manager/reviewer_texts.html", context)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def reviewer_estimates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Quality estimated from all overlapping judgements, of the project or of one cell."""
    cell = id_of(request.GET.get("cell", ""))
    evidence = estimates.evidence_in(desk.project, cell)
    context = {
        "cells": sorted(cell_names(desk.project).items(), key=lambda pair: pair[1]),
        "cell": cell,
        "evidence": evidence,
        "rows": estimates.rows_of(evidence, consistency.told_in(desk.project) if cell is None else []),
        "too_few": f"At least {estimates.LEAST_TEXTS} texts have to be judged by two people, or be known.",
        "least_answers": estimates.LEAST_ANSWERS,
    }
    return render(request, "annotation/manager/reviewer_estimates.html", context)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def control_looks(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Copies of control items that were handed out: to whom, what they said, whether it is as known."""
    control = id_of(request.GET.get("control", ""))
    judged_only = request.GET.get("only") == "judged"
    found = looks_of(desk, control, judged_only=judged_only)
    page = keyset_page(found, ("-planted_at", "-id"), request.GET.get("cursor", ""))
    context = {"page": page, "control": control, "judged_only": judged_only}
    return render(request, "annotation/manager/reviewers_looks.html", context)


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
