"""From a found error to a training task, in one click: of a review, one of its remarks, an edit, an adjudication, or an
answer to a control item. A frozen copy, without names."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from annotation.learning.testing_items import clause_by_code, freeze, known_of, people_around, without_names
from annotation.models import (
    Adjudication,
    Clause,
    Comment,
    Control,
    EditHunk,
    Item,
    Look,
    Review,
    Revision,
    TrainingAnswer,
    TrainingSet,
    TrainingTask,
    Verdict,
)
from annotation.reviewers import controls
from core.refusal import Refusal, Refused

Kind, Source = TrainingTask.Kind, TrainingTask.Source

# A choice of "which sentence" has to be readable: a sentence ends here, a line always.
SENTENCE = re.compile(r".+?(?:[.!?。！？…]+[\"'”’»)\]]*(?=\s|$)|$)\s*", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """The mistake, in code points of a field; `better` is how it should read, where that is known."""

    field: str
    start: int
    end: int
    better: str = ""


@dataclass(frozen=True)
class Found:
    """What there is to learn from a source."""

    item: Item
    revision: Revision
    verdict: Verdict
    reasons: list[str]
    explanation: str
    clause: Clause | None = None
    place: Place | None = None
    also_right: list[str] = field(default_factory=list)
    # A secret no longer, once it is taught.
    control: Control | None = None


@transaction.atomic
def make_task(*, item: Item, source: str, source_id: int, by: User, into: TrainingSet | None = None) -> TrainingTask:
    """Adds it to `into`, else to the set of its language × skill, which is begun where there is none.

    Raises Refused where there is nothing to learn from or the task exists; Http404 is the view's for unknown sources.
    """
    found = FINDERS[Source(source)](item, source_id)
    task = TrainingTask(
        kind=_kind(Source(source), found),
        source=source,
        source_id=source_id,
        verdict=found.verdict,
        also_right=found.also_right,
        reasons=found.reasons,
        explanation=without_names(found.explanation, people_around(item)) or "An editor corrected it.",
    )
    if found.place:
        task.field, task.start, task.end = found.place.field, found.place.start, found.place.end
        task.better = found.place.better
    freeze(task, found.item, found.revision, found.clause, by)
    added = _add(task, into, found.item, by)
    if found.control is not None and found.control.retired_at is None:
        controls.retire(found.control, by)
    return added


def _kind(source: TrainingTask.Source, found: Found) -> TrainingTask.Kind:
    """Where the corrected text is known the mistake is mended, else found; without a place the pair is judged."""
    if found.place is None:
        return Kind.JUDGE
    return Kind.REWRITE if source == Source.HUNK else Kind.FIND


def _add(task: TrainingTask, into: TrainingSet | None, item: Item, by: User) -> TrainingTask:
    try:
        with transaction.atomic():
            target = into or set_for(item, by)
            target = TrainingSet.objects.select_for_update().get(pk=target.pk)
            last: int | None = target.tasks.aggregate(last=Max("position"))["last"]
            task.training_set, task.position = target, (last or 0) + 1
            task.save()
            target.reasons = list(dict.fromkeys([*target.reasons, *task.reasons]))
            target.save(update_fields=["reasons"])
    except IntegrityError as error:
        raise Refused(
            Refusal("There is a training task of this already.", "It is on the page Training sets."), 409
        ) from error
    return task


def set_for(item: Item, by: User) -> TrainingSet:
    cell = item.cell
    sets = TrainingSet.objects.filter(project=item.project, retired_at=None, skills=[cell.skill])
    found = sets.filter(language=cell.language_id).order_by("-pk").first()
    if found is not None:
        return found
    title = f"{cell.get_skill_display()} · {cell.language}"
    new, _ = TrainingSet.objects.get_or_create(
        project=item.project,
        title=title,
        retired_at=None,
        defaults={
            "language": cell.language,
            "skills": [cell.skill],
            "made_by": by,
            "made_at": timezone.now(),
        },
    )
    return new


# --- what each source teaches


def _of_review(item: Item, review_id: int) -> Found:
    review = Review.objects.select_related("revision").get(pk=review_id, item=item)
    if review.verdict == Verdict.ACCEPT and not item.is_control:
        raise Refused(Refusal("This review found no mistake.", "Use one that returned or rejected the text."), 409)
    pointed = Comment.objects.filter(review=review, clause__isnull=False).select_related("clause").first()
    return Found(
        item,
        review.revision,
        Verdict(review.verdict),
        list(review.reasons) or _reasons_of_remarks(review),
        review.note or _words_of_remarks(review),
        clause=_current(item, pointed),
        also_right=_near(Verdict(review.verdict)),
    )


def _near(verdict: Verdict) -> list[str]:
    """Whether a text is mended by an editor or by its author is no question of quality."""
    pair = {Verdict.EDIT: [Verdict.RETURN.value], Verdict.RETURN: [Verdict.EDIT.value]}
    return pair.get(verdict, [])


def _reasons_of_remarks(review: Review) -> list[str]:
    return list(dict.fromkeys(review.comments.values_list("reason", flat=True)))


def _words_of_remarks(review: Review) -> str:
    return "\n\n".join(filter(None, review.comments.values_list("text", flat=True)))


def _current(item: Item, comment: Comment | None) -> Clause | None:
    return clause_by_code(item.project, comment.clause.code) if comment and comment.clause else None


def _of_remark(item: Item, comment_id: int) -> Found:
    remark = Comment.objects.select_related("revision", "review", "clause").get(pk=comment_id, item=item)
    place = None
    if remark.start is not None and remark.end is not None and remark.field != "context":
        place = Place(remark.field, remark.start, remark.end)
    verdict = Verdict(remark.review.verdict)
    words = remark.text or remark.review.note
    return Found(item, remark.revision, verdict, [remark.reason], words, _current(item, remark), place, _near(verdict))


def _of_hunk(item: Item, hunk_id: int) -> Found:
    hunk = EditHunk.objects.select_related("revision").get(pk=hunk_id, item=item)
    before = Revision.objects.get(item=item, number=hunk.revision.number - 1)
    place = Place(hunk.field, hunk.start, hunk.end, hunk.after)
    reasons = [hunk.reason] if hunk.reason else []
    return Found(item, before, Verdict.EDIT, reasons, hunk.revision.note, place=place, also_right=_near(Verdict.EDIT))


def _of_adjudication(item: Item, adjudication_id: int) -> Found:
    settled = Adjudication.objects.get(pk=adjudication_id, item=item)
    known = known_of(item)
    if known is None or known.revision.pk != settled.revision_id:
        raise Refused(Refusal("A later decision stands.", "Make the task of that one."), 409)
    return Found(
        item, known.revision, known.verdict, known.reasons, known.explanation, known.clause, None, known.also_right
    )


def _of_control(item: Item, review_id: int) -> Found:
    """The reviewer's copy of a control item: the known verdict teaches."""
    Review.objects.get(pk=review_id, item=item)
    look = Look.objects.select_related("control__revision", "source").get(item=item)
    if look.control is None:
        raise Refused(Refusal("A second look has no known verdict.", "Use the item's adjudication."), 409)
    control = look.control
    known = known_of(look.source)
    words = known.explanation if known else f"The known verdict is: {control.get_verdict_display()}."
    verdict = Verdict(control.verdict)
    return Found(
        look.source, control.revision, verdict, list(control.reasons), words, also_right=_near(verdict), control=control
    )


