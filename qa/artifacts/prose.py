"""Markdown read once: its tokens, and the text with code blanked out so that rules for prose leave code alone."""

import re
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.spans import blank_out

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
# A text without any of these has no markup; reading it would be time for nothing.
MARKUP = re.compile(r"[*_#`~\[|]|^(?: {4}|\t)|^(?:=+|-+)\s*$", re.M)
# Markdown is read this far; the reader's time grows faster than the text, and nobody writes by hand beyond it.
MOST_CHARACTERS = 20_000
LINE_END = re.compile(r"\r\n?|\n")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Reading:
    text: str
    tokens: tuple[Token, ...]
    code: tuple[tuple[int, int], ...]
    line_starts: tuple[int, ...]

    @property
    def prose(self) -> str:
        return blank_out(self.text, self.code)

    def lines(self, token: Token) -> tuple[int, int]:
        """The span of the lines a block token covers, without the last line's end."""
        first, last = token.map or (0, 0)
        end = self.line_starts[last] - 1 if last < len(self.line_starts) else len(self.text)
        return self.line_starts[first], max(end, self.line_starts[first])


@lru_cache(maxsize=8)
def read(text: str) -> Reading:
    """Cached only to let one check's rules share it."""
    starts = (0, *(match.end() for match in LINE_END.finditer(text)))
    parsed = MARKDOWN.parse(text[:MOST_CHARACTERS]) if MARKUP.search(text) else []
    reading = Reading(text, tuple(parsed), (), starts)
    blocks = [reading.lines(token) for token in parsed if token.type in ("fence", "code_block")]
    inline = [match.span() for match in CODE_SPAN.finditer(text)]
    return Reading(text, tuple(parsed), (*blocks, *inline), starts)
