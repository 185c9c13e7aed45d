"""The list of items and the page of one, with everything that happened to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import editing
from annotation.access import Desk, get_item, requires
from annotation.histories import history
from annotation.item_lists import ORDER, Flag, ItemFilter, as_rows, choices_for, items_matching
from annotation.reasons import Reason
from annotation.workflow import State
from core.htmx import htmx_of, render_page_or_part
from core.paging import keyset_page


@require_safe
@requires(Permission.SEE_ITEMS)
def items(request: HttpRequest, desk: Desk) -> HttpResponse:
    wanted = ItemFilter.of(request.GET.dict())
    found = as_rows(items_matching(desk.project, wanted, timezone.now()))
    context = {
        "page": keyset_page(found, ORDER, request.GET.get("cursor", "")),
        "wanted": wanted,
        "choices": choices_for(desk.project),
        "states": State.choices,
        "flags": Flag.choices,
        "reason_label": Reason(wanted.reason).label if wanted.reason else "",
    }
    return render_page_or_part(request, "annotation/item/items.html", context, part="annotation/item/_items.html")


@require_safe
@requires()
def item(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    context = history(desk, get_item(desk, item_id), request.GET)
    htmx = htmx_of(request)
    part = "annotation/item/_compare.html" if htmx and htmx.target == "compare" else "annotation/item/_item.html"
    return render_page_or_part(request, "annotation/item/item.html", context, part=part)


@require_POST
@requires(Permission.OPEN_APPEALS)
def release(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    found = get_item(desk, item_id)
    editing.release(by=desk.user, item_id=found.pk)
    messages.success(request, "The place is free for somebody else; the author can still take the item back.")
    return redirect("annotation:item", desk.project.slug, found.pk)
