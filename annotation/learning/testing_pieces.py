"""The piece somebody writes in a test: kept while typed, looked at by the fast checks; scored in `piece_scoring`."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from annotation.checking import tuning_of
from annotation.models import Attempt, Cell, Piece, Project, Test
from annotation.texts import LONGEST, clean
from core.refusal import Refusal, Refused
from qa import policy, runs
from qa.checks.base import Bounds, Finding, Severity, Subject
from qa.registry import checks
from qa.tuning import tuned

# A piece has no context of its own: its brief says what it is about.
NOT_OF_PIECES = frozenset({"context"})


def ask_for(attempt: Attempt) -> Piece:
    test = attempt.test
    return Piece.objects.create(attempt=attempt, brief=test.brief, cell=cell_of(test))


def cell_of(test: Test) -> Cell | None:
    """What is written is of the test's first skill."""
    cells = Cell.objects.filter(project=test.project_id, language=test.language_id, domain=test.domain_id)
    return cells.filter(skill=test.skills[0]).first()


def of(attempt: Attempt) -> Piece | None:
    return Piece.objects.filter(attempt=attempt).first()


def open_piece(attempt: Attempt) -> Piece:
    """Locked with its attempt. Raises Refused where nothing is to be written."""
    piece = of(attempt)
    if piece is None:
        raise Refused(Refusal("Nothing is to be written in this test."), 409)
    return piece


def write(piece: Piece, prompt: str, completion: str, now: datetime) -> None:
    if max(len(prompt), len(completion)) > LONGEST:
        raise Refused(Refusal(f"Shorten it to {LONGEST:,} characters."), 409, "incomplete")
    piece.prompt, piece.completion, piece.saved_at = clean(prompt), clean(completion), now
    piece.save(update_fields=["prompt", "completion", "saved_at"])


def refusal_to_submit(piece: Piece) -> Refusal | None:
    if not (piece.prompt.strip() and piece.completion.strip()):
        return Refusal("Prompt and completion may not be empty.", "Write both.")
    must = policy.blocking(findings_of(piece))
    if must:
        return Refusal(" ".join(one.message for one in must[:3]), "Mend this first; everything is kept.")
    return None


def findings_of(piece: Piece) -> list[Finding]:
    test = piece.attempt.test
    asked = subject_asked(test.project, test.language_id, test.domain_id, test.skills[0], piece.cell)
    subject = replace(asked, prompt=piece.prompt, completion=piece.completion)
    return fast_findings(test.project, subject, piece.attempt.guideline_version)


def fast_findings(project: Project, subject: Subject, guideline_version: int) -> list[Finding]:
    """Of the fast checks, worst first; they run within the request and their results wait in the cache."""
    wanted = [check for check in checks().values() if check.weight == "fast" and check.name not in NOT_OF_PIECES]
    found = runs.live(subject, wanted, guideline_version)
    findings = [finding for result in found for finding in result.findings]
    return policy.in_order(tuned(findings, tuning_of(project)))


def subject_asked(project: Project, language: str, domain: str, skill: str, cell: Cell | None) -> Subject:
    """What is asked of a text in this place, without the text."""
    return Subject(
        prompt="",
        completion="",
        language=language,
        languages=(language,),
        skill=skill,
        domain=domain,
        prompt_bounds=Bounds(cell.prompt_min, cell.prompt_max) if cell else Bounds(),
        completion_bounds=Bounds(cell.completion_min, cell.completion_max) if cell else Bounds(),
        style=project.style,
    )


def hand_in(piece: Piece, now: datetime) -> None:
    piece.findings = [told(one) for one in findings_of(piece) if one.severity is not Severity.NOTE]
    piece.submitted_at = now
    piece.save(update_fields=["findings", "submitted_at"])


def told(finding: Finding) -> dict[str, Any]:
    """As it is kept beside the text it was found in."""
    check = checks().get(finding.check)
    return {
        "severity": finding.severity.value,
        "title": check.title if check else finding.check,
        "message": finding.message,
        "excerpt": finding.excerpt[:200],
    }
