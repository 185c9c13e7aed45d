import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from qa.models import CheckRun

pytestmark = pytest.mark.django_db
ROWS = [
    {"id": "a", "lang": "en", "skill": "open_qa", "prompt": "How long is the Nile?", "completion": "6,650 km.[3]"},
    {"id": "b", "lang": "fi", "text": "Niili on 6 650 km pitkä. *Todella* pitkä."},
    {"prompt": "As JSON?", "completion": "{", "format": "json"},
]


@pytest.fixture
def judged(tmp_path):
    def run(rows=ROWS, name="in.jsonl", **options):
        source, target = tmp_path / name, tmp_path / "out.jsonl"
        lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
        source.write_bytes(gzip.compress(lines.encode()) if name.endswith(".gz") else lines.encode())
        settings = {"checks": "artifacts,format"} | options
        call_command("run_checks", input=source, output=target, **settings)
        return [json.loads(line) for line in target.read_text().splitlines()]

    return run


def codes(row):
    return [finding["code"] for finding in row["findings"]]


def test_each_row_gets_its_findings_and_timings_in_order(judged):
    first, second, third = judged()
    assert (first["id"], second["id"], third["id"]) == ("a", "b", 3)
    assert codes(first) == ["citation_mark"]
    assert third["findings"][0]["check"] == "format"
    assert set(first["timings"]) == {"artifacts", "format"}


def test_nothing_is_stored(judged, django_assert_num_queries):
    with django_assert_num_queries(0):
        judged()
    assert not CheckRun.objects.exists()


def test_a_strict_style_guide_forbids_markup(judged):
    assert "italics" in codes(judged(style="strict")[1])
    assert "italics" in codes(judged(style='{"italics": "avoid"}')[1])
    assert "italics" not in codes(judged(style='{"italics": "allow"}')[1])


def test_a_row_may_bring_its_own_style(judged):
    assert "italics" in codes(judged([ROWS[1] | {"style": {"italics": "avoid"}}])[0])


def test_gzipped_files_are_read(judged):
    assert len(judged(name="in.jsonl.gz")) == 3


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (["{"], {}, "line 1: no JSON"),
        (["[]"], {}, "line 1: a JSON object is wanted"),
        ([{"prompt": 7}], {}, "line 1: prompt: a text is wanted"),
        ([{"text": "x", "format": "yaml"}], {}, "format: “yaml” is none of"),
        ([{"text": "x", "prompt_bounds": 5}], {}, "two numbers are wanted"),
        (ROWS, {"checks": "grammer"}, "grammer unknown"),
        (ROWS, {"style": '{"italic": "avoid"}'}, "italic unknown"),
        (ROWS, {"style": "nowhere.json"}, "--style"),
    ],
)
def test_bad_input_is_refused_with_the_field_and_the_fix(judged, rows, options, words):
    with pytest.raises(CommandError, match=words):
        judged(rows, **options)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("run_checks", input=tmp_path / "no.jsonl", output=tmp_path / "out", checks="length")
