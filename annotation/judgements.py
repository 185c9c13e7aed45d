"""The reviews of an item as editors and adjudicators read them: by round, with numbers in place of names."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch

from annotation.models import Adjudication, Comment, Item, Review, Verdict
from annotation.rubric import RUBRIC, Criterion


@dataclass(frozen=True)
class Judged:
    """One review; the same person has the same number in every round of the item."""

    label: str
    review: Review
    remarks: list[Comment]

    @property
    def scores(self) -> list[tuple[str, int]]:
        return [(criterion.label, self.score(criterion)) for criterion in RUBRIC]

    def score(self, criterion: Criterion) -> int:
        value: int = getattr(self.review, criterion.name)
        return value


@dataclass(frozen=True)
class Round:
    number: int
    judged: list[Judged]

    @property
    def remarks(self) -> list[tuple[str, Comment]]:
        return [(one.label, remark) for one in self.judged for remark in one.remarks]


@dataclass(frozen=True)
class Comparison:
    """One row of the rubric across the reviewers of a round."""

    criterion: Criterion
    scores: list[tuple[int, str]]

    @property
    def differs(self) -> bool:
        return len({score for score, _ in self.scores}) > 1


def rounds_of(item: Item) -> list[Round]:
    """Newest first; two statements."""
    remarks = Prefetch("comments", queryset=Comment.objects.select_related("clause"), to_attr="remarks")
    reviews = list(
        Review.objects.filter(item=item).select_related("revision").prefetch_related(remarks).order_by("round", "id")
    )
    people = list(dict.fromkeys(review.reviewer_id for review in reviews))
    judged = [Judged(f"Reviewer {people.index(one.reviewer_id) + 1}", one, _remarks(one)) for one in reviews]
    grouped = groupby(judged, key=lambda one: one.review.round)
    return [Round(number, list(ones)) for number, ones in grouped][::-1]


def _remarks(review: Review) -> list[Comment]:
    prefetched: list[Comment] = review.remarks  # type: ignore[attr-defined]  # by rounds_of
    return prefetched


def compare(of: Round) -> list[Comparison]:
    return [
        Comparison(criterion, [(score, criterion.levels[score - 1]) for score in _scores(of, criterion)])
        for criterion in RUBRIC
    ]


def _scores(of: Round, criterion: Criterion) -> list[int]:
    return [one.score(criterion) for one in of.judged]


def settlements_of(item: Item) -> list[Adjudication]:
    return list(Adjudication.objects.filter(item=item))


def what_accepting_does(item: Item, of: Round | None) -> str:
    """An adjudicator's yes counts as one approval."""
    accepted = sum(one.review.verdict == Verdict.ACCEPT for one in of.judged) if of else 0
    if accepted + 1 >= item.project.overlap:
        return "Accepted at once: your yes and the reviewer's who accepted it are enough."
    return "One more reviewer, who has not judged it in this round, must accept it too."
