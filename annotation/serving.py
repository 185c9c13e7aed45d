"""What the pipeline knows of a project's standing while it serves people: the rule, and whose weight is lowered. Half a
minute old at most, kept by each process; a person's own weight is read afresh with every claim (queues.py)."""

import time
from dataclasses import dataclass
from hashlib import sha256

from annotation.models import Item
from experts.project_rules import rule_of
from experts.rules import Rule
from experts.standing import lowered_weights

KNOWN_SECONDS = 30
# The lowest weights; each is one probe of an index for whoever asks for a review.
MOST_FIRST = 50


@dataclass(frozen=True)
class Known:
    at: float
    rule: Rule
    weights: dict[int, float]

    @property
    def reviewed_first(self) -> list[int]:
        """Whose submitted items are reviewed before others': who is held back learns soonest."""
        return list(self.weights)[:MOST_FIRST]


_known: dict[int, Known] = {}


def known_of(project_id: int) -> Known:
    now = time.monotonic()
    known = _known.get(project_id)
    if known is None or now - known.at >= KNOWN_SECONDS:
        known = _known[project_id] = Known(now, rule_of(project_id), lowered_weights(project_id))
    return known


def forget(project_id: int) -> None:
    """This process reads anew; the others follow within half a minute."""
    _known.pop(project_id, None)


def editor_share(item: Item) -> float:
    """The share of an author's accepted items that pass an editor: the project's spot check, and below the rule's
    weight for closer review as much more as weight is missing (w = .5: half of what was not checked)."""
    share = item.project.spot_check_percent / 100
    known = known_of(item.project_id)
    weight = known.weights.get(item.author_id or 0, 1.0)
    if weight >= known.rule.closer_review_below:
        return share
    return share + (1 - share) * (1 - weight)


def is_drawn(item: Item, share: float) -> bool:
    """A lottery that gives the same answer for the same item however often it is asked."""
    draw = int(sha256(f"spot-check:{item.project_id}:{item.pk}".encode()).hexdigest()[:8], 16) % 100
    return draw < round(share * 100)
