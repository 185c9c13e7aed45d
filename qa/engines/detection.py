"""Detectors of generated text behind one protocol: the embedded coefficients, or a local Hugging Face classifier.

The embedded one needs numpy alone. torch and transformers are loaded on the first text, once per process, and never in
a web process. Nothing is ever fetched from a network.
"""

import hashlib
import importlib
import json
import math
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from qa.detector.calibration import Calibration
from qa.detector.model import Model
from qa.detector.normalizing import normalized
from qa.detector.reasons import reasons
from qa.engines.base import EngineUnavailable, Health, Reason

COEFFICIENTS = Path(__file__).resolve().parent.parent / "coefficients" / "ai_detector.npz"
AI_NAMES = frozenset({"ai", "fake", "generated", "machine", "chatgpt", "ai-generated", "machine-generated"})
HUMAN_NAMES = frozenset({"human", "real", "human-written", "original"})
MOST_TOKENS = 512
# A folder may bring scores (log-odds) of texts people wrote, by language, to be calibrated by.
HUMAN_SCORES = "human_scores.json"


class Detector(Protocol):
    """`score` gives log-odds up to a constant: higher reads more like generated text. Raises EngineUnavailable.
    `calibration` tells how texts people wrote score, `reasons` what can be seen in the text itself."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def score(self, text: str, language: str) -> float: ...

    def calibration(self, language: str) -> Calibration: ...

    def reasons(self, text: str, language: str) -> tuple[str, ...]: ...

    def health(self) -> Health: ...


class EmbeddedDetector:
    """The committed coefficients, or a project's own where `path` names them."""

    name = "embedded classifier"

    def __init__(self, path: Path = COEFFICIENTS) -> None:
        self._path = path

    @property
    def version(self) -> str:
        return self._model().version

    def score(self, text: str, language: str) -> float:
        return self._model().score(text, language)

    def calibration(self, language: str) -> Calibration:
        return self._model().calibration(language)

    def reasons(self, text: str, language: str) -> tuple[str, ...]:
        return reasons(normalized(text), language)

    def health(self) -> Health:
        try:
            return Health(self.name, self.version, is_ready=True)
        except EngineUnavailable as unavailable:
            return Health(self.name, "", is_ready=False, detail=f"{unavailable}. Look at AI_DETECTOR_COEFFICIENTS.")

    def _model(self) -> Model:
        try:
            return _model(self._path)
        except OSError:
            raise EngineUnavailable(self.name, Reason.NOT_CONFIGURED) from None
        except (ValueError, KeyError, zipfile.BadZipFile):
            raise EngineUnavailable(self.name, Reason.FAILED) from None


@cache
def _model(path: Path) -> Model:
    return Model.load(path)


@dataclass
class _Loaded:
    tokenizer: Any
    network: Any
    torch: Any
    place: int


class HuggingFaceDetector:
    """A sequence classifier in a local folder (config, tokenizer, safetensors) with two labels, one of them naming
    generated text; with names like LABEL_0 the second counts as generated."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: _Loaded | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        return f"local model {self._folder.name}"

    @property
    def version(self) -> str:
        """Changes with the configuration and the size of the weights, without reading them."""
        try:
            parts = sorted((path.name, path.stat().st_size) for path in self._folder.iterdir() if path.is_file())
            config = (self._folder / "config.json").read_bytes()
        except OSError:
            raise EngineUnavailable(self.name, Reason.NOT_CONFIGURED) from None
        return hashlib.sha256(config + repr(parts).encode()).hexdigest()[:12]

    def score(self, text: str, language: str) -> float:
        loaded = self._load()
        encoded = loaded.tokenizer(normalized(text), truncation=True, max_length=MOST_TOKENS, return_tensors="pt")
        with loaded.torch.inference_mode():
            logits = loaded.network(**encoded).logits[0].tolist()
        return _log_odds(logits, loaded.place)

    def calibration(self, language: str) -> Calibration:
        try:
            scores = json.loads((self._folder / HUMAN_SCORES).read_text("utf-8")).get(language, [])
        except FileNotFoundError:
            scores = []
        except (OSError, ValueError, AttributeError):
            raise EngineUnavailable(self.name, Reason.FAILED) from None
        return Calibration.of(own=scores)

    def reasons(self, text: str, language: str) -> tuple[str, ...]:
        return reasons(normalized(text), language)

    def health(self) -> Health:
        try:
            return Health(self.name, self.version, is_ready=True)
        except EngineUnavailable as unavailable:
            return Health(self.name, "", is_ready=False, detail=f"{unavailable}. AI_DETECTOR_MODEL names no folder.")

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder, self.name)
            return self._loaded


def _load(folder: Path, name: str) -> _Loaded:
    if not (folder / "config.json").is_file():
        raise EngineUnavailable(name, Reason.NOT_CONFIGURED)
    try:
        torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
    except ImportError:
        raise EngineUnavailable(name, Reason.NOT_INSTALLED) from None
    torch.set_num_threads(1)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        network = transformers.AutoModelForSequenceClassification.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError):
        raise EngineUnavailable(name, Reason.FAILED) from None
    return _Loaded(tokenizer, network.eval(), torch, _place_of_ai(network.config.id2label, name))


def _place_of_ai(labels: dict[int, str], name: str) -> int:
    if len(labels) == 1:
        return 0
    names = {place: label.strip().lower().replace(" ", "-").replace("_", "-") for place, label in labels.items()}
    for place, label in names.items():
        if label in AI_NAMES:
            return place
    others = [place for place, label in names.items() if label not in HUMAN_NAMES]
    if len(labels) == 2:
        return max(others)
    raise EngineUnavailable(name, Reason.FAILED)


def _log_odds(logits: list[float], place: int) -> float:
    """Of one label against all others; a single logit is its own log-odds."""
    others = [logit for number, logit in enumerate(logits) if number != place]
    if not others:
        return logits[place]
    highest = max(others)
    return logits[place] - highest - math.log(sum(math.exp(logit - highest) for logit in others))
