"""Declaring a finding not applicable, with a reason that reviewers read. What must be mended cannot be dismissed."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation import checking
from annotation.models import Assignment, Dismissal, Item
from annotation.reasons import DismissReason
from annotation.texts import Written, clean
from annotation.workflow import Stage
from core.refusal import Refusal, refuse_if
from qa import runs
from qa.checks.base import Finding, Severity
from qa.tuning import tuned

LONGEST_NOTE = 500


@transaction.atomic
def dismiss(
    *,
    person: User,
    item: Item,
    written: Written,
    fingerprint: str,
    reason: str,
    note: str = "",
    guideline_version: int = 0,
) -> Dismissal:
    """Dismisses what the checks find in `written`; repeating it gives the newest reason. Raises Refused."""
    refuse_if(refusal_to_dismiss(person, item))
    finding = find(item, written, fingerprint, guideline_version)
    refuse_if(_refusal_of(finding, reason), status=409, code="not_dismissible")
    assert finding is not None
    dismissal, _ = Dismissal.objects.update_or_create(
        item=item,
        fingerprint=fingerprint,
        defaults={
            "check_name": finding.check,
            "message": finding.message,
            "reason": reason,
            "note": clean(note).strip()[:LONGEST_NOTE],
            "by": person,
            "at": timezone.now(),
        },
    )
    return dismissal


@transaction.atomic
def undismiss(*, person: User, item: Item, fingerprint: str) -> None:
    refuse_if(refusal_to_dismiss(person, item))
    Dismissal.objects.filter(item=item, fingerprint=fingerprint).delete()


def refusal_to_dismiss(person: User, item: Item) -> Refusal | None:
    """Whoever has the text in hand: its author while writing, its editor while editing."""
    stages = (Stage.WRITING, Stage.EDITING)
    if Assignment.objects.filter(item=item, person=person, stage__in=stages, ended_at=None).exists():
        return None
    return Refusal("Findings are dismissed by whoever has the text in hand.", "Take the item back first.")


def find(item: Item, written: Written, fingerprint: str, guideline_version: int = 0) -> Finding | None:
    """The finding of that name in this text; the checks have usually just run on it and are not run again."""
    subject = checking.subject_of(item, written.prompt, written.completion, written.own_context)
    fast, slow = checking.fast_and_slow(item)
    results = [*runs.live(subject, fast, guideline_version), *runs.known(subject, slow, guideline_version)]
    findings = tuned((one for result in results for one in result.findings), checking.tuning_of(item.project))
    return next((one for one in findings if one.fingerprint == fingerprint), None)


def _refusal_of(finding: Finding | None, reason: str) -> Refusal | None:
    if finding is None:
        return Refusal("The text has changed here; this finding is gone.", "Look at the findings again.")
    if finding.severity is Severity.MUST:
        return Refusal("What must be mended cannot be dismissed.", "Mend the text, or ask your manager.")
    if reason not in DismissReason:
        return Refusal("Say why the finding does not apply.", "Choose one of the reasons.")
    return None
