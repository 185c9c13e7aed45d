"""What a text should not carry: dead links, citation marks, chatbot phrases, broken Markdown, hidden characters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from qa.artifacts import (
    broken,
    characters,
    citations,
    foreign_markup,
    headings,
    links,
    markup,
    phrases,
    placeholders,
)
from qa.artifacts.prose import read
from qa.checks.base import Check, Field, Finding, Severity, Subject
from qa.spans import Mark, first_per_place

NAME = "artifacts"
STRUCTURED = ("json", "xml", "csv")
STYLE = (
    "italics",
    "bold",
    "headings",
    "lists",
    "tables",
    "code_blocks",
    "html_tags",
    "heading_jumps",
    "bold_headings",
    "top_heading",
    "http_links",
    "bare_links",
    "citation_marks",
    "author_citations",
    "emoji",
    "nonbreaking_spaces",
)
# More in one field says nothing new and makes the list unreadable.
MOST_FINDINGS = 50


def find(subject: Subject) -> list[Finding]:
    return [
        mark.to_finding(NAME, field, subject.text(field))
        for field in Field
        for mark in islice(first_per_place(_marks(subject, field)), MOST_FINDINGS)
    ]


def _marks(subject: Subject, field: Field) -> Iterator[Mark]:
    text = subject.text(field)
    if not text.strip():
        return iter(())
    if field is Field.CONTEXT:
        return _in_source(subject, text)
    structured = field is Field.COMPLETION and subject.format in STRUCTURED
    return _in_structure(subject, field, text) if structured else _in_prose(subject, field, text)


def _in_prose(subject: Subject, field: Field, text: str) -> Iterator[Mark]:
    reading = read(text)
    prose, is_answer = reading.prose, field is Field.COMPLETION
    yield from _in_any(subject, text, prose)
    yield from placeholders.find_placeholders(prose)
    yield from placeholders.find_machine(prose, is_answer)
    yield from headings.find(subject, reading)
    yield from markup.find(subject, reading)
    yield from foreign_markup.find(subject, prose)
    yield from broken.find(reading)
    if is_answer:
        yield from phrases.find(subject.language, prose)
        yield from markup.missing(subject, reading)


def _in_structure(subject: Subject, field: Field, text: str) -> Iterator[Mark]:
    """JSON, XML and CSV are no Markdown: blanks, brackets and entities mean something there."""
    yield from (mark for mark in characters.find(subject, text, text) if mark.code not in ("doubled_blank", "entity"))
    yield from links.find(subject, text)
    yield from phrases.find(subject.language, text)


def _in_source(subject: Subject, text: str) -> Iterator[Mark]:
    """A source passage is somebody else's text: what is found there is for information only."""
    for mark in _in_any(subject, text, text):
        if mark.code not in ("doubled_blank", "link_insecure"):
            yield replace(mark, severity=Severity.NOTE)


def _in_any(subject: Subject, text: str, prose: str) -> Iterator[Mark]:
    yield from citations.find(subject, prose)
    yield from links.find(subject, prose)
    yield from characters.find(subject, text, prose)


def settings(subject: Subject) -> Mapping[str, Any]:
    return {
        "language": subject.language,
        "structured": subject.format in STRUCTURED,
        **{name: subject.style_of(name) for name in STYLE},
    }


CHECK = Check(name=NAME, version=2, weight="fast", title="Artifacts", run=find, settings=settings)
