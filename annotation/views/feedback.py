"""The feedback inbox, what people make of feedback and instructions, and how often they want a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, get_item, requires
from annotation.fairness import digests, feedback, ratings, threads
from annotation.fairness.feedback_forms import DigestForm, InstructionsForm, RatingForm
from annotation.fairness.feedback_words import grouped, told_at
from annotation.models import Cell, DigestChoice
from core.htmx import render_page_or_part
from core.paging import Page
from core.refusal import Refusal, Refused

WORKING = (Permission.WRITE, Permission.REVIEW, Permission.EDIT, Permission.MANAGE_PEOPLE)
SHOWN = ("", "unread", "answer")


@require_safe
@requires(*WORKING)
def inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    reader = feedback.Reader.at(desk)
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    cursor = request.GET.get("cursor", "")
    if show == "answer":
        found = feedback.to_answer(reader)
    else:
        found = feedback.entries(reader, only_unread=show == "unread", before=feedback.Before.of(cursor))
    rows, more = found[: feedback.PAGE], show != "answer" and len(found) > feedback.PAGE
    context = {
        "groups": grouped(told_at(desk, rows)),
        "page": Page([], feedback.cursor_of(rows[-1]) if more else "", ""),
        "is_first": not cursor,
        "show": show,
        "unread": feedback.unread(reader),
        "most_counted": feedback.MOST_COUNTED,
        "sees_ratings": desk.may(Permission.MANAGE_PEOPLE),
    }
    return render_page_or_part(
        request, "annotation/feedback/inbox.html", context, part="annotation/feedback/_inbox.html"
    )


@require_POST
@requires(*WORKING)
def mark(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Without entries: everything until now is read."""
    reader = feedback.Reader.at(desk)
    keys = feedback.keys_of(request.POST.getlist("entry"))
    if keys:
        feedback.mark(reader, keys, is_read=request.POST.get("as") != "unread")
    elif request.POST.get("as") == "all":
        feedback.mark_all_read(reader)
    show = request.POST.get("show", "")
    query = f"?show={show}" if show in SHOWN and show else ""
    response = redirect("annotation:feedback", desk.project.slug)
    response["Location"] += query
    return response


@require_POST
@requires(Permission.WRITE)
def rate(request: HttpRequest, desk: Desk, item_id: int, topic: str, ref: int) -> HttpResponse:
    """Was this review or edit helpful?"""
    item = get_item(desk, item_id)
    if item.author_id != desk.user.pk:
        raise Http404("No such item among yours.")
    form = RatingForm(request.POST)
    if not form.is_valid():
        raise Refused(Refusal("It is not said whether it helped.", "Say yes or no."), 422, "incomplete")
    ratings.rate_feedback(desk.user, threads.about(item, topic, ref), **form.cleaned_data)
    messages.success(request, "Thank you: managers see it together with others', never whose it is.")
    return redirect("annotation:item", desk.project.slug, item.pk)


@require_POST
@requires(Permission.WRITE)
def rate_instructions(request: HttpRequest, desk: Desk, cell_id: int) -> HttpResponse:
    cell = get_object_or_404(Cell, project=desk.project, pk=cell_id)
    form = InstructionsForm(request.POST)
    if not form.is_valid():
        raise Refused(Refusal("It is no number from 1 to 5.", "Choose one, or “Not now”."), 422, "incomplete")
    rated = ratings.rate_instructions(desk, cell, **form.cleaned_data)
    if rated.stars:
        messages.success(request, "Thank you: it reaches those who write the instructions.")
    return redirect("annotation:expert-home", desk.project.slug)


@require_safe
@requires(Permission.MANAGE_PEOPLE)
def rated(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {"instructions": ratings.of_instructions(desk.project), "reviews": ratings.of_feedback(desk.project)}
    return render(request, "annotation/feedback/ratings.html", {**context, "least": ratings.LEAST_SHOWN})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def digest_settings(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    choice = digests.choice_of(request.user)
    form = DigestForm(request.POST or None, initial={"every": choice.every})
    if request.method == "POST" and form.is_valid():
        digests.choose(request.user, DigestChoice.Every(form.cleaned_data["every"]))
        messages.success(request, "Saved.")
        return redirect("annotation:digest-settings")
    context = {"form": form, "choice": choice, "latest": request.user.digests.order_by("-until")[:5]}
    return render(request, "annotation/feedback/digests.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def digest_stop(request: HttpRequest, signed: str) -> HttpResponse:
    """What the link in a mail leads to; works without sign-in, and at one click of a mail program (RFC 8058).

    The signature is the permission: the address can do nothing but stop this person's mails.
    """
    try:
        person = digests.person_of(signed)
    except (BadSignature, User.DoesNotExist) as error:
        raise Http404("No such link.") from error
    if request.method == "POST":
        digests.choose(person, DigestChoice.Every.NEVER)
    return render(request, "annotation/feedback/stop.html", {"is_done": request.method == "POST"})
