"""All issues of one text: the engine's and those of our own rules, without what is masked, one per place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.engines.grammar import GrammarEngine, Issue, Kind, Status, base_language
from qa.grammar import commas, english, german, masking, rules, spanish, typography

RULES = {"en": english.RULES, "de": german.RULES, "es": spanish.RULES}


@dataclass(frozen=True)
class Judged:
    """`is_covered` is False where no engine knows the language and only our rules for all languages spoke."""

    issues: tuple[Issue, ...]
    is_covered: bool


def judge(engine: GrammarEngine, text: str, language: str, context: str = "") -> Judged:
    """Raises EngineUnavailable when the engine has no answer now."""
    answer = engine.check(text, language)
    masked = masking.spans(text, context)
    kept = masking.outside([*answer.issues, *own(text, language)], masked)
    return Judged(tuple(_one_per_place(kept)), answer.status is Status.OK)


def own(text: str, language: str) -> Iterator[Issue]:
    yield from typography.find(text, language)
    yield from commas.find(text, language)
    yield from rules.apply(RULES.get(base_language(language), ()), text)


def is_alarm(issue: Issue) -> bool:
    """What interrupts a writer; the rest is for information."""
    return issue.kind is not Kind.STYLE and issue.score >= 0.5


def _one_per_place(issues: Iterable[Issue]) -> Iterator[Issue]:
    """In reading order. Of issues that overlap the surest stays, and of equally sure ones the longest."""
    kept: list[Issue] = []
    for issue in sorted(issues, key=lambda each: (-is_alarm(each), -each.score, each.start - each.end, each.start)):
        if not any(other.start < issue.end and issue.start < other.end for other in kept):
            kept.append(issue)
    return iter(sorted(kept, key=lambda each: each.start))
