"""What in a text is nobody's prose and never checked: code, addresses, data, and what is quoted from the context."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa.artifacts.prose import read
from qa.engines.grammar import Issue

Span = tuple[int, int]

NOT_PROSE = re.compile(
    r"(?:https?|ftp)://\S+|\bwww\.\S+|[\w.+-]{1,64}@[\w.-]{1,100}\w|(?<!\w)[@#][\w-]{2,}"
    r"|\b[\w-]{2,}\.(?:com|org|net|edu|gov|io|de|fr|es|it|ru|uk|eu|info|html?|pdf|docx?|xlsx?|csv|json|xml|py|js|txt)\b"
    r"|<[^<>\n]{1,200}>|&\w{2,8};|\$[^$\n]{1,200}\$|\\[a-zA-Z]+(?:\{[^{}\n]*\})*"
    r"|(?:[A-Za-z]:)?(?:[\\/][\w.-]+){2,}|\"[\w $.-]{1,60}\"\s*:|\{\{?[^{}\n]{1,80}\}?\}"
    r"|\b(?!\d+(?:st|nd|rd|th)\b)\w*(?:\d\w*[^\W\d_]|[^\W\d_]\w*\d)\w*\b|\b\w+_\w+\b|\b\w+\(\)"
)
CODE_LINE = re.compile(
    r"^[ \t]*(?:(?:[^\n]*[;{}]|[^\n]*\)\s*:)[ \t]*$|(?:import|from|def|class|return|SELECT|INSERT|UPDATE|public|"
    r"private|var|let|const|#include)\b[^\n]*[(){}=;*,][^\n]*$|[^\n]*(?:==|!=|=>|->|\+=|&&|\|\|)[^\n]*$|(?:>>>|\$|//|#!)[^\n]*$)",
    re.M,
)
QUOTED = re.compile(r"\"([^\"\n]{3,})\"|“([^”\n]{3,})”|„([^“”\n]{3,})[“”]|«([^»\n]{3,})»|‘([^’\n]{3,})’")
TOKEN = re.compile(r"\w+")
# As many words in a row as in the context are a quotation, with or without quotation marks.
QUOTATION_WORDS = 5
MOST_CONTEXT = 200_000
STRUCTURE = re.compile(r"\s*(?:\{.*\}|\[.*\]|<\?xml.*>|<(\w[\w:-]*)[^>]*>.*</\1>)\s*\Z", re.S)


def spans(text: str, context: str = "") -> tuple[Span, ...]:
    """Sorted; they may overlap."""
    found = [*read(text).code]
    found += [match.span() for pattern in (NOT_PROSE, CODE_LINE) for match in pattern.finditer(text)]
    if context:
        found += _quotations(text, context[:MOST_CONTEXT])
    return tuple(sorted(found))


def outside(issues: Sequence[Issue], masked: Sequence[Span]) -> list[Issue]:
    """The issues that touch nothing masked."""
    return [issue for issue in issues if not any(start < issue.end and issue.start < end for start, end in masked)]


def is_structure(text: str) -> bool:
    """JSON, XML or CSV as a whole: keys and values are not prose."""
    if not STRUCTURE.match(text):
        return _is_table(text)
    return text.lstrip()[0] == "<" or _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    """At least three lines with the same number of the same separator, with hardly a sentence in them."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 3:
        return False
    return any(
        len({line.count(separator) for line in lines}) == 1 and lines[0].count(separator) >= least
        for separator, least in ((",", 2), (";", 1), ("\t", 1))
    )


def _quotations(text: str, context: str) -> Iterator[Span]:
    folded = context.casefold()
    for match in QUOTED.finditer(text):
        if match[0][1:-1].casefold().strip(" .,") in folded:
            yield match.span()
    yield from _copied(text, _shingles(context))


def _copied(text: str, known: frozenset[tuple[str, ...]]) -> Iterator[Span]:
    tokens = [(match[0].casefold(), *match.span()) for match in TOKEN.finditer(text)]
    for first in range(len(tokens) - QUOTATION_WORDS + 1):
        run = tokens[first : first + QUOTATION_WORDS]
        if tuple(word for word, _, _ in run) in known:
            yield run[0][1], run[-1][2]


@lru_cache(maxsize=4)
def _shingles(context: str) -> frozenset[tuple[str, ...]]:
    words = [word.casefold() for word in TOKEN.findall(context)]
    return frozenset(tuple(words[first : first + QUOTATION_WORDS]) for first in range(len(words) - QUOTATION_WORDS + 1))
