from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from annotation.benchmarks import claiming

DATA = Path("../shared/data")


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


class Command(BaseCommand):
    help = "Measures what users wait for. Uses the database it is given: run it through ./scriptorium bench."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", nargs="?", choices=["claim", "all"], default="all")
        parser.add_argument("--data", type=Path, default=DATA, help="folder of the public data")
        parser.add_argument("--items", type=_numbers, default=[1_000, 10_000, 100_000])
        parser.add_argument("--people", type=_numbers, default=[1, 10, 50])
        parser.add_argument("--seconds", type=float, default=10, help="how long each run of claim takes")

    def handle(self, *, what: str, items: list[int], people: list[int], seconds: float, **_options: Any) -> None:
        if what in ("claim", "all"):
            self.stdout.write("Claim + submit over HTTP; CPU-ms of web and database per pair")
            claiming.run_all(items, people, seconds, self.stdout.write)
