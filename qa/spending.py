"""What language models cost, per collection, day and purpose: reserved before a call, put right after it.

The reservation is the most the call can cost, so parallel workers cannot pass a limit together; a worker that dies in
the middle leaves its reservation counted, as the provider may well do. Do not call a model inside a transaction: others
would wait for its end, and a rollback would forget what was paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from qa.engines.base import EngineUnavailable, Reason
from qa.llm.purse import Account, Reserved
from qa.llm.talk import Usage
from qa.models import Spending

MILLION = Decimal(1_000_000)
COUNTED = ("calls", "failures", "tokens_in", "tokens_out", "cost")

# One collection's reservations come one after another; other collections' do not wait.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('qa_spending:' || %s, 0))"
ADD = """
INSERT INTO qa_spending AS spent (collection, day, purpose, calls, failures, tokens_in, tokens_out, cost)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (day, collection, purpose) DO UPDATE SET
    calls = spent.calls + excluded.calls,
    failures = spent.failures + excluded.failures,
    tokens_in = spent.tokens_in + excluded.tokens_in,
    tokens_out = spent.tokens_out + excluded.tokens_out,
    cost = spent.cost + excluded.cost
"""


@dataclass(frozen=True)
class Spend:
    """A collection's day. `cost` in the currency of the price list, calls under way at their most."""

    collection: str
    day: date
    calls: int = 0
    failures: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)

    def with_row(self, row: Spending) -> "Spend":
        sums = {name: getattr(self, name) + getattr(row, name) for name in COUNTED}
        return replace(self, **sums)


@dataclass(frozen=True)
class DailyPurse:
    """Prices per million tokens; `limit` per collection and day for those that bring none."""

    price_in: Decimal
    price_out: Decimal
    limit: Decimal

    def price(self, usage: Usage) -> Decimal:
        return (usage.tokens_in * self.price_in + usage.tokens_out * self.price_out) / MILLION

    def reserve(self, account: Account, at_most: Usage) -> Reserved:
        """A limit of zero or less allows nothing, whatever the prices."""
        limit = self.limit if account.limit is None else account.limit
        reserved = Reserved(account, timezone.localdate(), self.price(at_most))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCK, [account.collection])
            if limit <= 0 or _spent(account.collection, reserved.day) + reserved.cost > limit:
                raise EngineUnavailable("llm", Reason.BUDGET)
            _add(reserved, calls=1, cost=reserved.cost)
        return reserved

    def settle(self, reserved: Reserved, used: Usage, has_failed: bool = False) -> None:
        _add(reserved, failures=int(has_failed), used=used, cost=self.price(used) - reserved.cost)


def today(collection: str) -> Spend:
    day = timezone.localdate()
    return next(iter(_summed(Spending.objects.filter(collection=collection, day=day))), Spend(collection, day))


def lately(days: int = 14, collection: str | None = None) -> Sequence[Spend]:
    """The newest day first, then the dearest; of one collection or of all. Days without calls are left out."""
    rows = Spending.objects.filter(day__gt=timezone.localdate() - timedelta(days=days))
    return _summed(rows if collection is None else rows.filter(collection=collection))


def _summed(rows: QuerySet[Spending]) -> list[Spend]:
    days: dict[tuple[date, str], Spend] = {}
    for row in rows:
        sums = days.get((row.day, row.collection), Spend(row.collection, row.day))
        days[row.day, row.collection] = sums.with_row(row)
    return sorted(days.values(), key=lambda spend: (-spend.day.toordinal(), -spend.cost, spend.collection))


def _spent(collection: str, day: date) -> Decimal:
    rows = Spending.objects.filter(collection=collection, day=day)
    return rows.aggregate(cost=Sum("cost"))["cost"] or Decimal(0)


def _add(reserved: Reserved, *, cost: Decimal, calls: int = 0, failures: int = 0, used: Usage | None = None) -> None:
    used = used or Usage()
    account = reserved.account
    counted = (calls, failures, used.tokens_in, used.tokens_out, cost)
    with connection.cursor() as cursor:
        cursor.execute(ADD, [account.collection, reserved.day, account.purpose, *counted])
