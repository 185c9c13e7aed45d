"""Answers wanted as prose: data and tables in their place."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.formats import json_text, tables, xml_text
from qa.formats.fences import FENCE
from qa.spans import blank_out

LABELS = {"json": "JSON", "jsonc": "JSON", "jsonl": "JSON", "xml": "XML", "html": "XML", "csv": "CSV", "tsv": "CSV"}
LABEL = re.compile(r"[`~]{3,}[ \t]*(?P<label>\w*)")
FEWEST_LINES = 3
# A row of data is short cells; sentences have commas too.
LONGEST_CELL = 40
MOST_CHARACTERS = 20_000


@dataclass(frozen=True)
class Found:
    title: str
    start: int
    end: int


def find(text: str) -> Iterator[Found]:
    blocks = list(FENCE.finditer(text))
    for block in blocks:
        label = LABEL.search(block[0])
        title = LABELS.get(label["label"].lower(), "") if label else ""
        title = title or data_in(block["body"])
        if title:
            yield Found(title, block.start(), block.end())
    rest = blank_out(text, [block.span() for block in blocks])
    title = data_in(rest)
    if title:
        start = len(rest) - len(rest.lstrip())
        yield Found(title, start, len(rest.rstrip()))
    else:
        yield from _tables(rest)


def data_in(text: str) -> str:
    """What a whole text is, other than prose; empty for prose."""
    content = text.strip()
    if content[:1] in "{[" and content[-1:] in "}]" and _is_json(content):
        return "JSON"
    if content[:1] == "<" and content[-1:] == ">" and not xml_text.faults(content):
        return "XML"
    return "CSV" if _is_csv(content) else ""


def _is_json(content: str) -> bool:
    """[3] and [sic] are words in brackets, not data."""
    return len(content) > 5 and (":" in content or "," in content) and json_text.is_valid(content)


def _is_csv(content: str) -> bool:
    lines = [line for line in content[:MOST_CHARACTERS].split("\n") if line.strip()]
    if len(lines) < FEWEST_LINES or any(line.startswith(("|", "-", "*", "#", ">")) for line in lines):
        return False
    for delimiter, fewest in ((",", 3), (";", 2), ("\t", 2)):
        rows = _rows(lines, delimiter)
        columns = {len(row) for row in rows}
        if rows and len(columns) == 1 and columns.pop() >= fewest and _are_cells(rows):
            return True
    return False


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True))
    except csv.Error:
        return []


def _are_cells(rows: list[list[str]]) -> bool:
    return all(
        len(cell) <= LONGEST_CELL and not cell.rstrip().endswith((".", "!", "?")) for row in rows for cell in row
    )


def _tables(text: str) -> Iterator[Found]:
    if "|" not in text:
        return
    starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
    for token in tables.MARKDOWN.parse(text[:MOST_CHARACTERS]):
        if token.type == "table_open" and token.map:
            first, last = token.map
            yield Found("a table", starts[first], min(starts[min(last, len(starts) - 1)], len(text)))
