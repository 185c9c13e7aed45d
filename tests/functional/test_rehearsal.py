"""The dress rehearsal in small: scripted people, real pages, real worker, killed on the way."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKILLS = ("open_qa", "classification", "closed_qa", "summarization", "extraction")
NEEDS_CONTEXT = {"closed_qa", "summarization", "extraction"}

pytestmark = pytest.mark.worker


def rows() -> list[dict[str, str]]:
    return [
        {
            "id": f"own-{number}",
            "lang": "en",
            "skill": SKILLS[number % len(SKILLS)],
            "prompt": f"What does the keeper of lighthouse number {number} write into the log at dawn?",
            "completion": f"The keeper of lighthouse number {number} writes down wind, sea and hour of dawn.",
            "context": f"Lighthouse number {number} has a keeper who writes the wind, the sea and the hour into a log."
            if SKILLS[number % len(SKILLS)] in NEEDS_CONTEXT
            else "",
        }
        for number in range(90)
    ]


def manage(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    taken = ("DATABASE_URL", "REDIS_URL", "PLAIN_STATIC")  # this session's servers are not the rehearsal's
    environment = {name: value for name, value in os.environ.items() if name not in taken}
    environment["SCRIPTORIUM_VAR"] = str(var)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False)


def test_a_small_rehearsal_with_a_killed_worker_and_web_server_ends_with_every_invariant_kept(tmp_path):
    tmp_path.chmod(0o755)
    data = tmp_path / "pairs.jsonl"
    data.write_text("\n".join(json.dumps(row) for row in rows()), encoding="utf-8")
    var = tmp_path / "var"
    var.mkdir()
    for preparation in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        assert manage(var, *preparation).returncode == 0
    people = ["--experts", "4", "--reviewers", "4", "--editors", "2", "--items", "16"]
    faults = ["--kill-worker", "1", "--kill-web", "1", "--careless", "0.2", "--minutes", "5"]
    done = manage(var, "rehearse", "--data", str(data), *people, *faults)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "Violated invariants: 0" in done.stdout
    assert "Unhandled errors: 0" in done.stdout
    assert "accepted 16/16" in done.stdout
    exported = next(var.glob("rehearsals/*/export.jsonl")).read_text().splitlines()
    assert len(exported) == 16
