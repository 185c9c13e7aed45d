"""The types of prompt. A skill is a property of items, never of people."""

from django.db import models


class Skill(models.TextChoices):
    SUMMARIZATION = "summarization", "Summarization"
    EXTRACTION = "extraction", "Extraction"
    OPEN_QA = "open_qa", "Open QA"
    CLOSED_QA = "closed_qa", "Closed QA"
    REWRITING = "rewriting", "Rewriting"
    CLASSIFICATION = "classification", "Classification"
    INFERENCE = "inference", "Inference"


DESCRIPTIONS: dict[Skill, str] = {
    Skill.SUMMARIZATION: "Shorten the context without losing or adding a point.",
    Skill.EXTRACTION: "Pick out of the context exactly what the prompt asks for.",
    Skill.OPEN_QA: "Answer from general or expert knowledge, with no context given.",
    Skill.CLOSED_QA: "Answer from the context alone.",
    Skill.REWRITING: "Say the same in another form, tone or length.",
    Skill.CLASSIFICATION: "Put things into named classes and say why where asked.",
    Skill.INFERENCE: "Answer from the context and from knowledge outside it.",
}

# These cannot be written without a source passage.
NEEDS_CONTEXT = frozenset({Skill.SUMMARIZATION, Skill.EXTRACTION, Skill.CLOSED_QA, Skill.INFERENCE})
