"""Learning the coefficients: two logistic regressions (character n-grams, style), every source with the same say.

A source's own level is learnt beside the weights and thrown away, so that what separates sources (their topics) is not
taken for what separates people from machines. Crops of 40–200 words keep length and openings from deciding.
"""

import hashlib
import importlib
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.detector import ngrams, style
from qa.detector.calibration import Pool
from qa.detector.corpus import JOINED, SFT, Sample
from qa.detector.model import CLIP, ENGLISH, OTHER, Linear, Model, ngram_weight

SEED = 20_261
METHOD = 3
CROP = (40, 200)
NGRAM_C = 0.1
STYLE_C = 0.1
LEVEL_SCALE = 3.0
SFT_SAY = 3.0
# What n-grams count beside style, and a word more (on a logarithmic scale) beside both.
NGRAM_SAY = 2.2
LENGTH_SAY = 0.6
ANSWERS_C = 0.4
PART_SHARES = {
    "dolly": 0.5,
    "dolly_passages": 0.3,
    "seed_tasks": 0.1,
    "sft_si": 0.15,
    "llmbar_own": 0.3,
    "llmbar_MT-Bench": 0.35,
    "llmbar_FairEval": 0.35,
}
# Where answers are learnt on their own: people who write for such prompts first.
ANSWER_SHARES = {**PART_SHARES, "sft_si": 1.0}
NO_ANSWERS = ("dolly_passages",)
BINS = (60, 120)
# Fewer texts could never make a score rare enough for the band strong.
LEAST_POOL = 50
FOLDS = 4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Features:
    """Of n samples: hashed n-grams of a crop, to learn from, and of the whole text as scores weigh them (sparse,
    n × 2^17), and style of the whole text (n × style.SIZE)."""

    samples: tuple[Sample, ...]
    ngrams: Any
    whole: Any
    style: Floats

    def take(self, wanted: Callable[[Sample], bool]) -> "Features":
        places = [place for place, sample in enumerate(self.samples) if wanted(sample)]
        samples = tuple(self.samples[place] for place in places)
        return Features(samples, self.ngrams[places], self.whole[places], self.style[places])


def features(samples: Sequence[Sample]) -> Features:
    dice = random.Random(SEED)  # noqa: S311  # crops that repeat, no secrets
    texts = [sample.text for sample in samples]
    crops = sparse([cropped(text, dice) for text in texts])
    return Features(tuple(samples), crops, weighed(texts), np.array([style.vector(text) for text in texts]))


def weighed(texts: Sequence[str]) -> Any:
    """N-grams as scores weigh them: those of short texts less."""
    return (scipy_sparse().diags([ngram_weight(text) for text in texts]) @ sparse(texts)).tocsr()


def cropped(text: str, dice: random.Random) -> str:
    words = text.split()
    if len(words) <= CROP[0] + 20:
        return text
    length = dice.randint(CROP[0], min(CROP[1], len(words)))
    start = dice.randint(0, len(words) - length)
    return " ".join(words[start : start + length])


def sparse(texts: Sequence[str]) -> Any:
    """CSR matrix of float64, one row a text."""
    vectors = [ngrams.vector(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in vectors)])
    places = np.concatenate([places for places, _ in vectors])
    values = np.concatenate([values for _, values in vectors])
    return scipy_sparse().csr_matrix((values, places, ends), shape=(len(texts), ngrams.SIZE))


def weights(samples: Sequence[Sample], shares: Mapping[str, float] = PART_SHARES) -> Floats:
    """Each source the same, people and machines half each; mean 1. `shares` of the parts of SFT."""
    cells: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for place, sample in enumerate(samples):
        cells[sample.source, sample.part, sample.is_ai].append(place)
    found = np.zeros(len(samples))
    for (source, part, _), places in cells.items():
        found[places] = (SFT_SAY * shares.get(part, 0.1) if source == SFT else 1.0) / len(places)
    labels = np.array([sample.is_ai for sample in samples])
    for label in (False, True):
        found[labels == label] *= 0.5 / found[labels == label].sum()
    return found * len(samples)


