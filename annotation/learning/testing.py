"""Taking a qualification test: one try is drawn, answered item by item, ended by its last answer or by its clock."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import SystemRandom

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from annotation.learning import testing_pieces as pieces
from annotation.learning import testing_results as results
from annotation.learning.testing_rules import RETEST_PER_CLAUSE, draw, next_try_at, points, reaches, share
from annotation.models import Assignment, Attempt, Item, Lapse, Piece, Test, TestAnswer, TestItem, Verdict
from annotation.reasons import Reason
from annotation.setup.setting_up import guideline_of
from core.one_by_one import one_by_one
from core.refusal import Refusal, Refused, refuse_if

CLOCK = Refusal("Time is up.", "What you had answered and written by then counts; see the result.")


def pool_of(test: Test) -> QuerySet[TestItem]:
    """Everything that may be drawn for this test."""
    return TestItem.objects.filter(
        project=test.project_id,
        language=test.language_id,
        domain=test.domain_id,
        skill__in=test.skills,
        retired_at=None,
        outdated_at=None,
    )


def pool_for(test: Test, person: User) -> QuerySet[TestItem]:
    """Without what the person wrote, judged or edited at work, or has met in a test."""
    return not_met(pool_of(test), person)


def not_met(items: QuerySet[TestItem], person: User) -> QuerySet[TestItem]:
    known = Item.objects.filter(Q(author=person) | Q(pk__in=Assignment.objects.filter(person=person).values("item")))
    # A source may be gone: NOT IN with an unknown number is never true.
    of_work = items.filter(Q(source_item_id=None) | ~Q(source_item_id__in=known.values("pk")))
    return of_work.exclude(pk__in=TestAnswer.objects.filter(attempt__person=person).values("item"))


def by_verdict(items: QuerySet[TestItem]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = {}
    for item_id, verdict in items.order_by("pk").values_list("pk", "verdict"):
        grouped.setdefault(verdict, []).append(item_id)
    return grouped


def running(test: Test, person: User) -> Attempt | None:
    return Attempt.objects.filter(test=test, person=person, finished_at=None).first()


def refusal_to_start(test: Test, person: User, now: datetime | None = None) -> Refusal | None:
    """Nothing is refused to whoever has a try under way: they go on with it."""
    lapse, attempts = results.open_lapse(test, person), list(Attempt.objects.filter(test=test, person=person))
    return refusal_of(test, attempts, lapse, lambda: pool_for(test, person).count(), now or timezone.now())


def refusal_of(
    test: Test, attempts: Sequence[Attempt], lapse: Lapse | None, unseen: Callable[[], int], now: datetime
) -> Refusal | None:
    """`attempts` and `lapse` of one person, and how many items they have not met."""
    if test.project.closed_at:
        return Refusal("The project is closed.", "A manager can open it again.")
    if not test.is_open:
        return Refusal("This test is not open.", "The managers of the project open it.")
    if lapse is None and any(one.state == Attempt.State.PASSED for one in attempts):
        return Refusal("You have passed this test.", "It holds until a major change of the guideline.")
    return _refusal_of_tries(test, attempts, lapse, now) or _refusal_of_pool(test, lapse, unseen)


def _refusal_of_tries(test: Test, attempts: Sequence[Attempt], lapse: Lapse | None, now: datetime) -> Refusal | None:
    kind = Attempt.Kind.RETEST if lapse else Attempt.Kind.FULL
    since = lapse.change.at if lapse else None
    failed = [one for one in attempts if one.kind == kind and one.finished_at and (not since or one.started_at > since)]
    used = [one.finished_at for one in failed if one.state == Attempt.State.FAILED and one.finished_at]
    if lapse is None and len(used) >= test.tries:
        return Refusal(f"You have used your {test.tries} tries.", "The managers of the project can allow another.")
    again = next_try_at(used, test.wait_hours)
    if again and again > now:
        return Refusal(f"The next try is possible from {_moment(again)}.", "Until then the training sets help.")
    return None


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%-d %b, %H:%M} UTC"


def _refusal_of_pool(test: Test, lapse: Lapse | None, unseen: Callable[[], int]) -> Refusal | None:
    if lapse is not None:
        if retest_pool(test, lapse).exists():
            return None
        return Refusal("The re-test is not ready yet.", "Your result holds until it is; nothing to do for you.")
    there = unseen()
    if there >= test.items:
        return None
    return Refusal(
        f"The test needs {test.items} items that you have not seen; there are {there}.",
        "The managers of the project have to add some.",
    )


@transaction.atomic
def start(test: Test, person: User, *, native: bool = False) -> Attempt:
    """The try under way, or a new one with items drawn for it. Raises Refused when there can be none.

    `native` is what the person says; what is known already goes before it.
    """
    locked = Test.objects.select_for_update(no_key=True).select_related("project").get(pk=test.pk)
    under_way = running(locked, person)
    if under_way is not None:
        return under_way
    now = timezone.now()
    refuse_if(refusal_to_start(locked, person, now), status=409)
    lapse = results.open_lapse(locked, person)
    known = results.known_native(person, locked.language_id)
    attempt = Attempt.objects.create(
        test=locked,
        person=person,
        kind=Attempt.Kind.RETEST if lapse else Attempt.Kind.FULL,
        native=native if known is None else known,
        guideline_version=guideline_of(locked.project).version,
        pass_percent=locked.pass_percent,
        started_at=now,
        deadline=now + timedelta(minutes=locked.minutes) if locked.minutes else None,
    )
    _hand_out(attempt, lapse)
    return attempt


def _hand_out(attempt: Attempt, lapse: Lapse | None) -> None:
    test, person = attempt.test, attempt.person
    if lapse is not None:
        drawn = _draw_retest(test, person, lapse)
    else:
        drawn = draw(by_verdict(pool_for(test, person)), test.items, SystemRandom())
    if test.brief and (lapse is None or test.retest_asks_piece):
        pieces.ask_for(attempt)
    TestAnswer.objects.bulk_create(
        TestAnswer(attempt=attempt, item_id=item_id, position=position) for position, item_id in enumerate(drawn, 1)
    )


def retest_pool(test: Test, lapse: Lapse) -> QuerySet[TestItem]:
    return pool_of(test).filter(clause_code__in=results.touched_clauses(lapse))


def _draw_retest(test: Test, person: User, lapse: Lapse) -> list[int]:
    """Of the touched clauses only; items the person has met before come last, for their answer is new."""
    pool = retest_pool(test, lapse)
    count = min(test.items, RETEST_PER_CLAUSE * len(results.touched_clauses(lapse)))
    seen = TestAnswer.objects.filter(attempt__person=person).values("item")
    drawn = draw(by_verdict(pool.exclude(pk__in=seen)), count, SystemRandom())
    return drawn + draw(by_verdict(pool.filter(pk__in=seen)), count - len(drawn), SystemRandom())


def next_open(attempt: Attempt) -> TestAnswer | None:
    return attempt.answers.filter(answered_at=None).select_related("item").first()


def refusal_of_answer(verdict: str, reasons: Sequence[str]) -> Refusal | None:
    if verdict not in Verdict.values:
        return Refusal("Choose a verdict: accept, send to editor, return or reject.")
    if verdict != Verdict.ACCEPT and not [reason for reason in reasons if reason in Reason.values]:
        return Refusal("Say why: choose a reason.", "A right reason is half of the points.")
    return None


@transaction.atomic
def answer(*, person: User, attempt_id: int, position: int, verdict: str, reasons: Sequence[str]) -> TestAnswer:
    """The first answer to an item stands: a second one, from another tab or a second click, changes nothing.

    Raises Refused when it is no answer, when the time is up ("clock"), or when an earlier item has none yet.
    """
    attempt = locked_attempt(person, attempt_id)
    given = attempt.answers.select_related("item").get(position=position)
    if given.answered_at is not None:
        return given
    now = timezone.now()
    if attempt.finished_at is not None or attempt.is_over(now):
        raise Refused(CLOCK, 409, "clock")
    refuse_if(refusal_of_answer(verdict, reasons), status=409, code="incomplete")
    if attempt.answers.filter(answered_at=None, position__lt=position).exists():
        raise Refused(Refusal("An earlier item has no answer yet.", "Reload the page: it is shown first."), 409)
    given.verdict, given.answered_at = verdict, now
    given.reasons = [] if verdict == Verdict.ACCEPT else sorted(set(reasons) & set(Reason.values))
    right = given.item.right_verdicts
    given.points = points(right, given.item.reasons, verdict, given.reasons, answer=given.item.verdict)
    given.save(update_fields=["verdict", "reasons", "points", "answered_at"])
    _end_if_done(attempt, now)
    return given


def locked_attempt(person: User, attempt_id: int) -> Attempt:
    """Raises Attempt.DoesNotExist for somebody else's."""
    attempts = Attempt.objects.select_for_update(of=("self",), no_key=True).select_related("test__project", "person")
    return attempts.get(pk=attempt_id, person=person)


