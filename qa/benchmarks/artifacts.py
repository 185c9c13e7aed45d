# ruff: noqa: S311  # draws that repeat, no secrets
"""How much of what is planted into clean texts the artifacts check finds, and how often it finds something in them."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa.benchmarks import plants
from qa.benchmarks.table import Row
from qa.checks import artifacts
from qa.checks.base import Finding, Severity, Subject
from qa.checks.style import DEFAULT_STYLE

SEED = 20_261
TEXTS_PER_PLANT = 20
CLEAN_TEXTS = 3000
SHORTEST = 120
STRICT: Mapping[str, object] = {
    **{name: "avoid" for name, value in DEFAULT_STYLE.items() if value in ("allow", "avoid")},
    # Not violations of the guide the figures are about: lists, tables and code are part of what is planted around.
    **dict.fromkeys(("lists", "tables", "code_blocks", "nonbreaking_spaces"), "allow"),
}
LEVELS: Mapping[str, object] = {"top_heading": 2}
FIELDS = {"context": "context", "response": "completion", "instruction": "prompt"}
CITATIONS = frozenset(("citation_mark", "editorial_mark", "chatbot_citation"))
COMMAND = "manage.py quality artifacts"
Say = Callable[[str], None]


def run(data: Path, say: Say) -> list[Row]:
    copied, copied_clean = _copied_marks(data)
    texts = {**plants.OWN_TEXTS, "en": _clean(data, "en"), "fi": _clean(data, "fi")}
    recalls = dict(_recalls(texts, say))
    alarms = {language: _alarms(data, language, say) for language in ("en", "fi")}
    planted = _share(*map(sum, zip(*recalls.values(), strict=True)))
    worst = min(recalls, key=lambda kind: _share(*recalls[kind]))
    return [
        _row("citation marks copied from encyclopedias, recall", copied, 0.98, "99.0 %"),
        _row("the same texts cleaned, falsely marked as cited", copied_clean, 0.005, "0 %", most=True),
        _row(
            "style violations planted, recall",
            planted,
            0.98,
            "–",
            f"worst kind: {worst}, {_share(*recalls[worst]):.1%}",
        ),
        *(
            _row(f"clean {language} answers with a false alarm, everything forbidden", share, 0.005, "–", most=True)
            for language, share in alarms.items()
        ),
    ]


def _row(figure: str, measured: float, least: float, start: str, note: str = "", most: bool = False) -> Row:
    is_met = measured <= least if most else measured >= least
    return Row(figure, start, f"{'≤' if most else '≥'} {least:.1%}", f"{measured:.2%}", is_met, COMMAND, note)


def _share(hits: int, all_: int) -> float:
    return hits / max(all_, 1)


def rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _copied_marks(data: Path) -> tuple[float, float]:
    marked = [row for row in rows(data, "artifacts__dolly_first_release") if row["kind"] == "citation_marks"]
    dirty = sum(bool(_codes_of(row, "dirty") & CITATIONS) for row in marked)
    clean = sum("citation_mark" in _codes_of(row, "clean") for row in marked)
    return _share(dirty, len(marked)), _share(clean, len(marked))


def _codes_of(row: Mapping[str, str], side: str) -> set[str]:
    field = FIELDS[row["field"]]
    found = artifacts.find(replace(Subject("x", "x"), **{field: row[side]}))  # type: ignore[arg-type]  # all are texts
    return {finding.code for finding in found if finding.field == field}


def _clean(data: Path, language: str) -> tuple[str, ...]:
    texts = [
        row["completion"] for row in rows(data, f"prompts__dolly_{language}") if len(row["completion"]) >= SHORTEST
    ]
    chosen = random.Random(SEED).sample(texts, min(400, len(texts)))
    return tuple(text for text in chosen if not judged(text, language, STRICT))


def judged(text: str, language: str, style: Mapping[str, object]) -> list[Finding]:
    return artifacts.find(Subject("", text, language=language, style=style))


def _recalls(texts: Mapping[str, tuple[str, ...]], say: Say) -> Iterator[tuple[str, tuple[int, int]]]:
    for kinds, style in ((plants.KINDS, STRICT), (plants.LEVEL_KINDS, LEVELS), ((_phrases(),), {})):
        for kind in kinds:
            counted: Counter[str] = Counter()
            for language, each in texts.items():
                counted += found(kind, language, each, style, say)
            say(f"{kind.name}: {_share(counted['found'], counted['planted']):.1%} of {counted['planted']}")
            yield kind.name, (counted["found"], counted["planted"])


def _phrases() -> plants.Kind:
    """Its plants are each language's own: see _plants_for."""
    return plants.kind("chatbot phrases", "chatbot_phrase")


def _plants_for(kind: plants.Kind, language: str) -> Iterable[plants.Plant]:
    if kind.plants:
        return kind.plants
    return [
        make(each.removeprefix("^"))
        for each in plants.PHRASES[language]
        for make in ((plants.opening,) if each.startswith("^") else (plants.opening, plants.sentence, plants.ending))
    ]


def found(
    kind: plants.Kind, language: str, texts: tuple[str, ...], style: Mapping[str, object], say: Say
) -> Counter[str]:
    rng = random.Random(f"{SEED}{kind.name}{language}")
    counted: Counter[str] = Counter()
    for number, plant in enumerate(_plants_for(kind, language)):
        missed = ""
        for text in rng.sample(texts, min(TEXTS_PER_PLANT if kind.plants else 3, len(texts))):
            dirty = plant(text, rng)
            if dirty is None or dirty == text:
                continue
            is_found = bool({finding.code for finding in judged(dirty, language, style)} & kind.codes)
            counted += Counter(planted=1, found=int(is_found))
            missed = missed if is_found else dirty
        if missed:
            say(f"   missed: {kind.name} {language} no. {number}")
    return +counted


def _alarms(data: Path, language: str, say: Say) -> float:
    """Texts with a finding that is none of the true ones people have left in this set: addresses, marks, chatbots."""
    codes: Counter[str] = Counter()
    alarmed = total = 0
    for row in rows(data, f"prompts__dolly_{language}"):
        if total == CLEAN_TEXTS:
            break
        total += 1
        found = {f.code for f in judged(row["completion"], language, STRICT) if f.severity is not Severity.NOTE}
        codes.update(found)
        alarmed += bool(found - TRULY_THERE)
    say(f"clean {language}, {total} texts: {dict(codes)}")
    return _share(alarmed, total)


# Looked at one by one on the development half: these are right.
TRULY_THERE = frozenset(
    ("link_bare", "citation_mark", "editorial_mark", "chatbot_phrase", "placeholder", "broken_character")
)
