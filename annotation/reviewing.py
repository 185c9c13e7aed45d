"""The reviewer's stage: one verdict on one revision, blind to the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation import checking, serving
from annotation.access import refusal_to_judge
from annotation.copilot import indexing
from annotation.crediting import record_accepted, record_outcome
from annotation.handing_out import held_assignment, lease_lost
from annotation.models import Approval, Assignment, Clause, Comment, Item, Review, Verdict
from annotation.reviewers import controls, second_looks
from annotation.rubric import CRITERIA
from annotation.steps import end_assignment, lock_item, take_step
from annotation.texts import clean
from annotation.workflow import Action
from core.refusal import Refusal, refuse_if
from experts.models import Outcome
from qa import policy

SHORTEST_NOTE = 10

ATTENTION_OF_VERDICT = {Verdict.EDIT: 40, Verdict.RETURN: 20, Verdict.REJECT: 60, Verdict.ACCEPT: 0}


@dataclass(frozen=True)
class Remark:
    """A comment on a span of the reviewed revision; no span means the whole field."""

    reason: str
    field: str = "completion"
    start: int | None = None
    end: int | None = None
    text: str = ""
    clause_id: int | None = None


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    scores: dict[str, int]
    reasons: Sequence[str] = ()
    note: str = ""
    remarks: Sequence[Remark] = field(default_factory=tuple)

    @property
    def all_reasons(self) -> list[str]:
        return sorted({*self.reasons, *(remark.reason for remark in self.remarks)})


def next_action(
    verdict: Verdict,
    *,
    earlier: Sequence[str],
    approvals: int,
    overlap: int,
    rework_count: int,
    rework_limit: int,
    wants_editor: bool,
) -> Action:
    """What a verdict does to an item. Pure: DESIGN §4 as a function.

    `earlier` are the verdicts of this round before it, `approvals` counts this one when it is an accept.
    """
    if verdict == Verdict.REJECT:
        return _after_reject(earlier)
    if Verdict.REJECT in earlier:
        return Action.DISAGREE
    if verdict == Verdict.ACCEPT:
        return _after_accept(approvals, overlap, wants_editor)
    if rework_count >= rework_limit:
        return Action.ESCALATE
    return Action.RETURN if verdict == Verdict.RETURN else Action.SEND_TO_EDITOR


def _after_reject(earlier: Sequence[str]) -> Action:
    if Verdict.REJECT in earlier:
        return Action.REJECT
    return Action.DISAGREE if Verdict.ACCEPT in earlier else Action.FIRST_REJECT


def _after_accept(approvals: int, overlap: int, wants_editor: bool) -> Action:
    if approvals < overlap:
        return Action.APPROVE
    return Action.ACCEPT_TO_EDITOR if wants_editor else Action.ACCEPT


@transaction.atomic
def judge(*, person: User, item_id: int, token: str, judgement: Judgement) -> Item:
    """Records the review and moves the item. Repeating it changes nothing.

    Raises Refused when the lease is gone (409, "lease"), the person may not judge, or the judgement is incomplete.
    """
    item = lock_item(item_id)
    assignment = held_assignment(item, person, token)
    if assignment.outcome == Assignment.Outcome.DONE:
        return item
    if assignment.ended_at is not None:
        raise lease_lost()
    refuse_if(refusal_to_judge(person, item))
    refuse_if(refusal_of(item, judgement), status=409, code="incomplete")
    now = timezone.now()
    earlier = list(Review.objects.filter(item=item, round=item.round).values_list("verdict", flat=True))
    review = _record_review(item, person, judgement, now)
    action = _decide(item, judgement.verdict, earlier)
    _apply(item, action, review, now)
    if item.is_control:
        controls.answered(review, now)
    else:
        second_looks.want(item, action, now)
    end_assignment(assignment, Assignment.Outcome.DONE, now)
    return item


def refusal_of(item: Item, judgement: Judgement) -> Refusal | None:
    missing = [name for name in CRITERIA if judgement.scores.get(name) not in range(1, 6)]
    if missing:
        return Refusal(f"No score for {', '.join(missing)}.", "Give each row of the rubric 1 to 5.")
    if judgement.verdict == Verdict.ACCEPT:
        return None
    if not judgement.all_reasons:
        return Refusal("A refusal needs a reason.", "Choose at least one reason, or mark a span with one.")
    words = judgement.note.strip() or " ".join(remark.text for remark in judgement.remarks).strip()
    if len(words) < SHORTEST_NOTE:
        return Refusal("Say in a sentence what is wrong.", "The author and the editor read it.")
    if judgement.verdict == Verdict.RETURN and item.author_id is None:
        return Refusal("This pair was imported and has no author here.", "Send it to an editor instead.")
    return None


def _record_review(item: Item, person: User, judgement: Judgement, now: datetime) -> Review:
    assert item.current is not None
    review = Review.objects.create(
        item=item,
        revision=item.current,
        reviewer=person,
        round=item.round,
        verdict=judgement.verdict,
        reasons=judgement.all_reasons,
        note=clean(judgement.note),
        created_at=now,
        **{name: judgement.scores[name] for name in CRITERIA},
    )
    Comment.objects.bulk_create([_comment(item, review, remark, now) for remark in judgement.remarks])
    if judgement.verdict == Verdict.ACCEPT:
        approve(item, person, Approval.Kind.REVIEW, now)
    return review


def _comment(item: Item, review: Review, remark: Remark, now: datetime) -> Comment:
    text = _text_of(item, remark.field)
    has_span = remark.start is not None and remark.end is not None and 0 <= remark.start < remark.end <= len(text)
    start, end = (remark.start, remark.end) if has_span else (None, None)
    clause = Clause.objects.filter(pk=remark.clause_id or 0, guideline__project=item.project).first()
    return Comment(
        item=item,
        review=review,
        revision=review.revision,
        reason=remark.reason,
        clause=clause,
        field=remark.field,
        start=start,
        end=end,
        quote=text[start:end] if has_span else "",
        text=clean(remark.text),
        created_at=now,
    )


def _text_of(item: Item, name: str) -> str:
    assert item.current is not None
    if name == "context":
        return item.context.text if item.context else ""
    return item.current.prompt if name == "prompt" else item.current.completion


def approve(item: Item, person: User, kind: Approval.Kind, now: datetime) -> None:
    """One person's yes, once per round."""
    assert item.current is not None
    Approval.objects.get_or_create(
        item=item,
        round=item.round,
        person=person,
        defaults={"revision": item.current, "kind": kind, "created_at": now},
    )


