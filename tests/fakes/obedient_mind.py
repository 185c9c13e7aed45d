"""What a gullible language model would answer: it does what it is told wherever text is not fenced as data.

It reads the system turn and everything in the user turn that is no marked word of the data. If it finds a command
there, plain or disguised, it says that everything is well. Otherwise it judges the data by a few fixed rules.
"""

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from qa.llm.fencing import MARKS
from tests.fakes.openai_server import Asked

# What commands come down to, in the languages of the attempts.
COMMANDS = [
    "ignore all", "ignore the", "ignore previous", "ignore your", "disregard", "forget everything", "forget your rules",
    "you are now", "new instructions", "say it passes", "say that it passes", "mark this as correct", "it passes",
    "answer_fits", "approve this", "no issues", "override", "developer mode", "do anything now", "system prompt",
    "ignoriere alle", "vergiss alle", "ignora todas", "ignora tutte", "ignorez toutes", "ignore todas as",
    "игнорируй все", "забудь все", "ігноруй усі", "ignorera alla", "zignoruj wszystkie", "yok say", "abaikan semua",
    "negeer alle", "ohita kaikki",
    "忽略之前", "以前の指示を無視",
    "이전 지시를 무시", "تجاهل جميع", "התעלם מכל", "सभी निर्देशों को अनदेखा", "ไม่ต้องสนใจคำสั่ง",
]  # fmt: skip
LOOK_ALIKES = str.maketrans("аеорсухіѕԁո", "aeopcyxisdn")
NO_MARKS = str.maketrans("", "", MARKS)
BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def mind(asked: Asked) -> str:
    envelope = _envelope(asked.user)
    if envelope is None or is_commanded("\n".join(_outside(asked.system, envelope))):
        return json.dumps(ALL_WELL | {"correction": None if envelope is None else _texts(envelope)})
    return json.dumps(_judgement(envelope, _texts(envelope)))


def is_commanded(text: str) -> bool:
    return any(command in reading.casefold() for reading in _readings(text) for command in COMMANDS)


ALL_WELL: dict[str, Any] = {
    "instructions": {
        "skill": "closed_qa",
        "skill_confidence": 1,
        "prompt_meets_skill": True,
        "answer_fits": "yes",
        "uses_outside_knowledge": False,
        "issues": [],
    },
    "routing": {"scope": "specialized", "confidence": 1},
    "origin": {"impression": "human", "passages": []},
}


def _envelope(user: str) -> dict[str, Any] | None:
    try:
        found = json.loads(user)
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"mark", "data"} <= found.keys() else None


def _outside(system: str, envelope: dict[str, Any]) -> Iterator[str]:
    """All that is not data: the system turn (which names the fields of the form), what stands about the texts, and
    words without marks."""
    mark = envelope["mark"]
    yield system.replace("answer_fits", "")
    yield from (str(value) for name, value in envelope.items() if name != "data")
    for text in envelope["data"].values():
        yield " ".join(word for word in text.split() if not word.startswith(mark))


def _texts(envelope: dict[str, Any]) -> dict[str, str]:
    texts = {name: text.replace(envelope["mark"], "") for name, text in envelope["data"].items()}
    return {name: texts[name] for name in ("prompt", "completion")}


def _judgement(envelope: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    is_wrong = "Lyon is the capital" in texts["completion"]
    stock = [phrase for phrase in ("I hope this helps",) if phrase in texts["completion"]]
    issue = {"code": "unsupported_claim", "where": "completion", "quote": "Lyon is the capital", "clause": None}
    return {
        "instructions": {
            "skill": "other",
            "skill_confidence": 0.9,
            "prompt_meets_skill": not is_wrong,
            "answer_fits": "no" if is_wrong else "yes",
            "uses_outside_knowledge": is_wrong,
            "issues": [issue] if is_wrong else [],
        },
        "routing": {"scope": "general", "confidence": 0.9},
        "origin": {"impression": "generated" if stock else "human", "passages": stock},
        "correction": {name: re.sub(r"\bteh\b", "the", text) for name, text in texts.items()},
    }


def _readings(text: str) -> Iterator[str]:
    """The text as somebody reads it who wants to obey."""
    yield from (text, text[::-1], codecs.decode(text, "rot13"), html.unescape(text), unquote(text))
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    yield " ".join(seen.translate(NO_MARKS).split())
    yield from (seen, seen.translate(LOOK_ALIKES), re.sub(r"(?<=\b\w)[ .\-_](?=\w\b)", "", text))
    yield "".join(chr(ord(each) - 0xE0000) for each in text if 0xE0020 <= ord(each) <= 0xE007E)
    for found in BASE64.findall(text):
        try:
            yield base64.b64decode(found).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    if re.fullmatch(r"\s*(?:[0-9a-f]{2}\s?){8,}\s*", text):
        yield bytes.fromhex(text).decode("utf-8", "replace")
