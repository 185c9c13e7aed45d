"""The work ledger for managers: what is owed to whom for what, what it pays, and paying it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation import ledger_figures, money, paying, rates, safe_csv
from annotation.access import Desk, requires
from annotation.ledger_figures import ORDER, LedgerFilter
from annotation.models import Cell, PaymentRun
from annotation.pay_forms import RateForm, RunForm, TermsForm
from annotation.workflow import Stage
from core.htmx import render_page_or_part
from core.paging import keyset_page

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
        "stages": Stage.choices,
        "has_rates": desk.project.rates.exists(),
    }


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def entries(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The entries behind a number, newest first."""
    wanted = LedgerFilter.of(request.GET.dict())
    rows = wanted.entries(desk.project).select_related("person", "cell__language", "cell__domain", "run")
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
    rows = LedgerFilter.of(request.GET.dict()).entries(desk.project).order_by("earned_at", "pk")
    return safe_csv.answer(f"{desk.project.slug}-ledger", paying.LINE_COLUMNS, paying.line_rows(rows))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def ledger_rates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new rate is shown with what it would reach before it is saved."""
    form = RateForm(request.POST or None, project=desk.project)
    context: dict[str, object] = {}
    if form.is_bound and form.is_valid():
        rate = form.rate(desk.user)
        if "confirm" in request.POST:
            rates.save(rate)
            messages.success(request, "The rate is set. What is earned already stays as it is.")
            return redirect("annotation:ledger-rates", desk.project.slug)
        reach = rates.reach_of(desk.project, rate, timezone.now())
        brings = money.words(reach.amount, rate.currency)
        context = {"reach": reach, "brings": brings, "new": rate, "new_pays": rates.pays_in_words(rate),
                   "new_scope": rates.scope_in_words(rate)}  # fmt: skip
    return _rates_page(request, desk, form, TermsForm(project=desk.project), context)


def _rates_page(
    request: HttpRequest, desk: Desk, form: RateForm, terms: TermsForm, context: dict[str, object]
) -> HttpResponse:
    shown = rates.shown(desk.project, timezone.now().date())
    is_wrong = (form.is_bound and not form.is_valid()) or (terms.is_bound and not terms.is_valid())
    context |= {"form": form, "terms": terms, "shown": shown}
    return render(request, f"{TEMPLATES}/rates.html", context, status=UNPROCESSABLE if is_wrong else 200)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def terms(request: HttpRequest, desk: Desk) -> HttpResponse:
    form = TermsForm(request.POST, project=desk.project)
    if not form.is_valid():
        return _rates_page(request, desk, RateForm(project=desk.project), form, {})
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
        rows = paying.line_rows(found.entries.order_by("earned_at", "pk"))
        return safe_csv.answer(f"{name}-entries", paying.LINE_COLUMNS, rows, marked=marked)
    rows = paying.person_rows(paying.run_lines(found))
    return safe_csv.answer(name, paying.PERSON_COLUMNS, rows, marked=marked)
