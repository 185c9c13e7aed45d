"""What somebody writes in a test is scored once, blind, by a reviewer or by those who lead; and it is paid."""

import csv
import io
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.learning import piece_scoring, testing
from annotation.models import (
    ActiveDay,
    Attempt,
    LedgerEntry,
    Membership,
    Piece,
    PieceAssignment,
    Rate,
    Test,
)
from annotation.pay import ledger, paying, rates
from annotation.rubric import CRITERIA
from annotation.tasks import lapse_leases
from core.refusal import Refused
from experts.models import Qualification, Standing
from tests import learned
from tests.factories import Cast, desk, member, texts

pytestmark = pytest.mark.django_db

FIVE = dict.fromkeys(CRITERIA, 5)


@pytest.fixture
def cast() -> Cast:
    found = Cast()
    learned.pool(found.project, found.cell, found.editor)
    learned.open_test(found.project, found.cell, found.editor)
    return found


@pytest.fixture
def newcomer(cast: Cast) -> User:
    return member(cast.project, "expert-new", Role.EXPERT, admitted=False)


def judged(person: User) -> Attempt:
    attempt = testing.start(Test.objects.get(), person)
    for one in attempt.answers.select_related("item"):
        named = {"position": one.position, "verdict": one.item.verdict, "reasons": one.item.reasons}
        testing.answer(person=person, attempt_id=attempt.pk, **named)  # type: ignore[arg-type]
    attempt.refresh_from_db()
    return attempt


def handed_in(person: User) -> Piece:
    written = texts()
    return testing.submit_piece(
        person=person, attempt_id=judged(person).pk, prompt=written.prompt, completion=written.completion
    )


def started(cast: Cast, reviewer: User) -> PieceAssignment:
    return piece_scoring.start_next(desk(reviewer, cast.project))


def scored(assignment: PieceAssignment, scores: dict[str, int] = FIVE, note: str = "") -> Piece:
    return piece_scoring.score(
        person=assignment.person, piece_id=assignment.piece_id, token=str(assignment.token), scores=scores, note=note
    )


