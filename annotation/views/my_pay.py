"""One's own pay and hours in a project."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from annotation import safe_csv
from annotation.access import Desk, requires
from annotation.pay import my_pay as figures
from annotation.pay import paying
from annotation.pay.ledger_figures import ORDER, LedgerFilter
from core.paging import keyset_page

OWN = (Permission.WRITE, Permission.REVIEW, Permission.EDIT)
# What everybody knows of their own work, and nobody's name beside it.
COLUMNS = ("entry", *paying.LINE_COLUMNS[3:])


@require_safe
@requires(*OWN)
def my_pay(request: HttpRequest, desk: Desk) -> HttpResponse:
    wanted = LedgerFilter.of(request.GET.dict())
    rows = wanted.entries(desk.project).filter(person=desk.user)
    context = {
        "found": figures.my_pay(desk.user, desk.project, timezone.now()),
        "page": keyset_page(
            rows.select_related("item", "cell__language", "cell__domain", "rate", "run"), ORDER,
            request.GET.get("cursor", ""), size=25,
        ),
        "wanted": wanted,
        "has_rates": desk.project.rates.exists(),
    }  # fmt: skip
    return render(request, "annotation/ledger/my_pay.html", context)


@require_safe
@requires(*OWN)
def my_pay_csv(_request: HttpRequest, desk: Desk) -> HttpResponseBase:
    rows = paying.line_rows(figures.entries_of(desk.user, desk.project).order_by("earned_at", "pk"))
    own = ([entry, *rest] for entry, _name, _mail, *rest in rows)
    return safe_csv.answer(f"{desk.project.slug}-my-pay", COLUMNS, own)
