"""Rules of our own for mistakes no dictionary can see: a pattern, what is wrong, what to write instead."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.engines.grammar import Issue, Kind

NAME = "rules"
LIKELY = 0.8


@dataclass(frozen=True)
class Rule:
    """`wrong` names the group that is marked, the whole match where there is none of that name. `replacement` is a
    template for it ("\\\\g<noun>s"), or a function of the match; None where only a person can say."""

    name: str
    pattern: re.Pattern[str]
    message: str
    replacement: str | Callable[[re.Match[str]], str] | None = None
    kind: Kind = Kind.GRAMMAR


def rule(
    name: str,
    pattern: str,
    message: str,
    replacement: str | Callable[[re.Match[str]], str] | None = None,
    kind: Kind = Kind.GRAMMAR,
    flags: re.RegexFlag = re.IGNORECASE,
) -> Rule:
    return Rule(name, re.compile(pattern, flags), message, replacement, kind)


def apply(rules: tuple[Rule, ...], text: str) -> Iterator[Issue]:
    for each in rules:
        for match in each.pattern.finditer(text):
            start, end = match.span("wrong" if "wrong" in each.pattern.groupindex else 0)
            yield Issue(start, end, each.kind, each.message, each.name, NAME, LIKELY, _replacements(each, match))


def _replacements(each: Rule, match: re.Match[str]) -> tuple[str, ...]:
    if each.replacement is None:
        return ()
    text = each.replacement(match) if callable(each.replacement) else match.expand(each.replacement)
    marked = match["wrong"] if "wrong" in each.pattern.groupindex else match[0]
    return (text[:1].upper() + text[1:] if marked[:1].isupper() and marked != "I" else text,)
