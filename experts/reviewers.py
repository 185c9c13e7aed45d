"""What becomes known of a reviewer's verdicts: from control items, second looks, corrections and appeals."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from experts.models import ReviewerOutcome

_MEND = frozenset({ReviewerOutcome.Verdict.EDIT.value, ReviewerOutcome.Verdict.RETURN.value})


def is_same(said: str, truth: str) -> bool:
    """Whether two verdicts agree: whom a text goes to for mending, its author or an editor, is no disagreement."""
    return said == truth or {said, truth} <= _MEND


def record_reviewer_outcome(
    reviewer: User,
    project_id: int,
    item_id: int,
    kind: str,
    said: str,
    truth: str,
    reasons_said: Sequence[str],
    reasons_true: Sequence[str],
    at: datetime,
) -> ReviewerOutcome:
    """One row, never changed: what the reviewer said of an item and what it turned out to be.

    `kind` is one of ReviewerOutcome.Kind, `said` and `truth` are verdicts: accept, edit, return, reject.
    """
    return ReviewerOutcome.objects.create(
        reviewer=reviewer,
        project_id=project_id,
        item_id=item_id,
        kind=ReviewerOutcome.Kind(kind),
        said=ReviewerOutcome.Verdict(said),
        truth=ReviewerOutcome.Verdict(truth),
        reasons_said=list(reasons_said),
        reasons_true=list(reasons_true),
        at=at,
    )
