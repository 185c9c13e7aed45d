"""What became of the findings that people saw: kept at each revision, after its checks, away from anybody's request.

Seen were those the browser reports with the signals of a revision, those dismissed, and, from the second revision on,
those that stood on the one before: its author got it back with them, or an editor had them beside the text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from annotation import checking
from annotation.models import Assignment, Dismissal, Item, Revision, ShownFinding
from annotation.posted import report_of
from annotation.workflow import Stage, State
from core.refusal import Refusal, Refused, refuse_if
from qa import runs
from qa.checks.base import Finding
from qa.models import CheckRun
from qa.registry import checks
from qa.tuning import tuned

Outcome = ShownFinding.Outcome
KEPT = ("check_name", "code", "severity", "field", "message", "excerpt", "clause", "outcome", "revision", "at")


@dataclass(frozen=True)
class Evidence:
    """All that says what became of findings; findings by fingerprint, names of kinds as "check.code"."""

    reported: Mapping[str, str]
    applied: frozenset[str]
    dismissed: frozenset[str]
    # On the revision before, and on this one: as the project counts them, and whatever the checks found.
    before: Mapping[str, Finding]
    now: Mapping[str, Finding]
    found: Mapping[str, Finding]
    # Checks that have answered for this revision; of the others nothing can be said.
    answered: frozenset[str]

    @property
    def seen(self) -> dict[str, str]:
        """Kinds by fingerprint. A dismissal of something that stands nowhere any more keeps the row it had."""
        known = {**self.before, **self.now}
        kinds = dict(self.reported) | {name: kind_of(one) for name, one in self.before.items()}
        return kinds | {name: kind_of(known[name]) for name in self.dismissed if name in known}


def kind_of(finding: Finding) -> str:
    return f"{finding.check}.{finding.code}"


def outcomes(evidence: Evidence) -> dict[str, tuple[str, Outcome]]:
    """(kind, what became of it) by fingerprint. Pure.

    A fingerprint changes with the words it marks. So where a finding went and another of its kind came that nobody
    had seen before, it counts as the same one, moved: it is open under its new name, not mended.
    """
    seen = {name: kind for name, kind in evidence.seen.items() if kind.partition(".")[0] in evidence.answered}
    decided = {name: (kind, _of_standing(name, evidence)) for name, kind in seen.items() if name in evidence.now}
    moved = Counter(kind_of(one) for name, one in evidence.now.items() if name not in seen)
    for name, kind in seen.items():
        # Found as before, but the project has switched it off meanwhile: nobody mended anything.
        if name in evidence.found:
            continue
        outcome = _of_gone(name, evidence)
        if outcome == Outcome.MENDED and moved[kind]:
            moved[kind] -= 1
            successor = _first(evidence.now, kind, {*seen, *decided})
            decided[successor] = (kind, Outcome.OPEN)
        else:
            decided[name] = (kind, outcome)
    return decided


def _of_standing(name: str, evidence: Evidence) -> Outcome:
    return Outcome.DISMISSED if name in evidence.dismissed else Outcome.OPEN


def _of_gone(name: str, evidence: Evidence) -> Outcome:
    if name in evidence.applied:
        return Outcome.APPLIED
    return Outcome.DISMISSED if name in evidence.dismissed else Outcome.MENDED


def _first(now: Mapping[str, Finding], kind: str, without: set[str]) -> str:
    return next(name for name, one in now.items() if kind_of(one) == kind and name not in without)


@transaction.atomic
def record(item_id: int) -> int:
    """Writes what became of the findings around the item's current revision; returns how many. Repeating it is safe."""
    item = Item.objects.select_related("cell", "project", "context", "current").get(pk=item_id)
    revision = item.current
    if revision is None or item.is_control or item.state == State.CHECKING:
        return 0
    if revision.kind == Revision.Kind.IMPORTED:
        return 0
    evidence = _evidence(item, revision)
    # Always in the same order: two workers of one item wait for each other instead of deadlocking.
    decided = sorted(outcomes(evidence).items())
    rows = [_row(item, revision, name, kind, outcome, evidence) for name, (kind, outcome) in decided]
    ShownFinding.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["item", "fingerprint"], update_fields=KEPT
    )
    return len(rows)


def _evidence(item: Item, revision: Revision) -> Evidence:
    results = [result for result in _results(item, revision) if result.is_done]
    found = [finding for result in results for finding in result.found()]
    report = report_of(_reported(revision.signals))
    earlier = Revision.objects.filter(item=item, number=revision.number - 1).first() if revision.number > 1 else None
    before = [finding for result in (_results(item, earlier) if earlier else []) for finding in result.found()]
    tuning = checking.tuning_of(item.project)
    names = checks()
    return Evidence(
        reported={name: kind for name, kind in report["shown"].items() if kind.partition(".")[0] in names},
        applied=frozenset(report["applied"]),
        dismissed=frozenset(checking.dismissed_in(item)),
        before=_by_fingerprint(tuned(before, tuning)),
        now=_by_fingerprint(tuned(found, tuning)),
        found=_by_fingerprint(found),
        answered=frozenset(result.check_name for result in results),
    )


