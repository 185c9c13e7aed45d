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
from annotation.models.ledger import ActiveDay, LedgerEntry, PaymentRun, PayTerms, Rate
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
from annotation.models.testing import Attempt, GuidelineChange, Lapse, Piece, Test, TestAnswer, TestItem
from annotation.models.training import TrainingAnswer, TrainingAssignment, TrainingSet, TrainingTask

__all__ = [
    "ActiveDay",
    "Adjudication",
    "Approval",
    "Assignment",
    "Attempt",
    "Cell",
    "Clause",
    "Comment",
    "Context",
    "Dismissal",
    "Draft",
    "EditHunk",
    "Format",
    "Guideline",
    "GuidelineChange",
    "Invitation",
    "Item",
    "ItemEvent",
    "Job",
    "Lapse",
    "LedgerEntry",
    "Membership",
    "PayTerms",
    "PaymentRun",
    "Piece",
    "Place",
    "Project",
    "ProjectRouter",
    "Rate",
    "Review",
    "Revision",
    "Route",
    "RoutingDecision",
    "Scope",
    "ShownFinding",
    "SwitchChange",
    "Test",
    "TestAnswer",
    "TestItem",
    "TrainingAnswer",
    "TrainingAssignment",
    "TrainingSet",
    "TrainingTask",
    "Verdict",
]
