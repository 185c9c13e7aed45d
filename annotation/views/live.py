"""What a text page asks for while somebody types: saving, checking, previewing, dismissing."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from annotation import writing
from annotation.access import Desk, get_item, may_see, requires
from annotation.copilot import dismissing, glossary
from annotation.copilot.panel import Dismissed, Panel, live_panel
from annotation.handing_out import lease_lost
from annotation.models import Dismissal, Guideline, Item
from annotation.posted import Posted, read, texts_of
from annotation.texts import LONGEST, Written
from annotation.writing import VersionConflict, starting_text
from core.refusal import Refusal, Refused


@require_POST
@requires(Permission.WRITE, Permission.EDIT)
def save(request: HttpRequest, desk: Desk, item_id: int) -> JsonResponse:
    item = get_item(desk, item_id)
    posted = read(request)
    try:
        saved = writing.save_draft(
            person=desk.user,
            item=item,
            token=posted.token,
            version=posted.version or 0,
            written=posted.written,
            signals=posted.signals,
        )
    except VersionConflict as conflict:
        theirs = {**texts_of(conflict.theirs, posted.names), "version": conflict.theirs.version}
        return JsonResponse({"reason": "version", "theirs": theirs}, status=409)
    if not writing.is_held(desk.user, item, posted.token):  # the text is stored; the lease is another matter
        raise lease_lost()
    return JsonResponse(
        {
            "version": saved.version,
            "saved_at": saved.saved_at.isoformat(),
            "lease_until": saved.leased_until.isoformat(),
        }
    )


@require_POST
@requires(Permission.WRITE, Permission.EDIT)
def check(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = _item_for_panel(desk, item_id)
    posted = read(request)
    _refuse_too_long(posted.written)
    # Without the request: no context processor has anything to add to a list of findings.
    found = _panel(desk, item, posted.written, asks_workers=posted.asks_workers, has_rested=posted.has_rested)
    part = render_to_string("qa/_findings.html", findings_context(found))
    # 286 tells whoever polls that nothing more will come.
    return HttpResponse(part, status=286 if posted.asks_workers and not found.pending else 200)


@require_POST
@requires(Permission.WRITE, Permission.EDIT)
def preview(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = _item_for_panel(desk, item_id)
    posted = read(request)
    _refuse_too_long(posted.written)
    context = {
        "item": item,
        "written": posted.written,
        "panel": _panel(desk, item, posted.written),
        "refusal": writing.refusal_to_submit(item, posted.written) if item.author_id == desk.user.pk else None,
        "changes_first": "changes" in request.POST,
    }
    return render(request, "annotation/expert/_preview.html", context)


@require_POST
@requires(Permission.WRITE, Permission.EDIT)
def dismiss(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = _item_for_panel(desk, item_id)
    posted = read(request)
    written = _text_at_hand(desk, item, posted)
    dismissing.dismiss(
        person=desk.user,
        item=item,
        written=written,
        fingerprint=request.POST.get("fingerprint", ""),
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        guideline_version=_guideline_version(item),
    )
    return _findings_part(desk, item_id, written)


@require_POST
@requires(Permission.WRITE, Permission.EDIT)
def undismiss(request: HttpRequest, desk: Desk, item_id: int) -> HttpResponse:
    item = _item_for_panel(desk, item_id)
    written = _text_at_hand(desk, item, read(request))
    dismissing.undismiss(person=desk.user, item=item, fingerprint=request.POST.get("fingerprint", ""))
    return _findings_part(desk, item_id, written)


def findings_context(panel: Panel, *, can_apply: bool = True, can_dismiss: bool = True) -> dict[str, object]:
    return {"panel": panel, "can_apply": can_apply, "can_dismiss": can_dismiss}


def _findings_part(desk: Desk, item_id: int, written: Written) -> HttpResponse:
    panel = _panel(desk, _item_for_panel(desk, item_id), written)
    return HttpResponse(render_to_string("qa/_findings.html", findings_context(panel)))


def _item_for_panel(desk: Desk, item_id: int) -> Item:
    """The item with all the panel needs in one statement: it is asked for at every pause in typing."""
    dismissals = Dismissal.objects.filter(item=OuterRef("pk"))
    guideline = Guideline.objects.filter(project=OuterRef("project")).order_by("-version")
    items = Item.objects.select_related("cell", "context", "current", "project").annotate(
        guideline_version=Subquery(guideline.values("version")[:1]),
        dismissed=ArraySubquery(dismissals.values(row=JSONObject(of="fingerprint", reason="reason", note="note"))),
    )
    item = items.filter(project=desk.project, pk=item_id).first()
    if item is None or not may_see(desk, item):
        raise Http404("No such item among yours.")
    return item


def _panel(desk: Desk, item: Item, written: Written, *, asks_workers: bool = False, has_rested: bool = False) -> Panel:
    rows: list[dict[str, str]] = getattr(item, "dismissed", [])
    return live_panel(
        item,
        written,
        guideline_version=_guideline_version(item),
        dismissals={row["of"]: Dismissed(row["reason"], row["note"]) for row in rows},
        may_add_words=glossary.may_add(desk),
        asks_workers=asks_workers,
        has_rested=has_rested,
    )


def _guideline_version(item: Item) -> int:
    return getattr(item, "guideline_version", None) or 0


def _text_at_hand(desk: Desk, item: Item, posted: Posted) -> Written:
    """The text of the page where it was sent along, else what was last saved."""
    if posted.names:
        return posted.written
    draft = starting_text(item, desk.user)
    return Written(draft.prompt, draft.completion, draft.own_context)


def _refuse_too_long(written: Written) -> None:
    if written.is_too_long:
        raise Refused(Refusal(f"A field holds more than {LONGEST:,} characters.", "Shorten it."), 409, "too_long")
