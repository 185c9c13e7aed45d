"""What a person typed, made storable without changing what it says."""

from dataclasses import dataclass
from typing import Any

LONGEST = 200_000  # characters per field; far beyond any cell's bounds, near what a browser field stays usable with


@dataclass(frozen=True)
class Written:
    """The text of an item as it stands in an editor."""

    prompt: str
    completion: str
    own_context: dict[str, Any]

    @classmethod
    def of(cls, prompt: str, completion: str, own_context: dict[str, Any] | None = None) -> "Written":
        context = {name: clean(str(value)) for name, value in (own_context or {}).items() if name in CONTEXT_FIELDS}
        return cls(clean(prompt), clean(completion), context)

    @property
    def is_complete(self) -> bool:
        return bool(self.prompt.strip() and self.completion.strip())

    @property
    def is_too_long(self) -> bool:
        return max(len(self.prompt), len(self.completion), len(self.own_context.get("text", ""))) > LONGEST


CONTEXT_FIELDS = ("text", "title", "url", "author", "licence", "jurisdiction", "retrieved_on")


def clean(text: str) -> str:
    """Line ends as one character; what PostgreSQL cannot store (NUL, lone surrogates) as the replacement character."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return unified.encode("utf-8", "replace").decode("utf-8")
