"""Why an action is not allowed, as the person reads it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """`reason` says why not; `remedy` says what would make it possible."""

    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}".strip()


class Refused(Exception):  # noqa: N818  (read as a sentence: "raise Refused(refusal)")
    """Raised by views and stage functions; `core.middleware.RefusalAnswers` turns it into the right answer.

    `code` is the machine-readable `reason` of the JSON answer, e.g. "lease".
    """

    def __init__(self, refusal: Refusal, status: int = 403, code: str = "refused") -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.status = status
        self.code = code


def refuse_if(refusal: Refusal | None, status: int = 403, code: str = "refused") -> None:
    if refusal is not None:
        raise Refused(refusal, status, code)
