"""The standing rule of a project: its few numbers in plain words, who would move by others, adopting and going back.

Nobody adopts what they have not seen: a preview is a job that writes nothing, and what is adopted is its rule. The
standings follow in a second job, and the adopted rules stay as a history from which any can be previewed again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotation import jobs, serving
from annotation.models import Job, Project
from core.refusal import Refusal, Refused
from experts import previewing, project_rules, recomputing
from experts.models import ProjectRule, Standing
from experts.rules import DEFAULT, Rule
from experts.states import State

MOST_MOVES = 500
SHORTEST_NOTE = 10
HUNDRED = 100


class RuleForm(forms.Form):
    delay_hours = forms.FloatField(
        label="Longest delay, hours",
        min_value=0,
        max_value=72,
        help_text="How much later new places show, after hand-ins too, to the lowest priority; half at 0.5.",
    )
    first_hours = forms.FloatField(
        label="First choice, hours",
        min_value=0,
        max_value=336,
        help_text="For so long a new place shows first to those whose record leaves no doubt. 0: no such order. "
        "Longer where everybody is needed: less refused work, and the places are done later.",
    )
    least_limit = forms.FloatField(
        label="Limit, % refused",
        min_value=1,
        max_value=33,
        help_text="Nothing is lowered while the person's rate may lie below it.",
    )
    worst_rate = forms.FloatField(
        label="Lowest priority at, % refused",
        min_value=34,
        max_value=95,
        help_text="The priority falls in a line from the limit to here: the nearer, the steeper.",
    )
    minimum_decisions = forms.IntegerField(
        label="Decisions before anything is lowered", min_value=5, max_value=50, help_text="A few always mislead."
    )
    closer_review_below = forms.FloatField(
        label="Closer review below priority", min_value=0, max_value=1, help_text="More of the items pass an editor."
    )
    probation_decisions = forms.IntegerField(label="Probation, decisions at most", min_value=1, max_value=100)
    straight_accepts = forms.IntegerField(label="… or accepted in a row", min_value=1, max_value=50)

    PERCENT = ("least_limit", "worst_rate")

    @classmethod
    def of(cls, rule: Rule) -> "RuleForm":
        values = {name: getattr(rule, name) for name in cls.base_fields}
        return cls(
            initial={name: round(value * (HUNDRED if name in cls.PERCENT else 1), 4) for name, value in values.items()}
        )

    def rule(self, current: Rule) -> Rule:
        """The project's rule with these numbers. Raises Refused when they do not go together."""
        values = {n: v / HUNDRED if n in self.PERCENT else v for n, v in self.cleaned_data.items()}
        try:
            return replace(current, **values)
        except ValueError as wrong:
            raise Refused(Refusal(str(wrong), "Change the numbers and preview again."), 409, "incomplete") from wrong


@dataclass(frozen=True)
class Shown:
    """One row of the preview."""

    person: User
    before: State
    after: State
    weight_before: float
    weight_after: float
    decisions: int

    @property
    def why(self) -> str:
        if self.weight_after < self.weight_before:
            return f"Gets places later: {self.decisions} decisions lie further above the limit by the new numbers."
        if self.weight_after > self.weight_before:
            return f"Gets places sooner: {self.decisions} decisions lie less far above the limit by the new numbers."
        return "Another word, the same places."


@dataclass(frozen=True)
class Preview:
    job: Job
    rule: Rule
    moves: Sequence[Shown]
    changes: Sequence[tuple[str, Any, Any]]

    @property
    def is_done(self) -> bool:
        return self.job.state == Job.State.DONE


def latest_job(project: Project) -> Job | None:
    return project.jobs.filter(kind=Job.Kind.STANDING).first()


def preview_of(job: Job | None, current: Rule) -> Preview | None:
    if job is None or job.parameters.get("step") != "preview":
        return None
    rule = Rule.from_json(job.parameters["rule"])
    moves = job.result.get("moves", [])
    people = User.objects.in_bulk([move["user_id"] for move in moves])
    shown = [_shown(people[move["user_id"]], move) for move in moves if move["user_id"] in people]
    return Preview(job, rule, shown, changes(current, rule))


def _shown(person: User, move: dict[str, Any]) -> Shown:
    return Shown(
        person,
        State(move["state_before"]),
        State(move["state_after"]),
        move["weight_before"],
        move["weight_after"],
        move["decisions"],
    )


