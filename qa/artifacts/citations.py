# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Citation marks left over from encyclopedias, papers and chatbots."""

import re
from collections.abc import Iterator

from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

REMOVE = (Suggestion("Remove", ""),)
WITHOUT_SOURCES = "A citation mark without its list of sources."

# "Citation needed" and its kin, as the Wikipedias of these languages write it.
EDITORS_WORDS = (
    r"[a-z][a-z -]{0,30} needed|when\?|who\?|whom\?|where\?|which\?|why\?|by whom\?|according to whom\?"
    r"|dubious(?: [–-] discuss)?|failed verification|not in citation given|not verified in body|original research\?"
    r"|citation ?\?|ref\?|source\?|vague|edit|edit source|update|weasel words|unreliable source\?|self-published source"
    r"|Einzelnachweis fehlt|Belege? fehl(?:t|en)\??|Quellen? fehl(?:t|en)\??|Nachweis fehlt|wer\?|wann\?|Bearbeiten"
    r"|réf\. (?:nécessaire|souhaitée|incomplète)|référence (?:nécessaire|souhaitée)|citation nécessaire"
    r"|source (?:insuffisante|nécessaire)|qui ?\?|quand ?\?|pas clair|modifier(?: le code)?"
    r"|cita requerida|sin referencias|fuente requerida|¿quién\?|¿cuándo\?|editar"
    r"|senza fonte|citazione necessaria|fonte\?|modifica|carece de fontes\??|citação necessária|quem\?|quando\?"
    r"|lähde ?\??|täsmennä|milloin\?|kuka\?|muokkaa|källa behövs|vem\?|när\?|redigera"
    r"|potrzebny przypis|potrzebne źródło|edytuj|zdroj\?|kdy\?|bron\?"
    r"|джерело ?\??|джерело не вказане[^\]\n]{0,20}|не вказане джерело|немає джерела|коли\?|хто\?|де\?|ред\."
    r"|источник ?\??|источник не указан[^\]\n]{0,20}|нет источника|кому\?|где\?|когда\?|кто\?|кем\?|уточнить|править"
    r"|来源请求|來源請求|需要引用|来源\?|可疑|编辑|編輯|需要更好来源|要出典|بحاجة لمصدر|من\?|متى\?"
)
EDITORIAL = re.compile(rf"\[(?:{EDITORS_WORDS})\](?!\()|\((?:citation|source|reference) needed\)", re.IGNORECASE)
TEMPLATE = re.compile(
    r"\{\{(?:cn|citation needed|fact|cite [a-z]{2,12}[^{}\n]{0,300}|ref[^{}\n]{0,100})\}\}", re.IGNORECASE
)
# Notes and names of sources that stand where a mark does.
NOTES = re.compile(
    r"\[(?:(?:note|nb|n|fn|ref|refs?\.|cit\.|source|Anm\.|Anmerkung|viite|not|komm|прим\.|примечание|примітка|注)[ .:]{0,2}"
    r"(?:\d{1,3}|[a-z])"
    r"|(?:citation|cite|ref|reference|source|footnote|fonte|fuente|Quelle|lähde|källa|источник|джерело|来源)s?)\](?![(\[])",
    re.IGNORECASE,
)
PRIVATE = "[\ue000-\uf8ff]"
TURN = (
    r"turn\d{1,3}(?:search|news|view|image|file|fetch|academia|product|reddit|youtube|finance|sports|forecast|time|maps"
    r"|calc|open|click)\d{1,3}(?:L\d{1,5}(?:-L?\d{1,5})?)?"
)
CHATBOT = re.compile(
    r"[【\[〖][^【】\[\]\n]{0,60}†[^【】\[\]\n]{0,80}[】\]〗]"
    rf"|{PRIVATE}?\b(?:(?:file|image|video)?cite|navlist|i)?{PRIVATE}{{0,2}}{TURN}(?:{PRIVATE}{{0,2}}[, ]?{TURN}){{0,9}}{PRIVATE}{{0,2}}"
    rf"|{PRIVATE}(?:(?:file|image|video)?cite|entity|navlist|url){PRIVATE}[^\n\ue000-\uf8ff]{{0,200}}(?:{PRIVATE}[^\n\ue000-\uf8ff]{{0,80}}){{0,5}}\ue201"
    r"|:{0,2}contentReference\[oaicite:\d{1,3}\](?:\{index=\d{1,3}\})?"
    r"|\[?oaicite:\d{1,3}\]?(?:\{index=\d{1,3}\})?|\[?oai_citation[:\w‡†.-]{0,80}\]?(?:\([^()\s]{0,300}\))?"
    r"|<grok-card[^>\n]{0,200}>"
    r"|\[(?:attached_file|web|file|doc|image|page|memory|chunk|conversation_history|search_results?):\s?\d{1,3}\]"
    r"|\[cite_start\]|\[cite: ?[\d, ]{1,30}\]|\[span_\d{1,3}\]\((?:start|end)_span\)|\[{1,2}citation:\d{1,3}\]{1,2}"
    r"|【\d{1,3}(?:[:-]\d{1,3})?】|〔\d{1,3}〕|［\d{1,3}］"
    r"|\(\[[^\[\]\n]{1,80}\.[a-z]{2,10}\]\(https?://[^()\s]{1,400}\)\)"
)
LINKED = re.compile(r"[ \u00a0]?(?:\[\\?\[\^?\d{1,3}\\?\]\]|\[\^?\d{1,3}\])\(<?(?:https?://|#)[^()\s]{1,400}\)")
FOOTNOTE = re.compile(r"(?<=\S)[ \u00a0]?\[\^[\w-]{1,20}\]|^\[\^[\w-]{1,20}\]:[^\n]*(?:\n|$)", re.M)
LISTED = re.compile(
    r"^\[\d{1,3}\]:?[ \t]+(?=[^\n]*(?:https?://|\bdoi\b|\bISBN\b|\bRetrieved\b|\bet al\b|\(\d{4}\)))", re.M
)

