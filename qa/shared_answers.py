"""Django's cache as the memory of language models' answers (qa.llm.reading.Memory)."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class CachedAnswers:
    """Without Redis nothing is remembered, and everything still works."""

    def get(self, key: str) -> str | None:
        try:
            value = cache.get(key)
        except RedisError:
            logger.warning("No remembered answers: the cache cannot be reached")
            return None
        return value if isinstance(value, str) else None

    def put(self, key: str, value: str, seconds: int) -> None:
        try:
            cache.set(key, value, seconds)
        except RedisError:
            logger.warning("The answer is not remembered: the cache cannot be reached")

    def claim(self, key: str, seconds: int) -> bool:
        try:
            return cache.add(key, True, seconds)
        except RedisError:
            return True

    def release(self, key: str) -> None:
        try:
            cache.delete(key)
        except RedisError:
            logger.warning("A claim is left to lapse: the cache cannot be reached")
