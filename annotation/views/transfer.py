"""Imports and exports: upload, mapping, start, download. Watching them is in views/jobs.py."""

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import delivering, job_files, job_tasks
from annotation.access import Desk, requires
from annotation.importing import mapping as mapped
from annotation.importing.reading import Layout, Unreadable, inspect
from annotation.importing.running import preview
from annotation.models import Job
from annotation.transfer_forms import ExportForm, MappingForm, UploadForm, initial_of
from core.paging import keyset_page
from core.refusal import Refusal, Refused

IMPORT_KINDS = (Job.Kind.IMPORT_CONTEXTS, Job.Kind.IMPORT_PAIRS)
UNPROCESSABLE = 422


@require_safe
@requires(Permission.IMPORT)
def imports(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _imports_page(request, desk, UploadForm(initial={"kind": Job.Kind.IMPORT_CONTEXTS}))


def _imports_page(request: HttpRequest, desk: Desk, form: UploadForm, status: int = 200) -> HttpResponse:
    jobs = desk.project.jobs.filter(kind__in=IMPORT_KINDS).select_related("created_by")
    page = keyset_page(jobs, ("-created_at", "-id"), request.GET.get("cursor", ""), size=20)
    context = {"form": form, "page": page, "has_cells": desk.project.cells.exists()}
    return render(request, "annotation/transfer/imports.html", context, status=status)


@require_POST
@requires(Permission.IMPORT)
def upload(request: HttpRequest, desk: Desk) -> HttpResponse:
    _refuse_closed(desk)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _imports_page(request, desk, form, UNPROCESSABLE)
    file, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
    stored = job_files.keep_upload(file)
    try:
        layout = inspect(job_files.path_of(stored), file.name)
    except Unreadable as unreadable:
        job_files.remove([stored])
        form.add_error("file", str(unreadable.refusal))
        return _imports_page(request, desk, form, UNPROCESSABLE)
    parameters = {
        "layout": layout.to_json(),
        "mapping": mapped.guess(kind, layout.columns).to_json(),
        "all_or_nothing": False,
        "errors_path": job_files.new_path("errors", ".csv"),
    }
    job = Job.objects.create(
        project=desk.project, kind=kind, created_by=desk.user, file_name=file.name[:200], file_path=stored,
        total=job_files.path_of(stored).stat().st_size, parameters=parameters,
    )  # fmt: skip
    return redirect("annotation:import-mapping", desk.project.slug, job.pk)


def _refuse_closed(desk: Desk) -> None:
    if desk.project.closed_at:
        raise Refused(Refusal("The project is closed.", "A manager can open it again."), status=409)


def get_job(desk: Desk, job_id: int, *kinds: str) -> Job:
    """A job of the person's project; raises Http404 for any other."""
    return get_object_or_404(
        Job.objects.select_related("project", "created_by"), pk=job_id, project=desk.project, kind__in=kinds
    )


@require_safe
@requires(Permission.IMPORT)
def mapping(request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    job = get_job(desk, job_id, *IMPORT_KINDS)
    if not _waits_for_columns(job):
        return redirect("annotation:job", desk.project.slug, job.pk)
    stored = mapped.Mapping.from_json(job.parameters["mapping"])
    form = _mapping_form(job, initial=initial_of(stored, job.parameters["all_or_nothing"]))
    return _mapping_page(request, job, form)


def _mapping_form(job: Job, **options: object) -> MappingForm:
    layout = Layout.from_json(job.parameters["layout"])
    return MappingForm(project=job.project, kind=job.kind, columns=layout.columns, **options)


def _mapping_page(request: HttpRequest, job: Job, form: MappingForm, status: int = 200) -> HttpResponse:
    context = {"job": job, "form": form, **_preview_of(job)}
    return render(request, "annotation/transfer/mapping.html", context, status=status)


def _preview_of(job: Job) -> dict[str, object]:
    layout = Layout.from_json(job.parameters["layout"])
    chosen = mapped.Mapping.from_json(job.parameters["mapping"])
    labels = {target.name: target.label for target in mapped.TARGETS[job.kind]}
    meanings = {column: labels[target] for target, column in chosen.columns.items()}
    columns = [(column, meanings.get(column, "")) for column in layout.columns]
    needed = mapped.missing(job.kind, chosen)
    return {"layout": layout, "columns": columns, "missing": needed, "preview": preview(job)}


@require_POST
@requires(Permission.IMPORT)
def try_mapping(request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    """The first rows as they would be imported with what is chosen now."""
    job = _ready_job(desk, job_id)
    form = _mapping_form(job, data=request.POST)
    if form.is_valid():
        job.parameters["mapping"] = form.mapping.to_json()
    return render(request, "annotation/transfer/_preview.html", {"job": job, "form": form, **_preview_of(job)})


def _waits_for_columns(job: Job) -> bool:
    return job.state == Job.State.READY and "layout" in job.parameters


def _ready_job(desk: Desk, job_id: int) -> Job:
    job = get_job(desk, job_id, *IMPORT_KINDS)
    if not _waits_for_columns(job):
        raise Refused(Refusal("This import has been started already.", "Its page shows how far it is."), status=409)
    return job


@require_POST
@requires(Permission.IMPORT)
@transaction.atomic
def start_import(request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    _refuse_closed(desk)
    get_object_or_404(Job.objects.select_for_update(), pk=job_id, project=desk.project)
    job = _ready_job(desk, job_id)
    form = _mapping_form(job, data=request.POST)
    if form.is_valid():
        job.parameters["mapping"] = form.mapping.to_json()
    if not form.is_valid() or form.refuse_incomplete():
        return _mapping_page(request, job, form, UNPROCESSABLE)
    job.parameters["all_or_nothing"] = form.all_or_nothing
    job_tasks.enqueue(job)
    return redirect("annotation:job", desk.project.slug, job.pk)


@require_safe
@requires(Permission.IMPORT)
def errors(_request: HttpRequest, desk: Desk, job_id: int) -> HttpResponseBase:
    job = get_job(desk, job_id, *IMPORT_KINDS)
    if not job.result.get("bad"):
        raise Refused(Refusal("This import has no list of errors.", "No bad row has been met."), status=409)
    return _attachment(job.parameters["errors_path"], f"errors-of-import-{job.pk}.csv", "text/csv; charset=utf-8")


def _attachment(stored: str, name: str, content_type: str) -> FileResponse:
    path = job_files.path_of(stored)
    if not stored or not path.is_file():
        raise Http404("The file is not there.")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@requires(Permission.EXPORT)
def exports(request: HttpRequest, desk: Desk) -> HttpResponse:
    jobs = desk.project.jobs.filter(kind=Job.Kind.EXPORT).select_related("created_by")
    page = keyset_page(jobs, ("-created_at", "-id"), request.GET.get("cursor", ""), size=20)
    accepted = delivering.exportable(desk.project).count()
    context = {"form": ExportForm(), "page": page, "accepted": accepted}
    return render(request, "annotation/transfer/exports.html", context)


@require_POST
@requires(Permission.EXPORT)
@transaction.atomic
def start_export(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = ExportForm(request.POST)
    packed = form.is_valid() and bool(form.cleaned_data["packed"])
    job = Job(
        project=desk.project, kind=Job.Kind.EXPORT, created_by=desk.user, parameters={"packed": packed},
        file_name=f"{desk.project.slug}.jsonl{'.gz' if packed else ''}",
    )  # fmt: skip
    job_tasks.enqueue(job)
    return redirect("annotation:job", desk.project.slug, job.pk)


@require_safe
@requires(Permission.EXPORT)
def download(_request: HttpRequest, desk: Desk, job_id: int) -> HttpResponseBase:
    job = get_job(desk, job_id, Job.Kind.EXPORT)
    if job.state != Job.State.DONE:
        raise Refused(Refusal("The export is not finished.", "Its page shows how far it is."), status=409)
    kind = "application/gzip" if job.parameters["packed"] else "application/jsonl"
    return _attachment(job.file_path, f"{job.pk}-{job.file_name}", kind)
