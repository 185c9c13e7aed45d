"""How varied the prompts of each cell are: measured by a job, kept in its result, read by the Diversity page; and the
topics a cell has enough of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from annotation import jobs
from annotation.checking import collection_of, group_of
from annotation.copilot import indexing
from annotation.models import Cell, Job, Project
from annotation.texts import clean
from core.refusal import Refusal, Refused
from qa.checks.duplicates import thresholds_of
from qa.diversity import Diversity, Topic, diversity
from qa.engines.base import EngineUnavailable
from qa.engines.embeddings import label_of
from qa.models import IndexedText
from qa.registry import embedders

MOST_AVOIDED = 30
LONGEST_TOPIC = 80


@dataclass(frozen=True)
class CellVariety:
    """A cell with its figures; None while it has too few prompts, or has never been measured."""

    cell: Cell
    figures: Diversity | None

    @property
    def overused(self) -> list[Topic]:
        return [topic for topic in self.figures.topics if topic.is_overused] if self.figures else []

    @property
    def bars(self) -> list["Bar"]:
        """One per topic, the largest as long as the picture is wide."""
        if self.figures is None:
            return []
        largest = max(topic.size for topic in self.figures.topics)
        avoided = {topic.casefold() for topic in self.cell.avoid}
        return [
            Bar(topic, at * Bar.STEP, round(topic.size / largest * Bar.WIDTH, 1), topic.name.casefold() in avoided)
            for at, topic in enumerate(self.figures.topics)
        ]

    @property
    def even_x(self) -> float:
        """Where a bar would end if all topics had the same share."""
        assert self.figures is not None
        sizes = [topic.size for topic in self.figures.topics]
        return round(Bar.LEFT + sum(sizes) / len(sizes) / max(sizes) * Bar.WIDTH, 1)

    @property
    def height(self) -> int:
        return len(self.bars) * Bar.STEP


@dataclass(frozen=True)
class Bar:
    """A topic in the picture; lengths in its own units (640 wide)."""

    LEFT, WIDTH, STEP = 220, 370, 26

    topic: Topic
    y: int
    length: float
    is_avoided: bool

    @property
    def label_y(self) -> int:
        return self.y + 17

    @property
    def count_x(self) -> float:
        return self.LEFT + self.length + 6


def request_of(project: Project) -> Job:
    """An unsaved job that measures the project now."""
    total = indexing.missing_count(project.pk) + project.cells.count()
    return Job(project=project, kind=Job.Kind.DIVERSITY, total=total)


def running(project: Project) -> Job | None:
    return project.jobs.filter(kind=Job.Kind.DIVERSITY, state__in=jobs.UNFINISHED).first()


def latest(project: Project) -> Job | None:
    """The last measurement that was finished."""
    return project.jobs.filter(kind=Job.Kind.DIVERSITY, state=Job.State.DONE).order_by("-finished_at").first()


def latest_failure(project: Project) -> Job | None:
    """Of the newest measurement, if it failed."""
    newest = project.jobs.filter(kind=Job.Kind.DIVERSITY).first()
    return newest if newest and newest.state == Job.State.FAILED else None


def varieties(project: Project, job: Job | None) -> list[CellVariety]:
    measured = job.result.get("cells", {}) if job else {}
    return [variety_of(cell, measured) for cell in project.cells.select_related("language", "domain")]


def variety_of(cell: Cell, measured: dict[str, Any]) -> CellVariety:
    stored = measured.get(str(cell.pk))
    return CellVariety(cell, Diversity.from_json(stored) if stored else None)


def measure(hold: jobs.Hold) -> None:
    """Indexes what is missing where that can be done here, then measures every cell from what is indexed."""
    project_id = hold.job.project_id
    added, note = 0, ""
    try:
        added = indexing.bring_up_to_date(project_id, hold.report)
    except EngineUnavailable as unavailable:
        note = f"Not every prompt could be taken in: {unavailable}."
    cells: dict[str, Any] = {}
    for number, cell in enumerate(Cell.objects.filter(project_id=project_id), start=1):
        found = measured_now(cell)
        if found:
            cells[str(cell.pk)] = found.to_json()
        hold.report(added + number)
    hold.checkpoint({"cells": cells, "note": note})


def measured_now(cell: Cell) -> Diversity | None:
    embedder = embedders().of(cell.language_id)
    rows = IndexedText.objects.filter(
        collection=collection_of(cell.project_id), group=group_of(cell.pk), embedder=label_of(embedder)
    )
    texts = list(rows.order_by("pk").values_list("prompt", "prompt_vector"))
    vectors = np.array([vector for _, vector in texts], dtype=np.float32)
    # Half the precision in the table: their length is 1 again only after this.
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True) if texts else 1
    family = thresholds_of(embedder).family
    return diversity([prompt for prompt, _ in texts], vectors, cell.language_id, family)


@transaction.atomic
def avoid(cell_id: int, topic: str) -> Cell:
    """Puts a topic on the cell's list; once is enough, whatever its case."""
    cell, name = Cell.objects.select_for_update().get(pk=cell_id), " ".join(clean(topic).split())
    if not name or len(name) > LONGEST_TOPIC:
        raise Refused(Refusal("That is no topic.", f"Name it in 1 to {LONGEST_TOPIC} characters."), status=409)
    if name.casefold() in {one.casefold() for one in cell.avoid}:
        return cell
    if len(cell.avoid) >= MOST_AVOIDED:
        raise Refused(Refusal(f"The list has {MOST_AVOIDED} topics already.", "Take one off first."), status=409)
    return _keep(cell, [*cell.avoid, name])


@transaction.atomic
def allow(cell_id: int, topic: str) -> Cell:
    cell = Cell.objects.select_for_update().get(pk=cell_id)
    return _keep(cell, [one for one in cell.avoid if one != topic])


def _keep(cell: Cell, topics: Sequence[str]) -> Cell:
    cell.avoid = list(topics)
    cell.save(update_fields=["avoid"])
    return cell
