"""What a reviewer sees of an item's past: their own earlier judgement, what has changed since, where it stands."""

from dataclasses import dataclass

from accounts.models import User
from annotation.models import Approval, Comment, Item, Review, Revision, Verdict
from annotation.reviewing import last_review_by

ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")


@dataclass(frozen=True)
class Changes:
    """From the revision this person judged to the one that stands now; nobody else's words."""

    review: Review
    remarks: list[Comment]
    before: Revision
    after: Revision

    @property
    def is_unchanged(self) -> bool:
        return (self.before.prompt, self.before.completion) == (self.after.prompt, self.after.completion)


def changes_since_review(item: Item, person: User) -> Changes | None:
    review = last_review_by(item, person)
    if review is None or item.current is None:
        return None
    remarks = list(Comment.objects.filter(review=review).select_related("clause"))
    return Changes(review, remarks, review.revision, item.current)


def position_in_round(item: Item, overlap: int) -> str:
    """“2nd of 2 reviews”: how many people have looked, never what they said."""
    looked = set(Review.objects.filter(item=item, round=item.round).values_list("reviewer_id", flat=True))
    looked |= set(Approval.objects.filter(item=item, round=item.round).values_list("person_id", flat=True))
    number = len(looked) + 1
    ordinal = ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"
    return f"{ordinal} of {max(overlap, number)} reviews"


def consequences(item: Item) -> dict[str, str]:
    """What each verdict does, in words; told without telling what others have said in this round."""
    escalates = item.rework_count >= item.project.rework_limit
    times = "once" if item.rework_count == 1 else f"{item.rework_count} times"
    to_adjudication = f"Reworked {times} already: this goes to adjudication by an editor."
    back = "To the author, who answers your remarks and revises; then back to you."
    return {
        Verdict.ACCEPT: f"Counts as one of {item.project.overlap} approvals; the last one accepts the item.",
        Verdict.EDIT: to_adjudication if escalates else "An editor revises it; the author sees every change.",
        Verdict.RETURN: to_adjudication if escalates else back,
        Verdict.REJECT: "Needs a second reviewer who agrees; if they differ, an editor settles it.",
    }


def escalates(item: Item) -> bool:
    return item.rework_count >= item.project.rework_limit