_NUMBERS = r"\d{1,3}(?:[ \u00a0]?[,;–-][ \u00a0]?\d{1,3}){0,12}"
_NUMBERED = rf"\\?\[[ \u00a0]?{_NUMBERS}[ \u00a0]?\\?\]"
_AFTER = r"(?=[\s.,;:!?)\"'”’»。，、；：！？」）*_|…—–-]|[A-Z][a-z]|[^\W\d_a-zA-Z]|$)"
# [3], [12][13], [1, 2], [4–6], [a]: right after a word or a full stop; never at the beginning of a line.
ATTACHED = re.compile(
    r"(?<=[^\W_]|[.,;:!?%)\"'”’»。，、」！？）*_…])"
    rf"(?P<marks>(?:{_NUMBERED}|\[[a-z]\]|\[[ivx]{{2,4}}\])(?:[, \u00a0]?(?:{_NUMBERED}|\[[a-z]\]))*"
    rf"(?::\s?\d{{1,4}}(?:[–-]\d{{1,4}})?(?=[\s.,;)]|$))?){_AFTER}"
)
APART = re.compile(
    rf"(?:(?<=[^\s\[({{=+*/<>|,;:-][ \u00a0])|(?<=\w\*[ ])|(?<=\w\*\*[ ]))(?P<marks>{_NUMBERED}(?:[, \u00a0]?{_NUMBERED})*)(?![a-zA-Z0-9_(])"
)
# What makes a line code or mathematics, where [3] is an index or an interval.
INDEXED = re.compile(
    r"[={}]|;\s*$|\b\w+\([^)\n]*\)|\[\d+\]\s*[+*/<>^-]|\]\.\w|\bdef |\bfor \w+ in |^\s{4}|^>>>|\$[^\s\d]"
)
BETWEEN_SENTENCES = re.compile(r"[^\W\d_]{1}[.!?](?:\[\d{1,3}\])+(?:[ \n][A-Z]|\s*$)")
VARIABLE = re.compile(r"(?:^|[^\w.])[a-zA-Z]$")
# Behind these words a number in brackets is what is spoken of.
POINTED = re.compile(
    r"(?:^|\W)(?:sections?|chapters?|figures?|tables?|pages?|clauses?|lines?|options?|items?|lists?|arrays?|index|indices|elements?|keys?|box|rows?|columns?|steps?|tuple|vectors?|intervals?"
    r"|ranges?|sets?|points?|coordinates?|choices?|answers?|values?|numbers?|sequences?|outputs?|inputs?|returns?|prints?|press"
    r"|select|choose|pick|enter|type|of|in|is|are|be|to|from|between|at|the|an?|and|or|with|like|as|become|gives?|equals?"
    r"|taulukko|lista|luvut|luku|alkio|vaihtoehto|on|ovat|ja|tai|liste|zahlen|option|und|oder|et|ou|y|o|и|или|та|або|список"
    r")[ \u00a0]$",
    re.IGNORECASE,
)
SUPERSCRIPTS = "¹²³⁰⁴⁵⁶⁷⁸⁹"
RAISED = re.compile(
    rf"(?P<word>[^\W\d_]+|[.,;!?\"”’»)。，！？])(?P<marks>[{SUPERSCRIPTS}]{{1,3}}(?:[⁻⁽⁾⸴˒’,][{SUPERSCRIPTS}]{{1,3}}){{0,4}}"
    r"|<sup>\s?\[?\d{1,3}\]?\s?</sup>|\^\d{1,2}\^|\^\[\d{1,3}\])(?![a-zA-Z\d⁺⁻])"
)
UNIT = re.compile(
    r"(?:[a-zA-Zµμα-ωΑ-Ω]{1,2}|min|sec|log|exp|cot|csc|kpc|nmi|µsec|det|dim|sinh?|cosh?|tanh?|feet|foot|inch|inches|yards?|miles?|acres?|(?:kilo|centi|milli|square )?met(?:er|re)s?"
    r"|(?:kilo|senti|milli)?metri[äa]?|(?:kilo|zenti|milli)?metern?|metros?|kilómetros?|mètres?|км|м|см|дм|мм|га|平方米|米)$"
)
_NAME = r"[A-ZÀ-ÞА-ЯЄІЇҐ][\w'’-]{1,30}"
ET_AL = re.compile(
    rf"\((?:see |cf\.? |e\.g\.,? |vgl\. )?{_NAME}(?:,? {_NAME}){{0,3}},? (?:et al\.?|ym\.|u\. ?a\.|и др\.|та ін\.|等),? \(?\d{{4}}[a-z]?\)?[^()\n]{{0,80}}\)"
    rf"|[(\[]{_NAME} et al\.?[)\]]|[（(]{_NAME}等[，,]? ?\d{{4}}[)）]"
)
_AND = r"(?:,? (?:and|&|und|et|y|e|ja|och|и|та) |, )"
AUTHOR_YEAR = re.compile(
    rf"(?P<before>(?<![A-Za-z])[^\W\d_A-Z][^\W\d_]*[\"”’»]?[,:]? )?(?P<marks>[(（](?:see |cf\.? |e\.g\.,? |vgl\. )?{_NAME}(?:{_AND}{_NAME}){{0,4}}"
    r"(?:,? )(?:1[89]|20)\d\d[a-z]?(?P<more>, (?:pp?|S|s)\. ?\d{1,4}(?:[–-]\d{1,4})?)?(?:; [^()\n]{1,120})?[)）])"
)
MONTH = re.compile(
    r"[(（](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter|Q[1-4]|Since|Until|From|In|Circa)[a-z]*,? "
)
CERTAIN = re.compile(r";| & |[(（](?:see|cf|e\.g|vgl)")
ANY = re.compile(r"[\[【〔［〖(（{]|turn\d|oai|<grok|<sup|\^|[\ue000-\uf8ff¹²³⁰⁴-⁹]")


