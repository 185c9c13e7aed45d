"""Reading files of any kind and quality into rows: the reader never fails on content, only says what is wrong."""

import csv
import gzip
import io
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.importing import encodings, error_file, mapping, reading
from annotation.importing.reading import Layout, Unreadable, first_rows, inspect, open_rows
from annotation.importing.records import RowError
from annotation.models import Job

CONTEXTS, PAIRS = Job.Kind.IMPORT_CONTEXTS, Job.Kind.IMPORT_PAIRS
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(folder: Path, content: bytes | str, encoding: str = "utf-8") -> Path:
    path = folder / "upload"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read(folder: Path, content: bytes | str, name: str = "a.csv", encoding: str = "utf-8") -> list[reading.Row]:
    path = written(folder, content, encoding)
    return first_rows(path, inspect(path, name), 10_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_are_recognized(tmp_path: Path, encoding: str) -> None:
    content = "text;licence\nDie Prüfung – ἀρχή – 法律 text text text;CC0-1.0\n"
    if encoding in ("utf-16-le", "utf-16-be"):
        content = "text;licence\nWhat a plain long English text without a mark;CC0-1.0\n"
    (row,) = read(tmp_path, content, encoding=encoding)
    assert row.cells == [content.split("\n")[1].split(";")[0], "CC0-1.0"]


def test_latin_1_is_read_with_a_warning(tmp_path: Path) -> None:
    path = written(tmp_path, "text;licence\nPrüfung „so“ – ja;CC0-1.0\n", "cp1252")
    layout = inspect(path, "a.csv")
    assert layout.encoding == "cp1252"
    assert layout.warnings == (encodings.LATIN_ASSUMED,)
    assert first_rows(path, layout)[0].cells[0] == "Prüfung „so“ – ja"


def test_a_few_broken_bytes_do_not_make_utf8_latin(tmp_path: Path) -> None:
    path = written(tmp_path, ("text\n" + "äöü" * 100).encode() + b"\xff\n")
    layout = inspect(path, "a.csv")
    assert layout.encoding == "utf-8"
    assert "1 characters are no valid UTF-8" in layout.warnings[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_even_when_texts_hold_the_others(tmp_path: Path, delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(
        [["text", "title", "licence"], ["One, two; three, four; five", "A, b; c", "CC0-1.0"], ["Six, seven;", "d", "x"]]
    )
    rows = read(tmp_path, out.getvalue())
    assert [len(row.cells) for row in rows] == [3, 3]
    assert rows[0].cells[0] == "One, two; three, four; five"


def test_line_breaks_inside_quotes_belong_to_the_cell(tmp_path: Path) -> None:
    rows = read(tmp_path, 'text,licence\r\n"one\r\ntwo ""quoted""",CC0-1.0\r\n\r\nthree,x\r\n')
    assert [(row.number, row.cells[0]) for row in rows] == [(2, 'one\r\ntwo "quoted"'), (3, "three")]


def test_rows_that_do_not_fit_are_told_and_reading_goes_on(tmp_path: Path) -> None:
    rows = read(tmp_path, 'a,b\n1,2,3\n"x"y,2\nshort\n4,5\n')
    assert [bool(row.fault) for row in rows] == [True, True, False, False]
    assert rows[0].fault == "The row has 3 cells, the header 2."
    assert rows[2].cells == ["short", ""]
    assert rows[3] == reading.Row(5, ["4", "5"])


def test_a_line_of_10_mb_is_one_bad_row(tmp_path: Path) -> None:
    huge = json.dumps({"text": "x" * 10 * 1024**2})
    rows = read(tmp_path, f'{{"text": "a"}}\n{huge}\n{{"text": "b"}}\n', "a.jsonl")
    assert [row.fault[:22] for row in rows] == ["", "The line cannot be rea", ""]
    rows = read(tmp_path, f"text\na\n{'x' * 10 * 1024**2}\nb\n")
    assert [(row.number, bool(row.fault)) for row in rows] == [(2, False), (3, True), (4, False)]


def test_json_values_become_text(tmp_path: Path) -> None:
    lines = '{"a": "x", "b": null, "c": 1.5, "d": true, "e": {"ü": [1]}}\n\n{"e": NaN}\n[1]\n{"a": \n"x"\n'
    rows = read(tmp_path, lines, "a.jsonl")
    assert rows[0].cells == ["x", "", "1.5", "true", '{"ü": [1]}']
    assert rows[1] == reading.Row(3, ["", "", "", "", "NaN"])
    assert [row.number for row in rows if row.fault] == [4, 5, 6]


def test_lone_surrogates_and_nul_do_not_get_through_as_such(tmp_path: Path) -> None:
    rows = read(tmp_path, '{"a\\ud800": "b\\ud800", "n\\u0000": "x", "c": "\\u0000"}\n', "a.jsonl")
    assert rows[0].cells[0] == "b?"
    "".join(rows[0].cells).encode()
    assert read(tmp_path, "te\0xt,b\nx\0y,2\n")[0].cells == ["x\0y", "2"]


def test_a_deeply_nested_line_is_one_bad_row(tmp_path: Path) -> None:
    rows = read(tmp_path, '{"a": "x"}\n{"a": ' + "[" * 100_000 + "\n", "a.jsonl")
    assert [bool(row.fault) for row in rows] == [False, True]


def test_packed_files_are_read_and_bombs_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(tmp_path, gzip.compress(b"text\nhello\n"), "a.csv.gz")[0].cells == ["hello"]
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 5 * 1024**2)
    with pytest.raises(Unreadable, match="larger than 2 GB"):
        inspect(written(tmp_path, gzip.compress(b"a" * 6 * 1024**2)), "a.csv.gz")


@pytest.mark.parametrize("cut", [0.2, 0.9])
def test_a_packed_file_cut_short_is_refused(tmp_path: Path, cut: float) -> None:
    whole = gzip.compress(bytes(range(256)) * 100 + b"\n")
    with pytest.raises(Unreadable, match="damaged"):
        inspect(written(tmp_path, whole[: int(len(whole) * cut)]), "a.csv.gz")


def test_memory_stays_flat_for_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("w") as file:
        file.write("text,licence\n")
        file.writelines(f"{'word ' * 100}{n},CC0-1.0\n" for n in range(40_000))
    layout = inspect(path, "a.csv")
    tracemalloc.start()
    with open_rows(path, layout) as rows:
        assert sum(1 for _ in rows) == 40_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 1024**2 < path.stat().st_size / 8


@quick
@given(content=st.binary(max_size=2000), name=st.sampled_from(["a.csv", "a.jsonl", "a.jsonl.gz", "a.txt"]))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, content: bytes, name: str) -> None:
    with suppress(Unreadable):  # in words, that is
        rows = read(tmp_path, content, name)
        _assert_rows_fit(tmp_path / "upload", name, rows)


def _assert_rows_fit(path: Path, name: str, rows: list[reading.Row]) -> None:
    width = len(inspect(path, name).columns)
    for row in rows:
        assert row.fault or len(row.cells) == width
        "".join(row.cells).encode()


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@quick
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=10), delimiter=st.sampled_from([",", ";", "\t"]))
def test_what_a_spreadsheet_writes_is_read_as_it_was(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("text", "title"), *rows])
    path = written(tmp_path, out.getvalue())
    layout = Layout("csv", False, "utf-8", delimiter, ("text", "title"))
    assert [tuple(row.cells) for row in first_rows(path, layout, 100)] == rows


