"""The classifiers' opinion of a prompt and its answer, and how far it may be trusted in the text's language."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from qa.engines.embeddings import Embedder, label_of
from qa.instructions.model import SKILLS, Coefficients, load
from qa.instructions.reading import LONGEST_TEXT, Reading, read, texts_of
from qa.instructions.words import is_han

Mode = Literal["embedded", "plain"]
REMEMBERED = 32
# The languages whose thresholds were measured, by mode; elsewhere the plain model speaks with more doubt.
MEASURED: Mapping[str, frozenset[str]] = {"embedded": frozenset({"en"}), "plain": frozenset({"en", "fi"})}


@dataclass(frozen=True)
class Opinion:
    """`fit` is the log-odds that the answer belongs to the prompt, None without an answer. `is_measured`: thresholds
    hold in this language."""

    reading: Reading
    mode: Mode
    is_measured: bool
    probabilities: Mapping[str, float]
    fit: float | None

    @property
    def predicted(self) -> str:
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def mismatch(self) -> float | None:
        return None if self.fit is None else float(1 / (1 + np.exp(self.fit)))


class Judge:
    """Reads its coefficients on first use. `opinion` raises EngineUnavailable while the embedder is away."""

    def __init__(self, embedder: Embedder, coefficients: Callable[[], Coefficients] = load) -> None:
        self._load, self._embedder = coefficients, embedder
        self._recent: OrderedDict[tuple[str, ...], Opinion] = OrderedDict()

    @property
    def coefficients(self) -> Coefficients:
        return self._load()

    def opinion(self, prompt: str, context: str, completion: str, language: str, skill: str) -> Opinion:
        key = (prompt, context, completion, language, skill)
        if key not in self._recent:
            self._recent[key] = self._opinion(*key)
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return self._recent[key]

    def mode_of(self, language: str) -> Mode:
        """Vectors count only from the model that the coefficients were trained with, in English."""
        is_same = label_of(self._embedder) == self.coefficients.embedder
        is_known = language.partition("-")[0] in MEASURED["embedded"] and self._embedder.knows(language)
        return "embedded" if is_same and is_known else "plain"

    def _opinion(self, prompt: str, context: str, completion: str, language: str, skill: str) -> Opinion:
        mode = self.mode_of(language)
        reading = read(prompt, context, completion)
        if mode == "embedded":
            reading = replace(reading, vectors=self._vectors(reading))
        chances = self.coefficients.skill[mode].probabilities(reading)
        probabilities = {name: round(float(chance), 4) for name, chance in zip(SKILLS, chances, strict=True)}
        assumed = skill if skill in SKILLS else max(probabilities, key=probabilities.__getitem__)
        fit = self.coefficients.fit[mode].score(reading, assumed) if reading.answer else None
        is_measured = language.partition("-")[0] in MEASURED[mode] and not is_han(prompt[:LONGEST_TEXT])
        return Opinion(reading, mode, is_measured, probabilities, fit)

    def _vectors(self, reading: Reading) -> Any:
        texts = texts_of(reading)
        made = self._embedder.embed([text for text in texts if text.strip()])
        found = iter(made)
        nothing = np.zeros(made.shape[1] if len(made) else 384, np.float32)
        return np.stack([next(found) if text.strip() else nothing for text in texts])
