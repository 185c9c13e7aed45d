"""JSON as people write it by hand: what is wrong, where, in their words, and the repairs that cannot change meaning."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from qa.formats.faults import LONG_LINE, Fault, Fix

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+|"', re.S)
OPENERS = {"{": "}", "[": "]"}
MOST_SCHEMA_FAULTS = 5
WORDS = {
    "Expecting value": "A value is missing or not written as JSON here",
    "Expecting property name enclosed in double quotes": "A name in double quotes is missing here",
    "Expecting ':' delimiter": "A colon is missing between a name and its value",
    "Expecting ',' delimiter": "A comma is missing here",
    "Unterminated string starting at": "This string is never closed",
    "Invalid control character at": "A line break or control character stands inside a string; write \\n",
    "Invalid \\escape": "A backslash in a string must be doubled",
    "Invalid \\uXXXX escape": "\\u must be followed by four hexadecimal digits",
    "Extra data": "Something follows after the end of the JSON",
    "Illegal trailing comma before end of object": "A comma stands after the last entry",
    "Illegal trailing comma before end of array": "A comma stands after the last entry",
}


@dataclass(frozen=True)
class Token:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    return [Token(match[0], match.start()) for match in TOKEN.finditer(text)]


def faults(text: str, schema: Mapping[str, Any] | None = None) -> list[Fault]:
    try:
        value = _load(text)
    except json.JSONDecodeError as error:
        return [_explain(text, error)]
    except RecursionError:
        return [Fault("json_too_deep", "The JSON is nested too deeply.", 0)]
    except ValueError:
        return [Fault("json_number", "A number is too long, or NaN or Infinity, which JSON does not have.", 0)]
    return [*_repeated_names(text), *(_against(schema, text, value) if schema else ())]


def is_valid(text: str) -> bool:
    return not faults(text)


def pretty(text: str) -> str | None:
    """Valid JSON on one long line, indented; every name and number stays as it is written. None when fine already."""
    if "\n" in text or len(text) <= LONG_LINE:
        return None
    return "".join(_indented(tokens(text)))


def schema_trouble(schema: object) -> str:
    """Why this is no schema to check answers against; empty when it is one."""
    if schema is None:
        return ""
    if not isinstance(schema, dict):
        return "A schema is a JSON object: { … }."
    try:
        Draft202012Validator.check_schema(schema)
        list(Draft202012Validator(schema, registry=Registry()).iter_errors({}))
    except SchemaError as error:
        return f"Not a JSON Schema: {error.message[:160]}"
    except (Unresolvable, re.error, RecursionError):
        return "This schema points to something that is not in it, or holds a pattern that is none."
    return ""


def _load(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _explain(text: str, error: json.JSONDecodeError) -> Fault:
    words = WORDS.get(error.msg, "This is not valid JSON")
    trailing = _without_trailing_commas(text)
    if trailing is not None:
        return trailing
    return Fault("json_invalid", f"{words}.", min(error.pos, len(text)), _other_repair(text))


def _without_trailing_commas(text: str) -> Fault | None:
    """A fault only if leaving those commas out is all that is needed."""
    found = tokens(text)
    commas = [token for token, following in pairwise(found) if token.text == "," and following.text in "}]"]
    if not commas or not _parses(_cut(text, commas)):
        return None
    first, last = commas[0], commas[-1]
    fix = Fix("Remove the comma", first.start, last.end, _cut(text[: last.end], commas)[first.start :])
    return Fault("json_trailing_comma", "A comma stands after the last entry.", first.start, fix)


def _cut(text: str, unwanted: list[Token]) -> str:
    for token in reversed(unwanted):
        text = text[: token.start] + text[token.end :]
    return text


def _other_repair(text: str) -> Fix | None:
    for label, repaired in (("Use straight double quotes", _straight(text)), ("Write it as JSON", _from_python(text))):
        if repaired != text and _parses(repaired):
            return Fix(label, 0, len(text), repaired)
    return None


def _straight(text: str) -> str:
    return re.sub("[“”„«»]", '"', text)


def _from_python(text: str) -> str:
    """Single quotes and Python's constants, only where no string holds a quote that could be misread."""
    if '"' in text or "\\" in text or re.search(r"\w'\w", text):
        return text
    words = {"True": "true", "False": "false", "None": "null"}
    return re.sub(r"\b(?:True|False|None)\b", lambda match: words[match[0]], text.replace("'", '"'))


def _parses(text: str) -> bool:
    try:
        _load(text)
    except (ValueError, RecursionError):
        return False
    return True


def _repeated_names(text: str) -> Iterator[Fault]:
    seen: list[set[str]] = []
    found = tokens(text)
    for token, following in zip(found, [*found[1:], Token("", len(text))], strict=True):
        if token.text in OPENERS:
            seen.append(set())
        elif token.text in OPENERS.values():
            seen.pop()
        elif following.text == ":" and token.text[0] == '"':
            name = json.loads(token.text)
            if name in seen[-1]:
                yield Fault(
                    "json_repeated_name", f"The name {token.text[:40]} stands twice in one object.", token.start
                )
            seen[-1].add(name)


def _against(schema: Mapping[str, Any], text: str, value: object) -> list[Fault]:
    """Nothing of a schema that cannot be applied: its author is told when it is saved, not who writes the answers."""
    # An empty registry: a schema that points elsewhere must not make us fetch it.
    validator = Draft202012Validator(dict(schema), registry=Registry())
    try:
        errors = list(islice(validator.iter_errors(value), MOST_SCHEMA_FAULTS))
    except (Unresolvable, re.error, RecursionError):
        return []
    found = tokens(text)
    return [
        Fault("json_schema", f"{_path(error)}: {error.message[:160]}.", _position(found, error.absolute_path))
        for error in errors
    ]


def _position(found: Sequence[Token], path: Iterable[str | int]) -> int:
    """Where the value at that path begins, in the tokens of valid JSON."""
    index = 0
    for step in path:
        index = _member(found, index + 1, step)
    return found[index].start


def _member(found: Sequence[Token], index: int, step: str | int) -> int:
    """From behind an opening brace or bracket to the value of that name or number."""
    number = 0
    while found[index].text not in OPENERS.values():
        is_named = found[index + 1].text == ":"
        is_it = json.loads(found[index].text) == step if is_named else number == step
        index += 2 if is_named else 0
        if is_it:
            break
        index = _behind(found, index)
        index += found[index].text == ","
        number += 1
    return index


def _behind(found: Sequence[Token], index: int) -> int:
    depth = 0
    while True:
        text = found[index].text
        depth += (text in OPENERS) - (text in OPENERS.values())
        index += 1
        if depth == 0:
            return index


def _path(error: ValidationError) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    return "".join(steps).removeprefix(".") or "The whole value"


def _indented(found: list[Token]) -> Iterator[str]:
    depth = 0
    for token, following in zip(found, [*found[1:], Token("", 0)], strict=True):
        if token.text in OPENERS:
            empty = following.text == OPENERS[token.text]
            depth += 1
            yield token.text + ("" if empty else _new_line(depth))
        elif token.text in OPENERS.values():
            yield token.text
        else:
            yield {",": "," + _new_line(depth), ":": ": "}.get(token.text, token.text)
        if following.text in OPENERS.values():
            depth -= 1
            if token.text not in OPENERS:
                yield _new_line(depth)


def _new_line(depth: int) -> str:
    return "\n" + "  " * depth
