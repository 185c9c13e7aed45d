"""The demo's past. Stage functions read the clock and take no other time; so the clock is turned back around them, and
every row of a piece of work carries the time that it would have had."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from django.utils import timezone


@contextmanager
def turned_to(moment: datetime) -> Iterator[None]:
    """It goes on from there. For the whole process: only a command that does nothing else may turn it."""
    begun = timezone.now()
    real = timezone.now
    with patch.object(timezone, "now", lambda: moment + (real() - begun)):
        yield
