"""Characters nobody typed: invisible ones, look-alikes from another script, broken encodings, doubled blanks."""

import html
import re
from collections.abc import Iterator

from qa.checks.base import Severity, Subject, Suggestion
from qa.scripts import CYRILLIC, GREEK, LATIN, script_of
from qa.spans import Mark

REMOVE = (Suggestion("Remove", ""),)
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "ps", "yi", "ug", "sd", "ckb")
FRENCH_SPACING = ("fr",)

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
# Zero-width space, word joiner and its kin, byte order mark, Mongolian vowel separator, interlinear marks.
INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u180e\ufff9-\ufffb\u115f\u1160\u3164\uffa0]+")
SOFT_HYPHEN = re.compile("\u00ad+")
# Joiners shape Arabic, Indic scripts and emoji; between these letters they do nothing.
JOINERS = re.compile(
    "(?<=[A-Za-z\u00c0-\u024f\u0400-\u04ff\u0370-\u03ff])[\u200c\u200d]+(?=[A-Za-z\u00c0-\u024f\u0400-\u04ff\u0370-\u03ff])"
)
TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
OVERRIDES = re.compile("[\u202d\u202e]+")
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202c\u2066-\u2069\u061c]+")
HAS_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

WORD = re.compile(r"[^\W\d_]{2,}")
LATIN_LETTERS = "ABCEHIJKMNOPSTXYaceopsxyij"
LOOK_ALIKES = {
    CYRILLIC: dict(zip("АВСЕНІЈКМNОРЅТХУасеорѕхуіј", LATIN_LETTERS, strict=True)),
    GREEK: dict(zip("ΑΒΕΗΙΚΜΝΟΡΤΧΥΖο", "ABEHIKMNOPTXYZo", strict=True)),
}
del LOOK_ALIKES[CYRILLIC]["N"]
TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in LOOK_ALIKES[CYRILLIC].items()}

REPLACEMENT = re.compile("\ufffd+")
# UTF-8 read as Windows-1252: pairs that begin with one of these leads and are not words of any language.
MOJIBAKE = re.compile(
    "(?:â€[™œ\u009d\u0153“”˜¦\u201c\u201d]|Ã[©¨¤¶¼±³¡\u00ad«ª®´»¹§\u009f…‰–]|Â[ °·«»©®£]|Ð[°-¿]Ñ[\u0080-\u008f]?)+"
)
ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#x27|#34|mdash|ndash|hellip|rsquo|lsquo|rdquo|ldquo|auml|ouml|uuml|eacute);"
)
DOUBLED = re.compile("(?<=[^\\s.!?:;|>*-])(?:[ \u00a0]{2,3})(?=[^\\s|*#`-])")
TABULAR = re.compile("[ \u00a0]{2,}\\S+[^\n]*?\\S[ \u00a0]{2,}\\S|\\||\t")
NONBREAKING = re.compile("\u00a0+")


def find(subject: Subject, text: str, prose: str) -> Iterator[Mark]:
    yield from _doubled(prose)
    yield from _entities(prose)
    if not text.isascii():
        yield from _invisible(text)
        yield from _directions(subject, text)
        yield from _mixed_scripts(prose)
        yield from _broken(prose)
        yield from _nonbreaking(subject, prose)
    elif not text.isprintable():
        yield from _marks(CONTROLS, text, "control", "An invisible control character.")


def _marks(
    pattern: re.Pattern[str],
    text: str,
    code: str,
    message: str,
    severity: Severity = Severity.SHOULD,
    suggestions: tuple[Suggestion, ...] = REMOVE,
) -> Iterator[Mark]:
    for match in pattern.finditer(text):
        names = ", ".join(dict.fromkeys(f"U+{ord(character):04X}" for character in match[0][:8]))
        yield Mark(
            code, severity, f"{message} ({names})", match.start(), match.end(), suggestions, {"characters": names}
        )


