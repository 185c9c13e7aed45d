"""A language model behind any OpenAI-compatible address, asked for answers that fit a schema.

It asks in the best way the server knows (`Rung`) and remembers for the process what the server cannot do. One question,
with all its attempts, ends within `seconds`: exactly, because the attempts run in a thread that is left behind when the
time is up and ends by itself soon after. Five failures in a row close the door for a minute (BUSY).
"""

import importlib
import logging
import os
import queue
import random
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from qa.engines.base import Health, Reason
from qa.llm.breaker import Breaker
from qa.llm.talk import Answer, Kind, NoAnswer, Question, Reply, Rung, Trouble, Usage

if TYPE_CHECKING:
    from qa.llm.wire import Wire

logger = logging.getLogger(__name__)

NAME = "llm"
ATTEMPTS = 3
FIRST_PAUSE = 0.5  # seconds; doubles
MISSES_TO_STEP_DOWN = 2  # a server that ignores schemas is asked without one; a single slip is not held against it
PROBE_SECONDS = 3.0
TO_MEND = {
    Reason.NOT_CONFIGURED: "The server refuses the key: see LLM_API_KEY.",
    Reason.UNREACHABLE: "Nothing answers there: see LLM_URL.",
    Reason.TIMEOUT: "It did not say within three seconds which models it has.",
}

Done = TypeVar("Done")


class LanguageModel:
    """Cheap to construct; connects on the first question. Safe to share between threads."""

    def __init__(
        self, url: str, model: str, key: str = "", seconds: float = 20, breaker: Breaker | None = None
    ) -> None:
        self.url, self.model, self.seconds = url, model, seconds
        self._key = key
        self._breaker = breaker or Breaker()
        self._rung = Rung.RESPONSES
        self._misses = 0
        self._wires: dict[int, Wire] = {}

    def __repr__(self) -> str:
        return f"LanguageModel({self.model!r})"

    @property
    def _wire(self) -> "Wire":
        """One per process: a forked worker must not talk on its parent's connections."""
        pid = os.getpid()
        if pid not in self._wires:
            self._wires[pid] = importlib.import_module("qa.llm.wire").Wire(self.url, self._key, self.model)
        return self._wires[pid]

    def ask(self, question: Question[Answer]) -> Reply[Answer]:
        """Raises NoAnswer, with what the attempts cost: all that was reserved, when the time ran out."""
        if not self.model:
            raise NoAnswer(NAME, Reason.NOT_CONFIGURED)
        if not self._breaker.lets_through():
            raise NoAnswer(NAME, Reason.BUSY)
        bill: list[Usage] = []
        ends_at = time.monotonic() + self.seconds
        try:
            answer = _within(self.seconds, lambda: self._climb_down(question, ends_at, bill))
        except Trouble as trouble:
            raise self._no_answer(trouble, bill, question) from None
        self._breaker.succeeded()
        return Reply(answer, sum(bill, Usage()))

    def _no_answer(self, trouble: Trouble, bill: list[Usage], question: Question[Answer]) -> NoAnswer:
        if trouble.is_about_text:
            self._breaker.succeeded()  # the server is well: it would not, or could not, answer this one text
        else:
            self._breaker.failed()
        logger.warning("No answer from %s: %s", self.model, trouble.reason.name)
        used = question.at_most if trouble.reason == Reason.TIMEOUT else sum(bill, Usage())
        return NoAnswer(NAME, trouble.reason, used)

    def _climb_down(self, question: Question[Answer], ends_at: float, bill: list[Usage]) -> Answer:
        """From the best way this server is known to understand towards the plainest."""
        first = self._rung
        missed: Trouble | None = None
        for rung in [each for each in Rung if each >= first]:
            try:
                answer = self._patiently(rung, question, ends_at, bill)
            except Trouble as trouble:
                if rung == Rung.PLAIN or trouble.kind not in (Kind.CANNOT, Kind.MALFORMED):
                    raise
                missed = trouble
            else:
                self._remember(first, rung, missed)
                return answer
        raise AssertionError("unreachable: the plainest way answers or raises")

    def _remember(self, first: Rung, answered: Rung, missed: Trouble | None) -> None:
        """Only what answered is remembered: where no way leads to an answer, the text may be to blame."""
        if missed is None:
            self._misses = 0
            return
        self._misses += 1
        if missed.kind == Kind.CANNOT or self._misses >= MISSES_TO_STEP_DOWN:
            self._rung, self._misses = max(self._rung, answered), 0
            logger.info("%s is asked by %s from now on", self.model, self._rung.name)

    def _patiently(self, rung: Rung, question: Question[Answer], ends_at: float, bill: list[Usage]) -> Answer:
        for attempt in range(ATTEMPTS):
            try:
                return self._wire.ask(rung, question, ends_at - time.monotonic(), bill)
            except Trouble as trouble:
                pause = _pause(attempt) if trouble.pause is None else trouble.pause
                is_last = attempt == ATTEMPTS - 1 or time.monotonic() + pause >= ends_at
                if trouble.kind != Kind.AGAIN or is_last:
                    raise
            time.sleep(pause)
        raise AssertionError("unreachable: the last attempt answers or raises")

    def health(self) -> Health:
        """Asks for the list of models, which costs nothing; takes up to three seconds."""
        if not self.model:
            return Health(NAME, "", False, "LLM_URL is set and LLM_MODEL is not.")
        if self._breaker.is_open:
            return Health(
                NAME, self.model, False, "It failed several times in a row; it is tried again within a minute."
            )
        try:
            offered = _within(PROBE_SECONDS, lambda: self._wire.models(PROBE_SECONDS))
        except Trouble as trouble:
            return Health(NAME, self.model, False, TO_MEND.get(trouble.reason, f"It {trouble.reason}."))
        if offered and self.model not in offered:
            return Health(NAME, self.model, False, "The server does not offer this model: see LLM_MODEL.")
        return Health(NAME, self.model, True)


def _pause(attempt: int) -> float:
    """Doubling, and a little different for everybody, so that those who failed together do not come back together."""
    return FIRST_PAUSE * float(2**attempt) * random.uniform(0.75, 1.25)  # noqa: S311


def _within(seconds: float, work: Callable[[], Done]) -> Done:
    """What the work gives or raises; Trouble with TIMEOUT when it takes longer. Other errors become Trouble too."""
    ends: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()

    def attempt() -> None:
        try:
            ends.put(work())
        except BaseException as error:
            ends.put(error)

    threading.Thread(target=attempt, name="llm", daemon=True).start()
    try:
        end = ends.get(timeout=seconds)
    except queue.Empty:
        raise Trouble(Kind.FINAL, Reason.TIMEOUT) from None
    if isinstance(end, Trouble):
        raise end
    if isinstance(end, ImportError):
        raise Trouble(Kind.FINAL, Reason.NOT_INSTALLED)
    if isinstance(end, BaseException):
        logger.warning("Unexpected from the language model's client: %s", type(end).__qualname__)
        raise Trouble(Kind.FINAL)
    return end
