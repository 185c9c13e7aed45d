"""What a page may say about the installation it is served from."""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

SENTENCES = {
    "installing": "Language models are being installed; everything else works.",
    "loading": "Language models are loading; everything else works.",
    "failed": "Language models are not available; everything else works.",
}


def ml_status(_request: HttpRequest) -> dict[str, str]:
    """Template context: a sentence while the heavy extra is not ready; nothing once it is, or when it was left out."""
    path = Path(settings.VAR_DIR) / "ml.json"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return {}
    return {"ml_status": SENTENCES.get(_state(path, changed), "")}


@lru_cache(maxsize=4)
def _state(path: Path, _changed: int) -> str:
    """The supervisor replaces the file whole; it is read again only when it has changed."""
    return str(json.loads(path.read_text())["state"])