def find(subject: Subject, prose: str) -> Iterator[Mark]:
    if not ANY.search(prose):
        return
    for match in CHATBOT.finditer(prose):
        message = "A citation mark that chatbots leave behind; readers cannot follow it."
        yield Mark("chatbot_citation", Severity.SHOULD, message, *_with_blank(prose, *match.span()), REMOVE)
    for pattern in (EDITORIAL, TEMPLATE, NOTES):
        for match in pattern.finditer(prose):
            message = "An editor's note copied along."
            yield Mark("editorial_mark", Severity.SHOULD, message, match.start(), match.end(), REMOVE)
    if subject.style_of("citation_marks") == "avoid":
        yield from _marks(prose)
    if subject.style_of("author_citations") == "avoid":
        yield from _authors(prose)


def _with_blank(prose: str, start: int, end: int) -> tuple[int, int]:
    """A mark that stood apart leaves no blank before the full stop that follows."""
    return (start - 1 if prose[start - 1 : start] == " " and prose[end : end + 1] in (*".,;:!?\n ", "") else start), end


def _marks(prose: str) -> Iterator[Mark]:
    for start, end in _spans(prose):
        yield Mark("citation_mark", Severity.SHOULD, WITHOUT_SOURCES, *_with_blank(prose, start, end), REMOVE)


