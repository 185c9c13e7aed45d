"""Addresses that lead nowhere any more. Only of projects that allow following links; asked in a worker."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Protocol

from qa.artifacts.links import addresses
from qa.checks.base import Check, Field, Finding, Severity, Subject, Weight, excerpt_of
from qa.engines.links import Probe, Standing

NAME = "links"
# Beyond this a worker would be busy with one text for minutes.
MOST_ADDRESSES = 20


class Prober(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def weight(self) -> Weight: ...

    def probe(self, address: str) -> Probe: ...


def build(prober: Prober) -> Check:
    return Check(
        name=NAME,
        version=1,
        weight=prober.weight,
        title="Links",
        run=lambda subject: list(find(subject, prober)),
        settings=lambda subject: settings(subject, prober),
        engine=prober.name,
        highest=Severity.SHOULD,
    )


def settings(subject: Subject, prober: Prober) -> Mapping[str, Any]:
    return {"follow_links": subject.follow_links, "engine": prober.name, "version": prober.version}


def find(subject: Subject, prober: Prober) -> Iterator[Finding]:
    """What cannot be reached now is not mentioned: it may be there for readers."""
    if not subject.follow_links:
        return
    for field, start, address in islice(_all(subject), MOST_ADDRESSES):
        probe = prober.probe(address)
        if probe.standing is Standing.DEAD:
            severity = Severity.NOTE if field is Field.CONTEXT else Severity.SHOULD
            end = start + len(address)
            message = f"This link is dead: {probe.reason}."
            excerpt = excerpt_of(subject.text(field), start, end)
            yield Finding(NAME, "link_dead", severity, message, field, start, end, excerpt)


def _all(subject: Subject) -> Iterator[tuple[Field, int, str]]:
    for field in (Field.COMPLETION, Field.PROMPT, Field.CONTEXT):
        for start, address in addresses(subject.text(field)):
            yield field, start, address
