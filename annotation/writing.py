"""The expert's stage: a draft that is never lost, and submitting it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import User
from annotation.handing_out import extend_lease, held_assignment, lease_lost
from annotation.models import Assignment, Comment, Context, Draft, Item, Project, Revision
from annotation.steps import end_assignment, lock_item, take_step
from annotation.tasks import check_item
from annotation.texts import LONGEST, Written
from annotation.workflow import Action
from core.refusal import Refusal, Refused
from core.statements import execute, fetch_row
from qa.tokens import count


@dataclass(frozen=True)
class Saved:
    version: int
    saved_at: datetime
    leased_until: datetime


class VersionConflict(Exception):  # noqa: N818  (read as a sentence: "raise VersionConflict")
    """The draft was saved from another tab or machine since; `theirs` is what stands there now."""

    def __init__(self, theirs: Draft) -> None:
        super().__init__("The draft has changed in another window.")
        self.theirs = theirs


# What the page reports of findings travels with the counters and says nothing of how somebody writes.
REPORT = "findings"


@transaction.atomic
def save_draft(
    *, person: User, item: Item, token: str, version: int, written: Written, signals: dict[str, Any]
) -> Saved:
    """Stores the text if `version` is the one last seen, and extends the lease.

    Raises VersionConflict when another window saved meanwhile, Refused (409, "lease") when the lease is gone; in
    that case the text is stored all the same, with its writer.
    """
    now = timezone.now()
    if written.is_too_long:
        raise Refused(Refusal(f"A field holds more than {LONGEST:,} characters.", "Shorten it."), 409, "too_long")
    assignment = held_assignment(item, person, token)
    if assignment.outcome == Assignment.Outcome.DONE and _was_handed_in(item, written):
        return Saved(version, now, now)
    draft = _write_draft(person, item, version, written, _kept(signals, item), now)
    if assignment.ended_at is None:
        extend_lease(assignment, item.project.lease_minutes, now)
    return Saved(draft.version, draft.saved_at, assignment.leased_until if assignment.ended_at is None else now)


def _kept(signals: dict[str, Any], item: Item) -> dict[str, Any]:
    """Without the counters where the project wants none, whatever a page has sent."""
    if item.project.counts_writing(item.cell.skill):
        return signals
    return {name: value for name, value in signals.items() if name == REPORT}


def _was_handed_in(item: Item, written: Written) -> bool:
    """A save that arrives after its own submit brings nothing new; a draft made of it would outlive the rework."""
    current = Item.objects.select_related("current").get(pk=item.pk).current
    return current is not None and (current.prompt, current.completion) == (written.prompt, written.completion)


def is_held(person: User, item: Item, token: str) -> bool:
    return Assignment.objects.filter(item=item, person=person, token=token, ended_at=None).exists()


def _write_draft(
    person: User, item: Item, version: int, written: Written, signals: dict[str, Any], now: datetime
) -> Draft:
    draft, is_new = Draft.objects.select_for_update().get_or_create(
        item=item, person=person, defaults={"saved_at": now}
    )
    if not is_new and draft.version != version:
        if _holds(draft, written):  # the answer to an earlier save got lost on the way
            return draft
        raise VersionConflict(draft)
    draft.prompt, draft.completion, draft.own_context = written.prompt, written.completion, written.own_context
    draft.signals, draft.saved_at, draft.version = signals, now, draft.version + 1
    draft.save()
    return draft


def _holds(draft: Draft, written: Written) -> bool:
    return Written(draft.prompt, draft.completion, draft.own_context) == written


@transaction.atomic
def submit(
    *,
    person: User,
    item_id: int,
    token: str,
    written: Written,
    signals: dict[str, Any],
    version: int | None = None,
    project: Project | None = None,
) -> Item:
    """Makes a revision of the text and sends it to the checks. Repeating it changes nothing.

    `version` is the draft last seen, where there was one. Raises Refused when the lease is gone (409, "lease"), the
    text incomplete or unchanged, or remarks unanswered; VersionConflict when another window has saved other text.
    """
    item = lock_item(item_id, project)
    assignment = held_assignment(item, person, token)
    if assignment.outcome == Assignment.Outcome.DONE:
        return item
    if assignment.ended_at is not None:
        raise lease_lost()
    _refuse_unready(item, written)
    _refuse_overwriting(item, person, version, written)
    now = timezone.now()
    _attach_own_context(item, person, written)
    item.current = _make_revision(item, person, written, _kept(signals, item), now)
    take_step(item, Action.SUBMIT, by=person, at=now, revision=item.current.number)
    end_assignment(assignment, Assignment.Outcome.DONE, now)
    execute("DELETE FROM annotation_draft WHERE item_id = %s AND person_id = %s", [item.pk, person.pk])
    transaction.on_commit(partial(check_item.delay, item_id=item.pk, asked_at=now.timestamp()))
    return item


def _refuse_unready(item: Item, written: Written) -> None:
    refusal = refusal_to_submit(item, written)
    if refusal:
        raise Refused(refusal, status=409, code="not_ready")


def _refuse_overwriting(item: Item, person: User, version: int | None, written: Written) -> None:
    """What another window saved and this one has not seen must not go with the draft."""
    if version is None:
        return
    draft = Draft.objects.filter(item=item, person=person).exclude(version=version).first()
    if draft and not _holds(draft, written):
        raise VersionConflict(draft)


def refusal_to_submit(item: Item, written: Written) -> Refusal | None:
    if not written.prompt.strip():
        return Refusal("The prompt is empty.", "Write the prompt.")
    if not written.completion.strip():
        return Refusal("The completion is empty.", "Write the completion.")
    if written.is_too_long:
        return Refusal(f"A field holds more than {LONGEST:,} characters.", "Shorten it.")
    return _refusal_of_context(item, written) or _refusal_of_rework(item, written)


def _refusal_of_context(item: Item, written: Written) -> Refusal | None:
    if not item.cell.needs_context or item.context_id is not None:
        return None
    if not written.own_context.get("text", "").strip():
        return Refusal(
            f"{item.cell.get_skill_display()} needs a context.",
            "Paste the source passage under Context and name its source.",
        )
    if not written.own_context.get("licence", "").strip():
        return Refusal("The context has no licence.", "Name its licence, or the number of the permission.")
    return None


def _refusal_of_rework(item: Item, written: Written) -> Refusal | None:
    if item.current is None:
        return None
    if (item.current.prompt, item.current.completion) == (written.prompt, written.completion):
        return Refusal("The text is unchanged since it was returned.", "Change what the remarks ask for.")
    unanswered = open_comments(item).count()
    if unanswered:
        return Refusal(
            f"{unanswered} {'remark waits' if unanswered == 1 else 'remarks wait'} for your answer.",
            "Mark each as done, or say why you disagree.",
        )
    return None


def open_comments(item: Item) -> "Any":
    return Comment.objects.filter(item=item, state=Comment.State.OPEN)


def _attach_own_context(item: Item, person: User, written: Written) -> None:
    brought = written.own_context
    if item.context_id is not None or not brought.get("text", "").strip():
        return
    item.context = Context.objects.create(
        project=item.project,
        text=brought["text"],
        title=brought.get("title", "")[:300],
        url=brought.get("url", "")[:1000],
        author=brought.get("author", "")[:200],
        licence=brought.get("licence", "")[:80],
        jurisdiction=brought.get("jurisdiction", "")[:40],
        retrieved_on=_date_or_none(brought.get("retrieved_on", "")),
        sha256=sha256(brought["text"].encode()).hexdigest(),
        taken=True,
        added_by=person,
    )


def _date_or_none(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _make_revision(item: Item, person: User, written: Written, signals: dict[str, Any], now: datetime) -> Revision:
    return Revision.objects.create(
        item=item,
        number=(item.current.number if item.current else 0) + 1,
        author=person,
        prompt=written.prompt,
        completion=written.completion,
        prompt_tokens=count(written.prompt),
        completion_tokens=count(written.completion),
        signals=signals,
        guideline_version=guideline_version(item.project),
        created_at=now,
    )


def guideline_version(project: Project) -> int:
    """0 while a project has no guideline."""
    row = fetch_row("SELECT coalesce(max(version), 0) FROM annotation_guideline WHERE project_id = %s", [project.pk])
    assert row is not None, "an aggregate gives one row"
    return int(row[0])


def starting_text(item: Item, person: User) -> Draft:
    """What the editor opens with: the draft, else the current revision (unsaved), else nothing."""
    draft = Draft.objects.filter(item=item, person=person).first()
    if draft:
        return draft
    current = item.current
    return Draft(
        item=item,
        person=person,
        prompt=current.prompt if current else "",
        completion=current.completion if current else "",
    )


@transaction.atomic
def answer_comment(*, person: User, comment_id: int, done: bool, reply: str) -> Comment:
    """The author's answer to a remark; may be changed as long as the item is theirs. Disagreeing needs a reason."""
    comment = Comment.objects.select_for_update(of=("self",)).select_related("item").get(pk=comment_id)
    if comment.item.author_id != person.pk:
        raise Refused(Refusal("Only the author answers remarks."))
    if not done and not reply.strip():
        raise Refused(Refusal("Say why you disagree.", "One sentence is enough."), 409, "reply_missing")
    comment.state = Comment.State.DONE if done else Comment.State.DISAGREED
    comment.reply, comment.replied_at = reply.strip(), timezone.now()
    comment.save(update_fields=["state", "reply", "replied_at"])
    return comment
