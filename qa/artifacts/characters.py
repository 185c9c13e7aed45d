# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Characters nobody typed: invisible ones, look-alikes from another script, broken encodings, doubled blanks."""

import html
import re
from collections.abc import Iterator

from qa.artifacts import look_alikes
from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

REMOVE = (Suggestion("Remove", ""),)
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "ps", "yi", "ug", "sd", "ckb")
FRENCH_SPACING = ("fr",)

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
# Zero-width space, word joiner and its kin, byte order mark, Mongolian vowel separator, interlinear marks, fillers,
# blank Braille, line separators, deprecated format characters.
INVISIBLE = re.compile(
    "[\u200b\u2060-\u2065\u206a-\u206f\ufeff\u180b-\u180e\ufff0-\ufffc\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800"
    "\u2028\u2029\U0001d173-\U0001d17a\U0001bca0-\U0001bca3]+"
)
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]+")
# A selector of glyphs changes a symbol, a Han character or an emoji; behind a letter or a blank it only hides.
SELECTORS = re.compile(
    "(?<=[\\sA-Za-z\u00c0-\u024f\u0370-\u052f.,;:!?])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+|[\U000e0100-\U000e01ef]{2,}"
)
SOFT_HYPHEN = re.compile("\u00ad+")
# Joiners shape Arabic, Indic and other complex scripts, and emoji; beside none of these they do nothing.
_SHAPED = "\u0530-\u1fff\u200c\u200d\u20e3\u2190-\u2bff\ua800-\uabff\ufb1d-\ufdff\ufe0f\ufe70-\ufefc\U00010a00-\U00011fff\U0001f000-\U0001faff"
JOINERS = re.compile(f"(?<![{_SHAPED}])[\u200c\u200d]+(?![{_SHAPED}])")
EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23f3]"
    "[\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*)+"
)
# Signs that are written as text as often as drawn as pictures.
TEXT_SIGNS = frozenset("☐☑☒✓✔✗✘★☆♀♂♠♣♥♦♩♪♫♬♭♯☎✉✝✡☪☮☯☭☠☢☣⚖⚠✂➔➜➡❶❷❸❹❺❻❼❽❾❿➀➁➂➃➄➅➆➇➈➉✦✧❖❑☼☾☽")
TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
OVERRIDES = re.compile("[\u202d\u202e]+")
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202c\u2066-\u2069\u061c]+")
HAS_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

REPLACEMENT = re.compile("\ufffd+")
# UTF-8 read as Windows-1252: pairs that begin with one of these leads and are not words of any language.
MOJIBAKE = re.compile(
    "(?:â€[™œ\u009d\u0153“”˜¦\u201c\u201d]|Ã[©¨¤¶¼±³¡\u00ad«ª®´»¹§\u009f…‰–]|Â[ °·«»©®£]|Ð[°-¿]Ñ[\u0080-\u008f]?)+"
)
ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#x27|#34|mdash|ndash|hellip|rsquo|lsquo|rdquo|ldquo|auml|ouml|uuml|eacute|copy|bull|middot|laquo|raquo|euro|szlig|#\d{2,5}|#x[0-9a-fA-F]{2,5});"
)
DOUBLED = re.compile("(?<=[^\\s.!?:;|>*-])(?:[ \u00a0]{2,3})(?=[^\\s|*#`-])")
TABULAR = re.compile("[ \u00a0]{2,}\\S+[^\n]*?\\S[ \u00a0]{2,}\\S|\\||\t")
# Also the narrow and the figure space, the thin ones and the em space.
NONBREAKING = re.compile("[\u00a0\u202f\u2000-\u200a\u205f]+")


def find(subject: Subject, text: str, prose: str) -> Iterator[Mark]:
    yield from _doubled(prose)
    yield from _entities(prose)
    if not text.isascii():
        yield from _invisible(text)
        yield from _directions(subject, text)
        yield from look_alikes.find(subject, prose)
        yield from _emoji(subject, prose)
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
    yield from _marks(SELECTORS, text, "invisible", "An invisible selector of glyphs; it can carry hidden text.")
    yield from _marks(PRIVATE, text, "private_use", "A character of somebody's private font.")
    yield from _marks(TAGS, text, "invisible", "Invisible tag characters; they can carry hidden text.")
    yield from _marks(SOFT_HYPHEN, text, "soft_hyphen", "An invisible soft hyphen.", Severity.NOTE)


def _directions(subject: Subject, text: str) -> Iterator[Mark]:
    yield from _marks(OVERRIDES, text, "direction", "This hidden character reverses the order of letters.")
    expected = subject.language.partition("-")[0].lower() in RIGHT_TO_LEFT or HAS_RIGHT_TO_LEFT.search(text)
    if not expected:
        yield from _marks(
            DIRECTIONS, text, "direction", "A hidden character for right-to-left text; there is none here."
        )


def _emoji(subject: Subject, prose: str) -> Iterator[Mark]:
    if subject.style_of("emoji") != "avoid":
        return
    for match in EMOJI.finditer(prose):
        if not set(match[0]) <= TEXT_SIGNS:
            yield Mark("emoji", Severity.SHOULD, "The style guide wants no pictograms.", *match.span(), REMOVE)


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
    yield from _marks(NONBREAKING, prose, "nonbreaking_space", "A non-breaking or unusual space.", Severity.NOTE, fix)
