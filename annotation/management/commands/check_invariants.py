import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from annotation.invariants import INVARIANTS

SHOWN = 5


class Command(BaseCommand):
    requires_system_checks = []
    help = "Checks every rule of DESIGN §4 that always holds, over the whole database. Exits 1 when one is broken."

    def handle(self, *_args: Any, **_options: Any) -> None:
        broken = 0
        for invariant in INVARIANTS:
            began = time.monotonic()
            rows = invariant.broken()
            spent = (time.monotonic() - began) * 1000
            mark = self.style.ERROR(f"{len(rows):>6} broken") if rows else self.style.SUCCESS("        holds")
            self.stdout.write(f"{mark}  {spent:>6.0f} ms  {invariant.rule}")
            for row in rows[:SHOWN]:
                self.stdout.write(f"{'':26}{', '.join(map(str, row))}")
            broken += bool(rows)
        self.stdout.write(f"{len(INVARIANTS)} rules, {broken} broken.")
        if broken:
            sys.exit(1)
