"""The editor's pages: the worst first, and one item with its reviews, its checks and every change tracked."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Permission
from annotation import editing, handing_out, judgements, tracking, waiting
from annotation.access import Desk, get_item, requires
from annotation.copilot import panel, shown
from annotation.copilot.evidence import evidence_of
from annotation.forms import EditForm, GiveUpForm, hunk_reasons, too_long
from annotation.models import Assignment, Draft, Item
from annotation.reasons import Reason, SkipReason
from annotation.reviewers import second_looks
from annotation.texts import Written
from annotation.views.reviewer import held
from annotation.workflow import Stage, State
from annotation.writing import guideline_version
from core.htmx import wants_json
from core.refusal import Refusal, Refused

OUTCOMES = {
    State.CHECKING: "Saved. The checks run on the new text, then it goes on by itself.",
    State.ACCEPTED: "Kept as it is and accepted.",
    State.IN_REVIEW: "Kept as it is; one more reviewer looks at it.",
    State.REJECTED: "Given up: the item is rejected. Its author may appeal.",
}
CHANGED = Refusal("You have changed the text.", "Press Finish to save the changes, or restore the original first.")


@require_safe
@requires(Permission.EDIT)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    page, flagged = waiting.flagged_for_editing(desk, request.GET.get("cursor", ""))
    in_hand = waiting.in_hand(desk, Stage.EDITING, Stage.ADJUDICATION)
    disputes = waiting.disputes(desk)
    context = {
        "page": page,
        "flagged": flagged,
        "disputes": disputes,
        "disagreeing": second_looks.disagreeing(desk),
        "in_hand": in_hand,
        "why_empty": None if flagged or disputes or in_hand else handing_out.why_empty(desk, Stage.EDITING),
    }
    return render(request, "annotation/editor/home.html", context)


@require_POST
@requires(Permission.EDIT)
def open_for_editing(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """Also how an editor whose lease has lapsed takes the item back: the text control asks in JSON."""
    item = get_item(desk, item_id)
    assignment = handing_out.open_item(desk, item_id, Stage.EDITING)
    if not wants_json(request):
        return redirect("annotation:edit", desk.project.slug, item_id)
    draft = Draft.objects.filter(item=item, person=desk.user).first()
    until = assignment.leased_until.isoformat()
    return JsonResponse(
        {
            "token": str(assignment.token),
            "version": draft.version if draft else 0,
            "leased_until": until,
            "lease_until": until,
        }
    )


@require_safe
@requires(Permission.EDIT)
def edit(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = get_item(desk, item_id)
    assignment = held(desk, item, Stage.EDITING)
    if assignment is None:
        context = {"item": item, "stage": "edit", "waits": item.state == State.IN_EDITING and not item.leased}
        return render(request, "annotation/editor/not_in_hand.html", context)
    return _page(request, desk, item, assignment=assignment)


@require_POST
@requires(Permission.EDIT)
def changes(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """The tracked changes of the text as it stands in the page; nothing is saved."""
    item = get_item(desk, item_id)
    assert item.current is not None
    written = Written.of(request.POST.get("prompt", ""), request.POST.get("completion", ""))
    if written.is_too_long:
        raise Refused(Refusal("The text is too long to compare.", too_long("It")), 409, "too_long")
    tracked = tracking.track(item.current, written, hunk_reasons(request.POST))
    context = {"tracked": tracked, "cell": item.cell, "reasons": Reason.choices, "is_part": True}
    return render(request, "annotation/editor/_changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT)
def finish(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    """A GET is someone who had to sign in again on submitting."""
    if request.method != "POST":
        return redirect("annotation:edit", desk.project.slug, item_id)
    item = get_item(desk, item_id)
    form = EditForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, item, form=form, status=422)
    if form.cleaned_data["keep"] and _is_changed(item, form):
        return _page(request, desk, item, form=form, refused=Refused(CHANGED, 422), status=422)
    try:
        finished = editing.finish(
            person=desk.user, item_id=item_id, token=str(form.cleaned_data["token"]), edit=form.edit()
        )
    except Refused as refused:
        return _page(request, desk, item, form=form, refused=refused, status=refused.status)
    messages.success(request, f"{finished}: {OUTCOMES.get(State(finished.state), 'Done.')}")
    return redirect("annotation:editor-home", desk.project.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT)
def give_up(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("annotation:edit", desk.project.slug, item_id)
    item = get_item(desk, item_id)
    form = GiveUpForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, item, give_up=form, status=422)
    given = form.cleaned_data
    try:
        editing.give_up(person=desk.user, item_id=item_id, token=str(given["token"]), note=given["note"])
    except Refused as refused:
        return _page(request, desk, item, give_up=form, refused=refused, status=refused.status)
    messages.success(request, f"{item}: {OUTCOMES[State.REJECTED]}")
    return redirect("annotation:editor-home", desk.project.slug)


def _is_changed(item: Item, form: EditForm) -> bool:
    current, written = item.current, form.edit().written
    return current is None or (current.prompt, current.completion) != (written.prompt, written.completion)


def _page(
    request: HttpRequest,
    desk: Desk,
    item: Item,
    *,
    assignment: Assignment | None = None,
    form: EditForm | None = None,
    give_up: GiveUpForm | None = None,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    assignment = assignment or held(desk, item, Stage.EDITING)
    opening = tracking.opening_text(item, Draft.objects.filter(item=item, person=desk.user).first())
    sent = form or give_up
    context = {
        "item": item,
        "cell": item.cell,
        "assignment": assignment,
        "token": sent.data.get("token", "") if sent else str(assignment.token) if assignment else "",
        "opening": opening,
        "form": form,
        "give_up": give_up,
        "errors": [error for each in (form, give_up) if each for found in each.errors.values() for error in found],
        "refused": refused,
        "lease_lost": bool(refused and refused.code == "lease"),
        **_text(item, opening, form),
        **_beside(item),
    }
    return render(request, "annotation/editor/edit.html", context, status=status)


def _text(item: Item, opening: tracking.Opening, form: EditForm | None) -> dict[str, Any]:
    """The text as typed: what was just sent and refused, else the draft, else the current revision."""
    assert item.current is not None
    draft = opening.draft
    written = Written.of(
        form.data.get("prompt", "") if form else draft.prompt,
        form.data.get("completion", "") if form else draft.completion,
    )
    found = panel.live_panel(item, written, guideline_version=guideline_version(item.project), may_add_words=True)
    return {
        "written": written,
        "original": {"prompt": item.current.prompt, "completion": item.current.completion},
        "tracked": tracking.track(item.current, written, hunk_reasons(form.data) if form else {}),
        "note": form.data.get("note", "") if form else "",
        "meaning_changed": bool(form and form.data.get("meaning_changed")),
        "panel": found,
        "evidence": evidence_of(item, found),
        "rulings": shown.ruled(item, {row.fingerprint: row.message for row in found.rows if row.dismissed}),
    }


def _beside(item: Item) -> dict[str, Any]:
    """Why the item is here: its reviews and settlements, newest first."""
    rounds = judgements.rounds_of(item)
    return {
        "latest": rounds[0] if rounds else None,
        "earlier": rounds[1:],
        "settlements": judgements.settlements_of(item),
        "reasons": Reason.choices,
        "skip_reasons": SkipReason.choices,
        "is_code": item.cell.format in ("json", "xml", "csv"),
    }
