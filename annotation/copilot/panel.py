"""The panel “To check” beside a text: what the checks found, with what was dismissed and why.

Writers and editors see their text live, reviewers what was stored at submit; all three see the same rows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.urls import reverse

from annotation import checking
from annotation.copilot.glossary import LONGEST_WORD
from annotation.models import Dismissal, Item
from annotation.reasons import DismissReason
from annotation.texts import Written
from qa import asking, policy, runs, tokens
from qa.checks.base import Finding, Severity, Suggestion
from qa.checks.length import NAME as LENGTH
from qa.models import CheckRun
from qa.registry import checks
from qa.tuning import tuned

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
    code: str
    title: str
    severity: str
    field: str
    start: int | None
    end: int | None
    message: str
    suggestions: list[Replacement]
    clause: str
    clause_url: str
    dismissed: bool
    dismissed_reason: str
    dismiss_url: str
    undismiss_url: str
    data: Mapping[str, Any]
    # The word and where to post it, for who may put it into the project's glossary.
    word: str = ""
    word_url: str = ""
    # Where the item that is like this one stands beside it.
    compare_url: str = ""
    # The same words twice give the same fingerprint; this names the row.
    anchor: str = ""

    dismiss_choices = DISMISS_CHOICES


@dataclass(frozen=True)
class Addresses:
    """Where the buttons of a row post to, and the page its clause is on; empty for what this person may not do."""

    clauses: str
    dismiss: str = ""
    undismiss: str = ""
    words: str = ""
    # Without the other item's number at its end.
    compare: str = ""


@dataclass(frozen=True)
class Named:
    name: str
    title: str

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class Away:
    """A check that cannot answer now, and why in words ("" where nobody knows)."""

    title: str
    why: str = ""
    name: str = ""

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class Panel:
    """What templates/qa/_findings.html shows."""

    rows: list[Row] = field(default_factory=list)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unavailable: list[Away] = field(default_factory=list)
    # Slow checks of this very text that have not answered yet.
    pending: list[Named] = field(default_factory=list)
    # Those that cost money: not asked for while somebody types.
    resting: list[Named] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    # Names of the checks that have answered.
    done: frozenset[str] = frozenset()
    checked: bool = True

    @property
    def must(self) -> list[Row]:
        return [row for row in self.rows if row.severity == Severity.MUST]

    @property
    def rest_seconds(self) -> int:
        """How long the text has to stand still for these; 0 where they come at submit only."""
        return settings.LLM_REST_SECONDS if self.resting else 0

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
    may_add_words: bool = False,
    asks_workers: bool = False,
    has_rested: bool = False,
) -> Panel:
    """The text as it stands in the editor. `item` with its cell, project and context loaded.

    Fast checks run here. Of the slow ones it shows what is known; with `asks_workers` the rest is asked for, those that
    cost money only once the text `has_rested`.
    """
    subject = checking.subject_of(item, written.prompt, written.completion, written.own_context)
    is_written = bool(written.prompt.strip() or written.completion.strip())
    fast, slow = checking.fast_and_slow(item)
    known = runs.known(subject, slow, guideline_version) if slow and is_written else []
    missing = [check for check in slow if check.name not in {result.check for result in known}] if is_written else []
    may_pay = has_rested and settings.LLM_REST_SECONDS > 0
    wanted = [check for check in missing if may_pay or not check.is_paid]
    if asks_workers and wanted:
        asking.ask(subject, wanted, guideline_version, f"{item.pk}")
    results = [*runs.live(subject, fast, guideline_version), *known]
    findings = [one for result in results for one in result.findings if not _is_about_nothing_yet(one)]
    findings = tuned(findings, checking.tuning_of(item.project))
    away = [result for result in results if result.status != CheckRun.Status.DONE]
    return Panel(
        rows=rows_of(
            findings,
            dismissals_in(item) if dismissals is None else dismissals,
            addresses_of(item, may_dismiss=may_dismiss, may_add_words=may_add_words),
        ),
        prompt_tokens=tokens.count(written.prompt),
        completion_tokens=tokens.count(written.completion),
        unavailable=[Away(_title(result.check), result.error, result.check) for result in away],
        pending=[Named(check.name, check.title) for check in wanted],
        resting=[Named(check.name, check.title) for check in missing if check not in wanted],
        passed=_passed((result.check for result in results if result not in away), findings),
        done=frozenset(result.check for result in results if result not in away),
        checked=is_written,
    )


def stored_panel(item: Item, *, may_add_words: bool = False) -> Panel:
    """The current revision as the checks judged it at submit; two statements, nothing is run."""
    results = checking.stored_results(item)
    done = [result for result in results if result.is_done]
    findings = checking.findings_of(done, item.project)
    return Panel(
        rows=rows_of(findings, dismissals_in(item), addresses_of(item, may_add_words=may_add_words)),
        prompt_tokens=item.current.prompt_tokens if item.current else 0,
        completion_tokens=item.current.completion_tokens if item.current else 0,
        unavailable=_not_run(item, results),
        passed=_passed((result.check_name for result in done), findings),
        done=frozenset(result.check_name for result in done),
    )


def _passed(names: Iterable[str], findings: Sequence[Finding]) -> list[str]:
    found = {finding.check for finding in findings}
    return [_title(name) for name in names if name not in found]


def rows_of(findings: Iterable[Finding], dismissals: Mapping[str, Dismissed], addresses: Addresses) -> list[Row]:
    """must → should → note; what was dismissed comes last."""
    rows = [_row(one, dismissals.get(one.fingerprint), addresses) for one in policy.in_order(findings)]
    return _named_apart(sorted(rows, key=lambda row: row.dismissed))


def _named_apart(rows: Iterable[Row]) -> list[Row]:
    seen: Counter[str] = Counter()
    named = []
    for row in rows:
        seen[row.fingerprint] += 1
        number = seen[row.fingerprint]
        named.append(replace(row, anchor=row.fingerprint if number == 1 else f"{row.fingerprint}-{number}"))
    return named


def dismissals_in(item: Item) -> dict[str, Dismissed]:
    rows = Dismissal.objects.filter(item=item).values_list("fingerprint", "reason", "note")
    return {fingerprint: Dismissed(reason, note) for fingerprint, reason, note in rows}


def addresses_of(item: Item, *, may_dismiss: bool = False, may_add_words: bool = False) -> Addresses:
    slug = item.project.slug
    return Addresses(
        clauses=reverse("annotation:guideline", args=[slug]),
        dismiss=reverse("annotation:dismiss", args=[slug, item.pk]) if may_dismiss else "",
        undismiss=reverse("annotation:undismiss", args=[slug, item.pk]) if may_dismiss else "",
        words=reverse("annotation:glossary-add", args=[slug]) if may_add_words else "",
        compare=reverse("annotation:compare", args=[slug, item.pk, 0]).removesuffix("0/"),
    )


def _row(finding: Finding, dismissed: Dismissed | None, addresses: Addresses) -> Row:
    """A `must` finding is mended, never dismissed."""
    is_must = finding.severity is Severity.MUST
    dismissed = None if is_must else dismissed
    is_word = bool(finding.data.get("spelling")) and 0 < len(finding.excerpt) <= LONGEST_WORD
    return Row(
        fingerprint=finding.fingerprint,
        check=finding.check,
        code=finding.code,
        title=_title(finding.check),
        severity=finding.severity.value,
        field=finding.field.value,
        start=finding.start,
        end=finding.end,
        message=finding.message,
        suggestions=[Replacement.of(suggestion) for suggestion in finding.suggestions],
        clause=finding.clause,
        clause_url=addresses.clauses,
        dismissed=dismissed is not None,
        dismissed_reason=str(dismissed or ""),
        dismiss_url="" if is_must else addresses.dismiss,
        undismiss_url="" if is_must else addresses.undismiss,
        word=finding.excerpt if is_word else "",
        word_url=addresses.words if is_word and dismissed is None else "",
        data=finding.data,
        compare_url=f"{addresses.compare}{finding.data['other']}/" if finding.data.get("other") else "",
    )


def _title(name: str) -> str:
    return checks()[name].title if name in checks() else name.capitalize()


def _not_run(item: Item, results: Sequence[CheckRun]) -> list[Away]:
    said = {result.check_name: result for result in results}
    away = [check for check in checking.checks_for(item) if check.name not in said or not said[check.name].is_done]
    return [Away(check.title, said[check.name].error if check.name in said else "", check.name) for check in away]


def _is_about_nothing_yet(finding: Finding) -> bool:
    """An empty field is no mistake while one is still writing; submitting it is refused in words."""
    return finding.check == LENGTH and finding.code == "empty"