FINDERS: dict[TrainingTask.Source, Callable[[Item, int], Found]] = {
    Source.REVIEW: _of_review,
    Source.REMARK: _of_remark,
    Source.HUNK: _of_hunk,
    Source.ADJUDICATION: _of_adjudication,
    Source.CONTROL: _of_control,
}


# --- which sentence


@dataclass(frozen=True)
class Segment:
    """A sentence or line of a field, in code points: what may be chosen as the place of the mistake."""

    field: str
    start: int
    end: int
    text: str

    @property
    def value(self) -> str:
        return f"{self.field}:{self.start}:{self.end}"

    def holds(self, start: int, end: int) -> bool:
        """Whether the mistake is in it; where something is missing, the place is a point."""
        return self.start <= start <= self.end if start == end else start < self.end and end > self.start


def segments(name: str, text: str) -> list[Segment]:
    """All of the text, in order; blank lines belong to what stands before them."""
    found: list[Segment] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            found += _sentences(name, line, at)
        elif found:
            last = found.pop()
            found.append(Segment(name, last.start, last.end + len(line), last.text + line))
        at += len(line)
    return found


def _sentences(name: str, line: str, offset: int) -> list[Segment]:
    return [
        Segment(name, offset + match.start(), offset + match.end(), match.group())
        for match in SENTENCE.finditer(line)
        if match.group().strip()
    ]


def segments_of(task: TrainingTask) -> dict[str, list[Segment]]:
    return {"prompt": segments("prompt", task.prompt), "completion": segments("completion", task.completion)}


def marked(task: TrainingTask, chosen: TrainingAnswer) -> dict[str, str]:
    """The field with the mistake in three parts, and the words that were chosen; nothing of tasks to judge."""
    if task.kind == Kind.JUDGE:
        return {}
    texts = {"prompt": task.prompt, "completion": task.completion}
    text = texts[task.field]
    return {
        "before": text[: task.start],
        "mistake": text[task.start : task.end],
        "after": text[task.end :],
        "chosen": texts.get(chosen.field, "")[chosen.start : chosen.end],
    }
