"""An appeal as its author writes it, and what the guideline still has to settle."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Permission
from annotation.access import Desk, get_item, requires
from annotation.fairness import appealing
from annotation.fairness.feedback_forms import AppealForm, ResolveForm
from annotation.models import GuidelineTask
from core.refusal import Refusal, Refused, refuse_if


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WRITE, Permission.OPEN_APPEALS)
def appeal(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = get_item(desk, item_id)
    refuse_if(appealing.refusal_without_part(desk, item), status=403)
    refuse_if(appealing.refusal_to_appeal(desk, item), status=409, code="appeal")
    reasons = appealing.disputable_reasons(item)
    draft = appealing.draft_of(desk, item)
    form = AppealForm(
        request.POST or None, reasons=reasons, initial={"reason": draft.reason, "argument": draft.argument}
    )
    if request.method == "POST" and form.is_valid():
        appealing.appeal(desk, item.pk, **form.cleaned_data)
        messages.success(request, "The appeal is open: an editor who had no part in it settles it.")
        return redirect("annotation:item", desk.project.slug, item.pk)
    context = {
        "item": item,
        "form": form,
        "rejection": appealing.rejection_in_words(item),
        "ends": appealing.window_ends(item),
        "is_author": item.author_id == desk.user.pk,
        "nobody_may_decide": not appealing.deciders(item).exists(),
    }
    return render(request, "annotation/feedback/appeal.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.WRITE, Permission.OPEN_APPEALS)
def keep_draft(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = get_item(desk, item_id)
    refuse_if(appealing.refusal_without_part(desk, item), status=403)
    draft = appealing.keep_draft(
        desk, item, reason=request.POST.get("reason", ""), argument=request.POST.get("argument", "")
    )
    return render(request, "annotation/feedback/_kept.html", {"draft": draft})


@require_POST
@requires(Permission.SET_UP_PROJECT)
def resolve_task(request: HttpRequest, desk: Desk, task_id: int) -> HttpResponse:
    form = ResolveForm(request.POST)
    if not form.is_valid():
        raise Refused(Refusal("It is not said which version settles it.", "Give its number."), 422, "incomplete")
    try:
        task = appealing.resolve_task(desk, task_id, **form.cleaned_data)
    except GuidelineTask.DoesNotExist as error:
        raise Http404("No such task in this project.") from error
    messages.success(request, f"Settled by version {task.version} of the guideline.")
    return redirect("annotation:guideline", desk.project.slug)
