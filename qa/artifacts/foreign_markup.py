# lists of phrases and patterns read better one to a line
"""Emphasis and headings that are not Markdown: HTML tags, BBCode, LaTeX, wiki markup, letters that only look bold."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from qa.artifacts.markup import styled
from qa.checks.base import Severity, Subject, Suggestion
from qa.spans import Mark

TAG = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,11})(?P<rest>(?:\s[^<>\n]{0,300})?)\s{0,3}/?>")
STYLE_OF_TAG = {
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "italics"),
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "headings"),
}
TAGS = frozenset(
    [
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "button",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "li",
        "link",
        "main",
        "mark",
        "meta",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "script",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
    ]
)
VOID = ("br", "hr", "img", "input", "link", "meta")
INLINE_STYLE = re.compile(r"font-(?:weight|style)\s*:\s*(bold|[6-9]00|italic|oblique)", re.I)
COMMENT = re.compile(r"<!--[^\n]{0,300}?-->")
OTHERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("bold", re.compile(r"\[b\](?P<inner>[^\[\]\n]{1,300})\[/b\]", re.I)),
    ("italics", re.compile(r"\[i\](?P<inner>[^\[\]\n]{1,300})\[/i\]", re.I)),
    ("bold", re.compile(r"\\textbf\{(?P<inner>[^{}\n]{1,300})\}")),
    ("italics", re.compile(r"\\(?:textit|emph)\{(?P<inner>[^{}\n]{1,300})\}")),
    ("bold", re.compile(r"(?<!')'{3}(?P<inner>[^\s'][^'\n]{0,300})'{3}(?!')")),
    ("italics", re.compile(r"(?<!')''(?P<inner>[^\s'][^'\n]{0,300})''(?!')")),
    # Of chat programs: *bold* is Markdown's italics; a word between slashes alone is none of ours.
    (
        "headings",
        re.compile(r"^(?P<equals>={2,6})[ \t]{0,3}(?P<inner>[^\s=][^=\n]{0,100}?)[ \t]{0,3}(?P=equals)[ \t]*$", re.M),
    ),
    ("headings", re.compile(r"\\(?:sub){0,2}section\*?\{(?P<inner>[^{}\n]{1,300})\}")),
)
# Letters of mathematics, fullwidth and circled letters, two or more together: words dressed up.
FANCY = re.compile(
    "[\U0001d400-\U0001d7ff\u2102\u210a-\u2113\u2115\u2119-\u211d\u2124\u212c\u212d\u212f-\u2134]{2,}|[\u24b6-\u24e9]{2,}|[\U0001f130-\U0001f189]{2,}|[\uff21-\uff3a\uff41-\uff5a]{2,}"
)
FULLWIDTH = ("zh", "ja", "ko")
LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class _Open:
    name: str
    style: str
    match: re.Match[str]


def find(subject: Subject, prose: str) -> Iterator[Mark]:
    if "<" in prose:
        yield from _tags(subject, prose)
    for name, pattern in OTHERS:
        if subject.style_of(name) == "avoid":
            for match in pattern.finditer(prose):
                yield _plain(name, match.start(), match.end(), match["inner"])
    if not prose.isascii():
        yield from _fancy(subject, prose)


def _plain(name: str, start: int, end: int, inner: str) -> Mark:
    if name == "headings":
        make_plain = (Suggestion("Make it a plain line", inner.strip()),)
        message = "The style guide wants no headings."
        return Mark("heading", Severity.SHOULD, message, start, end, make_plain, wraps=True)
    return styled(name, start, end, inner)


def _tags(subject: Subject, prose: str) -> Iterator[Mark]:
    """Pairs of tags that the guide does not want; of tags without a partner only those that never have one, because
    <name> is as often something to be filled in."""
    no_html = subject.style_of("html_tags") == "avoid"
    opened: list[_Open] = []
    for match in TAG.finditer(prose):
        name = match["name"].lower()
        if name not in TAGS:
            continue
        style = _style_of(name, match["rest"])
        if not match["closing"]:
            opened.append(_Open(name, style, match))
            if no_html and name in VOID:
                yield _tag(match)
            continue
        begin = _partner(opened, name)
        if begin and begin.style and subject.style_of(begin.style) == "avoid":
            yield _plain(begin.style, begin.match.start(), match.end(), prose[begin.match.end() : match.start()])
        elif begin and no_html:
            yield from (_tag(begin.match), _tag(match))
    if no_html:
        yield from map(_tag, COMMENT.finditer(prose))


def _tag(match: re.Match[str]) -> Mark:
    message = "An HTML tag; the style guide wants none."
    return Mark("html_tag", Severity.SHOULD, message, match.start(), match.end())


def _style_of(name: str, attributes: str) -> str:
    dressed = INLINE_STYLE.search(attributes) if attributes else None
    if dressed:
        return "italics" if dressed[1].lower() in ("italic", "oblique") else "bold"
    return STYLE_OF_TAG.get(name, "")


def _partner(opened: list[_Open], name: str) -> _Open | None:
    for index in range(len(opened) - 1, max(len(opened) - 20, -1), -1):
        if opened[index].name == name:
            begin = opened[index]
            del opened[index:]
            return begin
    return None


def _fancy(subject: Subject, prose: str) -> Iterator[Mark]:
    for match in FANCY.finditer(prose):
        plain = unicodedata.normalize("NFKC", match[0])
        is_usual = match[0][0] >= "\uff00" and match[0][0] < "\U0001d400" and _is_wide(subject)
        if plain != match[0] and LETTER.search(plain) and not is_usual:
            message = "Symbols that look like bold or italic letters; nobody can search or read them aloud."
            fix = (Suggestion(f"Write {plain[:40]}", plain),)
            yield Mark("fancy_letters", Severity.SHOULD, message, match.start(), match.end(), fix)


def _is_wide(subject: Subject) -> bool:
    return subject.language.partition("-")[0].lower() in FULLWIDTH
