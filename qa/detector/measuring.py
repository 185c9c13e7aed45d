"""Two figures of a detector: how well scores order people and machines, and how many machines are caught."""

from collections.abc import Sequence

import numpy as np

FALSE_ALARMS = 0.05


def auroc(humans: Sequence[float], machines: Sequence[float]) -> float:
    """Share of pairs in which the generated text scores higher, ties one half (Mann–Whitney)."""
    if not humans or not machines:
        return float("nan")
    ordered = np.sort(np.asarray(humans, dtype=float))
    scores = np.asarray(machines, dtype=float)
    below, up_to = np.searchsorted(ordered, scores, "left"), np.searchsorted(ordered, scores, "right")
    return float((below + up_to).mean() / (2 * len(ordered)))


def caught(humans: Sequence[float], machines: Sequence[float], false_alarms: float = FALSE_ALARMS) -> float:
    """Share of generated texts above the score that at most `false_alarms` of the human ones exceed."""
    if not humans or not machines:
        return float("nan")
    ordered = np.sort(np.asarray(humans, dtype=float))
    limit = ordered[max(0, int(np.ceil(len(ordered) * (1 - false_alarms))) - 1)]
    return float((np.asarray(machines, dtype=float) > limit).mean())
