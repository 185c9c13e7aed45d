"""The checks of a project as its managers see them: how often they are right, and what their findings count for."""

import csv

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation.access import Desk, get_item, requires
from annotation.checking import tuning_of
from annotation.copilot import precision, shown, switching
from annotation.copilot.precision import FEWEST, PERIODS, Fate, Filter
from annotation.item_lists import choices_for
from annotation.posted import KIND
from core.htmx import render_page_or_part, wants_part
from core.paging import keyset_page
from qa.registry import checks as registered
from qa.tuning import Switch

ORDER = ("-at", "-id")
SHOWN_AT_FIRST = 100
COLUMNS = ("shown", "applied", "mended", "dismissed", "open", "upheld", "right", "wrong")


@require_safe
@requires(Permission.SET_UP_PROJECT)
def checks(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Precision in practice, by kind of finding and language."""
    wanted = Filter.of(request.GET.dict())
    found = precision.kinds(desk.project, wanted, timezone.now(), tuning_of(desk.project))
    context = {
        "kinds": found,
        "totals": precision.totals(found),
        "hints": [kind for kind in found if kind.hint],
        "wanted": wanted,
        "periods": PERIODS.items(),
        "checks": [(name, check.title) for name, check in registered().items()],
        "languages": choices_for(desk.project).languages,
        "fewest": FEWEST,
    }
    page, part = "annotation/manager/checks.html", "annotation/manager/_checks.html"
    return render_page_or_part(request, page, context, part=part)


@require_safe
@requires(Permission.SET_UP_PROJECT)
def checks_csv(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The table behind the page, with the same filters."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{desk.project.slug}-checks.csv"'
    writer = csv.writer(response)
    writer.writerow(["check", "code", "language", *COLUMNS, "precision", "low", "high"])
    found = precision.kinds(desk.project, Filter.of(request.GET.dict()), timezone.now(), tuning_of(desk.project))
    for kind in found:
        for one in kind.languages:
            counts = [getattr(one.figures, name) for name in COLUMNS]
            writer.writerow([kind.check, kind.code, one.language, *counts, *_shares(one.figures)])
    return response


def _shares(figures: precision.Figures) -> list[str]:
    """Empty where there is too little to say anything."""
    if not figures.is_enough:
        return ["", "", ""]
    return [f"{share:.3f}" for share in (figures.precision, figures.interval.low, figures.interval.high)]


@require_safe
@requires(Permission.SET_UP_PROJECT)
def findings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The findings behind a number, newest first."""
    wanted = Filter.of(request.GET.dict())
    rows = precision.with_dismissals(precision.findings_matching(desk.project, wanted, timezone.now()))
    context = {
        "page": keyset_page(rows, ORDER, request.GET.get("cursor", "")),
        "wanted": wanted,
        "fates": Fate.choices,
        "periods": PERIODS.items(),
        "title": switching.words_of(".".join(filter(None, (wanted.check, wanted.code)))) if wanted.check else "All",
        "languages": choices_for(desk.project).languages,
    }
    page, part = "annotation/manager/checks_findings.html", "annotation/manager/_checks_findings.html"
    return render_page_or_part(request, page, context, part=part)


@require_safe
@requires(Permission.SET_UP_PROJECT)
def switches(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What every kind of finding counts for, and who changed it when."""
    known = switching.last_judged(desk.project)
    context = {
        "groups": switching.overview(desk.project, known),
        "looked_at": len(known.judged),
        "history": switching.history(desk.project),
    }
    return render(request, "annotation/manager/checks_switches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_UP_PROJECT)
def switch(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """A switch with what changing it would do; nothing is saved before its preview has been seen."""
    if kind.partition(".")[0] not in registered() or not (kind in registered() or KIND.fullmatch(kind)):
        raise Http404("No such check.")
    known = switching.last_judged(desk.project, kind.partition(".")[0])
    options = switching.choices(kind, known.of(kind))
    current = switching.switch_of(desk.project, kind)
    asked = switching.asked(request.POST or request.GET, current, options)
    if request.method == "POST":
        return _save(request, desk, kind, asked)
    found = switching.preview(desk.project, known, kind, asked)
    context = {
        "kind": kind,
        "title": switching.words_of(kind),
        "options": options,
        "has_scores": switching.has_scores(known.of(kind)),
        "current": current,
        "now_words": switching.switch_words(switching.stored(current)),
        "asked": asked,
        "asked_words": switching.switch_words(switching.stored(asked)),
        "is_unchanged": asked == current,
        "preview": found,
        "rows": found.flagged if "all" in request.GET else found.flagged[:SHOWN_AT_FIRST],
        "history": switching.history(desk.project, kind),
    }
    page, part = "annotation/manager/checks_switch.html", "annotation/manager/_checks_preview.html"
    return render_page_or_part(request, page, context, part=part)


def _save(request: HttpRequest, desk: Desk, kind: str, asked: Switch) -> HttpResponse:
    seen = Switch(request.POST.get("was_severity", ""), switching.threshold(request.POST.get("was_at_least")))
    change = switching.save(by=desk.user, project=desk.project, kind=kind, switch=asked, expected=seen)
    if change is None:
        messages.info(request, "Nothing had changed.")
    else:
        now = switching.switch_words(change.after)
        messages.success(request, f"{switching.words_of(kind)} counts as “{now}” from now on. Undo is in the history.")
    return redirect("annotation:checks-switches", desk.project.slug)


@require_POST
@requires(Permission.SET_UP_PROJECT)
def undo(request: HttpRequest, desk: Desk, change_id: int) -> HttpResponse:
    change = switching.undo(by=desk.user, project=desk.project, change_id=change_id)
    messages.success(
        request, f"{switching.words_of(change.kind)} counts as “{switching.switch_words(change.after)}” again."
    )
    return redirect("annotation:checks-switches", desk.project.slug)


@require_POST
@requires(Permission.REVIEW, Permission.EDIT)
def rule(request: HttpRequest, desk: Desk, item_id: int, fingerprint: str) -> HttpResponse:
    """Right to dismiss, or should have been mended: whoever judges the text says it."""
    item = get_item(desk, item_id)
    ruled = shown.rule(person=desk.user, item=item, fingerprint=fingerprint, ruling=request.POST.get("ruling", ""))
    if wants_part(request):
        row = shown.Ruled(fingerprint, ruled.message, ruled.ruling)
        return render(request, "annotation/reviewer/_ruling.html", {"row": row, "item": item, "desk": desk})
    return redirect("annotation:item", desk.project.slug, item.pk)
