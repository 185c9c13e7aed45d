"""A project's own detector: what is learnt from its texts is added to the shared coefficients, and the texts its people
wrote calibrate the bands."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.detector import ngrams, style
from qa.detector.measuring import auroc, caught
from qa.detector.model import CLIP, ENGLISH, Linear, Model
from qa.detector.normalizing import normalized
from qa.detector.training import classes, quantized, scipy_sparse, weighed

LEAST = 20
FOLDS = 5
# How freely the project's n-grams and style may move away from the shared weights.
NGRAM_SCALE = 12.0
STYLE_SCALE = 0.3
INVERSE_PENALTY = 1.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """AUROC and share caught at 5 % false alarms: of the project's own detector (cross-validated), of the shared one,
    and of the number of words alone."""

    humans: int
    machines: int
    own: tuple[float, float]
    shared: tuple[float, float]
    length: tuple[float, float]


@dataclass(frozen=True)
class _Texts:
    """n normalized texts: n-grams as scores weigh them (n × 2^17), standardized style, the shared model's scores."""

    texts: tuple[str, ...]
    labels: npt.NDArray[np.bool_]
    ngrams: Any
    style: Floats
    base: Floats

    def columns(self, places: Sequence[int]) -> Any:
        dense = np.hstack([self.base[places], STYLE_SCALE * self.style[places]])
        return scipy_sparse().hstack([dense, NGRAM_SCALE * self.ngrams[places]]).tocsr()


def fit_own(
    base: Model,
    humans: Sequence[str],
    machines: Sequence[str],
    language: str,
    groups: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Model, Figures]:
    """Texts of one of the `groups` (answers to the same prompt, say) stay together when figures are cross-validated;
    a text without one is its own. Raises ValueError with fewer than 20 different texts of either kind, or where the
    same text is in both."""
    texts = _read(base, _different(humans), _different(machines), language)
    scores = _out_of_fold(base, texts, language, groups)
    fitted = _fit(base, texts, range(len(texts.texts)), language)
    own = tuple(sorted(float(score) for score in scores[~texts.labels]))
    return replace(fitted, own={**base.own, language: own}, version=_version(base, texts)), _figures(texts, scores)


def _different(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(normalized, texts))))


def _read(base: Model, humans: list[str], machines: list[str], language: str) -> _Texts:
    if min(len(humans), len(machines)) < LEAST:
        raise ValueError(f"{len(humans)} human and {len(machines)} generated texts: {LEAST} of each are needed")
    if both := set(humans) & set(machines):
        raise ValueError(f"{len(both)} texts are in both files")
    texts = (*humans, *machines)
    linear, size = _linear(base, language)
    figures = np.array([style.vector(text)[:size] for text in texts])
    grams = weighed(texts)
    ngram_scores = grams @ (base.ngrams * base.ngram_unit) if _knows(base, language) else np.zeros(len(texts))
    standard = np.clip((figures - linear.mean) / linear.scale, -CLIP, CLIP)
    labels = np.array([False] * len(humans) + [True] * len(machines))
    return _Texts(texts, labels, grams, standard, np.stack([ngram_scores, standard @ linear.weights], axis=1))


def _linear(model: Model, language: str) -> tuple[Linear, int]:
    return (model.english, style.SIZE) if language == ENGLISH else (model.universal, style.UNIVERSAL)


def _knows(model: Model, language: str) -> bool:
    return language in model.languages


def _fit(base: Model, texts: _Texts, places: Sequence[int], language: str) -> Model:
    weights, bias = classes(texts.columns(places), texts.labels[places], INVERSE_PENALTY)
    linear, size = _linear(base, language)
    styled = replace(linear, weights=weights[1] * linear.weights + STYLE_SCALE * weights[2 : 2 + size], bias=bias)
    shared = weights[0] * base.ngrams * base.ngram_unit if _knows(base, language) else np.zeros(ngrams.SIZE)
    integers, unit = quantized(shared + NGRAM_SCALE * weights[2 + size :])
    learnt = replace(base, ngrams=integers, ngram_unit=unit, languages=(language,))
    return replace(learnt, english=styled) if language == ENGLISH else replace(learnt, universal=styled)


def _out_of_fold(base: Model, texts: _Texts, language: str, groups: Mapping[str, str]) -> Floats:
    folds = np.array([_fold(groups.get(text, text)) for text in texts.texts])
    scores = np.zeros(len(folds))
    for fold in range(FOLDS):
        model = _fit(base, texts, np.flatnonzero(folds != fold).tolist(), language)
        for place in np.flatnonzero(folds == fold):
            scores[place] = model.score_normalized(texts.texts[place], language)
    return scores


def _fold(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _figures(texts: _Texts, scores: Floats) -> Figures:
    lengths = np.array([style.count_words(text) for text in texts.texts], dtype=float)
    machines = int(texts.labels.sum())
    return Figures(
        len(scores) - machines,
        machines,
        _pair(scores, texts.labels),
        _pair(texts.base.sum(axis=1), texts.labels),
        _pair(lengths, texts.labels),
    )


def _pair(scores: Floats, labels: npt.NDArray[np.bool_]) -> tuple[float, float]:
    humans, machines = scores[~labels].tolist(), scores[labels].tolist()
    return auroc(humans, machines), caught(humans, machines)


def _version(base: Model, texts: _Texts) -> str:
    """Of the shared coefficients and the texts learnt from, which it does not tell."""
    digest = hashlib.sha256("\x1e".join(sorted(texts.texts)).encode()).hexdigest()
    return f"{base.version}+{digest[:8]}"
