"""The numbers of a project's standing rule: seen, previewed, adopted, taken back."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, requires
from annotation.models import Job, Project
from annotation.standing import standing_rule
from annotation.standing.standing_rule import RuleForm
from annotation.texts import clean
from core.htmx import render_page_or_part
from core.refusal import Refusal, Refused
from experts.project_rules import rule_of
from experts.rules import Rule

PAGE, PART = "annotation/manager/standing_rule.html", "annotation/manager/_standing_rule.html"


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def page(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _page(request, desk, None)


def _page(request: HttpRequest, desk: Desk, form: RuleForm | None) -> HttpResponse:
    rule, job = rule_of(desk.project.pk), standing_rule.latest_job(desk.project)
    preview = standing_rule.preview_of(job, rule)
    shown = {
        "form": form or RuleForm.of(preview.rule if preview else rule),
        "rule": rule,
        "limit": rule.limit(rule.first_rate),
        "job": job,
        "is_running": job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING),
        "preview": preview,
        "curve": standing_rule.curve(rule),
        "proposed": standing_rule.curve(preview.rule) if preview and preview.changes else "",
        "history": standing_rule.adopted(desk.project),
    }
    return render_page_or_part(request, PAGE, shown, part=PART)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form)
    return _begin_preview(desk, form.rule(rule_of(desk.project.pk)))


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def earlier(_request: HttpRequest, desk: Desk, rule_id: int) -> HttpResponse:
    """An earlier rule (0: the first one) is previewed like any other, and adopted again from there."""
    return _begin_preview(desk, standing_rule.of_history(desk.project, rule_id))


@transaction.atomic
def _begin_preview(desk: Desk, rule: Rule) -> HttpResponse:
    _one_at_a_time(desk)
    job_tasks.enqueue(standing_rule.request_preview(desk.project, rule, desk.user))
    return redirect("annotation:standing-rule", desk.project.slug)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@transaction.atomic
def adopt(request: HttpRequest, desk: Desk) -> HttpResponse:
    _one_at_a_time(desk)
    latest = standing_rule.latest_job(desk.project)
    seen, note = request.POST.get("job", ""), request.POST.get("note", "")
    job_tasks.enqueue(standing_rule.adopt(desk.project, latest, seen=seen, note=clean(note), by=desk.user))
    messages.success(request, "The rule is adopted; everybody's standing is computed anew.")
    return redirect("annotation:standing-rule", desk.project.slug)


def _one_at_a_time(desk: Desk) -> None:
    """Locked, so that two presses start one job."""
    Project.objects.select_for_update().get(pk=desk.project.pk)
    job = standing_rule.latest_job(desk.project)
    if job and job.state in (Job.State.QUEUED, Job.State.RUNNING):
        raise Refused(Refusal("A computation is under way.", "Wait for it on the page."), status=409)
