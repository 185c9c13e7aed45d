"""What editors and adjudicators decide tells how right the reviewers before them were.

Recorded for every reviewer of the text an editor decides on, whether upheld or contradicted: a share needs both.
- kept as it is: accepting was right;
- edited: sending it on was right, rejecting too hard; accepting was wrong only where the meaning had to be changed;
- given up: rejecting was right;
- adjudicated: as it was decided. An appeal's decision is recorded with the appeal instead, once.
"""

from collections.abc import Sequence
from datetime import datetime

from annotation.models import Adjudication, Item, Review, Verdict
from experts.models import ReviewerOutcome
from experts.reviewers import record_reviewer_outcome

_OF_DECISION = {
    Adjudication.Decision.ACCEPT: Verdict.ACCEPT,
    Adjudication.Decision.EDIT: Verdict.EDIT,
    Adjudication.Decision.REJECT: Verdict.REJECT,
}


def kept(item: Item, now: datetime) -> None:
    _record(item, Verdict.ACCEPT, now)


def edited(item: Item, now: datetime, *, meaning_changed: bool, reasons: Sequence[str]) -> None:
    """Before the edit becomes the item's text."""
    _record(item, Verdict.EDIT, now, reasons=sorted(set(filter(None, reasons))), also_accepts=meaning_changed)


def given_up(item: Item, now: datetime) -> None:
    _record(item, Verdict.REJECT, now)


def adjudicated(item: Item, decision: str, now: datetime) -> None:
    _record(item, _OF_DECISION[Adjudication.Decision(decision)], now)


def _record(
    item: Item, truth: Verdict, now: datetime, *, reasons: Sequence[str] = (), also_accepts: bool = True
) -> None:
    if item.is_control:
        return
    for review in Review.objects.filter(revision=item.current_id).select_related("reviewer"):
        if review.verdict == Verdict.ACCEPT and not also_accepts:
            continue
        record_reviewer_outcome(
            reviewer=review.reviewer,
            project_id=item.project_id,
            item_id=item.pk,
            kind=ReviewerOutcome.Kind.CORRECTION,
            said=review.verdict,
            truth=truth,
            reasons_said=review.reasons,
            reasons_true=reasons,
            at=now,
        )
