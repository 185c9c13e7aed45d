"""Guards against work that explodes with the length of a text: by growth, so that a slow machine changes nothing."""

import time
from collections.abc import Callable

SHORTEST = 0.05  # CPU seconds: below, the clock says more about the machine than about the code


def grows_gently(run: Callable[[str], object], text: str) -> bool:
    """Whether four times the text takes less than ten times the CPU time; quadratic work takes sixteen times."""
    run(text[: len(text) // 4])  # what is loaded or compiled once
    quarter, whole = (min(_cpu_seconds(run, part) for _ in range(2)) for part in (text[: len(text) // 4], text))
    return whole < 10 * max(quarter, SHORTEST)


def _cpu_seconds(run: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    run(text)
    return time.process_time() - began
