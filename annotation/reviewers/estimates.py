"""How often reviewers are right, judged by what all say together (experts.aggregation): an estimate for managers beside
the figures from known cases. Nothing follows from it by formula.

Copies of control items are texts of their own with a known verdict, since whoever made a text known must not be right
by that; adjudicated texts are known too. A text counts where two or more judged it, or its verdict is known.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from accounts.models import User
from annotation.models import Adjudication, Project
from annotation.reviewers.consistency import TRUTHS, Told, by
from core.arrays import AnyOf
from core.statements import fetch_rows
from experts.aggregation import Answers, Estimate, accuracies
from experts.agreement import Share, share
from experts.reviewers import is_same

# Below these nothing is estimated, or nothing is said of a person.
LEAST_TEXTS = 30
LEAST_ANSWERS = 20
MOST_ANSWERS = 40_000
INTERVAL = 0.9

_MEND = "mend"
_SIDES = {"accept": "accept", "edit": _MEND, "return": _MEND, "reject": "reject"}

# A copy's answer belongs to its control, or to the text that is looked at again; what stand-ins say counts nowhere.
_ANSWERS = """
    SELECT coalesce('control ' || look.control_id, 'text ' || coalesce(look.revision_id, review.revision_id)),
           review.reviewer_id, review.verdict, control.verdict, coalesce(look.revision_id, review.revision_id)
    FROM annotation_review review
    JOIN annotation_item item ON item.id = review.item_id
    LEFT JOIN annotation_look look ON look.item_id = item.id
    LEFT JOIN annotation_control control ON control.id = look.control_id
    WHERE item.project_id = %(project)s AND (%(cell)s::bigint IS NULL OR item.cell_id = %(cell)s)
      AND (NOT item.is_control OR look.person_id = review.reviewer_id)
    ORDER BY review.created_at DESC, review.id DESC LIMIT %(most)s
"""

_DECIDED = {
    Adjudication.Decision.ACCEPT.value: "accept",
    Adjudication.Decision.EDIT.value: _MEND,
    Adjudication.Decision.REJECT.value: "reject",
}


class Said(NamedTuple):
    text: str
    reviewer: int
    side: str


@dataclass(frozen=True)
class Evidence:
    """All answers to texts that several judged or whose side is known; `known` by text."""

    answers: list[Said]
    known: dict[str, str]

    @property
    def texts(self) -> int:
        return len({one.text for one in self.answers})

    @property
    def is_enough(self) -> bool:
        return self.texts >= LEAST_TEXTS


def evidence_in(project: Project, cell: int | None = None) -> Evidence:
    """Two statements."""
    rows = fetch_rows(_ANSWERS, {"project": project.pk, "cell": cell, "most": MOST_ANSWERS})
    settled = Adjudication.objects.filter(item__project=project, item__is_control=False).order_by("created_at", "id")
    decided = {revision: _DECIDED[decision] for revision, decision in settled.values_list("revision_id", "decision")}
    known = {text: _SIDES[verdict] for text, _, _, verdict, _ in rows if verdict}
    known |= {text: decided[revision] for text, _, _, _, revision in rows if revision in decided and text not in known}
    counts = Counter(row[0] for row in rows)
    answers = [Said(row[0], row[1], _SIDES[row[2]]) for row in rows if counts[row[0]] > 1 or row[0] in known]
    return Evidence(answers, {text: side for text, side in known.items() if text in counts})


@dataclass(frozen=True)
class Quality:
    """Of one reviewer. `estimate` is None below LEAST_ANSWERS."""

    reviewer: int
    answers: int
    estimate: Estimate | None

    @property
    def interval(self) -> tuple[float, float] | None:
        return self.estimate.interval(INTERVAL) if self.estimate else None


def qualities(evidence: Evidence) -> dict[int, Quality]:
    """By reviewer; nothing where there are too few texts. Pure; below a second for 20,000 answers."""
    counts = Counter(one.reviewer for one in evidence.answers)
    if not evidence.is_enough:
        return {person: Quality(person, count, None) for person, count in counts.items()}
    answers = Answers.of(evidence.answers)
    found = accuracies(answers, _numbered(evidence.answers, evidence.known))
    return {
        person: Quality(person, counts[person], one if counts[person] >= LEAST_ANSWERS else None)
        for person, one in zip(_in_order(said.reviewer for said in evidence.answers), found, strict=True)
    }


def _in_order(values: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(values))


def _numbered(answers: Iterable[Said], known: Mapping[str, str]) -> dict[int, int]:
    """What is known by the numbers that Answers.of gives; a side that nobody has ever said cannot be told."""
    texts: dict[Hashable, int] = {}
    sides: dict[Hashable, int] = {}
    for one in answers:
        texts.setdefault(one.text, len(texts))
        sides.setdefault(one.side, len(sides))
    return {texts[text]: sides[side] for text, side in known.items() if text in texts and side in sides}


@dataclass(frozen=True)
class EstimateRow:
    """`known`: right of all cases whose truth is known, in the whole project; None where a cell was asked for."""

    reviewer: User
    quality: Quality
    known: Share | None


def rows_of(evidence: Evidence, told: Sequence[Told]) -> list[EstimateRow]:
    """Everybody with an answer, by name."""
    found = qualities(evidence)
    sides = by([one for one in told if one.kind in TRUTHS], lambda one: one.reviewer)
    people = User.objects.filter(AnyOf("pk", set(found))).order_by("name", "pk")
    return [
        EstimateRow(
            person,
            found[person.pk],
            share(is_same(one.said, one.truth) for one in sides[person.pk]) if told else None,
        )
        for person in people
    ]
