"""What several modules of the demo do the same way: a stored source, what the editor counted, the review of an item."""

from hashlib import sha256

from accounts.models import User
from annotation import handing_out, reviewing
from annotation.access import desk_of
from annotation.demo.texts import Source
from annotation.models import Assignment, Cell, Context, Item, Project, Verdict
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Stage


def store(project: Project, cell: Cell, source: Source, by: User) -> None:
    Context.objects.create(
        project=project,
        cell=cell,
        text=source.text,
        title=source.title,
        author="Scriptorium demo",
        licence="CC0-1.0",
        jurisdiction=source.jurisdiction,
        sha256=sha256(source.text.encode()).hexdigest(),
        added_by=by,
    )


def signals_of(written: Written) -> dict[str, int]:
    length = len(written.prompt) + len(written.completion)
    keys = {"typed": length, "deleted": length // 12, "active_seconds": length // 3}
    return {"pasted_inside": 0, "pasted_outside": 0, "applied": 0, **keys}


def review_of(item: Item, reviewer: User) -> Assignment:
    """The queue's own choice. What it plants in between, to look a second time, is accepted on the way."""
    assignment = _next(item, reviewer)
    while assignment.item.is_control:
        scores = dict.fromkeys(CRITERIA, 4)
        reviewing.judge(
            person=reviewer,
            item_id=assignment.item_id,
            token=str(assignment.token),
            judgement=Judgement(Verdict.ACCEPT, scores),
        )
        assignment = _next(item, reviewer)
    assert assignment.item_id == item.pk, f"the queue gave item {assignment.item_id} instead of {item.pk}"
    return assignment


def _next(item: Item, reviewer: User) -> Assignment:
    return handing_out.start_next(desk_of(reviewer, item.project.slug), Stage.REVIEW, another=True)