def _spans(prose: str) -> Iterator[tuple[int, int]]:
    for pattern in (LINKED, FOOTNOTE, LISTED, ET_AL):
        yield from (match.span() for match in pattern.finditer(prose))
    for match in ATTACHED.finditer(prose):
        if not (_is_code(match, prose) or _is_key(match, prose)):
            yield match.span("marks")
    for match in APART.finditer(prose):
        if not (_is_code(match, prose) or POINTED.search(prose, max(match.start() - 20, 0), match.start())):
            yield match.span("marks")
    for match in RAISED.finditer(prose):
        if not (UNIT.match(match["word"]) or _is_formula(match, prose)):
            yield match.span("marks")


def _authors(prose: str) -> Iterator[Mark]:
    """(Smith, 2019) as papers write it. A film or a place with its year looks the same behind a name: left alone."""
    for match in AUTHOR_YEAR.finditer(prose):
        if (match["before"] or match["more"] or CERTAIN.search(match["marks"])) and not MONTH.match(match["marks"]):
            message = "A source named as papers do; the style guide wants none."
            span = _with_blank(prose, *match.span("marks"))
            yield Mark("author_citation", Severity.SHOULD, message, *span, REMOVE)


def _is_code(match: re.Match[str], prose: str) -> bool:
    if BETWEEN_SENTENCES.match(prose, match.start() - 2):
        return False
    start = prose.rfind("\n", 0, match.start()) + 1
    end = prose.find("\n", match.end())
    near = prose[max(start, match.start() - 80) : min(len(prose) if end == -1 else end, match.end() + 40)]
    return bool(INDEXED.search(near))


def _is_key(match: re.Match[str], prose: str) -> bool:
    """A letter in brackets after a small word is as often an index, a key or an option as a note."""
    if VARIABLE.search(prose, max(match.start() - 2, 0), match.start()):
        return True
    if not match["marks"][1].isalpha() or not prose[match.start() - 1].isalpha():
        return False
    ends = prose[match.end() :][:2]
    if ends[:1] in (*".,;。", "") and (len(ends) < 2 or ends[1].isspace()) and match["marks"][1] in "abcdefgh":
        return not re.search(r"[^\W\d_]{3}$", prose[max(match.start() - 3, 0) : match.start()])
    before = re.search(r"(?:[A-Z][\w.'-]* )?([\w'-]+)$", prose[max(match.start() - 60, 0) : match.start()])
    return (
        before is None
        or len(before[1]) < 3
        or not (before[0][0].isupper() or prose[match.end() :][:4] in (" is ", " was"))
    )


def _is_formula(match: re.Match[str], prose: str) -> bool:
    """A raised number behind ) is a power unless words stand in the parentheses; so is any beside an equals sign."""
    line = prose[max(prose.rfind("\n", 0, match.start()) + 1, match.start() - 40) : match.end() + 10]
    if re.search(r"[=×÷√π≈≤≥∑∫]", line):
        return True
    if match["word"] != ")":
        return False
    opening = prose.rfind("(", max(match.start() - 80, 0), match.start())
    return not re.search(r"[^\W\d_]{3}", prose[opening : match.start()]) if opening >= 0 else True
