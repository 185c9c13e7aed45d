"""Whether a pair is what its cell wants: the prompt of the declared skill, and an answer that answers it and, where the
skill says so, rests on its context. Classifiers for the first two, rules that count for the rest."""

from collections.abc import Iterator, Mapping
from typing import Any

from qa.checks.base import Check, Field, Finding, Severity, Subject, excerpt_of
from qa.engines.embeddings import Embedder, label_of
from qa.instructions.judging import Judge, Opinion
from qa.instructions.model import SKILLS, version_of
from qa.instructions.rules import Remark, coverage, remarks

NAME = "instructions"
VERSION = 1
SHOWN = {
    "open_qa": "open QA",
    "closed_qa": "closed QA",
    "other": "none of the project's skills",
}
MESSAGES: Mapping[str, tuple[Field, str]] = {
    "context_missing": (Field.PROMPT, "This skill works on a source text, and there is none. Add the context."),
    "context_not_wanted": (
        Field.CONTEXT,
        "Open QA is answered from knowledge: remove the context, or choose closed QA.",
    ),
    "no_labels": (Field.PROMPT, "The prompt names no labels. List the classes to choose from."),
    "label_not_listed": (Field.COMPLETION, "The answer is none of the options that the prompt lists."),
    "longer_than_source": (Field.COMPLETION, "This summary is longer than its source. Shorten it."),
    "nothing_changed": (Field.COMPLETION, "The rewritten text is the same as its source."),
    "not_in_context": (
        Field.COMPLETION,
        "Little of this sentence is in the context. Rest it on the source, or leave it out.",
    ),
    "adds_knowledge": (
        Field.COMPLETION,
        "Most of this answer is not in the context. If outside knowledge is wanted, the skill is inference.",
    ),
    "adds_nothing": (
        Field.COMPLETION,
        "Everything here is in the context already; inference wants something that it does not say.",
    ),
}


def build(embedder: Embedder) -> Check:
    judge = Judge(embedder)
    return Check(
        NAME,
        VERSION,
        "ml",
        "Instructions",
        run=lambda subject: list(_find(judge, subject)),
        settings=lambda subject: _settings(embedder, subject),
        engine=f"classifier with {embedder.name}",
        scores=lambda subject: _scores(judge, subject),
        highest=Severity.SHOULD,
    )


def _settings(embedder: Embedder, subject: Subject) -> Mapping[str, Any]:
    return {
        "language": subject.language,
        "skill": subject.skill,
        "engine": label_of(embedder),
        "coefficients": version_of(),
    }


def _opinion(judge: Judge, subject: Subject) -> Opinion:
    return judge.opinion(subject.prompt, subject.context, subject.completion, subject.language, subject.skill)


def _scores(judge: Judge, subject: Subject) -> Mapping[str, Any]:
    """`score` 0..1 how little the declared skill fits, `mismatch` 0..1 how little the answer fits the prompt."""
    opinion = _opinion(judge, subject)
    declared = opinion.probabilities.get(subject.skill)
    return {
        "predicted": opinion.predicted,
        "probabilities": dict(opinion.probabilities),
        "score": None if declared is None else round(1 - declared, 4),
        "fit": None if opinion.fit is None else round(opinion.fit, 3),
        "mismatch": None if opinion.mismatch is None else round(opinion.mismatch, 5),
        "coverage": coverage(opinion.reading.layout, subject.completion),
        "mode": opinion.mode,
    }


def _find(judge: Judge, subject: Subject) -> Iterator[Finding]:
    if not subject.prompt.strip():
        return
    opinion = _opinion(judge, subject)
    by_rule = remarks(subject.skill, opinion.reading.layout, subject.completion)
    yield from _other_skill(judge, subject, opinion)
    yield from _other_prompt(judge, subject, opinion)
    yield from (_finding(subject, remark) for remark in by_rule)


def _other_skill(judge: Judge, subject: Subject, opinion: Opinion) -> Iterator[Finding]:
    if subject.skill not in SKILLS or opinion.predicted == subject.skill:
        return
    chance = opinion.probabilities[subject.skill]
    severity = _severity(judge, opinion, "skill", subject.skill, chance)
    if severity is None:
        return
    read_as, wanted = _shown(opinion.predicted), _shown(subject.skill)
    yield Finding(
        NAME,
        "other_skill",
        severity,
        f"This reads as {read_as}; the cell wants {wanted}. Reword the prompt, or say why it is {wanted}.",
        Field.PROMPT,
        excerpt=excerpt_of(subject.prompt),
        data={
            "score": round(1 - chance, 4),
            "predicted": opinion.predicted,
            "probabilities": dict(opinion.probabilities),
        },
    )


def _other_prompt(judge: Judge, subject: Subject, opinion: Opinion) -> Iterator[Finding]:
    if opinion.fit is None:
        return
    skill = subject.skill if subject.skill in SKILLS else opinion.predicted
    severity = _severity(judge, opinion, "fit", skill, opinion.fit)
    if severity is not None:
        yield Finding(
            NAME,
            "answers_another_prompt",
            severity,
            "The completion does not seem to answer this prompt. Check that it belongs here.",
            Field.COMPLETION,
            data={"score": round(opinion.mismatch or 0.0, 4), "fit": round(opinion.fit, 3)},
        )


def _severity(judge: Judge, opinion: Opinion, what: str, skill: str, value: float) -> Severity | None:
    """By the limits chosen in training. Where they were not measured in the language, less and never a SHOULD."""
    limits = judge.coefficients.limits
    surely, perhaps = (limits.get(f"{opinion.mode} {what} {kind} {skill}") for kind in ("should", "note"))
    if surely is None or perhaps is None:
        return None
    if not opinion.is_measured:
        return Severity.NOTE if value < surely and what == "skill" and _is_clear(opinion) else None
    return Severity.SHOULD if value < surely else Severity.NOTE if value < perhaps else None


def _is_clear(opinion: Opinion) -> bool:
    return opinion.probabilities[opinion.predicted] > 0.9


def _finding(subject: Subject, remark: Remark) -> Finding:
    field, message = MESSAGES[remark.code]
    return Finding(
        NAME,
        remark.code,
        Severity.SHOULD if remark.is_certain and field is not Field.CONTEXT else Severity.NOTE,
        message,
        field,
        start=remark.start,
        end=remark.end,
        excerpt="" if remark.start is None else excerpt_of(subject.completion, remark.start, remark.end),
        data={"score": round(remark.score, 4)},
    )


def _shown(skill: str) -> str:
    return SHOWN.get(skill, skill)
