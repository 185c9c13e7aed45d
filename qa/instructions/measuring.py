"""The figures of both classifiers: how good, where the thresholds lie. Pure counting over opinions already made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from qa.instructions.forest import Floats
from qa.instructions.model import SKILLS, FitModel, SkillModel
from qa.instructions.training import WRONG_ANSWERS, Readings, folds_of, swapped, train_fit, train_skill

FALSE_FLAGS = 0.02
# Below the quantile that is asked, so that the share holds on texts never seen.
NOTE_SHARE, SHOULD_SHARE = 0.017, 0.006
MEASURING_FOLDS = 3
PROJECT_SKILLS = np.array([place for place, skill in enumerate(SKILLS) if skill != "other"])


@dataclass(frozen=True)
class SkillFigures:
    """`wrong_caught`: wrong skills out of the classes that occur; `wrong_of_project`: out of the seven that a project
    can declare, on rows of one of these."""

    macro_f1: float
    accuracy: float
    wrong_caught: float
    wrong_of_project: float


def skill_figures(probabilities: Floats, labels: NDArray[np.int64]) -> SkillFigures:
    """Macro-F1 over the classes that occur. A wrong declared skill is caught where its probability lies under the 2 %
    quantile of the right ones' probabilities."""
    present, of_project = np.unique(labels), labels != SKILLS.index("other")
    predicted = probabilities.argmax(axis=1)
    return SkillFigures(
        float(f1_score(labels, predicted, labels=present, average="macro")),
        float((predicted == labels).mean()),
        wrong_caught(probabilities, labels, present),
        wrong_caught(probabilities[of_project], labels[of_project], PROJECT_SKILLS),
    )


def wrong_caught(probabilities: Floats, labels: NDArray[np.int64], candidates: NDArray[np.int64]) -> float:
    """Averaged over every wrong skill a row could have been given; NaN where there is none."""
    if not len(labels):
        return float("nan")
    right = probabilities[np.arange(len(labels)), labels]
    limit = np.quantile(right, FALSE_FLAGS)
    wrong = [probabilities[i, c] < limit for i, label in enumerate(labels) for c in candidates if c != label]
    return float(np.mean(wrong)) if wrong else float("nan")


def fit_caught(
    right: Floats, right_skills: Sequence[str], wrong: Floats, wrong_skills: Sequence[str]
) -> dict[str, float]:
    """Per skill, the share of wrong answers under the 2 % quantile of the right ones."""
    found = {}
    for skill in sorted(set(right_skills)):
        limit = np.quantile(right[np.array(right_skills) == skill], FALSE_FLAGS)
        found[skill] = float((wrong[np.array(wrong_skills) == skill] < limit).mean())
    return found


def all_probabilities(model: SkillModel, data: Readings) -> Floats:
    return np.stack([model.probabilities(reading) for reading in data.readings])


def all_fits(model: FitModel, data: Readings) -> Floats:
    pairs = zip(data.readings, data.samples, strict=True)
    return np.array([model.score(reading, sample.skill) for reading, sample in pairs], np.float32)


@dataclass(frozen=True)
class Opinions:
    """Probabilities and right labels of the rows that were measured."""

    probabilities: Floats
    labels: NDArray[np.int64]

    @property
    def right(self) -> Floats:
        return np.asarray(self.probabilities[np.arange(len(self.labels)), self.labels], np.float32)


def cross_validated_skill(own: Readings, added: Readings, rounds: int, say: Callable[[str], None]) -> Opinions:
    """From models that saw neither the row nor any other wording of it; `rounds` of MEASURING_FOLDS folds."""
    found: list[Floats] = []
    labels: list[NDArray[np.int64]] = []
    for known, unseen in folds_of(own, MEASURING_FOLDS)[:rounds]:
        hidden = {own.samples[i].group for i in unseen}
        helpful = added.only([i for i, sample in enumerate(added.samples) if sample.group not in hidden])
        model = train_skill(joined(own.only(known), helpful))
        found.append(all_probabilities(model, own.only(unseen)))
        labels.append(own.labels[unseen])
        say(f"  {skill_figures(found[-1], labels[-1])}")
    return Opinions(np.concatenate(found), np.concatenate(labels))


@dataclass(frozen=True)
class Fits:
    """Log-odds of right answers, and of other rows' answers."""

    right: Floats
    right_skills: list[str]
    wrong: Floats
    wrong_skills: list[str]

    def caught(self) -> dict[str, float]:
        return fit_caught(self.right, self.right_skills, self.wrong, self.wrong_skills)


def fits_of(model: FitModel, data: Readings, seed: int = 9) -> Fits:
    others = swapped(data, seed)
    return Fits(all_fits(model, data), _skills(data), all_fits(model, others), _skills(others))


def cross_validated_fit(own: Readings, rounds: int, say: Callable[[str], None]) -> Fits:
    parts: list[Fits] = []
    for known, unseen in folds_of(own, MEASURING_FOLDS)[:rounds]:
        learned = own.only(known)
        model = train_fit(learned, [swapped(learned, seed) for seed in WRONG_ANSWERS])
        parts.append(fits_of(model, own.only(unseen)))
        say(f"  {parts[-1].caught()}")
    return Fits(
        np.concatenate([part.right for part in parts]),
        [skill for part in parts for skill in part.right_skills],
        np.concatenate([part.wrong for part in parts]),
        [skill for part in parts for skill in part.wrong_skills],
    )


def _skills(data: Readings) -> list[str]:
    return [sample.skill for sample in data.samples]


def skill_limits(mode: str, right: Floats) -> dict[str, float]:
    """One limit for all skills, on the probability of the declared one."""
    shares = {"note": NOTE_SHARE, "should": SHOULD_SHARE}
    return {
        f"{mode} skill {kind} {skill}": float(np.quantile(right, share))
        for kind, share in shares.items()
        for skill in SKILLS
    }


def fit_limits(mode: str, fits: Fits) -> dict[str, float]:
    """Per skill; inference, of which there is no data, takes the most careful one, and rewriting (translations share no
    word with their prompt) none."""
    shares, skills = {"note": NOTE_SHARE, "should": SHOULD_SHARE}, np.array(fits.right_skills)
    found = {
        f"{mode} fit {kind} {skill}": float(np.quantile(fits.right[skills == skill], share))
        for kind, share in shares.items()
        for skill in sorted(set(fits.right_skills))
    }
    careful = {f"{mode} fit {kind} inference": min(v for k, v in found.items() if f" {kind} " in k) for kind in shares}
    return found | careful


def joined(*parts: Readings) -> Readings:
    return Readings([s for part in parts for s in part.samples], [r for part in parts for r in part.readings])
