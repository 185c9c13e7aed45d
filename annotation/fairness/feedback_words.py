"""The entries of the feedback inbox in words, under role names: what the page and the mails show of a row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from annotation.access import Desk
from annotation.fairness.feedback import Entry
from annotation.models import (
    Adjudication,
    Appeal,
    Comment,
    EditHunk,
    Item,
    ItemEvent,
    Message,
    Project,
    Review,
    Thread,
)
from annotation.reasons import Reason
from annotation.workflow import Action
from experts.models import StandingChange

MOST_HUNKS = 4
EXCERPT = 400


@dataclass(frozen=True)
class Words:
    """What was said. `text` is people's own and hostile; the rest is ours."""

    title: str
    by: str
    text: str = ""
    chips: Sequence[str] = ()
    tone: str = ""
    url: str = ""
    hunks: Sequence[EditHunk] = field(default_factory=list)
    # Somebody waits for the reader's answer.
    waits: bool = False


@dataclass(frozen=True)
class Told:
    """One entry with its words; the item where it is about one."""

    entry: Entry
    words: Words
    item: Item | None

    @property
    def key(self) -> str:
        return f"{self.entry.kind}-{self.entry.ref}"


@dataclass(frozen=True)
class Group:
    """What was said about one item, newest first."""

    item: Item | None
    told: list[Told]


def told(person_id: int, project: Project, found: Sequence[Entry]) -> list[Told]:
    """One statement per kind that occurs, and one for the items."""
    by_kind: dict[str, list[int]] = {}
    for entry in found:
        by_kind.setdefault(entry.kind, []).append(entry.ref)
    context = _Context(person_id, project)
    words = {kind: _WORDS[kind](context, refs) for kind, refs in by_kind.items()}
    items = _items(entry.item_id for entry in found)
    return [
        Told(entry, words[entry.kind][entry.ref], items.get(entry.item_id or 0))
        for entry in found
        if entry.ref in words[entry.kind]
    ]


def told_at(desk: Desk, found: Sequence[Entry]) -> list[Told]:
    return told(desk.user.pk, desk.project, found)


def grouped(lines: Sequence[Told]) -> list[Group]:
    """By item, in the order of each one's newest entry; what is about none stays on its own."""
    groups: dict[str, Group] = {}
    for line in lines:
        name = f"item-{line.item.pk}" if line.item else line.key
        groups.setdefault(name, Group(line.item, [])).told.append(line)
    return list(groups.values())


def _items(ids: Iterable[int | None]) -> dict[int, Item]:
    wanted = {one for one in ids if one is not None}
    rows = Item.objects.filter(pk__in=wanted).select_related("cell__language", "cell__domain", "current")
    return {one.pk: one for one in rows} if wanted else {}


@dataclass(frozen=True)
class _Context:
    person_id: int
    project: Project

    def item_url(self, item_id: int, anchor: str = "") -> str:
        return reverse("annotation:item", args=[self.project.slug, item_id]) + (f"#{anchor}" if anchor else "")


_VERDICTS = {
    "return": ("Returned", "warn"),
    "edit": ("Sent to an editor", "warn"),
    "reject": ("Rejected by a reviewer", "bad"),
}


def _labels(codes: Iterable[str]) -> list[str]:
    return [Reason(code).label for code in codes if code in Reason.values]


def _reviews(context: _Context, refs: list[int]) -> dict[int, Words]:
    found = {}
    for one in Review.objects.filter(pk__in=refs):
        title, tone = _VERDICTS[one.verdict]
        url = context.item_url(one.item_id, f"review-{one.pk}")
        found[one.pk] = Words(title, "a reviewer", one.note, _labels(one.reasons), tone, url)
    return found


def _events(context: _Context, refs: list[int]) -> dict[int, Words]:
    found = {}
    for one in ItemEvent.objects.filter(pk__in=refs):
        url = context.item_url(one.item_id)
        if one.action == Action.GIVE_UP:
            found[one.pk] = Words(
                "Rejected: could not be saved", "an editor", str(one.data.get("note", "")), (), "bad", url
            )
        else:
            found[one.pk] = Words("Your place was given to somebody else", "a manager", "", (), "warn", url)
    return found


_DECISIONS = {
    "accept": ("Dispute settled: accepted", "good"),
    "edit": ("Dispute settled: to be edited", "note"),
    "reject": ("Dispute settled: rejected", "bad"),
}


def _rulings(context: _Context, refs: list[int]) -> dict[int, Words]:
    found = {}
    for one in Adjudication.objects.filter(pk__in=refs):
        title, tone = _DECISIONS[one.decision]
        found[one.pk] = Words(title, "an editor", one.note, (), tone, context.item_url(one.item_id, f"ruling-{one.pk}"))
    return found


