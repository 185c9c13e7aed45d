"""Who pays for a question. The rows are in qa.spending; checks see no more of them than this."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from qa.llm.talk import Usage


@dataclass(frozen=True)
class Account:
    """Whose money: a collection's, with its limit per day (None: the installation's), for a purpose."""

    collection: str
    purpose: str
    limit: Decimal | None = None


@dataclass(frozen=True)
class Reserved:
    """Taken out before the call, so that calls at the same time see each other; put right after it."""

    account: Account
    day: date
    cost: Decimal


class Purse(Protocol):
    def reserve(self, account: Account, at_most: Usage) -> Reserved:
        """Raises EngineUnavailable with BUDGET when the day's limit would be passed."""

    def settle(self, reserved: Reserved, used: Usage, has_failed: bool = False) -> None: ...
