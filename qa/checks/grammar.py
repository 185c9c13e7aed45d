"""Spelling, grammar, punctuation, typography and readability of what people write; never of the source passage."""

from collections.abc import Iterator, Mapping
from typing import Any

from qa.checks.base import Check, Field, Finding, Severity, Subject, Suggestion, excerpt_of
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.grammar import GrammarEngine, Issue, Kind
from qa.grammar import masking, readability
from qa.grammar.issues import Judged, is_alarm, judge

NAME = "grammar"
VERSION = 3
WRITTEN = (Field.PROMPT, Field.COMPLETION)
STRUCTURED = ("json", "xml", "csv")
# More says nothing new and makes the list unreadable.
MOST_FINDINGS = 40
MOST_SUGGESTIONS = 3


def build(engine: GrammarEngine) -> Check:
    """Raises EngineUnavailable from `run` when the engine has no answer now, and with UNSUPPORTED when it does not know
    the language and our own rules found nothing either."""
    return Check(
        name=NAME,
        version=VERSION,
        weight=engine.weight,
        title="Grammar",
        run=lambda subject: find(subject, engine),
        settings=lambda subject: settings(subject, engine),
        engine=engine.name,
        highest=Severity.SHOULD,
        scores=lambda subject: scores(subject, engine),
    )


def settings(subject: Subject, engine: GrammarEngine) -> Mapping[str, Any]:
    return {
        "language": subject.language,
        "structured": subject.format in STRUCTURED,
        "engine": engine.name,
        "version": engine.version,
    }


def find(subject: Subject, engine: GrammarEngine) -> list[Finding]:
    judged = _judge(subject, engine)
    findings = [
        _finding(issue, field, subject.text(field))
        for field, each in judged.items()
        for issue in each.issues[:MOST_FINDINGS]
    ]
    findings += _hard_to_read(subject)
    if all(each.is_covered for each in judged.values()):
        return findings
    if not findings:
        raise EngineUnavailable(engine.name, Reason.UNSUPPORTED)
    return [*findings, _not_covered()]


def scores(subject: Subject, engine: GrammarEngine) -> dict[str, Any]:
    """Of the completion: errors per 100 words (what counts as should), and its readability where it is measured."""
    judged = _judge(subject, engine).get(Field.COMPLETION)
    text = subject.completion
    words = len(readability.WORD.findall(text))
    found: dict[str, Any] = {"words": words}
    if judged is not None and judged.is_covered and words:
        alarms = sum(map(is_alarm, judged.issues))
        found |= {"errors": alarms, "errors_per_100_words": round(100 * alarms / words, 2)}
    measured = readability.measure(text, subject.language) if judged is not None else None
    if measured is not None:
        found |= {"readability": measured.value, "formula": measured.formula}
    return found


def _judge(subject: Subject, engine: GrammarEngine) -> dict[Field, Judged]:
    return {
        field: judge(engine, subject.text(field), subject.language, subject.context)
        for field in WRITTEN
        if _is_prose(subject, field)
    }


def _is_prose(subject: Subject, field: Field) -> bool:
    text = subject.text(field)
    if field is Field.COMPLETION and subject.format in STRUCTURED:
        return False
    return bool(text.strip()) and not masking.is_structure(text)


def _finding(issue: Issue, field: Field, text: str) -> Finding:
    data = {"score": issue.score, "rule": issue.rule, "engine": issue.engine}
    return Finding(
        check=NAME,
        code=issue.kind.value,
        severity=Severity.SHOULD if is_alarm(issue) else Severity.NOTE,
        message=issue.message,
        field=field,
        start=issue.start,
        end=issue.end,
        excerpt=excerpt_of(text, issue.start, issue.end),
        suggestions=tuple(Suggestion(_label(each), each) for each in issue.replacements[:MOST_SUGGESTIONS]),
        data=data | ({"spelling": True} if issue.kind is Kind.SPELLING else {}),
    )


def _label(replacement: str) -> str:
    return f"Write “{replacement}”" if replacement.strip() else "Remove"


def _hard_to_read(subject: Subject) -> Iterator[Finding]:
    """At most one: of the completion, and only where it is clearly hard."""
    if not _is_prose(subject, Field.COMPLETION):
        return
    measured = readability.measure(subject.completion, subject.language)
    if measured is None or not measured.is_hard:
        return
    average = f"{measured.words_per_sentence:.0f} words to a sentence on average"
    message = f"Hard to read: {average}. Shorter sentences or words help."
    data = {"formula": measured.formula, "value": measured.value, "rule": "readability", "engine": "readability"}
    yield Finding(NAME, "readability", Severity.NOTE, message, Field.COMPLETION, data=data)


def _not_covered() -> Finding:
    data = {"rule": "not_covered", "engine": NAME}
    return Finding(NAME, "not_covered", Severity.NOTE, "No spelling check for this language here.", data=data)
