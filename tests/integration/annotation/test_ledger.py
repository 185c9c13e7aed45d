"""The work ledger over real histories: derived twice it is the same, paid once, corrected by entries of its own."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from annotation.models import Assignment, Item, LedgerEntry, LedgerMark, PaymentRun, PayTerms, Rate
from annotation.pay import ledger, paying
from annotation.pay.ledger_tasks import settle_ledgers
from annotation.workflow import Stage, State
from core.refusal import Refused
from tests.factories import Cast, fresh

pytestmark = pytest.mark.django_db

beat_tasks = settings.CELERY_BEAT_SCHEDULE
TODAY = timezone.now().date()
PRICES = {Stage.WRITING: 250, Stage.REVIEW: 80, Stage.EDITING: 120, Stage.ADJUDICATION: 150}


def rate(cast: Cast, stage: str, amount: int = 100, **more: Any) -> Rate:
    defaults = {
        "kind": "item", "currency": "EUR", "valid_from": TODAY - timedelta(days=1), "created_by": cast.manager,
        "created_at": timezone.now() - timedelta(days=1),
    }  # fmt: skip
    return Rate.objects.create(project=cast.project, stage=stage, amount=amount, **(defaults | more))


def terms(cast: Cast, **more: Any) -> PayTerms:
    at = timezone.now() - timedelta(hours=1)
    return PayTerms.objects.create(project=cast.project, created_by=cast.manager, created_at=at, **more)


@pytest.fixture
def priced(cast: Cast) -> Cast:
    for stage, amount in PRICES.items():
        rate(cast, stage, amount)
    return cast


def settle(cast: Cast) -> ledger.Settled:
    return ledger.settle_ledger(cast.project)


def told(cast: Cast, person: User) -> list[tuple[str, str, int]]:
    rows = LedgerEntry.objects.filter(project=cast.project, person=person).order_by("pk")
    return [(row.kind, row.state, row.amount) for row in rows]


def test_a_finished_item_pays_its_author_once_and_each_reviewer_at_once(priced: Cast) -> None:
    item = priced.write()
    settle(priced)
    assert told(priced, priced.author) == [("work", "pending", 250)]
    item = priced.judge(item, priced.reviewers[0], "return")
    settle(priced)
    assert told(priced, priced.reviewers[0]) == [("work", "payable", 80)]
    item = priced.rework(item)
    priced.judge(priced.judge(item, priced.reviewers[0], "accept"), priced.reviewers[1], "accept")
    settle(priced)
    assert told(priced, priced.author) == [("work", "payable", 250)]
    assert told(priced, priced.reviewers[0]) == [("work", "payable", 80)] * 2
    assert ledger.differences(priced.project) == []


def test_settling_twice_adds_nothing(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    priced.item_at(State.REJECTED)
    first = settle(priced)
    assert first.added == 6
    before = list(LedgerEntry.objects.order_by("pk").values())
    assert settle(priced) == ledger.Settled()
    assert list(LedgerEntry.objects.order_by("pk").values()) == before


def test_an_edited_item_pays_author_and_editor(priced: Cast) -> None:
    item = priced.item_at(State.IN_EDITING)
    assert item.current is not None
    priced.edit(item, completion=item.current.completion + " It says so in writing.")
    settle(priced)
    assert told(priced, priced.editor) == [("work", "payable", 120)]
    assert told(priced, priced.author) == [("work", "pending", 250)]


def test_rejected_work_pays_what_the_terms_say(priced: Cast) -> None:
    priced.item_at(State.REJECTED)
    settle(priced)
    assert told(priced, priced.author) == [("work", "void", 0)]
    terms(priced, rejected_percent=40)
    priced.item_at(State.REJECTED)
    settle(priced)
    assert told(priced, priced.author) == [("work", "void", 0), ("work", "payable", 100)]


def test_an_overturned_rejection_pays_the_author_by_a_correction(priced: Cast) -> None:
    terms(priced, overturned_percent=50)
    item = priced.item_at(State.REJECTED)
    settle(priced)
    item = priced.judge(overturn(priced, item), priced.reviewers[2], "accept")
    assert item.state == State.ACCEPTED
    settle(priced)
    assert told(priced, priced.author) == [("work", "void", 0), ("correction", "payable", 250)]
    assert told(priced, priced.reviewers[0]) == [("work", "payable", 80), ("correction", "payable", -40)]
    assert told(priced, priced.other_editor) == [("work", "payable", 150)]
    assert ledger.differences(priced.project) == []


def overturn(cast: Cast, item: Item, **how: str) -> Item:
    """Its author appeals, an editor accepts; one more person has to look."""
    return cast.adjudicate(cast.appeal(item), "accept", **how)


def test_a_guideline_that_was_unclear_costs_no_reviewer_anything(priced: Cast) -> None:
    terms(priced, overturned_percent=0)
    item = overturn(priced, priced.item_at(State.REJECTED), ending="unclear")
    priced.judge(item, priced.reviewers[2], "accept")
    settle(priced)
    assert not LedgerEntry.objects.filter(amount__lt=0).exists()
    assert told(priced, priced.author) == [("work", "void", 0), ("correction", "payable", 250)]


def test_a_pair_without_author_pays_those_who_judge_it(priced: Cast) -> None:
    item = priced.write()
    Item.objects.filter(pk=item.pk).update(author=None)
    priced.judge(fresh(item), priced.reviewers[0], "accept")
    settle(priced)
    assert [row.person for row in LedgerEntry.objects.all()] == [priced.reviewers[0]]


def test_a_control_item_pays_its_reviewer_like_any_other(priced: Cast) -> None:
    item = priced.judge(priced.write(), priced.reviewers[0], "accept")
    Item.objects.filter(pk=item.pk).update(is_control=True, place=None)
    settle(priced)
    entry = LedgerEntry.objects.get()
    assert (entry.person, entry.amount, entry.state) == (priced.reviewers[0], 80, "payable")


def test_hours_pay_by_active_time_up_to_the_cap(cast: Cast) -> None:
    rate(cast, Stage.REVIEW, 3600, kind="hour", cap=100)
    item = cast.write()
    for reviewer, seconds in ((cast.reviewers[0], 30), (cast.reviewers[1], 5000)):
        assignment = cast.review_of(item, reviewer)
        item = cast.judge(item, reviewer, "accept")
        Assignment.objects.filter(pk=assignment.pk).update(active_ms=seconds * 1000)
    settle(cast)
    assert [told(cast, person) for person in cast.reviewers[:2]] == [
        [("work", "payable", 30)], [("work", "payable", 100)],
    ]  # fmt: skip


def test_a_new_rate_changes_nothing_that_is_earned(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    settle(priced)
    before = list(LedgerEntry.objects.order_by("pk").values())
    rate(priced, Stage.WRITING, 999, created_at=timezone.now(), valid_from=TODAY)
    rate(priced, Stage.REVIEW, 999, created_at=timezone.now(), valid_from=TODAY)
    settle(priced)
    assert list(LedgerEntry.objects.order_by("pk").values()) == before
    priced.item_at(State.ACCEPTED)
    settle(priced)
    assert LedgerEntry.objects.filter(amount=999).count() == 3
    assert ledger.differences(priced.project) == []


def test_beat_goes_on_where_it_ended_and_leaves_the_page_its_last_word(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    now = timezone.now()
    assert ledger.settle_what_is_due(priced.project, now).added == 0
    assert ledger.settle_what_is_due(priced.project, now + timedelta(minutes=2)).added == 3
    assert ledger.settle_what_is_due(priced.project, now + timedelta(minutes=3)) == ledger.Settled()
    ledger.ask_for_all(priced.project)
    assert LedgerMark.objects.get().settled_until is None


def test_a_rate_set_while_everything_is_looked_at_is_looked_at_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(cast, Stage.REVIEW)
    cast.item_at(State.ACCEPTED)
    now, settle_all = timezone.now() + timedelta(hours=2), ledger.settle_ledger

    def meanwhile(*given: Any, **more: Any) -> ledger.Settled:
        settled = settle_all(*given, **more)
        rate(cast, Stage.WRITING, 250)
        ledger.ask_for_all(cast.project)
        return settled

    monkeypatch.setattr(ledger, "settle_ledger", meanwhile)
    assert ledger.settle_what_is_due(cast.project, now).added == 2
    monkeypatch.undo()
    assert ledger.settle_what_is_due(cast.project, now + timedelta(hours=1)).added == 1
    assert ledger.differences(cast.project) == []


def test_beat_settles_every_project_that_has_rates(priced: Cast) -> None:
    item = priced.item_at(State.ACCEPTED)
    earlier = timezone.now() - timedelta(hours=1)
    Assignment.objects.filter(item=item).update(claimed_at=earlier, ended_at=earlier)
    assert beat_tasks["settle-ledgers"]["task"] == settle_ledgers.name
    settle_ledgers()
    assert LedgerEntry.objects.filter(stage=Stage.REVIEW).count() == 2


def test_without_rates_there_is_nothing_to_settle(cast: Cast) -> None:
    cast.item_at(State.ACCEPTED)
    assert settle(cast) == ledger.Settled()


def test_a_batch_costs_the_same_however_many_items(priced: Cast) -> None:
    settle(priced)
    ledger.ask_for_all(priced.project)
    costs = []
    for more in (1, 4):
        for _ in range(more):
            priced.item_at(State.ACCEPTED)
        with CaptureQueriesContext(connection) as captured:
            assert settle(priced).added == 3 * more
        costs.append(len(captured))
    assert costs[0] == costs[1]


# --- paying


def pay(cast: Cast, **more: Any) -> PaymentRun:
    seen = paying.preview(cast.project, TODAY).seen
    return paying.pay(**({"by": cast.manager, "project": cast.project, "until": TODAY, "seen": seen} | more))


def total(state: str) -> int:
    return LedgerEntry.objects.filter(state=state).aggregate(total=Sum("amount"))["total"] or 0


def test_a_run_pays_what_is_payable_and_nothing_twice(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    priced.item_at(State.IN_REVIEW)
    settle(priced)
    run = pay(priced)
    assert (run.number, total("paid"), total("payable"), total("pending")) == (1, 410, 0, 250)
    with pytest.raises(Refused) as refused:
        pay(priced)
    assert refused.value.code == "empty"


def test_a_preview_that_is_out_of_date_pays_nothing(priced: Cast) -> None:
    item = priced.item_at(State.IN_REVIEW)
    settle(priced)
    priced.judge(item, priced.reviewers[0], "accept")
    settle(priced)
    seen = paying.preview(priced.project, TODAY).seen
    priced.judge(fresh(item), priced.reviewers[1], "accept")
    settle(priced)
    with pytest.raises(Refused) as refused:
        pay(priced, seen=seen)
    assert refused.value.code == "changed"
    assert total("paid") == 0


def test_work_after_the_day_waits_for_the_next_run(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    settle(priced)
    assert paying.preview(priced.project, TODAY - timedelta(days=1)).lines == []


def test_who_owes_more_than_they_are_owed_is_left_for_later(priced: Cast) -> None:
    terms(priced, overturned_percent=0)
    item = priced.item_at(State.REJECTED)
    settle(priced)
    pay(priced)
    overturn(priced, item)
    priced.judge(fresh(item), priced.reviewers[2], "accept")
    settle(priced)
    previewed = paying.preview(priced.project, TODAY)
    assert {line.person for line in previewed.waiting} == set(priced.reviewers[:2])
    assert all(line.amount >= 0 for line in previewed.lines)


def test_undoing_a_run_takes_every_entry_back_and_makes_it_payable_again(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    settle(priced)
    run = pay(priced)
    reversing = paying.undo(by=priced.manager, run=run)
    assert (total("paid"), total("payable")) == (0, 410)
    assert reversing.reverses == run
    for again in (run, reversing):
        with pytest.raises(Refused):
            paying.undo(by=priced.manager, run=again)
    assert pay(priced).number == 3
    assert (total("paid"), total("payable")) == (410, 0)
    assert ledger.differences(priced.project) == []
    assert settle(priced) == ledger.Settled()


def test_a_run_that_payroll_has_stands(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    settle(priced)
    run = pay(priced)
    paying.mark_exported(run, timezone.now())
    with pytest.raises(Refused, match="Payroll has the file"):
        paying.undo(by=priced.manager, run=run)


def test_a_run_that_was_taken_back_leaves_no_file(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    settle(priced)
    run = pay(priced)
    reversing = paying.undo(by=priced.manager, run=run)
    with pytest.raises(Refused, match="taken back"):
        paying.mark_exported(run, timezone.now())
    with pytest.raises(Refused, match="never had"):
        paying.mark_exported(reversing, timezone.now())
    paying.mark_exported(pay(priced), timezone.now())


# --- what the database refuses


def refused(act: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_history_cannot_be_rewritten(priced: Cast) -> None:
    priced.item_at(State.ACCEPTED)
    settle(priced)
    entry = LedgerEntry.objects.first()
    assert entry is not None
    mine = LedgerEntry.objects.filter(pk=entry.pk)
    refused(lambda: mine.update(amount=1))
    refused(lambda: mine.update(state="pending"))
    refused(lambda: mine.update(person=priced.author))
    refused(mine.delete)
    refused(lambda: mine.update(state="paid"))  # without a run
    run = pay(priced)
    refused(lambda: mine.update(state="payable", run=None))
    refused(lambda: PaymentRun.objects.filter(pk=run.pk).update(note="x"))
    refused(lambda: Rate.objects.all().update(amount=1))
    refused(lambda: Rate.objects.all().delete())
    second = PaymentRun.objects.create(
        project=priced.project, number=9, until=TODAY, made_by=priced.manager, made_at=timezone.now()
    )
    refused(lambda: mine.update(run=second))


def test_work_never_brings_less_than_nothing(priced: Cast) -> None:
    priced.item_at(State.IN_REVIEW)
    settle(priced)
    refused(lambda: LedgerEntry.objects.filter(state="pending").update(amount=-1))


def test_sums_of_entries_are_the_totals_of_a_run(priced: Cast) -> None:
    for state in (State.ACCEPTED, State.REJECTED, State.IN_EDITING):
        priced.item_at(state)
    settle(priced)
    previewed = paying.preview(priced.project, TODAY)
    assert previewed.totals == [(sum(entry.amount for entry in previewed.entries), "EUR")]
    run = pay(priced)
    assert paying.totals(paying.run_lines(run)) == previewed.totals


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_once_one_pays() -> None:
    cast = Cast("two-runs")
    for stage, amount in PRICES.items():
        rate(cast, stage, amount)
    cast.item_at(State.ACCEPTED)
    settle(cast)
    seen, start = paying.preview(cast.project, TODAY).seen, Barrier(3)
    ends: list[str] = []

    def run() -> None:
        start.wait()
        try:
            pay(cast, seen=seen)
            ends.append("paid")
        except Refused as no:
            ends.append(no.code)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(ends) == ["empty", "empty", "paid"]
    assert PaymentRun.objects.count() == 1
    assert total("paid") == 410


def test_no_verdict_waits_for_the_ledger(priced: Cast) -> None:
    """Events alone are enough: nothing of a stage function writes entries."""
    priced.item_at(State.ACCEPTED)
    assert not LedgerEntry.objects.exists()
