"""Rules of writing that hold in all languages, or in all but a few: doubled words, blanks around punctuation, pairs."""

import re
from collections.abc import Iterator

from qa.engines.grammar import Issue, Kind, base_language

NAME = "typography"
LIKELY, UNSURE = 0.8, 0.4

# Words that are never meant twice in a row; others may be (very very, yavaş yavaş, nous nous).
NEVER_TWICE = {
    "en": "the a an of to in and for is are was were be with on at by from or as if it this these will would can should",
    "de": "und oder ein eine einen einem einer eines zu mit von auf für im am zum zur dass ist sind nicht auch aber bei nach",
    "es": "el la los las un una unos unas de del en y o con por para que es son se su al como pero más muy",
    "fr": "le la les un une des de du et ou en dans avec pour par sur est sont que qui à au aux ce cette se ne",
    "it": "il la lo i gli le un una di del della e o in con per che è sono da su al alla non si come",
    "pt": "o a os as um uma de do da e ou em no na com por para que é são se ao à não como mais",
    "nl": "de het een van en of in op met voor te is zijn naar bij dat aan als er",
    "sv": "och en ett att på i av för med till är som om från vid den det inte",
    "ru": "и в на с по для из к у о от но что как это не за при",
    "uk": "і в на з по для із до у про від але що як це не за при та",
    "pl": "i w na z do dla od o u że jak nie to się po za przez",
    "cs": "a v na s do pro od o u že jak ne to se si po za přes",
}
DOUBLED_WORD = re.compile(r"(?<![\w'’-])([^\W\d_]+)[ \t]+(\1)(?![\w'’-])", re.IGNORECASE)

FRENCH = ("fr",)
BLANK_BEFORE = re.compile(r"(?<=[^\W_])[ ]+(?=[,;:!?.](?:[\s\"”’)]|\Z))")
BLANK_BEFORE_FRENCH = re.compile(r"(?<=[^\W_])[ ]+(?=[,.](?:[\s\"”’)]|\Z))")
NO_BLANK_AFTER_COMMA = re.compile(r"(?<=[^\W\d_]{2})[,;](?=[^\W\d_]{2,})")
NO_BLANK_AFTER_STOP = re.compile(r"(?<![\w.@/-])[^\W\d_]{2,}(?P<stop>[.!?])(?=[^\W\d_]{2,}(?![\w.]))")
DOUBLED_COMMA = re.compile(r"(?<=\w)\s?,\s?,(?=\s)")
TWO_STOPS = re.compile(r"(?<=[^\W\d_]{2})\.\.(?![.\w])")
SHOUTING = re.compile(r"([!?])\1{2,}|[!?]{4,}")
SENTENCE_OPENING = re.compile(
    r"(?<![\w.])(?P<before>[^\W\d_]{2,}|\d{1,4}[)\]])(?P<stop>[.!?])[ ]+(?P<word>[^\W\d_]{2,})", re.M
)
ABBREVIATIONS = frozenset(
    [
        "approx",
        "etc",
        "incl",
        "excl",
        "dept",
        "est",
        "fig",
        "figs",
        "vol",
        "vols",
        "pp",
        "ed",
        "eds",
        "vs",
        "no",
        "nos",
        "art",
        "arts",
        "sec",
        "ch",
        "al",
        "cf",
        "ca",
        "resp",
        "max",
        "min",
        "avg",
        "misc",
        "bzw",
        "bspw",
        "etw",
        "evtl",
        "ggf",
        "inkl",
        "exkl",
        "usw",
        "vgl",
        "sog",
        "str",
        "nr",
        "abs",
        "bd",
        "jh",
        "jhd",
        "ff",
        "tel",
        "mind",
        "max",
        "zzgl",
        "abk",
        "allg",
        "geb",
        "gest",
        "ing",
        "dipl",
        "núm",
        "núms",
        "pág",
        "págs",
        "tel",
        "ej",
        "aprox",
        "avda",
        "sra",
        "sr",
        "sres",
        "dr",
        "prof",
        "ud",
        "uds",
        "vd",
        "av",
        "env",
        "ex",
        "vol",
        "chap",
        "éd",
        "réf",
        "cit",
        "ecc",
        "pag",
        "pagg",
        "sig",
        "art",
        "es",
        "num",
        "т",
        "г",
        "гг",
        "др",
        "пр",
        "им",
        "см",
        "ср",
        "стр",
        "рис",
        "табл",
        "напр",
        "тыс",
        "млн",
        "млрд",
        "руб",
        "коп",
        "ул",
        "обл",
        "ред",
        "изд",
        "род",
        "тов",
        "гр",
        "грн",
        "вул",
        "див",
        "рр",
        "ст",
        "млн",
        "bl",
        "tzv",
        "např",
        "např",
        "apod",
        "atd",
        "např",
        "resp",
        "tj",
        "str",
        "čl",
        "č",
        "např",
        "np",
        "itd",
        "itp",
        "tzn",
        "tzw",
        "ok",
        "ul",
        "godz",
        "zob",
        "m",
        "dz",
        "gs",
        "kl",
        "mm",
        "osv",
        "bl",
        "ev",
        "jfr",
        "enl",
        "st",
        "inc",
        "ltd",
        "co",
        "corp",
        "jr",
        "mr",
        "mrs",
        "ms",
        "dr",
        "rev",
        "gen",
        "col",
        "lt",
        "sgt",
        "capt",
        "hon",
        "dec",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
    ]
)
LATER_SENTENCE = re.compile(r"[^\W\d_]{3,}[.!?]\s+(?![a-zà-öø-ÿа-яіїєґё])[^\W\d_]")
PAIRS = {")": "(", "]": "[", "”": "“", "»": "«"}
LIST_MARK = re.compile(r"^[ \t]*(?:\w{1,3}|[ivxlc]+)[)\]]|[:;=8]-?[()\[\]D]|\d+[)\]]", re.M)
PARAGRAPH = re.compile(r"[^\n]+")


