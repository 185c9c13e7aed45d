# lists of phrases and patterns read better one to a line
"""Markdown that is broken, or that the project's style guide does not want."""

import re
from collections.abc import Generator, Iterator
from itertools import pairwise

from markdown_it.token import Token

from qa.artifacts.prose import LINE_END, MOST_CHARACTERS, Reading
from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

STYLED = {"em_open": "italics", "strong_open": "bold"}
BLOCKS = {
    "bullet_list_open": "lists",
    "ordered_list_open": "lists",
    "table_open": "tables",
    "fence": "code_blocks",
}
WANTED = {"lists": "a list", "tables": "a table", "headings": "headings"}
# A short answer needs no headings, whatever the guide says.
LONG_ANSWER_WORDS = 150
FENCE_OPENING = re.compile(r"[ \t>]*(?P<ticks>`{3,}|~{3,})")
# Two asterisks that touch a word on one side only, or stand apart around some words; 2**3, **kwargs and f*** are
# something else.
STRAY = re.compile(
    r"(?<![*\w\\/(])\*\*(?!(?:kw)?args|options|params|kw)(?=[^\W\d_]\w*[ ,.:;!?])|(?<=[^\W\d_*][.,:;!?)])\*\*(?![*\w])"
    r"|(?<=[^\W\d_]{3})\*\*(?=[\s.,:;!?])"
)
# What Markdown's rules for words between blanks miss where there are none: 这是**“重点”**内容.
UNREAD_BOLD = re.compile(r"\*\*(?P<inner>[^\s*](?:[^*\n]{0,200}[^\s*])?)\*\*")
# Python's own names, in prose about it.
PYTHON_NAME = re.compile(
    r"__(?:name|main|init|new|str|repr|len|call|dict|class|doc|file|eq|iter|next|all|version|enter|exit|del|add|hash|module)__"
)
_HAN = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
UNREAD_UNDERSCORES = re.compile(
    rf"(?:(?<=[{_HAN}])|^)(?P<mark>__?)(?P<inner>[^\s_][^_\n]{{0,200}})(?P=mark)(?=[{_HAN}]|$)", re.M
)
APART = re.compile(r"(?<![\w*])(?P<mark>\*\*|__)[ \t]+(?P<inner>[^\W\d_][^*_\n]{0,200}?)[ \t]*(?P=mark)(?![\w*])")


def find(subject: Subject, reading: Reading) -> Iterator[Mark]:
    avoided = {kind for kind, name in BLOCKS.items() if subject.style_of(name) == "avoid"}
    reached = (-1, 0)
    for token in reading.tokens:
        if token.type == "fence":
            yield from _unclosed(reading, token)
        if token.type in avoided and token.level == 0:
            yield _unwanted_block(reading, token)
        elif token.type == "inline":
            first = reading.lines(token)[0]
            # Cells of one row share its line: each is looked for behind the one before.
            start = max(first, reached[1]) if reached[0] == first else first
            reached = (first, (yield from _inline(subject, reading, token, start)))


def missing(subject: Subject, reading: Reading) -> Iterator[Mark]:
    """What the style guide asks of a long answer and is not in it: a finding about the whole text."""
    required = [name for name in WANTED if subject.style_of(name) == "require"]
    if not required or len(reading.text.split()) < LONG_ANSWER_WORDS:
        return
    present = {BLOCKS.get(token.type, "headings" if token.type == "heading_open" else "") for token in reading.tokens}
    for name in required:
        if name not in present:
            message = f"In an answer of {LONG_ANSWER_WORDS} words and more the style guide wants {WANTED[name]}."
            yield Mark(f"{name}_missing", Severity.SHOULD, message)


def _unwanted_block(reading: Reading, token: Token) -> Mark:
    name = BLOCKS[token.type]
    start, end = reading.lines(token)
    first_line = LINE_END.split(reading.text[start:end])[0]
    message = f"The style guide wants no {name.replace('_', ' ')}."
    return Mark(name, Severity.SHOULD, message, start, start + len(first_line), wraps=True)


