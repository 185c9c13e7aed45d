"""Scoring the pieces of tests: handed to qualified reviewers under a lease, or taken by those who lead; one score each.

Blind: no page says who wrote a piece, nor how its writer judged the items of the test.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from accounts.roles import Permission, Role
from annotation.access import Desk, refusal_to_work
from annotation.learning import testing_results as results
from annotation.learning.testing_rules import PIECE_LEAST, PIECE_OVERALL, piece_passes
from annotation.models import Attempt, Membership, Piece, PieceAssignment, Project
from annotation.pay import active_time
from annotation.rubric import CRITERIA
from annotation.texts import clean
from annotation.workflow import Stage
from core.refusal import Refusal, Refused, refuse_if
from experts.models import Qualification
from experts.standing import refusal_while_paused

PASSES = f"It passes with {PIECE_OVERALL} or more overall and nothing below {PIECE_LEAST}."
# From then on the list of those who lead says that a piece waits too long.
WAITS_LONG = timedelta(hours=24)
Outcome = PieceAssignment.Outcome
NOTHING_WAITS = Refusal(
    "No piece waits for you.",
    "They come when somebody hands one in, in a language and domain in which you have all skills of the test.",
)
LAPSED = Refusal("Your lease on this piece has lapsed.", "What you scored and wrote is kept here; take a piece again.")


def unscored(project: Project) -> QuerySet[Piece]:
    """Whose writer judged the items well enough, oldest first."""
    found = Piece.objects.filter(
        attempt__test__project=project, attempt__state=Attempt.State.WAITING, scored_at=None, submitted_at__isnull=False
    )
    return found.select_related("attempt__test__language", "attempt__test__domain").order_by("submitted_at", "pk")


def _admitted() -> QuerySet[Qualification]:
    """Who has all that the test of a piece admits to: they never have to take it, so they may know its brief."""
    return Qualification.objects.filter(
        language_id=OuterRef("attempt__test__language_id"),
        domain_id=OuterRef("attempt__test__domain_id"),
        skills__contains=OuterRef("attempt__test__skills"),
    )


def open_to(desk: Desk) -> QuerySet[Piece]:
    """What this reviewer may be handed now. Never their own, nor one that they gave back or while they sit that test;
    a second try goes to another than the first, and nobody scores whoever has scored them."""
    return unscored(desk.project).filter(_is_open_to(desk.user))


def _is_open_to(me: User) -> Q:
    writer = OuterRef("attempt__person")
    same_test = {"piece__attempt__test": OuterRef("attempt__test"), "piece__attempt__person": writer}
    sitting = Attempt.objects.filter(test=OuterRef("attempt__test"), person=me, finished_at=None)
    kept_from = (
        Exists(sitting)
        | _handed(piece=OuterRef("pk"), ended_at=None)
        | _handed(piece=OuterRef("pk"), person=me, outcome=Outcome.SKIPPED)
        | _handed(**same_test, person=me, outcome=Outcome.DONE)
        | _handed(piece__attempt__person=me, person=writer, outcome=Outcome.DONE)
    )
    return Q(Exists(_admitted().filter(user=me))) & ~Q(attempt__person=me) & ~Q(kept_from)


def _handed(**wanted: object) -> Exists:
    return Exists(PieceAssignment.objects.filter(**wanted))


@dataclass(frozen=True)
class ForReviewer:
    """The reviewer's home: what they have begun (with `held_until`), and what they could be handed, oldest first."""

    in_hand: list[Piece]
    free: list[Piece]


def for_reviewer(desk: Desk) -> ForReviewer:
    """One statement."""
    mine = PieceAssignment.objects.filter(piece=OuterRef("pk"), person=desk.user, ended_at=None)
    pieces = unscored(desk.project).annotate(held_until=Subquery(mine.values("leased_until")))
    found = list(pieces.filter(Q(held_until__isnull=False) | _is_open_to(desk.user)))
    return ForReviewer([one for one in found if one.held_until], [one for one in found if not one.held_until])


@dataclass(frozen=True)
class Waiting:
    """A piece as those who lead see it."""

    piece: Piece
    held_until: datetime | None
    has_reviewer: bool
    waits_long: bool


def waiting(project: Project, person: User) -> list[Waiting]:
    """Oldest first, never one's own; two statements."""
    reviewers = Membership.objects.filter(project=project, role=Role.REVIEWER).values("user")
    admitted = _admitted().filter(user__in=reviewers).exclude(user=OuterRef("attempt__person"))
    pieces = list(unscored(project).exclude(attempt__person=person).annotate(has_reviewer=Exists(admitted)))
    live = PieceAssignment.objects.filter(piece__in=pieces, ended_at=None)
    until = dict(live.values_list("piece_id", "leased_until"))
    long_ago = timezone.now() - WAITS_LONG
    return [
        Waiting(one, until.get(one.pk), one.has_reviewer, one.submitted_at is not None and one.submitted_at < long_ago)
        for one in pieces
    ]


# --- handing out


@transaction.atomic
def start_next(desk: Desk) -> PieceAssignment:
    """What the reviewer has in hand, else the piece that waits longest. Raises Refused, with code "empty" for none."""
    refuse_if(refusal_to_work(desk, Stage.REVIEW))
    now = timezone.now()
    _wait_for_own_other_tab(desk)
    mine = PieceAssignment.objects.filter(person=desk.user, ended_at=None, piece__attempt__test__project=desk.project)
    held = mine.order_by("pk").first()
    if held:
        return held
    refuse_if(refusal_while_paused(desk.user, desk.project.pk, now), status=409, code="empty")
    free = _lock_first(open_to(desk))
    if free is None:
        raise Refused(NOTHING_WAITS, 409, "empty")
    return _lease(desk, free, now)


