"""Inviting a list of people into a call: preview, confirm, send, withdraw one."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Permission
from annotation import job_tasks
from annotation.access import Desk, requires
from annotation.models import CallInvitation
from annotation.onboarding import call_lists, calls, letters
from annotation.texts import clean
from annotation.views.calls import base_of, call_of
from core.refusal import Refusal, Refused, refuse_if


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def invite(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    """A preview first; nothing is stored or sent before it is confirmed as it stands."""
    call = call_of(desk, call_id)
    refuse_if(calls.refusal_to_enter(call, timezone.now()), status=409)
    if request.method != "POST":
        return render(request, "annotation/onboarding/call_list.html", {"call": call})
    text = _posted_text(request)
    reading = call_lists.read_list(call, text)
    if reading.is_clean and request.POST.get("confirmed"):
        with transaction.atomic():
            number = call_lists.take_list(call, reading.invitees, desk.user)
            job_tasks.enqueue(letters.invitations_job(call, desk.user, base_of(request)))
        messages.success(request, f"{number} {'person is' if number == 1 else 'people are'} being written to.")
        return redirect("annotation:call-manage", desk.project.slug, call.pk)
    context = {"call": call, "text": text, "reading": reading}
    status = 200 if reading.is_clean else 422
    return render(request, "annotation/onboarding/call_list.html", context, status=status)


def _posted_text(request: HttpRequest) -> str:
    upload = request.FILES.get("file")
    if upload is None:
        return clean(request.POST.get("text", ""))
    if (upload.size or 0) > 2 * call_lists.LONGEST_FILE:
        raise Refused(Refusal("The file is larger than a megabyte.", "Send it in several rounds."), status=409)
    return clean(upload.read().decode("utf-8-sig", "replace"))


@require_POST
@requires(Permission.MANAGE_PEOPLE)
@transaction.atomic
def send(request: HttpRequest, desk: Desk, call_id: int) -> HttpResponse:
    """To those on the list who have no mail yet: a job that was canceled, or a server that was away."""
    call = call_of(desk, call_id)
    refuse_if(calls.refusal_to_enter(call, timezone.now()), status=409)
    if letters.running(desk.project) is None:
        job_tasks.enqueue(letters.invitations_job(call, desk.user, base_of(request)))
    return redirect("annotation:call-manage", desk.project.slug, call.pk)


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def withdraw(request: HttpRequest, desk: Desk, call_id: int, call_invitation_id: int) -> HttpResponse:
    call = call_of(desk, call_id)
    invitation = get_object_or_404(CallInvitation, call=call, pk=call_invitation_id)
    invitation.withdrawn_at = invitation.withdrawn_at or timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    messages.success(request, f"The link of {invitation.email} does not work any more.")
    return redirect("annotation:call-manage", desk.project.slug, call.pk)
