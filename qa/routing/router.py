"""How much a text is of a field: by meaning where the embedder knows the language, else by vocabulary; and by a small
classifier that a project fits from what its people decided.

The zero-shot score is the margin between the nearest field and the nearest piece of everyday life, as a logistic.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.engines.embeddings import Embedder, NgramEncoder, label_of
from qa.routing.descriptors import EVERYDAY, EVERYDAY_STEMS, FIELD_STEMS, FIELDS

Floats = NDArray[np.float32]
Scope = Literal["general", "unsure", "domain"]

GENERAL_BELOW, DOMAIN_ABOVE = 0.35, 0.65
# The margin of cosines at which both are as likely, and how steep it is; from our own sentences (docs/instructions.md).
NEUTRAL_MARGIN, STEEPNESS = -0.01, 22.0
LONGEST = 2000
GUESSES = 3
LEAST_LABELLED = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Route:
    """`score` 0..1 how much it is of a field; `domains` the likeliest, best first, with their nearness; `basis` says
    what the score rests on: meaning, vocabulary, or overrules (a fitted model)."""

    score: float
    scope: Scope
    domains: tuple[tuple[str, float], ...]
    basis: Literal["meaning", "vocabulary", "overrules"]


class Fitted(Protocol):
    def chance(self, text: str) -> float: ...


class Router:
    """Cheap to construct. Raises EngineUnavailable while the embedder is away."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def route(self, text: str, language: str = "en", domain: str = "", fitted: Fitted | None = None) -> Route:
        """`domain` is the cell's, in words; being near to its name counts like being near to a known field."""
        text = text[:LONGEST]
        if not text.strip():
            return Route(0.5, "unsure", (), "vocabulary")
        knows = self.embedder.knows(language)
        score, domains = self._by_meaning(text, domain) if knows else by_vocabulary(text)
        if fitted is not None:
            score = fitted.chance(text)
        return Route(
            round(score, 4), scope_of(score), domains, "overrules" if fitted else "meaning" if knows else "vocabulary"
        )

    def fit(self, texts: Sequence[str], labels: Sequence[bool], language: str = "en") -> "FittedRouter":
        """From overrules: `labels` say whether each text needs a person of the field. Raises ValueError with fewer than
        20 texts or without both kinds. Takes a second for a thousand texts, besides their vectors."""
        return FittedRouter.of(self._fitted_over(language), texts, labels)

    def fitted(self, stored: Mapping[str, object] | None, language: str) -> "FittedRouter | None":
        """What was kept of `fit` with the label of its "embedder"; over another model's vectors it says nothing."""
        embedder = self._fitted_over(language)
        return FittedRouter.from_json(embedder, stored) if stored and stored["embedder"] == label_of(embedder) else None

    def _fitted_over(self, language: str) -> Embedder:
        return self.embedder if self.embedder.knows(language) else NgramEncoder()

    def _by_meaning(self, text: str, domain: str) -> tuple[float, tuple[tuple[str, float], ...]]:
        names = [*FIELDS, *([domain] if domain and domain not in FIELDS and domain != "general" else [])]
        described = [FIELDS.get(name, f"{name}: questions for specialists") for name in names]
        vectors = self.embedder.embed([text, *described, *EVERYDAY])
        near = vectors[1:] @ vectors[0]
        fields, everyday = near[: len(names)], near[len(names) :]
        return logistic(float(fields.max() - everyday.max()) - NEUTRAL_MARGIN), _best(names, fields)


def by_vocabulary(text: str) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Counts words that begin like those of a field; without any of either kind it stays unsure."""
    stems = _stems()
    words = _WORD.findall(text.casefold())
    hits = {name: _hits(words, text, beginnings) for name, beginnings in stems.items()}
    everyday = hits.pop("")
    field = max(hits.values())
    if not field and not everyday:
        return 0.5, ()
    domains = tuple(
        (name, round(count / max(field, 1), 4)) for name, count in sorted(hits.items(), key=_count)[:GUESSES] if count
    )
    return float(1 / (1 + np.exp(-1.1 * (field - everyday)))), domains


def scope_of(score: float) -> Scope:
    return "general" if score < GENERAL_BELOW else "domain" if score > DOMAIN_ABOVE else "unsure"


def logistic(margin: float) -> float:
    return float(1 / (1 + np.exp(-STEEPNESS * margin)))


def _best(names: Sequence[str], near: Floats) -> tuple[tuple[str, float], ...]:
    return tuple((names[i], round(float(near[i]), 4)) for i in np.argsort(-near)[:GUESSES])


@cache
def _stems() -> Mapping[str, tuple[str, ...]]:
    """By field; everyday words under the empty name."""
    return {**{name: tuple(text.split()) for name, text in FIELD_STEMS.items()}, "": tuple(EVERYDAY_STEMS.split())}


def _hits(words: Sequence[str], text: str, beginnings: tuple[str, ...]) -> int:
    return sum(word.startswith(beginnings) for word in words) + sum(
        begin in text for begin in beginnings if begin[0] >= "\u3400"
    )


def _count(pair: tuple[str, int]) -> int:
    return -pair[1]


@dataclass(frozen=True)
class FittedRouter:
    """A logistic regression over vectors; small enough to be stored as JSON with the project (`to_json`)."""

    embedder: Embedder
    weights: Floats
    intercept: float
    texts: int

    @classmethod
    def of(cls, embedder: Embedder, texts: Sequence[str], labels: Sequence[bool]) -> "FittedRouter":
        wanted = np.array(labels, bool)
        if len(texts) < LEAST_LABELLED or wanted.all() or not wanted.any():
            raise ValueError(f"at least {LEAST_LABELLED} texts of both kinds are needed")
        weights, intercept = _regression(embedder.embed([text[:LONGEST] for text in texts]), wanted)
        return cls(embedder, weights, intercept, len(texts))

    def chance(self, text: str) -> float:
        vector = self.embedder.embed([text[:LONGEST]])[0]
        return float(1 / (1 + np.exp(-(vector @ self.weights + self.intercept))))

    def to_json(self) -> dict[str, object]:
        return {"weights": [round(float(w), 4) for w in self.weights], "intercept": self.intercept, "texts": self.texts}

    @classmethod
    def from_json(cls, embedder: Embedder, stored: Mapping[str, object]) -> "FittedRouter":
        weights = np.array(stored["weights"], np.float32)
        return cls(embedder, weights, float(stored["intercept"]), int(stored["texts"]))  # type: ignore[call-overload,arg-type]


def _regression(
    vectors: Floats, wanted: NDArray[np.bool_], penalty: float = 0.1, steps: int = 25
) -> tuple[Floats, float]:
    """By Newton's method, with an L2 penalty on all but the intercept; both kinds weigh the same."""
    matrix = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)]).astype(np.float64)
    weight = np.where(wanted, 0.5 / wanted.mean(), 0.5 / (~wanted).mean())
    ridge = np.diag([penalty] * vectors.shape[1] + [1e-6])
    found = np.zeros(matrix.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(matrix @ found, -30, 30)))
        slope = matrix.T @ (weight * (chance - wanted)) + ridge @ found
        curve = (matrix * (weight * chance * (1 - chance))[:, None]).T @ matrix + ridge
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    return found[:-1].astype(np.float32), float(found[-1])
