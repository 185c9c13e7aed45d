"""Loaded with `-p` before Django is set up: real PostgreSQL and Valkey for one test session.

Only the process that starts the session (with xdist: the controller) starts servers, on free ports and in a
temporary folder, so several sessions can run side by side.
"""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from config.embedded.home import Home, prepare_home
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

pytest_plugins = ["tests.servers"]

# The servers live for one session: nothing in them has to survive a power cut.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
PREFIX = "scriptorium-test-"


class SessionServers:
    def __init__(self) -> None:
        self.var: Path | None = None
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None

    def start(self) -> None:
        remove_abandoned()
        self.var = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.var.chmod(0o755)
        os.environ["SCRIPTORIUM_VAR"] = str(self.var)
        home = prepare_home(self.var)
        if "DATABASE_URL" not in os.environ:
            self._start_postgres(home)
        if "REDIS_URL" not in os.environ:
            self._start_valkey(home)

    def _start_postgres(self, home: Home) -> None:
        self.postgres = Postgres(home, secrets.token_hex(16), THROW_AWAY)
        self.postgres.start()
        self.postgres.ensure_database("template1")  # so that every test database has the extensions
        self.postgres.ensure_database("scriptorium")
        os.environ["DATABASE_URL"] = self.postgres.url("scriptorium")

    def _start_valkey(self, home: Home) -> None:
        self.valkey = Valkey(home, secrets.token_hex(16), durable=False)
        self.valkey.start()
        os.environ["REDIS_URL"] = self.valkey.url(0)

    def stop(self) -> None:
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()
        if self.var:
            shutil.rmtree(self.var, ignore_errors=True)


def remove_abandoned() -> None:
    """What a killed session left behind; its servers ended with it."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def use_own_data() -> None:
    """Workers of xdist share the servers, but neither Redis' database nor the folder of files."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        base, _, _ = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{base}/{int(worker.removeprefix('gw')) + 1}"
        own = Path(os.environ["SCRIPTORIUM_VAR"]) / worker
        own.mkdir(exist_ok=True)
        os.environ["SCRIPTORIUM_VAR"] = str(own)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """A wrapper, because it has to come before pytest-django reads the settings."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread that uses the ORM
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    # Tests of a check with an engine ask for it by name; all others run what needs none.
    os.environ.setdefault("QA_CHECKS", "length,format,language,artifacts")
    os.environ.setdefault("PLAIN_STATIC", "true")  # no collectstatic before a test
    if "PYTEST_XDIST_WORKER" in os.environ:
        use_own_data()
    elif not {"-h", "--help", "-V", "--version", "--markers", "--fixtures"} & set(sys.argv):
        servers = SessionServers()
        early_config.add_cleanup(servers.stop)
        servers.start()
        signal.signal(signal.SIGTERM, _interrupt)  # so that a terminated session stops its servers too
    return (yield)


def _interrupt(_signum: int, _frame: object) -> None:
    raise KeyboardInterrupt
