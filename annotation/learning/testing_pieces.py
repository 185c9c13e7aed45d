"""The piece somebody writes in a test: kept while typed, looked at by the fast checks, scored by one person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from annotation.checking import tuning_of
from annotation.learning import testing_results as results
from annotation.learning.testing_rules import PIECE_LEAST, PIECE_OVERALL, piece_passes
from annotation.models import Attempt, Cell, Piece, Project
from annotation.rubric import CRITERIA
from annotation.texts import LONGEST, clean
from core.refusal import Refusal, Refused, refuse_if
from qa import policy, runs
from qa.checks.base import Bounds, Finding, Severity, Subject
from qa.registry import checks
from qa.tuning import tuned

# A piece has no context of its own: its brief says what it is about.
NOT_OF_PIECES = frozenset({"context"})
PASSES = f"It passes with {PIECE_OVERALL} or more overall and nothing below {PIECE_LEAST}."


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
    """Of the fast checks, worst first; they run within the request and their results wait in the cache."""
    attempt = piece.attempt
    wanted = [check for check in checks().values() if check.weight == "fast" and check.name not in NOT_OF_PIECES]
    found = runs.live(_subject(piece), wanted, attempt.guideline_version)
    findings = [finding for result in found for finding in result.findings]
    return policy.in_order(tuned(findings, tuning_of(attempt.test.project)))


def _subject(piece: Piece) -> Subject:
    test = piece.attempt.test
    project: Project = test.project
    cell = Cell.objects.filter(
        project=project, language=test.language_id, domain=test.domain_id, skill=test.skills[0]
    ).first()
    return Subject(
        prompt=piece.prompt,
        completion=piece.completion,
        language=test.language_id,
        languages=(test.language_id,),
        skill=test.skills[0],
        domain=test.domain_id,
        prompt_bounds=Bounds(cell.prompt_min, cell.prompt_max) if cell else Bounds(),
        completion_bounds=Bounds(cell.completion_min, cell.completion_max) if cell else Bounds(),
        style=project.style,
    )


def hand_in(piece: Piece, now: datetime) -> None:
    piece.findings = [_told(one) for one in findings_of(piece) if one.severity is not Severity.NOTE]
    piece.submitted_at = now
    piece.save(update_fields=["findings", "submitted_at"])


def _told(finding: Finding) -> dict[str, Any]:
    check = checks().get(finding.check)
    return {
        "severity": finding.severity.value,
        "title": check.title if check else finding.check,
        "message": finding.message,
        "excerpt": finding.excerpt[:200],
    }


def waiting(project: Project, person: User) -> QuerySet[Piece]:
    """Oldest first, never one's own."""
    found = Piece.objects.filter(
        attempt__test__project=project, attempt__state=Attempt.State.WAITING, scored_at=None, submitted_at__isnull=False
    )
    return (
        found.exclude(attempt__person=person)
        .select_related("attempt__test__language", "attempt__test__domain")
        .order_by("submitted_at")
    )


@transaction.atomic
def score(piece_id: int, *, project: Project, by: User, scores: Mapping[str, int], note: str) -> Piece:
    """One person's word ends the try. Twice does nothing; the first stands.

    Raises Piece.DoesNotExist for another project's, Refused for one's own or without a sentence.
    """
    pieces = Piece.objects.select_for_update(of=("self",)).select_related("attempt__test__project", "attempt__person")
    piece = pieces.get(pk=piece_id, attempt__test__project=project, submitted_at__isnull=False)
    refuse_if(refusal_to_score(piece, by), status=403)
    if piece.scored_at is not None:
        return piece
    refuse_if(_refusal_of_scores(scores, note), status=409, code="incomplete")
    now = timezone.now()
    for name in CRITERIA:
        setattr(piece, name, scores[name])
    piece.note, piece.scored_by, piece.scored_at, piece.passed = clean(note), by, now, piece_passes(scores)
    piece.save()
    results.settle(piece.attempt, passed=piece.passed, now=now)
    return piece


def refusal_to_score(piece: Piece, person: User) -> Refusal | None:
    if piece.attempt.person_id == person.pk:
        return Refusal("You wrote this piece; somebody else scores it.")
    if piece.scored_at is None and piece.attempt.state != Attempt.State.WAITING:
        return Refusal("This try does not wait for a score.", "It is still running, or its items decided it.")
    return None


def _refusal_of_scores(scores: Mapping[str, int], note: str) -> Refusal | None:
    if any(scores.get(name) not in range(1, 6) for name in CRITERIA):
        return Refusal("Score all five rows from 1 to 5.")
    if not piece_passes(scores) and len(note.strip()) < 10:
        return Refusal("Say in a sentence what is missing.", "Whoever wrote it reads it.")
    return None
