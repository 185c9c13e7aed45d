"""Whole page or part of it: one decision, in one place."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """The request as `django_htmx.middleware.HtmxMiddleware` leaves it."""

    htmx: HtmxDetails


def htmx_of(request: HttpRequest) -> HtmxDetails | None:
    details = getattr(request, "htmx", None)
    return details if details else None


def wants_part(request: HttpRequest) -> bool:
    htmx = htmx_of(request)
    return htmx is not None and not htmx.boosted and not htmx.history_restore_request


def wants_json(request: HttpRequest) -> bool:
    preferred = request.get_preferred_type(["text/html", "application/json"])
    return preferred == "application/json" or (preferred is None and request.content_type == "application/json")


def render_page_or_part(
    request: HttpRequest, page: str, context: dict[str, Any] | None = None, *, part: str, status: int = 200
) -> HttpResponse:
    """The page includes the very same part, so both show one truth."""
    template = part if wants_part(request) else page
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Boosted", "HX-History-Restore-Request"))
    return response
