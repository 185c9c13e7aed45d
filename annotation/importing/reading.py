"""From a file on disk to rows: CSV or JSON lines, packed or not, in the usual encodings, a bounded piece at a time."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

import orjson

from annotation.importing.encodings import encoding_of
from core.refusal import Refusal

LARGEST_FILE = 200 * 1024**2
# What a packed file may unpack to: far beyond honest text (1 : 4), far below a bomb (1 : 1000).
LARGEST_UNPACKED = 2 * 1024**3
LONGEST_LINE = 4 * 1024**2  # characters; three fields at their limit fit
SAMPLE_ROWS = 20
ROWS_LOOKED_AT_FOR_COLUMNS = 200
MOST_COLUMNS = 200
LONGEST_NAME = 200  # of a column
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
CHUNK = 1024**2

csv.field_size_limit(LONGEST_LINE)


class Unreadable(Exception):  # noqa: N818  (read as a sentence: "raise Unreadable(...)")
    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.refusal = Refusal(reason, remedy)


class Row(NamedTuple):
    """`number` as the person counts: lines of a CSV's table with its header as 1, lines of JSON lines from 1."""

    number: int
    cells: list[str]
    fault: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Layout:
    """How to read a file, found once at upload and kept with the job."""

    kind: str  # "csv" or "jsonl"
    packed: bool
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(**{**stored, "columns": tuple(stored["columns"]), "warnings": tuple(stored["warnings"])})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def in_words(self) -> str:
        kind = "JSON lines" if self.kind == "jsonl" else f"CSV, separated by {DELIMITERS[self.delimiter]}"
        return f"{kind}{', gzip' if self.packed else ''}, {self.encoding.upper()}"


def inspect(path: Path, name: str) -> Layout:
    """Reads the whole file once, keeping nothing. Raises Unreadable with what to do instead."""
    with path.open("rb") as file:
        start = file.read(8)
    _refuse_other_formats(start, path)
    packed = start[:2] == b"\x1f\x8b"
    try:
        encoding, warnings = encoding_of(lambda: _chunks(path, packed))
    except UnicodeDecodeError as error:
        raise Unreadable("The file says it is UTF-16 but is not.", "Save it as UTF-8 and upload it again.") from error
    layout = Layout(_kind_of(path, packed, encoding, name), packed, encoding, ",", (), tuple(warnings))
    return _with_columns(path, layout)


def _refuse_other_formats(start: bytes, path: Path) -> None:
    if path.stat().st_size == 0:
        raise Unreadable("The file is empty.")
    if start[:4] == b"PK\x03\x04":
        raise Unreadable(
            "This is a spreadsheet or a ZIP archive.",
            "Export the sheet as CSV, or unpack the archive, and upload that.",
        )


def _chunks(path: Path, packed: bool) -> Iterator[bytes]:
    size = 0
    try:
        with _opened(path, packed) as (file, _):
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > LARGEST_UNPACKED:
                    raise Unreadable("Unpacked, the file is larger than 2 GB.", "Split it into several files.")
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable("The packed file is damaged or incomplete.", "Pack it and upload it again.") from error


class _opened:  # noqa: N801  (used as a context manager, like open)
    """The file's unpacked bytes, and the file itself to tell how far it has been read."""

    def __init__(self, path: Path, packed: bool) -> None:
        self.raw = path.open("rb")
        self.file: BinaryIO = gzip.GzipFile(fileobj=self.raw) if packed else self.raw  # type: ignore[assignment]

    def __enter__(self) -> tuple[BinaryIO, BinaryIO]:
        return self.file, self.raw

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.raw.close()


def _kind_of(path: Path, packed: bool, encoding: str, name: str) -> str:
    with _opened(path, packed) as (file, _):
        beginning = file.read(64 * 1024).decode(encoding, "replace").lstrip("\ufeff \r\n\t")
    if beginning.startswith("{"):
        return "jsonl"
    if beginning.startswith("[") and ".json" in name.lower():
        raise Unreadable(
            "The file is one JSON array.", "Save it as JSON lines: one object per line, no brackets around them."
        )
    if ".json" in name.lower():
        raise Unreadable("The first line is no JSON object.", "Put one object like {…} on each line.")
    return "csv"


def _with_columns(path: Path, layout: Layout) -> Layout:
    if layout.kind == "jsonl":
        columns = _columns_of_json(path, layout)
    else:
        delimiter = _sniffed_delimiter(path, layout)
        layout = Layout(**{**asdict(layout), "delimiter": delimiter})
        columns = _columns_of_csv(path, layout)
    if not columns:
        raise Unreadable("No columns were found in the file.", "The first line of a CSV names its columns.")
    if len(columns) > MOST_COLUMNS:
        raise Unreadable(f"The file has {len(columns)} columns.", f"Keep those to import, at most {MOST_COLUMNS}.")
    return Layout(**{**asdict(layout), "columns": tuple(columns)})


