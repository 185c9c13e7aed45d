"""This installation on this machine: its folder `var/`, its secrets, its lock, and servers for one command."""

import fcntl
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psycopg
from redis import Redis, RedisError

from config.embedded.home import prepare_home
from config.embedded.postgres import Postgres, ensure_extensions
from config.embedded.processes import ServerError
from config.embedded.valkey import Valkey

BASE_DIR = Path(__file__).resolve().parents[2]
DATABASE = "scriptorium"


class AlreadyRunningError(RuntimeError):
    pass


@dataclass(frozen=True)
class Running:
    """Who holds the lock, as written in `var/run.json`."""

    pid: int
    command: str
    environment: dict[str, str]
    address: str = ""


def read_dotenv(path: Path) -> None:
    """`.env` fills what the environment leaves open; KEY=value lines only."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))


def prepare_environment() -> Path:
    """Settle SCRIPTORIUM_VAR and SECRET_KEY, and return the var folder."""
    read_dotenv(BASE_DIR / ".env")
    var = Path(os.environ.setdefault("SCRIPTORIUM_VAR", str(BASE_DIR / "var"))).resolve()
    os.environ["SCRIPTORIUM_VAR"] = str(var)
    try:
        var.mkdir(parents=True, exist_ok=True)
        os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or keep_secret(var / "secret_key")
    except PermissionError as error:
        raise ServerError(f"{var} belongs to someone else: start as its owner or set SCRIPTORIUM_VAR.") from error
    return var


def keep_secret(path: Path) -> str:
    """Made once, readable by its owner only."""
    if not path.exists():
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(48))
        unfinished.rename(path)
    return path.read_text().strip()


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the installation's lock; it vanishes with its holder, however that ends."""
    with (var / "up.lock").open("a") as lock:
        if not _acquire(lock):
            raise AlreadyRunningError(_who_holds(read_running(var)))
        try:
            yield
        finally:
            (var / "run.json").unlink(missing_ok=True)


def _who_holds(holder: Running | None) -> str:
    if holder is None:
        return "Scriptorium is just being started or stopped by another process."
    if holder.command != "up":
        return f"'manage.py {holder.command}' (pid {holder.pid}) uses the servers: start again when it has finished."
    return f"Scriptorium is already running (pid {holder.pid}) at {holder.address}."


def _acquire(lock: TextIO) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def write_running(var: Path, running: Running) -> None:
    unfinished = var / f".run.json.{os.getpid()}"
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(vars(running)))
    unfinished.rename(var / "run.json")


def read_running(var: Path) -> Running | None:
    """What the holder of the lock wrote, or None; a file whose writer is gone counts for nothing."""
    try:
        running = Running(**json.loads((var / "run.json").read_text()))
        os.kill(running.pid, 0)
    except (FileNotFoundError, ProcessLookupError, json.JSONDecodeError, TypeError):
        return None
    return running


@dataclass
class Servers:
    """The embedded servers that DATABASE_URL and REDIS_URL have not made needless."""

    postgres: Postgres | None
    valkey: Valkey | None

    def all(self) -> list[Postgres | Valkey]:
        return [server for server in (self.postgres, self.valkey) if server]

    def start(self) -> dict[str, str]:
        for server in self.all():
            server.start()
        return self.publish()

    def publish(self) -> dict[str, str]:
        """Put the addresses into the environment, with the database and its extensions made."""
        if self.postgres:
            self.postgres.ensure_database(DATABASE)
            os.environ["DATABASE_URL"] = self.postgres.url(DATABASE)
        else:
            _require_given_database(os.environ["DATABASE_URL"])
        if self.valkey:
            os.environ["REDIS_URL"] = self.valkey.url()
        else:
            _require_given_redis(os.environ["REDIS_URL"])
        return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}

    def stop(self) -> None:
        for server in reversed(self.all()):
            server.stop()


def _require_given_database(url: str) -> None:
    try:
        ensure_extensions(url)
    except psycopg.OperationalError as error:
        raise ServerError(f"The server of DATABASE_URL does not answer: start it, or unset it. {error}") from error


def _require_given_redis(url: str) -> None:
    try:
        Redis.from_url(url, socket_timeout=10).ping()
    except RedisError as error:
        raise ServerError(f"The server of REDIS_URL does not answer: start it, or unset it. {error}") from error


def embedded_servers(var: Path) -> Servers:
    needed = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if not needed:
        return Servers(None, None)
    home = prepare_home(var)
    password = keep_secret(var / "server_password")
    return Servers(
        Postgres(home, password) if "DATABASE_URL" in needed else None,
        Valkey(home, password) if "REDIS_URL" in needed else None,
    )


@contextmanager
def servers_for_a_command(name: str) -> Iterator[None]:
    """The servers of a running Scriptorium, or our own for as long as the command takes."""
    var = prepare_environment()
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield
        return
    while True:
        running = read_running(var)
        if running and running.command == "up" and running.environment:
            for key, value in running.environment.items():
                os.environ.setdefault(key, value)
            yield
            return
        with (var / "up.lock").open("a") as lock:
            if _acquire(lock):
                with _own_servers(var, name):
                    yield
                return
        print("Waiting for another command that uses the same servers …", file=sys.stderr)
        time.sleep(1)


@contextmanager
def _own_servers(var: Path, name: str) -> Iterator[None]:
    servers = embedded_servers(var)
    try:
        write_running(var, Running(os.getpid(), name, servers.start()))
        yield
    finally:
        (var / "run.json").unlink(missing_ok=True)
        servers.stop()
