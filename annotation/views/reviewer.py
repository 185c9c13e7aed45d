"""The reviewer's pages: what waits, and one item to judge, blind to its author and to other reviewers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation import handing_out, reviewing, waiting
from annotation.access import Desk, get_item, requires
from annotation.copilot import panel, shown
from annotation.copilot.evidence import evidence_of
from annotation.forms import JudgeForm
from annotation.learning import piece_scoring
from annotation.models import Assignment, Clause, Item, Verdict
from annotation.reasons import Reason, SkipReason
from annotation.rereview import changes_since_review, consequences, escalates, position_in_round
from annotation.reviewers import controls
from annotation.rubric import RUBRIC
from annotation.workflow import Stage, State
from core.htmx import wants_json
from core.refusal import Refusal, Refused

# What became of the item, as the reviewer reads it after a verdict; silent about the other reviewers of the round.
OUTCOMES = {
    State.IN_REVIEW: "one more reviewer looks at it",
    State.ACCEPTED: "it is accepted",
    State.RETURNED: "it is back with its author",
    State.IN_EDITING: "it is with the editors",
    State.REJECTED: "it is rejected",
    State.DISPUTED: "an editor settles it",
}


@require_safe
@requires(Permission.REVIEW)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    in_hand = waiting.in_hand(desk, Stage.REVIEW)
    count = waiting.count_for_review(desk)
    context = {
        "in_hand": in_hand,
        "rereviews": waiting.rereviews(desk),
        "count": count,
        "is_many": count >= waiting.MOST_COUNTED,
        "judged": waiting.judged_lately(desk),
        "pieces": piece_scoring.for_reviewer(desk),
        "why_empty": None if count or in_hand else handing_out.why_empty(desk, Stage.REVIEW),
    }
    return render(request, "annotation/reviewer/home.html", context)


@require_safe
@requires(Permission.REVIEW)
def review(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = get_item(desk, item_id)
    assignment = held(desk, item)
    if assignment is None:
        return _not_in_hand(request, desk, item)
    return _page(request, desk, item, str(assignment.token), JudgeForm(), assignment=assignment)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.REVIEW)
def judge(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """A GET is someone who had to sign in again on submitting: back to the page, where the browser kept it all."""
    item = get_item(desk, item_id)
    if request.method != "POST":
        return redirect("annotation:review", desk.project.slug, item_id)
    form = JudgeForm(request.POST)
    token = request.POST.get("token", "")
    if not form.is_valid():
        return _page(request, desk, item, token, form, status=422)
    try:
        judged = reviewing.judge(
            person=desk.user, item_id=item_id, token=str(form.cleaned_data["token"]), judgement=form.judgement()
        )
    except Refused as refused:
        return _page(request, desk, item, token, form, refused=refused, status=refused.status)
    _tell(request, desk, judged, Verdict(form.cleaned_data["verdict"]))
    if told := controls.what_it_was(desk.project, judged):
        messages.info(request, told)
    return _onwards(desk, stop=form.cleaned_data["stop"])


@require_POST
@requires(Permission.REVIEW)
def reopen(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """Whose lease has lapsed takes the review up again while nobody else has it."""
    get_item(desk, item_id)
    assignment = handing_out.open_item(desk, item_id, Stage.REVIEW)
    if wants_json(request):
        return JsonResponse({"token": str(assignment.token), "leased_until": assignment.leased_until.isoformat()})
    return redirect("annotation:review", desk.project.slug, item_id)


def held(desk: Desk, item: Item, stage: Stage = Stage.REVIEW) -> Assignment | None:
    return Assignment.objects.filter(item=item, person=desk.user, stage=stage, ended_at=None).first()


def _tell(request: HttpRequest, desk: Desk, item: Item, verdict: Verdict) -> None:
    text = format_html(
        "{} {}: {}. A review is final; <a href='{}'>the item page</a> shows what becomes of it.",
        item,
        {"accept": "accepted", "edit": "sent to an editor", "return": "returned", "reject": "rejected"}[verdict],
        OUTCOMES.get(State(item.state), "it moves on"),
        reverse("annotation:item", args=[desk.project.slug, item.pk]),
    )
    messages.success(request, text)


def _onwards(desk: Desk, *, stop: bool) -> HttpResponse:
    """The next review at once; home when there is none, where the empty queue explains itself."""
    if not stop:
        try:
            assignment = handing_out.start_next(desk, Stage.REVIEW)
        except Refused:
            pass
        else:
            return redirect("annotation:review", desk.project.slug, assignment.item_id)
    return redirect("annotation:reviewer-home", desk.project.slug)


def _not_in_hand(request: HttpRequest, desk: Desk, item: Item) -> HttpResponse:
    context = {
        "item": item,
        "mine": item.reviews.filter(reviewer=desk.user).last(),
        "may_reopen": handing_out.may_reopen_review(desk.user, item),
        "is_leased": item.leased,
    }
    return render(request, "annotation/reviewer/not_in_hand.html", context)


def _page(
    request: HttpRequest,
    desk: Desk,
    item: Item,
    token: str,
    form: JudgeForm,
    *,
    assignment: Assignment | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    assignment = assignment or held(desk, item)
    stored = panel.stored_panel(item)
    context = {
        "item": item,
        "cell": item.cell,
        "token": token,
        "form": form,
        "assignment": assignment,
        "refused": refused,
        "lease_lost": bool(refused and refused.code == "lease"),
        "panel": stored,
        "evidence": evidence_of(item, stored),
        "rulings": shown.ruled(item, {row.fingerprint: row.message for row in stored.rows if row.dismissed}),
        "changes": changes_since_review(item, desk.user),
        "position": position_in_round(item, desk.project.overlap),
        **_choices(item, form),
    }
    return render(request, "annotation/reviewer/review.html", context, status=status)


def _choices(item: Item, form: JudgeForm) -> dict[str, Any]:
    """Everything there is to choose from, with what has been chosen before a failed submit."""
    told = consequences(item)
    return {
        "rubric": [(criterion, form[criterion.name], str(form[criterion.name].value() or "")) for criterion in RUBRIC],
        "reasons": Reason.choices,
        "chosen": form["reasons"].value() or [],
        "note": form["note"].value() or "",
        "remarks": form["remarks"].value() or "[]",
        "clauses": clauses_of(item),
        "skip_reasons": SkipReason.choices,
        "consequences": told,
        "return_title": told[Verdict.RETURN] if item.author_id else None,
        "escalates": escalates(item),
        "return_refusal": None if item.author_id else NO_AUTHOR,
        "is_code": item.cell.format in ("json", "xml", "csv"),
        "shortest_note": reviewing.SHORTEST_NOTE,
    }


NO_AUTHOR = Refusal("This pair was imported and has no author here.", "Send it to an editor instead.")


def clauses_of(item: Item) -> list[Clause]:
    """Of the newest guideline: all skills' clauses and those of the item's own."""
    found = Clause.objects.filter(guideline__project=item.project, skill__in=["", item.cell.skill])
    newest = list(found.select_related("guideline").order_by("-guideline__version", "position", "code"))
    return [clause for clause in newest if clause.guideline_id == newest[0].guideline_id]
