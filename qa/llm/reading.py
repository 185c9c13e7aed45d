"""One structured call per text for everything a second reading is wanted for, shared by the checks made of it."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from pydantic import ValidationError

from qa import tokens
from qa.checks.base import Subject
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.llm import NAME, LanguageModel
from qa.keys import text_hash
from qa.llm.answers import Part, Reading
from qa.llm.fencing import choose_mark, fence, unmark
from qa.llm.prompts import system_prompt
from qa.llm.purse import Account, Purse, Reserved
from qa.llm.talk import NoAnswer, Question, Reply, Usage

PURPOSE = "second_reading"
# Characters of each text that are read; what stands behind them is not judged.
READ_AT_MOST = 12_000
FORM_TOKENS = 1500  # room for the form itself, and for models that think before they write
ANSWER_SECONDS = 24 * 3600
# The checks that share a call do not each wait for a server that has just failed; the next attempt is 30 s away.
FAILURE_SECONDS = 20
POLL_SECONDS = 0.1
SCHEMA = json.dumps(Reading.model_json_schema(), sort_keys=True)


class Memory(Protocol):
    """Short texts by key, for a while. Forgetting is allowed at any time, and costs one more call."""

    def get(self, key: str) -> str | None: ...

    def put(self, key: str, value: str, seconds: int) -> None: ...

    def claim(self, key: str, seconds: int) -> bool:
        """True for the first to ask until it is released or the time is up; always when nothing can be remembered."""

    def release(self, key: str) -> None: ...


def as_is(text: str, _language: str) -> str:
    return text


@dataclass(frozen=True)
class Reader:
    """`redact` (text, language) masks what must not leave the house, always in the same way."""

    model: LanguageModel
    purse: Purse
    memory: Memory
    parts: frozenset[Part] = frozenset(Part)
    redact: Callable[[str, str], str] = as_is

    def settings(self, subject: Subject) -> Mapping[str, Any]:
        """What a reading depends on besides the three texts."""
        return {
            "engine": NAME,
            "model": self.model.model,
            "prompt": _digest(self._system(subject) + SCHEMA),
            "about": _about(subject),
            "redacted": self.redact is not as_is,
        }

    def read(self, subject: Subject) -> Reading:
        """Raises EngineUnavailable. Two workers with the same text make one call."""
        key = f"qa:reading:{text_hash(subject).hex}:{_digest(json.dumps(self.settings(subject), sort_keys=True))}"
        return self._remembered(key) or self._asked_once(key, subject)

    def texts(self, subject: Subject) -> dict[str, str]:
        """What is sent, before it is fenced."""
        sent = {"prompt": subject.prompt, "context": subject.context, "completion": subject.completion}
        return {name: self.redact(text[:READ_AT_MOST], subject.language) for name, text in sent.items()}

    def _system(self, subject: Subject) -> str:
        return _system_prompt(subject.skill, subject.examples, self.parts)

    def _asked_once(self, key: str, subject: Subject) -> Reading:
        claim, patience = f"{key}:asking", int(self.model.seconds) + 2
        gives_up_at = time.monotonic() + patience
        while not self.memory.claim(claim, patience):
            if time.monotonic() > gives_up_at:
                raise EngineUnavailable(NAME, Reason.BUSY)
            time.sleep(POLL_SECONDS)
            if reading := self._remembered(key):
                return reading
        try:
            # Whoever held the claim before may have answered between our look and our claim.
            return self._remembered(key) or self._ask_and_remember(key, subject)
        finally:
            self.memory.release(claim)

    def _ask_and_remember(self, key: str, subject: Subject) -> Reading:
        try:
            reading = self._ask(subject)
        except EngineUnavailable as unavailable:
            # Money is one project's matter, and asking for it is cheap; everything else is the same for all.
            if unavailable.reason != Reason.BUDGET:
                self.memory.put(key, json.dumps({"unavailable": unavailable.reason.name}), FAILURE_SECONDS)
            raise
        self.memory.put(key, reading.model_dump_json(), ANSWER_SECONDS)
        return reading

    def _remembered(self, key: str) -> Reading | None:
        stored = self.memory.get(key)
        if stored is None:
            return None
        try:
            return Reading.model_validate_json(stored)
        except ValidationError:
            reason = json.loads(stored).get("unavailable", Reason.FAILED.name)
            raise EngineUnavailable(NAME, Reason[reason]) from None

    def _ask(self, subject: Subject) -> Reading:
        texts = self.texts(subject)
        mark = choose_mark(texts)
        question = _question(self._system(subject), fence(_about(subject), texts, mark), texts, self.parts)
        reserved = self.purse.reserve(Account(subject.collection, PURPOSE, subject.llm_budget), question.at_most)
        return _unmarked(self._paid(question, reserved).answer, mark)

    def _paid(self, question: Question[Reading], reserved: Reserved) -> Reply[Reading]:
        try:
            reply = self.model.ask(question)
        except NoAnswer as nothing:
            self.purse.settle(reserved, nothing.usage, has_failed=True)
            raise
        self.purse.settle(reserved, reply.usage)
        return reply


@lru_cache(maxsize=64)
def _system_prompt(skill: str, examples: tuple[Any, ...], parts: frozenset[Part]) -> str:
    return system_prompt(Subject("", "", skill=skill, examples=examples), parts)


def _about(subject: Subject) -> dict[str, str]:
    return {"declared_skill": subject.skill, "language": subject.language, "domain": subject.domain}


def _question(system: str, data: str, texts: Mapping[str, str], parts: frozenset[Part]) -> Question[Reading]:
    longest = FORM_TOKENS
    if Part.CORRECTION in parts:
        longest += round(1.2 * (tokens.count(texts["prompt"]) + tokens.count(texts["completion"])))
    at_most = Usage(tokens.count(system) + tokens.count(data) + tokens.count(SCHEMA), longest)
    return Question(system, data, Reading, longest, at_most)


def _unmarked(reading: Reading, mark: str) -> Reading:
    """Models copy the marks now and then."""
    return Reading.model_validate(_without(reading.model_dump(), mark))


def _without(value: Any, mark: str) -> Any:
    if isinstance(value, str):
        return unmark(value, mark)
    if isinstance(value, list):
        return [_without(each, mark) for each in value]
    return {key: _without(each, mark) for key, each in value.items()} if isinstance(value, dict) else value


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
