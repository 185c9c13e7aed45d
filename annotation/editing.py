"""The editor's stage: tracked changes, credited and shown to the author; and the settling of disputes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation import checking
from annotation.crediting import record_accepted, record_outcome
from annotation.fairness import appealing, threads
from annotation.handing_out import held_assignment, lease_lost, refusal_to_settle
from annotation.models import Adjudication, Appeal, Approval, Assignment, Draft, EditHunk, Item, Revision
from annotation.reviewers import corrections
from annotation.reviewing import approve
from annotation.steps import end_assignment, lock_item, take_step
from annotation.tasks import check_item
from annotation.texts import Written, clean
from annotation.workflow import Action, Stage
from annotation.writing import guideline_version
from core.diff import hunks
from core.refusal import Refusal, Refused, refuse_if
from experts.models import Outcome
from qa.tokens import count


@dataclass(frozen=True)
class Edit:
    """What an editor hands in. `reasons` names hunks by (field, start in the text before the edit)."""

    written: Written
    meaning_changed: bool = False
    note: str = ""
    reasons: Mapping[tuple[str, int], str] = field(default_factory=dict)


@transaction.atomic
def finish(*, person: User, item_id: int, token: str, edit: Edit) -> Item:
    """Saves the edit as a revision of tracked hunks, or keeps the text as it is. Repeating it changes nothing.

    A changed text goes through the checks again; a changed meaning opens a new round, so that one more person than
    the editor approves it. Raises Refused when the lease is gone (409, "lease") or the text cannot go on.
    """
    item, assignment = _held(person, item_id, token, Stage.EDITING)
    if assignment.outcome == Assignment.Outcome.DONE:
        return item
    if not edit.written.is_complete:
        raise Refused(Refusal("Prompt and completion may not be empty.", "Write both, or give the item up."), 409)
    now = timezone.now()
    item.seen_by_editor = True
    if _is_unchanged(item, edit.written):
        corrections.kept(item, now)
        _keep(item, person, now)
    else:
        corrections.edited(item, now, meaning_changed=edit.meaning_changed, reasons=list(edit.reasons.values()))
        _save_edit(item, person, edit, now)
    end_assignment(assignment, Assignment.Outcome.DONE, now)
    Draft.objects.filter(item=item, person=person).delete()
    return item


def _held(person: User, item_id: int, token: str, stage: Stage) -> tuple[Item, Assignment]:
    item = lock_item(item_id)
    assignment = held_assignment(item, person, token)
    if assignment.outcome != Assignment.Outcome.DONE:
        if assignment.ended_at is not None or assignment.stage != stage:
            raise lease_lost()
        refuse_if(refusal_to_settle(person, item))
    return item, assignment


def _is_unchanged(item: Item, written: Written) -> bool:
    assert item.current is not None
    return (item.current.prompt, item.current.completion) == (written.prompt, written.completion)


def _keep(item: Item, person: User, now: datetime) -> None:
    checking.refuse_while_must(item)
    approve(item, person, Approval.Kind.EDIT, now)
    if checking.approvals_of(item) >= item.project.overlap:
        take_step(item, Action.KEEP, by=person, at=now)
        record_accepted(item, judged_by=person, at=now)
    else:
        take_step(item, Action.KEEP_FOR_REVIEW, by=person, at=now)


def _save_edit(item: Item, person: User, edit: Edit, now: datetime) -> None:
    before = item.current
    assert before is not None
    item.current = Revision.objects.create(
        item=item,
        number=before.number + 1,
        kind=Revision.Kind.EDITED,
        author=person,
        prompt=edit.written.prompt,
        completion=edit.written.completion,
        prompt_tokens=count(edit.written.prompt),
        completion_tokens=count(edit.written.completion),
        guideline_version=guideline_version(item.project),
        meaning_changed=edit.meaning_changed,
        note=clean(edit.note),
        created_at=now,
    )
    EditHunk.objects.bulk_create(tracked_hunks(before, item.current, edit.reasons))
    if edit.meaning_changed:
        item.round += 1
    approve(item, person, Approval.Kind.EDIT, now)
    take_step(item, Action.FINISH_EDIT, by=person, at=now, revision=item.current.number)
    transaction.on_commit(partial(check_item.delay, item_id=item.pk, asked_at=now.timestamp()))


def tracked_hunks(before: Revision, after: Revision, reasons: Mapping[tuple[str, int], str]) -> list[EditHunk]:
    """The changes between two revisions as rows, prompt first."""
    found = [("prompt", hunk) for hunk in hunks(before.prompt, after.prompt)]
    found += [("completion", hunk) for hunk in hunks(before.completion, after.completion)]
    return [
        EditHunk(
            item_id=after.item_id,
            revision=after,
            number=number,
            field=name,
            start=hunk.start,
            end=hunk.end,
            before=hunk.before,
            after=hunk.after,
            reason=reasons.get((name, hunk.start), ""),
        )
        for number, (name, hunk) in enumerate(found, start=1)
    ]


@transaction.atomic
def give_up(*, person: User, item_id: int, token: str, note: str) -> Item:
    """The editor finds that the item cannot be saved; it is rejected, and a manager may open an appeal."""
    item, assignment = _held(person, item_id, token, Stage.EDITING)
    if assignment.outcome == Assignment.Outcome.DONE:
        return item
    refuse_if(_refusal_of_note(note), status=409, code="incomplete")
    now = timezone.now()
    corrections.given_up(item, now)
    take_step(item, Action.GIVE_UP, by=person, at=now, note=clean(note))
    record_outcome(item, Outcome.Kind.REJECTED, judged_by=person, at=now)
    end_assignment(assignment, Assignment.Outcome.DONE, now)
    return item


def _refusal_of_note(note: str) -> Refusal | None:
    if len(note.strip()) >= 10:
        return None
    return Refusal("Say in a sentence why.", "The author, the reviewers and the manager read it.")


@transaction.atomic
def respond(*, person: User, revision_id: int, hunk_ids: Sequence[int], thanks: bool, note: str = "") -> int:
    """The author thanks for changes or objects to them; an objection says why, and the editor has to answer it.

    Returns how many were answered.
    """
    hunks_of_edit = EditHunk.objects.select_for_update().filter(
        revision_id=revision_id, pk__in=hunk_ids, item__author=person
    )
    if not thanks and not note.strip():
        raise Refused(Refusal("Say what you object to.", "One sentence is enough."), 409, "incomplete")
    response = EditHunk.Response.THANKS if thanks else EditHunk.Response.OBJECTS
    note = clean(note).strip()[:500]
    number = hunks_of_edit.update(response=response, response_note=note, responded_at=timezone.now())
    if number and not thanks:
        revision = Revision.objects.select_related("item").get(pk=revision_id)
        threads.objection(revision.item, revision, person, note)
    return number


@transaction.atomic
def adjudicate(
    *,
    person: User,
    item_id: int,
    token: str,
    decision: Adjudication.Decision,
    cause: str,
    note: str,
    ending: str = "",
    clause_id: int | None = None,
) -> Item:
    """Settles a dispute or an appeal. Repeating it changes nothing.

    `ending` is how the appeal ends, where one runs; `clause_id` the clause that turned out unclear.
    """
    item, assignment = _held(person, item_id, token, Stage.ADJUDICATION)
    if assignment.outcome == Assignment.Outcome.DONE:
        return item
    opened = appealing.open_appeal(item)
    refuse_if(appealing.refusal_of_ending(opened, ending, decision), status=409, code="incomplete")
    refuse_if(_refusal_of_note(note), status=409, code="incomplete")
    now = timezone.now()
    assert item.current is not None
    settled = Adjudication.objects.create(
        item=item,
        revision=item.current,
        round=item.round,
        by=person,
        decision=decision,
        cause=cause,
        note=clean(note),
        created_at=now,
    )
    if opened:
        appealing.decide(opened, settled, Appeal.Ending(ending), clause_id)
        item.appealed = decision == Adjudication.Decision.REJECT  # a later rejection may be appealed anew
    else:
        corrections.adjudicated(item, decision, now)
    _carry_out(item, person, decision, now)
    end_assignment(assignment, Assignment.Outcome.DONE, now)
    return item


def _carry_out(item: Item, person: User, decision: Adjudication.Decision, now: datetime) -> None:
    if decision == Adjudication.Decision.REJECT:
        take_step(item, Action.ADJUDICATE_REJECT, by=person, at=now)
        record_outcome(item, Outcome.Kind.REJECTED, judged_by=person, at=now)
    elif decision == Adjudication.Decision.EDIT:
        item.round += 1
        item.seen_by_editor = True
        take_step(item, Action.ADJUDICATE_EDIT, by=person, at=now)
    else:
        _accept_dispute(item, person, now)


def _accept_dispute(item: Item, person: User, now: datetime) -> None:
    """With a reviewer who also accepted it is settled; else one more person looks, in a round of its own."""
    checking.refuse_while_must(item)
    approve(item, person, Approval.Kind.ADJUDICATION, now)
    if checking.approvals_of(item) >= item.project.overlap:
        take_step(item, Action.ADJUDICATE_ACCEPT, by=person, at=now)
        record_outcome(item, Outcome.Kind.ACCEPTED, judged_by=person, at=now)
        return
    item.round += 1
    approve(item, person, Approval.Kind.ADJUDICATION, now)
    take_step(item, Action.ADJUDICATE_REVIEW, by=person, at=now)


@transaction.atomic
def release(*, by: User, item_id: int) -> Item:
    """A manager gives the place of a returned item, whose author does not come back, to somebody else."""
    item = lock_item(item_id)
    take_step(item, Action.RELEASE, by=by, at=timezone.now())
    return item