def _results(item: Item, revision: Revision) -> list[CheckRun]:
    subject = checking.subject_of_revision(item, revision)
    return runs.results_for(subject, checking.checks_for(item), revision.guideline_version)


def _reported(signals: Mapping[str, Any]) -> Mapping[str, object]:
    reported = signals.get("findings")
    return reported if isinstance(reported, dict) else {}


def _by_fingerprint(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.fingerprint: finding for finding in findings}


def _row(item: Item, revision: Revision, name: str, kind: str, outcome: Outcome, evidence: Evidence) -> ShownFinding:
    check, _, code = kind.partition(".")
    row = ShownFinding(
        project_id=item.project_id,
        item=item,
        fingerprint=name,
        check_name=check,
        code=code,
        language=item.cell.language_id,
        outcome=outcome,
        revision=revision.number,
        at=revision.created_at,
    )
    stored = evidence.now.get(name) or evidence.before.get(name)
    if stored:
        row.severity, row.field, row.message = stored.severity.value, stored.field.value, stored.message
        row.excerpt, row.clause = stored.excerpt[:80], stored.clause[:12]
    return row


@transaction.atomic
def rule(*, person: User, item: Item, fingerprint: str, ruling: str) -> ShownFinding:
    """A reviewer's or editor's word on a finding that was not heeded; the newest counts. Raises Refused."""
    refuse_if(refusal_to_rule(person, item))
    if Dismissal.objects.filter(item=item, fingerprint=fingerprint, by=person).exists():
        raise Refused(Refusal("You dismissed it yourself; somebody else says whether that was right."), 409)
    found = ShownFinding.objects.select_for_update().filter(item=item, fingerprint=fingerprint).first()
    if found is None:
        found = _of_dismissal(item, fingerprint)
    if ruling not in ShownFinding.Ruling.values or found.outcome not in (Outcome.DISMISSED, Outcome.OPEN):
        raise Refused(Refusal("Only a finding that stands or was dismissed is ruled on.", "Reload the page."), 409)
    found.ruling, found.ruled_by, found.ruled_at = ruling, person, timezone.now()
    found.save()
    return found


def _of_dismissal(item: Item, fingerprint: str) -> ShownFinding:
    """Dismissed, but its text has not been through the worker's records yet."""
    stored = _by_fingerprint(checking.findings_of(checking.stored_results(item), item.project)).get(fingerprint)
    if stored is None or item.current is None:
        raise Refused(Refusal("This finding does not stand on the text any more.", "Reload the page."), 409)
    is_dismissed = Dismissal.objects.filter(item=item, fingerprint=fingerprint).exists()
    outcome = Outcome.DISMISSED if is_dismissed else Outcome.OPEN
    evidence = Evidence({}, frozenset(), frozenset(), {}, {fingerprint: stored}, {}, frozenset())
    return _row(item, item.current, fingerprint, kind_of(stored), outcome, evidence)


def refusal_to_rule(person: User, item: Item) -> Refusal | None:
    """Whoever judges the text: its reviewer or its editor, while they have it in hand; never its author."""
    judging = (Stage.REVIEW, Stage.EDITING)
    held = Assignment.objects.filter(item=item, person=person, stage__in=judging, ended_at=None)
    if item.author_id != person.pk and held.exists():
        return None
    return Refusal("Only who has the item in hand at review or editing says this.", "Open it first.")


@dataclass(frozen=True)
class Ruled:
    """A dismissed finding with what has been said about dismissing it."""

    fingerprint: str
    message: str
    ruling: str

    choices = (
        (ShownFinding.Ruling.OVERRULED, "Right to dismiss"),
        (ShownFinding.Ruling.UPHELD, "Should have been mended"),
    )


def ruled(item: Item, dismissed: Mapping[str, str]) -> list[Ruled]:
    """Messages by fingerprint → what its author dismissed, to rule on. A statement only where something was."""
    if not dismissed:
        return []
    said = ShownFinding.objects.filter(item=item, fingerprint=OuterRef("fingerprint")).values("ruling")[:1]
    by_author = Dismissal.objects.filter(item=item, by=item.author_id).annotate(said=Subquery(said))
    rulings = dict(by_author.values_list("fingerprint", "said"))
    return [Ruled(name, message, rulings[name] or "") for name, message in dismissed.items() if name in rulings]
