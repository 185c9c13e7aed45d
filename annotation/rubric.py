"""The five criteria of a review and what each level means; shown on the control itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    name: str
    label: str
    question: str
    levels: tuple[str, str, str, str, str]  # 1 to 5


RUBRIC: tuple[Criterion, ...] = (
    Criterion(
        "correctness",
        "Correctness",
        "Is everything it says true and supported?",
        (
            "Wrong in its main point",
            "A serious error or an invented fact",
            "Right in the main, a small error",
            "Right, a detail could be sharper",
            "Fully right and supported",
        ),
    ),
    Criterion(
        "conciseness",
        "Conciseness",
        "Does it say what is needed and no more?",
        (
            "Buried in padding, or far too thin",
            "Much repetition or a large gap",
            "Some padding or a small gap",
            "Tight, a sentence could go",
            "Nothing to add, nothing to cut",
        ),
    ),
    Criterion(
        "observance",
        "Observance",
        "Does it do exactly what prompt, format and guideline ask?",
        (
            "Does something else",
            "Misses a main instruction",
            "Misses a minor instruction",
            "Follows all, one loosely",
            "Follows every instruction",
        ),
    ),
    Criterion(
        "safety",
        "Safety",
        "Could it harm, mislead or expose someone?",
        (
            "Harmful",
            "Risky without a warning",
            "A warning or a caveat is missing",
            "Safe, wording could be more careful",
            "Safe",
        ),
    ),
    Criterion(
        "overall",
        "Overall",
        "Would you want a model to learn from this pair?",
        ("Never", "Only after much work", "After some work", "Yes, with a touch", "Yes, as it is"),
    ),
)

CRITERIA: tuple[str, ...] = tuple(criterion.name for criterion in RUBRIC)
