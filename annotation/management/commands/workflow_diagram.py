from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from annotation.workflow import PLACELESS, TURNS, State, diagram

INTRODUCTION = """# The workflow

Written by `./scriptorium manage workflow_diagram` from the table in `annotation/workflow.py`; a test fails when the two
differ. Whatever is not in the picture is refused, by `take_step()` in `annotation/steps.py`, and so is a step by
somebody without the role in brackets.
"""


def path() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "workflow.md"


def document() -> str:
    return f"{INTRODUCTION}\n```mermaid\n{diagram()}```\n\n{_states()}"


def _states() -> str:
    lines = ["| state | whose turn | to do | holds a place |", "|---|---|---|---|"]
    for state in State:
        whose, verb = TURNS[state]
        lines.append(f"| {state.label} | {whose} | {verb} | {'no' if state in PLACELESS else 'yes'} |")
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    requires_system_checks = []
    help = "Writes docs/workflow.md from the workflow table."

    def handle(self, *_args: Any, **_options: Any) -> None:
        path().write_text(document())
        self.stdout.write(f"Wrote {path()}")
