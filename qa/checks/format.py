"""Answers wanted as JSON, XML, CSV or a Markdown table that are not."""

from collections.abc import Callable, Mapping
from typing import Any

from qa.checks.base import Check, Field, Finding, Severity, Subject, Suggestion
from qa.formats import json_text, prose, tables, xml_text
from qa.formats.faults import Fault
from qa.formats.fences import Payload, payload, wrapped
from qa.spans import Mark, line_and_column

NAME = "format"
TITLES = {"json": "JSON", "xml": "XML", "csv": "CSV", "table": "a Markdown table"}
READERS: Mapping[str, Callable[[str, Mapping[str, Any] | None], list[Fault]]] = {
    "json": json_text.faults,
    "xml": lambda text, _schema: xml_text.faults(text),
    "csv": tables.csv_faults,
    "table": tables.table_faults,
}
PRINTERS: Mapping[str, Callable[[str], str | None]] = {
    "json": json_text.pretty,
    "xml": xml_text.pretty,
    "table": tables.aligned,
}


def find(subject: Subject) -> list[Finding]:
    text = subject.completion
    if subject.format == "free" or not text.strip():
        return []
    if subject.format == "prose":
        return [_not_prose(found).to_finding(NAME, Field.COMPLETION, text) for found in prose.find(text)]
    place = _place(subject)
    content = text[place.start : place.end]
    faults = READERS[subject.format](content, subject.format_schema)
    marks = [_fault_mark(text, place, fault) for fault in faults]
    marks += _wrapping(subject, place, content)
    if not faults:
        marks += _ugly(subject, place, content)
    return [mark.to_finding(NAME, Field.COMPLETION, text) for mark in marks]


def _not_prose(found: prose.Found) -> Mark:
    message = f"Prose is wanted here; this is {found.title}."
    return Mark("not_prose", Severity.MUST, message, found.start, found.end)


def _place(subject: Subject) -> Payload:
    place = payload(subject.completion)
    if subject.format == "table" and not place.fenced:
        # A table may have sentences around it; Markdown says where it begins.
        return Payload(0, len(subject.completion))
    return place


def _fault_mark(text: str, place: Payload, fault: Fault) -> Mark:
    position = place.start + fault.position
    line, column = line_and_column(text, position)
    start, end = _line_rest(text, position)
    suggestions: tuple[Suggestion, ...] = ()
    if fault.fix is not None:
        start, end = place.start + fault.fix.start, place.start + fault.fix.end
        suggestions = (Suggestion(fault.fix.label, fault.fix.replacement),)
    message = f"Line {line}, column {column}: {fault.message}"
    return Mark(fault.code, Severity.MUST, message, start, end, suggestions, {"line": line, "column": column})


def _line_rest(text: str, position: int) -> tuple[int, int]:
    """What to underline: from the fault to the end of its line, or the character before it at a line's very end."""
    end = text.find("\n", position)
    end = len(text) if end == -1 else end
    return (position, end) if end > position else (max(position - 1, 0), position)


def _wrapping(subject: Subject, place: Payload, content: str) -> list[Mark]:
    title = TITLES[subject.format]
    whole = (0, len(subject.completion))
    if place.surrounded and subject.format != "table":
        keep = (Suggestion("Keep only the block", content),)
        message = f"Only {title} is wanted; there is text around the block."
        return [Mark("surrounded", Severity.MUST, message, *whole, keep)]
    fences = subject.style_of("code_fences")
    if fences == "avoid" and place.fenced:
        unwrap = (Suggestion("Remove the ``` lines", content),)
        return [Mark("fence_unwanted", Severity.SHOULD, "The answer is wanted without a ``` block.", *whole, unwrap)]
    if fences == "require" and not place.fenced:
        wrap = (Suggestion("Add the ``` lines", wrapped(subject.completion.strip(), subject.format)),)
        return [Mark("fence_missing", Severity.SHOULD, "The answer is wanted in a ``` block.", *whole, wrap)]
    return []


def _ugly(subject: Subject, place: Payload, content: str) -> list[Mark]:
    printer = PRINTERS.get(subject.format)
    indented = printer(content) if printer and subject.style_of("pretty_print") else None
    if indented is None:
        return []
    format_it = (Suggestion("Format", indented),)
    message = f"Valid {TITLES[subject.format]}, on one long line."
    if subject.format == "table":
        message = "The table's columns are not aligned."
    return [Mark("pretty_print", Severity.NOTE, message, place.start, place.end, format_it)]


def settings(subject: Subject) -> Mapping[str, Any]:
    return {
        "format": subject.format,
        "schema": subject.format_schema,
        "code_fences": subject.style_of("code_fences"),
        "pretty_print": subject.style_of("pretty_print"),
    }


CHECK = Check(name=NAME, version=2, weight="fast", title="Format", run=find, settings=settings)
