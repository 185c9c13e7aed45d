# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Words with letters of another script that look the same: nobody sees them, every search misses them."""

import re
from collections.abc import Iterator
from itertools import pairwise

from qa.checks.base import Severity, Subject, Suggestion
from qa.scripts import CYRILLIC, GREEK, LATIN, SCRIPTS_OF, script_of
from qa.spans import Mark

ARMENIAN, CHEROKEE = "Armenian", "Cherokee"
WORD = re.compile(r"[^\W\d_]{2,}")
_PAIRS = {
    CYRILLIC: ("АВСЕНІЈКМОРЅТХУҮԚԜасеорѕхуіјкһԁԛԝӏүѵ", "ABCEHIJKMOPSTXYYQWaceopsxyijkhdqwlyv"),
    GREEK: ("ΑΒΕΗΙΚΜΝΟΡΤΧΥΖονρικυαγϲϳτ", "ABEHIKMNOPTXYZovpikuaycjt"),
    ARMENIAN: ("օսոհցզյԼՕՏ", "ounhgqjLOS"),
    CHEROKEE: ("ᎪᎫᎬᎳᎷᎻᏀᏃᏆᏒᏚᏞᏟᏢᏦᏴᎡᎢᎥ", "AJEWMHGZTRSLCPKBRTi"),
}
LOOK_ALIKES = {script: dict(zip(*pair, strict=True)) for script, pair in _PAIRS.items()}
# The other way round: what looks Latin in a Cyrillic word.
TO_CYRILLIC = {
    **{latin: cyrillic for cyrillic, latin in LOOK_ALIKES[CYRILLIC].items() if cyrillic in "АВСЕНІЈКМОРЅТХУасеорѕхуіјк"},
    "m": "м", "t": "т", "n": "п", "u": "и", "B": "В", "b": "ь", "r": "г",
}  # fmt: skip
# Latin letters of phonetics, Turkish and Roman numerals that pass for a, g, i, l.
_ODD = {
    "ɑ": "a",
    "ɡ": "g",
    "ı": "i",
    "ⅼ": "l",
    "ⅰ": "i",
    "ⅽ": "c",
    "ⅾ": "d",
    "ⅿ": "m",
    "ⅴ": "v",
    "ⅹ": "x",
    "ʏ": "y",
    "ɩ": "i",
}
ODD = re.compile(f"[a-zA-Z]+[{''.join(_ODD)}][a-zA-Z]*|[{''.join(_ODD)}][a-zA-Z]{{2,}}")
DOTLESS = ("tr", "az", "kk", "tt", "crh")
# Turkish names keep their dotless i in other languages.
DOTLESS_BY_MISTAKE = re.compile("[a-zɑɡ]+ı[a-zɑɡı]{3,}")
# A Greek letter at the edge of a short name is meant: Gsα, γH.
NAMED = re.compile("[α-νπ-ω][A-Za-z]{1,3}|[A-Za-z]{1,3}[α-νπ-ω]")
# A single Latin letter where Russian and Ukrainian have a word of one letter.
LONE = re.compile(r"(?<=[а-яё,] )[aociy](?= [а-яёіїєґ])")
LONE_LANGUAGES = ("ru", "uk", "be", "bg")
MESSAGE = "This word mixes {} letters that look alike."


def find(subject: Subject, prose: str) -> Iterator[Mark]:
    language = subject.language.partition("-")[0].lower()
    latin_text = SCRIPTS_OF.get(language, frozenset()) == {LATIN}
    for match in WORD.finditer(prose):
        word = match[0]
        if word.isascii():
            continue
        scripts = {script for letter in word if (script := _script(letter))}
        repaired, message = _repaired(word, scripts), MESSAGE.format(" and ".join(sorted(scripts)))
        if repaired is None and latin_text:
            repaired, message = _disguised(word, scripts), "Letters of another script that look like Latin ones."
        if repaired is not None:
            fix = (Suggestion(f"Write it as {repaired}", repaired),)
            yield Mark("mixed_scripts", Severity.SHOULD, message, *match.span(), fix)
        elif _switches(word, scripts) >= 2:
            yield Mark("mixed_scripts", Severity.SHOULD, message, *match.span())
    yield from _odd_latin(language, prose)
    if language in LONE_LANGUAGES:
        yield from _lone(prose)


def _script(letter: str) -> str | None:
    return CHEROKEE if "Ꭰ" <= letter <= "Ᏼ" else script_of(letter)


def _repaired(word: str, scripts: set[str]) -> str | None:
    """The word in one script, where every letter of the other has its look-alike; None where both scripts are meant."""
    if len(scripts) != 2 or LATIN not in scripts or NAMED.fullmatch(word):
        return None
    (other,) = scripts - {LATIN}
    table = LOOK_ALIKES.get(other, {})
    to_latin = "".join(table.get(letter, letter) for letter in word)
    if all(script_of(letter) == LATIN for letter in to_latin):
        return to_latin
    to_cyrillic = "".join(TO_CYRILLIC.get(letter, letter) for letter in word)
    is_pure = other == CYRILLIC and all(script_of(letter) == CYRILLIC for letter in to_cyrillic)
    return to_cyrillic if is_pure else None


def _switches(word: str, scripts: set[str]) -> int:
    """How often the script changes inside a word; a foreign stem with an ending of one's own changes once."""
    if scripts != {LATIN, CYRILLIC}:
        return 0
    kinds = [script_of(letter) for letter in word]
    return sum(first != second for first, second in pairwise(kinds))


def _disguised(word: str, scripts: set[str]) -> str | None:
    """A whole word of look-alikes in a text of a language that is written in Latin letters. Real Russian words of such
    letters only are short and few; they are quoted among others, which this does not see."""
    if len(scripts) != 1 or len(word) < 3 or not scripts <= {CYRILLIC, ARMENIAN, CHEROKEE}:
        return None
    table = LOOK_ALIKES[next(iter(scripts))]
    return "".join(table[letter] for letter in word) if all(letter in table for letter in word) else None


def _odd_latin(language: str, prose: str) -> Iterator[Mark]:
    for match in ODD.finditer(prose):
        if "ı" in match[0] and (language in DOTLESS or not DOTLESS_BY_MISTAKE.fullmatch(match[0])):
            continue
        if prose[match.start() - 1 : match.start()].isalpha() or prose[match.end() : match.end() + 1].isalpha():
            continue
        repaired = "".join(_ODD.get(letter, letter) for letter in match[0])
        fix = (Suggestion(f"Write it as {repaired}", repaired),)
        yield Mark("mixed_scripts", Severity.SHOULD, "A letter that only looks like the usual one.", *match.span(), fix)


def _lone(prose: str) -> Iterator[Mark]:
    for match in LONE.finditer(prose):
        cyrillic = TO_CYRILLIC[match[0]]
        fix = (Suggestion(f"Write it as {cyrillic}", cyrillic),)
        yield Mark("mixed_scripts", Severity.SHOULD, "A Latin letter among Cyrillic words.", *match.span(), fix)