def _columns_of_json(path: Path, layout: Layout) -> list[str]:
    columns: dict[str, None] = {}
    with open_rows(path, layout) as rows:
        for record, _fault in islice(rows.records(), ROWS_LOOKED_AT_FOR_COLUMNS):
            columns |= dict.fromkeys(record)
    return [name for name in columns if len(name) <= LONGEST_NAME and "\0" not in name]


def _columns_of_csv(path: Path, layout: Layout) -> list[str]:
    header = _head_of_csv(path, layout, layout.delimiter, 1)
    columns: list[str] = []
    for number, name in enumerate(header[0] if header else [], start=1):
        name = name.strip().replace("\0", "")[:LONGEST_NAME] or f"column {number}"
        columns.append(f"{name} ({number})" if name in columns else name)
    return columns


def _sniffed_delimiter(path: Path, layout: Layout) -> str:
    """The one that cuts the most of the first rows into as many pieces as the header, and into the most pieces."""

    def fit(delimiter: str) -> tuple[int, int]:
        rows = _head_of_csv(path, layout, delimiter, SAMPLE_ROWS)
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        return (alike if width > 1 else 0, width)

    return max(DELIMITERS, key=fit)


def _head_of_csv(path: Path, layout: Layout, delimiter: str, count: int) -> list[list[str]]:
    found: list[list[str]] = []
    with open_rows(path, layout) as rows:
        reader = csv.reader(rows.lines, delimiter=delimiter)
        while len(found) < count:
            try:
                cells = next(reader)
            except (StopIteration, csv.Error):
                break
            if cells:
                found.append(cells)
    return found


class Lines:
    """Lines of at most LONGEST_LINE characters; a longer one is skipped, raised as csv.Error, and reading may go on."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self.file = file

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            self._skip_rest()
            raise csv.Error(TOO_LONG)
        return line

    def _skip_rest(self) -> None:
        while (rest := self.file.readline(LONGEST_LINE)) and rest[-1] not in "\r\n":
            pass


TOO_LONG = f"line longer than {LONGEST_LINE:,} characters"
QUOTES = "Check the quotation marks of this row: a quote inside a text is written twice."


class Rows:
    """The rows of an open file. `position` is how many bytes of the file are read."""

    def __init__(self, file: BinaryIO, raw: BinaryIO, layout: Layout) -> None:
        self.raw = raw
        self.layout = layout
        self.lines = Lines(io.TextIOWrapper(file, layout.encoding, "replace", newline=""))

    @property
    def position(self) -> int:
        return self.raw.tell()

    def __iter__(self) -> Iterator[Row]:
        return self._of_json() if self.layout.kind == "jsonl" else self._of_csv()

    def _of_csv(self) -> Iterator[Row]:
        reader = csv.reader(self.lines, delimiter=self.layout.delimiter, strict=True)
        width, number = len(self.layout.columns), 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                yield Row(number, [], f"The row cannot be read: {error}.", QUOTES)
                continue
            if not cells:
                continue
            number += 1
            if number > 1:
                yield _fitted(number, cells, width)

    def _of_json(self) -> Iterator[Row]:
        columns = self.layout.columns
        for number, (record, fault) in enumerate(self.records(), start=1):
            if fault:
                yield Row(number, [], fault, "Put one JSON object like {…} on each line.")
            elif record:
                yield Row(number, [as_text(record.get(name)) for name in columns])

    def records(self) -> Iterator[tuple[dict[str, Any], str]]:
        """One object per line, or what is wrong with the line; an empty line is an empty object."""
        while True:
            try:
                line = next(self.lines)
            except StopIteration:
                return
            except csv.Error as error:
                yield {}, f"The line cannot be read: {error}."
                continue
            yield _record_of(line)


def _fitted(number: int, cells: list[str], width: int) -> Row:
    if len(cells) > width:
        return Row(number, [], f"The row has {len(cells)} cells, the header {width}.", QUOTES)
    return Row(number, cells + [""] * (width - len(cells)))


def _record_of(line: str) -> tuple[dict[str, Any], str]:
    if not line.strip():
        return {}, ""
    try:
        found = _parsed(line)
    except (ValueError, RecursionError) as error:
        return {}, f"The line is no JSON: {str(error)[:120]}."
    if not isinstance(found, dict):
        return {}, "The line is JSON but no object."
    return found, ""


def _parsed(line: str) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        # Slower, but reads what orjson refuses and people's exports contain: lone surrogates, NaN.
        return _mended(json.loads(line))


def _mended(value: Any) -> Any:
    """Lone surrogates as question marks: they can neither be stored nor shown."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(key): _mended(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mended(inner) for inner in value]
    return value


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int | float):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


class open_rows:  # noqa: N801  (used as a context manager, like open)
    def __init__(self, path: Path, layout: Layout) -> None:
        self._opened = _opened(path, layout.packed)
        self._layout = layout

    def __enter__(self) -> Rows:
        file, raw = self._opened.__enter__()
        return Rows(file, raw, self._layout)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.__exit__(kind, error, at)


def first_rows(path: Path, layout: Layout, count: int = SAMPLE_ROWS) -> list[Row]:
    with open_rows(path, layout) as rows:
        return list(islice(rows, count))
