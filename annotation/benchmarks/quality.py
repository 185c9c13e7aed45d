"""The table of docs/quality.md: what the checks find and miss in public data, and how long people wait for them."""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from annotation.benchmarks import live
from qa.benchmarks import artifacts, detector, duplicates, grammar, instructions
from qa.benchmarks.table import Row, as_markdown, renewed

Topic = Callable[[Path, Callable[[str], None]], list[Row]]
TOPICS: Mapping[str, Topic] = {
    "instructions": instructions.run,
    "detector": detector.run,
    "grammar": grammar.run,
    "artifacts": artifacts.run,
    "duplicates": duplicates.run,
    "live": live.run,
}
REPORT = Path(settings.BASE_DIR) / "docs" / "quality.md"
INTRODUCTION = """# How good the checks are

Measured {day} by `./scriptorium bench quality` on the folder `{data}` of public data (the development half; licences
and traps are in its own README), Python {python}, two shared cores. “Start” is what simple methods reach, “at least”
what we ask. What the figures mean: [detector](detector.md), [instructions](instructions.md), [grammar](grammar.md),
[duplicates](duplicates.md), and the cards of what was trained, `qa/coefficients/*.md`.

"""


def measured(topic: str, data: Path, say: Callable[[str], None]) -> list[Row]:
    say(f"\n{topic}")
    rows = [replace(row, command=_command(topic)) for row in TOPICS[topic](data, say)]
    say("\n" + as_markdown(rows))
    return rows


def _command(topic: str) -> str:
    return f"./scriptorium bench quality --topics {topic}"


def write_report(rows: Sequence[Row], data: Path) -> None:
    """Topics that were not measured keep their lines."""
    introduction = INTRODUCTION.format(
        day=f"{timezone.now():%Y-%m-%d}", data=data.name, python=platform.python_version()
    )
    before = REPORT.read_text() if REPORT.exists() else ""
    REPORT.write_text(introduction + renewed(before, rows, [_command(topic) for topic in TOPICS]))
