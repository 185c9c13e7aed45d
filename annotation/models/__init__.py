from annotation.models.findings import ShownFinding, SwitchChange
from annotation.models.jobs import Job
from annotation.models.judging import (
    Adjudication,
    Approval,
    Comment,
    Dismissal,
    EditHunk,
    Review,
    Verdict,
)
from annotation.models.pipeline import Assignment, Draft, Item, ItemEvent, Place, Revision
from annotation.models.project import (
    Cell,
    Clause,
    Context,
    Format,
    Guideline,
    Invitation,
    Membership,
    Project,
)
from annotation.models.routing import ProjectRouter, Route, RoutingDecision, Scope

__all__ = [
    "Adjudication",
    "Approval",
    "Assignment",
    "Cell",
    "Clause",
    "Comment",
    "Context",
    "Dismissal",
    "Draft",
    "EditHunk",
    "Format",
    "Guideline",
    "Invitation",
    "Item",
    "ItemEvent",
    "Job",
    "Membership",
    "Place",
    "Project",
    "ProjectRouter",
    "Review",
    "Revision",
    "Route",
    "RoutingDecision",
    "Scope",
    "ShownFinding",
    "SwitchChange",
    "Verdict",
]
