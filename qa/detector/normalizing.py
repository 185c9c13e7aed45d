"""One form for every way of writing the same words, so that hidden or look-alike characters change no judgement."""

import re
import unicodedata

from qa.artifacts.look_alikes import LOOK_ALIKES
from qa.scripts import LATIN, script_of

# Everything without a width of its own: formats, soft hyphen, variation selectors, fillers; marks left alone by NFKC.
_HIDDEN = re.compile("[\u115f\u1160\u3164\uffa0\u034f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*\n ?| ?\n ?")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "`": "'", "–": "-", "—": "-", "…": "..."})
_TO_LATIN = {**LOOK_ALIKES["Cyrillic"], **LOOK_ALIKES["Greek"]}


def normalized(text: str) -> str:
    """NFKC without invisible characters, look-alikes folded in words that are otherwise Latin, quotes and dashes plain,
    blanks single; line ends stay, at most one empty line between paragraphs. Applying it twice changes nothing."""
    visible = _visible(_HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    plain = _visible(unicodedata.normalize("NFKC", visible).translate(_QUOTES))
    folded = plain if plain.isascii() else _WORD.sub(_folded_word, plain)
    lines = _LINES.sub(lambda gap: "\n\n" if gap[0].count("\n") > 1 else "\n", _BLANKS.sub(" ", folded))
    return lines.strip()


def _visible(text: str) -> str:
    hidden = [each for each in set(text) if each not in "\n\t" and unicodedata.category(each)[0] == "C"]
    return text.translate(dict.fromkeys(map(ord, hidden))) if hidden else text


def _folded_word(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii() or not any(script_of(letter) == LATIN for letter in word):
        return word
    return "".join(_TO_LATIN.get(letter, letter) for letter in word)
