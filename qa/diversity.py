"""How varied a set of prompts is, from their vectors and words. Pure numpy; docs/duplicates.md says how to read it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qa.vectors.signatures import words_of
from qa.vectors.wording import content_words

Vectors = NDArray[np.float32]

# Vendi scores of sets of different sizes cannot be compared, and a kernel of n x n has its price.
SAMPLED = 1000
FEWEST = 8  # below this no figure means anything
MOST_TOPICS = 12
# A prompt with so many neighbours of its family stands in a template.
TEMPLATE_NEIGHBOURS = 3
ROUNDS = 25
TERMS = 3
# A topic is over-used from this multiple of an even share, unless its prompts have little in common.
OVERUSED = 1.6
TIGHTER = 0.15


@dataclass(frozen=True)
class Topic:
    """Prompts that lie together: how many, the words that set them apart, one of them, how alike they are (mean
    cosine to their center)."""

    size: int
    share: float
    terms: tuple[str, ...]
    example: str
    closeness: float
    is_overused: bool

    @property
    def name(self) -> str:
        return " ".join(self.terms) or self.example[:40]


@dataclass(frozen=True)
class Diversity:
    """`count` prompts, figures over a sample of them. Mean cosine of two different prompts, -1 to 1; Vendi score, 1 to
    count, as if that many prompts had nothing in common; distinct-n and template share, 0 to 1."""

    count: int
    sampled: int
    mean_cosine: float
    vendi: float
    distinct_1: float
    distinct_2: float
    template_share: float
    topics: tuple[Topic, ...]

    @property
    def vendi_share(self) -> float:
        return self.vendi / self.sampled

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        found = tuple(Topic(**{**topic, "terms": tuple(topic["terms"])}) for topic in stored["topics"])
        return cls(**{**stored, "topics": found})


def diversity(prompts: Sequence[str], vectors: Vectors, language: str, family: float) -> Diversity | None:
    """`vectors` (n, d) of length 1; `family` the cosine from which two prompts share a template. None below FEWEST."""
    if len(prompts) < FEWEST:
        return None
    chosen = np.sort(np.random.default_rng(0).permutation(len(prompts))[:SAMPLED])
    texts, rows = [prompts[at] for at in chosen], vectors[chosen]
    mean_cosine = mean_pairwise_cosine(rows)
    return Diversity(
        count=len(prompts),
        sampled=len(texts),
        mean_cosine=mean_cosine,
        vendi=vendi_score(rows),
        distinct_1=distinct(texts, 1),
        distinct_2=distinct(texts, 2),
        template_share=template_share(rows, family),
        topics=tuple(topics(texts, rows, language, mean_cosine)),
    )


def mean_pairwise_cosine(vectors: Vectors) -> float:
    """Of two different rows; the sum of all products is the squared length of the sum of the rows."""
    n = len(vectors)
    total = float(np.square(vectors.sum(axis=0, dtype=np.float64)).sum())
    return (total - n) / (n * (n - 1))


def vendi_score(vectors: Vectors) -> float:
    """exp of the entropy of the eigenvalues of K/n, K the cosines (Friedman & Dieng 2023, arXiv 2210.02410). The
    smaller of X X' and X' X has the same ones, so it costs no more than d^3. Never above d."""
    n, dimensions = vectors.shape
    rows = vectors.astype(np.float64)
    kernel = rows @ rows.T if n <= dimensions else rows.T @ rows
    shares = np.linalg.eigvalsh(kernel / n)
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def distinct(texts: Sequence[str], size: int) -> float:
    """Different n-grams of words by all of them (Li et al. 2016)."""
    grams = [gram for text in texts for gram in _grams(words_of(text), size)]
    return len(set(grams)) / len(grams) if grams else 0.0


def _grams(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]


def template_share(vectors: Vectors, family: float) -> float:
    """Share of the prompts that have at least three others of their family."""
    neighbours = (vectors @ vectors.T >= family).sum(axis=1) - 1
    return float((neighbours >= TEMPLATE_NEIGHBOURS).mean())


def topics(texts: Sequence[str], vectors: Vectors, language: str, mean_cosine: float) -> list[Topic]:
    """Clusters, the largest first. Over-used is a cluster with much more than an even share whose prompts really are
    alike: k-means always finds clusters, also where there are none."""
    count = max(2, min(MOST_TOPICS, round(sqrt(len(texts) / 2))))
    labels, centers = clusters(vectors, count)
    found = []
    for label in range(count):
        members = np.flatnonzero(labels == label)
        if len(members):
            closeness = vectors[members] @ centers[label]
            found.append(_topic(texts, members, closeness, language, count, mean_cosine))
    return sorted(found, key=lambda topic: -topic.size)


def _topic(
    texts: Sequence[str], members: NDArray[np.intp], closeness: Vectors, language: str, count: int, mean_cosine: float
) -> Topic:
    share = len(members) / len(texts)
    # The mean cosine of two members is about the square of the mean cosine to their center.
    alike = float(closeness.mean()) ** 2
    return Topic(
        size=len(members),
        share=share,
        terms=telling_words(texts, members, language),
        example=texts[int(members[int(closeness.argmax())])],
        closeness=float(closeness.mean()),
        is_overused=share >= OVERUSED / count and alike >= mean_cosine + TIGHTER and len(members) >= FEWEST // 2,
    )


def telling_words(texts: Sequence[str], members: NDArray[np.intp], language: str) -> tuple[str, ...]:
    """Content words that more of the members have than of the others, in at least two of them."""
    inside = set(members.tolist())
    here, there = Counter[str](), Counter[str]()
    for at, text in enumerate(texts):
        (here if at in inside else there).update(set(content_words(text, language)))
    outside = max(1, len(texts) - len(inside))
    least = max(2, ceil(len(inside) / 10))
    weighed = {word: seen / len(inside) - there[word] / outside for word, seen in here.items() if seen >= least}
    ranked = sorted(weighed, key=lambda word: (-weighed[word], word))
    return tuple(word for word in ranked[:TERMS] if weighed[word] > 0)


def clusters(vectors: Vectors, count: int) -> tuple[NDArray[np.intp], Vectors]:
    """Spherical k-means from k-means++ seeds: labels (n,) and centers (count, d) of length 1. The same every time."""
    centers = _seeds(vectors, count)
    labels = np.full(len(vectors), -1, dtype=np.intp)
    for _ in range(ROUNDS):
        nearest = (vectors @ centers.T).argmax(axis=1)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        for label in np.unique(labels):
            center = vectors[labels == label].sum(axis=0)
            centers[label] = center / max(float(np.linalg.norm(center)), 1e-9)
    return labels, centers


def _seeds(vectors: Vectors, count: int) -> Vectors:
    """Far from each other more likely than not (Arthur & Vassilvitskii 2007)."""
    generator = np.random.default_rng(0)
    seeds = [int(generator.integers(len(vectors)))]
    distance = np.maximum(0, 1 - vectors @ vectors[seeds[0]]).astype(np.float64)
    while len(seeds) < count:
        weights = distance if distance.sum() > 0 else np.ones(len(vectors))
        seeds.append(int(generator.choice(len(vectors), p=weights / weights.sum())))
        distance = np.minimum(distance, np.maximum(0, 1 - vectors @ vectors[seeds[-1]]))
    return vectors[seeds].copy()