def fit(learnt: Features) -> Model:
    """A model without pools from everything marked for training."""
    learnt = learnt.take(lambda sample: sample.is_training)
    english = learnt.take(lambda sample: sample.language == ENGLISH)
    integers, unit = quantized(NGRAM_SAY * (_fit_ngrams(learnt) + _fit_answers(learnt)))
    universal = _fit_style(learnt, style.UNIVERSAL)
    return Model(
        integers,
        unit,
        _fit_english(english),
        # Of other languages n-grams and style say as much as each other.
        replace(universal, weights=NGRAM_SAY * universal.weights),
        tuple(sorted({sample.language for sample in learnt.samples})),
    )


def _fit_ngrams(learnt: Features) -> Floats:
    levels = _levels(learnt.samples)
    columns = scipy_sparse().hstack([learnt.ngrams, scipy_sparse().csr_matrix(levels)]).tocsr()
    coefficients = _logistic(columns, learnt.samples, NGRAM_C)[: ngrams.SIZE]
    return coefficients / _spread(learnt.ngrams @ coefficients, levels)


def _fit_answers(learnt: Features) -> Floats:
    """What n-grams tell of people's answers to instructions and a chatbot's; nothing where either is missing."""
    answers = _answers(learnt)
    labels = np.array([sample.is_ai for sample in answers.samples])
    if len(set(labels.tolist())) < 2:
        return np.zeros(ngrams.SIZE)
    say = weights(answers.samples, ANSWER_SHARES)
    coefficients, _ = classes(answers.ngrams, labels, ANSWERS_C, say)
    return coefficients / float((answers.ngrams @ coefficients).std())


def _answers(learnt: Features) -> Features:
    return learnt.take(lambda sample: sample.source == SFT and sample.part not in NO_ANSWERS)


def quantized(coefficients: Floats) -> tuple[npt.NDArray[np.int8], float]:
    """Whole numbers -127..127 and the unit they count in."""
    unit = float(np.abs(coefficients).max()) / 127 or 1.0
    return np.round(coefficients / unit).astype(np.int8), unit


def _fit_english(learnt: Features) -> Linear:
    """The mean of all figures and of those without the habits of English (many for the number of sources), and once
    more what tells people's answers to instructions from a chatbot's."""
    whole = _fit_style(learnt, style.SIZE)
    answers = _answers(learnt)
    fitted = [(0.5, _fit_style(learnt, style.UNIVERSAL))]
    if {sample.is_ai for sample in answers.samples} == {True, False}:
        fitted.append((1.0, _fit_style(answers, style.UNIVERSAL)))
    weights = 0.5 * whole.weights
    for share, part in fitted:
        weights[: style.UNIVERSAL] += share * part.weights * whole.scale[: style.UNIVERSAL] / part.scale
    weights[style.LENGTH] += LENGTH_SAY * whole.scale[style.LENGTH]
    return replace(whole, weights=weights)


def _fit_style(learnt: Features, size: int) -> Linear:
    figures = learnt.style[:, :size]
    mean, scale = figures.mean(axis=0), np.maximum(figures.std(axis=0), 1e-3)
    levels = _levels(learnt.samples)
    standard = np.clip((figures - mean) / scale, -CLIP, CLIP)
    coefficients = _logistic(np.hstack([standard, levels]), learnt.samples, STYLE_C)[:size]
    return Linear(mean, scale, coefficients / _spread(standard @ coefficients, levels), 0.0)


def _levels(samples: Sequence[Sample]) -> Floats:
    """One column a source, so that its own level is no business of the weights."""
    sources = sorted({sample.source for sample in samples})
    levels = np.zeros((len(samples), len(sources)))
    levels[np.arange(len(samples)), [sources.index(sample.source) for sample in samples]] = LEVEL_SCALE
    return levels


def _spread(scores: Floats, levels: Floats) -> float:
    """Mean standard deviation of scores within a source."""
    return float(np.mean([scores[column > 0].std() for column in levels.T])) or 1.0


def _logistic(columns: Any, samples: Sequence[Sample], inverse_penalty: float) -> Floats:
    labels = np.array([sample.is_ai for sample in samples])
    return classes(columns, labels, inverse_penalty, weights(samples))[0]


