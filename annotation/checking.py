"""Between submit and review: the checks of a cell run on the current revision and decide where it goes next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from annotation.crediting import record_outcome
from annotation.models import Approval, Dismissal, Item, Review, Revision, Verdict
from annotation.steps import lock_item, take_step
from annotation.workflow import Action, State
from core.refusal import Refusal, Refused
from experts.models import Outcome
from qa import policy, runs
from qa.checks import CHECKS
from qa.checks.base import Bounds, Check, Finding, Subject
from qa.models import CheckRun

# An item that has been in checking for longer than this is taken up again by beat: its worker is gone.
STUCK_AFTER = timedelta(seconds=45)

ATTENTION_PER_SHOULD = 5


def subject_of(item: Item, prompt: str, completion: str, context: str | None = None) -> Subject:
    """What the checks see of an item: its texts and what its cell asks for. No people, no history."""
    cell = item.cell
    passage = item.context.text if context is None and item.context else context or ""
    return Subject(
        prompt=prompt,
        completion=completion,
        context=passage,
        language=cell.language_id,
        skill=cell.skill,
        prompt_bounds=Bounds(cell.prompt_min, cell.prompt_max),
        completion_bounds=Bounds(cell.completion_min, cell.completion_max),
        format=cell.format,  # type: ignore[arg-type]  # the column's choices are the type's literals
        languages=(cell.language_id,),
        style=item.project.style,
    )


def subject_of_revision(item: Item, revision: Revision) -> Subject:
    return subject_of(item, revision.prompt, revision.completion)


def checks_for(_item: Item) -> Sequence[Check]:
    return list(CHECKS.values())


def current_results(item: Item) -> list[CheckRun]:
    """What the checks say about the current revision as things stand; runs what has never run."""
    if item.current is None:
        return []
    return runs.run_all(subject_of_revision(item, item.current), checks_for(item), item.current.guideline_version)


def check_item(item_id: int) -> None:
    """Runs what has not run on the current text, then settles. Safe to repeat: deliveries do."""
    item = Item.objects.select_related("cell", "project", "context", "current").get(pk=item_id)
    if item.state != State.CHECKING or item.current is None:
        return
    settle(item_id, item.current.pk, current_results(item))


@transaction.atomic
def settle(item_id: int, revision_id: int, results: Sequence[CheckRun]) -> None:
    """Moves the item on from checking, if it still stands at the text that was checked."""
    item = lock_item(item_id)
    if item.state != State.CHECKING or item.current_id != revision_id:
        return
    now = timezone.now()
    findings = findings_of(results)
    must = policy.blocking(findings)
    unavailable = [result.check_name for result in results if not result.is_done]
    item.attention = ATTENTION_PER_SHOULD * len(policy.open_should(findings, dismissed_in(item)))
    action = _next_action(item, bool(must))
    if action == Action.PASS:
        _reserve_for_returning_reviewer(item, now)
    take_step(item, action, by=None, at=now, must=len(must), unavailable=unavailable)
    if action == Action.CLEAR:
        record_outcome(item, Outcome.Kind.EDITED, judged_by=item.current.author if item.current else None, at=now)


def _next_action(item: Item, has_must: bool) -> Action:
    assert item.current is not None
    returns_to_editor = item.current.kind == Revision.Kind.EDITED or item.author_id is None
    if has_must:
        return Action.BOUNCE_EDIT if returns_to_editor else Action.BOUNCE
    is_approved = approvals_of(item) >= item.project.overlap
    return Action.CLEAR if item.current.kind == Revision.Kind.EDITED and is_approved else Action.PASS


def _reserve_for_returning_reviewer(item: Item, now: datetime) -> None:
    """A revised item goes to the reviewer who returned it; after some hours to anybody."""
    item.reserved_for = None
    if item.current is None or item.current.kind == Revision.Kind.EDITED:
        return
    latest = Review.objects.filter(item=item).last()
    if latest and latest.verdict == Verdict.RETURN:
        item.reserved_for_id = latest.reviewer_id
        item.reserved_until = now + timedelta(hours=item.project.rereview_hours)


def approvals_of(item: Item) -> int:
    """How many different people have approved the item in its present round."""
    return Approval.objects.filter(item=item, round=item.round).count()


def findings_of(results: Sequence[CheckRun]) -> list[Finding]:
    return [Finding.from_json(stored) for result in results for stored in result.findings]


def stored_results(item: Item) -> list[CheckRun]:
    """What the checks said about the current revision, as stored; nothing is run."""
    if item.current is None:
        return []
    subject = subject_of_revision(item, item.current)
    return runs.results_for(subject, checks_for(item), item.current.guideline_version)


def dismissed_in(item: Item) -> set[str]:
    return set(Dismissal.objects.filter(item=item).values_list("fingerprint", flat=True))


def open_findings(item: Item) -> list[Finding]:
    """Findings on the current text that nobody has dismissed, most severe first."""
    dismissed = dismissed_in(item)
    return [one for one in policy.in_order(findings_of(stored_results(item))) if one.fingerprint not in dismissed]


def refuse_while_must(item: Item, remedy: str = "Mend the text, then finish.") -> None:
    """Stored results answer; where the project's style or the cell's bounds have changed since, the checks run anew."""
    must = policy.blocking(findings_of(current_results(item)))
    if must:
        raise Refused(Refusal(f"An automatic check found what must be mended: {must[0].message}", remedy), status=409)


def stuck_items(now: datetime) -> list[int]:
    return list(
        # Imported items have but one event; importing.settling checks them, slowly and away from people's own.
        Item.objects.filter(state=State.CHECKING, state_since__lt=now - STUCK_AFTER, event_count__gt=1)
        .order_by("state_since")
        .values_list("pk", flat=True)[:500]
    )
