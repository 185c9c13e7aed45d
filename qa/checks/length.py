"""Prompts and completions with fewer or more tokens than their cell asks for."""

from collections.abc import Mapping
from typing import Any

from qa import tokens
from qa.checks.base import Bounds, Check, Field, Finding, Severity, Subject

NAME = "length"
JUDGED = (Field.PROMPT, Field.COMPLETION)


def find(subject: Subject) -> list[Finding]:
    tolerance = _tolerance(subject)
    found = [_judge(field, subject.text(field), _bounds(subject, field), tolerance) for field in JUDGED]
    return [finding for finding in found if finding is not None]


def _tolerance(subject: Subject) -> float:
    return float(str(subject.style_of("length_tolerance")))


def _bounds(subject: Subject, field: Field) -> Bounds:
    return subject.prompt_bounds if field is Field.PROMPT else subject.completion_bounds


def _judge(field: Field, text: str, bounds: Bounds, tolerance: float) -> Finding | None:
    if not text.strip():
        return Finding(NAME, "empty", Severity.MUST, f"The {field.value} is empty.", field)
    counted = tokens.count(text)
    if bounds.minimum is not None and counted < bounds.minimum:
        hard = counted < bounds.minimum * (1 - tolerance)
        return _finding(field, "too_short", hard, counted, f"at least {bounds.minimum}", bounds)
    if bounds.maximum is not None and counted > bounds.maximum:
        hard = counted > bounds.maximum * (1 + tolerance)
        return _finding(field, "too_long", hard, counted, f"at most {bounds.maximum}", bounds)
    return None


def _finding(field: Field, code: str, hard: bool, counted: int, wanted: str, bounds: Bounds) -> Finding:
    return Finding(
        check=NAME,
        code=code,
        severity=Severity.MUST if hard else Severity.SHOULD,
        message=f"The {field.value} has {counted} tokens ({tokens.NAME}); {wanted} are wanted.",
        field=field,
        data={
            "tokens": counted,
            "minimum": bounds.minimum,
            "maximum": bounds.maximum,
            "tokenizer": tokens.NAME,
        },
    )


def settings(subject: Subject) -> Mapping[str, Any]:
    return {
        "prompt": [subject.prompt_bounds.minimum, subject.prompt_bounds.maximum],
        "completion": [subject.completion_bounds.minimum, subject.completion_bounds.maximum],
        "tolerance": _tolerance(subject),
        "tokenizer": tokens.NAME,
    }


CHECK = Check(name=NAME, version=1, weight="fast", title="Length", run=find, settings=settings, engine=tokens.NAME)
