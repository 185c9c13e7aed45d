"""A major change of a clause: the guideline gets a new version, and results that tested the clause lapse with grace.

Minor changes (a typo, a better example) are made in place, as before: they touch nobody's result.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from annotation.fairness import feedback
from annotation.learning.testing_results import record_major_change, touched_results
from annotation.models import Clause, Guideline, GuidelineChange, Membership, Project, TestItem
from annotation.setup.setting_up import guideline_of
from annotation.texts import clean
from core.refusal import Refusal, refuse_if


@dataclass(frozen=True)
class Consequence:
    """What publishing a clause as a major change would do."""

    results: int
    items: int

    def __str__(self) -> str:
        if not self.results and not self.items:
            return "No test has asked about this clause: nobody needs a re-test."
        return (
            f"{_count(self.results, 'test result')} asked about it: these people get a short re-test and a time of "
            f"grace. {_count(self.items, 'test item')} must be read again before they are drawn."
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def consequence(project: Project, clauses: Collection[str]) -> Consequence:
    items = TestItem.objects.filter(project=project, clause_code__in=list(clauses), retired_at=None, outdated_at=None)
    return Consequence(len(touched_results(project, clauses)), items.count())


def refusal_of_note(note: str) -> Refusal | None:
    if len(note.strip()) >= 10:
        return None
    return Refusal("Say in a sentence what changes.", "Everybody who has to take a re-test reads it.")


@transaction.atomic
def publish_major(edited: Clause, *, before: str, by: User, note: str) -> GuidelineChange:
    """A new version with a copy of every clause, in which this one reads as edited (unsaved). `before` is the code it
    had. Earlier versions stay as they were: remarks and revisions point to them."""
    refuse_if(refusal_of_note(note), status=409)
    project = edited.guideline.project
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    current = guideline_of(project)
    new = Guideline.objects.create(project=project, version=current.version + 1, introduction=current.introduction)
    others = Clause.objects.filter(guideline=current).exclude(code=before)
    copies = [*others, edited]
    for clause in copies:
        clause.pk, clause.guideline = None, new
    Clause.objects.bulk_create(copies)
    change = record_major_change(new, clauses={before, edited.code}, note=clean(note).strip(), by=by)
    _tell(change)
    return change


def _tell(change: GuidelineChange) -> None:
    """Everybody whose result lapses finds it in their inbox too, if they are still in the project."""
    members = Membership.objects.filter(project=change.project).values("user")
    lapses = change.lapses.filter(attempt__person__in=members).exclude(attempt__person=change.by)
    for lapse in lapses.select_related("attempt__person", "attempt__test__language", "attempt__test__domain"):
        text = (
            f"The guideline has changed ({', '.join(change.clauses)}): {change.note}\n\n"
            f"Your test {lapse.attempt.test} asked about it. Please take the short re-test on the page My tests until "
            f"{lapse.due_at:%d %B %Y}; you work as before until then."
        )
        feedback.send(change.project, lapse.attempt.person, change.by, text)
