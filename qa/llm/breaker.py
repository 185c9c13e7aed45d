"""Stops asking a server that keeps failing, so that nobody waits for what will not come."""

import threading
import time


class Breaker:
    """Opens after `failures` in a row, for `seconds`; then lets one attempt through, whose end decides. Thread-safe."""

    def __init__(self, failures: int = 5, seconds: float = 60) -> None:
        self.failures, self.seconds = failures, seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._open_until = 0.0

    def lets_through(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if self._in_a_row < self.failures:
                return True
            if now < self._open_until:
                return False
            self._open_until = now + self.seconds  # only this one attempt
            return True

    @property
    def is_open(self) -> bool:
        with self._lock:
            return self._in_a_row >= self.failures and time.monotonic() < self._open_until

    def succeeded(self) -> None:
        with self._lock:
            self._in_a_row = 0

    def failed(self) -> None:
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self.failures:
                self._open_until = time.monotonic() + self.seconds
