"""The embedded detector's coefficients and how a text gets its score from them: numpy only, no pickle, no text."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from qa.detector import ngrams, style
from qa.detector.calibration import Calibration, Pool
from qa.detector.normalizing import normalized

FORMAT = 1
ENGLISH = "en"
# Character n-grams of a short text are too few to say much: half their weight at this many words.
HALF_WEIGHT_WORDS = 60
CLIP = 4.0
OTHER = "*"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """Standardize, clip to ±4, weigh, add up. `weights` are per standard deviation of each figure."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def score(self, figures: Floats) -> float:
        return float(self.contributions(figures).sum() + self.bias)

    def scores(self, rows: Floats) -> Floats:
        """Of many texts at once; figures beyond those it weighs are left alone."""
        standard = np.clip((rows[:, : len(self.mean)] - self.mean) / self.scale, -CLIP, CLIP)
        scores: Floats = standard @ self.weights + self.bias
        return scores

    def contributions(self, figures: Floats) -> Floats:
        contributions: Floats = np.clip((figures - self.mean) / self.scale, -CLIP, CLIP) * self.weights
        return contributions


@dataclass(frozen=True)
class Model:
    """Scores are log-odds up to a constant: comparable among texts of one language, calibrated by pools of scores.

    `ngrams`: int8 weights of the hashed n-grams, times `ngram_unit`; `english` weighs all figures of style, `universal`
    those that mean the same in every language. `languages`: whose n-grams were trained on. `pools` by language, those
    of OTHER for languages nothing was learnt of; `own`: scores of a project's trusted human texts, by language.
    """

    ngrams: npt.NDArray[np.int8]
    ngram_unit: float
    english: Linear
    universal: Linear
    languages: tuple[str, ...]
    pools: Mapping[str, tuple[Pool, ...]] = field(default_factory=dict)
    own: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    version: str = ""

    def calibration(self, language: str) -> Calibration:
        is_known = language in self.pools
        pools = self.pools.get(language if is_known else OTHER, ())
        return Calibration.of(self.own.get(language, ()), pools, is_known=is_known)

    def score(self, text: str, language: str) -> float:
        return self.score_normalized(normalized(text), language)

    def score_normalized(self, text: str, language: str) -> float:
        if not text:
            return -CLIP
        figures = style.vector(text)
        if language == ENGLISH:
            return self.english.score(figures) + self.ngram_score(text)
        score = self.universal.score(figures[: style.UNIVERSAL])
        return score + self.ngram_score(text) if language in self.languages else score

    def ngram_score(self, text: str) -> float:
        places, values = ngrams.vector(text)
        return ngram_weight(text) * self.ngram_unit * float(self.ngrams[places] @ values)

    def save(self, path: Path) -> None:
        """The same model gives the same bytes: numpy writes a fixed date into the archive."""
        about = {
            "format": FORMAT,
            "version": self.version,
            "languages": self.languages,
            "ngram_unit": self.ngram_unit,
            "biases": [self.english.bias, self.universal.bias],
            "own": {language: [round(score, 4) for score in scores] for language, scores in self.own.items()},
            "pools": {
                language: [[pool.source, pool.least_words, pool.size] for pool in pools]
                for language, pools in self.pools.items()
            },
        }
        arrays: dict[str, Any] = {
            "about": np.frombuffer(json.dumps(about, sort_keys=True).encode(), dtype=np.uint8),
            "ngrams": self.ngrams,
            "quantiles": np.array([pool.quantiles for pools in self.pools.values() for pool in pools], np.float32),
            **_arrays("english", self.english),
            **_arrays("universal", self.universal),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """OSError when it is not there, ValueError when it is no such file."""
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            if about["format"] != FORMAT:
                raise ValueError("coefficients of another format")
            english, universal = about["biases"]
            return cls(
                stored["ngrams"],
                about["ngram_unit"],
                _linear(stored, "english", english),
                _linear(stored, "universal", universal),
                tuple(about["languages"]),
                _pools(about["pools"], stored["quantiles"]),
                {language: tuple(scores) for language, scores in about["own"].items()},
                about["version"],
            )


def ngram_weight(text: str) -> float:
    """Below 1: what a text's n-grams count, by its number of words."""
    words = style.count_words(text)
    return math.sqrt(words / (words + HALF_WEIGHT_WORDS))


def _arrays(name: str, linear: Linear) -> dict[str, npt.NDArray[np.float32]]:
    return {name: np.stack([linear.mean, linear.scale, linear.weights]).astype(np.float32)}


def _linear(stored: Mapping[str, Any], name: str, bias: float) -> Linear:
    mean, scale, weights = stored[name].astype(np.float64)
    return Linear(mean, scale, weights, bias)


def _pools(about: Mapping[str, list[list[Any]]], quantiles: npt.NDArray[np.float32]) -> dict[str, tuple[Pool, ...]]:
    rows = iter(quantiles.astype(float).tolist())
    return {
        language: tuple(Pool(source, least, size, tuple(next(rows))) for source, least, size in pools)
        for language, pools in about.items()
    }