def _wait_for_own_other_tab(desk: Desk) -> None:
    own = Membership.objects.select_for_update(no_key=True).filter(user=desk.user, project=desk.project)
    list(own.values_list("pk"))


def _lock_first(pieces: QuerySet[Piece]) -> Piece | None:
    """Nobody waits for anybody: what another is just being handed is passed over."""
    passed: list[int] = []
    while piece := pieces.exclude(pk__in=passed).select_for_update(of=("self",), skip_locked=True).first():
        if _live(piece) is None:  # as it is now, with the lock
            return piece
        passed.append(piece.pk)
    return None


def _live(piece: Piece) -> PieceAssignment | None:
    return PieceAssignment.objects.filter(piece=piece, ended_at=None).first()


def _lease(desk: Desk, piece: Piece, now: datetime) -> PieceAssignment:
    return PieceAssignment.objects.create(
        piece=piece,
        person=desk.user,
        is_paid=desk.may(Permission.REVIEW) or desk.may(Permission.EDIT),
        claimed_at=now,
        leased_until=now + timedelta(minutes=desk.project.lease_minutes),
    )


def refusal_to_take(piece: Piece, desk: Desk) -> Refusal | None:
    """Those who lead choose from the list; what somebody is at stays theirs until the lease has lapsed."""
    refusal = refusal_to_score(piece, desk.user)
    if refusal or piece.scored_at is not None:
        return refusal or Refusal("This piece has been scored.", "Its first score stands.")
    held = _live(piece)
    if held is None or held.person_id == desk.user.pk:
        return None
    until = timezone.localtime(held.leased_until)
    return Refusal(f"Somebody scores this piece now, until {until:%H:%M} at most.", "Choose another, or look in then.")


@transaction.atomic
def take(desk: Desk, piece_id: int) -> PieceAssignment:
    """Raises Piece.DoesNotExist for another project's."""
    pieces = Piece.objects.select_for_update(of=("self",)).select_related("attempt")
    piece = pieces.get(pk=piece_id, attempt__test__project=desk.project, submitted_at__isnull=False)
    refuse_if(refusal_to_take(piece, desk), status=409)
    return _live(piece) or _lease(desk, piece, timezone.now())


def beat(assignment: PieceAssignment, minutes: int, now: datetime, active_seconds: int | None) -> None:
    """Raises Refused (409, "lease") when the lease is gone; the time until its end counts all the same."""
    active_time.report(assignment, active_seconds or 0, now, lease_minutes=minutes)
    if assignment.ended_at is not None:
        raise Refused(LAPSED, 409, "lease")


@transaction.atomic
def hand_back(assignment: PieceAssignment, reason: str) -> None:
    """Somebody else scores it; once ended nothing changes."""
    live = PieceAssignment.objects.filter(pk=assignment.pk, ended_at=None)
    live.update(ended_at=timezone.now(), outcome=Outcome.SKIPPED, reason=reason[:200])


def lapse_overdue(now: datetime) -> int:
    """By beat: what nobody is at goes to the next. A heart-beat or score that was faster keeps its lease."""
    overdue = PieceAssignment.objects.filter(ended_at=None, leased_until__lt=now)
    return overdue.update(ended_at=now, outcome=Outcome.LAPSED)


# --- scoring


def held_by(person: User, piece_id: int, token: str) -> PieceAssignment:
    """The assignment this token belongs to. Raises Refused (409, "lease") when it is another person's or none."""
    try:
        wanted = uuid.UUID(token)
    except ValueError:
        wanted = None
    related = PieceAssignment.objects.select_related("piece__attempt__test__project", "piece__attempt__person")
    found = related.filter(piece_id=piece_id, person=person, token=wanted).first() if wanted else None
    if found is None:
        raise Refused(LAPSED, 409, "lease")
    return found


@transaction.atomic
def score(*, person: User, piece_id: int, token: str, scores: Mapping[str, int], note: str) -> Piece:
    """One person's word ends the try. Sent twice it does nothing. Raises Refused: the lease is gone (409, "lease"),
    or no sentence says what is missing (409, "incomplete")."""
    Piece.objects.select_for_update(of=("self",)).get(pk=piece_id)
    assignment = held_by(person, piece_id, token)
    PieceAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    assignment.refresh_from_db(fields=["ended_at", "outcome"])
    piece = assignment.piece
    if assignment.outcome == Outcome.DONE:
        return piece
    refuse_if(LAPSED if assignment.ended_at else None, status=409, code="lease")
    refuse_if(refusal_to_score(piece, person), status=403)
    refuse_if(_refusal_of_scores(scores, note), status=409, code="incomplete")
    _write(piece, assignment, scores, clean(note))
    return piece


def _write(piece: Piece, assignment: PieceAssignment, scores: Mapping[str, int], note: str) -> None:
    now = timezone.now()
    for name in CRITERIA:
        setattr(piece, name, scores[name])
    passed = piece_passes(scores)
    piece.note, piece.scored_by, piece.scored_at, piece.passed = note, assignment.person, now, passed
    piece.save()
    assignment.ended_at, assignment.outcome = now, Outcome.DONE
    assignment.save(update_fields=["ended_at", "outcome"])
    results.settle(piece.attempt, passed=passed, now=now)


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
