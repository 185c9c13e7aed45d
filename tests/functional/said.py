"""What people say back, for the pages that show it: an appeal running, conversations, ratings, something to settle."""

from django.utils import timezone

from accounts.models import User
from annotation import handing_out
from annotation.fairness import appealing, feedback, ratings, threads
from annotation.models import GuidelineTask, Item, Thread
from annotation.workflow import Stage
from tests.factories import Cast, desk, fresh

ARGUMENT = (
    "The reviewers read “without undue delay” as a deadline of its own. The article says “and in any event within one "
    "month”, so that the month is the outer limit; the answer says exactly this in its first sentence."
)
GERMAN = "Rechtsschutzversicherungsbedingungen sind hier nicht gemeint; es geht um die Auskunft nach Artikel 15."


def appeal(cast: Cast, item: Item) -> Item:
    """The author appeals, and an editor has it in hand."""
    assert item.author is not None
    reason = next(iter(appealing.disputable_reasons(item)), "")
    appealing.appeal(desk(item.author, cast.project), item.pk, reason=reason, argument=ARGUMENT)
    handing_out.open_item(desk(cast.editor, cast.project), item.pk, Stage.ADJUDICATION)
    return fresh(item)


def fill(cast: Cast, item: Item, edited: Item) -> Thread:
    """About a review of `item`, by its author and reviewer; about the whole of `edited`; and a lead's message."""
    assert item.author is not None
    review = item.reviews.first()
    assert review is not None
    thread = threads.start(
        desk(item.author, cast.project), threads.about(item, "review", review.pk), "Which month do you mean?"
    )
    threads.say(desk(review.reviewer, cast.project), thread.pk, GERMAN)
    assert edited.author is not None
    threads.start(
        desk(edited.author, cast.project), threads.about(edited, "item", edited.pk), "May the list stay as it is?"
    )
    feedback.send(cast.project, item.author, cast.manager, "Your answers on deadlines are what the client wants.", item)
    ratings.rate_instructions(desk(item.author, cast.project), item.cell, stars=2, words="An example would help.")
    settle_later(cast, item, cast.editor)
    return thread


def settle_later(cast: Cast, item: Item, editor: User) -> None:
    GuidelineTask.objects.create(
        project=cast.project,
        item=item,
        unclear="Nothing says whether a deadline may be given in weeks.",
        opened_by=editor,
        opened_at=timezone.now(),
    )
