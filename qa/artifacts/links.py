"""Links that lead nowhere, and text that was meant to be replaced."""

import re
from collections.abc import Iterator

from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

REMOVE = (Suggestion("Remove", ""),)
URL = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"'`\]\[(){}|\\^，。、；）」】]*(?:\([^\s()]*\)[^\s<>\"'`\]\[(){}|\\^]*)*", re.IGNORECASE
)
EMPTY_LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]\n]{1,200})\]\((?:\s*|#|url|link|href|https?://)\)", re.IGNORECASE)
SPLIT_LINK = re.compile(r"\[[^\[\]\n]{1,200}\](?P<gap>[ \t]+)\(https?://[^\s()]+\)")
MALFORMED = re.compile(
    r"\b(?:htt?ps?|htpps?|hhttps?):?/(?!/)[\w-]+\.\w+\S*|\b(?:htp|htps|htpp|htttp|htttps|hhttp|hhttps|ttps?)://\S+"
    r"|\bhttps?//[\w-]+\.\S+|\bhttps?:\\\\\S+|\bhttps?://https?:?//?\S*|\bhttps?://(?=[\s,;)\]]|$)"
    r"|\bhttps?://\s?www\.(?=\s|$)",
    re.IGNORECASE,
)
PLACEHOLDER_HOST = re.compile(
    r"^(?:www\.)?(?:example\.(?:com|org|net|edu)|(?:your|my)-?(?:site|website|domain|company|link|url|blog)\.\w+"
    r"|(?:domain|website|site|link|url|placeholder|test)\.(?:com|here|org)|foo\.bar|foo\.com)(?=[:/?#]|$)",
    re.IGNORECASE,
)
CHATBOT_SOURCE = re.compile(
    r"[?&](?:utm_source|utm_medium|referrer)=(?:chatgpt|openai|chat\.openai|copilot|perplexity|claude)[\w.]*", re.I
)
TRAILING = ".,;:!?*_)"


def find(subject: Subject, prose: str) -> Iterator[Mark]:
    if "://" not in prose and "](" not in prose and "http" not in prose.lower() and "] (" not in prose:
        return
    yield from _malformed(prose)
    yield from _markdown_links(prose)
    for match in URL.finditer(prose):
        yield from _address(subject, prose, match.start(), match[0].rstrip(TRAILING))


def _malformed(prose: str) -> Iterator[Mark]:
    for match in MALFORMED.finditer(prose):
        yield Mark("link_malformed", Severity.SHOULD, "This address is malformed.", match.start(), match.end())


def _markdown_links(prose: str) -> Iterator[Mark]:
    for match in EMPTY_LINK.finditer(prose):
        keep_text = (Suggestion("Keep the words only", match["text"]),)
        yield Mark("link_empty", Severity.SHOULD, "This link has no address.", match.start(), match.end(), keep_text)
    for match in SPLIT_LINK.finditer(prose):
        joined = (Suggestion("Close the gap", match[0].replace("]" + match["gap"] + "(", "](")),)
        message = "The blank between ] and ( keeps this from being a link."
        yield Mark("link_split", Severity.SHOULD, message, match.start(), match.end(), joined)


def _address(subject: Subject, prose: str, start: int, address: str) -> Iterator[Mark]:
    end = start + len(address)
    rest = address.partition("://")[2]
    if PLACEHOLDER_HOST.match(rest):
        yield Mark("link_placeholder", Severity.SHOULD, "This address is a placeholder.", start, end)
    elif source := CHATBOT_SOURCE.search(address):
        cleaned = (Suggestion("Remove the tracking", _without(address, source)),)
        yield Mark("chatbot_link", Severity.SHOULD, "This address was copied out of a chatbot.", start, end, cleaned)
    elif address.lower().startswith("http://") and rest and subject.style_of("http_links") == "avoid":
        secured = (Suggestion("Use https://", "https://" + rest),)
        yield Mark("link_insecure", Severity.NOTE, "This address begins with http://.", start, end, secured)
    elif subject.style_of("bare_links") == "avoid" and rest and _is_bare(prose, start):
        yield Mark("link_bare", Severity.SHOULD, "An address written out; the style guide wants a link.", start, end)


def _without(address: str, source: re.Match[str]) -> str:
    before, after = address[: source.start()], address[source.end() :]
    return before + ("?" + after[1:] if source[0][0] == "?" and after.startswith("&") else after)


def _is_bare(prose: str, start: int) -> bool:
    return prose[max(start - 2, 0) : start] != "](" and prose[start - 1 : start] != "<"


PLACEHOLDER = re.compile(
    r"\blorem ipsum\b(?: dolor\b)?"
    r"|\[(?:insert|your|enter your|enter the|fill in|name of|company name|recipient|sender|date here"
    r"|link here|url here|einfügen|Ihr Name"
    r"|insérer|votre nom|insertar|su nombre|inserire|inserisci|infoga|ditt namn|lisää|nimesi|inserir"
    r"|seu nome|вставьте|ваше имя"
    r"|вставте|插入|您的|你的)(?=[\s\]:])[^\[\]\n]{0,60}\](?!\()"
    r"|<(?:insert|your|enter your) [^<>\n]{1,60}>|\{\{ ?\w{1,40} ?\}\}"
    r"|\[(?:TODO|FIXME|TBD|XXX|PLACEHOLDER)[^\[\]\n]{0,60}\]|\b(?:TODO|FIXME)(?=:| *$)|\[\.\.\.insert[^\]\n]*\]",
    re.IGNORECASE | re.MULTILINE,
)


def find_placeholders(prose: str) -> Iterator[Mark]:
    for match in PLACEHOLDER.finditer(prose):
        if match[0].lower() in ("todo", "fixme") and match[0].islower():
            continue
        yield Mark("placeholder", Severity.SHOULD, "Text that was meant to be replaced.", match.start(), match.end())
