"""A function that fails for some of what it is given."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any
from unittest.mock import patch


def fails_for(module: ModuleType, name: str, is_bad: Callable[..., bool]) -> AbstractContextManager[Any]:
    real = getattr(module, name)

    def act(*given: Any, **named: Any) -> Any:
        if is_bad(*given, **named):
            raise ValueError("It is broken.")
        return real(*given, **named)

    return patch.object(module, name, act)
