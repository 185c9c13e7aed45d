"""The pipeline: where the items stand, how full the cells are, what needs somebody."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.dashboards import cell_figures, grids, needs, progress, tiles, totals_of
from core.htmx import render_page_or_part


@require_safe
@requires(Permission.SEE_PIPELINE)
def pipeline(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The client sees the same numbers, without the items and people behind them."""
    now = timezone.now()
    figures = cell_figures(desk.project)
    sees_items = desk.may(Permission.SEE_ITEMS)
    context = {
        "now": now,
        "sees_items": sees_items,
        "tiles": tiles(desk.project, figures),
        "grids": grids(figures),
        "totals": totals_of(figures),
        "needs": needs(desk.project, figures, now) if sees_items else [],
        "burn_up": progress(desk.project, figures, now),
    }
    page, part = "annotation/manager/pipeline.html", "annotation/manager/_pipeline.html"
    return render_page_or_part(request, page, context, part=part)
