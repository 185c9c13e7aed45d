"""Scoring the written pieces of tests: handed to reviewers one by one, listed for those who lead."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation.access import Desk, requires
from annotation.handing_out import reason_to_skip
from annotation.learning import piece_scoring as scoring
from annotation.models import Piece, PieceAssignment
from annotation.posted import read
from annotation.reasons import SkipReason
from annotation.rubric import CRITERIA, RUBRIC
from core.refusal import Refused, refuse_if

LEVELS = ("1", "2", "3", "4", "5")
SCORERS = (Permission.REVIEW, Permission.SEE_ITEMS)


@require_safe
@requires(Permission.SEE_ITEMS)
def pieces(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "annotation/testing/pieces.html", {"rows": scoring.waiting(desk.project, desk.user)})


@require_POST
@requires(Permission.REVIEW)
def start_next(request: HttpRequest, desk: Desk) -> HttpResponse:
    try:
        assignment = scoring.start_next(desk)
    except Refused as refused:
        if refused.code != "empty":
            raise
        messages.info(request, str(refused.refusal))
        return redirect("annotation:reviewer-home", desk.project.slug)
    return redirect("annotation:piece", desk.project.slug, assignment.piece_id)


@require_POST
@requires(Permission.SEE_ITEMS)
def take(_request: HttpRequest, desk: Desk, piece_id: int) -> HttpResponse:
    _piece(desk, piece_id)
    scoring.take(desk, piece_id)
    return redirect("annotation:piece", desk.project.slug, piece_id)


def _piece(desk: Desk, piece_id: int) -> Piece:
    """Those who lead see all of their project; reviewers what they were handed. 404 for any other."""
    handed_in = Piece.objects.filter(attempt__test__project=desk.project, submitted_at__isnull=False)
    related = handed_in.select_related("attempt__test__language", "attempt__test__domain", "attempt__test__project")
    found = get_object_or_404(related, pk=piece_id)
    if not desk.may(Permission.SEE_ITEMS) and _latest(desk, found) is None:
        raise Http404("No such piece among yours.")
    return found


def _latest(desk: Desk, found: Piece) -> PieceAssignment | None:
    return PieceAssignment.objects.filter(piece=found, person=desk.user).order_by("-pk").first()


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*SCORERS)
def piece(request: HttpRequest, desk: Desk, piece_id: int) -> HttpResponse:
    found = _piece(desk, piece_id)
    refuse_if(scoring.refusal_to_score(found, desk.user))
    if request.method != "POST":
        return _page(request, desk, found)
    sent = request.POST
    scores = {name: int(sent[name]) for name in CRITERIA if sent.get(name) in LEVELS}
    try:
        done = scoring.score(
            person=desk.user, piece_id=piece_id, token=sent.get("token", ""), scores=scores, note=sent.get("note", "")
        )
    except Refused as refused:
        return _page(request, desk, found, refused)
    messages.success(request, f"Scored: {'passed' if done.passed else 'not passed'}. The person sees it now.")
    return _home(desk)


def _home(desk: Desk) -> HttpResponse:
    name = "annotation:pieces" if desk.may(Permission.SEE_ITEMS) else "annotation:reviewer-home"
    return redirect(name, desk.project.slug)


def _page(request: HttpRequest, desk: Desk, found: Piece, refused: Refused | None = None) -> HttpResponse:
    sent = request.POST if refused else {}
    mine = _latest(desk, found)
    is_live = mine is not None and mine.ended_at is None
    context = {
        "piece": found,
        "test": found.attempt.test,
        # With a lapsed lease the form stays as long as its words are on it.
        "is_form": is_live or bool(refused),
        "assignment": mine,
        "token": sent.get("token", "") or (mine.token if mine else ""),
        "take_refusal": None if is_live else scoring.refusal_to_take(found, desk),
        "may_lead": desk.may(Permission.SEE_ITEMS),
        "rubric": [(criterion, sent.get(criterion.name, "")) for criterion in RUBRIC],
        "note": sent.get("note", ""),
        "refused": refused,
        "lease_lost": bool(refused and refused.code == "lease"),
        "passes": scoring.PASSES,
        "skip_reasons": SkipReason.choices,
    }
    return render(request, "annotation/testing/piece_score.html", context, status=refused.status if refused else 200)


@require_POST
@requires(*SCORERS)
def skip(request: HttpRequest, desk: Desk, piece_id: int) -> HttpResponse:
    _piece(desk, piece_id)
    assignment = scoring.held_by(desk.user, piece_id, request.POST.get("token", ""))
    scoring.hand_back(assignment, reason_to_skip(request.POST.get("reason", ""), request.POST.get("note", "")))
    messages.success(request, "Handed back: somebody else scores it.")
    return _home(desk)


@require_POST
@requires(*SCORERS)
def heartbeat(request: HttpRequest, desk: Desk, piece_id: int) -> JsonResponse:
    """Somebody is at it: the lease runs on. A page that is left says its last word after its assignment's end."""
    _piece(desk, piece_id)
    posted = read(request)
    assignment = scoring.held_by(desk.user, piece_id, posted.token)
    scoring.beat(assignment, desk.project.lease_minutes, timezone.now(), posted.active_seconds)
    return JsonResponse({"lease_until": assignment.leased_until.isoformat()})
