"""The panel beside a text of 1,500 characters while several people type at once: web server and ml worker are real."""

import gzip
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from annotation.benchmarks import transfer
from annotation.benchmarks.claiming import make_project, signed_in
from annotation.job_tasks import check_imported
from annotation.models import Item, Project
from annotation.rehearsal.report import percentile
from annotation.rehearsal.site import Site
from annotation.workflow import State
from catalog.vocabulary import load_vocabulary
from qa.benchmarks.table import Row

CHARACTERS = 1500
PLACES = 400
IMPORTED = 2000
FAST_PAUSE, SLOW_PAUSE, POLL_PAUSE, LONGEST_WAIT = 0.4, 1.0, 0.4, 20.0
CHECKS_A_STRETCH = 3  # fast checks between two pauses long enough for the slow ones
FAST_GOAL_MS, SLOW_GOAL_MS = 150, 2500


@dataclass
class Waits:
    """Seconds until the findings were there, over everybody."""

    fast: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    polls: list[int] = field(default_factory=list)
    errors: Counter[int] = field(default_factory=Counter)
    gave_up: int = 0


def run(data: Path, say: Callable[[str], None], people: int = 20, seconds: float = 60) -> list[Row]:
    load_vocabulary()
    folder = Path(settings.VAR_DIR) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder)
    for name in ("web", "worker", "ml"):
        site.start_one(name)
    site.wait_for_web()
    try:
        crowd = _seated(site, data, people, say)
        alone = _row(f"{people} people typing", _typing(crowd, seconds), say)
        if not (data / transfer.TEXTS).exists():
            return [alone]
        crowded = _beside_an_import(data, lambda: _typing(crowd, seconds), say)
        return [alone, _row(f"{people} people typing while {IMPORTED:,} imported pairs are checked", crowded, say)]
    finally:
        site.stop()


def _beside_an_import(data: Path, type_on: Callable[[], "Waits"], say: Callable[[str], None]) -> "Waits":
    project = transfer.import_pairs(IMPORTED, data)
    began = time.monotonic()
    check_imported.delay(after_id=0)
    waits = type_on()
    typed, seconds = _checked(project), time.monotonic() - began
    say(f"imported pairs checked: {typed:,} of {IMPORTED:,} in the {seconds:.0f} s beside the typing")
    return waits


def _checked(project: Project) -> int:
    return Item.objects.filter(project=project).exclude(state=State.CHECKING).count()


def _row(what: str, waits: "Waits", say: Callable[[str], None]) -> Row:
    fast, slow = (1000 * percentile(times, 0.95) for times in (waits.fast, waits.slow))
    half_fast, half_slow = (1000 * percentile(times, 0.5) for times in (waits.fast, waits.slow))
    say(
        f"{what}: "
        f"fast checks {len(waits.fast)} times, p50 {half_fast:.0f} ms, p95 {fast:.0f} ms; "
        f"all checks {len(waits.slow)} times, p50 {half_slow:.0f} ms, p95 {slow:.0f} ms; "
        f"polls per pause {sum(waits.polls) / max(1, len(waits.polls)):.1f}, given up {waits.gave_up}, "
        f"errors {dict(waits.errors)}"
    )
    is_met = fast <= FAST_GOAL_MS and slow <= SLOW_GOAL_MS and not waits.gave_up and not waits.errors
    return Row(
        figure=f"live panel, {CHARACTERS:,} characters, {what}: fast p95 / all embedded p95",
        start="–",
        least=f"{FAST_GOAL_MS} ms / {SLOW_GOAL_MS / 1000} s",
        measured=f"{fast:.0f} ms / {slow / 1000:.2f} s",
        is_met=is_met,
    )


def _seated(site: Site, data: Path, people: int, say: Callable[[str], None]) -> list["Typist"]:
    project, persons = make_project(PLACES, people)
    waits = Waits()
    crowd = [Typist(site.port, project.slug, person, texts(data, seed), waits) for seed, person in enumerate(persons)]
    say("warming up: every engine loads once")
    crowd[0].warm_up()
    return crowd


