"""The form of a second reading, and what of it can be believed.

No free text of the model reaches a person: findings speak our own words, quotes must stand in the text, and a
correction must be a small change of it. So a model that was talked into something can only say less, or nonsense that
is dropped.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST_QUOTE = 300
SHORTEST_QUOTE = 3

SkillName = Literal[
    "summarization", "extraction", "open_qa", "closed_qa", "rewriting", "classification", "inference", "other"
]


class Part(StrEnum):
    """What a reading can be asked for; each is a check of its own."""

    INSTRUCTIONS = "instructions"
    ROUTING = "routing"
    ORIGIN = "origin"
    CORRECTION = "correction"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IssueCode(StrEnum):
    MISSED_REQUEST = "missed_request"
    UNSUPPORTED_CLAIM = "unsupported_claim"
    CONTRADICTS_CONTEXT = "contradicts_context"
    UNCLEAR_PROMPT = "unclear_prompt"
    BREAKS_CLAUSE = "breaks_clause"


class Issue(Strict):
    code: IssueCode
    where: Literal["prompt", "completion"]
    quote: str = Field(description="copied exactly from the data")
    clause: str | None = Field(description="number of the guideline's clause, for breaks_clause")


class Instructions(Strict):
    skill: SkillName
    skill_confidence: float = Field(description="0 to 1", allow_inf_nan=False)
    prompt_meets_skill: bool
    answer_fits: Literal["yes", "partly", "no"]
    uses_outside_knowledge: bool
    issues: list[Issue]


class Routing(Strict):
    scope: Literal["general", "specialized"]
    confidence: float = Field(description="0 to 1", allow_inf_nan=False)


class Origin(Strict):
    impression: Literal["human", "unsure", "generated"]
    passages: list[str] = Field(description="copied exactly from the completion")


class Correction(Strict):
    prompt: str
    completion: str


class Reading(Strict):
    """null in what was not asked for."""

    instructions: Instructions | None
    routing: Routing | None
    origin: Origin | None
    correction: Correction | None


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Where the quote stands in the text, None where it does not: then whatever it is evidence for is dropped."""
    wanted = quote.strip()
    if not SHORTEST_QUOTE <= len(wanted) <= LONGEST_QUOTE:
        return None
    start = text.find(wanted)
    return (start, start + len(wanted)) if start >= 0 else None