def _decide(item: Item, verdict: Verdict, earlier: Sequence[str]) -> Action:
    approvals = checking.approvals_of(item)
    could_accept = verdict == Verdict.ACCEPT and approvals >= item.project.overlap
    return next_action(
        verdict,
        earlier=earlier,
        approvals=approvals,
        overlap=item.project.overlap,
        rework_count=item.rework_count,
        rework_limit=item.project.rework_limit,
        wants_editor=could_accept and wants_editor(item),
    )


def wants_editor(item: Item) -> bool:
    """Accepted items with too many open `should` findings, and a share by lot, pass an editor once (serving.py)."""
    if item.seen_by_editor:
        return False
    return serving.is_drawn(item, serving.editor_share(item)) or _has_many_open_should(item)


def _has_many_open_should(item: Item) -> bool:
    findings = checking.findings_of(checking.stored_results(item), item.project)
    return len(policy.open_should(findings, checking.dismissed_in(item))) > item.project.should_limit


_OUTCOMES = {
    Action.RETURN: Outcome.Kind.RETURNED,
    Action.REJECT: Outcome.Kind.REJECTED,
}


def _apply(item: Item, action: Action, review: Review, now: datetime) -> None:
    if action in (Action.RETURN, Action.SEND_TO_EDITOR):
        item.rework_count += 1
    if action == Action.RETURN:
        item.round += 1
    if action in (Action.SEND_TO_EDITOR, Action.ACCEPT_TO_EDITOR):
        item.seen_by_editor = True
    item.attention = min(200, item.attention + ATTENTION_OF_VERDICT[Verdict(review.verdict)])
    item.reserved_for, item.reserved_until = None, None
    if action == Action.ACCEPT:
        checking.refuse_while_must(item, "Return it, or send it to an editor.")
    take_step(item, action, by=review.reviewer, at=now, review=review.pk)
    if action == Action.REJECT:
        indexing.forget([item.pk])  # it may be asked again
    if action == Action.ACCEPT or action in _OUTCOMES:
        _credit(item, action, review, now)


def _credit(item: Item, action: Action, review: Review, now: datetime) -> None:
    if action == Action.ACCEPT:
        record_accepted(item, judged_by=review.reviewer, at=now, reasons=review.reasons)
    else:
        record_outcome(item, _OUTCOMES[action], judged_by=review.reviewer, at=now, reasons=review.reasons)


def last_review_by(item: Item, person: User) -> Review | None:
    """The person's latest judgement in an earlier round: the base of *changes since your review*."""
    return Review.objects.filter(item=item, reviewer=person).select_related("revision").last()
