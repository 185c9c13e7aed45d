"""A background job on a page: how far it is, why it stopped, and what can be done about it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import job_files, job_tasks, jobs
from annotation.access import Desk, requires
from annotation.importing import running
from annotation.models import Job
from core.htmx import render_page_or_part, wants_part
from core.refusal import Refusal, Refused

STOP_POLLING = 286


def _visible(desk: Desk) -> list[str]:
    """Kinds of job the person may start, and so may see."""
    permission_for = {
        Job.Kind.EXPORT: Permission.EXPORT,
        **dict.fromkeys(Job.IMPORTS, Permission.IMPORT),
        **dict.fromkeys(Job.LETTERS, Permission.MANAGE_PEOPLE),
    }
    return [kind for kind, permission in permission_for.items() if desk.may(permission)]


def _job(desk: Desk, job_id: int, *, lock: bool = False) -> Job:
    found = Job.objects.select_for_update(of=("self",)) if lock else Job.objects.all()
    wanted = found.select_related("project", "created_by")
    return get_object_or_404(wanted, pk=job_id, project=desk.project, kind__in=_visible(desk))


@require_safe
@requires(Permission.IMPORT, Permission.EXPORT)
def job(request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    found = _job(desk, job_id)
    is_over = found.state not in jobs.UNFINISHED
    context = {
        "job": found,
        "is_over": is_over,
        "is_import": found.kind in Job.IMPORTS,
        "is_letters": found.kind in Job.LETTERS,
        "retry_refusal": jobs.refusal_to_retry(found),
        "good_rows_possible": _good_rows_possible(found),
    }
    status = STOP_POLLING if is_over and wants_part(request) else 200
    return render_page_or_part(
        request, "annotation/transfer/job.html", context, part="annotation/transfer/_job.html", status=status
    )


def _good_rows_possible(found: Job) -> bool:
    return found.state == Job.State.FAILED and bool(found.parameters.get("all_or_nothing") and found.result.get("bad"))


@require_POST
@requires(Permission.IMPORT, Permission.EXPORT)
def cancel(request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    found = _job(desk, job_id)
    if found.state == Job.State.READY:
        return _discard(request, desk, found)
    jobs.cancel(found)
    messages.success(request, f"{found.get_kind_display()} canceled.")
    return redirect("annotation:job", desk.project.slug, found.pk)


def _discard(request: HttpRequest, desk: Desk, found: Job) -> HttpResponse:
    """An upload that was never started leaves nothing behind."""
    Job.objects.filter(pk=found.pk, state=Job.State.READY).delete()
    job_files.remove([found.file_path])
    messages.success(request, "Upload discarded.")
    return redirect("annotation:imports", desk.project.slug)


@require_POST
@requires(Permission.IMPORT, Permission.EXPORT)
@transaction.atomic
def retry(_request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    found = _job(desk, job_id, lock=True)
    job_tasks.retry(found)
    return redirect("annotation:job", desk.project.slug, found.pk)


@require_POST
@requires(Permission.IMPORT)
@transaction.atomic
def good_rows(_request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    """After an all-or-nothing import that met bad rows: the good ones all the same."""
    found = _job(desk, job_id, lock=True)
    if not _good_rows_possible(found):
        raise Refused(Refusal("This import was not stopped by bad rows."), status=409)
    running.take_good_rows(found)
    job_tasks.retry(found)
    return redirect("annotation:job", desk.project.slug, found.pk)
