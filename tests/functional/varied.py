"""A measured project for the Diversity pages: the figures are real, of made-up prompts."""

from django.utils import timezone

from accounts.models import User
from annotation.copilot import variety
from annotation.models import Cell, Job, Project
from qa.diversity import diversity
from qa.engines.embeddings import NgramEncoder

PATTERNS = {
    "How long may a controller take to answer an access request when it is {}?": [
        "complex", "late", "repeated", "unclear", "urgent", "sent by a child", "sent by post", "made by phone",
        "made abroad", "forwarded", "incomplete", "withdrawn",
    ],
    "Which court decides on {}?": ["rent", "a will", "a dismissal", "custody", "a tax notice"],
    "Explain {} to a neighbor who has never studied law.": ["a lien", "estoppel", "a trust", "a caveat"],
}  # fmt: skip


def fill(project: Project, manager: User, cell: Cell) -> None:
    prompts = [pattern.format(end) for pattern, ends in PATTERNS.items() for end in ends]
    figures = diversity(prompts, NgramEncoder().embed(prompts), "en", 0.7)
    assert figures is not None
    now = timezone.now()
    Job.objects.create(
        project=project, kind=Job.Kind.DIVERSITY, state=Job.State.DONE, created_by=manager, started_at=now,
        finished_at=now, done=5, total=5, result={"cells": {str(cell.pk): figures.to_json()}, "note": ""},
    )  # fmt: skip
    variety.avoid(cell.pk, "late answers of controllers")
