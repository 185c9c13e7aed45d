"""Where a prompt says what to do, and where the text for it stands: in the context field or in the prompt itself."""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.instructions.lexicon import CUES
from qa.instructions.words import length, sentences

SHORT_PROMPT = 14
LONGEST_UNIT = 50
LONGEST_INSTRUCTION = 4
SHORTEST_SOURCE = 6
_LABEL = re.compile(r"^(.{2,160}?[:：])\s*(?=\S)(?!//)", re.DOTALL)
_TELLING = (
    "summarize",
    "extract",
    "rewrite",
    "classify",
    "write",
    "ground",
    "question_label",
    "make_question",
    "options",
)
_LIST_ITEM = re.compile(r"^\s*(?:[-•*]|\(?[a-eA-E1-5][).、:：])\s*\S")


@dataclass(frozen=True)
class Layout:
    """`head` and `tail` are what stands before and after the source inside the prompt; `tail` is empty without one."""

    head: str
    tail: str
    inline: str
    context: str

    @property
    def instruction(self) -> str:
        return f"{self.head}\n{self.tail}" if self.tail else self.head

    @property
    def source(self) -> str:
        return f"{self.context}\n{self.inline}" if self.context and self.inline else self.context or self.inline


@lru_cache(maxsize=64)
def layout_of(prompt: str, context: str) -> Layout:
    units = _units(prompt)
    if length(prompt) <= SHORT_PROMPT or len(units) < 2:
        return Layout(prompt.strip(), "", "", context.strip())
    first = _leading(units)
    last = _leading(units[first:][::-1])
    head, middle, tail = units[:first], units[first : len(units) - last], units[len(units) - last :]
    if not head and not tail:
        head, middle = middle[:1], middle[1:]
    if length("\n".join(middle)) < SHORTEST_SOURCE:
        return Layout(prompt.strip(), "", "", context.strip())
    return Layout("\n".join(head), "\n".join(tail), "\n".join(middle), context.strip())


def _units(prompt: str) -> list[str]:
    """Sentences and lines, and what stands before a colon by itself."""
    units: list[str] = []
    for sentence in sentences(prompt):
        label = _LABEL.match(sentence)
        units.extend([label[1], sentence[label.end() :]] if label else [sentence])
    return units


def _leading(units: list[str]) -> int:
    """How many of the first units say what to do. A list of options belongs to the question before it."""
    count = options = 0
    for unit in units:
        if _LIST_ITEM.match(unit) and length(unit) < 15:
            options += 1
        elif count == LONGEST_INSTRUCTION or not _tells(unit):
            break
        else:
            count += 1
    return count + options if count else 0


def _tells(unit: str) -> bool:
    if length(unit) > LONGEST_UNIT:
        return False
    folded = unit.casefold().strip()
    return folded.endswith(("?", "？", ":", "：")) or any(CUES[name].search(folded) for name in _TELLING)
