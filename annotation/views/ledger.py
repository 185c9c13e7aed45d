"""The work ledger for managers: what is owed to whom for what, what it pays, and paying it."""

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation import job_tasks, safe_csv
from annotation.access import Desk, requires
from annotation.models import Cell, LedgerEntry, PaidStage, PaymentRun, Project
from annotation.pay import ledger_figures, ledger_masks, paying, rate_jobs, rates
from annotation.pay.ledger_figures import ORDER, LedgerFilter
from annotation.pay.pay_forms import RateForm, RunForm, TermsForm
from core.htmx import render_page_or_part
from core.paging import keyset_page
from core.refusal import refuse_if

UNPROCESSABLE = 422
TEMPLATES = "annotation/ledger"


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def ledger(request: HttpRequest, desk: Desk) -> HttpResponse:
    wanted = LedgerFilter.of(request.GET.dict())
    context = {"found": ledger_figures.overview(desk.project, wanted), **_filtered(desk, wanted)}
    return render_page_or_part(request, f"{TEMPLATES}/ledger.html", context, part=f"{TEMPLATES}/_ledger.html")


def _filtered(desk: Desk, wanted: LedgerFilter) -> dict[str, object]:
    return {
        "wanted": wanted,
        "months": ledger_figures.months_of(desk.project, timezone.now()),
        "stages": PaidStage.choices,
        "has_rates": desk.project.rates.exists(),
    }


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def entries(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The entries behind a number, newest first."""
    wanted = LedgerFilter.of(request.GET.dict())
    rows = ledger_masks.entries_for(desk.user, desk.project, wanted).select_related(
        "person", "cell__language", "cell__domain", "run"
    )
    context = {
        "page": keyset_page(rows, ORDER, request.GET.get("cursor", "")),
        "states": ledger_figures.State.choices,
        "cells": Cell.objects.filter(project=desk.project).select_related("language", "domain"),
        "person": ledger_figures.name_of(desk.project, wanted.person),
        **_filtered(desk, wanted),
    }
    return render_page_or_part(request, f"{TEMPLATES}/entries.html", context, part=f"{TEMPLATES}/_entries.html")


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def entries_csv(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    wanted = LedgerFilter.of(request.GET.dict())
    rows = ledger_masks.entries_for(desk.user, desk.project, wanted).order_by("earned_at", "pk")
    return safe_csv.answer(f"{desk.project.slug}-ledger", paying.LINE_COLUMNS, _lines(rows))


def _lines(rows: QuerySet[LedgerEntry]) -> Iterable[Sequence[object]]:
    return paying.line_rows(rows, name="shown_name", email="shown_email")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def ledger_rates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new rate is shown with what it would reach before it is set; both by jobs, whose progress shows here."""
    if request.method != "POST":
        return _rates_page(request, desk)
    form = RateForm(request.POST, project=desk.project)
    if not form.is_valid():
        return _rates_page(request, desk, form=form)
    return _begin_preview(desk, form)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@transaction.atomic
def set_rate(request: HttpRequest, desk: Desk) -> HttpResponse:
    _one_at_a_time(desk)
    job_tasks.enqueue(rate_jobs.set_rate(desk.project, request.POST.get("job", ""), desk.user))
    messages.success(request, "The rate is set. What is earned already stays as it is.")
    return redirect("annotation:ledger-rates", desk.project.slug)


@transaction.atomic
def _begin_preview(desk: Desk, form: RateForm) -> HttpResponse:
    _one_at_a_time(desk)
    job_tasks.enqueue(rate_jobs.request_preview(form.rate(desk.user), desk.user))
    return redirect("annotation:ledger-rates", desk.project.slug)


def _one_at_a_time(desk: Desk) -> None:
    """Locked, so that two presses start one job."""
    Project.objects.select_for_update().get(pk=desk.project.pk)
    refuse_if(rate_jobs.refusal_to_begin(desk.project), status=409)


def _rates_page(
    request: HttpRequest, desk: Desk, *, form: RateForm | None = None, terms: TermsForm | None = None
) -> HttpResponse:
    job = rate_jobs.latest_job(desk.project)
    preview = rate_jobs.preview_of(job)
    fresh = RateForm.of(preview.rate, desk.project) if preview else RateForm(project=desk.project)
    context = {
        "form": form or fresh,
        "terms": terms or TermsForm(project=desk.project),
        "shown": rates.shown(desk.project, timezone.now().date()),
        "job": job,
        "is_running": rate_jobs.is_running(job),
        "preview": preview,
    }
    status = UNPROCESSABLE if form or terms else 200
    part = f"{TEMPLATES}/_rate_preview.html"
    return render_page_or_part(request, f"{TEMPLATES}/rates.html", context, part=part, status=status)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def terms(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = TermsForm(request.POST, project=desk.project)
    if not form.is_valid():
        return _rates_page(request, desk, terms=form)
    rates.save_terms(desk.project, form.terms(), desk.user, timezone.now())
    messages.success(request, "The terms hold for what ends from now on.")
    return redirect("annotation:ledger-rates", desk.project.slug)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def runs(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _runs_page(request, desk, RunForm(request.GET if "until" in request.GET else None))


def _runs_page(request: HttpRequest, desk: Desk, form: RunForm) -> HttpResponse:
    today = timezone.now().date()
    until = form.cleaned_data["until"] if form.is_bound and form.is_valid() else today
    found = paying.preview(desk.project, until)
    context = {
        "form": form if form.is_bound else RunForm(initial={"until": today}),
        "preview": found,
        "refusal": paying.refusal_to_pay(found),
        "page": keyset_page(PaymentRun.objects.filter(project=desk.project).select_related("made_by"),
                            ("-number",), request.GET.get("cursor", ""), size=20),
    }  # fmt: skip
    return render(
        request, f"{TEMPLATES}/runs.html", context, status=200 if form.is_valid() or not form.is_bound else 422
    )


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def pay(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = RunForm(request.POST)
    if not form.is_valid():
        return _runs_page(request, desk, form)
    given = form.cleaned_data
    run = paying.pay(by=desk.user, project=desk.project, until=given["until"], seen=given["seen"], note=given["note"])
    messages.success(request, f"Payment run {run.number} is made. It can be undone until its file is exported.")
    return redirect("annotation:ledger-run", desk.project.slug, run.number)


def _run(desk: Desk, number: int) -> PaymentRun:
    runs_of = PaymentRun.objects.select_related("project", "made_by", "reverses", "reversed_by")
    return get_object_or_404(runs_of, project=desk.project, number=number)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def run(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    found = _run(desk, number)
    lines = paying.run_lines(found)
    context = {
        "run": found,
        "lines": lines,
        "totals": paying.totals(lines),
        "undo_refusal": paying.refusal_to_undo(found),
        "export_refusal": paying.refusal_to_export(found),
    }
    return render(request, f"{TEMPLATES}/run.html", context)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def undo(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    reversing = paying.undo(by=desk.user, run=_run(desk, number))
    messages.success(request, f"Run {number} is taken back by run {reversing.number}; its entries are payable again.")
    return redirect("annotation:ledger-run", desk.project.slug, reversing.number)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def export(request: HttpRequest, desk: Desk, number: int) -> HttpResponseBase:
    """The file for payroll: by person, or every entry. From now on the run stands."""
    found = _run(desk, number)
    paying.mark_exported(found, timezone.now())
    marked, name = request.POST.get("mark") != "no", f"{desk.project.slug}-run-{number}"
    if request.POST.get("lines") == "1":
        lines = _lines(ledger_masks.masked(found.entries.order_by("earned_at", "pk"), desk.user))
        return safe_csv.answer(f"{name}-entries", paying.LINE_COLUMNS, lines, marked=marked)
    rows = paying.person_rows(paying.run_lines(found))
    return safe_csv.answer(name, paying.PERSON_COLUMNS, rows, marked=marked)
