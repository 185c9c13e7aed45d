from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from annotation.benchmarks import claiming, experts, quality, transfer
from annotation.benchmarks.transfer import Measured
from experts import simulation_report
from experts.benchmarks import crowd

DATA = Path("../shared/data")
TOPICS = ("claim", "transfer", "standing", "crowd", "experts", "live", "quality")


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(quality.TOPICS)
    if unknown:
        raise ArgumentTypeError(f"{', '.join(sorted(unknown))} unknown")
    return names


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


class Command(BaseCommand):
    help = "Measures what users wait for. Uses the database it is given: run it through ./scriptorium bench."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", choices=[*TOPICS, "all"], default="all")
        parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
        parser.add_argument(
            "--topics", type=_names, default=[], help=f"of quality: {', '.join(quality.TOPICS)}; all when left out"
        )
        parser.add_argument("--items", type=_numbers, default=[1_000, 10_000, 100_000])
        parser.add_argument("--people", type=_numbers, default=[1, 10, 50])
        parser.add_argument("--seconds", type=float, default=10, help="how long each run of claim takes")
        parser.add_argument("--rows", type=int, default=20_000, help="rows to import and to export")

    def handle(self, *, what: str, **options: Any) -> None:
        if what in ("claim", "all"):
            self.stdout.write("Claim + submit over HTTP; CPU-ms of web and database per pair")
            claiming.run_all(options["items"], options["people"], options["seconds"], self.stdout.write)
        if what in ("transfer", "all"):
            self.transfer(options["rows"], options["data"])
        if what in ("standing", "all"):
            simulation_report.main(self.stdout.write, folder=settings.BASE_DIR)
        if what in ("experts", "all"):
            experts.run(self.stdout.write)
        if what in ("crowd", "all"):
            crowd.main(self.stdout.write, options["data"])
        if what == "live":
            self.quality(options["data"], ["live"])
        if what in ("quality", "all"):
            self.quality(options["data"], options["topics"])

    def quality(self, data: Path, topics: list[str]) -> None:
        """The table becomes docs/quality.md, topic by topic: some take minutes, and what is measured is kept."""
        for topic in topics or quality.TOPICS:
            quality.write_report(quality.measured(topic, data, self.stdout.write), data)

    def transfer(self, rows: int, data: Path) -> None:
        self.stdout.write("Import and export")
        for measured in (*transfer.bench_import(rows, str(data)), transfer.bench_export(rows, str(data))):
            self.stdout.write(_line(measured))


def _line(measured: Measured) -> str:
    return (
        f"{measured.what:<28}{measured.rows:>8} rows{measured.rows_per_second:>9.0f} rows/s"
        f"{measured.rows / measured.cpu_seconds:>9.0f} rows/CPU-s{measured.peak_mb:>7.0f} MB peak"
    )
