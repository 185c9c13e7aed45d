"""The two classifiers of the check, read from one coefficient file: which skill, and does the answer belong here.

Each exists twice: `embedded`, trained on English with the vectors of one named sentence model, and `plain`, trained on
all languages without vectors. Both are a linear model over everything, whose log-odds go, with the measures, into
boosted trees. The embedded one of skills asks randomized trees, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qa.instructions.forest import Floats, Forest
from qa.instructions.reading import Reading
from qa.instructions.votes import Votes

SKILLS = ("classification", "closed_qa", "extraction", "inference", "open_qa", "other", "rewriting", "summarization")
VECTOR_SCALE = 3.0
PRODUCT_SCALE = 8.0
FILE = Path(__file__).resolve().parent.parent / "coefficients" / "instructions.npz"


@dataclass(frozen=True)
class SkillModel:
    """`words` has a row per bucket, in 127ths of `unit`; `dense` a row per number of `dense_of`."""

    words: NDArray[np.int8]
    unit: Floats
    dense: Floats
    intercept: Floats
    forest: Forest
    votes: Votes | None = None

    def probabilities(self, reading: Reading) -> Floats:
        """The mean of the boosted and the randomized trees'; without the latter of the linear model's and the boosted
        trees'. Float32 of the order of SKILLS."""
        linear = log_softmax(self.linear(reading))
        row = np.concatenate([small_of(reading), linear]).astype(np.float32)
        trees = np.exp(log_softmax(self.forest.scores(row[None, :])[0]))
        if self.votes is None:
            return np.asarray((np.exp(linear) + trees) / 2, np.float32)
        voted = self.votes.chances(np.concatenate([row, reading.shape])[None, :])[0]
        return np.asarray((trees + voted) / 2, np.float32)

    def linear(self, reading: Reading) -> Floats:
        counted = self.words[list(reading.buckets)].sum(axis=0, dtype=np.float32) * (self.unit / 127)
        weight = word_weight(len(reading.buckets))
        return np.asarray(counted * weight + dense_of(reading) @ self.dense + self.intercept, np.float32)


@dataclass(frozen=True)
class FitModel:
    """Log-odds that the answer belongs to the prompt. `products` is empty in the plain one."""

    products: Floats
    forest: Forest

    def score(self, reading: Reading, skill: str) -> float:
        linear = float(reading.products @ self.products) * PRODUCT_SCALE if len(self.products) else 0.0
        return float(self.forest.scores(fit_row(reading, skill, linear)[None, :])[0, 0])


@dataclass(frozen=True)
class Coefficients:
    """`limits` holds the thresholds chosen in training, by "<mode> <what> <skill>"."""

    embedder: str
    skill: Mapping[str, SkillModel]
    fit: Mapping[str, FitModel]
    limits: Mapping[str, float]
    version: str

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        modes = ("embedded", "plain")
        return cls(
            embedder=str(arrays["embedder"]),
            skill={mode: _skill_model(arrays, f"{mode} skill ") for mode in modes},
            fit={mode: _fit_model(arrays, f"{mode} fit ") for mode in modes},
            limits=dict(zip(map(str, arrays["limit names"]), map(float, arrays["limits"]), strict=True)),
            version=str(arrays["version"]),
        )


@cache
def load(path: Path = FILE) -> Coefficients:
    with np.load(path, allow_pickle=False) as arrays:
        return Coefficients.of({name: arrays[name] for name in arrays.files})


@cache
def version_of(path: Path = FILE) -> str:
    """Without reading the rest."""
    with np.load(path, allow_pickle=False) as arrays:
        return str(arrays["version"])


@cache
def figures(path: Path = FILE) -> Mapping[str, float]:
    """What cross-validation measured when the coefficients were made."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(zip(map(str, arrays["figure names"]), map(float, arrays["figures"]), strict=True))


@cache
def trained_on(path: Path = FILE) -> frozenset[int]:
    """The marks of the prompts that the coefficients were made from (`Sample.mark`)."""
    with np.load(path, allow_pickle=False) as arrays:
        return frozenset(map(int, arrays["trained on"])) if "trained on" in arrays.files else frozenset()


def small_of(reading: Reading) -> Floats:
    """What the trees see besides the linear model's opinion."""
    return np.concatenate([reading.measures, reading.fits, reading.cosines])


def dense_of(reading: Reading) -> Floats:
    instruction = [] if reading.vectors is None else [reading.vectors[0] * VECTOR_SCALE]
    return np.concatenate([reading.measures, reading.fits, reading.cosines * 2, *instruction]).astype(np.float32)


def word_weight(count: int) -> float:
    """Every text's n-grams together weigh the same."""
    return float(2.0 / np.sqrt(max(count, 1)))


def fit_row(reading: Reading, skill: str, linear: float) -> Floats:
    chosen = [float(skill == each) for each in SKILLS]
    return np.concatenate([small_of(reading), chosen, [linear]]).astype(np.float32)


def log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


def _skill_model(arrays: Mapping[str, NDArray[Any]], prefix: str) -> SkillModel:
    unit, dense, intercept = (arrays[f"{prefix}{name}"].astype(np.float32) for name in ("unit", "dense", "intercept"))
    forest = Forest.from_arrays(arrays, f"{prefix}forest ")
    votes = Votes.from_arrays(arrays, f"{prefix}votes ") if f"{prefix}votes sizes" in arrays else None
    return SkillModel(arrays[f"{prefix}words"], unit, dense, intercept, forest, votes)


def _fit_model(arrays: Mapping[str, NDArray[Any]], prefix: str) -> FitModel:
    return FitModel(arrays[f"{prefix}products"].astype(np.float32), Forest.from_arrays(arrays, f"{prefix}forest "))
