"""CSV and Markdown tables: the same number of columns on every line, and the columns that were asked for."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt

from qa.formats.faults import Fault
from qa.spans import position_of

DELIMITERS = ",;\t|"
CELL_END = re.compile(r"(?<!\\)\|")
SEPARATOR = re.compile(r"^[\s|:-]*-[\s|:-]*$")
# Markdown is read this far: the reader's time grows faster than the text.
MOST_CHARACTERS = 20_000
# A head, the line under it and two rows.
FEWEST_LINES = 4
MARKDOWN = MarkdownIt("commonmark").enable("table")


def csv_faults(text: str, schema: Mapping[str, Any] | None = None) -> list[Fault]:
    delimiter = _delimiter(text)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error as error:
        return [_csv_error(text, error, reader.line_num)]
    filled = [(line, row) for line, row in rows if row]
    uneven = list(_uneven(text, [(line, len(row)) for line, row in filled], "csv_uneven"))
    header = filled[0][1] if filled else []
    return uneven or _missing_columns(header, schema, "csv_columns")


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(DELIMITERS, key=head.count)


def _csv_error(text: str, error: csv.Error, line: int) -> Fault:
    unclosed = "unexpected end of data" in str(error)
    words = "A quotation mark is opened and never closed" if unclosed else "A quotation mark stands in the wrong place"
    # An unclosed quote swallows every line after it: the last one opened is the one to look at.
    position = text.rfind('"') if unclosed else position_of(text, line, 1)
    return Fault("csv_quotes", f"{words}.", max(position, 0))


def table_faults(text: str, schema: Mapping[str, Any] | None = None) -> list[Fault]:
    spans = [token.map for token in MARKDOWN.parse(text[:MOST_CHARACTERS]) if token.type == "table_open" and token.map]
    if not spans:
        return [_no_table(text)]
    lines = text.split("\n")
    for first, last in spans:
        counted = [(number + 1, len(cells(lines[number]))) for number in range(first, last)]
        uneven = list(_uneven(text, counted, "table_uneven"))
        if uneven:
            return uneven
    return _missing_columns(cells(lines[spans[0][0]]), schema, "table_columns")


def cells(line: str) -> list[str]:
    inner = re.sub(r"`[^`]*`", lambda match: match[0].replace("|", " "), line.strip())
    inner = inner.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in CELL_END.split(inner)]


def aligned(text: str) -> str | None:
    """The text with the columns of its tables padded to one width; None when that would hardly be seen."""
    if "\r" in text:
        return None
    lines = text.split("\n")
    spans = [token.map for token in MARKDOWN.parse(text[:MOST_CHARACTERS]) if token.type == "table_open" and token.map]
    for first, last in spans:
        lines[first:last] = _padded(lines[first:last])
    padded = "\n".join(lines)
    return padded if spans and padded != text else None


def _padded(lines: Sequence[str]) -> list[str]:
    """Small tables, even ones, those inside quotations and lists, and those with uneven rows stay as they are."""
    is_even = len({_width(line.rstrip()) for number, line in enumerate(lines) if number != 1}) == 1
    if is_even or len(lines) < FEWEST_LINES:
        return list(lines)
    rows = [cells(line) for line in lines]
    columns = len(rows[0])
    if any(len(row) != columns or not line.lstrip().startswith("|") for row, line in zip(rows, lines, strict=True)):
        return list(lines)
    widths = [
        max(3, *(_width(row[column]) for number, row in enumerate(rows) if number != 1)) for column in range(columns)
    ]
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    return [
        indent
        + "| "
        + " | ".join(_fill(cell, width, number == 1) for cell, width in zip(row, widths, strict=True))
        + " |"
        for number, row in enumerate(rows)
    ]


def _fill(cell: str, width: int, is_separator: bool) -> str:
    if not is_separator:
        return cell + " " * (width - _width(cell))
    left, right = cell[:1] == ":", cell[-1:] == ":"
    return ":" * left + "-" * (width - left - right) + ":" * right


def _width(text: str) -> int:
    """In columns of a fixed-width font: characters of East Asia take two."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def _no_table(text: str) -> Fault:
    lines = text.split("\n")
    rows = [number for number, line in enumerate(lines) if "|" in line]
    if not rows:
        return Fault("table_missing", "A Markdown table is wanted; there are no rows with | here.", 0)
    position = position_of(text, rows[0] + 1, 1)
    if any(SEPARATOR.match(lines[number]) for number in rows):
        return Fault("table_separator", "The line of dashes needs as many columns as the header above it.", position)
    return Fault("table_separator", "A line of dashes (|---|---|) is missing under the header.", position)


def _uneven(text: str, counted: Sequence[tuple[int, int]], code: str) -> Iterator[Fault]:
    if not counted:
        return
    wanted = counted[0][1]
    for line, columns in counted:
        if columns != wanted:
            message = f"This line has {_columns(columns)}, the first has {_columns(wanted)}."
            yield Fault(code, message, position_of(text, line, 1))
            return


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def _missing_columns(header: Sequence[str], schema: Mapping[str, Any] | None, code: str) -> list[Fault]:
    wanted = [str(name) for name in (schema or {}).get("columns", ())]
    present = {name.strip() for name in header}
    missing = [name for name in wanted if name not in present]
    return [Fault(code, f"Columns missing from the header: {', '.join(missing)}.", 0)] if missing else []
