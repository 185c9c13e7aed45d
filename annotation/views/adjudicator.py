"""The adjudicator's page: all reviews of the round side by side, and one decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation import editing, handing_out, judgements
from annotation.access import Desk, get_item, requires
from annotation.copilot import panel
from annotation.fairness import appealing
from annotation.forms import AdjudicateForm
from annotation.models import Adjudication, Appeal, Assignment, Clause, Item
from annotation.reasons import DisputeCause, SkipReason
from annotation.setup.setting_up import guideline_of
from annotation.views.reviewer import held
from annotation.workflow import Stage, State
from core.htmx import wants_json
from core.refusal import Refused

OUTCOMES = {
    State.ACCEPTED: "accepted.",
    State.IN_REVIEW: "your yes is recorded; one more reviewer looks at it.",
    State.IN_EDITING: "it waits for an editor now; afterwards a reviewer looks at it again.",
    State.REJECTED: "rejected; its place is free for somebody else.",
}


@require_POST
@requires(Permission.ADJUDICATE)
def open_dispute(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    get_item(desk, item_id)
    assignment = handing_out.open_item(desk, item_id, Stage.ADJUDICATION)
    if wants_json(request):
        return JsonResponse({"token": str(assignment.token), "leased_until": assignment.leased_until.isoformat()})
    return redirect("annotation:adjudicate", desk.project.slug, item_id)


@require_safe
@requires(Permission.ADJUDICATE)
def adjudicate(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = get_item(desk, item_id)
    assignment = held(desk, item, Stage.ADJUDICATION)
    if assignment is None:
        context = {"item": item, "stage": "adjudicate", "waits": item.state == State.DISPUTED and not item.leased}
        return render(request, "annotation/editor/not_in_hand.html", context)
    return _page(request, desk, item, AdjudicateForm(), assignment=assignment)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADJUDICATE)
def settle(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """A GET is someone who had to sign in again on submitting."""
    if request.method != "POST":
        return redirect("annotation:adjudicate", desk.project.slug, item_id)
    item = get_item(desk, item_id)
    form = AdjudicateForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, item, form, status=422)
    given = form.cleaned_data
    try:
        settled = editing.adjudicate(
            person=desk.user,
            item_id=item_id,
            token=str(given["token"]),
            decision=Adjudication.Decision(given["decision"]),
            cause=given["cause"],
            note=given["note"],
            ending=given["ending"],
            clause_id=given["clause_id"],
        )
    except Refused as refused:
        return _page(request, desk, item, form, refused=refused, status=refused.status)
    messages.success(request, f"{settled}: {OUTCOMES.get(State(settled.state), 'settled.')}")
    return redirect("annotation:editor-home", desk.project.slug)


def _appeal_of(item: Item) -> dict[str, Any]:
    """What the author argues, how it may end, and the clauses that may turn out unclear."""
    opened = appealing.open_appeal(item)
    if opened is None:
        return {}
    clauses = Clause.objects.filter(guideline=guideline_of(item.project)).only("id", "code", "title")
    endings = [choice for choice in Appeal.Ending.choices if choice[0]]
    clock = appealing.Clock(opened, timezone.now())
    return {"appeal": opened, "clock": clock, "endings": endings, "clauses": clauses}


def _judged(item: Item) -> dict[str, Any]:
    """What the reviewers said, the latest round compared row by row, and how it was settled before."""
    rounds = judgements.rounds_of(item)
    latest = rounds[0] if rounds else None
    rows = judgements.compare(latest) if latest else []
    return {
        "latest": latest,
        "earlier": rounds[1:],
        "differing": [row for row in rows if row.differs],
        "same": [row for row in rows if not row.differs],
        "settlements": judgements.settlements_of(item),
        "accepting": judgements.what_accepting_does(item, latest),
    }


def _page(
    request: HttpRequest,
    desk: Desk,
    item: Item,
    form: AdjudicateForm,
    *,
    assignment: Assignment | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    assignment = assignment or held(desk, item, Stage.ADJUDICATION)
    context = {
        "item": item,
        "cell": item.cell,
        "assignment": assignment,
        "token": form.data.get("token", "") or (str(assignment.token) if assignment else ""),
        "form": form,
        "refused": refused,
        "lease_lost": bool(refused and refused.code == "lease"),
        **_judged(item),
        "causes": DisputeCause.choices,
        **_appeal_of(item),
        "skip_reasons": SkipReason.choices,
        "panel": panel.stored_panel(item),
        "is_code": item.cell.format in ("json", "xml", "csv"),
    }
    return render(request, "annotation/editor/adjudicate.html", context, status=status)
