"""CSV for spreadsheets: nothing in it runs, numbers stay numbers, and it is sent while it is read."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from annotation.importing.error_file import harmless

MARK = "\ufeff"  # so that spreadsheets read UTF-8


class _Line:
    """csv.writer hands each line to `write`, and gives back what that returns."""

    def write(self, line: str) -> str:
        return line


def lines(header: Sequence[str], rows: Iterable[Sequence[object]], *, marked: bool) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield (MARK if marked else "") + writer.writerow(header)
    for row in rows:
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])


def answer(
    name: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, marked: bool = True
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines(header, rows, marked=marked), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
