"""Training sets as those who lead see them: made from found errors, opened, given to people."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, get_item, requires
from annotation.learning import training_board as board
from annotation.learning.testing_forms import TrainingSetForm, TrainingTaskForm
from annotation.learning.training import assign
from annotation.learning.training_tasks import make_task
from annotation.models import TrainingAnswer, TrainingSet, TrainingTask
from core.numbers import id_of
from core.refusal import Refusal, refuse_if
from core.saving import is_saved, render_with_form

MADE = {
    TrainingTask.Kind.JUDGE: "judge",
    TrainingTask.Kind.FIND: "find the mistake",
    TrainingTask.Kind.REWRITE: "rewrite a sentence",
}
NO_TASKS = Refusal(
    "A set without tasks teaches nothing.", "Press “Make training task” on a review, an edit or an adjudication."
)


@require_safe
@requires(Permission.SEE_ITEMS)
def sets(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "annotation/training/sets.html", {"rows": board.rows_of(desk.project)})


@require_POST
@requires(Permission.SEE_ITEMS)
def make(request: HttpRequest, desk: Desk, item_id: int, source: str, source_id: int) -> HttpResponse:
    """One click beside what was found."""
    if source not in TrainingTask.Source.values:
        raise Http404("No such source.")
    try:
        task = make_task(item=get_item(desk, item_id), source=source, source_id=source_id, by=desk.user)
    except ObjectDoesNotExist as error:
        raise Http404("No such source of this item.") from error
    text = format_html(
        "A task to {} is in the set <a href='{}'>{}</a>. <a href='{}'>Edit it</a>.",
        MADE[TrainingTask.Kind(task.kind)],
        reverse("annotation:training-set", args=[desk.project.slug, task.training_set_id]),
        str(task.training_set),
        reverse("annotation:training-task", args=[desk.project.slug, task.pk]),
    )
    messages.success(request, text)
    return redirect("annotation:item", desk.project.slug, item_id)


def _set(desk: Desk, set_id: int) -> TrainingSet:
    return get_object_or_404(TrainingSet.objects.select_related("project"), pk=set_id, project=desk.project)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_ITEMS)
def training_set(request: HttpRequest, desk: Desk, set_id: int) -> HttpResponse:
    found = _set(desk, set_id)
    form = TrainingSetForm(request.POST or None, instance=_set(desk, set_id))
    if is_saved(request, form, "The set is saved."):
        return redirect("annotation:training-set", desk.project.slug, set_id)
    first = TrainingAnswer.objects.filter(number=1, task__training_set=found).order_by()
    figures = {
        row["task"]: row
        for row in first.values("task").annotate(count=Count("pk"), wrong=Count("pk", filter=Q(is_right=False)))
    }
    tasks = [(task, figures.get(task.pk)) for task in found.tasks.filter(retired_at=None)]
    context = {
        "set": found,
        "tasks": tasks,
        "minutes": board.minutes_of([found])[found.pk],
        "refusal": None if tasks else NO_TASKS,
        "people": User.objects.filter(memberships__project=desk.project, memberships__role__in=("expert", "reviewer"))
        .distinct()
        .order_by("name"),
        "assignments": found.assignments.select_related("person", "by").order_by("-assigned_at")[:50],
    }
    return render_with_form(request, "annotation/training/set.html", form, context)


@require_POST
@requires(Permission.SEE_ITEMS)
def set_open(request: HttpRequest, desk: Desk, set_id: int) -> HttpResponse:
    found = _set(desk, set_id)
    refuse_if(None if found.tasks.filter(retired_at=None).exists() else NO_TASKS, status=409)
    TrainingSet.objects.filter(pk=set_id, opened_at=None).update(opened_at=timezone.now())
    messages.success(request, "The set is open: everybody who writes or reviews may take it.")
    return redirect("annotation:training-set", desk.project.slug, set_id)


@require_POST
@requires(Permission.SEE_ITEMS)
def set_retire(request: HttpRequest, desk: Desk, set_id: int) -> HttpResponse:
    TrainingSet.objects.filter(pk=_set(desk, set_id).pk, retired_at=None).update(retired_at=timezone.now())
    messages.success(request, "Retired: nobody can begin it any more. Who is at it can finish; passes stay.")
    return redirect("annotation:training-sets", desk.project.slug)


@require_POST
@requires(Permission.SEE_ITEMS)
def set_assign(request: HttpRequest, desk: Desk, set_id: int) -> HttpResponse:
    people = User.objects.filter(memberships__project=desk.project).distinct()
    person = get_object_or_404(people, pk=id_of(request.POST.get("person", "")))
    assign(person, _set(desk, set_id), desk.user, request.POST.get("note", "")[:2000])
    messages.success(request, f"Given to {person}; it is first on their page Training.")
    return redirect("annotation:training-set", desk.project.slug, set_id)


def _task(desk: Desk, task_id: int) -> TrainingTask:
    tasks = TrainingTask.objects.select_related("training_set", "language", "domain", "project")
    return get_object_or_404(tasks, pk=task_id, project=desk.project)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_ITEMS)
def task(request: HttpRequest, desk: Desk, training_task_id: int) -> HttpResponse:
    form = TrainingTaskForm(request.POST or None, instance=_task(desk, training_task_id), project=desk.project)
    if is_saved(request, form, "The task is saved. Answers that were given stand."):
        return redirect("annotation:training-set", desk.project.slug, form.instance.training_set_id)
    return render_with_form(
        request, "annotation/training/task_edit.html", form, {"task": _task(desk, training_task_id)}
    )


@require_POST
@requires(Permission.SEE_ITEMS)
def task_retire(request: HttpRequest, desk: Desk, training_task_id: int) -> HttpResponse:
    found = _task(desk, training_task_id)
    TrainingTask.objects.filter(pk=found.pk, retired_at=None).update(retired_at=timezone.now())
    messages.success(request, "The task is out of the set; answers that were given stay.")
    return redirect("annotation:training-set", desk.project.slug, found.training_set_id)