def classes(
    columns: Any, labels: npt.NDArray[np.bool_], inverse_penalty: float, say: Floats | None = None
) -> tuple[Floats, float]:
    """Coefficients and intercept of a logistic regression; the same data give the same figures."""
    linear_model = importlib.import_module("sklearn.linear_model")
    weight = "balanced" if say is None else None
    fitted = linear_model.LogisticRegression(
        C=inverse_penalty, solver="lbfgs", max_iter=300, tol=1e-4, class_weight=weight
    )
    fitted.fit(columns, labels, sample_weight=say)
    return fitted.coef_[0], float(fitted.intercept_[0])


def scipy_sparse() -> Any:
    """scipy comes with the ML extra, and only training needs it."""
    return importlib.import_module("scipy.sparse")


def out_of_fold(learnt: Features, folds: int = FOLDS) -> dict[Sample, float]:
    """Scores by models that saw other groups only."""
    found: dict[Sample, float] = {}
    for fold in range(folds):
        model = fit(learnt.take(lambda sample, fold=fold: sample.fold(folds) != fold))  # type: ignore[misc]
        found |= scores_of(model, learnt.take(lambda sample, fold=fold: sample.fold(folds) == fold))  # type: ignore[misc]
    return found


def out_of_source(learnt: Features, source: str) -> dict[Sample, float]:
    """Scores of one source's texts by a model that never saw that source."""
    model = fit(learnt.take(lambda sample: sample.source != source))
    return scores_of(model, learnt.take(lambda sample: sample.source == source))


def scores_of(model: Model, texts: Features) -> dict[Sample, float]:
    """As `Model.score_normalized` gives them, without reading every text again."""
    by_ngrams = model.ngram_unit * (texts.whole @ model.ngrams.astype(np.float64))
    by_style = {True: model.english.scores(texts.style), False: model.universal.scores(texts.style)}
    found: dict[Sample, float] = {}
    for place, sample in enumerate(texts.samples):
        is_known = sample.language == ENGLISH or sample.language in model.languages
        found[sample] = float(by_style[sample.language == ENGLISH][place] + is_known * by_ngrams[place])
    return found


def with_pools(model: Model, *scores: dict[Sample, float]) -> Model:
    """Pools of human scores by part and length: how people's texts score that the model did not learn from."""
    found: dict[str, list[Pool]] = defaultdict(list)
    for number, scored in enumerate(scores):
        for (language, part), humans in sorted(_humans(scored).items()):
            # Languages left out were scored without their n-grams: as those nothing is known of.
            is_foreign = number and language != ENGLISH
            found[OTHER if is_foreign else language] += _binned(f"{part}, unseen" if number else part, humans)
    return replace(model, pools={language: tuple(pools) for language, pools in sorted(found.items())})


@dataclass(frozen=True)
class Trained:
    """A model with its pools, and scores of every text by models that saw neither it nor its group (`seen` sources),
    or nothing of its source (`unseen`)."""

    model: Model
    seen: dict[Sample, float]
    unseen: dict[Sample, float]


def train(learnt: Features, version: str) -> Trained:
    """Fitted to everything, calibrated by texts of unseen groups and by texts of unseen sources."""
    seen, unseen = out_of_fold(learnt), out_of_sources(learnt)
    return Trained(replace(with_pools(fit(learnt), seen, unseen), version=version), seen, unseen)


def out_of_sources(learnt: Features) -> dict[Sample, float]:
    found: dict[Sample, float] = {}
    for source in sorted({sample.source for sample in learnt.samples}):
        found |= out_of_source(learnt, source)
    return found


def version_of(samples: Sequence[Sample]) -> str:
    """Names what was learnt from: the method's number and a digest of the texts."""
    digest = hashlib.sha256()
    for sample in samples:
        told = (sample.source, sample.part, str(sample.is_ai), sample.text)
        digest.update("\x1f".join(told).encode("utf-8", "replace"))
    return f"{METHOD}-{digest.hexdigest()[:10]}"


def _humans(scored: dict[Sample, float]) -> dict[tuple[str, str], list[tuple[int, float]]]:
    humans: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for sample, score in scored.items():
        if not sample.is_ai and (sample.is_training or sample.part in JOINED):
            humans[sample.language, sample.part].append((style.count_words(sample.text), score))
    return humans


def _binned(part: str, humans: Sequence[tuple[int, float]]) -> list[Pool]:
    pools = []
    for least in BINS:
        scores = [score for words, score in humans if words >= least]
        if len(scores) >= LEAST_POOL:
            pools.append(Pool.of(part, least, scores))
    return pools