def _typing(crowd: list["Typist"], seconds: float) -> Waits:
    """Each types for so long, in threads of their own."""
    waits, until = Waits(), time.monotonic() + seconds
    threads = [threading.Thread(target=typist.type_until, args=(until, waits), daemon=True) for typist in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def texts(data: Path, seed: int) -> Iterator[tuple[str, str]]:
    """Prompts and completions of CHARACTERS characters, never the same twice; of public data, else of one passage."""
    pairs = _pairs(data) or [("What does a compliance officer do?", "A compliance officer advises the board. " * 40)]
    chance = random.Random(seed)  # noqa: S311 - the same texts in every run
    for number in itertools.count():
        prompt = chance.choice(pairs)[0]
        words = " ".join(chance.choice(pairs)[1] for _ in range(30))
        yield prompt, f"{words[: CHARACTERS - 12].rsplit(' ', 1)[0]} {seed}-{number}."


def _pairs(data: Path) -> list[tuple[str, str]]:
    path = data / "prompts__dolly_en.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return [(row["prompt"], row["completion"]) for row in rows if row["skill"] == "open_qa"]


class Typist:
    """Types in one item: a few fast checks, a pause with the slow ones until all have answered, on."""

    def __init__(self, port: int, slug: str, person: User, written: Iterator[tuple[str, str]], waits: Waits) -> None:
        self.headers = signed_in(person) | {"HX-Request": "true", "Accept": "application/json, text/html;q=0.9"}
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.slug, self.written, self.waits = slug, written, waits
        self.chance = random.Random(slug + person.name)  # noqa: S311

    def warm_up(self) -> None:
        self._claim()
        self._wait_for_slow(Waits(), *next(self.written), longest=120)

    def type_until(self, until: float, waits: Waits) -> None:
        self.waits = waits
        time.sleep(self.chance.uniform(0, 5))
        self._claim()
        while time.monotonic() < until:
            prompt, completion = next(self.written)
            for typed in range(CHECKS_A_STRETCH, 0, -1):
                time.sleep(self.chance.uniform(1, 2))
                self._timed_check(prompt, completion[: len(completion) - 20 * typed])
            time.sleep(self.chance.uniform(1, 2))
            self._timed_check(prompt, completion)
            time.sleep(SLOW_PAUSE - FAST_PAUSE)
            self._wait_for_slow(self.waits, prompt, completion)

    def _claim(self) -> None:
        if not hasattr(self, "item"):
            status, body = self._post(f"/api/p/{self.slug}/start/writing", {})
            claimed = json.loads(body)
            self.item, self.token = claimed["item"], claimed["token"]
            assert status < 400

    def _timed_check(self, prompt: str, completion: str) -> None:
        began = time.perf_counter()
        status, _ = self._check(prompt, completion, slow=False)
        self.waits.fast.append(time.perf_counter() - began)
        if status >= 400:
            self.waits.errors[status] += 1

    def _wait_for_slow(self, waits: Waits, prompt: str, completion: str, longest: float = LONGEST_WAIT) -> None:
        began = time.perf_counter()
        for poll in itertools.count(1):
            status, _ = self._check(prompt, completion, slow=True)
            if status == 286:
                waits.slow.append(time.perf_counter() - began)
                waits.polls.append(poll)
                return
            if status != 200:
                waits.errors[status] += 1
            if time.perf_counter() - began > longest:
                waits.gave_up += 1
                return
            time.sleep(POLL_PAUSE)

    def _check(self, prompt: str, completion: str, *, slow: bool) -> tuple[int, bytes]:
        body = {"prompt": prompt, "completion": completion, "token": self.token, "version": 0, "slow": slow}
        return self._post(f"/p/{self.slug}/write/{self.item}/check", body)

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        self.connection.request("POST", path, json.dumps(body), self.headers)
        response = self.connection.getresponse()
        return response.status, response.read()
