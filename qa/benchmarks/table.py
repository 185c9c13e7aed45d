"""The figures of the co-pilot as one table: printed by `./scriptorium bench`, kept in docs/quality.md."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: what simple methods reach (`start`), what is asked (`least`), what was measured; `is_met` None where
    nothing is asked, or what was measured proves nothing."""

    figure: str
    start: str
    least: str
    measured: str
    is_met: bool | None
    command: str = ""
    note: str = ""

    @property
    def mark(self) -> str:
        return {True: "yes", False: "no", None: "–"}[self.is_met]


HEADER = ("figure", "start", "at least", "measured", "met", "command", "note")


def as_markdown(rows: Sequence[Row]) -> str:
    return _heading() + "".join(map(as_line, rows))


def renewed(table: str, rows: Sequence[Row], commands: Sequence[str]) -> str:
    """The table with the lines of the rows' commands replaced, in the order of `commands`; other lines as they were."""
    lines = {
        command: [line for line in table.splitlines(keepends=True) if f"`{command}`" in line] for command in commands
    }
    lines |= {
        command: [as_line(row) for row in rows if row.command == command] for command in {row.command for row in rows}
    }
    return _heading() + "".join(line for command in commands for line in lines[command])


def _heading() -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in (HEADER, tuple("---" for _ in HEADER)))


def as_line(row: Row) -> str:
    return f"| {' | '.join(_cells(row))} |\n"


def _cells(row: Row) -> tuple[str, ...]:
    shown = (
        row.figure,
        row.start,
        row.least,
        row.measured,
        row.mark,
        f"`{row.command}`" if row.command else "",
        row.note,
    )
    return tuple(cell.replace("|", "\\|").replace("\n", " ") for cell in shown)
