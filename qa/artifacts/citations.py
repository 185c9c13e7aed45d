"""Citation marks left over from encyclopedias, papers and chatbots."""

import re
from collections.abc import Iterator

from qa.checks.base import Severity, Suggestion
from qa.spans import Mark

REMOVE = (Suggestion("Remove", ""),)

# "Citation needed" and its kin, as the Wikipedias of these languages write it.
EDITORIAL = re.compile(
    r"\[(?:citation needed|clarification needed|when\?|who\?|by whom\?|according to whom\?|dubious – discuss"
    r"|better source needed|not in citation given|full citation needed|page needed|verification needed"
    r"|original research\?"
    r"|(?:note|nb|n|fn|ref|Anm\.|Anmerkung|not|komm) \d{1,3}"
    r"|Einzelnachweis fehlt|Beleg fehlt\??|réf\. (?:nécessaire|souhaitée)|cita requerida|senza fonte"
    r"|citazione necessaria"
    r"|carece de fontes\??|citação necessária|lähde\?|källa behövs|potrzebny przypis|zdroj\?|джерело\?|кому\?|где\?"
    r"|источник не указан[^\]\n]{0,20}|来源请求|來源請求|بحاجة لمصدر)\]",
    re.IGNORECASE,
)
CHATBOT = re.compile(
    r"【[^【】\n]{0,60}†[^【】\n]{0,80}】"
    r"|[\ue200-\ue2ff]?\b(?:cite[\ue200-\ue2ff]*)?(?:turn\d{1,3}(?:search|news|view|image|file|fetch|academia)\d{1,3}"
    r"[\ue200-\ue2ff]*)+"
    r"|:contentReference\[oaicite:\d{1,3}\](?:\{index=\d{1,3}\})?"
    r"|\[?oaicite:\d{1,3}\]?|\boai_citation[:\w‡†.-]*|\[\^?\d{1,3}†[^\]\n]{0,80}\]"
    r"|<grok-card[^>\n]{0,200}>|\[attached_file:\d{1,3}\]|\[web:\d{1,3}\]"
)
# [3], [12][13], [a]: right after a word or a full stop, or with one blank between where a sentence ends beside it;
# never at the beginning of a line.
NUMBERED = re.compile(
    r"(?:(?<=[^\W_]|[.,;:!?%)\"'”’»。，、」])|(?<=[.,!?\"”] )|(?<=[^\W\d_] )(?=\[\d+\][.,]))"
    r"(?P<marks>(?:\[(?:\d{1,3}|[a-z])\])+(?::\s?\d{1,4}(?:[–-]\d{1,4})?(?=[\s.,;)]|$))?)"
    r"(?=[\s.,;:!?)\"'”’»。，、—–-]|[A-Z][a-z]|$)"
)
# What makes a line code or mathematics, where [3] is an index or an interval.
INDEXED = re.compile(
    r"[={}]|;\s*$|\b\w+\([^)]*\)|\[\d+\]\s*[+*/<>^-]|\]\.\w|\bdef |\bfor \w+ in |^\s{4}|^>>>|\$[^\s\d]"
)


def find(prose: str) -> Iterator[Mark]:
    if "[" not in prose and "【" not in prose and "turn" not in prose and "oai" not in prose:
        return
    for match in CHATBOT.finditer(prose):
        message = "A citation mark that chatbots leave behind; readers cannot follow it."
        yield Mark("chatbot_citation", Severity.SHOULD, message, match.start(), match.end(), REMOVE)
    for match in EDITORIAL.finditer(prose):
        yield Mark(
            "editorial_mark", Severity.SHOULD, "An editor's note copied along.", match.start(), match.end(), REMOVE
        )


def find_numbered(prose: str) -> Iterator[Mark]:
    for match in NUMBERED.finditer(prose):
        if INDEXED.search(_nearby(match, prose)) or _is_array(match, prose):
            continue
        message = "A citation mark without its list of sources."
        yield Mark("citation_mark", Severity.SHOULD, message, match.start("marks"), match.end("marks"), REMOVE)


def _nearby(match: re.Match[str], prose: str) -> str:
    start = prose.rfind("\n", 0, match.start()) + 1
    end = prose.find("\n", match.end())
    return prose[max(start, match.start() - 80) : min(len(prose) if end == -1 else end, match.end() + 40)]


def _is_array(match: re.Match[str], prose: str) -> bool:
    """A letter in brackets after a word is as often an index, a key or an option as a note."""
    mark = match["marks"]
    return mark[1].isalpha() and prose[match.start() - 1].isalpha()