def find(text: str, language: str) -> Iterator[Issue]:
    base = base_language(language)
    yield from _doubled_words(text, base)
    yield from _blanks(text, base)
    yield from _repeated(text, base)
    yield from _openings(text, base)
    yield from _pairs(text, base)


def _issue(start: int, end: int, kind: Kind, message: str, rule: str, score: float, *replacements: str) -> Issue:
    return Issue(start, end, kind, message, rule, NAME, score, replacements)


def _doubled_words(text: str, base: str) -> Iterator[Issue]:
    never = NEVER_TWICE.get(base, "").split()
    for match in DOUBLED_WORD.finditer(text):
        if match[1].lower() in never and not match[2].isupper():
            message = "The same word twice in a row."
            yield _issue(*match.span(), Kind.GRAMMAR, message, "doubled_word", LIKELY, match[1])


def _blanks(text: str, base: str) -> Iterator[Issue]:
    before = BLANK_BEFORE_FRENCH if base in FRENCH else BLANK_BEFORE
    for match in before.finditer(text):
        message = "No blank is wanted before this mark."
        yield _issue(*match.span(), Kind.TYPOGRAPHY, message, "blank_before", LIKELY, "")
    for match in NO_BLANK_AFTER_COMMA.finditer(text):
        message = "A blank is missing after this mark."
        yield _issue(*match.span(), Kind.TYPOGRAPHY, message, "no_blank_after", LIKELY, match[0] + " ")
    for match in NO_BLANK_AFTER_STOP.finditer(text):
        if match[0][:-1].islower() and text[match.end()].isupper():
            message = "A blank is missing after this mark."
            stop = match["stop"]
            yield _issue(*match.span("stop"), Kind.TYPOGRAPHY, message, "no_blank_after", LIKELY, stop + " ")


def _repeated(text: str, base: str) -> Iterator[Issue]:
    for match in DOUBLED_COMMA.finditer(text):
        yield _issue(*match.span(), Kind.PUNCTUATION, "One comma is enough.", "doubled_comma", LIKELY, ",")
    for match in TWO_STOPS.finditer(text):
        message = "Two full stops: one, or three for an omission."
        yield _issue(*match.span(), Kind.PUNCTUATION, message, "two_stops", UNSURE, ".")
    for match in SHOUTING.finditer(text):
        message = "One mark is enough."
        yield _issue(*match.span(), Kind.STYLE, message, "shouting", UNSURE, match[0][0])


def _openings(text: str, base: str) -> Iterator[Issue]:
    for match in SENTENCE_OPENING.finditer(text):
        before, word = match["before"], match["word"]
        if not word.islower() or before.lower() in ABBREVIATIONS or (match["stop"] == "." and len(before) < 4):
            continue
        if match["stop"] != "." and base in ("de", "es", "ru", "uk", "cs", "pl"):
            continue
        message = "A sentence begins with a capital letter."
        yield _issue(*match.span("word"), Kind.GRAMMAR, message, "lower_case_opening", LIKELY, _with_capital(word))
    first = re.match(r"\s*([^\W\d_]{2,})\b(?![.@/_])", text)
    if first and first[1].islower() and _is_prose(text):
        message = "A sentence begins with a capital letter."
        yield _issue(*first.span(1), Kind.GRAMMAR, message, "lower_case_opening", LIKELY, _with_capital(first[1]))


def _is_prose(text: str) -> bool:
    """A single line in lower case is a matter of taste; before other sentences with capitals it is a slip."""
    return len(LATER_SENTENCE.findall(text)) >= 1


def _with_capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _pairs(text: str, base: str) -> Iterator[Issue]:
    """Brackets and quotation marks that open or close alone in their paragraph."""
    list_marks = [match.span() for match in LIST_MARK.finditer(text)]
    for paragraph in PARAGRAPH.finditer(text):
        yield from _unpaired(text, paragraph.start(), paragraph.end(), list_marks, base)


def _is_in(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _unpaired(text: str, start: int, end: int, skipped: list[tuple[int, int]], base: str) -> Iterator[Issue]:
    pairs = {")": "(", "]": "["} if base in ("de", "cs", "sk", "da", "sv", "hu", "pl", "fi") else PAIRS
    opened: list[tuple[str, int]] = []
    for place in range(start, end):
        character = text[place]
        if character in pairs.values():
            opened.append((character, place))
        elif character in pairs:
            if opened and opened[-1][0] == pairs[character]:
                opened.pop()
            elif not any(sign == pairs[character] for sign, _ in opened) and not _is_in(place, skipped):
                message = "This closes what was never opened."
                yield _issue(place, place + 1, Kind.TYPOGRAPHY, message, "unpaired", UNSURE)
    for character, place in opened:
        if character in "([“":
            message = "This is opened and never closed."
            yield _issue(place, place + 1, Kind.TYPOGRAPHY, message, "unpaired", UNSURE)
