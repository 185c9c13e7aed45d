"""Files of jobs: under names nobody can guess, never served except through views that ask for permission."""

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile


def path_of(stored: str) -> Path:
    return Path(settings.MEDIA_ROOT) / stored


def new_path(folder: str, suffix: str = "") -> str:
    """A path below MEDIA_ROOT whose folder exists."""
    stored = f"{folder}/{secrets.token_hex(16)}{suffix}"
    path_of(stored).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return stored


def keep_upload(upload: "UploadedFile[Any]") -> str:
    stored = new_path("uploads")
    with path_of(stored).open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return stored


def remove(paths: Iterable[str]) -> None:
    for stored in filter(None, paths):
        path_of(stored).unlink(missing_ok=True)