def _unclosed(reading: Reading, token: Token) -> Iterator[Mark]:
    start, end = reading.lines(token)
    lines = LINE_END.split(reading.text[start:end].rstrip())
    opening = FENCE_OPENING.match(lines[0])
    closed = len(lines) > 1 and re.fullmatch(r"[ \t>]*" + re.escape(token.markup) + r"[`~]*[ \t]*", lines[-1])
    if opening and not closed and len(reading.text) <= MOST_CHARACTERS:
        first_line_end = start + len(lines[0])
        message = f"This code block is never closed with {token.markup}."
        yield Mark("fence_unclosed", Severity.SHOULD, message, start, first_line_end)


def _inline(subject: Subject, reading: Reading, token: Token, start: int) -> Generator[Mark, None, int]:
    """Marks of one paragraph or cell; its value is where the last thing found in it ends."""
    end, reached = reading.lines(token)[1], start
    for child, child_start, child_end in placed(token, reading.text, start, end):
        reached = max(reached, child_end)
        if child.type in STYLED:
            yield from _styled(subject, reading, child, child_start, child_end)
        elif child.type == "text" and ("**" in child.content or "_" in child.content):
            yield from _stray(subject, reading, child_start, child_end)
    return reached


def _styled(subject: Subject, reading: Reading, token: Token, start: int, end: int) -> Iterator[Mark]:
    name = STYLED[token.type]
    if subject.style_of(name) == "avoid" and not PYTHON_NAME.match(reading.text, start):
        width = len(token.markup)
        yield styled(name, start, end, reading.text[start + width : end - width])


def styled(name: str, start: int, end: int, plain: str) -> Mark:
    """Emphasis the guide does not want, with the words it goes around."""
    make_plain = (Suggestion("Make it plain", plain),)
    return Mark(name, Severity.SHOULD, f"The style guide wants no {name}.", start, end, make_plain, wraps=True)


def _stray(subject: Subject, reading: Reading, start: int, end: int) -> Iterator[Mark]:
    for pattern, message in (
        (APART, "With blanks inside, these marks make nothing bold."),
        (UNREAD_BOLD, ""),
        (UNREAD_UNDERSCORES, ""),
    ):
        for match in pattern.finditer(reading.text, start, end):
            yield _unread(subject, match, message)
    for match in STRAY.finditer(reading.text, start, end):
        remove = (Suggestion("Remove", ""),)
        message = "These asterisks make nothing bold; they would show."
        yield Mark("stray_asterisks", Severity.SHOULD, message, match.start(), match.end(), remove)


def _unread(subject: Subject, match: re.Match[str], message: str) -> Mark:
    name = "italics" if match[0][:2] not in ("**", "__") else "bold"
    if subject.style_of(name) == "avoid":
        return styled(name, match.start(), match.end(), match["inner"])
    plain = (Suggestion("Make it plain", match["inner"]),)
    message = message or "Beside these characters the marks make nothing bold; they would show."
    return Mark("stray_asterisks", Severity.SHOULD, message, match.start(), match.end(), plain)


def placed(token: Token, text: str, start: int, end: int) -> Iterator[tuple[Token, int, int]]:
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


def is_emphasis_only(token: Token) -> bool:
    """Whether a paragraph is one line of bold words and nothing else."""
    kinds = [child.type for child in token.children or [] if child.content or child.type != "text"]
    if len(kinds) < 3 or kinds[0] not in STYLED or "softbreak" in kinds or "hardbreak" in kinds:
        return False
    depths = [0]
    for child in (child for child in token.children or [] if child.content or child.type != "text"):
        depths.append(depths[-1] + child.nesting)
    return "strong_open" in kinds[:2] and all(depth > 0 for depth, _ in pairwise(depths[1:]))
