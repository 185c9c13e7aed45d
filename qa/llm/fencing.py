"""What people wrote, as data that a language model cannot well mistake for instructions.

Three layers, none of them proof: the texts are values in one JSON object, so nothing in them can close the fence;
every word carries a mark that its writer could not foresee ("datamarking", Hines et al. 2024, arXiv 2403.14720); and
characters with which chat templates begin a turn, or that nobody sees, are written as JSON escapes.
"""

import json
import re
import secrets
from collections.abc import Mapping

from core.diff import UNSPACED

# Each is one token together with the blank before it (o200k_base); rarer signs would be two.
MARKS = "^§※¶†º·¥®±"
# A word, at most as much of one as the model reads in a few tokens; scripts without spaces piece by piece.
PIECE = re.compile(rf"[{UNSPACED}]{{1,6}}|[^\s{UNSPACED}]{{1,24}}")
TURN_OPENERS = re.compile(r"<|\[(?=/?(?:INST|SYS))", re.IGNORECASE)


def choose_mark(texts: Mapping[str, str]) -> str:
    """One that occurs in none of the texts; several characters where the texts hold every single one."""
    joined = "".join(texts.values())
    free = [mark for mark in MARKS if mark not in joined]
    if free:
        return secrets.choice(free)
    while (mark := "".join(secrets.choice(MARKS) for _ in range(4))) in joined:
        pass
    return mark


def mark_words(text: str, mark: str) -> str:
    return PIECE.sub(lambda piece: mark + piece[0], text)


def unmark(text: str, mark: str) -> str:
    """The inverse, for texts that do not hold the mark themselves; also for what a model quotes with its marks."""
    return text.replace(mark, "")


def fence(about: Mapping[str, str], texts: Mapping[str, str], mark: str) -> str:
    """The whole user turn: one JSON object with what we say about the texts, the mark, and the texts marked."""
    data = {name: mark_words(text, mark) for name, text in texts.items()}
    return _escaped(json.dumps({**about, "mark": mark, "data": data}, ensure_ascii=False))


def _escaped(written: str) -> str:
    """Still the same JSON: nothing but characters inside strings can be among these."""
    written = TURN_OPENERS.sub(lambda match: _escape(match[0]), written)
    return "".join(each if each.isprintable() else _escape(each) for each in written)


def _escape(character: str) -> str:
    """UTF-16 units, as JSON has them."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
