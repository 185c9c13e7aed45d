"""Languages where a comma always stands before certain conjunctions: which, and after which words it does not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.engines.grammar import Issue, Kind, base_language

NAME = "commas"
LIKELY = 0.7


@dataclass(frozen=True)
class Conjunctions:
    """`words` want a comma before them, except after one of `after`, where they belong to a longer conjunction."""

    words: str
    after: str


GERMAN = Conjunctions(
    "dass weil obwohl sodass",
    "und oder so als ohne statt anstatt sowie bzw beziehungsweise aber sondern denn nur auch gerade vor allem besonders "
    "nicht eben außer kaum bis auf schon insbesondere vielleicht doch wie weder noch einfach wohl zwar teils halb je "
    "desto nämlich etwa erst selbst",
)
CZECH = Conjunctions(
    "že aby ale protože který která které kteří kterou kterého kterému kterých kterým jestli přestože ačkoli ačkoliv",
    "a i nebo než ani jen jako tak že s z ze ve v k ke na o od do pro za před po při u bez podle mezi nad pod kvůli díky "
    "hlavně právě zvlášť to jenže pouze třeba až místo už se",
)
POLISH = Conjunctions(
    "że żeby ale ponieważ który która które którzy którą którego której którym których aby gdyż",
    "i a oraz lub albo ani niż jak tylko dlatego mimo chyba zwłaszcza po o w we z ze do od na przez dla bez za przed przy u "
    "pod nad między podczas tym właśnie nie także również szczególnie",
)
RUSSIAN = Conjunctions(
    "чтобы который которая которое которые которого которой которому которым которых которую поскольку хотя",
    "и или а но не в во на с со к ко о об от из у за под над при про для без до по через перед между ради среди после "
    "вместо кроме того тем как что так даже лишь только ни из-за около вокруг благодаря внутри каждый любой всякий",
)
UKRAINIAN = Conjunctions(
    "щоб який яка яке які якого якої якому яким яких яку але оскільки хоча бо",
    "і й та або чи а але не в у на з із зі до від про для без по через перед між за під над при після замість крім того "
    "тим як що так навіть лише тільки ні біля коли то ж мов ніби там ось невідомо",
)
BY_LANGUAGE = {"de": GERMAN, "cs": CZECH, "pl": POLISH, "ru": RUSSIAN, "uk": UKRAINIAN}


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<before>[^\W\d_]+)(?P<gap>[ ]+)(?={'|'.join(words.split())}\b)(?P<word>[^\W\d_]+)")


PATTERNS = {language: _pattern(each.words) for language, each in BY_LANGUAGE.items()}
EXCEPTIONS = {language: frozenset(each.after.split()) for language, each in BY_LANGUAGE.items()}
WORDS = {language: frozenset(each.words.split()) for language, each in BY_LANGUAGE.items()}


def find(text: str, language: str) -> Iterator[Issue]:
    base = base_language(language)
    if base not in PATTERNS:
        return
    for match in PATTERNS[base].finditer(text):
        if match["before"].lower() in EXCEPTIONS[base] or match["word"] not in WORDS[base]:
            continue
        message = f"A comma stands before “{match['word']}”."
        replacements = (f"{match['before']}, {match['word']}",)
        yield Issue(*match.span(), Kind.PUNCTUATION, message, "comma_before", NAME, LIKELY, replacements)
