"""Which encoding a file is in: marked, proven by reading all of it, or assumed with a warning."""

import codecs
from collections.abc import Callable, Iterator

Chunks = Callable[[], Iterator[bytes]]

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
LATIN_ASSUMED = (
    "The file is not UTF-8; it is read as Latin-1 (Windows). If accents or dashes look wrong below, save it as "
    "UTF-8 and upload it again."
)
# Of a UTF-8 file, at most one unreadable character per so many readable ones beyond ASCII.
GOOD_PER_BAD = 10


def encoding_of(chunks: Chunks) -> tuple[str, list[str]]:
    """The codec's name and warnings. Reads everything; raises UnicodeDecodeError for broken UTF-16."""
    encoding = _marked(chunks) or _unmarked_utf16(chunks)
    if encoding and encoding.startswith("utf-16"):
        _decode_all(chunks, encoding, "strict")
        return encoding, []
    encoding = encoding or "utf-8"
    try:
        _decode_all(chunks, encoding, "strict")
    except UnicodeDecodeError:
        return _nearly_utf8(chunks, encoding)
    return encoding, []


def _marked(chunks: Chunks) -> str | None:
    start = next(chunks(), b"")
    return next((name for mark, name in MARKS.items() if start.startswith(mark)), None)


def _unmarked_utf16(chunks: Chunks) -> str | None:
    """Every second byte of mostly Latin text in UTF-16 is zero."""
    start = next(chunks(), b"")[:4096]
    half = len(start) // 2
    if half < 4:
        return None
    if start[1::2].count(0) > half * 0.4 and start[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if start[0::2].count(0) > half * 0.4 and start[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _nearly_utf8(chunks: Chunks, encoding: str) -> tuple[str, list[str]]:
    bad, good = _decode_all(chunks, encoding, "replace")
    if bad * GOOD_PER_BAD < good:
        return encoding, [f"{bad:,} characters are no valid UTF-8 and will read “\ufffd”."]
    return _latin(chunks), [LATIN_ASSUMED]


def _latin(chunks: Chunks) -> str:
    try:
        _decode_all(chunks, "cp1252", "strict")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _decode_all(chunks: Chunks, encoding: str, errors: str) -> tuple[int, int]:
    """How many characters were replaced, and how many others are not ASCII."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    bad = good = 0
    for chunk in chunks():
        text = decoder.decode(chunk)
        if errors == "replace" and not text.isascii():
            replaced = text.count("\ufffd")
            bad += replaced
            good += sum(character > "\x7f" for character in text) - replaced
    decoder.decode(b"", final=True)
    return bad, good
