"""Training both classifiers, and measuring them honestly: whatever shares a prompt and context stays in one fold.

Needs scikit-learn; used by `manage.py train_instructions` and by the benchmark, never when texts are judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from qa.instructions.corpus import Sample
from qa.instructions.forest import Floats, Forest
from qa.instructions.hashing import BUCKETS
from qa.instructions.model import (
    PRODUCT_SCALE,
    SKILLS,
    FitModel,
    SkillModel,
    dense_of,
    fit_row,
    log_softmax,
    small_of,
    word_weight,
)
from qa.instructions.reading import Reading, read, texts_of
from qa.instructions.votes import Votes

Embed = Callable[[Sequence[str]], Floats]
FOLDS = 3
WRONG_ANSWERS = (1, 2, 3)
# Weak weights keep probabilities honest: a wrongly declared skill is told by the smallest of them.
REGULARIZATION = 0.15
VOTERS = 60


@dataclass(frozen=True)
class Readings:
    """Samples with what the classifiers see of them, in the same order."""

    samples: list[Sample]
    readings: list[Reading]

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.array([SKILLS.index(sample.skill) for sample in self.samples])

    @property
    def groups(self) -> list[str]:
        return [sample.group for sample in self.samples]

    @property
    def weights(self) -> Floats:
        return np.array([sample.weight for sample in self.samples], np.float32)

    def only(self, indices: Sequence[int] | NDArray[Any]) -> "Readings":
        return Readings([self.samples[i] for i in indices], [self.readings[i] for i in indices])


def read_all(samples: list[Sample], embed: Embed | None = None, known: "Readings | None" = None) -> Readings:
    """With vectors where `embed` is given; every different text is embedded once. Other wordings of `known` samples
    take the vectors of those."""
    readings = [read(sample.prompt, sample.context, sample.completion) for sample in samples]
    if embed is None:
        return Readings(samples, readings)
    ready = _vectors_of(known) if known else {}
    missing = [r for s, r in zip(samples, readings, strict=True) if s.group not in ready]
    wanted = sorted({text for reading in missing for text in texts_of(reading) if text.strip()})
    made = embed(wanted)
    vectors, nothing = dict(zip(wanted, made, strict=True)), np.zeros_like(made[0])

    def stacked(sample: Sample, reading: Reading) -> Floats:
        if sample.group in ready:
            return ready[sample.group] * np.array([[1.0], [float(bool(sample.completion))], [1.0]], np.float32)
        return np.stack([vectors.get(text, nothing) for text in texts_of(reading)])

    return Readings(samples, [replace(r, vectors=stacked(s, r)) for s, r in zip(samples, readings, strict=True)])


def _vectors_of(known: Readings) -> dict[str, Floats]:
    pairs = zip(known.samples, known.readings, strict=True)
    return {sample.group: reading.vectors for sample, reading in pairs if reading.vectors is not None}


def folds_of(data: Readings, folds: int = FOLDS, seed: int = 0) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(data.samples)), data.labels, data.groups))


def train_skill(data: Readings) -> SkillModel:
    """The trees learn from opinions of linear models that had not seen the row (stacking)."""
    matrix, small = _matrix(data.readings), _small(data.readings)
    opinions = np.zeros((len(data.samples), len(SKILLS)), np.float32)
    for known, unseen in folds_of(data, seed=1):
        model = _linear(matrix[known], data.labels[known], data.weights[known])
        opinions[unseen] = _opinion(model, matrix[unseen])
    trees = HistGradientBoostingClassifier(
        max_iter=110, learning_rate=0.06, max_leaf_nodes=12, min_samples_leaf=25, l2_regularization=2, max_features=0.3,
        random_state=0,
    )  # fmt: skip
    rows = np.hstack([small, opinions])
    trees.fit(rows, data.labels, data.weights)
    packed = _packed(_linear(matrix, data.labels, data.weights), _forest(trees))
    return packed if data.readings[0].vectors is None else replace(packed, votes=_votes(data, rows))


def _votes(data: Readings, rows: Floats) -> Votes:
    """Small leaves: smooth enough as a mean, and what tells a wrongly declared skill best."""
    trees = ExtraTreesClassifier(VOTERS, min_samples_leaf=5, max_features=0.3, random_state=0)
    shapes = np.stack([reading.shape for reading in data.readings])
    trees.fit(np.hstack([rows, shapes]), data.labels, data.weights)
    return Votes.of(trees.estimators_, trees.classes_, len(SKILLS))


def _forest(trees: HistGradientBoostingClassifier) -> Forest:
    # scikit-learn has no public way to its trees' arrays; a test compares with its own predictions.
    return Forest.of(trees._predictors, trees._baseline_prediction)  # noqa: SLF001


def _linear(matrix: Any, labels: NDArray[np.int64], weights: Floats) -> LogisticRegression:
    return LogisticRegression(C=REGULARIZATION, max_iter=60, tol=1e-3).fit(matrix, labels, weights)


def _opinion(model: LogisticRegression, matrix: Any) -> Floats:
    """Log-probabilities of all SKILLS, also of those the model never met (then very small)."""
    scores = np.full((matrix.shape[0], len(SKILLS)), -15.0, np.float32)
    scores[:, model.classes_] = model.decision_function(matrix)
    return log_softmax(scores)


def _packed(model: LogisticRegression, forest: Forest) -> SkillModel:
    weights = np.zeros((model.coef_.shape[1], len(SKILLS)), np.float32)
    weights[:, model.classes_] = model.coef_.T
    intercept = np.full(len(SKILLS), -15.0, np.float32)
    intercept[model.classes_] = model.intercept_
    unit = np.abs(weights[:BUCKETS]).max(axis=0) + 1e-9
    words = np.round(weights[:BUCKETS] / unit * 127).astype(np.int8)
    return SkillModel(words, unit, weights[BUCKETS:], intercept, forest)


def _matrix(readings: Sequence[Reading]) -> Any:
    """Buckets, then dense columns; as sparse rows of float32."""
    ends = np.cumsum([0, *(len(reading.buckets) for reading in readings)])
    values = np.repeat([word_weight(len(reading.buckets)) for reading in readings], np.diff(ends))
    places = np.concatenate([np.array(reading.buckets, np.int64) for reading in readings])
    words = csr_matrix((values.astype(np.float32), places, ends), shape=(len(readings), BUCKETS))
    return hstack([words, csr_matrix(np.stack([dense_of(reading) for reading in readings]))], format="csr")


def _small(readings: Sequence[Reading]) -> Floats:
    return np.stack([small_of(reading) for reading in readings])


def swapped(data: Readings, seed: int) -> Readings:
    """Every prompt with another row's answer: same language, same skill, another prompt and context."""
    chance = np.random.default_rng(seed)
    partner = np.arange(len(data.samples))
    kinds = np.array([f"{sample.language} {sample.skill}" for sample in data.samples])
    for kind in np.unique(kinds):
        partner[kinds == kind] = chance.permutation(np.flatnonzero(kinds == kind))
    keep = [
        i
        for i, j in enumerate(partner)
        if data.samples[i].group != data.samples[j].group and data.samples[j].completion
    ]
    samples = [replace(data.samples[i], completion=data.samples[partner[i]].completion) for i in keep]
    readings = []
    for sample, i in zip(samples, keep, strict=True):
        reading, old, new = (
            read(sample.prompt, sample.context, sample.completion),
            data.readings[i].vectors,
            data.readings[partner[i]].vectors,
        )
        together = None if old is None or new is None else np.stack([old[0], new[1], old[2]])
        readings.append(replace(reading, vectors=together))
    return Readings(samples, readings)


