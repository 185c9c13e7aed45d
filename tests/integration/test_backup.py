"""A backup brings back what was there, and a broken one changes nothing."""

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import archive
from config.embedded.processes import ServerError


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database and a var folder of their own on the session's server."""
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"backup_{tmp_path.name}".replace("-", "_").lower()
    monkeypatch.setenv("SCRIPTORIUM_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"{base}/{name}")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    with psycopg.connect(f"{base}/{name}") as connection:
        connection.execute("create table page (text text)")
        connection.execute("insert into page values ('Grüße, 你好')")
    yield f"{base}/{name}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        rows = connection.execute("select datname from pg_database where datname like %s", [f"{name}%"]).fetchall()
        for (found,) in rows:
            connection.execute(f'drop database "{found}" with (force)')


def texts(database: str) -> list[str]:
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute("select text from page order by text")]


def change(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("update page set text = 'overwritten'")


def test_rows_and_files_come_back_and_the_present_database_is_kept(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = tmp_path / "files" / "import" / "rows.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("a,b")
    archive.backup([str(tmp_path / "saved.tar")])
    change(database)
    upload.unlink()
    archive.restore([str(tmp_path / "saved.tar")])
    assert texts(database) == ["Grüße, 你好"]
    assert upload.read_text() == "a,b"
    kept = capsys.readouterr().out.strip().rpartition(" ")[2].rstrip(".")
    assert texts(f"{database.rpartition('/')[0]}/{kept}") == ["overwritten"]


def test_a_backup_is_readable_by_its_owner_only(database: str, tmp_path: Path) -> None:
    archive.backup([])
    (saved,) = (tmp_path / "backups").iterdir()
    assert saved.stat().st_mode & 0o777 == 0o600


def test_a_damaged_backup_changes_nothing(database: str, tmp_path: Path) -> None:
    archive.backup([str(tmp_path / "saved.tar")])
    with tarfile.open(tmp_path / "saved.tar") as good, tarfile.open(tmp_path / "bad.tar", "w") as bad:
        for member in good:
            content = good.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == archive.DUMP:
                content = content[:-200]
            member.size = len(content)
            bad.addfile(member, io.BytesIO(content))
    change(database)
    with pytest.raises(ServerError, match="damaged"):
        archive.restore([str(tmp_path / "bad.tar")])
    assert texts(database) == ["overwritten"]


def test_a_file_that_is_no_backup_is_refused(database: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a tar file")
    with pytest.raises(ServerError, match="is not a backup"):
        archive.restore([str(tmp_path / "notes.txt")])


def test_a_backup_cannot_write_outside_its_folder(database: str, tmp_path: Path) -> None:
    archive.backup([str(tmp_path / "saved.tar")])
    (tmp_path / "evil").write_text("evil")
    with tarfile.open(tmp_path / "saved.tar", "a") as tar:
        tar.add(tmp_path / "evil", "files/../../../escaped")
    archive.restore([str(tmp_path / "saved.tar")])
    assert not list(tmp_path.parent.rglob("escaped"))
