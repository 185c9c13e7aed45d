"""Child processes in sessions of their own that end when their parent does."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1


class ServerError(RuntimeError):
    """A server cannot be started; the message says what a person can do about it."""


@dataclass(frozen=True)
class Account:
    """The system account a server runs under when we are root."""

    name: str
    uid: int
    gid: int


def die_with_parent(with_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel for `with_signal` when the thread that started this process ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)


def _in_child(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        die_with_parent(death_signal)
        if os.getppid() != parent:  # the parent ended before prctl took effect
            os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child that leads its own process group; call it from the main thread only.

    The kernel ties the child's life to the *thread* that started it.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - commands are built by us
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
            preexec_fn=_in_child(os.getpid(), death_signal),  # noqa: PLW1509 - there are no threads yet
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def stop(process: subprocess.Popen[bytes], with_signal: signal.Signals, timeout: float) -> None:
    """Ask, wait, then end the whole group: a killed web master leaves workers on its port."""
    if process.poll() is None:
        process.send_signal(with_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout)
    kill_group(process.pid)
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, log: Path, timeout: float
) -> None:
    deadline = time.monotonic() + timeout
    while not ready():
        if process.poll() is not None:
            raise ServerError(f"{name} ended with status {process.returncode}. Its last lines:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise ServerError(f"{name} was not ready after {timeout:.0f} s. Its last lines:\n{tail(log)}")
        time.sleep(0.02)