def train_fit(data: Readings, wrong: Sequence[Readings]) -> FitModel:
    """Right answers against answers of other rows, both sides weighing the same."""
    readings = [*data.readings, *(reading for each in wrong for reading in each.readings)]
    samples = [*data.samples, *(sample for each in wrong for sample in each.samples)]
    right = np.arange(len(readings)) < len(data.readings)
    weights = np.where(right, (~right).sum() / right.sum(), 1.0)
    skills = [sample.skill for sample in samples]
    linear, products = _product_opinion(readings, samples, right, weights)
    rows = np.stack([fit_row(*each) for each in zip(readings, skills, linear, strict=True)])
    trees = HistGradientBoostingClassifier(
        max_iter=220, learning_rate=0.07, max_leaf_nodes=16, min_samples_leaf=20, l2_regularization=1, max_features=0.5,
        random_state=0,
    )  # fmt: skip
    trees.fit(rows, right, weights)
    return FitModel(products, _forest(trees))


def _product_opinion(
    readings: Sequence[Reading], samples: Sequence[Sample], right: NDArray[np.bool_], weights: Floats
) -> tuple[Floats, Floats]:
    """Out-of-fold opinions of a linear model over the products of vectors, and its weights on all rows."""
    if readings[0].vectors is None:
        return np.zeros(len(readings), np.float32), np.zeros(0, np.float32)
    matrix = np.stack([reading.products for reading in readings]) * PRODUCT_SCALE
    groups = [sample.group for sample in samples]
    opinions = np.zeros(len(readings), np.float32)

    def fitted(rows: NDArray[Any]) -> LogisticRegression:
        model = LogisticRegression(C=0.5, max_iter=60, fit_intercept=False)
        return model.fit(matrix[rows], right[rows], weights[rows])

    for known, unseen in StratifiedGroupKFold(2, shuffle=True, random_state=3).split(matrix, right, groups):
        opinions[unseen] = fitted(known).decision_function(matrix[unseen])
    return opinions, np.asarray(fitted(np.arange(len(readings))).coef_[0], np.float32)