def _invisible(text: str) -> Iterator[Mark]:
    yield from _marks(CONTROLS, text, "control", "An invisible control character.")
    yield from _marks(INVISIBLE, text, "invisible", "An invisible character.")
    yield from _marks(JOINERS, text, "invisible", "An invisible joiner that joins nothing here.")
    yield from _marks(TAGS, text, "invisible", "Invisible tag characters; they can carry hidden text.")
    yield from _marks(SOFT_HYPHEN, text, "soft_hyphen", "An invisible soft hyphen.", Severity.NOTE)


def _directions(subject: Subject, text: str) -> Iterator[Mark]:
    yield from _marks(OVERRIDES, text, "direction", "This hidden character reverses the order of letters.")
    expected = subject.language.partition("-")[0].lower() in RIGHT_TO_LEFT or HAS_RIGHT_TO_LEFT.search(text)
    if not expected:
        yield from _marks(
            DIRECTIONS, text, "direction", "A hidden character for right-to-left text; there is none here."
        )


def _mixed_scripts(prose: str) -> Iterator[Mark]:
    for match in WORD.finditer(prose):
        word = match[0]
        if word.isascii():
            continue
        scripts = {script for letter in word if (script := script_of(letter))}
        repaired = _repaired(word, scripts)
        if repaired is not None:
            others = " and ".join(sorted(scripts))
            message = f"This word mixes {others} letters that look alike."
            fix = (Suggestion(f"Write it as {repaired}", repaired),)
            yield Mark("mixed_scripts", Severity.SHOULD, message, match.start(), match.end(), fix)


def _repaired(word: str, scripts: set[str]) -> str | None:
    """The word in one script, where every letter of the other has its look-alike; None where both scripts are meant."""
    if scripts == {LATIN, CYRILLIC}:
        to_latin = "".join(LOOK_ALIKES[CYRILLIC].get(letter, letter) for letter in word)
        to_cyrillic = "".join(TO_CYRILLIC.get(letter, letter) for letter in word)
        return _first_pure((to_latin, LATIN), (to_cyrillic, CYRILLIC))
    if scripts == {LATIN, GREEK}:
        return _first_pure(("".join(LOOK_ALIKES[GREEK].get(letter, letter) for letter in word), LATIN))
    return None


def _first_pure(*candidates: tuple[str, str]) -> str | None:
    return next((word for word, script in candidates if all(script_of(letter) == script for letter in word)), None)


def _broken(prose: str) -> Iterator[Mark]:
    yield from _marks(REPLACEMENT, prose, "broken_character", "A character was lost here.", suggestions=())
    for match in MOJIBAKE.finditer(prose):
        repaired = _decoded(match[0])
        fix = (Suggestion(f"Write {repaired}", repaired),) if repaired else ()
        message = "Letters broken by a wrong encoding."
        yield Mark("broken_encoding", Severity.SHOULD, message, match.start(), match.end(), fix)


def _decoded(broken: str) -> str | None:
    try:
        return broken.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None


def _entities(prose: str) -> Iterator[Mark]:
    for match in ENTITY.finditer(prose):
        character = html.unescape(match[0])
        fix = (Suggestion("Write the character", character),)
        yield Mark("entity", Severity.NOTE, "A character written as HTML would.", match.start(), match.end(), fix)


def _doubled(prose: str) -> Iterator[Mark]:
    for match in DOUBLED.finditer(prose):
        if not TABULAR.search(_line_around(prose, match)):
            fix = (Suggestion("One blank", " "),)
            yield Mark("doubled_blank", Severity.NOTE, "Two blanks between words.", match.start(), match.end(), fix)


def _line_around(prose: str, match: re.Match[str]) -> str:
    start = prose.rfind("\n", 0, match.start()) + 1
    end = prose.find("\n", match.end())
    return prose[start : len(prose) if end == -1 else end]


def _nonbreaking(subject: Subject, prose: str) -> Iterator[Mark]:
    if subject.style_of("nonbreaking_spaces") != "avoid" or subject.language.partition("-")[0] in FRENCH_SPACING:
        return
    fix = (Suggestion("An ordinary blank", " "),)
    yield from _marks(NONBREAKING, prose, "nonbreaking_space", "A non-breaking space.", Severity.NOTE, fix)
