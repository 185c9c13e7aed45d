"""What a language model makes of a pair, as a second opinion beside the checks that need none.

It can only add findings, all of them dismissible: other checks neither see nor wait for it. One call per text is shared
by all the checks made here.
"""

from collections.abc import Callable, Iterator
from functools import partial

from qa.checks.base import Check, Field, Finding, Severity, Subject, Suggestion, excerpt_of
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.llm import NAME
from qa.llm.answers import Correction, Instructions, Issue, IssueCode, Origin, Part, Reading, Routing, locate
from qa.llm.corrections import corrections
from qa.llm.reading import Reader

VERSION = 1
SURE, LIKELY = 0.8, 0.5
PLAIN_CORRECTION = 0.5
GENERAL_DOMAIN = "general"
RESTS_ON_CONTEXT = frozenset({"summarization", "extraction", "closed_qa"})
STRUCTURED = frozenset({"json", "xml", "csv", "table"})
SKILLS = {
    "summarization": "summarization",
    "extraction": "extraction",
    "open_qa": "open QA",
    "closed_qa": "closed QA",
    "rewriting": "rewriting",
    "classification": "classification",
    "inference": "inference",
    "other": "none of the seven skills",
}
ISSUES = {
    IssueCode.MISSED_REQUEST: "The completion may miss this request of the prompt.",
    IssueCode.UNSUPPORTED_CLAIM: "The context does not seem to say this. Check it against the context.",
    IssueCode.CONTRADICTS_CONTEXT: "The context seems to say otherwise. Check it against the context.",
    IssueCode.UNCLEAR_PROMPT: "This can be understood in more than one way. Say which is meant.",
    IssueCode.BREAKS_CLAUSE: "This may go against clause {clause} of the guideline.",
}
ONLY_NOTED = frozenset({IssueCode.UNCLEAR_PROMPT})

Find = Callable[[Subject, Reading, Reader], Iterator[Finding]]


def build(reader: Reader) -> tuple[Check, ...]:
    """One check for each part the reader is asked for."""
    return tuple(_check(part, reader) for part in Part if part in reader.parts)


def _check(part: Part, reader: Reader) -> Check:
    title, highest, find = CHECKS[part]
    return Check(
        name=NAMES[part],
        version=VERSION,
        weight="llm",
        title=title,
        run=partial(_run, part, find, reader),
        settings=lambda subject: {**reader.settings(subject), "format": subject.format},
        engine=f"{NAME} {reader.model.model}"[:80],
        highest=highest,
        is_paid=True,
    )


def _run(part: Part, find: Find, reader: Reader, subject: Subject) -> list[Finding]:
    if not subject.prompt.strip() or not subject.completion.strip():
        return []  # half a pair is not worth a call
    reading = reader.read(subject)
    if getattr(reading, part.value) is None:
        raise EngineUnavailable(NAME, Reason.FAILED)  # silence is not a clean bill
    return list(find(subject, reading, reader))


def _instructions(subject: Subject, reading: Reading, _reader: Reader) -> Iterator[Finding]:
    said = reading.instructions
    assert said is not None
    yield from _skill(subject, said)
    yield from _fit(said)
    yield from _knowledge(subject, said)
    for issue in said.issues:
        if (finding := _issue(subject, issue)) is not None:
            yield finding


def _skill(subject: Subject, said: Instructions) -> Iterator[Finding]:
    score = min(max(said.skill_confidence, 0.0), 1.0)
    if not subject.skill or said.skill == subject.skill or said.prompt_meets_skill or not score >= LIKELY:
        return
    message = (
        f"A second reading takes this prompt for {SKILLS[said.skill]}, not for "
        f"{SKILLS.get(subject.skill, subject.skill)}. Make clearer what it asks for."
    )
    severity = Severity.SHOULD if score >= SURE else Severity.NOTE
    yield _finding(Part.INSTRUCTIONS, "skill_differs", severity, message, Field.PROMPT, score=score, skill=said.skill)


def _fit(said: Instructions) -> Iterator[Finding]:
    if said.answer_fits == "no":
        message = "A second reading finds that the completion does not answer the prompt."
        yield _finding(Part.INSTRUCTIONS, "answer_misses_prompt", Severity.SHOULD, message)
    elif said.answer_fits == "partly":
        message = "A second reading finds that the completion answers the prompt in part."
        yield _finding(Part.INSTRUCTIONS, "answer_fits_partly", Severity.NOTE, message)


