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


@pytest.fixture(autouse=True)
def leases_are_renewed_only_where_rows_are_committed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test's own transaction hides its jobs from the thread that renews a lease, which then believes it lost."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (marker is not None and marker.kwargs.get("transaction"))
    if not commits:
        monkeypatch.setattr("annotation.jobs.RENEW_SECONDS", 60)
