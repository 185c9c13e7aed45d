"""Every component on one page, for the eye and for tests; served only in DEBUG."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.refusal import Refusal

PROMPT = (
    "Ein Fahrer berichtet, dass das Bremspedal nach einer langen Passabfahrt weich wird. "
    "Welche Ursache ist am wahrscheinlichsten?"
)
COMPLETION = """{
  "cause": "Dampfblasenbildung in der Bremsflüssigkeit",
  "reason": "Gas im hydraulischen Kreis befinden sich dort, wo die Flüssigkeit siedet.
    Auf Grund der Tatsache, dass sie Wasser aufnimmt, sinkt ihr *Siedepunkt*."
}"""
GUIDELINE = (
    "**Inference**: the answer must need knowledge that is *not* in the context.\n\n"
    "- State the rule you bring in.\n- Answer in valid `JSON`."
)


@dataclass(frozen=True)
class Entry:
    group: str
    label: str
    url: str = "#"
    count: int | None = None
    current: bool = False


def _finding(check: str, severity: str, piece: str, message: str, *suggestions: str) -> SimpleNamespace:
    start = COMPLETION.index(piece)
    return SimpleNamespace(
        fingerprint=f"{check}-{start}",
        check=check,
        title=check.capitalize(),
        severity=severity,
        field="completion",
        start=start,
        end=start + len(piece),
        message=message,
        suggestions=suggestions,
        clause="2.3" if severity != "note" else "",
        dismissed=False,
        dismiss_url="#",
    )


def example_context() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "rail": [
            Entry("Work", "Write", count=12, current=True),
            Entry("Work", "Review", count=31),
            Entry("Work", "Edit", count=9),
            Entry("Manage", "Pipeline"),
            Entry("Manage", "People"),
        ],
        "rail_project": "SFT 10k",
        "rail_projects": [SimpleNamespace(name="SFT 10k", url="#", current=True)],
        "ml_status": "Similarity checks are loading",
        "prompt": PROMPT,
        "completion": COMPLETION,
        "guideline": GUIDELINE,
        "findings": [
            _finding("grammar", "must", "befinden", "Subject and verb disagree.", "befindet", "findet"),
            _finding("artifacts", "should", "*Siedepunkt*", "Italic markup inside JSON.", "Siedepunkt"),
            _finding("readability", "note", "Auf Grund der Tatsache, dass", "Long for “because”.", "Weil"),
        ],
        "refusal": Refusal("You wrote this item.", "Somebody else reviews it."),
        "moments": [now - timedelta(seconds=2), now - timedelta(minutes=41), now - timedelta(days=3)],
        "languages": ["de", "fi", "en"],
        "grid": [("Finance", [4, 70, 100]), ("Medicine", [41, 12, 78]), ("Law", [55, 28, 0])],
        "before": "The study must be necessary for research.",
        "after": "The study has to be necessary for scientific research.",
        "reasons": [("wrong", "Factually wrong"), ("unclear", "Unclear")],
        "levels": [1, 2, 3, 4, 5],
        "page": SimpleNamespace(previous="", next="abc"),
    }


def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "components/gallery.html", example_context())
