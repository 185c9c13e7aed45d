"""The writing desk: opening it, submitting, taking a text back, answering remarks."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation import handing_out, writing
from annotation.access import Desk, requires
from annotation.models import Comment, Item
from annotation.posted import Posted, is_json, read, texts_of
from annotation.texts import Written
from annotation.views.expert import own_item
from annotation.views.start import begin, desk_address
from annotation.workbench import Docked, live_writing, may_take_back, why_in_words, workbench_of
from annotation.workflow import Stage
from annotation.writing import VersionConflict, starting_text
from core.htmx import wants_json, wants_part
from core.refusal import Refusal, Refused

OTHER_WINDOW = Refusal(
    "This text was saved from another window since; nothing is submitted.",
    "What you typed here is below. Reload the page to see the other version, or submit this one.",
)


@require_safe
@requires(Permission.WRITE)
def workbench(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    return show(request, desk, own_item(desk, item_id))


def show(
    request: HttpRequest,
    desk: Desk,
    item: Item,
    *,
    typed: Written | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The desk, or, when the item is not in the person's hands, the text that is kept and what can be done."""
    assignment = live_writing(desk, item)
    if assignment is None:
        kept = typed or _kept(item, desk)
        context = {"item": item, "kept": kept, "may_take_back": may_take_back(item), "refusal": refusal}
        return render(request, "annotation/expert/away.html", context, status=status)
    bench = workbench_of(desk, item, assignment, typed=typed)
    bench.refusal = refusal
    context = {"bench": bench, "item": item, "why": why_in_words(assignment.why), "panel": bench.panel}
    return render(request, "annotation/expert/workbench.html", context, status=status)


def _kept(item: Item, desk: Desk) -> Written:
    draft = starting_text(item, desk.user)
    return Written(draft.prompt, draft.completion, draft.own_context)


@require_POST
@requires(Permission.WRITE)
def submit(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponseBase:
    item = own_item(desk, item_id)
    posted = read(request)
    try:
        _submit(desk, item, posted)
    except VersionConflict as conflict:
        return version_conflict(request, desk, item, posted, conflict)
    except Refused as refused:
        if wants_data(request):
            raise
        return show(request, desk, item, typed=posted.written, refusal=refused.refusal, status=refused.status)
    if wants_data(request):
        return JsonResponse({"submitted": item.pk, "redirect": _home_with(desk, item)})
    messages.success(request, f"#{item.pk} is submitted; the checks run now.")
    if "next" in request.POST:
        return begin(request, desk, Stage.WRITING)
    return redirect(_home_with(desk, item))


def _submit(desk: Desk, item: Item, posted: Posted) -> None:
    writing.submit(
        person=desk.user,
        item_id=item.pk,
        token=posted.token,
        written=posted.written,
        signals=posted.signals,
        version=posted.version,
    )


def _home_with(desk: Desk, item: Item) -> str:
    return reverse("annotation:expert-home", args=[desk.project.slug]) + f"?submitted={item.pk}"


def version_conflict(
    request: HttpRequest, desk: Desk, item: Item, posted: Posted, conflict: VersionConflict
) -> HttpResponse:
    if wants_data(request):
        theirs = {**texts_of(conflict.theirs, posted.names), "version": conflict.theirs.version}
        return JsonResponse({"reason": "version", "message": OTHER_WINDOW.reason, "theirs": theirs}, status=409)
    return show(request, desk, item, typed=posted.written, refusal=OTHER_WINDOW, status=409)


def wants_data(request: HttpRequest) -> bool:
    return is_json(request) or wants_json(request)


@require_POST
@requires(Permission.WRITE)
def take_back(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """From the autosave as JSON (a fresh token, the typed text follows with the next save), or from a button."""
    item = own_item(desk, item_id)
    assignment = handing_out.take_back(desk, item.pk)
    if wants_data(request):
        # No version: if another window has saved meanwhile, the next save has to find out.
        return JsonResponse({"token": str(assignment.token), "lease_until": assignment.leased_until.isoformat()})
    messages.success(request, f"#{item.pk} is yours again, with its text.")
    return redirect(desk_address(assignment, desk.project.slug))


@require_POST
@requires(Permission.WRITE)
def answer(request: HttpRequest, desk: Desk, comment_id: int) -> HttpResponse:
    """Done, or why not."""
    comment = Comment.objects.filter(pk=comment_id, item__project=desk.project, item__author=desk.user).first()
    if comment is None:
        raise Http404("No such remark on a text of yours.")
    done = request.POST.get("done") == "1"
    reply = request.POST.get("reply", "")
    comment = writing.answer_comment(person=desk.user, comment_id=comment.pk, done=done, reply=reply)
    if not wants_part(request):
        return redirect("annotation:workbench", desk.project.slug, comment.item_id)
    place = [int(value) if value.isdecimal() else None for value in map(request.POST.get, ("start", "end")) if value]
    docked = Docked(comment, *place) if len(place) == 2 else Docked(comment, None, None)
    return render(request, "annotation/expert/_remark.html", {"remark": docked, "slug": desk.project.slug})
