"""Where the embedded servers keep their files, and the account they run under."""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded.processes import Account, ServerError

SHARED_HOME = Path("/var/lib/scriptorium")
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Home:
    path: Path
    account: Account | None

    def folder(self, name: str) -> Path:
        """A private folder that the servers' account owns."""
        folder = self.path / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.own(folder)
        return folder

    def own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def reachable(self, packages: Sequence[Path], executable: Path) -> Path:
        """`executable` itself, or its copy where the account can run it.

        `packages` are siblings and copied together: programs find their libraries relative to themselves.
        """
        if self.account is None or _may(self.account, "-x", executable):
            return executable
        root = packages[0].parent
        copies = self.path / "bin" / hashlib.sha256(_fingerprint(executable)).hexdigest()[:12]
        if not copies.exists():
            _copy(packages, copies)
        copy = copies / executable.relative_to(root)
        if not _may(self.account, "-x", copy):
            raise ServerError(f"The account {self.account.name} cannot run {copy}. Is {self.path} mounted noexec?")
        return copy


def prepare_home(var: Path) -> Home:
    """`var` itself, unless we are root and the servers' account cannot reach it (a 0700 home)."""
    var.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Home(var, None)
    account = _server_account()
    if _may(account, "-x", var):
        return Home(var, account)
    elsewhere = SHARED_HOME / f"{var.parent.name}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:8]}"
    elsewhere.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (SHARED_HOME, elsewhere):
        folder.chmod(0o755)
    if not _may(account, "-x", elsewhere):
        raise ServerError(f"The account {account.name} can reach neither {var} nor {elsewhere}: set SCRIPTORIUM_VAR.")
    _point_to(var / "servers", elsewhere)
    return Home(elsewhere, account)


def _server_account() -> Account:
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerError("PostgreSQL refuses to run as root and there is no account 'postgres' or 'nobody' to run it.")


def _may(account: Account, test: str, path: Path) -> bool:
    probe = subprocess.run(  # noqa: S603 - a fixed program
        ["/usr/bin/test", test, str(path)], user=account.uid, group=account.gid, extra_groups=[], check=False, cwd="/"
    )
    return probe.returncode == 0


def _fingerprint(executable: Path) -> bytes:
    status = executable.stat()
    return f"{executable} {status.st_size} {status.st_mtime_ns}".encode()


def _copy(packages: Sequence[Path], target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    for package in packages:
        shutil.copytree(package, unfinished / package.name, symlinks=True)
    for path in (unfinished.parent, unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if path.is_dir() or mode & 0o100 else 0))
    unfinished.rename(target)


def _point_to(link: Path, target: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(target)
