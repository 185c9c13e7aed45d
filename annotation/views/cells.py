"""The cells of a project: targets in a grid, one cell in detail, many from a CSV."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.dashboards import cell_figures, grids, totals_of
from annotation.models import Cell
from annotation.places import open_cell, set_target
from annotation.setup.cells_csv import LONGEST_FILE, OPTIONAL, REQUIRED, Reading, is_language_code, read_cells
from annotation.setup.setting_up import (
    LARGEST_TARGET,
    add_domains,
    add_languages,
    lowest_target,
    refusal_to_remove,
    remove_cell,
    set_targets,
    set_up_cells,
)
from annotation.setup.setup_forms import CellForm, NewCellForm
from annotation.texts import clean
from catalog.models import Domain, Language
from core.refusal import Refusal, Refused

PREFIX = "target-"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def cells(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method == "POST":
        changed = set_targets(_posted_targets(request, desk))
        messages.success(request, _cells(changed, "changed") if changed else "Nothing had changed.")
        return redirect("annotation:cells", desk.project.slug)
    figures = cell_figures(desk.project)
    context = {"grids": grids(figures), "totals": totals_of(figures), "count": len(figures)}
    return render(request, "annotation/manager/cells.html", context)


def _posted_targets(request: HttpRequest, desk: Desk) -> dict[Cell, int]:
    there = {str(cell.pk): cell for cell in Cell.objects.filter(project=desk.project)}
    targets = {}
    for name, value in request.POST.items():
        cell = there.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        if cell:
            targets[cell] = _whole_number(cell, str(value))
    return targets


def _whole_number(cell: Cell, typed: str) -> int:
    if typed.isascii() and typed.isdigit() and len(typed) < 10 and int(typed) <= LARGEST_TARGET:
        return int(typed)
    raise Refused(Refusal(f"{cell}: “{typed[:20]}” is no target.", f"Use a whole number up to {LARGEST_TARGET}."), 409)


def _cells(count: int, verb: str) -> str:
    return f"1 cell {verb}." if count == 1 else f"{count} cells {verb}."


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def cell_new(request: HttpRequest, desk: Desk) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("language", "domain") if name in request.GET}
    form = NewCellForm(request.POST or None, instance=Cell(project=desk.project), initial=asked)
    if request.method == "POST" and form.is_valid():
        cell = open_cell(form.save(commit=False), form.cleaned_data["target"])
        messages.success(request, f"{cell} is open, with {cell.target} places.")
        return redirect("annotation:cells", desk.project.slug)
    status = 422 if form.is_bound else 200
    return render(request, "annotation/manager/cell.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def cell_edit(request: HttpRequest, desk: Desk, cell_id: int) -> HttpResponse:
    cell = _cell(desk, cell_id)
    form = CellForm(request.POST or None, instance=cell)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            target = form.cleaned_data["target"]
            changed = form.save(commit=False)
            changed.save(update_fields=[name for name in form.changed_data if name != "target"])
            set_target(changed, target)
        messages.success(request, f"{cell} is saved.")
        return redirect("annotation:cells", desk.project.slug)
    context = {"form": form, "cell": cell, "lowest": lowest_target(cell), "remove_refusal": refusal_to_remove(cell)}
    status = 422 if form.is_bound else 200
    return render(request, "annotation/manager/cell.html", context, status=status)


@require_POST
@requires(Permission.SET_UP_PROJECT)
def cell_remove(request: HttpRequest, desk: Desk, cell_id: int) -> HttpResponse:
    cell = _cell(desk, cell_id)
    name = str(cell)
    remove_cell(cell)
    messages.success(request, f"{name} is removed.")
    return redirect("annotation:cells", desk.project.slug)


def _cell(desk: Desk, cell_id: int) -> Cell:
    return get_object_or_404(Cell.objects.select_related("language", "domain"), project=desk.project, pk=cell_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def cells_import(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A preview first; the rows are taken, all of them, when nothing is wrong and the person says so."""
    text = _posted_text(request)
    context: dict[str, Any] = {"text": text, "required": REQUIRED, "optional": OPTIONAL, "project": desk.project}
    if request.method == "POST":
        with transaction.atomic():
            _add_vocabulary(request)
            reading = read_cells(desk.project, text)
            is_taken = reading.is_clean and bool(request.POST.get("confirmed"))
            if is_taken:
                opened, changed = set_up_cells(desk.project, [row.plan for row in reading.rows])
        if is_taken:
            messages.success(request, f"{_cells(opened, 'opened')} {_cells(changed, 'changed')}")
            return redirect("annotation:cells", desk.project.slug)
        context["reading"] = reading
    return render(request, "annotation/manager/cells_import.html", context, status=_status(context.get("reading")))


def _status(reading: Reading | None) -> int:
    return 422 if reading and reading.errors else 200


def _posted_text(request: HttpRequest) -> str:
    upload = request.FILES.get("file")
    if upload is None:
        return clean(request.POST.get("text", ""))
    if (upload.size or 0) > LONGEST_FILE:
        raise Refused(Refusal("The file is larger than a megabyte.", "Split it."), status=409)
    return clean(upload.read().decode("utf-8-sig", "replace"))


def _add_vocabulary(request: HttpRequest) -> None:
    """New languages and domains that the person has ticked in the preview."""
    right_to_left = set(request.POST.getlist("right_to_left"))
    add_languages(
        Language(code=code, name=_named(request, "language", code, 60), right_to_left=code in right_to_left)
        for code in request.POST.getlist("add_language")
        if is_language_code(code)
    )
    add_domains(
        [
            Domain(slug=slug, name=_named(request, "domain", slug, 80))
            for slug in request.POST.getlist("add_domain")
            if slugify(slug) == slug and 0 < len(slug) <= 60
        ]
    )


def _named(request: HttpRequest, kind: str, key: str, longest: int) -> str:
    return clean(request.POST.get(f"{kind}-{key}", "")).strip()[:longest] or key
