"""Everything that happened to one item, as far as this person may see it.

Names show to editors and managers who did not write it; everybody else reads roles. While an item is in review a
reviewer sees no trace of what the others decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, prefetch_related_objects

from accounts.models import User
from accounts.roles import Permission
from annotation.access import Desk, sees_people, sees_reviews
from annotation.copilot import glossary
from annotation.copilot.panel import stored_panel
from annotation.fairness import appealing, threads
from annotation.learning import testing_items
from annotation.models import (
    Adjudication,
    Assignment,
    Comment,
    EditHunk,
    Item,
    ItemEvent,
    Review,
    Revision,
)
from annotation.own_work import TONES
from annotation.reasons import SkipReason
from annotation.rubric import RUBRIC
from annotation.steps import refusal_for
from annotation.workflow import Action, State, step_for
from core.refusal import Refusal


@dataclass(frozen=True)
class Viewer:
    """Who looks at the item, and what that lets them see."""

    desk: Desk
    item: Item
    names: bool
    judgements: bool

    @classmethod
    def of(cls, desk: Desk, item: Item) -> "Viewer":
        return cls(desk, item, names=sees_people(desk, item), judgements=sees_reviews(desk, item))

    @property
    def may_appeal(self) -> bool:
        return self.desk.may(Permission.OPEN_APPEALS)

    @property
    def is_author(self) -> bool:
        return self.item.author_id == self.desk.user.pk

    def called(self, person: User | None, role: str) -> str:
        """The name where it may be known, else the role in words."""
        if person is None:
            return "the system"
        if person.pk == self.desk.user.pk:
            return "you"
        return f"{person} ({role.removeprefix('an ').removeprefix('a ').removeprefix('the ')})" if self.names else role

    def may_know_of(self, person: User | None) -> bool:
        """Of what was done to the item: one's own always, others' when the blind phase is over."""
        return self.judgements or (person is not None and person.pk == self.desk.user.pk)


@dataclass(frozen=True)
class Moment:
    """One event of the timeline."""

    number: int
    label: str
    by: str
    at: datetime
    note: str
    tone: str


_ROLE_WORDS = {"expert": "the author", "reviewer": "a reviewer", "editor": "an editor", "manager": "a manager"}


def timeline(viewer: Viewer) -> list[Moment]:
    events = ItemEvent.objects.filter(item=viewer.item).select_related("by")
    return [_moment(viewer, event) for event in events if viewer.may_know_of(event.by)]


def _moment(viewer: Viewer, event: ItemEvent) -> Moment:
    tone = TONES[State(event.target)]
    return Moment(
        event.number,
        Action(event.action).label,
        viewer.called(event.by, _role_in(event, viewer.item)),
        event.at,
        _note_of(event),
        tone if tone in ("good", "bad", "warn") else "",
    )


def _role_in(event: ItemEvent, item: Item) -> str:
    if event.action == Action.CLAIM:
        return "the author"
    if event.action == Action.IMPORT:
        return "a manager"
    step = step_for(State(event.source), Action(event.action))
    return _ROLE_WORDS[step.role] if step and step.role else "the system"


def _note_of(event: ItemEvent) -> str:
    reason = str(event.data.get("reason", ""))
    if reason in SkipReason.values:
        reason = SkipReason(reason).label
    words = [str(event.data.get("note", "")), reason]
    if event.data.get("must"):
        words.append(f"{event.data['must']} findings that must be mended")
    if event.data.get("unavailable"):
        words.append(f"not available: {', '.join(map(str, event.data['unavailable']))}")
    return " · ".join(word for word in words if word)


@dataclass(frozen=True)
class ShownReview:
    review: Review
    by: str
    verdict: str
    tone: str
    scores: list[tuple[str, int, str]]
    comments: list[Comment]
    # Whether the reader takes part in the conversation about it.
    may_talk: bool
    helpful: bool | None = None
    # Numbers of others' rows tell a reviewer when they were written; none of theirs is on the page.
    is_own: bool = False


_VERDICT_TONES = {"accept": "good", "edit": "warn", "return": "warn", "reject": "bad"}


def reviews(viewer: Viewer) -> list[ShownReview]:
    comments: dict[int, list[Comment]] = {}
    for comment in Comment.objects.filter(item=viewer.item).select_related("clause"):
        comments.setdefault(comment.review_id, []).append(comment)
    return [
        _shown(viewer, review, comments.get(review.pk, []))
        for review in viewer.item.reviews.all()
        if viewer.may_know_of(review.reviewer)
    ]


def _shown(viewer: Viewer, review: Review, comments: list[Comment]) -> ShownReview:
    scores = [(one.label, getattr(review, one.name), one.levels[getattr(review, one.name) - 1]) for one in RUBRIC]
    by = viewer.called(review.reviewer, "a reviewer")
    may_talk = threads.part_in(viewer.desk, threads.About(threads.Topic.REVIEW, viewer.item, review=review)) is not None
    rating = getattr(review, "rating", None)
    verdict = review.get_verdict_display()
    helpful = rating.helpful if rating else None
    is_own = review.reviewer_id == viewer.desk.user.pk
    return ShownReview(review, by, verdict, _VERDICT_TONES[review.verdict], scores, comments, may_talk, helpful, is_own)


def adjudications(viewer: Viewer) -> list[tuple[Adjudication, str]]:
    settlements = viewer.item.adjudications.all()
    return [(one, viewer.called(one.by, "an editor")) for one in settlements if viewer.may_know_of(one.by)]


@dataclass(frozen=True)
class ShownRevision:
    revision: Revision
    by: str
    hunks: list[EditHunk]


def revisions(viewer: Viewer) -> list[ShownRevision]:
    """Newest first, edits with their tracked changes and what the author said to them.

    In the blind phase a reviewer sees the current text and what they judged before: the others would tell what
    other reviewers had asked for.
    """
    hunks: dict[int, list[EditHunk]] = {}
    for hunk in EditHunk.objects.filter(item=viewer.item):
        hunks.setdefault(hunk.revision_id, []).append(hunk)
    found = Revision.objects.filter(item=viewer.item).select_related("author").order_by("-number")
    if not viewer.judgements:
        own = Review.objects.filter(item=viewer.item, reviewer=viewer.desk.user).values("revision")
        found = found.filter(Q(pk=viewer.item.current_id) | Q(pk__in=own))
    return [
        ShownRevision(one, _writer(viewer, one), hunks.get(one.pk, []) if viewer.judgements else []) for one in found
    ]


def _writer(viewer: Viewer, revision: Revision) -> str:
    role = "an editor" if revision.kind == Revision.Kind.EDITED else "the author"
    return "imported" if revision.kind == Revision.Kind.IMPORTED else viewer.called(revision.author, role)


def compared(found: Sequence[ShownRevision], first: str, second: str) -> tuple[Revision, Revision] | None:
    """The two revisions asked for, older first; the last two where the request makes no sense."""
    if len(found) < 2:
        return None
    by_number = {str(one.revision.number): one.revision for one in found}
    newest, before = found[0].revision, found[1].revision
    pair = by_number.get(first, before), by_number.get(second, newest)
    return (pair[0], pair[1]) if pair[0].number <= pair[1].number else (pair[1], pair[0])


def assignments(viewer: Viewer) -> list[tuple[Assignment, str]]:
    """Who had it in hand; people who may not know names see their own only."""
    found = Assignment.objects.filter(item=viewer.item).select_related("person").order_by("-id")
    if not viewer.names:
        found = found.filter(person=viewer.desk.user)
    return [(one, "you" if one.person_id == viewer.desk.user.pk else str(one.person)) for one in found]


def refusal_to_release(desk: Desk, item: Item) -> Refusal | None:
    if not desk.may(Permission.OPEN_APPEALS):
        return Refusal("Only a manager releases a place.")
    return refusal_for(State(item.state), Action.RELEASE)


def load_judgements(item: Item) -> None:
    """Once for everything on the page that reads them: the history, and what leads may make of the item."""
    reviews = Review.objects.select_related("reviewer", "revision", "rating")
    settlements = Adjudication.objects.select_related("by", "revision")
    prefetch_related_objects([item], Prefetch("reviews", reviews), Prefetch("adjudications", settlements))


def for_leads(item: Item) -> dict[str, Any]:
    """What decides whether the item may become a test item or a control item."""
    prefetch_related_objects([item], "controls")
    return {"is_in_test": testing_items.is_in_test(item)}


def history(desk: Desk, item: Item, asked: Mapping[str, str]) -> dict[str, Any]:
    """Everything the item page shows."""
    load_judgements(item)
    viewer = Viewer.of(desk, item)
    found = revisions(viewer)
    return {
        "item": item,
        "viewer": viewer,
        "author": viewer.called(item.author, "the author") if item.author else "imported",
        "author_states": (State.WRITING, State.SET_ASIDE, State.RETURNED),
        "is_rendered": asked.get("view") == "rendered",
        "source_url": _web_address(item),
        "panel": stored_panel(item, may_add_words=glossary.may_add(desk)),
        "revisions": found,
        "compared": compared(found, asked.get("from", ""), asked.get("to", "")),
        "reviews": reviews(viewer),
        "adjudications": adjudications(viewer),
        "timeline": timeline(viewer),
        "assignments": assignments(viewer),
        "appeals": appealing.shown(desk, item) if viewer.judgements else [],
        "talks": threads.talks_of(desk, item),
        "appeal_refusal": appealing.refusal_to_appeal(desk, item),
        "release_refusal": refusal_to_release(desk, item),
        **(for_leads(item) if desk.may(Permission.SEE_ITEMS) else {}),
    }


def _web_address(item: Item) -> str:
    """Only what a browser may follow: an address that people typed may be a script."""
    url = item.context.url if item.context else ""
    return url if url.lower().startswith(("http://", "https://")) else ""
