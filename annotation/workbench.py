"""Everything the writing desk shows of one item: text, context, clauses, findings, remarks, and why it came."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from annotation.access import Desk
from annotation.copilot import glossary
from annotation.copilot.panel import Panel, live_panel
from annotation.models import Assignment, Clause, Comment, Draft, Format, Guideline, Item, Review, Verdict
from annotation.posted import OWN
from annotation.reasons import SkipReason
from annotation.texts import Written
from annotation.workflow import Stage, State
from annotation.writing import starting_text
from catalog.skills import DESCRIPTIONS, Skill
from core.refusal import Refusal

SCRIPTS = ("js/active.js", "js/editor.js", "js/signals.js", "js/autosave.js", "js/checks.js", "js/desk.js")

OWN_LABELS: dict[str, tuple[str, str]] = {
    "title": ("Title", "As the source gives it"),
    "url": ("Address", "https://…"),
    "author": ("Author or publisher", ""),
    "licence": ("Licence", "CC-BY-4.0, or the permission's number"),
    "jurisdiction": ("Jurisdiction", "Where law is concerned: EU, DE, FI …"),
    "retrieved_on": ("Retrieved on", "2026-01-31"),
}


@dataclass(frozen=True)
class OwnField:
    name: str
    label: str
    hint: str
    value: str


@dataclass(frozen=True)
class Docked:
    """A remark with its place in the text as it now stands; no place when those words are gone."""

    comment: Comment
    start: int | None
    end: int | None


@dataclass
class Workbench:
    desk: Desk
    item: Item
    assignment: Assignment
    written: Written
    version: int
    draft: Draft
    panel: Panel
    guideline: Guideline | None
    clauses: list[Clause] = field(default_factory=list)
    remarks: list[Docked] = field(default_factory=list)
    review: Review | None = None
    refusal: Refusal | None = None

    @property
    def needs_own_context(self) -> bool:
        return self.item.cell.needs_context and self.item.context_id is None

    @property
    def own_fields(self) -> list[OwnField]:
        brought = self.written.own_context
        return [OwnField(OWN + name, *OWN_LABELS[name], brought.get(name, "")) for name in OWN_LABELS]

    @property
    def own_text(self) -> str:
        return str(self.written.own_context.get("text", ""))

    @property
    def skill_description(self) -> str:
        return DESCRIPTIONS[Skill(self.item.cell.skill)]

    @property
    def is_code(self) -> bool:
        return self.item.cell.format in (Format.JSON, Format.XML, Format.CSV)

    @property
    def completion_direction(self) -> str:
        """Brackets of JSON or XML must not jump about, whatever the language between them."""
        return "ltr" if self.is_code else self.item.cell.language.direction

    @property
    def saved_at(self) -> datetime | None:
        return self.draft.saved_at if self.draft.pk else None

    @property
    def signals(self) -> str:
        return json.dumps(self.draft.signals)

    @property
    def counts_writing(self) -> bool:
        return self.desk.project.counts_writing(self.item.cell.skill)

    @property
    def skip_reasons(self) -> list[tuple[str, str]]:
        return list(SkipReason.choices)

    @property
    def scripts(self) -> tuple[str, ...]:
        return SCRIPTS

    @property
    def is_rework(self) -> bool:
        return self.item.current_id is not None

    @property
    def open_remarks(self) -> int:
        return sum(each.comment.state == Comment.State.OPEN for each in self.remarks)


def workbench_of(desk: Desk, item: Item, assignment: Assignment, *, typed: Written | None = None) -> Workbench:
    """`typed` shows text that could not be submitted instead of the draft."""
    draft = starting_text(item, desk.user)
    written = typed or Written(draft.prompt, draft.completion, draft.own_context)
    guideline = Guideline.objects.filter(project=desk.project).first()
    version = guideline.version if guideline else 0
    return Workbench(
        desk=desk,
        item=item,
        assignment=assignment,
        written=written,
        version=draft.version,
        draft=draft,
        panel=live_panel(item, written, guideline_version=version, may_add_words=glossary.may_add(desk)),
        guideline=guideline,
        clauses=_clauses(guideline, item.cell.skill),
        remarks=remarks_on(item, written),
        review=_returning_review(item),
    )


def live_writing(desk: Desk, item: Item) -> Assignment | None:
    return Assignment.objects.filter(item=item, person=desk.user, stage=Stage.WRITING, ended_at=None).first()


def may_take_back(item: Item) -> bool:
    return item.state in (State.SET_ASIDE, State.RETURNED)


def _clauses(guideline: Guideline | None, skill: str) -> list[Clause]:
    """Of the skill at hand first, then what holds for all."""
    if guideline is None:
        return []
    found = Clause.objects.filter(Q(skill=skill) | Q(skill=""), guideline=guideline)
    return sorted(found, key=lambda clause: (clause.skill == "", clause.position, clause.code))


def remarks_on(item: Item, written: Written) -> list[Docked]:
    """What reviewers said of the revision that came back, and whatever still waits for an answer."""
    if item.current_id is None:
        return []
    comments = Comment.objects.filter(
        Q(revision_id=item.current_id) | Q(state=Comment.State.OPEN), item=item
    ).select_related("clause")
    texts = {"prompt": written.prompt, "completion": written.completion}
    return [_docked(comment, texts.get(comment.field, "")) for comment in comments]


def _docked(comment: Comment, text: str) -> Docked:
    place = place_of(comment.quote, comment.start, text)
    return Docked(comment, *place) if place else Docked(comment, None, None)


def place_of(quote: str, start: int | None, text: str) -> tuple[int, int] | None:
    """Where the quoted words stand now: at their old place, else at the nearest other one."""
    if start is None or not quote:
        return None
    found, at = [], text.find(quote)
    while at != -1:
        found.append(at)
        at = text.find(quote, at + 1)
    if not found:
        return None
    nearest = min(found, key=lambda position: abs(position - start))
    return nearest, nearest + len(quote)


def _returning_review(item: Item) -> Review | None:
    if item.current_id is None:
        return None
    return Review.objects.filter(revision_id=item.current_id, verdict=Verdict.RETURN).order_by("-pk").first()


def why_in_words(why: dict[str, Any]) -> list[tuple[str, str]]:
    """The terms of the queue's choice as a person reads them."""
    if why.get("own") and "fit" not in why:
        return [("It is yours", "you began it, so it comes before anything new")]
    if why.get("chosen"):
        return [("Your choice", "you opened it from a list")]
    labels = {
        "fit": "How well your qualification fits",
        "need": "Need of the cell (share of places still free)",
        "age": "Time the place has waited (1 = just opened, 2 = a day or more)",
        "run": "Same cell as your last task",
        "weight": "Your standing",
    }
    terms = [(label, f"{why[name]:.2f}") for name, label in labels.items() if isinstance(why.get(name), int | float)]
    score = why.get("score")
    scored = [("Score: all of them multiplied", f"{score:.2f}")] if isinstance(score, int | float) else []
    return [*_route_in_words(why), *terms, *scored]


ROUTES_IN_WORDS = {"general": "general knowledge", "specialized": "work for specialists", "unsure": "for either"}


def _route_in_words(why: dict[str, Any]) -> list[tuple[str, str]]:
    if why.get("route") not in ROUTES_IN_WORDS:
        return []
    guest = "; so it may go to you, beyond the people of its cell" if why.get("guest") else ""
    return [("Route", f"the passage reads as {ROUTES_IN_WORDS[why['route']]}{guest}")]
