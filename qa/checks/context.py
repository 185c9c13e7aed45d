"""Where a source passage comes from and whether it may be used; data about persons in any of the three texts."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from qa import privacy
from qa.checks.base import Check, Field, Finding, Severity, Subject, Suggestion, excerpt_of

NAME = "context"
WORDS = {
    privacy.EMAIL: "An e-mail address",
    privacy.PHONE: "A telephone number",
    privacy.ACCOUNT: "An account number",
    privacy.CARD: "A card number",
    privacy.NETWORK: "A network address",
    privacy.KEY: "An access key",
    privacy.IDENTITY: "A personal identity number",
}
NAMES = {"title": "title", "url": "address", "author": "author", "jurisdiction": "jurisdiction", "retrieved_on": "date"}
# "permission 2026/17": a licence given for this project alone, by the number of its file.
PERMISSION = re.compile(r"permission\b(?P<file>.*\w)?", re.IGNORECASE)
MOST_FINDINGS = 50
# A date that is today somewhere on Earth is not in the future.
TOMORROW = timedelta(days=1)


def find(subject: Subject) -> list[Finding]:
    return [*_provenance(subject), *_persons(subject)]


def _provenance(subject: Subject) -> Iterator[Finding]:
    """Nothing is said about a passage whose provenance nobody asked for: a text from a file has none."""
    if not subject.context.strip() or not subject.provenance:
        return
    source = {name: str(value or "").strip() for name, value in subject.provenance.items()}
    yield from _licence(source.get("licence", ""), subject.licences)
    for name in required(subject):
        if not source.get(name):
            yield _about_source(f"{name}_missing", f"The source's {NAMES.get(name, name)} is missing.")
    retrieved = _date(source.get("retrieved_on", ""))
    if retrieved and retrieved > datetime.now(UTC).date() + TOMORROW:
        yield _about_source("retrieved_in_future", f"Retrieved on {retrieved}? That is to come.")


def required(subject: Subject) -> list[str]:
    wanted = subject.style_of("source_fields")
    return [str(name) for name in wanted] if isinstance(wanted, list | tuple) else []


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def _licence(licence: str, allowed: tuple[str, ...]) -> Iterator[Finding]:
    if not licence:
        yield _about_source(
            "licence_missing", "No licence is named for this passage. Name it, or the file of a permission."
        )
        return
    permission = PERMISSION.fullmatch(licence)
    if permission and not permission["file"]:
        yield _about_source("permission_unnumbered", "Name the file of the permission, such as “permission 2026/17”.")
    elif not permission and allowed and not is_allowed(licence, allowed):
        yield _about_source("licence_not_allowed", f"{licence[:60]} is not among the licences of this project.")


def is_allowed(licence: str, allowed: tuple[str, ...]) -> bool:
    """An SPDX expression against the project's list: one of those joined by OR is enough, all joined by AND needed."""
    known = {_spdx(name) for name in allowed}
    alternatives = re.split(r"\s+OR\s+", licence.strip("() "), flags=re.IGNORECASE)
    return any(
        all(_spdx(name) in known for name in re.split(r"\s+AND\s+", each, flags=re.IGNORECASE)) for each in alternatives
    )


def _spdx(name: str) -> str:
    """CC BY-SA 4.0, cc-by-sa-4.0 and "CC BY-SA 4.0 License" are one."""
    words = re.sub(r"\blicen[cs]e\b|[()]", " ", name.casefold())
    return re.sub(r"[\s_-]+", "-", words.strip()).removesuffix("-")


def _about_source(code: str, message: str) -> Finding:
    return Finding(NAME, code, Severity.SHOULD, message, Field.CONTEXT)


def _persons(subject: Subject) -> Iterator[Finding]:
    for field in Field:
        text = subject.text(field)
        for span in privacy.find(text, subject.language)[:MOST_FINDINGS]:
            yield _person(field, text, span)


def _person(field: Field, text: str, span: privacy.Span) -> Finding:
    severity = Severity.NOTE if span.is_general else Severity.SHOULD
    message = f"{WORDS[span.kind]}. Mask it unless the text needs it."
    hide = (Suggestion(f"Mask it as {span.mask}", span.mask),)
    code = "pii_" + span.kind.replace("-", "")
    excerpt = excerpt_of(text, span.start, span.end)
    return Finding(NAME, code, severity, message, field, span.start, span.end, excerpt, hide, data={"kind": span.kind})


def settings(subject: Subject) -> Mapping[str, Any]:
    return {
        "provenance": {name: str(value) for name, value in subject.provenance.items()},
        "licences": sorted(subject.licences),
        "required": required(subject),
        "language": subject.language,
    }


CHECK = Check(name=NAME, version=1, weight="fast", title="Context", run=find, settings=settings, about_item=True)
