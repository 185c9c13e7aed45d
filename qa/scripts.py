"""Which script a letter belongs to, by its Unicode name; Python's standard library has no script property."""

import unicodedata
from collections import Counter
from functools import lru_cache

LATIN, CYRILLIC, GREEK = "Latin", "Cyrillic", "Greek"
PREFIXES = {
    "LATIN": LATIN,
    "FULLWIDTH LATIN": LATIN,
    "CYRILLIC": CYRILLIC,
    "GREEK": GREEK,
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Devanagari",
    "BENGALI": "Bengali",
    "THAI": "Thai",
    "ARMENIAN": "Armenian",
    "GEORGIAN": "Georgian",
    "CJK": "Han",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "HANGUL": "Hangul",
}

_LATIN_LANGUAGES = (
    "af az bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv ms mt nb nl nn no pl pt ro sk sl sq sv sw "
    "tl tr uz vi"
)
# The scripts a language is written in; a language that is not here is not judged by script.
SCRIPTS_OF: dict[str, frozenset[str]] = {
    **{code: frozenset({LATIN}) for code in _LATIN_LANGUAGES.split()},
    **{code: frozenset({CYRILLIC}) for code in ["be", "bg", "kk", "ky", "mk", "mn", "ru", "tg", "uk"]},
    "az": frozenset({LATIN, CYRILLIC, "Arabic"}),
    "uz": frozenset({LATIN, CYRILLIC}),
    "kk": frozenset({LATIN, CYRILLIC}),
    "sr": frozenset({LATIN, CYRILLIC}),
    "bs": frozenset({LATIN, CYRILLIC}),
    "ms": frozenset({LATIN, "Arabic"}),
    **{code: frozenset({"Arabic"}) for code in ["ar", "fa", "ps", "ur"]},
    "he": frozenset({"Hebrew"}),
    "el": frozenset({GREEK}),
    **{code: frozenset({"Devanagari"}) for code in ["hi", "mr", "ne"]},
    "bn": frozenset({"Bengali"}),
    "th": frozenset({"Thai"}),
    "hy": frozenset({"Armenian"}),
    "ka": frozenset({"Georgian"}),
    "zh": frozenset({"Han"}),
    "ja": frozenset({"Han", "Kana"}),
    "ko": frozenset({"Hangul", "Han"}),
}


@lru_cache(maxsize=20_000)
def script_of(character: str) -> str | None:
    """None for what is no letter and for scripts not listed."""
    if not character.isalpha():
        return None
    name = unicodedata.name(character, "")
    two_words = " ".join(name.split(" ", 2)[:2])
    return PREFIXES.get(two_words) or PREFIXES.get(name.partition(" ")[0].partition("-")[0])


def dominant_script(text: str, share: float = 0.8) -> str | None:
    """The script of at least that share of the letters, else None. Kana among Han is Japanese and counts as Kana."""
    counted = Counter(script for character in text if (script := script_of(character)))
    total = sum(counted.values())
    if not total:
        return None
    if counted["Kana"] and counted["Kana"] + counted["Han"] >= share * total:
        return "Kana"
    script, letters = counted.most_common(1)[0]
    return script if letters >= share * total else None
