"""Training: one's own sets, and one task after the other with its explanation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.learning import training as training_sets
from annotation.learning import training_board as board
from annotation.learning import training_rewrites as rewrites
from annotation.learning.testing_results import lapses_of
from annotation.learning.training import Given
from annotation.learning.training_tasks import marked, segments_of
from annotation.models import TrainingAnswer, TrainingAssignment, TrainingSet, TrainingTask
from annotation.reasons import Reason
from core.numbers import id_of
from core.refusal import Refused


@require_safe
@requires(Permission.WRITE, Permission.REVIEW)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    mine = board.mine(desk.user, desk.project)
    now = timezone.now()
    context = {
        "mine": mine,
        "open_sets": board.open_sets(desk.project, [one.assignment.training_set_id for one in mine]),
        "passed": board.passed_lately(desk.user, desk.project),
        "suggested": training_sets.suggest(desk.user, desk.project),
        "effect_again_at": training_sets.effect_again_at(desk.user, desk.project.pk, now),
        "lapses": lapses_of(desk.user, desk.project),
        "now": now,
    }
    return render(request, "annotation/training/home.html", context)


@require_POST
@requires(Permission.WRITE, Permission.REVIEW)
def begin(request: HttpRequest, desk: Desk, set_id: int) -> HttpResponse:
    found = get_object_or_404(TrainingSet, pk=set_id, project=desk.project)
    taken = training_sets.begin(desk.user, found)
    return redirect("annotation:training", desk.project.slug, taken.pk)


def _own(desk: Desk, assignment_id: int) -> TrainingAssignment:
    mine = TrainingAssignment.objects.select_related("training_set__language", "training_set__project", "person", "by")
    return get_object_or_404(mine, pk=assignment_id, person=desk.user, training_set__project=desk.project)


@require_safe
@requires(Permission.WRITE, Permission.REVIEW)
def training(request: HttpRequest, desk: Desk, assignment_id: int) -> HttpResponse:
    """What comes next: an explanation just earned, the next task, or that the set is passed."""
    assignment = _own(desk, assignment_id)
    explained = _answered(assignment, request.GET.get("answer", ""))
    if explained:
        asked = explained.task
        context = _context(assignment, task=asked, answer=explained, marked=marked(asked, explained))
        context["compared"] = rewrites.compared(asked, explained)
        return render(request, "annotation/training/explained.html", context)
    progress = training_sets.progress_of(assignment)
    task = progress.current if assignment.passed_at is None else None
    if task is None:
        again = training_sets.effect_again_at(desk.user, desk.project.pk, timezone.now())
        return render(request, "annotation/training/passed.html", _context(assignment, effect_again_at=again))
    return render(request, "annotation/training/task.html", _context(assignment, task=task))


def _answered(assignment: TrainingAssignment, number: str) -> TrainingAnswer | None:
    return assignment.answers.filter(pk=id_of(number) or 0).select_related("task").first()


def _context(assignment: TrainingAssignment, task: TrainingTask | None = None, **more: Any) -> dict[str, Any]:
    is_to_find = task is not None and task.kind == TrainingTask.Kind.FIND
    is_to_rewrite = task is not None and task.kind == TrainingTask.Kind.REWRITE
    return {
        "assignment": assignment,
        "set": assignment.training_set,
        "progress": training_sets.progress_of(assignment),
        "task": task,
        "number": assignment.answers.filter(task=task).count() + 1 if task else 0,
        "segments": segments_of(task) if task and is_to_find else {},
        "sentence": rewrites.sentence_text(task) if task and is_to_rewrite else "",
        "text": rewrites.given_text(task) if task and is_to_rewrite else "",
        "reasons": Reason.choices,
        **more,
    }


@require_POST
@requires(Permission.WRITE, Permission.REVIEW)
def answer(request: HttpRequest, desk: Desk, assignment_id: int, training_task_id: int) -> HttpResponse:
    assignment = _own(desk, assignment_id)
    task = get_object_or_404(TrainingTask, pk=training_task_id, training_set=assignment.training_set_id)
    sent = request.POST
    given = Given(sent.get("verdict", ""), sent.getlist("reasons"), sent.get("place", ""), sent.get("text", ""))
    try:
        new = training_sets.answer(
            person=desk.user, assignment_id=assignment_id, task_id=training_task_id, number=_number(sent), given=given
        )
    except Refused as refused:
        if refused.code != "incomplete":
            messages.warning(request, str(refused.refusal))
            return redirect("annotation:training", desk.project.slug, assignment_id)
        context = _context(assignment, task=task, refused=refused, chosen=given.reasons, place=given.place)
        context["text"] = given.text or context["text"]
        return render(request, "annotation/training/task.html", context, status=422)
    response = redirect("annotation:training", desk.project.slug, assignment_id)
    response["Location"] += f"?answer={new.pk}"
    return response


def _number(sent: Any) -> int:
    number = sent.get("number", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
