"""What a judgement means for its author: the one way from the pipeline into people's standing."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from annotation.models import Item
from experts.models import Outcome
from experts.standing import record_outcome as _record


def record_outcome(
    item: Item, kind: Outcome.Kind, *, judged_by: User | None, at: datetime, reasons: Sequence[str] = ()
) -> None:
    """Control items and imported pairs have no author to credit."""
    if item.author is None or item.is_control:
        return
    _record(
        user=item.author,
        project_id=item.project_id,
        item_id=item.pk,
        language_id=item.cell.language_id,
        domain_id=item.cell.domain_id,
        skill=item.cell.skill,
        kind=kind,
        judged_by=judged_by,
        reasons=reasons,
        at=at,
    )
