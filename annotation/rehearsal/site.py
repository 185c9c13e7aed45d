"""The processes of a rehearsal: web, workers, beat. They may be killed on the way to see that nothing is lost."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

START_SECONDS = 60


class Site:
    """Serves the database and Redis of this process on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        for name in ("web", "worker", "beat"):
            self.start_one(name)
        self.wait_for_web()

    def start_one(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603
                self._command(name),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"},
            )

    def _command(self, name: str) -> list[str]:
        celery = f"{sys.executable} -m celery -A config"
        granian = f"{sys.executable} -m granian --interface wsgi --host 127.0.0.1 --port {self.port}"
        commands = {
            "web": f"{granian} --workers 2 --blocking-threads 4 --backlog 1024 --no-ws --respawn-failed-workers "
            "config.wsgi:application",
            "worker": f"{celery} worker -Q fast,bulk -c 2 --without-gossip --without-mingle -l WARNING",
            "ml": f"{celery} worker -Q ml -c 1 --without-gossip --without-mingle -l WARNING",
            "beat": f"{celery} beat --pidfile= -s {self.folder / 'beat'} -l WARNING",
        }
        return shlex.split(commands[name])

    def wait_for_web(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the site does not answer; see {self.folder}")

    def kill_and_restart(self, name: str) -> None:
        """kill -9 of the whole process group, then a new one, as a supervisor would do."""
        self._kill(name)
        self.start_one(name)

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for name, process in self.running.items():
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            self._kill(name)

    def _kill(self, name: str) -> None:
        process = self.running[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def errors_in_logs(self) -> list[str]:
        """Unhandled errors: tracebacks and lines of level ERROR or CRITICAL."""
        found = []
        for log in sorted(self.folder.glob("*.log")):
            for line in log.read_text(errors="replace").splitlines():
                if line.startswith("Traceback") or " ERROR " in line or "CRITICAL" in line:
                    found.append(f"{log.name}: {line[:300]}")
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