def _end_if_done(attempt: Attempt, now: datetime) -> None:
    piece = pieces.of(attempt)
    if next_open(attempt) is None and (piece is None or piece.submitted_at is not None):
        _end(attempt, now)


@transaction.atomic
def submit_piece(*, person: User, attempt_id: int, prompt: str, completion: str) -> Piece:
    """Hands the piece in for good; what must be mended is told once and changed, as everywhere. Twice does nothing."""
    attempt = locked_attempt(person, attempt_id)
    piece = pieces.open_piece(attempt)
    if piece.submitted_at is not None:
        return piece
    now = timezone.now()
    if attempt.finished_at is not None or attempt.is_over(now):
        raise Refused(CLOCK, 409, "clock")
    pieces.write(piece, prompt, completion, now)
    refuse_if(pieces.refusal_to_submit(piece), status=409, code="incomplete")
    pieces.hand_in(piece, now)
    _end_if_done(attempt, now)
    return piece


@transaction.atomic
def save_piece(*, person: User, attempt_id: int, prompt: str, completion: str) -> Piece:
    """What is written so far, kept on the server: it counts when the clock runs out."""
    attempt = locked_attempt(person, attempt_id)
    piece = pieces.open_piece(attempt)
    now = timezone.now()
    if attempt.finished_at is not None or attempt.is_over(now):
        raise Refused(CLOCK, 409, "clock")
    if piece.submitted_at is None:
        pieces.write(piece, prompt, completion, now)
    return piece


