"""Finding the wanted payload in an answer: bare, or inside one ``` block."""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^[ \t]*(?P<ticks>`{3,}|~{3,})[^\n`]*\n(?P<body>.*?)(?:\n)?^[ \t]*(?P=ticks)[ \t\r]*$", re.M | re.S)


@dataclass(frozen=True)
class Payload:
    """Where the content stands in the answer, and how it is wrapped."""

    start: int
    end: int
    fenced: bool = False
    surrounded: bool = False


def payload(text: str) -> Payload:
    """The only fenced block if there is exactly one, else the whole answer without its outer blank space."""
    blocks = list(FENCE.finditer(text))
    if len(blocks) == 1:
        (block,) = blocks
        outside = text[: block.start()] + text[block.end() :]
        return Payload(block.start("body"), block.end("body"), fenced=True, surrounded=bool(outside.strip()))
    start = len(text) - len(text.lstrip())
    return Payload(start, max(start, len(text.rstrip())))


def wrapped(content: str, language: str) -> str:
    return f"```{language}\n{content}\n```"
