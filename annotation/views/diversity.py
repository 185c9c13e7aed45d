"""How varied the cells are, the topics they have enough of, and two items side by side."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, get_item, requires
from annotation.copilot import comparing, variety
from annotation.models import Cell, Project
from core.htmx import render_page_or_part, wants_part
from core.refusal import Refusal, Refused

STOP_POLLING = 286


@require_safe
@requires(Permission.SET_UP_PROJECT)
def diversity(request: HttpRequest, desk: Desk) -> HttpResponse:
    job = variety.running(desk.project)
    done = variety.latest(desk.project)
    context = {
        "running": job,
        "done": done,
        "failed": variety.latest_failure(desk.project),
        "cells": variety.varieties(desk.project, done),
    }
    status = STOP_POLLING if job is None and wants_part(request) else 200
    page, part = "annotation/manager/diversity.html", "annotation/manager/_diversity.html"
    return render_page_or_part(request, page, context, part=part, status=status)


@require_POST
@requires(Permission.SET_UP_PROJECT)
@transaction.atomic
def measure(_request: HttpRequest, desk: Desk) -> HttpResponse:
    # Locked, so that two presses start one measurement.
    Project.objects.select_for_update().get(pk=desk.project.pk)
    if variety.running(desk.project) is None:
        job = variety.request_of(desk.project)
        job.created_by = desk.user
        job_tasks.enqueue(job)
    return redirect("annotation:diversity", desk.project.slug)


@require_safe
@requires(Permission.SET_UP_PROJECT)
def cell(request: HttpRequest, desk: Desk, cell_id: int) -> HttpResponse:
    done = variety.latest(desk.project)
    one = variety.variety_of(_cell(desk, cell_id), done.result.get("cells", {}) if done else {})
    return render(request, "annotation/manager/diversity_cell.html", {"one": one, "cell": one.cell, "done": done})


@require_POST
@requires(Permission.SET_UP_PROJECT)
def avoid(request: HttpRequest, desk: Desk, cell_id: int) -> HttpResponse:
    """Puts a topic on the list, or takes it off."""
    topic = request.POST.get("topic", "")
    found, verb = _cell(desk, cell_id), request.POST.get("verb", "")
    if verb == "add":
        variety.avoid(found.pk, topic)
        messages.success(request, f"Those who write in this cell are asked to avoid “{topic.strip()}”.")
    elif verb == "remove":
        variety.allow(found.pk, topic)
        messages.success(request, f"“{topic}” is off the list.")
    else:
        raise Refused(Refusal("Nothing was asked for.", "Use the buttons of the page."), status=409)
    return redirect("annotation:diversity-cell", desk.project.slug, found.pk)


@require_safe
@requires()
def compare(request: HttpRequest, desk: Desk, item_id: int, other_id: int) -> HttpResponse:
    here, there = comparing.compared(desk, get_item(desk, item_id), other_id)
    return render(request, "annotation/item/compare.html", {"here": here, "there": there, "item": here.item})


def _cell(desk: Desk, cell_id: int) -> Cell:
    return get_object_or_404(Cell.objects.select_related("language", "domain"), project=desk.project, pk=cell_id)
