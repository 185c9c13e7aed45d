"""`manage.py up` as a person meets it: whatever is killed, the pages come back and nothing is left behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.embedded.processes import free_port, tail
from tests.servers import eventually

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.supervisor

CHILDREN = ("postgres", "valkey-server", "granian", "celery -A config worker", "celery -A config beat")


class Installation:
    """A Scriptorium of its own: var folder, port, and the processes that carry its mark."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.output = var / "up.out"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PLAIN_STATIC")
        return {**{k: v for k, v in os.environ.items() if k not in ours}, "SCRIPTORIUM_VAR": str(self.var)}

    def command(self, *more: str) -> list[str]:
        port = ["--port", str(self.port)]
        return [sys.executable, "manage.py", "up", *port, "--no-ml", "--no-demo", *more]

    def begin(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment(), stdout=output, stderr=output, start_new_session=True
            )

    def start(self) -> None:
        self.begin()
        eventually(self.is_ready, 120)

    def is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, tail(self.output, 40)
        return self.answers()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def run_again(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(), cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )

    def children(self) -> list[psutil.Process]:
        assert self.process
        return psutil.Process(self.process.pid).children()

    def child(self, part: str) -> psutil.Process | None:
        return next((child for child in self.children() if part in " ".join(_command_line(child))), None)

    def all_processes(self) -> list[psutil.Process]:
        """Everything that belongs to this installation, also what has lost its parent."""
        return [process for process in psutil.process_iter() if self._owns(process)]

    def _owns(self, process: psutil.Process) -> bool:
        if process.pid == os.getpid():
            return False
        try:
            if process.environ().get("SCRIPTORIUM_SUPERVISED") == str(self.var):
                return process.status() != psutil.STATUS_ZOMBIE
        except (psutil.Error, OSError):
            pass
        return any(str(self.var) in part for part in _command_line(process))

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        assert self.process
        self.process.terminate()
        return self.process.wait(60)


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.Error, OSError):
        return []


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    var = Path(tempfile.mkdtemp(prefix="scriptorium-up-"))
    var.chmod(0o755)
    made = Installation(var)
    try:
        yield made
    finally:
        for process in made.all_processes():
            process.kill()
        shutil.rmtree(var, ignore_errors=True)


@pytest.fixture
def running(installation: Installation) -> Installation:
    if installation.process is None or installation.process.poll() is not None:
        installation.start()
    eventually(lambda: all(installation.child(part) for part in CHILDREN), 60)
    return installation


def test_a_half_finished_first_start_is_finished_by_the_next(installation: Installation) -> None:
    (installation.var / "postgres.unfinished").mkdir()
    (installation.var / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    installation.begin()
    eventually((installation.var / "postgres").exists, 60)
    installation.kill()
    installation.start()
    assert installation.answers()


def test_the_sign_in_page_answers(running: Installation) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/accounts/login/", timeout=10) as answer:
        assert b'type="password"' in answer.read()


def test_secrets_are_readable_by_their_owner_only(running: Installation) -> None:
    for name in ("secret_key", "server_password", "run.json"):
        assert (running.var / name).stat().st_mode & 0o077 == 0


def test_a_second_start_says_which_process_runs(running: Installation) -> None:
    second = running.run_again()
    assert second.returncode == 1
    assert running.process
    assert f"already running (pid {running.process.pid})" in second.stderr
    assert running.answers()


def test_a_command_uses_the_servers_that_run(running: Installation) -> None:
    command = [sys.executable, "manage.py", "shell", "-c", "from django.db import connection; connection.ensure_connection(); print('port', connection.settings_dict['PORT'])"]  # fmt: skip # noqa: E501
    result = subprocess.run(
        command, cwd=ROOT, env=running.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    url = json.loads((running.var / "run.json").read_text())["environment"]["DATABASE_URL"]
    assert f"port {url.rpartition(':')[2].partition('/')[0]}" in result.stdout, result.stderr


@pytest.mark.parametrize("part", CHILDREN)
def test_a_killed_child_is_replaced_and_the_pages_answer(running: Installation, part: str) -> None:
    victim = running.child(part)
    assert victim
    victim.kill()

    def replaced() -> bool:
        child = running.child(part)
        return child is not None and child.pid != victim.pid

    eventually(replaced, 30)
    eventually(running.answers, 60)


def test_the_pages_answer_after_every_child_is_killed_at_once(running: Installation) -> None:
    victims = running.children()
    for child in victims:
        child.kill()
    eventually(lambda: not {child.pid for child in victims} & {child.pid for child in running.children()}, 30)
    eventually(running.answers, 60)


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_recovers(running: Installation) -> None:
    running.kill()
    eventually(lambda: not running.all_processes(), 15)
    running.start()
    assert running.answers()


def test_everything_killed_at_once_leaves_nothing_and_recovers(running: Installation) -> None:
    assert running.process
    victims = [psutil.Process(running.process.pid), *running.children()]
    for victim in victims:
        victim.kill()
    running.process.wait()
    eventually(lambda: not running.all_processes(), 15)
    running.start()
    assert running.answers()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_no_process(running: Installation, by: signal.Signals) -> None:
    assert running.process
    began = time.monotonic()
    running.process.send_signal(by)
    assert running.process.wait(60) == 0
    assert running.all_processes() == []
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.2, 0.4, 0.8])
def test_asked_to_stop_while_it_starts_its_workers_it_leaves_no_process(
    installation: Installation, moment: float
) -> None:
    installation.start()
    time.sleep(moment)
    assert installation.end() == 0, tail(installation.output, 40)
    assert installation.all_processes() == []


def test_a_taken_port_says_what_to_do(installation: Installation) -> None:
    if installation.process and installation.process.poll() is None:
        installation.end()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        refused = installation.run_again()
    assert refused.returncode == 1
    assert f"--port {installation.port + 1}" in refused.stderr
    assert installation.all_processes() == []
