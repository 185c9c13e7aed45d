"""Conversations under role names: about a comment, a review, an edit or an item, and a lead's message to a person.

Members alone read a thread, and learn of each other only the part they take. A thread is made by its first message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission, Role
from annotation.access import Desk
from annotation.models import (
    Comment,
    Item,
    Membership,
    Message,
    Part,
    Project,
    Review,
    Revision,
    Thread,
    ThreadMember,
)
from annotation.models.fairness import LONGEST_MESSAGE
from annotation.texts import clean
from core.refusal import Refusal, Refused, refuse_if

Topic = Thread.Topic


@dataclass(frozen=True)
class About:
    """What a conversation is, or would be, about. `field` is the column of Thread that holds it; empty: the item."""

    topic: Thread.Topic
    item: Item
    comment: Comment | None = None
    review: Review | None = None
    revision: Revision | None = None

    @property
    def key(self) -> dict[str, Any]:
        """The columns of Thread that make it the only one of its kind."""
        found = {"comment": self.comment, "review": self.review, "revision": self.revision}
        named = {name: value for name, value in found.items() if value is not None}
        return named or {"item": self.item, "topic": Topic.ITEM}

    @property
    def ref(self) -> int:
        subject = self.comment or self.review or self.revision or self.item
        return subject.pk

    @property
    def judge_id(self) -> int | None:
        """The reviewer or editor whose words or work it is about."""
        if self.revision:
            return self.revision.author_id
        review = self.comment.review if self.comment else self.review
        return review.reviewer_id if review else None


def about(item: Item, topic: str, ref: int) -> About:
    """Raises Http404 for anything that is not of this item."""
    if topic == Topic.ITEM and ref == item.pk:
        return About(Topic.ITEM, item)
    if topic == Topic.COMMENT:
        comment = Comment.objects.select_related("review").filter(item=item, pk=ref).first()
        if comment:
            return About(Topic.COMMENT, item, comment=comment)
    if topic == Topic.REVIEW:
        review = Review.objects.filter(item=item, pk=ref).first()
        if review:
            return About(Topic.REVIEW, item, review=review)
    if topic == Topic.EDIT:
        revision = Revision.objects.filter(item=item, pk=ref, kind=Revision.Kind.EDITED).first()
        if revision:
            return About(Topic.EDIT, item, revision=revision)
    raise Http404("No such thing of this item.")


def subject_of(thread: Thread) -> About | None:
    """None for a lead's message."""
    if thread.topic == Topic.MESSAGE or thread.item is None:
        return None
    return About(Topic(thread.topic), thread.item, thread.comment, thread.review, thread.revision)


def part_in(desk: Desk, subject: About) -> Part | None:
    """As what the person would speak; None: they would not. Another reviewer stays outside: reviewers are blind to
    each other."""
    if subject.item.author_id == desk.user.pk:
        return Part.AUTHOR
    if subject.topic in (Topic.COMMENT, Topic.REVIEW) and subject.judge_id == desk.user.pk:
        return Part.REVIEWER
    if desk.may(Permission.EDIT):
        return Part.EDITOR
    return Part.LEAD if desk.may(Permission.MANAGE_PEOPLE) else None


def refusal_of_text(text: str) -> Refusal | None:
    if not text.strip():
        return Refusal("There is nothing written.", "Write at least a word.")
    if len(text.strip()) > LONGEST_MESSAGE:
        return Refusal(
            f"{len(text.strip()):,} characters are too many for a message.", f"At most {LONGEST_MESSAGE:,} fit."
        )
    return None


@transaction.atomic
def start(desk: Desk, subject: About, text: str) -> Thread:
    """Says something about it: opens the thread, or goes on with the one there is."""
    part = part_in(desk, subject)
    if part is None:
        raise Refused(Refusal("This conversation is between the author, the reviewer and the editors."), status=403)
    text = clean(text)
    refuse_if(refusal_of_text(text), status=422, code="incomplete")
    return _say_about(subject, desk.user, part, text)


def _say_about(subject: About, person: User, part: Part, text: str) -> Thread:
    now = timezone.now()
    thread, is_new = Thread.objects.get_or_create(**subject.key, defaults=_new(subject, now))
    if is_new:
        ThreadMember.objects.bulk_create(_first_members(thread, subject))
    return _say(thread, _joined(thread, person, part), text, now)


