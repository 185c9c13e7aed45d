"""A project's style guide: saving it, and what another one would find before it is saved."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from annotation.checking import subject_of_revision, tuning_of
from annotation.copilot.style_form import RULES, StyleGuideForm
from annotation.item_lists import ORDER, counted_items
from annotation.models import Item, Project
from qa.checks import CHECKS
from qa.checks.base import Field, Finding, Severity, Subject
from qa.tuning import tuned

# Each takes about a millisecond and is read from the database: a page that answers at once needs a bound.
LOOKED_AT = 200
JUDGED_BY = ("artifacts", "format", "context")
EXAMPLE = """## What to know

The *notice period* is **four weeks** [3]. See https://www.gesetze-im-internet.de/bgb/__622.html or [the law](url).

#### Exceptions

- During probation: two weeks (Müller et al., 2019) 😀
"""


@dataclass(frozen=True)
class Count:
    """Items of the last ones with a finding of a rule: as things stand, and as they would."""

    label: str
    now: int
    then: int


@dataclass(frozen=True)
class Preview:
    looked_at: int
    now: int
    then: int
    by_rule: list[Count]


@transaction.atomic
def save(form: StyleGuideForm) -> Project:
    """Clauses stand beside what the switches say of a finding; the row is locked because switches are set at the same
    time."""
    project: Project = Project.objects.select_for_update().get(pk=form.instance.pk)
    project.style = form.style()
    project.tuning = with_clauses(project.tuning, form.clauses())
    for name in form.Meta.fields:
        setattr(project, name, form.cleaned_data[name])
    project.save(update_fields=[*form.Meta.fields, "style", "tuning"])
    return project


def with_clauses(
    tuning: Mapping[str, Mapping[str, object]], clauses: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    changed = {kind: dict(switch) for kind, switch in tuning.items()}
    for kind, clause in clauses.items():
        switch = {name: value for name, value in changed.pop(kind, {}).items() if name != "clause"}
        if clause:
            switch["clause"] = clause
        if switch:
            changed[kind] = switch
    return changed


def preview(project: Project, style: Mapping[str, object]) -> Preview:
    """How many of the items that moved last have a *must* or *should* under each of two style guides."""
    items = counted_items(project).filter(current__isnull=False).select_related("cell", "context", "current", "project")
    found = [
        (flagged(_subject(item), project), flagged(_subject(item, style), project))
        for item in items.order_by(*ORDER)[:LOOKED_AT]
    ]
    now, then = Counter[str](), Counter[str]()
    for before, after in found:
        now.update(before)
        then.update(after)
    counts = [Count(rule.label, _any_of(now, rule.kinds), _any_of(then, rule.kinds)) for rule in RULES]
    return Preview(
        len(found),
        sum(bool(before) for before, _after in found),
        sum(bool(after) for _before, after in found),
        [count for count in counts if count.now or count.then],
    )


def _any_of(counted: Mapping[str, int], kinds: Iterable[str]) -> int:
    return max((counted.get(kind, 0) for kind in kinds), default=0)


def _subject(item: Item, style: Mapping[str, object] | None = None) -> Subject:
    assert item.current is not None
    subject = subject_of_revision(item, item.current)
    return subject if style is None else replace(subject, style=style)


def flagged(subject: Subject, project: Project) -> set[str]:
    return {f"{one.check}.{one.code}" for one in judged(subject, project) if one.severity is not Severity.NOTE}


def judged(subject: Subject, project: Project) -> list[Finding]:
    found = [finding for name in JUDGED_BY for finding in CHECKS[name].run(subject)]
    return tuned(found, tuning_of(project))


def example_findings(project: Project, text: str, language: str, style: Mapping[str, object]) -> list[Finding]:
    """What the proposed guide says of a text somebody tries."""
    subject = Subject("", text, language=language, style=style)
    return [finding for finding in judged(subject, project) if finding.field is Field.COMPLETION]
