"""Fixtures for what is too slow to start for every test: live Celery processes and Chromium."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from redis import Redis

from config.embedded.processes import kill_group, spawn, stop, tail, wait_until

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# A browser under test talks to the page's server only.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
]


@pytest.fixture(autouse=True)
def empty_redis(request: pytest.FixtureRequest) -> None:
    """Sign-in limits, cached values and queued messages of one test are no business of the next."""
    if "celery_worker_process" not in request.fixturenames:
        Redis.from_url(os.environ["REDIS_URL"]).flushdb()


class CeleryProcesses:
    """A real worker, and beat on request, on the database and Redis of this test session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.worker: subprocess.Popen[bytes] | None = None
        self.beat: subprocess.Popen[bytes] | None = None

    @property
    def worker_log(self) -> Path:
        return self.folder / "worker.log"

    def start_worker(self, queues: str = "fast,ml,bulk", concurrency: int = 2) -> None:
        ready_before = self._times_ready()
        arguments = ["worker", "-Q", queues, "-c", str(concurrency), "--without-gossip", "--without-mingle"]
        self.worker = self._spawn(arguments, self.worker_log)
        wait_until(lambda: self._times_ready() > ready_before, self.worker, "The worker", self.worker_log, 60)

    def start_beat(self) -> None:
        self.beat = self._spawn(["beat", "--pidfile=", "-s", str(self.folder / "beat")], self.folder / "beat.log")

    def kill_worker(self) -> None:
        """kill -9 of the whole worker, in the middle of whatever it does."""
        assert self.worker
        kill_group(self.worker.pid)
        self.worker.wait()

    def kill_a_pool_child(self) -> None:
        assert self.worker
        psutil.Process(self.worker.pid).children()[0].kill()

    def stop(self) -> None:
        for process in (self.beat, self.worker):
            if process:
                stop(process, signal.SIGTERM, 10)

    def _times_ready(self) -> int:
        return self.worker_log.read_text().count(" ready.") if self.worker_log.exists() else 0

    def _spawn(self, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config", *arguments, "-l", "INFO"]
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        environment = {**os.environ, "DATABASE_URL": database, "OMP_NUM_THREADS": "1"}
        return spawn(command, log=log, cwd=ROOT, env=environment, death_signal=signal.SIGKILL)


@pytest.fixture(scope="module")
def celery_worker_process(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CeleryProcesses]:
    """One worker for a module, for tests that commit (`django_db(transaction=True)`); it may be killed and started."""
    Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    processes = CeleryProcesses(tmp_path_factory.mktemp("celery"))
    processes.start_worker()
    try:
        yield processes
    finally:
        processes.stop()
        sys.stdout.write(f"The worker's last lines:\n{tail(processes.worker_log, 40)}\n")


def eventually(happened: Callable[[], object], seconds: float = 20) -> object:
    """Wait for what another process does; the value that ended the wait, or a failure."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = happened()
        if value:
            return value
        time.sleep(0.05)
    pytest.fail(f"It did not happen within {seconds} s.")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        message = "No Chromium: apt install chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return {"executable_path": executable, "args": QUIET}


@pytest.fixture(scope="session")
def browser(browser_type_launch_args: dict[str, object]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_type_launch_args)  # type: ignore[arg-type]
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of their own for each of several people: `new_context(color_scheme="dark")`."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        defaults: dict[str, object] = {"locale": "en-US", "viewport": {"width": 1440, "height": 900}}
        contexts.append(browser.new_context(**{**defaults, **options}))  # type: ignore[arg-type]
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
