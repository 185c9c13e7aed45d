"""XML, read by a parser that refuses entities and documents type definitions."""

import re
from xml.etree.ElementTree import Element, ParseError, indent, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from qa.formats.faults import LONG_LINE, Fault
from qa.spans import position_of

# Beyond this the answer is not something a person wrote, and indenting it would be slow.
MOST_CHARACTERS = 200_000
WORDS = {
    "mismatched tag": "This closing tag does not match the one that was opened",
    "no element found": "The XML ends before every tag is closed",
    "not well-formed (invalid token)": "This character is not allowed here; < and & in text are written &lt; and &amp;",
    "undefined entity": "This entity is not defined; only &lt; &gt; &amp; &quot; &apos; are",
    "junk after document element": "Something follows after the outermost element is closed",
    "duplicate attribute": "This attribute stands twice in one tag",
    "unclosed token": "This tag is never closed with >",
    "syntax error": "XML begins with a tag; this is something else",
}


def faults(text: str) -> list[Fault]:
    if len(text) > MOST_CHARACTERS:
        return [Fault("xml_too_long", f"The XML is longer than {MOST_CHARACTERS:,} characters.", 0)]
    try:
        _parse(text)
    except ParseError as error:
        return [_explain(text, error)]
    except DefusedXmlException:
        return [Fault("xml_entities", "Document type definitions and entities of one's own are not allowed.", 0)]
    return []


def pretty(text: str) -> str | None:
    """One long line of elements, indented. None when fine already or when blank space could carry meaning."""
    if "\n" in text or len(text) <= LONG_LINE or re.search(r"<[!?]|xmlns", text):
        return None
    try:
        return _indented(_parse(text))
    except RecursionError:
        return None


def _indented(root: Element) -> str | None:
    if any(_is_mixed(element) for element in root.iter()):
        return None
    indent(root)
    return tostring(root, encoding="unicode")


def _parse(text: str) -> Element:
    parsed = fromstring(text.encode("utf-8", "replace"), forbid_dtd=True)
    assert isinstance(parsed, Element)
    return parsed


def _is_mixed(element: Element) -> bool:
    texts = [element.text if len(element) else None, *(child.tail for child in element)]
    return any(text and text.strip() for text in texts)


def _explain(text: str, error: ParseError) -> Fault:
    line, column = error.position
    message = str(error).partition(":")[0]
    words = WORDS.get(message, "This is not valid XML")
    return Fault("xml_invalid", f"{words}.", position_of(text, line, column + 1))
