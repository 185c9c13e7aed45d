"""From a score to a band: how rare such a score is among texts that people wrote.

p = (1 + human scores as high) / (human scores + 1), the conformal p-value (Vovk et al. 2005).
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from qa.detector.style import count_words

TOO_SHORT = 60
STRONG_FROM = 120
WEAK_P = 0.10
STRONG_P = 0.02
# Of a detector without any calibration: from here weak, never more.
WEAK_SCORE = 0.95
LEAST_OWN = 20
# Fewer kinds of text than these say too little about other kinds for a strong word.
LEAST_SOURCES = 3
# Quantiles kept of a pool: every hundredth, finer where bands are decided.
LEVELS = (*(step / 100 for step in range(90)), *(0.9 + step / 500 for step in range(51)))


class Band(StrEnum):
    TOO_SHORT = "too short to say"
    NONE = "none"
    WEAK = "weak"
    STRONG = "strong"


class Calibrated(StrEnum):
    """By whose texts: the project's own, the shared pool, or none of this language."""

    PROJECT = "project"
    SHARED = "shared"
    NONE = "none"


@dataclass(frozen=True)
class Pool:
    """Scores of human texts of one source with at least `least_words` words, as quantiles at LEVELS; `size` of them."""

    source: str
    least_words: int
    size: int
    quantiles: tuple[float, ...]

    @classmethod
    def of(cls, source: str, least_words: int, scores: Sequence[float]) -> "Pool":
        quantiles = np.quantile(np.asarray(scores, dtype=float), LEVELS)
        return cls(source, least_words, len(scores), tuple(float(value) for value in quantiles))

    def p_value(self, score: float) -> float:
        """Interpolated between quantiles; at least 1 / (size + 1)."""
        below = float(np.interp(score, self.quantiles, LEVELS, left=0.0, right=1.0))
        return (1 + self.size * (1 - below)) / (self.size + 1)


@dataclass(frozen=True)
class Calibration:
    """`own`: sorted scores of the project's trusted human texts; `shared`: pools of the language, or (`is_known` false)
    of languages that were not learnt either when their texts were scored."""

    own: tuple[float, ...] = ()
    shared: tuple[Pool, ...] = ()
    is_known: bool = True

    @classmethod
    def of(cls, own: Sequence[float] = (), shared: Sequence[Pool] = (), *, is_known: bool = True) -> "Calibration":
        return cls(tuple(sorted(own)), tuple(shared), is_known)

    @property
    def kind(self) -> Calibrated:
        if len(self.own) >= LEAST_OWN:
            return Calibrated.PROJECT
        return Calibrated.SHARED if self.shared and self.is_known else Calibrated.NONE

    def p_value(self, score: float, words: int) -> float | None:
        """None where nothing is known of the language. Of the shared pools the one that speaks most for a human."""
        if self.kind is Calibrated.PROJECT:
            return (1 + len(self.own) - bisect_left(self.own, score)) / (len(self.own) + 1)
        fitting = self._of_length(words)
        return max(pool.p_value(score) for pool in fitting) if fitting else None

    def may_be_strong(self, words: int) -> bool:
        if words < STRONG_FROM or self.kind is Calibrated.NONE:
            return False
        return self.kind is Calibrated.PROJECT or len({pool.source for pool in self.shared}) >= LEAST_SOURCES

    def _of_length(self, words: int) -> list[Pool]:
        """Of each source the pool for the longest texts that are no longer than this one."""
        best: dict[str, Pool] = {}
        for pool in sorted(self.shared, key=lambda pool: pool.least_words):
            if pool.least_words <= words or pool.source not in best:
                best[pool.source] = pool
        return list(best.values())


@dataclass(frozen=True)
class Verdict:
    """`score` 0..1, higher reads more like generated text: a rank, no probability. `p_value` None where unknown."""

    score: float
    band: Band
    p_value: float | None
    words: int
    calibrated: Calibrated


def judge_score(log_odds: float, text: str, calibration: Calibration) -> Verdict:
    words = count_words(text)
    p_value = calibration.p_value(log_odds, words)
    return Verdict(as_share(log_odds), _band(log_odds, p_value, words, calibration), p_value, words, calibration.kind)


def _band(log_odds: float, p_value: float | None, words: int, calibration: Calibration) -> Band:
    if words < TOO_SHORT:
        return Band.TOO_SHORT
    if p_value is None:
        return Band.WEAK if as_share(log_odds) >= WEAK_SCORE else Band.NONE
    if p_value > WEAK_P:
        return Band.NONE
    return Band.STRONG if p_value <= STRONG_P and calibration.may_be_strong(words) else Band.WEAK


def as_share(log_odds: float) -> float:
    """The logistic function, six digits: readable, and of the same order as the log-odds."""
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds)))), 6)
