"""Conversations: about something of an item, or a lead's message."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Desk, get_item, requires
from annotation.fairness import threads
from annotation.fairness.feedback_forms import MessageForm
from annotation.models import Thread
from annotation.views.feedback import WORKING
from core.refusal import Refusal, Refused, refuse_if


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*WORKING)
def talk(request: HttpRequest, desk: Desk, item_id: int, topic: str, ref: int) -> HttpResponse:
    """The conversation about one thing of an item, also the one that has not begun."""
    item = get_item(desk, item_id)
    subject = threads.about(item, topic, ref)
    if threads.part_in(desk, subject) is None:
        raise Refused(Refusal("This conversation is between the author, the reviewer and the editors."), 403)
    thread = Thread.objects.filter(**subject.key).first()
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refuse_if(threads.refusal_of_text(form.cleaned_data["text"]), status=422, code="incomplete")
        said = threads.start(desk, subject, form.cleaned_data["text"])
        return _to_the_end(desk, said)
    context = {"item": item, "subject": subject, "form": form, "shown": _shown(desk, thread)}
    return render(request, "annotation/feedback/thread.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*WORKING)
def thread(request: HttpRequest, desk: Desk, thread_id: int) -> HttpResponse:
    found, _member = threads.thread_for(desk, thread_id)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _to_the_end(desk, threads.say(desk, thread_id, form.cleaned_data["text"]))
    context = {
        "item": found.item,
        "subject": threads.subject_of(found),
        "form": form,
        "shown": _shown(desk, found),
    }
    return render(request, "annotation/feedback/thread.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(*WORKING)
def close(request: HttpRequest, desk: Desk, thread_id: int) -> HttpResponse:
    threads.close(desk, thread_id)
    messages.success(request, "Done. A further message opens it again.")
    return redirect("annotation:thread", desk.project.slug, thread_id)


def _shown(desk: Desk, thread: Thread | None) -> threads.Shown | None:
    return threads.shown(desk, [thread])[0] if thread else None


def _to_the_end(desk: Desk, thread: Thread) -> HttpResponse:
    response = redirect("annotation:thread", desk.project.slug, thread.pk)
    response["Location"] += "#say"
    return response
