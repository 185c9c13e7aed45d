"""The figures of the co-pilot as one table: printed by `./scriptorium bench`, kept in docs/quality.md."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: what simple methods reach (`start`), what is asked (`least`), what was measured; `is_met` None where
    nothing is asked."""

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
    cells = [HEADER, tuple("---" for _ in HEADER), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"


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
