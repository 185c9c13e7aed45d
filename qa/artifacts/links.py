# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Links that lead nowhere, and addresses written as the style guide does not want them. Nothing here asks the network."""

import re
from collections.abc import Iterator

from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

# An address without its scheme's //, up to what cannot belong to it; parentheses only in pairs.
URL = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"'`\]\[(){}|\\^，。、；）」】]*(?:\([^\s()]{0,200}\)[^\s<>\"'`\]\[(){}|\\^]*)*",
    re.IGNORECASE,
)
WWW = re.compile(
    r"(?<![\w/@.:-])www\.[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}(?:/[^\s<>\"'`\]\[(){}|\\^，。、；）」】]*)?",
    re.IGNORECASE,
)
# Without www only with a path behind it: a name such as Amazon.com is no link.
DOMAIN = re.compile(
    r"(?<![\w/@.:-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|edu|gov|io|info|de|fi|fr|es|it|ru|ua|uk|eu|cn|se|pl)"
    r"/[a-z0-9][^\s<>\"'`\]\[(){}|\\^，。、；）」】]*",
    re.IGNORECASE,
)
MARKDOWN_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\[\]\n]{1,200})\]\([ \t]*<?(?P<address>[^()\n<>]{0,400}(?:\([^()\n]{0,100}\)[^()\n<>]{0,200})?)>?[ \t]*\)"
)
IMAGE = re.compile(r"!\[(?P<text>[^\[\]\n]{0,200})\]\([ \t]*(?P<address>[^()\n]{0,400})\)")
NO_ADDRESS = re.compile(
    r"(?:#|url|link|href|address|here|todo|tbd|xxx+|\.\.\.|…|https?:?/{0,2}|insert.{0,40}|your.{0,40}|link.{0,20}url)?",
    re.IGNORECASE,
)
GOOD_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|#[\w-]|/[\w.-]|\.{1,2}/)\S*(?:[ \t]+[\"'(].*)?", re.IGNORECASE)
FILE_ADDRESS = re.compile(
    r"(?:[\w-]+/)*[\w-]+\.(?:md|html?|pdf|png|jpe?g|gif|svg|txt|csv|json)(?:#[\w-]+)?", re.IGNORECASE
)
SCHEMELESS = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,10}(?:/\S*)?", re.IGNORECASE)
SPLIT_LINK = re.compile(r"(?P<text>\[[^\[\]\n]{1,200}\])(?P<gap>[ \t]+)(?P<address>\(https?://[^\s()]{1,400}\))")
REVERSED_LINK = re.compile(r"\((?P<text>[^()\[\]\n]{1,200})\)\[(?P<address>https?://[^\s\[\]]{1,400})\]")
UNCLOSED_LINK = re.compile(
    r"\[(?P<text>[^\[\]\n]{1,200})\]\((?P<address>https?://[^\s()]{1,400})(?=[\s]|$)(?![^()\n]{0,200}\))", re.M
)
TEXT_UNCLOSED = re.compile(r"\[(?P<text>[^\[\]()\n]{1,120})\((?P<address>https?://[^\s()\[\]]{1,400})\)(?!\])")
MALFORMED = re.compile(
    r"\b(?:htt?ps?|htpps?|hhttps?):?/(?!/)[\w-]+\.\w+\S*|\b(?:htp|htps|htpp|htpps|htttp|htttps|hhttp|hhttps|ttps?|hxxps?|httpss|http s|https ?:)://\S+"
    r"|\bhttps?//[\w-]+\.\S+|\bhttps?:\\\\\S+|\bhttps?:\\[\w-]\S+|\bhttps?://https?:?//?\S*|\bhttps?:///+\S*|\bhttps?://(?=[\s,;)\]]|$)"
    r"|\bhttps?[;,]//\S+|\bhttps?: //\S+|\bhttps?:// ?www\.(?=\s|$)|\bhttps?://\s[\w-]+\.\w{2,}\S*|\bhttps?:(?=www\.|[a-z0-9-]+\.[a-z]{2,6}/)\S+"
    r"|\bw{2}\.[a-z][\w-]{2,}\.[a-z]{2,6}\b\S*|\bw{4}\.[a-z][\w-]{2,}\.[a-z]{2,6}\b\S*|\bwww,[\w-]+[.,]\w+|\bwww\.\.[\w-]+\S*",
    re.IGNORECASE,
)
PLACEHOLDER_HOST = re.compile(
    r"^(?:[\w-]+\.)?(?:example\.(?:com|org|net|edu|[a-z]{2})|(?:your|my|the|some|insert)-?_?(?:own-?)?(?:site|website|domain|domainname|company|link|url|blog|page|name|link-?here|url-?here|host|server)(?:name|here)?(?:\.[a-z.]{2,12})?"
    r"|(?:domain|website|site|link|url|placeholder|test|sample|dummy|beispiel|ejemplo|exemple|esimerkki|exempel|primer|xxx+|abc|xyz)\.(?:com|here|org|net|de|es|fr|fi|ru|ua|cn)|foo\.bar|(?:foo|bar|foobar|acme|asdf|lorem|todo)\.com|\.\.\.|todo|tbd|link|url|xxx+|placeholder)(?=[:/?#]|$)",
    re.IGNORECASE,
)
PLACEHOLDER_PART = re.compile(
    r"[/=?](?:your|insert|enter|put)[-_][a-z_-]{2,30}|/(?:path/to|placeholder|xxxx+|\.\.\.)(?=/|$|\?)|\[[^\]]{1,40}\]",
    re.IGNORECASE,
)
LOCAL_HOST = re.compile(
    r"^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|[\w-]+\.(?:local|internal|test|invalid))(?=[:/?#]|$)",
    re.IGNORECASE,
)
HOST = re.compile(r"^(?:[^/?#\s@]*@)?(?P<host>[^/?#:\s]*)(?::(?P<port>[^/?#\s]*))?")
GOOD_HOST = re.compile(
    r"(?!-)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,24}|xn--[\w-]{2,59})\.?|\d{1,3}(?:\.\d{1,3}){3}"
)
CHATBOT_SOURCE = re.compile(
    r"(?P<sign>[?&])(?:utm_source|utm_medium|referrer|ref|source)=(?:chatgpt|openai|chat\.openai|copilot|perplexity|claude|gemini|grok|bing-?chat)(?:\.(?:com|ai|google))?(?=[&#]|$)",
    re.IGNORECASE,
)
CHATBOT_HOST = re.compile(
    r"^(?:chat\.openai\.com|chatgpt\.com|claude\.ai|gemini\.google\.com|(?:www\.)?perplexity\.ai/search|files\.oaiusercontent\.com)/\S",
    re.IGNORECASE,
)
SANDBOX = re.compile(
    r"\bsandbox:/+[^\s()\[\]<>]{1,200}|\battachment://[^\s()\[\]<>]{1,200}|\bfile:///[^\s()\[\]<>]{1,200}|#:~:text=[^\s()\[\]<>]{1,300}"
)
TRAILING = ".,;:!?*_)"
HINT = re.compile(r"://|\]\(|http|\] \(|www|\)\[|ttp|sandbox:|utm_|\.\w{2,4}/|\bw{2,4}[.,]", re.IGNORECASE)


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Web addresses written in a text and where they begin."""
    for match in URL.finditer(text):
        if not match[0].lower().startswith("ftp"):
            yield match.start(), match[0].rstrip(TRAILING)


def find(subject: Subject, prose: str) -> Iterator[Mark]:
    if not HINT.search(prose):
        return
    yield from _malformed(prose)
    yield from _markdown_links(prose)
    for match in URL.finditer(prose):
        yield from _address(subject, prose, match.start(), match[0].rstrip(TRAILING))
    if subject.style_of("bare_links") == "avoid":
        for pattern in (WWW, DOMAIN):
            for match in pattern.finditer(prose):
                if not _in_link(prose, match.start()):
                    yield _bare(match.start(), match[0].rstrip(TRAILING), "https://")


def _malformed(prose: str) -> Iterator[Mark]:
    for match in MALFORMED.finditer(prose):
        yield Mark("link_malformed", Severity.SHOULD, "This address is malformed.", match.start(), match.end())
    for match in SANDBOX.finditer(prose):
        message = "This address works only on the machine it was copied from."
        if match[0].startswith("#"):
            fix = (Suggestion("Remove the highlight", ""),)
            yield Mark(
                "link_highlight", Severity.NOTE, "Highlighting copied along with the address.", *match.span(), fix
            )
        else:
            yield Mark("link_local", Severity.SHOULD, message, *match.span())


def _markdown_links(prose: str) -> Iterator[Mark]:
    if "](" in prose:
        yield from _inline_links(prose)
    for match in SPLIT_LINK.finditer(prose):
        joined = (Suggestion("Close the gap", match["text"] + match["address"]),)
        message = "The blank between ] and ( keeps this from being a link."
        yield Mark("link_split", Severity.SHOULD, message, *match.span(), joined)
    for pattern, message in (
        (REVERSED_LINK, "The brackets of this link are swapped: [words](address)."),
        (UNCLOSED_LINK, "This link is never closed with )."),
        (TEXT_UNCLOSED, "A ] is missing between the words and the address of this link."),
    ):
        for match in pattern.finditer(prose):
            mended = (Suggestion("Mend the link", f"[{match['text'].strip()}]({match['address']})"),)
            yield Mark("link_broken", Severity.SHOULD, message, *match.span(), mended)


def _inline_links(prose: str) -> Iterator[Mark]:
    for match in MARKDOWN_LINK.finditer(prose):
        address, keep_text = match["address"].strip(), Suggestion("Keep the words only", match["text"])
        if NO_ADDRESS.fullmatch(address):
            yield Mark("link_empty", Severity.SHOULD, "This link has no address.", *match.span(), (keep_text,))
        elif SCHEMELESS.fullmatch(address) and not FILE_ADDRESS.fullmatch(address):
            secured = (Suggestion("Add https://", f"[{match['text']}](https://{address})"), keep_text)
            yield Mark("link_malformed", Severity.SHOULD, "This address lacks https://.", *match.span(), secured)
        elif not GOOD_ADDRESS.fullmatch(address) and not _is_code_call(match, prose):
            yield Mark("link_malformed", Severity.SHOULD, "This link's address is none.", *match.span(), (keep_text,))
    for match in IMAGE.finditer(prose):
        if NO_ADDRESS.fullmatch(match["address"].strip()):
            words = (Suggestion("Keep the words only", match["text"]),)
            yield Mark("link_empty", Severity.SHOULD, "This picture has no address.", *match.span(), words)


def _is_code_call(match: re.Match[str], prose: str) -> bool:
    """handlers[name](event), a[0](b): calls, and relative names of files."""
    glued = match.start() > 0 and (prose[match.start() - 1].isalnum() or prose[match.start() - 1] in "_)]")
    return glued or bool(FILE_ADDRESS.fullmatch(match["address"].strip()))


def _address(subject: Subject, prose: str, start: int, address: str) -> Iterator[Mark]:
    end = start + len(address)
    rest = address.partition("://")[2]
    if PLACEHOLDER_HOST.match(rest) or PLACEHOLDER_PART.search(rest):
        yield Mark("link_placeholder", Severity.SHOULD, "This address is a placeholder.", start, end)
    elif source := CHATBOT_SOURCE.search(address):
        cleaned = (Suggestion("Remove the tracking", _without(address, source)),)
        yield Mark("chatbot_link", Severity.SHOULD, "This address was copied out of a chatbot.", start, end, cleaned)
    elif CHATBOT_HOST.match(rest):
        yield Mark("chatbot_link", Severity.SHOULD, "This address leads into somebody's chat.", start, end)
    elif LOCAL_HOST.match(rest):
        yield Mark("link_local", Severity.NOTE, "Only its owner can reach this address.", start, end)
    elif rest and (trouble := _trouble(rest)):
        yield Mark("link_malformed", Severity.SHOULD, trouble, start, end)
    elif subject.style_of("bare_links") == "avoid" and rest and not _in_link(prose, start):
        yield _bare(start, address)
    elif address.lower().startswith("http://") and rest and subject.style_of("http_links") == "avoid":
        secured = (Suggestion("Use https://", "https://" + rest),)
        yield Mark("link_insecure", Severity.NOTE, "This address begins with http://.", start, end, secured)


def _trouble(rest: str) -> str:
    """What keeps the part behind :// from being an address of the public web; empty when nothing does."""
    found = HOST.match(rest)
    host, port = (found["host"], found["port"]) if found else ("", None)
    if not GOOD_HOST.fullmatch(host):
        return "This address has no proper host name."
    if port is not None and not (port.isdecimal() and 0 < int(port[:6]) < 65536):
        return "This address has a wrong port."
    return "This address is malformed." if "://" in rest and "web.archive" not in host else ""


def _without(address: str, source: re.Match[str]) -> str:
    before, after = address[: source.start()], address[source.end() :]
    return before + ("?" + after[1:] if source["sign"] == "?" and after.startswith("&") else after)


def _bare(start: int, address: str, scheme: str = "") -> Mark:
    linked = (Suggestion("Make it a link", f"<{scheme}{address}>"),)
    message = "An address written out; the style guide wants a link."
    return Mark("link_bare", Severity.SHOULD, message, start, start + len(address), linked)


def _in_link(prose: str, start: int) -> bool:
    """Whether the address is a link's, a picture's, a definition's, or stands in angle brackets."""
    before = prose[max(prose.rfind("\n", 0, start) + 1, start - 250) : start]
    return before.endswith(("](", "](<", "<", "]( ", '="', "='")) or bool(
        re.search(r"^ {0,3}\[[^\[\]]{1,100}\]:[ \t]*<?$|\[[^\[\]]{0,200}$", before)
    )
