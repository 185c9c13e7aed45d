"""What an editor has changed so far, while they are changing it."""

from collections.abc import Mapping
from dataclasses import dataclass

from annotation.models import Draft, Item, Revision
from annotation.texts import Written
from core.diff import Hunk, hunks, word_count


@dataclass(frozen=True)
class Change:
    """One tracked change with the reason chosen for it; `name` is its field in the form."""

    field: str
    hunk: Hunk
    reason: str

    @property
    def name(self) -> str:
        return f"reason-{self.field}-{self.hunk.start}"


@dataclass(frozen=True)
class Tracked:
    before: Revision
    written: Written
    changes: list[Change]

    @property
    def words_changed(self) -> int:
        return sum(max(word_count(change.hunk.before), word_count(change.hunk.after)) for change in self.changes)

    @property
    def words_before(self) -> int:
        return word_count(self.before.prompt) + word_count(self.before.completion)


def track(before: Revision, written: Written, reasons: Mapping[tuple[str, int], str]) -> Tracked:
    found = [("prompt", hunk) for hunk in hunks(before.prompt, written.prompt)]
    found += [("completion", hunk) for hunk in hunks(before.completion, written.completion)]
    changes = [Change(name, hunk, reasons.get((name, hunk.start), "")) for name, hunk in found]
    return Tracked(before, written, changes)


@dataclass(frozen=True)
class Opening:
    """What the editor's text control opens with."""

    draft: Draft
    outdated: Draft | None = None


def opening_text(item: Item, draft: Draft | None) -> Opening:
    """The person's own draft, unless the text has moved on since it was saved: then it is offered, not put back."""
    current = item.current
    assert current is not None
    if draft is not None and draft.saved_at >= current.created_at:
        return Opening(draft)
    fresh = Draft(item=item, prompt=current.prompt, completion=current.completion)
    fresh.version = draft.version if draft else 0
    is_other = draft is not None and (draft.prompt, draft.completion) != (current.prompt, current.completion)
    return Opening(fresh, draft if is_other and draft and not draft.is_empty else None)
