"""What a kind of finding counts for in a project: its severity and threshold, with what a change would do before it is
made. Nothing is checked anew for it: the stored results of the items checked last are read once more."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation import checking
from annotation.copilot.precision import SEVERITY_WORDS, title_of
from annotation.item_lists import ORDER as ORDER_OF_ITEMS
from annotation.item_lists import counted_items
from annotation.models import Item, Project, SwitchChange
from core.refusal import Refusal, Refused
from qa.checks.base import Finding, Severity, Subject
from qa.models import CheckRun
from qa.registry import checks
from qa.runs import text_hash
from qa.tuning import OFF, ORDER, Switch, Tuning, tuned

LOOKED_AT = 500
DEFAULT = ""


@dataclass(frozen=True)
class Judged:
    """An item with what the checks stored about its current text, untouched by the project's switches."""

    item: Item
    findings: list[Finding]


@dataclass(frozen=True)
class Known:
    """What the last checked items tell about the kinds of findings there are."""

    judged: list[Judged]

    @cached_property
    def of_kinds(self) -> dict[str, list[Finding]]:
        """By "check.code", in the order of the checks."""
        kinds: dict[str, list[Finding]] = {}
        for finding in (one for judged in self.judged for one in judged.findings):
            kinds.setdefault(f"{finding.check}.{finding.code}", []).append(finding)
        return kinds

    def of(self, kind: str) -> list[Finding]:
        return [one for name, found in self.of_kinds.items() if _covers(kind, name) for one in found]


def _covers(kind: str, name: str) -> bool:
    return kind in (name, name.partition(".")[0])


def last_judged(project: Project, check: str = "") -> Known:
    """The items that moved last and have been checked, with their findings. Two statements whatever their number."""
    items = counted_items(project).filter(current__isnull=False)
    found = list(
        items.select_related("cell__language", "cell__domain", "context", "current").order_by(*ORDER_OF_ITEMS)[
            :LOOKED_AT
        ]
    )
    hashes = [hash_of(item) for item in found]
    newest = _newest_results(set(hashes), check)
    return Known([Judged(item, newest[text]) for item, text in zip(found, hashes, strict=True) if text in newest])


def hash_of(item: Item) -> UUID:
    """A result's key begins with its three texts; what else the checks are told does not matter here."""
    assert item.current is not None
    context = item.context.text if item.context else ""
    return text_hash(Subject(prompt=item.current.prompt, completion=item.current.completion, context=context))


def _newest_results(hashes: set[UUID], check: str) -> dict[UUID, list[Finding]]:
    """Of each check the last result about each text: an earlier version or guideline says nothing any more."""
    runs = CheckRun.objects.filter(text_hash__in=hashes, status=CheckRun.Status.DONE)
    runs = runs.filter(check_name=check) if check else runs
    newest: dict[tuple[UUID, str], CheckRun] = {}
    for run in runs.order_by("version", "id"):
        newest[run.text_hash, run.check_name] = run
    findings: dict[UUID, list[Finding]] = {}
    for (text, _), run in newest.items():
        findings.setdefault(text, []).extend(run.found())
    return findings


@dataclass(frozen=True)
class Choice:
    """A severity one may choose; without a value: as the check itself says."""

    value: str
    label: str


def choices(kind: str, found: Iterable[Finding]) -> list[Choice]:
    """What makes sense for a kind of finding: nothing beyond what its check allows, no `must` for what is a matter of
    degree, and at most one step more severe than the check says itself."""
    found = list(found)
    own = own_severity(kind, found)
    step_up = ORDER[max(0, ORDER.index(own) - 1)]
    limits = [step_up, highest_of(kind)] + ([Severity.SHOULD] if has_scores(found) else [])
    allowed = ORDER[max(ORDER.index(limit) for limit in limits) :]
    default = Choice(DEFAULT, f"as the check says ({SEVERITY_WORDS[own]})")
    return [default, *(Choice(each.value, SEVERITY_WORDS[each]) for each in allowed), Choice(OFF, SEVERITY_WORDS[OFF])]


def own_severity(kind: str, found: Iterable[Finding]) -> Severity:
    """What the check says itself, most of the time."""
    most = Counter(one.severity for one in found).most_common(1)
    return max(most[0][0] if most else Severity.SHOULD, highest_of(kind), key=ORDER.index)


