"""What the demo project is made of; its texts are written for it (english.py, german.py).

The laws of “Riverland” and its firms are invented: nobody should learn law, money or medicine from a demo.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """What a reviewer marks in the completion, why, and what it should say instead."""

    quote: str
    reason: str
    remark: str
    better: str


@dataclass(frozen=True)
class Pair:
    author: str
    fate: str
    prompt: str
    completion: str
    flaw: Flaw | None = None


@dataclass(frozen=True)
class Source:
    title: str
    text: str
    jurisdiction: str = ""


@dataclass(frozen=True)
class CellPlan:
    language: str
    domain: str
    skill: str
    target: int
    brief: str
    format: str = "free"
    sources: tuple[Source, ...] = ()
    pairs: tuple[Pair, ...] = ()
    # Left in the cell for whoever starts next.
    waiting: tuple[Source, ...] = ()
