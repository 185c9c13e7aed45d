"""What an applicant sees: the call behind a link, the form that saves itself, what became of it, no more mails."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import cv as cv_files
from accounts.forms import JoinForm
from accounts.models import Profile, User
from annotation import job_tasks
from annotation.models import Application, Call, CallInvitation, Membership
from annotation.onboarding import applying, calls, letters, mail_stops
from annotation.onboarding.application_form import form_of
from annotation.onboarding.call_forms import AddressForm
from annotation.onboarding.quotas import places_of
from annotation.views.calls import base_of
from annotation.views.inviting import BACKEND
from core.htmx import wants_part
from core.limiting import client_of, refuse_too_often
from core.refusal import Refusal, Refused

logger = logging.getLogger(__name__)

HOUR = 3600


# --- in by a link


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def call(request: HttpRequest, secret: str) -> HttpResponse:
    """The open link: what the work is. An address gets a link of its own by mail, whoever it is."""
    refuse_too_often("call", client_of(request), most=120, seconds=60)
    found = calls.find_by_open_link(secret)
    refusal = calls.refusal_to_enter(found, timezone.now())
    if refusal or found is None:
        return _refused(request, refusal, found)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send_personal_link(request, found, form.cleaned_data["email"])
        return render(
            request, "annotation/onboarding/link_sent.html", {"call": found, "email": form.cleaned_data["email"]}
        )
    context = {**_about(found), "form": form}
    return render(request, "annotation/onboarding/call_open.html", context, status=422 if form.is_bound else 200)


def _about(found: Call) -> dict[str, Any]:
    places = places_of(found)
    return {"call": found, "places": places, "all_full": all(one.is_full for one in places)}


def _refused(request: HttpRequest, refusal: Refusal | None, found: Call | None) -> HttpResponse:
    status = 404 if found is None or found.withdrawn_at else 410
    return render(request, "annotation/manager/join_refused.html", {"refusal": refusal}, status=status)


def _send_personal_link(request: HttpRequest, found: Call, email: str) -> None:
    """Says nothing of whether the address is known here: the answer is the same for all."""
    refuse_too_often("call-mail", client_of(request), most=30, seconds=HOUR)
    refuse_too_often("call-mail-to", f"{found.pk}:{email}", most=4, seconds=HOUR)
    invitation = applying.invite_by_open_link(found, email)
    if invitation is None or mail_stops.is_stopped(email):
        return
    try:
        with transaction.atomic():
            letters.send_invitation(invitation, base_of(request), template="own_link")
    except OSError:  # SMTPException is one
        logger.exception("A personal link could not be sent")
        raise Refused(letters.UNREACHABLE, status=503) from None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """A personal link: makes the account, or asks for the one there is, and goes on to the form."""
    refuse_too_often("call", client_of(request), most=120, seconds=60)
    invitation = calls.find_invitation(secret)
    found = invitation.call if invitation else None
    refusal = calls.refusal_to_enter(found, timezone.now())
    if invitation and _is_theirs(request, invitation) and _has_begun(request, invitation):
        return _go_on(request, invitation)
    if refusal or invitation is None:
        return _refused(request, refusal, found)
    if request.method == "POST" and isinstance(request.user, User):
        if not _is_theirs(request, invitation):
            raise Refused(Refusal("This link is somebody else's.", "Sign out first."), status=403)
        return _go_on(request, invitation)
    return _make_account(request, invitation)


def _is_theirs(request: HttpRequest, invitation: CallInvitation) -> bool:
    return isinstance(request.user, User) and request.user.email.lower() == invitation.email.lower()


def _has_begun(request: HttpRequest, invitation: CallInvitation) -> bool:
    return Application.objects.filter(call=invitation.call, user=request.user).exists()  # type: ignore[misc]


def _go_on(request: HttpRequest, invitation: CallInvitation) -> HttpResponse:
    assert isinstance(request.user, User)
    return redirect("annotation:application", applying.begin(invitation.call, request.user).pk)


def _make_account(request: HttpRequest, invitation: CallInvitation) -> HttpResponse:
    has_account = User.objects.filter(email__iexact=invitation.email).exists()
    form = JoinForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and not has_account and form.is_valid():
        made = applying.begin_as_new(invitation, form.cleaned_data["name"], form.cleaned_data["password"])
        login(request, made.user, backend=BACKEND)
        return redirect("annotation:application", made.pk)
    context = {
        **_about(invitation.call), "invitation": invitation, "form": form, "has_account": has_account,
        "is_theirs": _is_theirs(request, invitation),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "annotation/onboarding/enter.html", context, status=status)


# --- the form


def own(request: HttpRequest, application_id: int) -> Application:
    """Raises Http404 for somebody else's, as for one that does not exist."""
    found = Application.objects.select_related("call__project", "user", "terms")
    return get_object_or_404(found, pk=application_id, user=request.user)