@transaction.atomic
def finish(*, person: User, attempt_id: int) -> Attempt:
    """The person, or their clock, ends a try; unanswered items earn nothing, a written piece is handed in as it is."""
    attempt = locked_attempt(person, attempt_id)
    if attempt.state == Attempt.State.RUNNING:
        _end(attempt, timezone.now())
    return attempt


def _end(attempt: Attempt, now: datetime) -> None:
    piece = pieces.of(attempt)
    if piece is not None and piece.submitted_at is None and piece.completion.strip():
        pieces.hand_in(piece, now)
    attempt.answered_at = now
    attempt.score = share(list(attempt.answers.values_list("points", flat=True)))
    judged_well = reaches(attempt.score, attempt.pass_percent)
    if judged_well and piece is not None and piece.submitted_at is not None:
        attempt.state = Attempt.State.WAITING
        attempt.save(update_fields=["state", "answered_at", "score"])
        return
    results.settle(attempt, passed=judged_well and piece is None, now=now)


def may_take_retest(lapse: Lapse) -> bool:
    """Whether anything is there to be asked: nobody loses a skill for a re-test that does not exist."""
    return lapse.attempt.test.is_open and retest_pool(lapse.attempt.test, lapse).exists()


def overdue(now: datetime) -> list[Attempt]:
    late = Attempt.objects.filter(state=Attempt.State.RUNNING, deadline__lt=now).select_related("person")
    return [attempt for attempt in late if attempt.is_over(now)]


def close_overdue(now: datetime) -> int:
    """By beat: whoever closed the laptop gets their result too."""
    late = {attempt.pk: attempt.person for attempt in overdue(now)}
    return len(one_by_one("Attempt", late, lambda pk: finish(person=late[pk], attempt_id=pk)))
