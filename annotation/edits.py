"""The author's view of an editor's changes: each hunk with its reason, and the author's answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404

from accounts.models import User
from annotation import editing
from annotation.models import EditHunk, Item, Revision
from core.refusal import Refusal, Refused


@dataclass(frozen=True)
class AuthorsEdit:
    """One edited revision beside the text before it. Who edited stays unknown to the author."""

    revision: Revision
    before: Revision | None
    hunks: list[EditHunk]

    @property
    def helpful(self) -> bool | None:
        """What the author said of it; None: nothing."""
        rating = getattr(self.revision, "rating", None)
        return rating.helpful if rating else None

    @property
    def unanswered(self) -> list[EditHunk]:
        return [hunk for hunk in self.hunks if not hunk.response]


def edits_of(item: Item) -> list[AuthorsEdit]:
    """Newest first; two statements."""
    revisions = {one.number: one for one in Revision.objects.filter(item=item).select_related("rating")}
    hunks: dict[int, list[EditHunk]] = {}
    for hunk in EditHunk.objects.filter(item=item):
        hunks.setdefault(hunk.revision_id, []).append(hunk)
    edited = [one for one in revisions.values() if one.kind == Revision.Kind.EDITED]
    found = [AuthorsEdit(one, revisions.get(one.number - 1), hunks.get(one.pk, [])) for one in edited]
    return sorted(found, key=lambda edit: -edit.revision.number)


def respond_to_edit(
    person: User, item: Item, revision_id: int, hunk_ids: Sequence[int], *, thanks: bool, note: str
) -> AuthorsEdit:
    """Records the answer and gives the edit as it now stands. Raises Refused, or Http404 for another item's edit."""
    if not any(edit.revision.pk == revision_id for edit in edits_of(item)):
        raise Http404("No such edit of this item.")
    if not hunk_ids:
        raise Refused(Refusal("No change is chosen.", "Tick the changes you mean."), 409, "incomplete")
    editing.respond(person=person, revision_id=revision_id, hunk_ids=hunk_ids, thanks=thanks, note=note)
    return next(edit for edit in edits_of(item) if edit.revision.pk == revision_id)
