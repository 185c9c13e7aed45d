"""What a judgement means for its author: the one way from the pipeline into people's standing."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from annotation.models import EditHunk, Item, Revision
from core.diff import word_count
from experts.models import Outcome
from experts.standing import record_outcome as _record

# An edit is major when it changes the meaning or more than a fifth of the author's words. Post-editors call a text
# that needs less than that usable as it is (HTER, Snover et al. 2006, "A Study of Translation Edit Rate").
MAJOR_SHARE = 0.2


def record_accepted(item: Item, *, judged_by: User | None, at: datetime, reasons: Sequence[str] = ()) -> None:
    """Accepted as written, or after editing: light or major by what became of the author's last text."""
    hunks = list(EditHunk.objects.filter(item=item).select_related("revision"))
    written = _last_of_author(item) if hunks else None
    since = [hunk for hunk in hunks if written is None or hunk.revision.number > written.number]
    if since:
        size = edit_size(written, since)
        record_outcome(item, Outcome.Kind.EDITED, judged_by=judged_by, at=at, reasons=reasons, edit=size)
    else:
        kind = Outcome.Kind.EDITED if _is_edited(item) else Outcome.Kind.ACCEPTED
        record_outcome(item, kind, judged_by=judged_by, at=at, reasons=reasons)


def _last_of_author(item: Item) -> Revision | None:
    return Revision.objects.filter(item=item).exclude(kind=Revision.Kind.EDITED).order_by("-number").first()


def _is_edited(item: Item) -> bool:
    return item.current is not None and item.current.kind == Revision.Kind.EDITED


def edit_size(written: Revision | None, hunks: Sequence[EditHunk]) -> Outcome.Edit:
    """Nothing written by the author before it: a major edit."""
    words = word_count(written.prompt) + word_count(written.completion) if written else 0
    changed = sum(max(word_count(hunk.before), word_count(hunk.after)) for hunk in hunks)
    is_major = changed > MAJOR_SHARE * words or any(hunk.revision.meaning_changed for hunk in hunks)
    return Outcome.Edit.MAJOR if is_major else Outcome.Edit.LIGHT


def record_outcome(
    item: Item,
    kind: Outcome.Kind,
    *,
    judged_by: User | None,
    at: datetime,
    reasons: Sequence[str] = (),
    edit: Outcome.Edit = Outcome.Edit.UNKNOWN,
) -> None:
    """Control items and imported pairs have no author to credit."""
    if item.author is None or item.is_control:
        return
    _record(
        user=item.author,
        project_id=item.project_id,
        item_id=item.pk,
        language_id=item.cell.language_id,
        domain_id=item.cell.domain_id,
        skill=item.cell.skill,
        kind=kind,
        edit=edit,
        judged_by=judged_by,
        reasons=reasons,
        at=at,
    )
