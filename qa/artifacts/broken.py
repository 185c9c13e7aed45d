"""Markdown that readers would see as signs: references without their definition, tables that do not hold together."""

import re
from collections.abc import Iterator

from qa.artifacts.prose import Reading
from qa.checks.base import Severity, Suggestion
from qa.formats.tables import cells
from qa.spans import Mark

REFERENCE = re.compile(r"(?<![\w\])!])\[(?P<text>[^\[\]\n]{2,200})\]\[(?P<name>[^\[\]\n^]{0,80})\](?![(\[:])")
DEFINITION = re.compile(r"^ {0,3}\[(?P<name>[^\[\]\n]{1,200})\]:[ \t]*\S", re.M)
IS_WORDS = re.compile(r"[^\W\d_]{2}")
CODE_SIGNS = re.compile(r"[={}]|;[ \t]*$|\]\.\w|^ {4}")
ROW = re.compile(r"[ \t>]{0,6}\|.*\|[ \t]*")
SEPARATOR = re.compile(r"[ \t>]{0,6}\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")


def find(reading: Reading) -> Iterator[Mark]:
    text = reading.text
    if "][" in text:
        yield from _references(reading)
    if "|" in text:
        yield from _tables(reading)


def _references(reading: Reading) -> Iterator[Mark]:
    defined = {_folded(match["name"]) for match in DEFINITION.finditer(reading.text)}
    for match in REFERENCE.finditer(reading.prose):
        name = match["name"] or match["text"]
        if not IS_WORDS.search(match["text"]) or _folded(name) in defined or _is_code(match, reading.prose):
            continue
        keep = (Suggestion("Keep the words only", match["text"]),)
        message = f"No address is given anywhere for [{name[:40]}]."
        yield Mark("reference_undefined", Severity.SHOULD, message, match.start(), match.end(), keep)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _is_code(match: re.Match[str], prose: str) -> bool:
    start = prose.rfind("\n", 0, match.start()) + 1
    end = prose.find("\n", match.end())
    return bool(CODE_SIGNS.search(prose[start : len(prose) if end == -1 else end]))


def _tables(reading: Reading) -> Iterator[Mark]:
    lines = [(match.start(), match[0]) for match in re.finditer(r"[^\r\n]*(?:\r\n?|\n|\Z)", reading.prose)]
    read: set[int] = set()
    for token in reading.tokens:
        if token.type == "table_open" and token.map:
            read.update(range(*token.map))
            yield from _uneven(lines, *token.map)
    yield from _unread(lines, read)


def _uneven(lines: list[tuple[int, str]], first: int, last: int) -> Iterator[Mark]:
    """Markdown pads short rows and cuts long ones, silently."""
    wanted = len(cells(lines[first][1].lstrip("> \t")))
    for start, line in lines[first + 2 : last]:
        columns = len(cells(line.lstrip("> \t")))
        if columns != wanted and line.strip():
            message = f"This row has {_columns(columns)}, the table's head {_columns(wanted)}."
            yield Mark("table_uneven", Severity.SHOULD, message, start, start + len(line.rstrip()), wraps=True)


def _columns(number: int) -> str:
    return "1 column" if number == 1 else f"{number} columns"


def _unread(lines: list[tuple[int, str]], read: set[int]) -> Iterator[Mark]:
    """Rows with | on both sides that Markdown takes for text: without a line of dashes, or one of another width."""
    number = 0
    while number < len(lines):
        rows = _rows_from(lines, read, number)
        if len(rows) >= 2 and any(len(cells(row)) > 1 for _start, row in rows):
            start, row = rows[0]
            yield _unread_table(rows, start, row)
        number += max(len(rows), 1)


def _rows_from(lines: list[tuple[int, str]], read: set[int], number: int) -> list[tuple[int, str]]:
    rows = []
    while number < len(lines) and number not in read and _is_row(lines[number][1]):
        start, line = lines[number]
        rows.append((start, line.rstrip("\r\n")))
        number += 1
    return rows


def _is_row(line: str) -> bool:
    line = line.rstrip("\r\n")
    return bool(ROW.fullmatch(line)) or ("|" in line and bool(SEPARATOR.fullmatch(line)))


def _unread_table(rows: list[tuple[int, str]], start: int, row: str) -> Mark:
    has_dashes = any(SEPARATOR.fullmatch(line) for _start, line in rows)
    if has_dashes:
        message = "The line of dashes needs as many columns as the head of the table."
        return Mark("table_broken", Severity.SHOULD, message, start, start + len(row), wraps=True)
    dashes = "|" + "---|" * len(cells(row))
    add = (Suggestion("Add the line of dashes", f"{row}\n{dashes}"),)
    message = "Without a line of dashes under its head this is no table."
    return Mark("table_broken", Severity.SHOULD, message, start, start + len(row), add, wraps=True)
