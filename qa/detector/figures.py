"""What is told of a detector, by source: with the number of words alone beside it, and among texts of like length."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qa.detector.calibration import Band, Calibration, judge_score
from qa.detector.corpus import SFT, Sample
from qa.detector.measuring import auroc, caught
from qa.detector.model import Model
from qa.detector.style import count_words

SFT_HUMANS = "sft_si"
SFT_MACHINES = ("llmbar_FairEval", "llmbar_MT-Bench")
LENGTH_BINS = (0, 20, 40, 60, 90, 130, 180, 250, 350, 10_000)


@dataclass(frozen=True)
class Figures:
    source: str
    humans: int
    machines: int
    auroc: float
    caught: float
    length_auroc: float
    length_caught: float
    like_length_auroc: float


def sources(scored: Iterable[Sample]) -> list[str]:
    return sorted({sample.source for sample in scored})


def figures(source: str, scored: Mapping[Sample, float]) -> Figures:
    parts = SFT_MACHINES if _lacks_answers(scored) else (SFT_HUMANS,)
    told = [sample for sample in scored if sample.source == source and _is_told(sample, parts)]
    humans = [sample for sample in told if not sample.is_ai]
    machines = [sample for sample in told if sample.is_ai]
    scores = [scored[each] for each in humans], [scored[each] for each in machines]
    words = _words(humans), _words(machines)
    return Figures(
        source,
        len(humans),
        len(machines),
        auroc(*scores),
        caught(*scores),
        auroc(*words),
        caught(*words),
        like_length_auroc(scores, words),
    )


def _is_told(sample: Sample, machines: Collection[str]) -> bool:
    """Of SFT answers: the people of self-instruct against models that answered the same prompts, where the data have
    them, else against the chat models' answers that they do have. Of all others everything without an attack."""
    if sample.source != SFT:
        return sample.is_training and not sample.attack
    if not sample.is_ai:
        return sample.part == SFT_HUMANS
    return sample.part in machines


def _lacks_answers(scored: Iterable[Sample]) -> bool:
    return not any(sample.part == SFT_HUMANS and sample.is_ai for sample in scored)


def _words(samples: Sequence[Sample]) -> list[float]:
    return [float(count_words(sample.text)) for sample in samples]


def like_length_auroc(scores: tuple[list[float], list[float]], words: tuple[list[float], list[float]]) -> float:
    """Mean AUROC within bins of length, each with the weight of its pairs: what is left once length tells nothing."""
    totals, pairs = 0.0, 0
    for least, most in pairwise(LENGTH_BINS):
        humans, machines = (
            [score for score, length in zip(each, lengths, strict=True) if least <= length < most]
            for each, lengths in zip(scores, words, strict=True)
        )
        if count := len(humans) * len(machines):
            totals, pairs = totals + count * auroc(humans, machines), pairs + count
    return totals / pairs if pairs else float("nan")


def share_strong(samples: Sequence[Sample], scored: Mapping[Sample, float], calibration: Calibration) -> float:
    """Of human texts long enough to be called strong at all."""
    bands = [judge_score(scored[each], each.text, calibration).band for each in samples]
    return float(np.mean([band is Band.STRONG for band in bands])) if bands else float("nan")


def calibration_without(model: Model, language: str, part: str) -> Calibration:
    """The shared pools as they would be had this kind of text never been seen."""
    pools = [pool for pool in model.pools.get(language, ()) if pool.source.split(",")[0] != part]
    return Calibration.of(shared=pools)
