import pytest
from django.conf import settings

from tests.factories import Cast

pytest_plugins = ["tests.slow_checks"]


def pytest_configure() -> None:
    # Slow on purpose in production, a second per test here; no test is about the hash.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()
