import gzip
import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from qa.checks.base import Check, Subject
from qa.checks.style import DEFAULT_STYLE
from qa.judging import BadRow, entry_of, judge, subjects_of
from qa.registry import all_checks, checks_over

STRICT = {name: "avoid" for name, value in DEFAULT_STYLE.items() if value == "allow"}
STYLES: Mapping[str, Mapping[str, object]] = {"default": {}, "strict": STRICT}
EACH = 500


class Command(BaseCommand):
    help = (
        "Judges texts from a file, one JSON object a line, without storing them. Fields: id, lang, skill, prompt, "
        "context, completion (or text alone), and where wanted format, schema, group, domain, provenance, style, "
        "prompt_bounds, completion_bounds. Writes id, findings, scores, bands, timings (ms), unavailable."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--checks", default="", help="names, separated by commas; all when left out")
        parser.add_argument("--input", required=True, type=Path, help="FILE.jsonl or FILE.jsonl.gz")
        parser.add_argument("--output", required=True, type=Path, help="FILE.jsonl or FILE.jsonl.gz")
        parser.add_argument(
            "--style", default="default", help="default, strict (all markup is unwanted), or a JSON object or file"
        )

    def handle(self, *, input: Path, output: Path, checks: str, style: str, **_options: Any) -> None:  # noqa: A002
        texts = _texts(input, _style(style))
        wanted = _wanted(checks, [entry_of(subject) for _, subject in texts] if _compares(checks) else [])
        with _opened(output, "wt") as lines:
            for number, (identity, subject) in enumerate(texts, start=1):
                lines.write(json.dumps(asdict(judge(identity, subject, wanted)), ensure_ascii=False) + "\n")
                if number % EACH == 0:
                    self.stderr.write(f"{number:,} of {len(texts):,} texts")
        self.stderr.write(f"{len(texts):,} texts judged by {', '.join(check.name for check in wanted)}")


def _names(checks: str) -> list[str]:
    return [name.strip() for name in checks.split(",") if name.strip()]


def _compares(checks: str) -> bool:
    """Only then is every text of the file embedded before the first is judged."""
    return not _names(checks) or "duplicates" in _names(checks)


def _wanted(checks: str, entries: list[Any]) -> list[Check]:
    known = checks_over(entries) if entries else all_checks()
    unknown = [name for name in _names(checks) if name not in known]
    if unknown:
        raise CommandError(f"--checks: {', '.join(unknown)} unknown. There are: {', '.join(known)}.")
    return [known[name] for name in _names(checks) or known]


def _texts(path: Path, style: Mapping[str, object]) -> list[tuple[Any, Subject]]:
    try:
        return list(subjects_of(_rows(path), style))
    except BadRow as bad:
        raise CommandError(f"--input, {bad}") from None
    except OSError as error:
        raise CommandError(f"--input: {path} cannot be read ({error.strerror or error})") from None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with _opened(path, "rt") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _row(line, number)


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadRow(f"line {number}: no JSON ({error})") from None
    if not isinstance(row, dict):
        raise BadRow(f"line {number}: a JSON object is wanted")
    return row


def _style(text: str) -> Mapping[str, object]:
    if text in STYLES:
        return STYLES[text]
    try:
        style = json.loads(Path(text).read_text() if not text.lstrip().startswith("{") else text)
    except (OSError, ValueError) as error:
        raise CommandError(f"--style: neither {' nor '.join(STYLES)}, nor JSON, nor a file of it ({error})") from None
    unknown = set(style) - set(DEFAULT_STYLE)
    if unknown:
        raise CommandError(f"--style: {', '.join(sorted(unknown))} unknown. There are: {', '.join(DEFAULT_STYLE)}.")
    return dict(style)


def _opened(path: Path, mode: str) -> IO[str]:
    """A text stream; `mode` is rt or wt."""
    if path.suffix == ".gz":
        return gzip.open(path, mode, encoding="utf-8")  # type: ignore[return-value]  # text in these modes
    return path.open(mode, encoding="utf-8")
