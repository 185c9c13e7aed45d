"""Tasks to rewrite: a text with a mistake is mended; the fast checks and the corrected text answer at once."""

from dataclasses import dataclass, replace

from annotation.learning.testing_pieces import fast_findings, subject_asked, told
from annotation.learning.testing_rules import is_mended, keeps_the_rest, touches
from annotation.learning.training_tasks import segments
from annotation.models import Cell, TrainingAnswer, TrainingTask
from annotation.setup.setting_up import guideline_of
from annotation.texts import LONGEST, clean
from core.diff import hunks
from core.refusal import Refusal
from qa import policy
from qa.checks.base import Finding


def given_text(task: TrainingTask) -> str:
    return task.prompt if task.field == "prompt" else task.completion


def corrected_text(task: TrainingTask) -> str:
    start, end = _place(task)
    text = given_text(task)
    return text[:start] + task.better + text[end:]


def _place(task: TrainingTask) -> tuple[int, int]:
    assert task.start is not None
    assert task.end is not None
    return task.start, task.end


def sentence_of(task: TrainingTask) -> tuple[int, int]:
    """The span of the sentences that the mistake stands in; the place itself where there is none."""
    start, end = _place(task)
    holding = [one for one in segments(task.field, given_text(task)) if one.holds(start, end)]
    return (holding[0].start, holding[-1].end) if holding else (start, end)


def sentence_text(task: TrainingTask) -> str:
    start, end = sentence_of(task)
    return given_text(task)[start:end].strip()


def refusal_of_text(task: TrainingTask, text: str) -> Refusal | None:
    if not text.strip():
        return Refusal("The text is empty.", "Mend the sentence and leave the rest as it is.")
    if len(text) > LONGEST:
        return Refusal(f"Shorten it to {LONGEST:,} characters.")
    if not _changed(task, clean(text)):
        return Refusal("Nothing is changed yet.", "Mend the sentence that is wrong, then hand it in.")
    return None


def _changed(task: TrainingTask, text: str) -> list[tuple[int, int]]:
    """Where words differ; blanks alone are no change."""
    found = hunks(given_text(task), text)
    return [(one.start, one.end) for one in found if one.before.strip() or one.after.strip()]


def write(answer: TrainingAnswer, task: TrainingTask, text: str) -> None:
    answer.text = clean(text)
    left = forbidden(task, answer.text)
    answer.findings = [told(one) for one in left]
    changed = _changed(task, answer.text)
    answer.is_right = is_mended(sentence_of(task), changed, len(given_text(task)), len(left))


def forbidden(task: TrainingTask, text: str) -> list[Finding]:
    """What must be mended in the text, without what the corrected text would be told as well: that is not the task."""
    known = {one.fingerprint for one in _forbidden(task, corrected_text(task))}
    return [one for one in _forbidden(task, text) if one.fingerprint not in known]


def _forbidden(task: TrainingTask, text: str) -> list[Finding]:
    cells = Cell.objects.filter(project=task.project_id, language=task.language_id, domain=task.domain_id)
    asked = subject_asked(
        task.project, task.language_id, task.domain_id, task.skill, cells.filter(skill=task.skill).first()
    )
    texts = {"prompt": task.prompt, "completion": task.completion} | {task.field: text}
    subject = replace(asked, prompt=texts["prompt"], completion=texts["completion"], context=task.context)
    return policy.blocking(fast_findings(task.project, subject, guideline_of(task.project).version))


@dataclass(frozen=True)
class Compared:
    """An answer beside the given text and the corrected one, and what became of the rule's three parts."""

    given: str
    text: str
    corrected: str
    touches: bool
    keeps: bool
    findings: list[dict[str, str]]


def compared(task: TrainingTask, answer: TrainingAnswer) -> Compared | None:
    """None for tasks of another kind."""
    if task.kind != TrainingTask.Kind.REWRITE:
        return None
    given, sentence, changed = given_text(task), sentence_of(task), _changed(task, answer.text)
    return Compared(
        given,
        answer.text,
        corrected_text(task),
        touches(sentence, changed),
        keeps_the_rest(sentence, changed, len(given)),
        answer.findings,
    )