def refused(call: object, *arguments: object, **named: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(cast: Cast, name: str, *more: object) -> str:
    return reverse(f"annotation:{name}", args=[cast.project.slug, *more])


# --- one score, by a reviewer


def test_a_reviewers_score_ends_the_try_and_admits(cast: Cast, newcomer: User) -> None:
    piece = handed_in(newcomer)
    assert Attempt.objects.get().state == Attempt.State.WAITING
    assignment = started(cast, cast.reviewers[0])
    assert assignment.piece == piece
    assert started(cast, cast.reviewers[0]) == assignment, "pressing again gives the same one"
    scored(assignment)
    assert Attempt.objects.get().state == Attempt.State.PASSED
    assert Qualification.objects.filter(user=newcomer, skills=["open_qa"]).exists()


def test_a_weak_piece_fails_with_a_sentence_and_the_first_score_stands(cast: Cast, newcomer: User) -> None:
    handed_in(newcomer)
    assignment = started(cast, cast.reviewers[0])
    low = FIVE | {"correctness": 2}
    assert "all five rows" in str(refused(scored, assignment, {"overall": 5}).refusal)
    assert "Say in a sentence" in str(refused(scored, assignment, low, "no").refusal)
    scored(assignment, low, "The second claim is wrong.")
    scored(assignment)
    assert Attempt.objects.get().state == Attempt.State.FAILED


def test_a_piece_of_a_try_that_its_items_failed_is_not_scored(cast: Cast, newcomer: User) -> None:
    attempt = testing.start(Test.objects.get(), newcomer)
    written = texts()
    texts_of = {"prompt": written.prompt, "completion": written.completion}
    piece = testing.submit_piece(person=newcomer, attempt_id=attempt.pk, **texts_of)
    lead = desk(cast.editor, cast.project)
    assert "does not wait" in str(refused(piece_scoring.take, lead, piece.pk).refusal), "it is still running"
    testing.finish(person=newcomer, attempt_id=attempt.pk)
    assert "does not wait" in str(refused(piece_scoring.take, lead, piece.pk).refusal)
    assert refused(started, cast, cast.reviewers[0]).code == "empty"


def test_two_reviewers_never_have_the_same_piece(cast: Cast, newcomer: User) -> None:
    first, second = handed_in(newcomer), handed_in(member(cast.project, "expert-late", Role.EXPERT, admitted=False))
    given = [started(cast, reviewer).piece for reviewer in cast.reviewers[:2]]
    assert given == [first, second], "the oldest first"
    with pytest.raises(IntegrityError):
        PieceAssignment.objects.create(
            piece=first, person=cast.reviewers[1], claimed_at=timezone.now(), leased_until=timezone.now()
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_gets_the_piece() -> None:
    cast = Cast()
    learned.pool(cast.project, cast.cell, cast.editor)
    learned.open_test(cast.project, cast.cell, cast.editor)
    handed_in(member(cast.project, "expert-new", Role.EXPERT, admitted=False))
    barrier, got = Barrier(2), []

    def press(reviewer: User) -> None:
        barrier.wait()
        try:
            got.append(started(cast, reviewer).person_id)
        except Refused as nothing:
            got.append(nothing.code)
        connection.close()

    presses = [Thread(target=press, args=(reviewer,)) for reviewer in cast.reviewers[:2]]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(map(str, got)) == sorted(["empty", str(PieceAssignment.objects.get().person_id)])


def test_a_lapsed_lease_gives_the_piece_to_the_next_and_its_score_is_refused(cast: Cast, newcomer: User) -> None:
    piece = handed_in(newcomer)
    late = started(cast, cast.reviewers[0])
    assert refused(started, cast, cast.reviewers[1]).code == "empty"
    PieceAssignment.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    lapse_leases()
    nxt = started(cast, cast.reviewers[1])
    assert nxt.piece == piece
    assert refused(scored, late).code == "lease"
    piece.refresh_from_db()
    assert piece.scored_at is None
    page = signed_in(cast.reviewers[0]).post(
        address(cast, "piece", piece.pk), {"token": str(late.token), "note": "Kept words", **FIVE}
    )
    assert page.status_code == 409
    assert "Kept words" in page.content.decode()
    scored(nxt)
    assert Attempt.objects.get().state == Attempt.State.PASSED


def test_a_heart_beat_keeps_the_lease(cast: Cast, newcomer: User) -> None:
    handed_in(newcomer)
    assignment = started(cast, cast.reviewers[0])
    PieceAssignment.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    said = {"token": str(assignment.token), "active_seconds": 0}
    url = address(cast, "piece-heartbeat", assignment.piece_id)
    beat = signed_in(cast.reviewers[0]).post(url, said, content_type="application/json")
    assert beat.status_code == 200
    lapse_leases()
    scored(assignment)


def test_what_is_handed_back_goes_to_somebody_else(cast: Cast, newcomer: User) -> None:
    piece = handed_in(newcomer)
    assignment = started(cast, cast.reviewers[0])
    said = {"token": str(assignment.token), "reason": "unfamiliar"}
    client = signed_in(cast.reviewers[0])
    codes = [code for code, _ in client.get(address(cast, "piece", piece.pk)).context["skip_reasons"]]
    client.post(address(cast, "piece-skip", piece.pk), said | {"reason": codes[0]})
    assert refused(started, cast, cast.reviewers[0]).code == "empty"
    assert started(cast, cast.reviewers[1]).piece == piece


# --- who may


def test_only_who_has_every_skill_of_the_test_is_handed_a_piece(cast: Cast, newcomer: User) -> None:
    handed_in(newcomer)
    Test.objects.update(skills=["open_qa", "summarization"])
    Qualification.objects.update(skills=["open_qa"])
    assert refused(started, cast, cast.reviewers[0]).code == "empty"
    Qualification.objects.filter(user=cast.reviewers[0]).update(skills=["open_qa", "summarization", "closed_qa"])
    assert started(cast, cast.reviewers[0])


def test_nobody_scores_themselves_nor_in_a_circle_nor_one_person_twice(cast: Cast, newcomer: User) -> None:
    reviewer, other = cast.reviewers[:2]
    Membership.objects.create(project=cast.project, user=newcomer, role=Role.REVIEWER)
    learned.pool(cast.project, cast.cell, cast.editor)
    handed_in(newcomer)
    assert refused(started, cast, newcomer).code == "empty", "their own"
    scored(started(cast, reviewer), FIVE | {"overall": 1}, "It does not answer the question.")
    handed_in(newcomer)
    assert refused(started, cast, reviewer).code == "empty", "a second try is for fresh eyes"
    scored(started(cast, other))
    Qualification.objects.filter(user=other).delete()
    handed_in(other)
    assert refused(started, cast, newcomer).code == "empty", "whoever was scored does not score back"
    assert started(cast, reviewer)


def test_who_sits_the_test_or_is_paused_is_handed_none(cast: Cast, newcomer: User) -> None:
    handed_in(newcomer)
    testing.start(Test.objects.get(), cast.reviewers[0])
    assert refused(started, cast, cast.reviewers[0]).code == "empty"
    until = timezone.now() + timedelta(days=1)
    Standing.objects.update_or_create(
        user=cast.reviewers[1], project_id=cast.project.pk,
        defaults={"override": "paused", "override_until": until, "reason": "Away"},
    )  # fmt: skip
    assert "Away" in str(refused(started, cast, cast.reviewers[1]).refusal)


def test_those_who_lead_score_what_waits_but_not_what_somebody_is_at(cast: Cast, newcomer: User) -> None:
    piece = handed_in(newcomer)
    Piece.objects.update(submitted_at=timezone.now() - timedelta(hours=25))
    lead = desk(cast.editor, cast.project)
    row = piece_scoring.waiting(cast.project, cast.editor)[0]
    assert (row.piece, row.waits_long, row.has_reviewer, row.held_until) == (piece, True, True, None)
    assert piece_scoring.waiting(cast.project, newcomer) == [], "never one's own"
    assignment = started(cast, cast.reviewers[0])
    assert "Somebody scores this piece now" in str(refused(piece_scoring.take, lead, piece.pk).refusal)
    piece_scoring.hand_back(assignment, "busy")
    page = signed_in(cast.editor).post(address(cast, "piece-take", piece.pk), follow=True).content.decode()
    assert "Save the score" in page
    scored(piece_scoring.take(lead, piece.pk))
    Qualification.objects.exclude(user=newcomer).delete()
    handed_in(member(cast.project, "expert-late", Role.EXPERT, admitted=False))
    assert [one.has_reviewer for one in piece_scoring.waiting(cast.project, cast.editor)] == [False]


def test_names_answers_and_other_pieces_stay_hidden_from_reviewers(cast: Cast, newcomer: User) -> None:
    piece = handed_in(newcomer)
    other = handed_in(member(cast.project, "expert-late", Role.EXPERT, admitted=False))
    client = signed_in(cast.reviewers[0])
    home = client.get(address(cast, "reviewer-home")).content.decode()
    assert "Score next piece" in home
    page = client.post(address(cast, "piece-next"), follow=True).content.decode()
    assert piece.completion[:20] in page
    for shown in (home, page):
        assert newcomer.name not in shown
        assert "Items judged" not in shown
    assert client.get(address(cast, "piece", other.pk)).status_code == 404
    assert client.get(address(cast, "attempt", piece.attempt_id)).status_code == 404
    assert client.get(address(cast, "test", piece.attempt.test_id)).status_code == 403
    token = str(PieceAssignment.objects.get().token)
    said = client.post(address(cast, "piece", piece.pk), dict.fromkeys(CRITERIA, "4") | {"token": token}, follow=True)
    assert newcomer.name not in said.content.decode()
    result = signed_in(newcomer).get(address(cast, "attempt", piece.attempt_id)).content.decode()
    assert cast.reviewers[0].name not in result
    assert "You are qualified" in result


# --- what it pays


def rate(cast: Cast, amount: int = 300, **more: object) -> Rate:
    before = timezone.now() - timedelta(days=1)
    named = {"stage": "piece", "kind": "item", "currency": "EUR", "valid_from": before.date(), "created_at": before}
    return Rate.objects.create(project=cast.project, amount=amount, created_by=cast.manager, **(named | more))  # type: ignore[arg-type]


def entries() -> list[tuple[str, str, int]]:
    return list(LedgerEntry.objects.order_by("pk").values_list("person__email", "state", "amount"))


def test_a_score_is_payable_once_by_the_rate_of_its_cell(cast: Cast, newcomer: User) -> None:
    rate(cast, 100)
    rate(cast, 300, cell=cast.cell)
    handed_in(newcomer)
    scored(started(cast, cast.reviewers[0]))
    assert ledger.settle_ledger(cast.project).added == 1
    assert ledger.settle_ledger(cast.project).added == 0
    assert entries() == [(cast.reviewers[0].email, "payable", 300)]
    assert ledger.differences(cast.project) == []


def test_a_piece_of_no_cell_is_paid_by_language_and_skill(cast: Cast, newcomer: User) -> None:
    rate(cast, 200, language=cast.cell.language, skill="open_qa")
    handed_in(newcomer)
    Piece.objects.update(cell=None)
    scored(started(cast, cast.reviewers[0]))
    ledger.settle_ledger(cast.project)
    assert entries() == [(cast.reviewers[0].email, "payable", 200)]
    shown = signed_in(cast.manager)
    assert "no cell" in shown.get(address(cast, "ledger-entries")).content.decode()
    assert shown.get(address(cast, "ledger")).status_code == 200


def test_hours_at_a_piece_count_and_pay_up_to_the_cap(cast: Cast, newcomer: User) -> None:
    rate(cast, 6000, kind="hour", cap=1500)
    handed_in(newcomer)
    assignment = started(cast, cast.reviewers[0])
    earlier = timezone.now() - timedelta(minutes=10)
    PieceAssignment.objects.update(claimed_at=earlier)
    said = {"token": str(assignment.token), "active_seconds": 300}
    url = address(cast, "piece-heartbeat", assignment.piece_id)
    signed_in(cast.reviewers[0]).post(url, said, content_type="application/json")
    scored(assignment)
    ledger.settle_ledger(cast.project)
    assert entries() == [(cast.reviewers[0].email, "payable", 500)]
    assert ActiveDay.objects.get().stage == "piece"
    assert LedgerEntry.objects.get().active_seconds == 300


def test_whoever_edits_is_paid_and_a_manager_who_steps_in_is_not(cast: Cast, newcomer: User) -> None:
    rate(cast)
    late = member(cast.project, "expert-late", Role.EXPERT, admitted=False)
    for person, by in ((newcomer, cast.editor), (late, cast.manager)):
        learned.scored(handed_in(person), by)
    ledger.settle_ledger(cast.project)
    assert entries() == [(cast.editor.email, "payable", 300)]
    assert ledger.differences(cast.project) == []


def test_a_new_rate_tells_what_it_reaches(cast: Cast, newcomer: User) -> None:
    late = member(cast.project, "expert-late", Role.EXPERT, admitted=False)
    handed_in(newcomer)
    scored(started(cast, cast.reviewers[0]))
    handed_in(late)
    now = timezone.now()
    new = Rate(
        project=cast.project, stage="piece", kind="item", amount=250, currency="EUR", valid_from=now.date(),
        created_at=now, created_by=cast.manager,
    )  # fmt: skip
    assert rates.reach_of(cast.project, new, now) == rates.Reach(pieces=1, amount=250, ahead=1)
    assert rates.pays_in_words(new).endswith("per piece")
    rates.save(new)
    ledger.settle_ledger(cast.project)
    assert rates.reach_of(cast.project, new, now).pieces == 0


def test_pay_pages_and_files_name_the_piece_and_the_scored_learn_no_name(cast: Cast, newcomer: User) -> None:
    rate(cast)
    piece = handed_in(newcomer)
    reviewer = cast.reviewers[0]
    scored(started(cast, reviewer))
    ledger.settle_ledger(cast.project)
    mine = signed_in(reviewer).get(address(cast, "my-pay")).content.decode()
    assert f"piece {piece.pk}" in mine
    assert "Score a test piece" in mine
    file = b"".join(signed_in(reviewer).get(address(cast, "my-pay-csv")).streaming_content).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(file)))
    assert (row["item"], row["test piece"], row["stage"], row["amount"]) == ("", str(piece.pk), "piece", "3.00")
    Membership.objects.create(project=cast.project, user=newcomer, role=Role.MANAGER)
    shown = signed_in(newcomer).get(address(cast, "ledger-entries")).content.decode()
    assert "a reviewer" in shown
    assert reviewer.name not in shown[shown.index("<tbody>") :]


def test_a_run_pays_pieces_and_can_be_taken_back(cast: Cast, newcomer: User) -> None:
    rate(cast)
    handed_in(newcomer)
    scored(started(cast, cast.reviewers[0]))
    ledger.settle_ledger(cast.project)
    today = timezone.now().date()
    seen = paying.preview(cast.project, today).seen
    run = paying.pay(by=cast.manager, project=cast.project, until=today, seen=seen)
    paying.undo(by=cast.manager, run=run)
    assert sorted(amount for _, _, amount in entries()) == [-300, 300, 300]
    assert ledger.differences(cast.project) == []
