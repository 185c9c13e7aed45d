# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Headings: unwanted, too large, jumping a level, glued to their #, or bold text in their place."""

import re
from collections.abc import Iterator

from markdown_it.token import Token

from qa.artifacts.markup import is_emphasis_only
from qa.artifacts.prose import Reading
from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

HASHES = re.compile(r"(?P<hashes>#{1,6})(?:[ \t]+|$)", re.M)
UNDERLINE = re.compile(r"[\r\n]+[ \t>]*(?:=+|-+)[ \t]*$")
CLOSING = re.compile(r"[ \t]+#+[ \t]*$|[ \t]+$")
# In front of a heading inside a quotation or a list.
PREFIX = r"^(?:[ \t]{0,3}(?:>|[-*+][ \t]|\d{1,3}[.)][ \t]))*[ \t]{0,3}"
GLUED = re.compile(PREFIX + r"(?P<hashes>#{2,6})(?=[^\W_]|[*_]{1,2}\w|[“\"'(])", re.M)
# One # is as often a hashtag, a number or a line of C: only a line of several words that begins like a title.
GLUED_ONE = re.compile(PREFIX + r"(?P<hashes>#)(?=[^\W\d_a-z][^\W_]*[ \t]+\w[^#\n]*$)", re.M)
# A comment in code that stands in no ``` block.
COMMENT = re.compile(r"#[ \t]")
CODE_LINE = re.compile(
    r"[ \t]*(?:(?:def|import|from|for|if|while|class|return|print|const|let|var|function|sudo|pip|git|echo|export|SELECT)\b.*[:;()=]?|[\w.\[\]]+ ?[+*-]?= ?\S.*|[\w.]+\(.*\)[;:]?)[ \t]*"
)
CODE_SIGN = re.compile(r"[=(){};]|\bimport\b|:[ \t]*$")
LONGEST_HEADING = 100
NOT_A_TITLE = re.compile(r"[.!?。！？;；,，][\"'”»)*_]*$")


def find(subject: Subject, reading: Reading) -> Iterator[Mark]:
    previous = 0
    for index, token in enumerate(reading.tokens):
        if token.type == "heading_open" and not _is_comment(reading, token):
            yield from _heading(subject, reading, token, previous)
            previous = int(token.tag[1:])
        elif token.type == "inline" and _is_bold_heading(reading, index):
            yield from _bold_heading(subject, reading, token, previous)
    yield from _glued(subject, reading)


def _is_comment(reading: Reading, token: Token) -> bool:
    start, end = reading.lines(token)
    if token.markup != "#" or not COMMENT.match(reading.text, start):
        return token.markup in ("-", "=") and end - reading.text.rfind("\n", start, end) <= 2
    neighbors = (
        reading.text[:start].rstrip().rpartition("\n")[2],
        reading.text[end:].lstrip("\r\n").partition("\n")[0],
    )
    return any(CODE_LINE.fullmatch(line) and CODE_SIGN.search(line) for line in neighbors)


def _heading(subject: Subject, reading: Reading, token: Token, previous: int) -> Iterator[Mark]:
    start, end = reading.lines(token)
    level, top = int(token.tag[1:]), int(str(subject.style_of("top_heading")))
    if subject.style_of("headings") == "avoid":
        yield _unwanted(reading.text, token, start, end)
    elif level < top:
        message = f"The largest heading the style guide allows is {'#' * top}."
        yield _other_level(reading.text, token, start, end, "heading_level", message, top)
    elif previous and level > previous + 1 and subject.style_of("heading_jumps") == "avoid":
        message = f"This heading skips a level: {'#' * (previous + 1)} comes after {'#' * previous}."
        yield _other_level(reading.text, token, start, end, "heading_jump", message, previous + 1)


def _words(text: str, token: Token, start: int, end: int) -> tuple[int, int, int]:
    """Where the marked heading begins, where its words begin and where they end."""
    if token.markup in ("=", "-"):
        underline = UNDERLINE.search(text, start, end)
        return start, start, underline.start() if underline else end
    match = HASHES.search(text, start, end)
    if match is None:
        return start, start, end
    closing = CLOSING.search(text, match.end(), end)
    return match.start(), match.end(), closing.start() if closing else end


def _unwanted(text: str, token: Token, start: int, end: int) -> Mark:
    begins, words, words_end = _words(text, token, start, end)
    remove = (Suggestion("Make it a plain line", text[words:words_end]),)
    message = "The style guide wants no headings."
    return Mark("heading", Severity.SHOULD, message, begins, end, remove, wraps=True)


def _other_level(text: str, token: Token, start: int, end: int, code: str, message: str, level: int) -> Mark:
    begins, words, words_end = _words(text, token, start, end)
    mended = (Suggestion(f"Make it {'#' * level}", f"{'#' * level} {text[words:words_end]}"),)
    return Mark(code, Severity.SHOULD, message, begins, end, mended, wraps=True)


def _is_bold_heading(reading: Reading, index: int) -> bool:
    """A short line of its own, all bold, without a full stop and with something under it."""
    token = reading.tokens[index]
    is_paragraph = reading.tokens[index - 1].type == "paragraph_open" and token.level == 1
    return (
        is_paragraph
        and token.content[:1] in "*_"
        and len(token.content) <= LONGEST_HEADING
        and index + 2 < len(reading.tokens)
        and is_emphasis_only(token)
        and not NOT_A_TITLE.search(token.content)
    )


def _bold_heading(subject: Subject, reading: Reading, token: Token, previous: int) -> Iterator[Mark]:
    no_headings = subject.style_of("headings") == "avoid"
    if subject.style_of("bold_headings") != "avoid" and not no_headings:
        return
    start, end = reading.lines(token)
    words = token.content.strip("*_ \t")
    level = min(max(previous, int(str(subject.style_of("top_heading"))), 2), 6)
    instead = Suggestion("Make it a heading", f"{'#' * level} {words.rstrip(':：')}")
    message = "A bold line stands in for a heading."
    if no_headings:
        instead = Suggestion("Make it a plain line", words)
        message = "A bold line stands in for a heading; the style guide wants none."
    yield Mark("bold_heading", Severity.SHOULD, message, start, end, (instead,), wraps=True)


def _glued(subject: Subject, reading: Reading) -> Iterator[Mark]:
    if "#" not in reading.text:
        return
    no_headings = subject.style_of("headings") == "avoid"
    for pattern in (GLUED, GLUED_ONE):
        for match in pattern.finditer(reading.prose):
            instead = (
                Suggestion("Remove the #", "") if no_headings else Suggestion("Add the blank", match["hashes"] + " ")
            )
            message = "Without a blank after the # this is no heading."
            span = match.span("hashes")
            yield Mark("heading_glued", Severity.SHOULD, message, *span, (instead,))
