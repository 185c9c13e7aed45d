"""What in a text reads as generated, in short sentences a person can check with their own eyes."""

import re
from collections.abc import Iterator

import numpy as np

from qa.detector import style

MOST = 3


def reasons(normal: str, language: str) -> tuple[str, ...]:
    """Of a normalized text, the tellest first; empty where only the classifier's weights say so."""
    found = [*(_english(normal) if language == "en" else ()), *_universal(normal)]
    return tuple(found[:MOST])


def _english(text: str) -> Iterator[str]:
    low, words = text.lower(), style.words_of(text)
    stock = style.STOCK.findall(low)
    if len(stock) >= 3 and len(stock) / max(1, len(words)) > 0.02:
        shown = ", ".join(f"“{phrase}”" for phrase in dict.fromkeys(stock[:6]))
        yield f"Stock phrases come often: {shown}."
    if match := style.SUMMING_UP.search(low):
        yield f"It sums itself up with a set phrase: “{match[0].rstrip(',')}”."
    if len(words) >= style.LENGTH_COUNTS_UP_TO and not any("'" in word for word in words):
        yield "No contraction in the whole text."
    if len(words) >= style.LENGTH_COUNTS_UP_TO and not style.CASUAL.search(low):
        yield "No informal word in the whole text."


def _universal(text: str) -> Iterator[str]:
    lengths = [len(part.split()) for part in style.SENTENCE.split(text) if part.strip()]
    if len(lengths) >= 5 and np.std(lengths) / max(1.0, float(np.mean(lengths))) < 0.35:
        yield f"Its sentences are all of a length (about {round(float(np.mean(lengths)))} words)."
    lines = [line for line in text.split("\n") if line.strip()]
    listed = sum(bool(style.NUMBERED.match(line) or style.BULLET.match(line)) for line in lines)
    if listed >= 3 and re.search(r"\w+:", text):
        yield "It is a list of points of one pattern."
