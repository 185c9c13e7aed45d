"""What `./scriptorium` keeps in `var/`: secrets, the lock, who runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import local, ml_extra, supervisor
from config.embedded.processes import ServerError, free_port

ROOT = Path(__file__).resolve().parents[2]


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = local.keep_secret(tmp_path / "key")
    assert len(first) >= 50
    assert local.keep_secret(tmp_path / "key") == first
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_dotenv_fills_only_what_the_environment_leaves_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTORIUM_TEST_GIVEN", "given")
    monkeypatch.delenv("SCRIPTORIUM_TEST_OPEN", raising=False)
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "# SCRIPTORIUM_TEST_GIVEN=x\nSCRIPTORIUM_TEST_GIVEN=other\nSCRIPTORIUM_TEST_OPEN='a=b'\n\nnoise\n"
    )
    local.read_dotenv(dotenv)
    assert os.environ["SCRIPTORIUM_TEST_GIVEN"] == "given"
    assert os.environ.pop("SCRIPTORIUM_TEST_OPEN") == "a=b"


def test_only_one_holds_the_lock_and_the_other_learns_who(tmp_path: Path) -> None:
    with local.only_one(tmp_path):
        local.write_running(tmp_path, local.Running(os.getpid(), "up", {}, "http://localhost:8000"))
        with (
            pytest.raises(local.AlreadyRunningError, match=rf"pid {os.getpid()}.*localhost:8000"),
            local.only_one(tmp_path),
        ):
            pass
    with local.only_one(tmp_path):
        assert local.read_running(tmp_path) is None


def test_the_word_of_a_process_that_is_gone_counts_for_nothing(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    local.write_running(tmp_path, local.Running(ended.pid, "up", {}, ""))
    assert local.read_running(tmp_path) is None


def test_a_torn_run_file_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"pid": 1')
    assert local.read_running(tmp_path) is None


def test_a_given_redis_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(ServerError, match="REDIS_URL"):
        local.embedded_servers(tmp_path).publish()


def test_a_given_database_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(ServerError, match="DATABASE_URL"):
        local.embedded_servers(tmp_path).publish()


@pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", None), ("10.1.2.3", "10.1.2.3")])
def test_a_host_of_the_network_is_allowed_by_its_name(
    host: str, allowed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    supervisor.allow_host(host)
    hosts = os.environ.pop("ALLOWED_HOSTS", None)
    assert (allowed in hosts.split(",")) if allowed and hosts else hosts is None


def test_the_ml_lock_brings_no_cuda() -> None:
    lock = (ROOT / "lock" / "ml.txt").read_text()
    assert "torch==2.13.0" in lock
    assert "nvidia" not in lock
    assert "triton" not in lock


def test_pages_can_read_the_state_of_the_ml_extra(tmp_path: Path) -> None:
    ml_extra.write_state(tmp_path, "failed", "no disk space")
    assert '"state": "failed", "detail": "no disk space"' in (tmp_path / "ml.json").read_text()
