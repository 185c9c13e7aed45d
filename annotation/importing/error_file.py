"""Row errors as a CSV that a spreadsheet opens without running anything in it."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from annotation.importing.records import RowError

HEADER = ("row", "column", "what is wrong", "what would mend it")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # wide forms run in some spreadsheets, too


def harmless(cell: str) -> str:
    """A cell that begins like a formula is shown as text (OWASP, CSV Injection)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


class ErrorFile:
    """Continues where a killed run was last known to be: what it wrote after that is cut off."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = path.open("r+" if path.exists() else "w+", encoding="utf-8", newline="")
        self._file.truncate(size)
        self._file.seek(size)
        self._writer = csv.writer(self._file)
        if not size:
            self._file.write("\ufeff")  # so that spreadsheets read UTF-8
            self._writer.writerow(HEADER)

    def write(self, errors: Iterable[RowError]) -> None:
        self._writer.writerows([error.row, *map(harmless, error[1:])] for error in errors)

    def size(self) -> int:
        self._file.flush()
        return os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
