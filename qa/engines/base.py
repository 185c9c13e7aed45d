"""What every engine has in common: how it says that it cannot answer now, and how it tells its health.

An engine is a thin client behind a small protocol. It is cheap to construct, loads on first use, has a timeout, and
raises `EngineUnavailable` instead of guessing. Nothing here knows Django: settings arrive through constructors, called
in `qa/registry.py` alone.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why there is no answer, in words a person may read."""

    LOADING = "is still loading"
    NOT_INSTALLED = "is not installed"
    NOT_CONFIGURED = "is not configured"
    UNSUPPORTED = "does not know this language"
    TIMEOUT = "took too long"
    UNREACHABLE = "cannot be reached"
    BUSY = "is busy"
    BUDGET = "has used up its budget for today"
    FAILED = "failed"


class EngineUnavailable(Exception):  # noqa: N818 - a state to wait out, not a fault
    """No answer now. Carries a reason and the engine's name, never what a person wrote."""

    def __init__(self, engine: str, reason: Reason) -> None:
        self.engine, self.reason = engine, reason
        super().__init__(f"{engine} {reason}")


@dataclass(frozen=True)
class Health:
    """One line of the status page. `detail` says what would mend it."""

    engine: str
    version: str
    is_ready: bool
    detail: str = ""