def _new(subject: About, now: datetime) -> dict[str, Any]:
    item = subject.item
    return {"project_id": item.project_id, "topic": subject.topic, "item": item, "opened_at": now, "last_at": now}


def _first_members(thread: Thread, subject: About) -> list[ThreadMember]:
    """The author and whoever is spoken to: the reviewer or editor whose words it is about, else the editors."""
    found: dict[int, ThreadMember] = {}
    for person_id, part, number in _parts_of(subject):
        found.setdefault(person_id, ThreadMember(thread=thread, person_id=person_id, part=part, number=number))
    return list(found.values())


def _parts_of(subject: About) -> Iterable[tuple[int, Part, int]]:
    item, judge = subject.item, subject.judge_id
    if item.author_id is not None:
        yield item.author_id, Part.AUTHOR, 0
    if judge is not None and subject.topic == Topic.EDIT and judge in _editors(item.project_id):
        yield judge, Part.EDITOR, 0
    elif judge is not None and subject.topic != Topic.EDIT:
        yield judge, Part.REVIEWER, number_of(item, judge)
    else:
        yield from ((editor, Part.EDITOR, 0) for editor in _editors(item.project_id))


def _editors(project_id: int) -> list[int]:
    found = Membership.objects.filter(project_id=project_id, role=Role.EDITOR, user__is_active=True)
    return list(found.order_by("user_id").values_list("user_id", flat=True))


def number_of(item: Item, reviewer_id: int) -> int:
    """The same number as in annotation.judgements: by the order of their first reviews."""
    seen = Review.objects.filter(item=item).order_by("round", "id").values_list("reviewer_id", flat=True)
    return list(dict.fromkeys(seen)).index(reviewer_id) + 1


def _joined(thread: Thread, person: User, part: Part) -> ThreadMember:
    member, _ = ThreadMember.objects.get_or_create(thread=thread, person=person, defaults={"part": part})
    return member


_ANSWERS: dict[str, Part] = {Topic.COMMENT: Part.REVIEWER, Topic.REVIEW: Part.REVIEWER}


def _whose_turn(thread: Thread, spoke: Part) -> str:
    """Whose answer is awaited after somebody has spoken. A lead's message may be answered and need not."""
    if thread.topic == Topic.MESSAGE:
        return "" if spoke == Part.LEAD else Part.LEAD
    return _ANSWERS.get(thread.topic, Part.EDITOR) if spoke == Part.AUTHOR else Part.AUTHOR


def _say(thread: Thread, member: ThreadMember, text: str, now: datetime) -> Thread:
    Message.objects.create(thread=thread, member=member, text=text.strip(), at=now)
    thread.last_at, thread.done_at = now, None
    thread.waits_for = _whose_turn(thread, Part(member.part))
    thread.save(update_fields=["last_at", "done_at", "waits_for"])
    return thread


@transaction.atomic
def send(project: Project, to: User, by: User, text: str, item: Item | None = None) -> Thread:
    """A lead's message to one person; each is a thread of its own, which the person may answer."""
    refuse_if(refusal_to_send(project, to, by), status=409)
    text = clean(text)
    refuse_if(refusal_of_text(text), status=422, code="incomplete")
    now = timezone.now()
    thread = Thread.objects.create(project=project, topic=Topic.MESSAGE, item=item, opened_at=now, last_at=now)
    ThreadMember.objects.create(thread=thread, person=to, part=Part.EXPERT)
    return _say(thread, ThreadMember.objects.create(thread=thread, person=by, part=Part.LEAD), text, now)


def refusal_to_send(project: Project, to: User, by: User) -> Refusal | None:
    if to.pk == by.pk:
        return Refusal("This message would go to yourself.")
    if not Membership.objects.filter(project=project, user=to).exclude(role=Role.CLIENT).exists():
        return Refusal("This person does not work in the project any more.", "Invite them again to write to them here.")
    return None


def thread_for(desk: Desk, thread_id: int) -> tuple[Thread, ThreadMember | None]:
    """A thread that the person may read, and their membership. Raises Http404 for any other.

    Editors and managers read along on items they did not write, as they read the reviews; a lead's message to a person
    is between the two.
    """
    threads = Thread.objects.select_related(
        "item__cell__language", "item__cell__domain", "comment__review", "review", "revision"
    )
    thread = threads.filter(project=desk.project, pk=thread_id).first()
    if thread is None:
        raise Http404("No such conversation among yours.")
    member = ThreadMember.objects.filter(thread=thread, person=desk.user).first()
    if member is None and not _may_read_along(desk, thread):
        raise Http404("No such conversation among yours.")
    return thread, member


