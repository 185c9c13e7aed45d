"""The key of a result: which text, which check in which version, with which settings, under which guideline."""

import hashlib
import json
import uuid
from dataclasses import dataclass

from qa.checks.base import Check, Subject


@dataclass(frozen=True)
class Key:
    text_hash: uuid.UUID
    check_name: str
    version: int
    settings_hash: int
    guideline_version: int

    def in_cache(self) -> str:
        parts = (self.text_hash.hex, self.check_name, self.version, self.settings_hash, self.guideline_version)
        return "qa:" + ":".join(map(str, parts))


def key_of(check: Check, subject: Subject, guideline_version: int = 0) -> Key:
    return Key(text_hash(subject), check.name, check.version, settings_hash(check, subject), guideline_version)


def text_hash(subject: Subject) -> uuid.UUID:
    """128 bits over the three texts exactly as they are, each with its length, so none can borrow from the next."""
    digest = hashlib.blake2b(digest_size=16)
    for text in (subject.prompt, subject.completion, subject.context):
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return uuid.UUID(bytes=digest.digest())


def settings_hash(check: Check, subject: Subject) -> int:
    """64 bits, signed as PostgreSQL's bigint is."""
    written = json.dumps(check.settings(subject), sort_keys=True, default=str)
    return int.from_bytes(hashlib.blake2b(written.encode(), digest_size=8).digest(), "big", signed=True)
