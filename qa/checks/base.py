"""The types every check speaks: a Subject goes in, Findings come out. Nothing here knows Django, items or people."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self

from qa.checks.style import DEFAULT_STYLE

Weight = Literal["fast", "ml", "llm"]
# "free": as the writer likes; "prose": none of the others.
Format = Literal["free", "prose", "json", "xml", "csv", "table"]

EXCERPT_LENGTH = 80


class Severity(StrEnum):
    MUST = "must"
    SHOULD = "should"
    NOTE = "note"


class Field(StrEnum):
    PROMPT = "prompt"
    COMPLETION = "completion"
    CONTEXT = "context"


@dataclass(frozen=True)
class Bounds:
    """Tokens allowed, both ends included; None leaves that end open."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Example:
    """A clause of the guideline with what it shows as right and as wrong; `skill` empty for all skills."""

    clause: str
    title: str
    good: str = ""
    bad: str = ""
    skill: str = ""


@dataclass(frozen=True)
class Subject:
    """A text to be judged, with what its project asks of it. Says nothing about who wrote it or which item it is."""

    prompt: str
    completion: str
    context: str = ""
    language: str = "en"
    skill: str = ""
    prompt_bounds: Bounds = Bounds()
    completion_bounds: Bounds = Bounds()
    format: Format = "free"
    format_schema: Mapping[str, Any] | None = None
    languages: tuple[str, ...] = ()
    domain: str = ""
    # Opaque names: the body of texts this one is compared with, its part of it, and its own name there.
    collection: str = ""
    group: str = ""
    key: str = ""
    # Where the context comes from (title, url, author, licence, jurisdiction, retrieved_on); licences that are allowed.
    provenance: Mapping[str, str] = dataclasses.field(default_factory=dict)
    licences: tuple[str, ...] = ()
    # What the guideline shows as good and bad, for engines that learn from examples.
    examples: tuple["Example", ...] = ()
    # The classifier that the project fitted from its people's decisions and put to use, for this language, with the
    # "name" that tells it from others (qa.routing.router.Router.fitted); empty without one.
    router: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    style: Mapping[str, object] = dataclasses.field(default_factory=lambda: DEFAULT_STYLE)
    # Whether a worker may ask the addresses in these texts whether they are still there.
    follow_links: bool = False
    # What checks of this collection may spend on language models in a day; None: as the installation is set up.
    llm_budget: Decimal | None = None

    def text(self, name: Field) -> str:
        return {Field.PROMPT: self.prompt, Field.COMPLETION: self.completion, Field.CONTEXT: self.context}[name]

    def style_of(self, name: str) -> object:
        """The project's setting, else the default; an unknown name is a programming error and raises."""
        return self.style.get(name, DEFAULT_STYLE[name])


@dataclass(frozen=True)
class Suggestion:
    """Text to put in place of the finding's span (of the whole field, when the finding has no span)."""

    label: str
    replacement: str


@dataclass(frozen=True)
class Finding:
    """One thing a check found. `start` and `end` count code points in the field; both None for the whole field."""

    check: str
    code: str
    severity: Severity
    message: str
    field: Field = Field.COMPLETION
    start: int | None = None
    end: int | None = None
    excerpt: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    clause: str = ""
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Names the finding by what it is about, not where it stands, so a dismissal survives edits elsewhere."""
        about = "\x1f".join((self.check, self.code, self.field, storable(self.excerpt)))
        return hashlib.blake2b(about.encode(), digest_size=12).hexdigest()

    def to_json(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "code": self.code,
            "severity": self.severity.value,
            "message": storable(self.message),
            "field": self.field.value,
            "start": self.start,
            "end": self.end,
            "excerpt": storable(self.excerpt),
            "suggestions": [
                {"label": storable(each.label), "replacement": storable(each.replacement)} for each in self.suggestions
            ],
            "clause": self.clause,
            "data": dict(self.data),
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            check=stored["check"],
            code=stored["code"],
            severity=Severity(stored["severity"]),
            message=stored["message"],
            field=Field(stored["field"]),
            start=stored["start"],
            end=stored["end"],
            excerpt=stored["excerpt"],
            suggestions=tuple(Suggestion(each["label"], each["replacement"]) for each in stored["suggestions"]),
            clause=stored["clause"],
            data=stored["data"],
        )


def storable(text: str) -> str:
    """PostgreSQL's JSON takes neither NUL nor lone surrogates; both show as the replacement character."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def no_settings(_subject: Subject) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Check:
    """A check and what its stored results depend on.

    `version` goes up whenever the same text could get other findings. `settings` returns everything in the subject,
    besides its three texts, that the findings depend on: it becomes the settings hash of the result's key.
    `weight` names where it runs: fast in the page's own request, ml and llm in the workers of these queues.
    `highest` is the most severe a project may make its findings. A check `about_item` depends on more than texts and
    the cell's settings (on other texts, on where a context comes from): its settings hash is one item's own, and what
    it said live is not taken over at submit. One that `is_paid` costs money with every text: beside a text being
    written it is asked for once the text rests.
    """

    name: str
    version: int
    weight: Weight
    title: str
    run: Callable[[Subject], list[Finding]]
    settings: Callable[[Subject], Mapping[str, Any]] = no_settings
    engine: str = "rules"
    # What the check measures, whether or not it finds anything: for `manage.py run_checks` and for thresholds.
    scores: Callable[[Subject], Mapping[str, Any]] | None = None
    highest: Severity = Severity.MUST
    about_item: bool = False
    is_paid: bool = False


def excerpt_of(text: str, start: int | None = None, end: int | None = None) -> str:
    """The marked text, or as much of its beginning as is enough to recognize it."""
    return text[start:end][:EXCERPT_LENGTH]


def utf16_span(text: str, start: int, end: int) -> tuple[int, int]:
    """A code-point span as JavaScript counts it: characters beyond U+FFFF take two units."""
    before = start + _astral(text[:start])
    return before, before + (end - start) + _astral(text[start:end])


def _astral(text: str) -> int:
    return sum(character > "\uffff" for character in text)
