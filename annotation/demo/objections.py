"""What people of the demo say back: an appeal that runs, one that was overturned, conversations with answers."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from annotation import editing, handing_out
from annotation.access import desk_of
from annotation.fairness import appealing, feedback, ratings, threads
from annotation.models import Adjudication, Item, Project, Review, Revision, Verdict
from annotation.workflow import Stage, State

RUNNING = (
    "The prompt is what people really ask us: I have had this very question twice this month. The rule asks for a real "
    "request, not for a long one."
)
OVERTURNED = "The answer can be saved: one sentence is wrong, and the passage that puts it right is in the context."
GIVEN_UP = "The answer misses the point of the question; nothing in it can be kept."
ANSWER = "The author is right: one sentence has to go, the rest answers the question. Have it edited."
QUESTION = "Do you mean the sentence in the middle, or the last one as well?"
REPLY = "Only the one in the middle. The last one is fine as it stands."
OBJECTION = "“May” and “must” are two things in this statute; the sentence was right before."
MESSAGE = "Thank you for the quick revisions this week. For extraction, please keep to the words of the context."


def fill(project: Project, people: Mapping[str, User]) -> None:
    """After the items of the demo have come to their states, by those whom somebody signs in as. What there is no item
    for is left out."""
    experts = [person for key, person in people.items() if key.startswith("expert")]
    _appeals(project)
    _conversation(project, experts)
    _objection(project, experts)
    author = Item.objects.filter(project=project, author__in=experts).order_by("pk").first()
    if author is not None and author.author is not None:
        feedback.send(project, author.author, people["manager"], MESSAGE)
        ratings.rate_instructions(
            desk_of(author.author, project.slug), author.cell, stars=4, words="One more example for tables would help."
        )


def _appeals(project: Project) -> None:
    """Two that an editor gave up: one appeal is overturned, the other waits for its answer. What the demo shows as
    rejected stays, for whoever wants to try an appeal."""
    flagged = Item.objects.filter(
        project=project, state=State.IN_EDITING, leased=False, author__isnull=False, is_control=False
    )
    for number, item in enumerate(flagged.select_related("author", "project", "cell").order_by("-pk")[:2]):
        if not _give_up(item):
            continue
        _appeal(item, RUNNING if number else OVERTURNED)
        if number == 0:
            _overturn(item)


def _give_up(item: Item) -> bool:
    editor = appealing.deciders(item).first()
    if editor is None:
        return False
    assignment = handing_out.open_item(desk_of(editor, item.project.slug), item.pk, Stage.EDITING)
    editing.give_up(person=editor, item_id=item.pk, token=str(assignment.token), note=GIVEN_UP)
    return True


def _appeal(item: Item, argument: str) -> None:
    assert item.author is not None
    item.refresh_from_db()
    reason = next(iter(appealing.disputable_reasons(item)), "")
    appealing.appeal(desk_of(item.author, item.project.slug), item.pk, reason=reason, argument=argument)


def _overturn(item: Item) -> None:
    decider = appealing.deciders(item).first()
    if decider is None:
        return
    assignment = handing_out.open_item(desk_of(decider, item.project.slug), item.pk, Stage.ADJUDICATION)
    editing.adjudicate(
        person=decider,
        item_id=item.pk,
        token=str(assignment.token),
        decision=Adjudication.Decision.EDIT,
        cause="reviewer_error",
        note=ANSWER,
        ending="overturned",
    )


def _conversation(project: Project, experts: Sequence[User]) -> None:
    returned = Review.objects.filter(item__project=project, verdict=Verdict.RETURN, item__author__in=experts)
    review = returned.select_related("item__author", "reviewer").order_by("pk").first()
    if review is None or review.item.author is None:
        return
    subject = threads.about(review.item, threads.Topic.REVIEW, review.pk)
    thread = threads.start(desk_of(review.item.author, project.slug), subject, QUESTION)
    threads.say(desk_of(review.reviewer, project.slug), thread.pk, REPLY)
    ratings.rate_feedback(review.item.author, subject, helpful=True, why="I see the pattern now.")


def _objection(project: Project, experts: Sequence[User]) -> None:
    """An editor has still to answer it."""
    edits = Revision.objects.filter(
        item__project=project, kind=Revision.Kind.EDITED, hunks__response="", item__author__in=experts
    )
    edit = edits.select_related("item__author").order_by("pk").first()
    if edit is None or edit.item.author is None:
        return
    hunks = list(edit.hunks.values_list("pk", flat=True)[:1])
    editing.respond(person=edit.item.author, revision_id=edit.pk, hunk_ids=hunks, thanks=False, note=OBJECTION)
