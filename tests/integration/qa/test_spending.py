import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from qa import spending
from qa.engines.base import EngineUnavailable, Reason
from qa.llm.purse import Account
from qa.llm.talk import Usage
from qa.models import Spending
from qa.spending import DailyPurse

PURSE = DailyPurse(price_in=Decimal(2), price_out=Decimal(8), limit=Decimal("0.05"))
CALL = Usage(1000, 1000)  # costs 0.01
ACCOUNT = Account("project-1", "second_reading")


@pytest.mark.django_db
def test_a_call_counts_at_its_most_before_it_and_at_its_cost_after_it():
    reserved = PURSE.reserve(ACCOUNT, CALL)
    assert spending.today("project-1").cost == Decimal("0.01")
    PURSE.settle(reserved, Usage(1000, 100))
    spend = spending.today("project-1")
    assert (spend.calls, spend.failures, spend.tokens_in, spend.tokens_out) == (1, 0, 1000, 100)
    assert spend.cost == Decimal("0.0028")


@pytest.mark.django_db
def test_the_limit_holds_for_the_collection_and_the_day_whatever_the_purpose():
    for purpose in ["a", "b", "a", "b", "a"]:
        PURSE.reserve(Account("project-1", purpose), CALL)
    with pytest.raises(EngineUnavailable) as caught:
        PURSE.reserve(Account("project-1", "c"), CALL)
    assert caught.value.reason == Reason.BUDGET
    assert PURSE.reserve(Account("project-2", "a"), CALL)
    Spending.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert PURSE.reserve(ACCOUNT, CALL)


@pytest.mark.django_db
def test_a_failed_call_gives_back_what_it_did_not_use_and_is_counted():
    PURSE.settle(PURSE.reserve(ACCOUNT, CALL), Usage(), has_failed=True)
    spend = spending.today("project-1")
    assert (spend.calls, spend.failures, spend.cost) == (1, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("limit", "allowed"), [(Decimal("0.5"), True), (Decimal("0.001"), False), (Decimal(0), False)])
def test_a_projects_own_limit_takes_the_place_of_the_installations(limit, allowed):
    account = Account("project-1", "second_reading", limit)
    if allowed:
        assert PURSE.reserve(account, CALL)
    else:
        with pytest.raises(EngineUnavailable):
            PURSE.reserve(account, CALL)


@pytest.mark.django_db
def test_a_limit_of_zero_allows_nothing_even_where_nothing_costs_anything():
    free = DailyPurse(Decimal(0), Decimal(0), Decimal(5))
    assert free.reserve(ACCOUNT, CALL)
    with pytest.raises(EngineUnavailable):
        free.reserve(Account("project-1", "second_reading", Decimal(0)), CALL)


@pytest.mark.django_db
def test_what_was_spent_lately_is_one_line_per_day_and_collection_newest_first():
    for collection, purpose in [("project-1", "a"), ("project-1", "b"), ("project-2", "a")]:
        PURSE.settle(PURSE.reserve(Account(collection, purpose), CALL), CALL)
    yesterday = timezone.localdate() - timedelta(days=1)
    Spending.objects.create(collection="project-2", day=yesterday, purpose="a", calls=3, cost=Decimal("0.2"))
    Spending.objects.create(collection="project-2", day=yesterday - timedelta(days=30), purpose="a", calls=9)
    lines = [(spend.collection, spend.calls, spend.cost) for spend in spending.lately()]
    assert lines == [
        ("project-1", 2, Decimal("0.02")),
        ("project-2", 1, Decimal("0.01")),
        ("project-2", 3, Decimal("0.2")),
    ]
    assert [spend.calls for spend in spending.lately(collection="project-1")] == [2]
    assert spending.today("project-3").calls == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_pay_at_the_same_time_do_not_pass_the_limit_together():
    """Eight threads, ten calls each, money for five."""
    allowed = []
    start = threading.Barrier(8)

    def work():
        start.wait()
        for _ in range(10):
            try:
                reserved = PURSE.reserve(ACCOUNT, CALL)
            except EngineUnavailable:
                continue
            allowed.append(reserved)
            PURSE.settle(reserved, CALL)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 5
    spend = spending.today("project-1")
    assert (spend.calls, spend.cost) == (5, Decimal("0.05"))


@pytest.mark.django_db(transaction=True)
def test_two_that_pay_for_the_last_call_at_once_get_one():
    last = DailyPurse(Decimal(2), Decimal(8), Decimal("0.01"))
    for attempt in range(20):
        account = Account(f"project-{attempt}", "second_reading")
        start, got = threading.Barrier(2), []

        def work(account=account, start=start, got=got):
            start.wait()
            try:
                got.append(last.reserve(account, CALL))
            except EngineUnavailable as unavailable:
                got.append(unavailable.reason)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got.count(Reason.BUDGET) == 1
