"""An outcome that is disputed counts for nothing while the appeal runs, and afterwards only when it is upheld.

Beginning and ending are rows of their own, so nothing of the history is changed; `experts.recomputing` notices them
by their number. The pipeline records what comes of the item (`accepted`, say) as an outcome of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.expressions import RawSQL

from accounts.models import User
from experts.models import Outcome, OutcomeHold

Ending = OutcomeHold.Ending

# What somebody can dispute: all that counts against them.
_AGAINST = Q(kind__in=[Outcome.Kind.RETURNED, Outcome.Kind.REJECTED]) | Q(
    kind=Outcome.Kind.EDITED, edit=Outcome.Edit.MAJOR
)


# As `is_void` and `experts.outcomes.that_count` have it for one person, for a whole project: what is disputed or was
# overturned, what the dispute brought on the same item, and a rejection on which there is a later word.
_VOID = """
    SELECT outcome.id FROM experts_outcomehold held
    JOIN experts_outcome outcome
      ON outcome.user_id = held.user_id AND outcome.project_id = held.project_id AND outcome.item_id = held.item_id
    LEFT JOIN experts_outcomehold ended ON ended.outcome_id = held.outcome_id AND ended.ending <> ''
    WHERE held.project_id = %s AND held.ending = '' AND (
        (coalesce(ended.ending, '') <> 'upheld' AND (outcome.id = held.outcome_id
            OR (outcome.at >= held.at AND outcome.at <= coalesce(ended.at, outcome.at))))
        OR (outcome.kind = 'rejected' AND EXISTS (SELECT FROM experts_outcome later
            WHERE later.user_id = outcome.user_id AND later.project_id = outcome.project_id
              AND later.item_id = outcome.item_id AND (later.at, later.id) > (outcome.at, outcome.id))))
"""


def void_in(project_id: int) -> Q:
    """Outcomes of the project that count for nothing, as a condition within the statement that reads the others."""
    return _AGAINST & Q(pk__in=RawSQL(_VOID, [project_id]))  # noqa: S611  (a constant with one parameter)


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
