"""What a text page sends, as form or as JSON, read once and made safe: texts, token, version, writing signals."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from annotation.models import Draft
from annotation.texts import CONTEXT_FIELDS, Written
from core.refusal import Refusal, Refused

OWN = "own_"
TEXT_FIELDS = ("prompt", "completion", *(OWN + name for name in CONTEXT_FIELDS))
# How a text came about, in numbers; what was typed is never among them.
SIGNALS = ("typed", "pasted_inside", "pasted_outside", "applied", "deleted", "active_seconds")
LARGEST_COUNT = 2**31 - 1
# What the panel showed and which suggestions were applied: names of findings, never their words.
MOST_FINDINGS = 200
FINGERPRINT = re.compile(r"[0-9a-f]{24}")
KIND = re.compile(r"[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Posted:
    written: Written
    token: str
    version: int | None
    signals: dict[str, Any]
    names: tuple[str, ...]  # the text fields in the order they were sent
    asks_workers: bool = False  # the writer has paused: slow checks are wanted too
    has_rested: bool = False  # for longer: those that cost money as well
    active_seconds: int | None = None  # the page's running total for this assignment


def read(request: HttpRequest) -> Posted:
    """Raises Refused (400, "malformed") for what no page of ours sends."""
    data = _json(request) if is_json(request) else request.POST.dict()
    names = tuple(name for name in data if name in TEXT_FIELDS)
    return Posted(
        written=written_of(data),
        token=_text(data, "token"),
        version=_version(data.get("version")),
        signals=_signals(data.get("signals")),
        names=names,
        asks_workers=data.get("slow") in (True, "true"),
        has_rested=data.get("rested") in (True, "true"),
        active_seconds=_seconds(data.get("active_seconds")),
    )


def is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def written_of(data: Mapping[str, Any]) -> Written:
    brought = data.get("own_context")
    own = dict(brought) if isinstance(brought, dict) else {}
    own |= {name: data[OWN + name] for name in CONTEXT_FIELDS if OWN + name in data}
    return Written.of(_text(data, "prompt"), _text(data, "completion"), own)


def texts_of(draft: Draft, names: tuple[str, ...]) -> dict[str, str]:
    """A draft under the names, and in the order, that a page uses: it compares them with its own."""
    texts = {"prompt": draft.prompt, "completion": draft.completion}
    texts |= {OWN + name: str(draft.own_context.get(name, "")) for name in CONTEXT_FIELDS}
    return {name: texts[name] for name in names or ("prompt", "completion")}


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
    except ValueError:
        raise _malformed() from None
    if not isinstance(data, dict):
        raise _malformed()
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise _malformed()
    return value


def _version(value: object) -> int | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _malformed()
    try:
        return int(value)
    except ValueError:
        raise _malformed() from None


def _signals(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except ValueError:
            return {}
    counts: dict[str, Any] = counts_only(value)
    findings = value.get("findings") if isinstance(value, dict) else None
    return counts | {"findings": report_of(findings)} if isinstance(findings, dict) else counts


def report_of(findings: Mapping[str, object]) -> dict[str, Any]:
    """`shown`: fingerprint → "check.code"; `applied`: fingerprints. Bounded; what has another shape is dropped."""
    shown, applied = findings.get("shown"), findings.get("applied")
    pairs = list(shown.items())[:MOST_FINDINGS] if isinstance(shown, dict) else []
    names = applied[:MOST_FINDINGS] if isinstance(applied, list) else []
    return {
        "shown": {name: kind for name, kind in pairs if _is(FINGERPRINT, name) and _is(KIND, kind)},
        "applied": [name for name in names if _is(FINGERPRINT, name)],
    }


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def counts_only(value: object) -> dict[str, int]:
    """Only the known counts survive: nothing else a page might send is stored."""
    if not isinstance(value, dict):
        return {}
    return {name: _count(value[name]) for name in SIGNALS if isinstance(value.get(name), int | float)}


def _count(value: float) -> int:
    return int(min(max(value, 0), LARGEST_COUNT)) if value == value else 0  # NaN differs from itself


def _seconds(value: object) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _count(value) if is_number else None  # type: ignore[arg-type]  # mypy does not follow the name


def _malformed() -> Refused:
    return Refused(Refusal("The request could not be read.", "Reload the page."), status=400, code="malformed")
