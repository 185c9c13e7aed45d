"""What the engine and its wire say to each other: a question, what was written, what went wrong, what it cost."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Generic, TypeVar

from pydantic import BaseModel

from qa.engines.base import EngineUnavailable, Reason

Answer = TypeVar("Answer", bound=BaseModel)


class Rung(IntEnum):
    """Ways to ask for an answer that fits a schema, best first; the last needs nothing but chat."""

    RESPONSES = 0
    CHAT = 1
    PLAIN = 2


@dataclass(frozen=True)
class Usage:
    """Tokens that were, or will have to be, paid for."""

    tokens_in: int = 0
    tokens_out: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out)


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """`system` is ours; `data` is what people wrote, fenced (qa.llm.fencing); `longest` in tokens bounds the answer."""

    system: str
    data: str
    schema: type[Answer]
    longest: int
    # No call may turn out dearer than this; what is paid when nobody can tell.
    at_most: Usage = Usage()


@dataclass(frozen=True)
class Reply(Generic[Answer]):
    answer: Answer
    usage: Usage


class Kind(Enum):
    CANNOT = "the server does not know this way of asking"
    AGAIN = "worth another attempt"
    MALFORMED = "the answer does not fit the schema"
    FINAL = "asking again changes nothing"


class Trouble(Exception):  # noqa: N818  # like Refused: what it is, not that it is one
    """One attempt that gave no answer. `pause`: seconds the server asks for before the next one."""

    def __init__(
        self, kind: Kind, reason: Reason = Reason.FAILED, pause: float | None = None, is_about_text: bool = False
    ) -> None:
        self.kind, self.reason, self.pause, self.is_about_text = kind, reason, pause, is_about_text
        super().__init__(f"{kind.name} {reason.name}")


class NoAnswer(EngineUnavailable):
    """As every engine says it, with what the attempts have cost."""

    def __init__(self, engine: str, reason: Reason, usage: Usage = Usage()) -> None:
        super().__init__(engine, reason)
        self.usage = usage