@quick
@given(rows=st.lists(st.dictionaries(cells.filter(bool), cells, min_size=1, max_size=3), min_size=1, max_size=10))
def test_json_lines_are_read_as_they_were(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = written(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    layout = inspect(path, "a.jsonl")
    found = [dict(zip(layout.columns, row.cells, strict=True)) for row in first_rows(path, layout, 100)]
    assert found == [{name: row.get(name, "") for name in layout.columns} for row in rows]


def test_columns_are_guessed_from_what_people_call_them() -> None:
    guessed = mapping.guess(PAIRS, ["Instruction", "Response", "Context", "E-Mail", "Lang", "Category", "id"])
    assert guessed.columns == {
        "prompt": "Instruction", "completion": "Response", "text": "Context", "author_email": "E-Mail",
        "language": "Lang", "skill": "Category",
    }  # fmt: skip
    assert mapping.missing(PAIRS, guessed) == ["Domain"]
    assert mapping.missing(PAIRS, mapping.Mapping(guessed.columns, cell_id=3)) == []


def test_equal_column_names_stay_apart(tmp_path: Path) -> None:
    assert inspect(written(tmp_path, "text,text,\na,b,c\n"), "a.csv").columns == ("text", "text (2)", "column 3")


@pytest.mark.parametrize("start", list("=+-@\t\r＝"))
def test_no_cell_of_the_error_file_runs_in_a_spreadsheet(tmp_path: Path, start: str) -> None:
    path = tmp_path / "errors.csv"
    with error_file.ErrorFile(path, 0) as errors:
        errors.write([RowError(2, f"{start}1+1", f"{start}2", "fix\nit")])
    (_, line) = csv.reader(path.open(encoding="utf-8-sig", newline=""))
    assert line == ["2", f"'{start}1+1", f"'{start}2", "fix\nit"]


def test_an_error_file_continues_where_it_was_known_to_be(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    with error_file.ErrorFile(path, 0) as errors:
        errors.write([RowError(2, "ü", "a", "b")])
        size = errors.size()
        errors.write([RowError(3, "lost", "a", "b")])
    with error_file.ErrorFile(path, size) as errors:
        errors.write([RowError(3, "again", "a", "b")])
    rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    assert [row[1] for row in rows] == ["column", "ü", "again"]