def _edits(context: _Context, refs: list[int]) -> dict[int, Words]:
    hunks: dict[int, list[EditHunk]] = {ref: [] for ref in refs}
    for hunk in EditHunk.objects.filter(revision__in=refs).select_related("revision"):
        hunks[hunk.revision_id].append(hunk)
    found = {}
    for ref, changes in hunks.items():
        if changes:
            url = reverse("annotation:edits", args=[context.project.slug, changes[0].item_id]) + f"#edit-{ref}"
            number = f"{len(changes)} change{'s' if len(changes) > 1 else ''}"
            note = changes[0].revision.note
            found[ref] = Words(
                f"Your text was edited: {number}", "an editor", note, (), "note", url, changes[:MOST_HUNKS]
            )
    return found


def _replies(context: _Context, refs: list[int]) -> dict[int, Words]:
    found = {}
    for one in Comment.objects.filter(pk__in=refs):
        is_done = one.state == Comment.State.DONE
        title = "Your remark is done" if is_done else "The author disagrees with your remark"
        tone, url = ("good" if is_done else "warn"), context.item_url(one.item_id, f"comment-{one.pk}")
        found[one.pk] = Words(title, "the author", one.reply, _labels([one.reason]), tone, url)
    return found


def _thanks(context: _Context, refs: list[int]) -> dict[int, Words]:
    hunks = EditHunk.objects.filter(revision__in=refs, response=EditHunk.Response.THANKS)
    counts: dict[int, tuple[int, int]] = {}
    for item_id, revision_id in hunks.values_list("item_id", "revision_id"):
        counts[revision_id] = (item_id, counts.get(revision_id, (0, 0))[1] + 1)
    return {
        ref: Words(
            f"Thanks for {number} of your changes" if number > 1 else "Thanks for your change",
            "the author", "", (), "good", context.item_url(item_id, f"revision-{ref}"),
        )
        for ref, (item_id, number) in counts.items()
    }  # fmt: skip


def _messages(context: _Context, refs: list[int]) -> dict[int, Words]:
    titles = {Thread.Topic.MESSAGE: "Message", Thread.Topic.EDIT: "About an edit", Thread.Topic.ITEM: "About the item"}
    found = {}
    for one in (
        Message.objects.filter(pk__in=refs).select_related("member", "thread").prefetch_related("thread__members")
    ):
        mine = next((member for member in one.thread.members.all() if member.person_id == context.person_id), None)
        waits = bool(mine and one.thread.waits_for == mine.part and one.thread.last_at == one.at)
        url = reverse("annotation:thread", args=[context.project.slug, one.thread_id]) + f"#message-{one.pk}"
        title = titles.get(Thread.Topic(one.thread.topic), "About a review")
        found[one.pk] = Words(title, one.member.label, one.text, (), "accent", url, (), waits)
    return found


def _appeals(context: _Context, refs: list[int]) -> dict[int, Words]:
    found = {}
    for one in Appeal.objects.filter(pk__in=refs):
        by = "the author" if one.opened_by_id == one.author_id else "a manager"
        title = "An appeal was opened for you" if one.author_id == context.person_id else "An appeal was opened"
        url = context.item_url(one.item_id, f"appeal-{one.pk}")
        found[one.pk] = Words(title, by, one.argument, _labels([one.reason]), "note", url)
    return found


_ENDINGS = {
    "upheld": ("Appeal decided: the rejection stands", "bad"),
    "overturned": ("Appeal decided: the rejection was wrong", "good"),
    "unclear": ("Appeal decided: the guideline is unclear, it counts for nobody", "note"),
}


def _answers(context: _Context, refs: list[int]) -> dict[int, Words]:
    found = {}
    for one in Appeal.objects.filter(pk__in=refs).select_related("adjudication"):
        title, tone = _ENDINGS[one.ending]
        note = one.adjudication.note if one.adjudication else ""
        url = context.item_url(one.item_id, f"appeal-{one.pk}")
        found[one.pk] = Words(title, "an editor who had no part in it", note, (), tone, url)
    return found


def _standing(context: _Context, refs: list[int]) -> dict[int, Words]:
    url = reverse("annotation:my-standing", args=[context.project.slug])
    return {
        one.pk: Words(
            f"Your standing: {one.get_state_after_display()}", "the rule of the project", one.reason, (), "note", url
        )
        for one in StandingChange.objects.filter(pk__in=refs)
    }


_WORDS: Mapping[str, Callable[[_Context, list[int]], dict[int, Words]]] = {
    "review": _reviews,
    "event": _events,
    "ruling": _rulings,
    "edit": _edits,
    "reply": _replies,
    "thanks": _thanks,
    "message": _messages,
    "appeal": _appeals,
    "answer": _answers,
    "standing": _standing,
}