@require_safe
@never_cache
@login_required
def application(request: HttpRequest, application_id: int) -> HttpResponse:
    return page(request, own(request, application_id))


def page(request: HttpRequest, found: Application, refusal: Refusal | None = None, status: int = 200) -> HttpResponse:
    closed = calls.refusal_to_enter(found.call, timezone.now())
    context: dict[str, Any] = {
        "application": found, "call": found.call, "refusal": refusal, "closed": closed,
        "profile": Profile.objects.filter(user_id=found.user_id).first(),
    }  # fmt: skip
    if found.sent_at or found.withdrawn_at:
        context["fields"] = list(found.fields.select_related("language", "domain").order_by("language", "domain"))
        context["is_member"] = Membership.objects.filter(project=found.call.project, user=found.user).exists()
        context["resume_refusal"] = applying.refusal_to_resume(found, timezone.now())
        return render(request, "annotation/onboarding/status.html", context, status=status)
    context |= {"form": form_of(found), "terms": calls.terms_of(found.call.project)}
    return render(request, "annotation/onboarding/application.html", context, status=status)


@require_POST
@never_cache
@login_required
def save(request: HttpRequest, application_id: int) -> HttpResponse:
    """By itself while somebody types; without a script by a button."""
    found = own(request, application_id)
    applying.save(found, form_of(found).read(request.POST))
    if wants_part(request):
        return render(request, "annotation/onboarding/_steps.html", {"application": found, "form": form_of(found)})
    messages.success(request, "Saved. Come back by the link in your mail, or by signing in.")
    return redirect("annotation:application", found.pk)


@require_POST
@never_cache
@login_required
def send(request: HttpRequest, application_id: int) -> HttpResponse:
    """What stands on the page is saved first: a refusal loses nothing of it."""
    found = own(request, application_id)
    if not (found.sent_at or found.withdrawn_at):
        applying.save(found, form_of(found).read(request.POST))
    try:
        applying.send(found, request.POST.get("terms", ""))
    except Refused as refused:
        return page(request, found, refused.refusal, refused.status)
    messages.success(request, "Your application is sent.")
    return redirect("annotation:application", found.pk)


@require_POST
@never_cache
@login_required
def cv(request: HttpRequest, application_id: int) -> HttpResponse:
    """Keeps a file in place of the one before; without one takes it back."""
    found = own(request, application_id)
    assert isinstance(request.user, User)
    file = request.FILES.get("cv")
    if "whole" in request.POST and not (found.sent_at or found.withdrawn_at):
        applying.save(found, form_of(found).read(request.POST))
    try:
        if file is not None:
            cv_files.keep(request.user, file)
            messages.success(request, "The CV is kept.")
        elif request.POST.get("remove"):
            cv_files.remove(request.user)
            messages.success(request, "The CV is taken back; nobody can read it any more.")
    except Refused as refused:
        return page(request, found, refused.refusal, refused.status)
    return redirect("annotation:application", found.pk)


@require_POST
@login_required
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    found = own(request, application_id)
    with transaction.atomic():
        moved = applying.withdraw(found)
        if moved:
            by = found.call.opened_by
            job_tasks.enqueue(letters.decisions_job(found.call.project, by, "placed", moved, base_of(request)))
    messages.success(request, "Your application is withdrawn.")
    return redirect("annotation:application", found.pk)


@require_POST
@login_required
def resume(request: HttpRequest, application_id: int) -> HttpResponse:
    found = own(request, application_id)
    applying.resume(found)
    messages.success(request, "Here it is again as you left it. Send it when it is right.")
    return redirect("annotation:application", found.pk)


# --- no more mails


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token in the address is the permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    email = mail_stops.email_of(token)
    if email is None:
        raise Http404("No such address.")
    if request.method == "POST":
        (mail_stops.allow if request.POST.get("allow") else mail_stops.stop)(email)
    context = {"email": email, "stopped": mail_stops.is_stopped(email)}
    return render(request, "annotation/onboarding/mail_stop.html", context)