def highest_of(kind: str) -> Severity:
    check = checks().get(kind.partition(".")[0])
    return check.highest if check else Severity.MUST


def has_scores(found: Iterable[Finding]) -> bool:
    return any(_score(one) is not None for one in found)


def _score(finding: Finding) -> float | None:
    score = finding.data.get("score")
    return float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None


def asked(sent: Mapping[str, str], current: Switch, options: Iterable[Choice]) -> Switch:
    """The switch a page asks for; what it leaves out, or may not choose, stays as it is."""
    severity = sent.get("severity", current.severity)
    if severity not in {option.value for option in options}:
        severity = current.severity
    at_least = threshold(sent["at_least"]) if "at_least" in sent else current.at_least
    return replace(current, severity=severity, at_least=at_least)


def threshold(text: str | None) -> float | None:
    """Of a score, 0 to 1; None for none and for what is no such number."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


@dataclass(frozen=True)
class Line:
    """A kind of finding among the switches."""

    kind: str
    label: str
    counts_as: str
    is_switched: bool
    flagged: int  # items among those looked at, as things stand


@dataclass(frozen=True)
class Group:
    check: str
    title: str
    lines: list[Line]


def overview(project: Project, known: Known) -> list[Group]:
    """By check: everything of it, then each kind that occurs among these items or has a switch. Pure."""
    tuning = checking.tuning_of(project)
    counted = Counter(name for judged in known.judged for name in _names_that_count(judged, tuning))
    names = sorted({*known.of_kinds, *(name for name in project.tuning if "." in name)})
    groups = []
    for check in checks():
        kinds = [check, *(name for name in names if name.partition(".")[0] == check)]
        groups.append(Group(check, title_of(check), [_line(project, known, kind, counted[kind]) for kind in kinds]))
    return groups


def _names_that_count(judged: Judged, tuning: Tuning) -> set[str]:
    counting = tuned(judged.findings, tuning)
    return {f"{one.check}.{one.code}" for one in counting} | {one.check for one in counting}


def _line(project: Project, known: Known, kind: str, flagged: int) -> Line:
    code = kind.partition(".")[2]
    is_switched = kind in project.tuning
    says = switch_words(project.tuning.get(kind, {})) if is_switched else ""
    own = SEVERITY_WORDS[own_severity(kind, known.of(kind))] if code and known.of(kind) else ""
    label = code.replace("_", " ").capitalize() if code else "Everything it finds"
    return Line(kind, label, says or own, is_switched, flagged)


@dataclass(frozen=True)
class Flagged:
    """An item of the preview: what of the kind counts there now, and what would."""

    item: Item
    now: list[Finding]
    then: list[Finding]

    @property
    def change(self) -> str:
        if not self.now:
            return "new"
        if not self.then:
            return "gone"
        return "" if [one.severity for one in self.now] == [one.severity for one in self.then] else "severity"

    @property
    def findings(self) -> list[Finding]:
        return self.then or self.now


@dataclass(frozen=True)
class Preview:
    """“Would have flagged 37 of the last 500 items (now 52)”."""

    looked_at: int
    flagged: list[Flagged]

    @property
    def now(self) -> int:
        return sum(bool(one.now) for one in self.flagged)

    @property
    def then(self) -> int:
        return sum(bool(one.then) for one in self.flagged)

    @property
    def returned_now(self) -> int:
        return sum(_has_must(one.now) for one in self.flagged)

    @property
    def returned_then(self) -> int:
        return sum(_has_must(one.then) for one in self.flagged)


def _has_must(findings: Iterable[Finding]) -> bool:
    return any(one.severity is Severity.MUST for one in findings)


def preview(project: Project, known: Known, kind: str, switch: Switch) -> Preview:
    """What of this kind counted, and would count, in the items checked last; those that change come first. Pure."""
    before = checking.tuning_of(project)
    after = replace(before, switches=_with(before.switches, kind, switch))
    flagged = [_flagged(judged, kind, before, after) for judged in known.judged]
    changed_first = sorted((one for one in flagged if one.now or one.then), key=lambda one: not one.change)
    return Preview(len(known.judged), changed_first)


def _with(switches: Mapping[str, Switch], kind: str, switch: Switch) -> dict[str, Switch]:
    """A switch that says nothing is none: it must not hide the one of the whole check."""
    kept = {name: each for name, each in switches.items() if name != kind}
    return kept if switch == Switch() else kept | {kind: switch}


def _flagged(judged: Judged, kind: str, before: Tuning, after: Tuning) -> Flagged:
    found = [one for one in judged.findings if _covers(kind, f"{one.check}.{one.code}")]
    return Flagged(judged.item, tuned(found, before), tuned(found, after))


def switch_of(project: Project, kind: str) -> Switch:
    return Switch.from_json(project.tuning.get(kind, {}))


def stored(switch: Switch) -> dict[str, Any]:
    """As in Project.tuning: only what is set."""
    values = {"severity": switch.severity, "at_least": switch.at_least, "clause": switch.clause}
    return {name: value for name, value in values.items() if value not in ("", None)}


@transaction.atomic
def save(
    *, by: User, project: Project, kind: str, switch: Switch, expected: Switch | None = None
) -> SwitchChange | None:
    """Sets the switch and records who did; None where it stood like that already.

    `expected` is what the preview started from: Raises Refused (409) when somebody has changed it since.
    """
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    before = switch_of(locked, kind)
    if expected is not None and replace(expected, clause=before.clause) != before:
        raise Refused(Refusal("Somebody has changed this switch meanwhile.", "Look at the preview again."), 409)
    return _write(locked, kind, before, switch, by)


def _write(
    locked: Project, kind: str, before: Switch, after: Switch, by: User, undoes: SwitchChange | None = None
) -> SwitchChange | None:
    if before == after:
        return None
    locked.tuning = {name: value for name, value in locked.tuning.items() if name != kind}
    if stored(after):
        locked.tuning[kind] = stored(after)
    locked.save(update_fields=["tuning"])
    return SwitchChange.objects.create(
        project=locked, kind=kind, before=stored(before), after=stored(after), by=by, at=timezone.now(), undoes=undoes
    )


@transaction.atomic
def undo(*, by: User, project: Project, change_id: int) -> SwitchChange:
    """Puts a switch back to what it was before a change. Raises Refused when a later change stands in between."""
    locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    change = SwitchChange.objects.filter(project=locked, pk=change_id).first()
    if change is None:
        raise Refused(Refusal("No such change in this project."), 404)
    if Switch.from_json(change.after) != switch_of(locked, change.kind):
        raise Refused(
            Refusal(f"“{words_of(change.kind)}” has been changed again since.", "Undo the later change first."), 409
        )
    now, then = Switch.from_json(change.after), Switch.from_json(change.before)
    done = _write(locked, change.kind, now, then, by, undoes=change)
    assert done is not None, "a change changes something"
    return done


def words_of(kind: str) -> str:
    """“Artifacts: citation mark”."""
    check, _, code = kind.partition(".")
    return f"{title_of(check)}: {code.replace('_', ' ')}" if code else f"{title_of(check)}: everything"


def switch_words(values: Mapping[str, Any]) -> str:
    switch = Switch.from_json(values)
    said = SEVERITY_WORDS.get(switch.severity, switch.severity) if switch.severity else "as the check says"
    return said if switch.at_least is None else f"{said}, from a score of {switch.at_least:g}"


@dataclass(frozen=True)
class Change:
    """A line of the history."""

    row: SwitchChange
    can_undo: bool

    @property
    def words(self) -> str:
        return words_of(self.row.kind)

    @property
    def before(self) -> str:
        return switch_words(self.row.before)

    @property
    def after(self) -> str:
        return switch_words(self.row.after)


def history(project: Project, kind: str = "", most: int = 50) -> list[Change]:
    """Newest first; the last change of each switch can be undone."""
    rows = SwitchChange.objects.filter(project=project).select_related("by", "undoes")
    rows = rows.filter(kind=kind) if kind else rows
    seen: set[str] = set()
    changes = []
    for row in rows[:most]:
        changes.append(Change(row, can_undo=row.kind not in seen))
        seen.add(row.kind)
    return changes