def _may_read_along(desk: Desk, thread: Thread) -> bool:
    if thread.topic == Topic.MESSAGE or thread.item is None:
        return False
    return desk.may(Permission.SEE_ITEMS) and thread.item.author_id != desk.user.pk


@transaction.atomic
def say(desk: Desk, thread_id: int, text: str) -> Thread:
    """One more message; somebody who read along joins by it."""
    _, member = thread_for(desk, thread_id)
    text = clean(text)
    refuse_if(refusal_of_text(text), status=422, code="incomplete")
    thread = Thread.objects.select_for_update().get(pk=thread_id)
    if member is None:
        part = Part.EDITOR if desk.may(Permission.EDIT) else Part.LEAD
        member = _joined(thread, desk.user, part)
    return _say(thread, member, text, timezone.now())


def objection(item: Item, revision: Revision, person: User, text: str) -> Thread:
    """The author objects to an edit, inside the transaction that records it: the editor has to answer."""
    return _say_about(About(Topic.EDIT, item, revision=revision), person, Part.AUTHOR, clean(text))


def refusal_to_close(thread: Thread, member: ThreadMember | None) -> Refusal | None:
    if member is None:
        return Refusal("You only read along.", "Write something first to take part.")
    if thread.done_at:
        return Refusal("This conversation is done.", "A further message opens it again.")
    if thread.topic == Topic.EDIT and thread.waits_for == member.part == Part.EDITOR:
        return Refusal("The author's objection has no answer yet.", "Answer it; then it can be closed.")
    return None


@transaction.atomic
def close(desk: Desk, thread_id: int) -> Thread:
    _, member = thread_for(desk, thread_id)
    thread = Thread.objects.select_for_update().get(pk=thread_id)
    refuse_if(refusal_to_close(thread, member), status=409)
    thread.done_at, thread.waits_for = timezone.now(), ""
    thread.save(update_fields=["done_at", "waits_for"])
    return thread


@dataclass(frozen=True)
class Said:
    by: str
    is_own: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class Shown:
    """A thread as one person reads it."""

    thread: Thread
    said: Sequence[Said]
    member: ThreadMember | None
    close_refusal: Refusal | None

    @property
    def waits_for_me(self) -> bool:
        return self.member is not None and self.thread.waits_for == self.member.part


def shown(desk: Desk, threads: Iterable[Thread]) -> list[Shown]:
    """Their messages under role names; two statements however many there are."""
    threads = list(threads)
    mine = {one.thread_id: one for one in ThreadMember.objects.filter(thread__in=threads, person=desk.user)}
    said: dict[int, list[Said]] = {}
    for message in Message.objects.filter(thread__in=threads).select_related("member"):
        said.setdefault(message.thread_id, []).append(_said(message, desk.user))
    return [
        Shown(one, said.get(one.pk, []), mine.get(one.pk), refusal_to_close(one, mine.get(one.pk))) for one in threads
    ]


def _said(message: Message, reader: User) -> Said:
    is_own = message.member.person_id == reader.pk
    return Said("You" if is_own else message.member.label, is_own, message.text, message.at)


@dataclass(frozen=True)
class Talks:
    """What the page of an item links to: the conversations there are, and those that could begin."""

    shown: Sequence[Shown]
    may_begin: bool

    @property
    def on_item(self) -> Shown | None:
        return next((one for one in self.shown if one.thread.topic == Topic.ITEM), None)


def talks_of(desk: Desk, item: Item) -> Talks:
    return Talks(threads_of(desk, item), part_in(desk, About(Topic.ITEM, item)) is not None)


def threads_of(desk: Desk, item: Item) -> list[Shown]:
    """The threads of an item that the person may read, oldest first; messages of leads have their own place."""
    found = Thread.objects.filter(item=item).exclude(topic=Topic.MESSAGE).order_by("opened_at")
    if item.author_id == desk.user.pk or not desk.may(Permission.SEE_ITEMS):
        found = found.filter(members__person=desk.user)
    return shown(desk, found)