def changes(current: Rule, rule: Rule) -> list[tuple[str, Any, Any]]:
    """(label, now, then) of each number that differs, as the form has it; of those without a label the name in the
    rule."""
    labels = {name: str(bound.label) for name, bound in RuleForm.base_fields.items()}
    before, after = _in_the_form(current), _in_the_form(rule)
    return [(labels.get(name, name), before[name], after[name]) for name in after if before[name] != after[name]]


def _in_the_form(rule: Rule) -> dict[str, Any]:
    return {name: value * HUNDRED if name in RuleForm.PERCENT else value for name, value in rule.as_json().items()}


def request_preview(project: Project, rule: Rule, by: User) -> Job:
    """An unsaved job."""
    return _job(project, by, {"step": "preview", "rule": rule.as_json()})


def _job(project: Project, by: User, parameters: dict[str, Any]) -> Job:
    total = Standing.objects.filter(project_id=project.pk).count()
    return Job(project=project, kind=Job.Kind.STANDING, created_by=by, total=total, parameters=parameters)


@transaction.atomic
def adopt(project: Project, preview: Job | None, *, seen: str, note: str, by: User) -> Job:
    """Adopts what was previewed last and returns the unsaved job that brings the standings up to date.

    `seen`: the number of the preview on the person's page. Raises Refused without a finished preview, where somebody
    has previewed other numbers since, or without a note.
    """
    refusal = refusal_to_adopt(preview, seen, note)
    if refusal or preview is None:
        raise Refused(refusal or Refusal("Nothing was previewed."), status=409, code="incomplete")
    rule = Rule.from_json(preview.parameters["rule"])
    project_rules.adopt(project.pk, rule, by=by, note=note.strip())
    serving.forget(project.pk)
    return _job(project, by, {"step": "apply"})


def refusal_to_adopt(preview: Job | None, seen: str, note: str) -> Refusal | None:
    if preview is None or preview.parameters.get("step") != "preview" or preview.state != Job.State.DONE:
        return Refusal("Look first at who would move.", "Press “Preview”.")
    if seen != str(preview.pk):
        return Refusal("Other numbers were previewed since you looked.", "Look at the page again.")
    if len(note.strip()) < SHORTEST_NOTE:
        return Refusal("Say in a sentence why.", "It stays with the rule in its history.")
    return None


def run(hold: jobs.Hold) -> None:
    """Either step. Safe to repeat: a preview writes nothing, and recomputing twice changes nothing."""
    project_id, now = hold.job.project_id, timezone.now()
    if hold.job.parameters["step"] == "preview":
        rule = Rule.from_json(hold.job.parameters["rule"])
        moves = previewing.who_would_move(project_id, rule, now, hold.report)
        hold.checkpoint({"count": len(moves), "moves": [asdict(move) for move in moves[:MOST_MOVES]]})
    else:
        hold.checkpoint({"people": recomputing.recompute_project(project_id, now, hold.report)})


def of_history(project: Project, rule_id: int) -> Rule:
    """An adopted rule, or with 0 the one every project begins with."""
    if rule_id == 0:
        return DEFAULT
    stored = ProjectRule.objects.filter(project_id=project.pk, pk=rule_id).first()
    if stored is None:
        raise Refused(Refusal("That rule is not in this project's history."), status=404)
    return Rule.from_json(stored.settings)


@dataclass(frozen=True)
class Adopted:
    row: ProjectRule
    by: User | None
    changes: Sequence[tuple[str, Any, Any]]


def adopted(project: Project) -> list[Adopted]:
    """Newest first, each with what it changed."""
    rows = project_rules.history(project.pk)
    people = User.objects.in_bulk([row.adopted_by_id for row in rows if row.adopted_by_id])
    rules = [Rule.from_json(row.settings) for row in rows] + [DEFAULT]
    return [
        Adopted(row, people.get(row.adopted_by_id or 0), changes(rules[number + 1], rules[number]))
        for number, row in enumerate(rows)
    ]


WIDTH, HEIGHT, MOST_RATE = 300.0, 120.0, 0.6


def curve(rule: Rule) -> str:
    """The weight (up, 0 to 1) against the lower bound (across, 0 to 60 %) in a cell of ordinary difficulty, as the
    points of an SVG polyline in a box of 300 × 120."""
    corners = [(0.0, 1.0), (rule.limit(rule.first_rate), 1.0), (rule.worst_rate, rule.least_weight)]
    corners.append((MOST_RATE, rule.least_weight))
    return " ".join(f"{x / MOST_RATE * WIDTH:.1f},{(1 - y) * HEIGHT:.1f}" for x, y in corners)
