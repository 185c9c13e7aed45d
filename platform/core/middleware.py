"""What every answer needs: refusals as sentences, htmx redirects as whole pages, messages that arrive."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django_htmx.http import trigger_client_event

from core.htmx import htmx_of, wants_json, wants_part
from core.refusal import Refused

Answer = Callable[[HttpRequest], HttpResponseBase]

# 286 is htmx's "swap and stop polling", 422 an invalid form shown again.
STATUSES_HTMX_SWAPS = (200, 286, 422)


class RefusalAnswers:
    """A raised `Refused` becomes a page, a toast or JSON, whichever the asker understands."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer_to_refusal(request, exception) if isinstance(exception, Refused) else None


def answer_to_refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    refusal = refused.refusal
    if wants_json(request):
        body = {"reason": refused.code, "message": refusal.reason, "remedy": refusal.remedy}
        return JsonResponse(body, status=refused.status)
    if wants_part(request):
        toast = {"text": refusal.reason, "remedy": refusal.remedy, "tone": "bad"}
        return trigger_client_event(HttpResponse(status=refused.status), "toast", toast)
    template = "409.html" if refused.status == 409 else "403.html"
    return render(request, template, {"refusal": refusal}, status=refused.status)


class SignedOutAnswers:
    """A background request of an expired session is told so (401) instead of being handed a sign-in form."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if redirects_to_sign_in(response) and wants_json(request):
            return JsonResponse({"reason": "signed_out", "sign_in": sign_in_path()}, status=401)
        return response


class HtmxAnswers:
    """Redirects load the whole page; flash messages ride along out of band.

    Stands after MessageMiddleware and HtmxMiddleware in the settings.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not wants_part(request) or wants_json(request) or not isinstance(response, HttpResponse):
            return response
        if is_redirect(response):
            return as_whole_page_redirect(request, response)
        return with_messages(request, response)


def is_redirect(response: HttpResponseBase) -> bool:
    return 300 <= response.status_code < 400 and response.has_header("Location")


def sign_in_path() -> str:
    return resolve_url(settings.LOGIN_URL)


def redirects_to_sign_in(response: HttpResponseBase) -> bool:
    return is_redirect(response) and urlsplit(response["Location"]).path == sign_in_path()


def as_whole_page_redirect(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    target = response["Location"]
    if redirects_to_sign_in(response):
        target = sign_in_returning_to_page(request)
    del response["Location"]
    response.status_code = 200
    response["HX-Redirect"] = target
    return response


def sign_in_returning_to_page(request: HttpRequest) -> str:
    """Signing in must return to the page the person saw, not to the address of one of its parts."""
    htmx = htmx_of(request)
    page = htmx.current_url_abs_path if htmx else None
    return f"{sign_in_path()}?{urlencode({'next': page})}" if page else sign_in_path()


def with_messages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if not takes_messages(response):
        return response
    messages = list(get_messages(request))
    if messages:
        toasts = render_to_string("components/toasts_oob.html", {"messages": messages}, request)
        response.content = response.content + toasts.encode()
    return response


def takes_messages(response: HttpResponse) -> bool:
    leaves_page = any(response.has_header(name) for name in ("HX-Redirect", "HX-Refresh", "HX-Location"))
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and not leaves_page and response.status_code in STATUSES_HTMX_SWAPS
