"""One accepted item as one line of JSON. The shape is a contract: docs/export.md describes every field."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from annotation.checking import checks_for, subject_of, tuning_of
from annotation.models import Approval, Cell, Context, Item, Project, Review, Revision
from annotation.pseudonyms import Pseudonyms
from annotation.rubric import CRITERIA
from core.arrays import AnyOf
from qa.checks.base import Check, Finding, Severity, Subject
from qa.keys import settings_hash, text_hash
from qa.models import CheckRun
from qa.tokens import NAME as TOKENIZER
from qa.tuning import tuned

FORMAT = 1  # of the line; goes up when a field changes its meaning or goes away

ITEM_FIELDS = (
    "pk", "cell_id", "context_id", "author_id", "round", "state_since", "current__prompt", "current__completion",
    "current__prompt_tokens", "current__completion_tokens", "current__guideline_version",
)  # fmt: skip
CONTEXT_FIELDS = ("text", "title", "url", "author", "licence", "jurisdiction", "retrieved_on", "sha256")

SEVERITIES = tuple(severity.value for severity in Severity)
NOTHING_FOUND = dict.fromkeys(SEVERITIES, 0)

Rows = dict[Any, list[tuple[Any, ...]]]
CheckKey = tuple[UUID, str, int, int, int]


class Lines:
    """Knows the project's cells and checks. Each batch costs six statements, however many items it has."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.person = Pseudonyms(project.pk).of
        self.tuning = tuning_of(project)

    @cached_property
    def cells(self) -> dict[int, Cell]:
        return {cell.pk: cell for cell in self.project.cells.all()}

    @cached_property
    def checks(self) -> dict[int, list[tuple[Check, int]]]:
        """For each cell its checks and the hash of what they are set to there; 0 where it is each item's own."""
        found = {}
        for cell in self.cells.values():
            item = Item(cell=cell, project=self.project)
            subject = subject_of(item, "", "")
            found[cell.pk] = [
                (check, 0 if check.about_item else settings_hash(check, subject)) for check in checks_for(item)
            ]
        return found

    def of(self, ids: Sequence[int]) -> bytes:
        items = list(Item.objects.filter(AnyOf("pk", ids)).order_by("pk").values_list(*ITEM_FIELDS))
        contexts = _contexts({row[2] for row in items if row[2]})
        hashes = {row[0]: _hash_of(row, contexts) for row in items}
        self._found = _check_runs(hashes.values())
        parts = (
            _by_item(Revision, ids, "author_id", "kind"),
            _by_item(Review, ids, "reviewer_id", "round", "verdict", *CRITERIA, "reasons", "created_at"),
            _by_item(Approval, ids, "person_id", "kind", "round", "created_at"),
        )
        return b"".join(_as_line(self._record(row, contexts, hashes[row[0]], *parts)) for row in items)

    def _record(
        self, row: tuple[Any, ...], contexts: dict[int, dict[str, Any]], digest: UUID, revisions: Rows, reviews: Rows,
        approvals: Rows,
    ) -> dict[str, Any]:  # fmt: skip
        item_id, cell_id, context_id, author_id, round_number, accepted_at, prompt, completion = row[:8]
        cell = self.cells[cell_id]
        edits = [author for author, kind in revisions[item_id] if kind == Revision.Kind.EDITED]
        return {
            "id": item_id,
            "language": cell.language_id,
            "domain": cell.domain_id,
            "skill": cell.skill,
            "format": cell.format,
            "prompt": prompt,
            "completion": completion,
            "context": contexts.get(context_id),
            "tokens": {"prompt": row[8], "completion": row[9], "tokenizer": TOKENIZER},
            "guideline_version": row[10],
            "revisions": len(revisions[item_id]),
            "edited": bool(edits),
            "accepted_at": accepted_at,
            "provenance": {
                "author": self.person(author_id),
                "imported": revisions[item_id][0][1] == Revision.Kind.IMPORTED,
                "editors": sorted({self.person(editor) for editor in edits}),
                "round": round_number,
                "reviews": [self._review(review) for review in reviews[item_id]],
                "approvals": [self._approval(approval) for approval in approvals[item_id]],
                "checks": self._checks(row, contexts.get(context_id), digest),
            },
            "line_format": FORMAT,
        }

    def _review(self, row: tuple[Any, ...]) -> dict[str, Any]:
        person, round_number, verdict, *scores, reasons, at = row
        return {
            "by": self.person(person),
            "round": round_number,
            "verdict": verdict,
            "scores": dict(zip(CRITERIA, scores, strict=True)),
            "reasons": reasons,
            "at": at,
        }

    def _approval(self, row: tuple[Any, ...]) -> dict[str, Any]:
        person, kind, round_number, at = row
        return {"by": self.person(person), "kind": kind, "round": round_number, "at": at}

    def _checks(self, row: tuple[Any, ...], context: dict[str, Any] | None, digest: UUID) -> list[dict[str, Any]]:
        """A check that has never run on this very text under these settings is said to be missing, not clean."""
        said = []
        for check, of_cell in self.checks[row[1]]:
            settings = self._own_settings(check, row, context) if check.about_item else of_cell
            status, findings = self._found.get((digest, check.name, check.version, settings, row[10]), ("missing", []))
            counted = _counted(tuned(map(Finding.from_json, findings), self.tuning)) if findings else NOTHING_FOUND
            said.append({"name": check.name, "version": check.version, "status": status, "findings": counted})
        return said

    def _own_settings(self, check: Check, row: tuple[Any, ...], context: dict[str, Any] | None) -> int:
        source = Context(**context) if context else None
        return settings_hash(
            check, subject_of(Item(pk=row[0], cell=self.cells[row[1]], project=self.project, context=source), "", "")
        )


def _contexts(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = Context.objects.filter(AnyOf("pk", ids)).values_list("pk", *CONTEXT_FIELDS)
    return {identity: dict(zip(CONTEXT_FIELDS, values, strict=True)) for identity, *values in rows}


def _hash_of(row: tuple[Any, ...], contexts: dict[int, dict[str, Any]]) -> UUID:
    context = contexts[row[2]]["text"] if row[2] else ""
    return text_hash(Subject(row[6], row[7], context))


def _by_item(model: Any, ids: Sequence[int], *fields: str) -> Rows:
    grouped: Rows = defaultdict(list)
    rows = model.objects.filter(AnyOf("item_id", ids))
    for item_id, *values in rows.order_by("pk").values_list("item_id", *fields):
        grouped[item_id].append(tuple(values))
    return grouped


def _check_runs(hashes: Iterable[UUID]) -> dict[CheckKey, tuple[str, list[Any]]]:
    rows = CheckRun.objects.filter(AnyOf("text_hash", hashes)).values_list(
        "text_hash", "check_name", "version", "settings_hash", "guideline_version", "status", "findings"
    )
    return {tuple(key): (status, findings) for *key, status, findings in rows}  # type: ignore[misc]


def _counted(findings: Sequence[Finding]) -> dict[str, int]:
    found = Counter(finding.severity.value for finding in findings)
    return {severity: found[severity] for severity in SEVERITIES}


def _as_line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
