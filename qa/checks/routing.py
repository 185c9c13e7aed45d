"""Whether a prompt and its context are for generalists or for people of the cell's field."""

from collections.abc import Iterator, Mapping
from typing import Any

from qa.checks.base import Check, Field, Finding, Severity, Subject
from qa.engines.embeddings import Embedder, label_of
from qa.routing.router import Route, Router

NAME = "routing"
VERSION = 1
GENERAL = "general"
# Said only when it is clear: a text in the middle belongs to either.
CLEARLY_GENERAL, CLEARLY_DOMAIN = 0.08, 0.95


def build(embedder: Embedder) -> Check:
    router = Router(embedder)
    return Check(
        NAME,
        VERSION,
        "ml",
        "General or domain-specific",
        run=lambda subject: list(_find(subject, route(router, subject))) if subject.domain else [],
        settings=lambda subject: _settings(embedder, subject),
        engine=f"descriptors with {embedder.name}",
        scores=lambda subject: _scores(route(router, subject)),
        highest=Severity.SHOULD,
    )


def _settings(embedder: Embedder, subject: Subject) -> Mapping[str, Any]:
    """Without a router of the project's own as it always was, so that stored results hold."""
    own = {"fitted": subject.router["name"]} if subject.router else {}
    return {"language": subject.language, "domain": subject.domain, "engine": label_of(embedder), **own}


def route(router: Router, subject: Subject) -> Route:
    """Prompt and context together; the completion says nothing about who should write it."""
    fitted = router.fitted(subject.router, subject.language)
    return router.route(f"{subject.prompt}\n{subject.context}".strip(), subject.language, subject.domain, fitted)


def _scores(found: Route) -> Mapping[str, Any]:
    return {"score": found.score, "band": found.scope, "domains": dict(found.domains), "basis": found.basis}


def _find(subject: Subject, found: Route) -> Iterator[Finding]:
    is_general_cell = subject.domain.casefold() == GENERAL
    data = {"score": abs(found.score - (0.0 if is_general_cell else 1.0)), "domains": dict(found.domains)}
    if is_general_cell and found.score > CLEARLY_DOMAIN and found.domains:
        field = found.domains[0][0].replace("-", " ")
        yield _note(
            "for_specialists", f"This looks like a matter for specialists ({field}); the cell is general.", data
        )
    if not is_general_cell and found.score < CLEARLY_GENERAL:
        yield _note("for_generalists", "This looks like general knowledge; the cell wants work for specialists.", data)


def _note(code: str, message: str, data: Mapping[str, Any]) -> Finding:
    return Finding(NAME, code, Severity.NOTE, message, Field.PROMPT, data=data)
