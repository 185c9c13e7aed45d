"""For tests of what is asked and answered, not of what it costs or whether it is remembered."""

from datetime import date
from decimal import Decimal

from qa.llm.purse import Reserved


class FreePurse:
    def __init__(self):
        self.settled = []

    def reserve(self, account, at_most):
        return Reserved(account, date(2026, 1, 1), Decimal(0))

    def settle(self, reserved, used, has_failed=False):
        self.settled.append((reserved.account, used, has_failed))


class NoMemory:
    def get(self, key):
        return None

    def put(self, key, value, seconds):
        pass

    def claim(self, key, seconds):
        return True

    def release(self, key):
        pass


class LocalMemory(NoMemory):
    def __init__(self):
        self.values = {}
        self.claimed = set()

    def get(self, key):
        return self.values.get(key)

    def put(self, key, value, seconds):
        self.values[key] = value

    def claim(self, key, seconds):
        is_first = key not in self.claimed
        self.claimed.add(key)
        return is_first

    def release(self, key):
        self.claimed.discard(key)
