"""`manage.py up`: every process of an installation, started in order, watched, and stopped in order."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

from config import local, ml_extra
from config.embedded.postgres import Postgres
from config.embedded.processes import ServerError, kill_group, spawn, stop, tail
from config.embedded.valkey import Valkey

MARK = "SCRIPTORIUM_SUPERVISED"
HEALTHY_AFTER = 30.0
LONGEST_BACKOFF = 30.0
WEB_TIMEOUT = 90.0
STOP_TIMEOUT = 8.0
STRAY_TIMEOUT = 5.0
FAILURES_AT_START = 3
START_ATTEMPTS = 3
ML_ATTEMPTS = 4  # installing and loading, each once more
ASKED_TO_STOP = threading.Event()


@dataclass
class Service:
    """One supervised program of ours; the servers have launchers of their own."""

    name: str
    command: Sequence[str]
    log: Path
    death_signal: signal.Signals = signal.SIGTERM
    extra_env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = spawn(
            self.command,
            log=self.log,
            cwd=local.BASE_DIR,
            env={**os.environ, **self.extra_env},
            death_signal=self.death_signal,
        )

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, STOP_TIMEOUT)


Program = Service | Postgres | Valkey


class Watched:
    """A program that is started again when it ends, later each time it fails."""

    def __init__(self, name: str, program: Program):
        self.name = name
        self.log = program.log
        self._program = program
        self.failures = 0
        self._started = 0.0
        self._due = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        self._program.start()

    def start_patiently(self) -> None:
        """What is left of a killed server holds its memory for a moment longer."""
        for attempt in range(START_ATTEMPTS):
            try:
                self.start()
            except ServerError:
                self._program.stop()
                if attempt + 1 == START_ATTEMPTS:
                    raise
                time.sleep(1)
            else:
                return

    def look(self) -> None:
        now = time.monotonic()
        process = self._program.process
        if process and process.poll() is None:
            return
        if not self._due:
            self._plan(now, process.returncode if process else None)
        if now >= self._due:
            self._due = 0.0
            self._restart(process)

    def _plan(self, now: float, status: int | None) -> None:
        self.failures = 0 if now - self._started > HEALTHY_AFTER else self.failures + 1
        delay = min(LONGEST_BACKOFF, 0.25 * 2**self.failures) if self.failures else 0.0
        self._due = now + delay
        say(f"{self.name} ended (status {status}); starting it again{f' in {delay:.1f} s' if delay else ''}.")

    def _restart(self, process: subprocess.Popen[bytes] | None) -> None:
        if process:
            kill_group(process.pid)
        try:
            self.start()
        except ServerError as error:
            say(str(error))


class Supervisor:
    def __init__(self, var: Path, options: argparse.Namespace):
        self.var = var
        self.options = options
        self.logs = var / "log"
        self.logs.mkdir(exist_ok=True)
        self.servers = local.embedded_servers(var)
        self.services: list[Service] = []
        self.watched: list[Watched] = []
        self.installer: Service | None = None
        self.ml_attempts = 0
        # One child: whatever it loads is loaded once. Until the ML extra is there, its engines say so.
        self.ml_worker = self.worker("ml", 1)

    @property
    def address(self) -> str:
        host = "localhost" if self.options.host in {"127.0.0.1", "0.0.0.0", "::"} else self.options.host  # noqa: S104
        return f"http://{host}:{self.options.port}"

    def run(self) -> None:
        try:
            self.begin()
            while not ASKED_TO_STOP.is_set():
                for watched in self.watched:
                    watched.look()
                self.look_after_ml()
                time.sleep(0.25)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.stop()

    def begin(self) -> None:
        say("Starting PostgreSQL and Valkey …")
        environment = self.start_servers()
        local.write_running(self.var, local.Running(os.getpid(), "up", environment, self.address))
        self.prepare_data()
        demo = self.begin_demo()
        self.watch(self.web())  # comes up while the demo is made
        sign_ins = self.finish_demo(demo)
        self.start_services()
        self.wait_for_web()
        self.start_later_services()
        say(f"\nScriptorium is ready: {self.address}\n{sign_ins}\nStop it with Ctrl-C. Logs: {self.logs}")
        self.begin_ml()

    def start_servers(self) -> dict[str, str]:
        for server in self.servers.all():
            watched = Watched(type(server).__name__, server)
            watched.start_patiently()
            self.watched.append(watched)
        return self.servers.publish()

    def prepare_data(self) -> None:
        say("Preparing the database …")
        collect = self.manage("collectstatic", "--noinput", "-v0")
        self.finish(self.manage("migrate", "--noinput", "-v0"))
        self.finish(collect)

    def begin_demo(self) -> Service | None:
        if self.options.no_demo:
            return None
        say("Seeding the demo project (once) …")
        return self.manage("seed_demo", "--once")

    def finish_demo(self, demo: Service | None) -> str:
        """What to sign in with. Beat and workers wait for it: they live now, the demo in its past."""
        if demo is None:
            return ""
        self.finish(demo)
        return demo.log.read_text().strip()

    def manage(self, name: str, *arguments: str) -> Service:
        service = Service(name, [sys.executable, "manage.py", name, *arguments], self.logs / f"{name}.log")
        service.log.write_text("")
        service.start()
        self.services.append(service)
        return service

    def finish(self, service: Service) -> None:
        if not service.process or service.process.wait() != 0:
            raise ServerError(f"'manage.py {service.name}' failed. Its last lines:\n{tail(service.log, 25)}")
        self.services.remove(service)

    def start_services(self) -> None:
        self.watch(self.worker("fast", 2))
        beat = ["-m", "celery", "-A", "config", "beat", "-l", "INFO", "--pidfile=", "-s", str(self.var / "beat")]
        self.watch(Service("beat", [sys.executable, *beat], self.logs / "beat.log"))

    def start_later_services(self) -> None:
        """What nobody looks for on the first page: it comes up sooner without them."""
        self.watch(self.ml_worker)
        self.watch(self.worker("llm", 2))
        self.watch(self.worker("bulk", 1))

    def web(self) -> Service:
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", self.options.host,
            "--port", str(self.options.port), "--workers", "2", "--blocking-threads", "4", "--backlog", "1024",
            "--respawn-failed-workers", "--workers-kill-timeout", "5", "--no-ws", "config.wsgi:application",
        ]  # fmt: skip
        return Service("web", command, self.logs / "web.log")

    def worker(self, queue: str, concurrency: int) -> Service:
        command = [
            sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queue, "-c", str(concurrency),
            "-n", f"{queue}@%h", "-l", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat",
        ]  # fmt: skip
        # SIGQUIT leaves running tasks at once; they come back, because they are acknowledged late.
        one_thread = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
        return Service(f"worker {queue}", command, self.logs / f"worker-{queue}.log", signal.SIGQUIT, one_thread)

    def watch(self, service: Service) -> None:
        self.services.append(service)
        watched = Watched(service.name, service)
        watched.start()
        self.watched.append(watched)

    def wait_for_web(self) -> None:
        deadline, log = time.monotonic() + WEB_TIMEOUT, self.logs / "web.log"
        host = "127.0.0.1" if self.options.host == "0.0.0.0" else self.options.host  # noqa: S104
        while not answers(f"http://{host}:{self.options.port}/healthz"):
            if time.monotonic() > deadline:
                raise ServerError(f"The web server does not answer. Its last lines:\n{tail(log)}")
            for watched in self.watched:
                watched.look()
                if watched.failures > FAILURES_AT_START:
                    raise ServerError(f"{watched.name} does not start. Its last lines:\n{tail(watched.log)}")
            time.sleep(0.1)

    def begin_ml(self) -> None:
        """After the first page: nobody waits for a gigabyte of wheels."""
        if self.options.no_ml:
            ml_extra.write_state(self.var, "absent", "left out with --no-ml")
            return
        step = ("loading", ml_extra.VERIFY) if ml_extra.is_installed() else ("installing", ml_extra.INSTALL)
        self.run_for_ml(*step)

    def run_for_ml(self, state: str, command: Sequence[str]) -> None:
        ml_extra.write_state(self.var, state)
        self.ml_attempts += 1
        self.installer = Service("ml extra", command, self.logs / "ml-extra.log")
        self.installer.start()

    def look_after_ml(self) -> None:
        if not self.installer or not self.installer.process or self.installer.process.poll() is None:
            return
        kill_group(self.installer.process.pid)
        ended, status, self.installer = self.installer, self.installer.process.returncode, None
        if status < 0 and self.ml_attempts < ML_ATTEMPTS:  # killed from outside: not its own fault
            self.begin_ml()
        elif status != 0:
            ml_extra.write_state(self.var, "failed", tail(ended.log, 3))
            say(f"The ML extra is not available; everything else works. See {ended.log}")
        elif ended.command == ml_extra.INSTALL:
            self.ml_worker.ask_to_stop()  # it is started anew, with the packages that it did not find
            self.run_for_ml("loading", ml_extra.VERIFY)
        else:
            ml_extra.write_state(self.var, "ready")
            say("The ML extra is ready.")

    def stop(self) -> None:
        """Web, workers and beat together, then the servers they use, then whatever was only just being started."""
        say("Stopping …")
        services = [*self.services, *([self.installer] if self.installer else [])]
        for service in services:
            service.ask_to_stop()
        for service in services:
            service.stop()
        self.servers.stop()
        end_strays(self.var, patience=0)  # asked to stop in the middle of a start, we never learnt its number


def say(text: str) -> None:
    with suppress(BrokenPipeError, OSError):
        print(text, flush=True)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def end_strays(var: Path, patience: float = STRAY_TIMEOUT) -> None:
    """Processes that no supervisor knows any more; they carry its mark in their environment."""
    strays = [process for process in psutil.process_iter() if _is_stray(process, var)]
    _, alive = psutil.wait_procs(strays, timeout=patience)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=STRAY_TIMEOUT)


def _is_stray(process: psutil.Process, var: Path) -> bool:
    with suppress(psutil.Error, OSError):
        return process.pid != os.getpid() and process.environ().get(MARK) == str(var)
    return False


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServerError(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, "
                f"or start with ./scriptorium up --port {port + 1}"
            ) from error


def allow_host(host: str) -> None:
    """Without ALLOWED_HOSTS, the names under which this machine is reached when it is not only itself."""
    if host in {"127.0.0.1", "localhost", "::1"} or os.environ.get("ALLOWED_HOSTS"):
        return
    names = {"localhost", "127.0.0.1", "[::1]", socket.gethostname(), socket.getfqdn()}
    names |= {host} - {"0.0.0.0", "::"}  # noqa: S104
    os.environ["ALLOWED_HOSTS"] = ",".join(sorted(names))
    say(f"Reachable as: {os.environ['ALLOWED_HOSTS']}. Other names: set ALLOWED_HOSTS.")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scriptorium up", description="Run Scriptorium on this machine.")
    parser.add_argument("--host", default=os.environ.get("SCRIPTORIUM_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("SCRIPTORIUM_PORT", "8000")))
    parser.add_argument("--no-ml", action="store_true", help="leave out the ML extra (embeddings)")
    parser.add_argument("--no-demo", action="store_true", help="do not seed the demo project")
    return parser.parse_args(arguments)


def _end(_signum: int, _frame: FrameType | None) -> None:
    """Interrupt whatever waits; remembered too, because what is raised while an object is freed goes nowhere."""
    ASKED_TO_STOP.set()
    raise SystemExit(0)


def main(arguments: Sequence[str]) -> int:
    var = local.prepare_environment()
    options = parse(arguments)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    with local.only_one(var):
        end_strays(var)
        refuse_taken_port(options.host, options.port)
        allow_host(options.host)
        os.environ[MARK] = str(var)
        os.environ["SCRIPTORIUM_SERVES"] = "1"
        Supervisor(var, options).run()
    return 0
