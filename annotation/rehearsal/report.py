"""What a rehearsal tells at the end."""

import statistics
from collections.abc import Mapping

from annotation.rehearsal.browsing import Tally
from annotation.workflow import FINAL


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latencies(tally: Tally) -> str:
    """A table of milliseconds by action."""
    lines = [f"{'action':<16}{'times':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}  ms"]
    for action, seconds in sorted(tally.seconds.items()):
        figures = [statistics.median(seconds), percentile(seconds, 0.95), percentile(seconds, 0.99), max(seconds)]
        lines.append(f"{action:<16}{len(seconds):>8}" + "".join(f"{1000 * figure:>8.0f}" for figure in figures))
    return "\n".join(lines)


def progress_line(counts: Mapping[str, int], target: int, elapsed: float) -> str:
    accepted, rejected = counts.get("accepted", 0), counts.get("rejected", 0)
    others = " ".join(f"{state} {number}" for state, number in sorted(counts.items()) if state not in FINAL)
    pace = accepted / elapsed if elapsed else 0.0
    return f"{elapsed:6.0f} s  accepted {accepted}/{target}  rejected {rejected}  {pace:.1f}/s  {others}"