def _knowledge(subject: Subject, said: Instructions) -> Iterator[Finding]:
    if said.uses_outside_knowledge and subject.skill in RESTS_ON_CONTEXT and subject.context.strip():
        message = (
            "A second reading finds facts here that are not in the context. This skill rests on the context alone."
        )
        yield _finding(Part.INSTRUCTIONS, "outside_knowledge", Severity.SHOULD, message)
    elif not said.uses_outside_knowledge and subject.skill == "inference" and subject.context.strip():
        message = "A second reading finds nothing here from outside the context. Inference needs both."
        yield _finding(Part.INSTRUCTIONS, "no_outside_knowledge", Severity.NOTE, message)


def _issue(subject: Subject, issue: Issue) -> Finding | None:
    """None without evidence: a quote that stands in the text, and for a clause, a clause that exists."""
    field = Field(issue.where)
    span = locate(issue.quote, subject.text(field))
    clause = (issue.clause or "") if issue.code == IssueCode.BREAKS_CLAUSE else ""
    is_clause_known = any(example.clause == clause for example in subject.examples)
    if span is None or (issue.code == IssueCode.BREAKS_CLAUSE and not is_clause_known):
        return None
    severity = Severity.NOTE if issue.code in ONLY_NOTED else Severity.SHOULD
    message = ISSUES[issue.code].format(clause=clause)
    return _finding(Part.INSTRUCTIONS, issue.code.value, severity, message, field, subject, span, clause=clause)


def _routing(subject: Subject, reading: Reading, _reader: Reader) -> Iterator[Finding]:
    said: Routing | None = reading.routing
    assert said is not None
    score = min(max(said.confidence, 0.0), 1.0)
    is_general_cell = subject.domain == GENERAL_DOMAIN
    if not subject.domain or is_general_cell == (said.scope == "general") or not score >= LIKELY:
        return
    message = (
        "A second reading finds that this needs an expert of a field."
        if is_general_cell
        else "A second reading finds that this needs no expert of the field."
    )
    yield _finding(Part.ROUTING, said.scope, Severity.NOTE, message, Field.PROMPT, score=score)


def _origin(subject: Subject, reading: Reading, _reader: Reader) -> Iterator[Finding]:
    said: Origin | None = reading.origin
    assert said is not None
    spans = [span for passage in said.passages[:3] if (span := locate(passage, subject.completion))]
    if said.impression != "generated":
        return
    message = (
        "Reads as generated to a language model. Not calibrated and no proof: put it in your own words if it is not."
    )
    for span in dict.fromkeys(spans):
        yield _finding(
            Part.ORIGIN,
            "reads_as_generated",
            Severity.NOTE,
            message,
            Field.COMPLETION,
            subject,
            span,
            is_calibrated=False,
        )


def _correction(subject: Subject, reading: Reading, reader: Reader) -> Iterator[Finding]:
    said: Correction | None = reading.correction
    assert said is not None
    sent = reader.texts(subject)
    fields = [(Field.PROMPT, said.prompt)]
    if subject.format not in STRUCTURED:
        fields.append((Field.COMPLETION, said.completion))
    for field, corrected in fields:
        for each in corrections(subject.text(field), sent[field.value], corrected):
            severity = Severity.SHOULD if each.likeness >= PLAIN_CORRECTION else Severity.NOTE
            yield Finding(
                check=NAMES[Part.CORRECTION],
                code="correction",
                severity=severity,
                message=f"Perhaps “{each.after.strip()}”?" if each.after.strip() else "Perhaps leave this out?",
                field=field,
                start=each.start,
                end=each.end,
                excerpt=excerpt_of(subject.text(field), each.start, each.end),
                suggestions=(Suggestion(each.after.strip() or "leave out", each.after),),
                data={"score": round(each.likeness, 2)},
            )


def _finding(
    part: Part,
    code: str,
    severity: Severity,
    message: str,
    field: Field = Field.COMPLETION,
    subject: Subject | None = None,
    span: tuple[int, int] | None = None,
    clause: str = "",
    **data: object,
) -> Finding:
    start, end = span or (None, None)
    excerpt = excerpt_of(subject.text(field), start, end) if subject else ""
    return Finding(NAMES[part], code, severity, message, field, start, end, excerpt, clause=clause, data=data)


NAMES = {
    Part.INSTRUCTIONS: "llm_instructions",
    Part.ROUTING: "llm_routing",
    Part.ORIGIN: "llm_ai_detector",
    Part.CORRECTION: "llm_grammar",
}
CHECKS: dict[Part, tuple[str, Severity, Find]] = {
    Part.INSTRUCTIONS: ("Instructions, second reading", Severity.SHOULD, _instructions),
    Part.ROUTING: ("Routing, second reading", Severity.NOTE, _routing),
    Part.ORIGIN: ("Generated text, second reading", Severity.NOTE, _origin),
    Part.CORRECTION: ("Grammar, second reading", Severity.SHOULD, _correction),
}
