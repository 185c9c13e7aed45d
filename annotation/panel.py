"""The panel “To check” beside a text: what the checks found, with what was dismissed and why.

Writers and editors see their text live, reviewers what was stored at submit; all three see the same rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.urls import reverse

from annotation import checking
from annotation.models import Dismissal, Item
from annotation.reasons import DismissReason
from annotation.texts import Written
from qa import policy, runs, tokens
from qa.checks import CHECKS
from qa.checks.base import Finding, Severity, Suggestion
from qa.checks.length import NAME as LENGTH
from qa.models import CheckRun

LONGEST_SHOWN = 60
DISMISS_CHOICES = tuple(DismissReason.choices)


class Replacement(str):
    """The text to put in; `label` says what that does, for where the text itself is too long to show."""

    __slots__ = ("label",)
    label: str

    @classmethod
    def of(cls, suggestion: Suggestion) -> "Replacement":
        new = cls(suggestion.replacement)
        new.label = suggestion.label
        return new

    @property
    def shown(self) -> str:
        """Blanks cannot be seen and a whole document is no suggestion to read: then what it does, in words."""
        is_readable = self.strip() == self and 0 < len(self) <= LONGEST_SHOWN and "\n" not in self
        return str(self) if is_readable else self.label


@dataclass(frozen=True)
class Dismissed:
    """Why a finding does not apply, in words."""

    reason: str
    note: str = ""

    def __str__(self) -> str:
        label = DismissReason(self.reason).label if self.reason in DismissReason else self.reason
        return f"{label}: {self.note}" if self.note else label


@dataclass(frozen=True)
class Row:
    """One finding as templates/components/finding.html reads it."""

    fingerprint: str
    check: str
    title: str
    severity: str
    field: str
    start: int | None
    end: int | None
    message: str
    suggestions: list[Replacement]
    clause: str
    dismissed: bool
    dismissed_reason: str
    dismiss_url: str
    undismiss_url: str

    dismiss_choices = DISMISS_CHOICES


@dataclass(frozen=True)
class Panel:
    """What templates/qa/_findings.html shows."""

    rows: list[Row] = field(default_factory=list)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unavailable: list[str] = field(default_factory=list)
    checked: bool = True

    @property
    def must(self) -> list[Row]:
        return [row for row in self.rows if row.severity == Severity.MUST]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if not row.dismissed]


def live_panel(
    item: Item,
    written: Written,
    *,
    guideline_version: int,
    dismissals: Mapping[str, Dismissed] | None = None,
    may_dismiss: bool = True,
) -> Panel:
    """The text as it stands in the editor. `item` with its cell, project and context loaded."""
    context = written.own_context.get("text") if item.context_id is None else None
    subject = checking.subject_of(item, written.prompt, written.completion, context)
    results = runs.live(subject, checking.checks_for(item), guideline_version)
    findings = [one for result in results for one in result.findings if not _is_about_nothing_yet(one)]
    return Panel(
        rows=rows_of(item, findings, dismissals_in(item) if dismissals is None else dismissals, may_dismiss),
        prompt_tokens=tokens.count(written.prompt),
        completion_tokens=tokens.count(written.completion),
        unavailable=[_title(result.check) for result in results if result.status != CheckRun.Status.DONE],
        checked=bool(written.prompt.strip() or written.completion.strip()),
    )


def stored_panel(item: Item, *, may_dismiss: bool = False) -> Panel:
    """The current revision as the checks judged it at submit; two statements, nothing is run."""
    results = checking.stored_results(item)
    done = [result for result in results if result.is_done]
    return Panel(
        rows=rows_of(item, checking.findings_of(done), dismissals_in(item), may_dismiss),
        prompt_tokens=item.current.prompt_tokens if item.current else 0,
        completion_tokens=item.current.completion_tokens if item.current else 0,
        unavailable=_not_run(item, done),
    )


def rows_of(
    item: Item, findings: Iterable[Finding], dismissals: Mapping[str, Dismissed], may_dismiss: bool
) -> list[Row]:
    """must → should → note; what was dismissed comes last."""
    addresses = _addresses(item) if may_dismiss else ("", "")
    rows = [_row(one, dismissals.get(one.fingerprint), addresses) for one in policy.in_order(findings)]
    return sorted(rows, key=lambda row: row.dismissed)


def dismissals_in(item: Item) -> dict[str, Dismissed]:
    rows = Dismissal.objects.filter(item=item).values_list("fingerprint", "reason", "note")
    return {fingerprint: Dismissed(reason, note) for fingerprint, reason, note in rows}


def _addresses(item: Item) -> tuple[str, str]:
    place = [item.project.slug, item.pk]
    return reverse("annotation:dismiss", args=place), reverse("annotation:undismiss", args=place)


def _row(finding: Finding, dismissed: Dismissed | None, addresses: tuple[str, str]) -> Row:
    """A `must` finding is mended, never dismissed."""
    is_must = finding.severity is Severity.MUST
    dismissed = None if is_must else dismissed
    return Row(
        fingerprint=finding.fingerprint,
        check=finding.check,
        title=_title(finding.check),
        severity=finding.severity.value,
        field=finding.field.value,
        start=finding.start,
        end=finding.end,
        message=finding.message,
        suggestions=[Replacement.of(suggestion) for suggestion in finding.suggestions],
        clause=finding.clause,
        dismissed=dismissed is not None,
        dismissed_reason=str(dismissed or ""),
        dismiss_url="" if is_must else addresses[0],
        undismiss_url="" if is_must else addresses[1],
    )


def _title(check: str) -> str:
    return CHECKS[check].title if check in CHECKS else check.capitalize()


def _not_run(item: Item, done: list[CheckRun]) -> list[str]:
    names = {result.check_name for result in done}
    return [check.title for check in checking.checks_for(item) if check.name not in names]


def _is_about_nothing_yet(finding: Finding) -> bool:
    """An empty field is no mistake while one is still writing; submitting it is refused in words."""
    return finding.check == LENGTH and finding.code == "empty"
