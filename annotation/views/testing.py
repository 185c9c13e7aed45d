"""Taking a qualification test: the list of one's tests, one try item by item, its result."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from annotation.access import Desk
from annotation.learning import testing
from annotation.learning import testing_pieces as pieces
from annotation.learning import testing_results as results
from annotation.learning.offers import offers
from annotation.learning.piece_scoring import PASSES
from annotation.learning.testing_access import for_takers, tests_for
from annotation.models import Attempt, TestAnswer
from annotation.reasons import Reason
from core.htmx import htmx_of
from core.refusal import Refused


@require_safe
@for_takers
def mine(request: HttpRequest, desk: Desk) -> HttpResponse:
    now = timezone.now()
    context = {
        "tests": offers(desk.user, desk.project, tests_for(desk), now),
        "lapses": results.lapses_of(desk.user, desk.project),
        "now": now,
    }
    return render(request, "annotation/testing/mine.html", context)


@require_POST
@for_takers
def start(request: HttpRequest, desk: Desk, test_id: int) -> HttpResponse:
    test = get_object_or_404(tests_for(desk), pk=test_id)
    attempt = testing.start(test, desk.user, native=request.POST.get("native") == "yes")
    return redirect("annotation:attempt", desk.project.slug, attempt.pk)


def _own(desk: Desk, attempt_id: int) -> Attempt:
    attempts = Attempt.objects.select_related("test__language", "test__domain", "test__project")
    return get_object_or_404(attempts, pk=attempt_id, person=desk.user, test__project=desk.project)


@require_safe
@for_takers
def attempt(request: HttpRequest, desk: Desk, attempt_id: int) -> HttpResponse:
    """What comes next: an explanation just earned, the next item, the piece, or the result."""
    found = _own(desk, attempt_id)
    explained = _answered(found, request.GET.get("position", ""))
    if explained:
        return render(request, "annotation/testing/explained.html", _context(found, answer=explained))
    if found.state != Attempt.State.RUNNING:
        return _result(request, found)
    if found.is_over(timezone.now()):
        return render(request, "annotation/testing/time_up.html", _context(found))
    item = testing.next_open(found)
    if item:
        return render(request, "annotation/testing/item.html", _context(found, answer=item))
    return render(request, "annotation/testing/piece_write.html", _context(found, piece=pieces.of(found)))


def _answered(found: Attempt, position: str) -> TestAnswer | None:
    if not (position.isascii() and position.isdigit() and len(position) < 4):
        return None
    return found.answers.filter(position=int(position), answered_at__isnull=False).select_related("item").first()


def _context(found: Attempt, **more: Any) -> dict[str, Any]:
    answers = list(found.answers.all())
    return {
        "attempt": found,
        "test": found.test,
        "count": len(answers),
        "done": sum(one.answered_at is not None for one in answers),
        "reasons": Reason.choices,
        "has_piece": pieces.of(found) is not None,
        **more,
    }


def _result(request: HttpRequest, found: Attempt) -> HttpResponse:
    again = testing.refusal_to_start(found.test, found.person) if found.state == Attempt.State.FAILED else None
    answers = found.answers.select_related("item")
    context = _context(found, answers=answers, piece=pieces.of(found), again=again, passes=PASSES)
    return render(request, "annotation/testing/result.html", context)


@require_POST
@for_takers
def answer(request: HttpRequest, desk: Desk, attempt_id: int, position: int) -> HttpResponse:
    found = _own(desk, attempt_id)
    here = get_object_or_404(found.answers.select_related("item"), position=position)
    verdict, reasons = request.POST.get("verdict", ""), request.POST.getlist("reasons")
    try:
        testing.answer(person=desk.user, attempt_id=found.pk, position=position, verdict=verdict, reasons=reasons)
    except Refused as refused:
        if refused.code != "incomplete":
            return _told(request, desk, found, refused)
        context = _context(found, answer=here, refused=refused, chosen=reasons)
        return render(request, "annotation/testing/item.html", context, status=422)
    return _at(desk, found, position)


def _at(desk: Desk, found: Attempt, position: int) -> HttpResponse:
    response = redirect("annotation:attempt", desk.project.slug, found.pk)
    response["Location"] += f"?position={position}"
    return response


def _told(request: HttpRequest, desk: Desk, found: Attempt, refused: Refused) -> HttpResponse:
    """The page itself shows what is possible now: the result, or the item that comes first."""
    messages.warning(request, str(refused.refusal))
    return redirect("annotation:attempt", desk.project.slug, found.pk)


@require_POST
@for_takers
def piece(request: HttpRequest, desk: Desk, attempt_id: int) -> HttpResponse:
    """Saves while typing (htmx), hands in on submit."""
    found = _own(desk, attempt_id)
    texts = {"prompt": request.POST.get("prompt", ""), "completion": request.POST.get("completion", "")}
    if htmx_of(request):
        saved = testing.save_piece(person=desk.user, attempt_id=found.pk, **texts)
        return render(request, "annotation/testing/_saved.html", {"piece": saved})
    try:
        testing.submit_piece(person=desk.user, attempt_id=found.pk, **texts)
    except Refused as refused:
        if refused.code != "incomplete":
            return _told(request, desk, found, refused)
        testing.save_piece(person=desk.user, attempt_id=found.pk, **texts)
        context = _context(found, piece=pieces.of(found), refused=refused)
        return render(request, "annotation/testing/piece_write.html", context, status=422)
    return redirect("annotation:attempt", desk.project.slug, found.pk)


@require_POST
@for_takers
def finish(request: HttpRequest, desk: Desk, attempt_id: int) -> HttpResponse:
    found = _own(desk, attempt_id)
    testing.finish(person=desk.user, attempt_id=found.pk)
    return redirect("annotation:attempt", desk.project.slug, found.pk)
