"""Inviting people, and the page on which the invited join."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import JoinForm
from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.models import Invitation
from annotation.onboarding import inviting
from annotation.onboarding.inviting import LinkOf, Sent
from annotation.setup.setup_forms import InviteForm
from core.refusal import Refusal, Refused

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def invite(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Shows the new links once, in the answer itself: afterwards nobody knows them."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = inviting.invite(desk, form.cleaned_data["emails"], form.cleaned_data["roles"], _links(request))
        except Refused as refused:
            form.add_error("emails", str(refused.refusal))
        else:
            return _show_links(request, sent)
    return render(request, "annotation/manager/invite.html", {"form": form}, status=422 if form.is_bound else 200)


def _links(request: HttpRequest) -> LinkOf:
    return lambda secret: request.build_absolute_uri(reverse("annotation:join", args=[secret]))


def _show_links(request: HttpRequest, sent: list[Sent]) -> HttpResponse:
    days = inviting.VALID_FOR.days
    return render(request, "annotation/manager/invited.html", {"sent": sent, "days": days})


@require_POST
@never_cache
@requires(Permission.MANAGE_PEOPLE)
def resend(request: HttpRequest, desk: Desk, invitation_id: int) -> HttpResponse:
    return _show_links(request, [inviting.send_again(desk, invitation_id, _links(request))])


@require_POST
@requires(Permission.MANAGE_PEOPLE)
def revoke(request: HttpRequest, desk: Desk, invitation_id: int) -> HttpResponse:
    email = inviting.withdraw(desk, invitation_id)
    messages.success(request, f"The invitation of {email} is withdrawn; its link does not work any more.")
    return redirect("annotation:people", desk.project.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    invitation = inviting.find(secret)
    refusal = inviting.refusal_to_accept(invitation, timezone.now())
    if refusal or invitation is None:
        status = 404 if invitation is None else 410
        return render(request, "annotation/manager/join_refused.html", {"refusal": refusal}, status=status)
    if request.method == "POST":
        return _accept(request, secret, invitation)
    return _join_page(request, invitation)


def _accept(request: HttpRequest, secret: str, invitation: Invitation) -> HttpResponse:
    if isinstance(request.user, User):
        project = inviting.accept(secret, request.user)
    else:
        form = JoinForm(request.POST, email=invitation.email)
        if inviting.account_of(invitation):
            raise Refused(Refusal("This address has an account.", "Sign in with it, then open the link again."), 409)
        if not form.is_valid():
            return _join_page(request, invitation, form)
        user, project = inviting.accept_as_new(secret, form.cleaned_data["name"], form.cleaned_data["password"])
        login(request, user, backend=BACKEND)
    messages.success(request, f"You are in “{project}”.")
    return redirect("annotation:project", project.slug)


def _join_page(request: HttpRequest, invitation: Invitation, form: JoinForm | None = None) -> HttpResponse:
    context = {
        "invitation": invitation,
        "roles": inviting.roles_in_words(invitation),
        "form": form or JoinForm(email=invitation.email),
        "has_account": inviting.account_of(invitation) is not None,
        "is_theirs": isinstance(request.user, User) and request.user.email.lower() == invitation.email.lower(),
    }
    return render(request, "annotation/manager/join.html", context, status=422 if form else 200)
