"""An outcome that is disputed counts for nothing while the appeal runs, and afterwards only when it is upheld.

Beginning and ending are rows of their own, so nothing of the history is changed; `experts.recomputing` notices them
by their number. The pipeline records what comes of the item (`accepted`, say) as an outcome of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from experts.models import Outcome, OutcomeHold

Ending = OutcomeHold.Ending

# What somebody can dispute: all that counts against them.
_AGAINST = Q(kind__in=[Outcome.Kind.RETURNED, Outcome.Kind.REJECTED]) | Q(
    kind=Outcome.Kind.EDITED, edit=Outcome.Edit.MAJOR
)


@dataclass(frozen=True)
class Dispute:
    """One outcome's dispute; `ending` is empty and `ended_at` None while it runs."""

    item_id: int
    outcome_id: int
    since: datetime
    ending: str = ""
    ended_at: datetime | None = None

    def covers(self, outcome_id: int, item_id: int, at: datetime) -> bool:
        """The disputed outcome itself, and what the dispute brought on the same item."""
        if outcome_id == self.outcome_id:
            return True
        return item_id == self.item_id and self.since <= at and (self.ended_at is None or at <= self.ended_at)


def hold(user: User, project_id: int, item_id: int, at: datetime) -> OutcomeHold | None:
    """From now on the person's latest outcome on the item that counts against them does not; None when there is none.
    Twice is once."""
    own = Outcome.objects.filter(_AGAINST, user=user, project_id=project_id, item_id=item_id)
    disputed = own.order_by("-at", "-id").first()
    if disputed is None:
        return None
    row = OutcomeHold(user=user, project_id=project_id, item_id=item_id, outcome=disputed, at=at)
    return _once(row)


def settle(project_id: int, item_id: int, ending: OutcomeHold.Ending | str, at: datetime) -> OutcomeHold | None:
    """`upheld`: the outcome counts again; `overturned`, `unclear`: never. None when nothing on the item is disputed.
    The first ending stands. Raises ValueError for another word."""
    ending = Ending(ending)
    if ending == Ending.OPEN:
        raise ValueError("A dispute ends upheld, overturned or unclear.")
    held = OutcomeHold.objects.filter(project_id=project_id, item_id=item_id, ending="").order_by("-id").first()
    if held is None:
        return None
    row = OutcomeHold(
        user_id=held.user_id, project_id=project_id, item_id=item_id, outcome_id=held.outcome_id, ending=ending, at=at
    )
    return _once(row)


def _once(row: OutcomeHold) -> OutcomeHold:
    OutcomeHold.objects.bulk_create([row], ignore_conflicts=True)
    is_end = bool(row.ending)
    rows = OutcomeHold.objects.filter(outcome_id=row.outcome_id)
    return (rows.exclude(ending="") if is_end else rows.filter(ending="")).get()


def disputes(rows: Iterable[OutcomeHold]) -> list[Dispute]:
    """The rows of one person, oldest first, as disputes."""
    found: dict[int, Dispute] = {}
    for row in rows:
        begun = found.get(row.outcome_id)
        if not row.ending:
            found[row.outcome_id] = Dispute(row.item_id, row.outcome_id, row.at)
        elif begun:
            found[row.outcome_id] = Dispute(row.item_id, row.outcome_id, begun.since, row.ending, row.at)
    return list(found.values())


def is_void(outcome_id: int, item_id: int, at: datetime, is_against: bool, known: Sequence[Dispute]) -> bool:
    """Does a dispute keep this outcome from counting? What speaks for the person always counts."""
    return is_against and any(one.ending != Ending.UPHELD and one.covers(outcome_id, item_id, at) for one in known)
