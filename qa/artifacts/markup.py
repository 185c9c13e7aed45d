"""Markdown that is broken, or that the project's style guide does not want."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from qa.artifacts.prose import LINE_END, MOST_CHARACTERS, Reading
from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

STYLED = {"em_open": ("italics", "em_close"), "strong_open": ("bold", "strong_close")}
FENCE_OPENING = re.compile(r"[ \t>]*(?P<ticks>`{3,}|~{3,})")
# Two asterisks that touch a word on one side only; 2**3, **kwargs and f*** are something else.
STRAY = re.compile(
    r"(?<![*\w\\/(])\*\*(?!(?:kw)?args|options|params|kw)(?=[^\W\d_]\w*[ ,.:;!?])|(?<=[^\W\d_*][.,:;!?)])\*\*(?![*\w])"
    r"|(?<=[^\W\d_]{3})\*\*(?=[\s.,:;!?])"
)
HEADING = re.compile(r"[ \t]{0,3}(?P<hashes>#{1,6})[ \t]+")
GLUED_HEADING = re.compile(r"^(?P<hashes>#{2,6})(?=[^\W\d_]{2,})", re.M)


def find(subject: Subject, reading: Reading) -> Iterator[Mark]:
    for token in reading.tokens:
        if token.type == "fence":
            yield from _unclosed(reading, token)
        elif token.type == "heading_open":
            yield from _heading(subject, reading, token)
        elif token.type == "inline":
            yield from _inline(subject, reading, token)
    yield from _glued_headings(reading)


def _unclosed(reading: Reading, token: Token) -> Iterator[Mark]:
    start, end = reading.lines(token)
    lines = LINE_END.split(reading.text[start:end].rstrip())
    opening = FENCE_OPENING.match(lines[0])
    closed = len(lines) > 1 and re.fullmatch(r"[ \t>]*" + re.escape(token.markup) + r"[`~]*[ \t]*", lines[-1])
    if opening and not closed and len(reading.text) <= MOST_CHARACTERS:
        first_line_end = start + len(lines[0])
        message = f"This code block is never closed with {token.markup}."
        yield Mark("fence_unclosed", Severity.SHOULD, message, start, first_line_end)


def _heading(subject: Subject, reading: Reading, token: Token) -> Iterator[Mark]:
    start, end = reading.lines(token)
    match = HEADING.match(reading.text, start, end)
    if match is None:
        return
    level, top = int(token.tag[1:]), int(str(subject.style_of("top_heading")))
    if subject.style_of("headings") == "avoid":
        plain = reading.text[match.end() : end].rstrip("# \t")
        remove = (Suggestion("Remove the #", plain),)
        yield Mark("heading", Severity.SHOULD, "The style guide wants no headings.", start, end, remove)
    elif level < top:
        lowered = (Suggestion(f"Make it {'#' * top}", "#" * top + reading.text[match.end("hashes") : end]),)
        message = f"The largest heading the style guide allows is {'#' * top}."
        yield Mark("heading_level", Severity.SHOULD, message, start, end, lowered)


def _glued_headings(reading: Reading) -> Iterator[Mark]:
    for match in GLUED_HEADING.finditer(reading.prose):
        spaced = (Suggestion("Add the blank", match["hashes"] + " "),)
        message = "Without a blank after the # this is no heading."
        yield Mark("heading_glued", Severity.SHOULD, message, match.start(), match.end(), spaced)


def _inline(subject: Subject, reading: Reading, token: Token) -> Iterator[Mark]:
    start, end = reading.lines(token)
    for child, child_start, child_end in _placed(token, reading.text, start, end):
        if child.type in STYLED:
            yield from _styled(subject, reading, child, child_start, child_end)
        elif child.type == "text" and "**" in child.content:
            yield from _stray(reading, child_start, child_end)


def _styled(subject: Subject, reading: Reading, token: Token, start: int, end: int) -> Iterator[Mark]:
    name = STYLED[token.type][0]
    if subject.style_of(name) == "avoid":
        width = len(token.markup)
        plain = (Suggestion("Make it plain", reading.text[start + width : end - width]),)
        yield Mark(name, Severity.SHOULD, f"The style guide wants no {name}.", start, end, plain)


def _stray(reading: Reading, start: int, end: int) -> Iterator[Mark]:
    for match in STRAY.finditer(reading.text, start, end):
        remove = (Suggestion("Remove", ""),)
        message = "These asterisks make nothing bold; they would show."
        yield Mark("stray_asterisks", Severity.SHOULD, message, match.start(), match.end(), remove)


def _placed(token: Token, text: str, start: int, end: int) -> Iterator[tuple[Token, int, int]]:
    """Inline tokens have no positions in markdown-it: each is looked for from where the last one ended. What cannot be
    found is left out, because a mark in the wrong place is worse than none."""
    cursor = start
    opened: list[tuple[Token, int]] = []
    for child in token.children or []:
        written = child.content if child.type == "text" else child.markup
        position = text.find(written, cursor, end) if written else -1
        if position < 0:
            continue
        cursor = position + len(written)
        if child.nesting > 0:
            opened.append((child, position))
        elif child.nesting < 0 and opened:
            yield (*opened.pop(), cursor)
        elif child.type == "code_inline":
            after = text.find(child.content, cursor, end)
            cursor = after + len(child.content) + len(written) if after >= 0 else cursor
        else:
            yield child, position, cursor
