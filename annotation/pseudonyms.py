"""Names for people that say nothing about them, the same person always getting the same within one project."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings


class Pseudonyms:
    """HMAC of the person under a secret of the project's: nobody without the site's key can go back, nor tell whether
    somebody of one project is somebody of another."""

    def __init__(self, project_id: int) -> None:
        self._secret = _hmac(settings.SECRET_KEY.encode(), f"people of project {project_id}")
        self.of = lru_cache(maxsize=10_000)(self._of)

    def _of(self, user_id: int | None) -> str | None:
        return None if user_id is None else f"person-{_hmac(self._secret, str(user_id)).hex()[:16]}"


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.new(key, message.encode(), hashlib.sha256).digest()
