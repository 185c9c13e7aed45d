"""`./scriptorium backup` and `restore`: one tar file with the database, the uploaded files and a manifest."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config import local
from config.embedded.postgres import embedded_program
from config.embedded.processes import ServerError

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
FILES = "files"
LIBPQ = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def backup(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./scriptorium backup")
    parser.add_argument("file", nargs="?", type=Path)
    named: Path | None = parser.parse_args(arguments).file
    var = Path(os.environ["SCRIPTORIUM_VAR"])
    made = datetime.now(UTC)
    target = named or var / "backups" / f"scriptorium-{made:%Y%m%d-%H%M%S}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    with tempfile.TemporaryDirectory(dir=var) as work:
        dump = Path(work) / DUMP
        _run("pg_dump", _database(), "--format=custom", f"--file={dump}")
        manifest = {"format": FORMAT, "made": made.isoformat(), "sha256": _sha256(dump), "migrations": _migrations()}
        (Path(work) / MANIFEST).write_text(json.dumps(manifest, indent=2))
        unfinished.touch(mode=0o600)
        with tarfile.open(unfinished, "w") as tar:
            tar.add(Path(work) / MANIFEST, MANIFEST)
            tar.add(dump, DUMP)
            if (var / FILES).exists():
                tar.add(var / FILES, FILES)
    unfinished.rename(target)
    print(f"Backed up to {target} ({target.stat().st_size / 1e6:.1f} MB).")


def restore(arguments: Sequence[str]) -> None:
    """The present database is kept beside the restored one, under a name that is printed."""
    parser = argparse.ArgumentParser(prog="./scriptorium restore")
    parser.add_argument("file", type=Path)
    source: Path = parser.parse_args(arguments).file
    var = Path(os.environ["SCRIPTORIUM_VAR"])
    running = local.read_running(var)
    if running and running.command == "up":
        raise ServerError(f"Stop Scriptorium first (pid {running.pid}): nobody should write while data is replaced.")
    with tempfile.TemporaryDirectory(dir=var) as work:
        _extract(source, Path(work))
        manifest = json.loads((Path(work) / MANIFEST).read_text())
        if manifest["format"] != FORMAT or manifest["sha256"] != _sha256(Path(work) / DUMP):
            raise ServerError(f"{source} is damaged or of another format; nothing was changed.")
        kept = _replace_database(Path(work) / DUMP)
        if (Path(work) / FILES).exists():
            shutil.copytree(Path(work) / FILES, var / FILES, dirs_exist_ok=True)
    print(f"Restored the backup of {manifest['made']}. The database as it was is kept as {kept}.")


def _replace_database(dump: Path) -> str:
    """Fill a new database first; only a complete one takes the name over."""
    url = _database()
    base, _, name = url.rpartition("/")
    stamp = f"{datetime.now(UTC):%Y%m%d_%H%M%S}"
    fresh, kept = f"{name}_restored_{stamp}", f"{name}_before_{stamp}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(fresh)))
        try:
            _run("pg_restore", f"{base}/{fresh}", "--exit-on-error", "--no-owner", f"--dbname={fresh}", str(dump))
        except ServerError:
            connection.execute(sql.SQL("drop database {}").format(sql.Identifier(fresh)))
            raise
        rename = sql.SQL("alter database {} rename to {}")
        connection.execute(rename.format(sql.Identifier(name), sql.Identifier(kept)))
        connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))
    return kept


def _extract(source: Path, target: Path) -> None:
    """Regular files below `target` only: a backup may come from anywhere."""
    if not source.is_file() or not tarfile.is_tarfile(source):
        raise ServerError(f"{source} is not a backup.")
    with tarfile.open(source) as tar:
        for member in tar:
            path = (target / member.name).resolve()
            content = tar.extractfile(member) if member.isreg() and path.is_relative_to(target.resolve()) else None
            if content:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    shutil.copyfileobj(content, file)
    if not (target / MANIFEST).exists() or not (target / DUMP).exists():
        raise ServerError(f"{source} is not a backup of Scriptorium.")


def _database() -> str:
    return os.environ["DATABASE_URL"].partition("?")[0]


def _migrations() -> list[str]:
    with psycopg.connect(_database()) as connection:
        table = connection.execute("select to_regclass('django_migrations')").fetchone()
        if table is None or table[0] is None:
            return []
        return [
            f"{app}.{name}" for app, name in connection.execute("select app, name from django_migrations order by id")
        ]


def _run(program: str, url: str, *arguments: str) -> None:
    """The connection goes by environment: a command line is everyone's to read."""
    given = conninfo_to_dict(url)
    connection = {variable: str(given[key]) for key, variable in LIBPQ.items() if given.get(key)}
    result = subprocess.run(  # noqa: S603 - a program of PostgreSQL
        [embedded_program(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **connection},
    )
    if result.returncode != 0:
        raise ServerError(f"{program} failed; nothing was changed.\n{result.stderr.strip()}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
