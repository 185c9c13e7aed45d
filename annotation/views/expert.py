"""The expert's own pages: home, what became of a submission, the edits of one's text."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.roles import Permission
from annotation.access import Desk, get_item, requires
from annotation.edits import edits_of, respond_to_edit
from annotation.fairness import ratings
from annotation.models import Item
from annotation.own_work import listed, own_work
from annotation.workflow import State
from core.htmx import render_page_or_part, wants_part
from core.numbers import is_id

STOP_POLLING = 286


@require_safe
@requires(Permission.WRITE)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    submitted = _submitted(request)
    context = {"work": own_work(desk), "submitted": submitted}
    if submitted:  # only after work
        context["ask_about"] = ratings.cell_to_ask_about(desk)
    return render(request, "annotation/expert/home.html", context)


def _submitted(request: HttpRequest) -> str:
    """The item just submitted, whose row shows the checks at work."""
    number = request.GET.get("submitted", "")
    return number if is_id(number) else ""


@require_safe
@requires(Permission.WRITE)
def progress(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """One row of the list, asked for until the checks are through."""
    item = listed(Item.objects.filter(project=desk.project, author=desk.user, pk=item_id)).first()
    if item is None:
        raise Http404("No such item among yours.")
    is_over = item.state != State.CHECKING
    status = STOP_POLLING if is_over and wants_part(request) else 200
    response = render(request, "annotation/expert/_row.html", {"item": item, "desk": desk}, status=status)
    return _with_outcome(response, item) if is_over else response


def _with_outcome(response: HttpResponse, item: Item) -> HttpResponse:
    if item.state == State.RETURNED:
        toast = {"text": f"#{item.pk} came back: a check found what must be mended.", "tone": "warn"}
    else:
        toast = {"text": f"#{item.pk} passed the checks: {State(item.state).label.lower()}.", "tone": "good"}
    return trigger_client_event(response, "toast", toast)


@require_safe
@requires(Permission.WRITE)
def edits(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = own_item(desk, item_id)
    return render(request, "annotation/expert/edits.html", {"item": item, "edits": edits_of(item)})


@require_POST
@requires(Permission.WRITE)
def respond(request: HttpRequest, desk: Desk, item_id: int, revision_id: int) -> HttpResponse:
    item = own_item(desk, item_id)
    thanks = request.POST.get("response") == "thanks"
    hunks = [int(number) for number in request.POST.getlist("hunks") if is_id(number)]
    answered = respond_to_edit(desk.user, item, revision_id, hunks, thanks=thanks, note=request.POST.get("note", ""))
    if not wants_part(request):
        messages.success(request, "Your thanks are recorded." if thanks else "Your objection is recorded.")
        return redirect("annotation:edits", desk.project.slug, item.pk)
    return render_page_or_part(
        request,
        "annotation/expert/edits.html",
        {"item": item, "edit": answered},
        part="annotation/expert/_edit.html",
    )


def own_item(desk: Desk, item_id: int) -> Item:
    """An item the person wrote; another's is not found, even where the person may read it elsewhere."""
    item = get_item(desk, item_id)
    if item.author_id != desk.user.pk:
        raise Http404("No such item among yours.")
    return item
