from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray

from qa.engines.embeddings import SentenceEncoder, label_of
from qa.instructions.corpus import SOURCES, Sample, augmented, made, prompts
from qa.instructions.measuring import (
    cross_validated_fit,
    cross_validated_skill,
    fit_limits,
    joined,
    skill_figures,
    skill_limits,
)
from qa.instructions.model import FILE, FitModel, SkillModel
from qa.instructions.training import WRONG_ANSWERS, Embed, Readings, read_all, swapped, train_fit, train_skill

PLAIN_WEIGHT = 0.5


@dataclass(frozen=True)
class Trained:
    skill: SkillModel
    fit: FitModel
    limits: dict[str, float]
    figures: dict[str, float]


class Command(BaseCommand):
    help = (
        "Trains the instructions check on Dolly and our own templates with the configured sentence model, measures it "
        "by cross-validation, and writes its coefficients. Takes about half an hour; no text of the data is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=Path("../shared/data"))
        parser.add_argument("--output", type=Path, default=FILE)
        parser.add_argument("--rounds", type=int, default=3, help="how many of the three folds to measure on")
        parser.add_argument(
            "--skill-only", action="store_true", help="the English skill classifier alone; keeps the rest of the output"
        )

    def handle(self, *, data: Path, output: Path, rounds: int, skill_only: bool, **_options: Any) -> None:
        if not (data / f"{SOURCES[0]}.jsonl.gz").exists():
            raise CommandError(f"--data: {data} has no {SOURCES[0]}.jsonl.gz")
        embedder = SentenceEncoder(settings.EMBEDDING_MODEL)
        label = label_of(embedder)
        if skill_only:
            coefficients = renewed(_present(output, label), data, embedder.embed, rounds, self.stdout.write)
        else:
            coefficients = trained(data, embedder.embed, label, rounds, self.stdout.write)
        output.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(output, **coefficients)  # type: ignore[arg-type]  # its other keyword is a bool
        self.stdout.write(f"{output}: {output.stat().st_size / 1024:.0f} KB")


def _present(path: Path, label: str) -> dict[str, NDArray[Any]]:
    if not path.exists():
        raise CommandError(f"--skill-only: there is no {path} to renew")
    with np.load(path, allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    if str(found["embedder"]) != label:
        raise CommandError(f"--skill-only: {path} was trained with {found['embedder']}, not with {label}")
    return found


def trained(data: Path, embed: Embed, label: str, rounds: int, say: Callable[[str], None]) -> dict[str, NDArray[Any]]:
    """Everything that goes into the coefficient file."""
    english, finnish = prompts(data, "dolly_en"), [replace(s, weight=PLAIN_WEIGHT) for s in prompts(data, "dolly_fi")]
    filled = made(data)
    ours = [sample for sample in filled if sample.language == "en"]
    with_vectors = train_mode("embedded", english, ours, embed, rounds, say)
    without = train_mode("plain", [*english, *finnish], filled, None, rounds, say)
    return arrays_of({"embedded": with_vectors, "plain": without}, label) | {"trained on": _marks([*english, *finnish])}


def renewed(
    present: dict[str, NDArray[Any]], data: Path, embed: Embed, rounds: int, say: Callable[[str], None]
) -> dict[str, NDArray[Any]]:
    """The present coefficients with another English skill classifier, its limits and its figures."""
    english = prompts(data, "dolly_en")
    own, added = read_mode(english, [sample for sample in made(data) if sample.language == "en"], embed)
    opinions = cross_validated_skill(own, added, rounds, say)
    found = skill_figures(opinions.probabilities, opinions.labels)
    say(f"embedded: {found}")
    limits = _named(present, "limit names", "limits") | skill_limits("embedded", opinions.right)
    figures = _named(present, "figure names", "figures") | {f"embedded {k}": v for k, v in found.__dict__.items()}
    model = train_skill(joined(own, added))
    marks = _marks([*english, *prompts(data, "dolly_fi")])
    return {
        **present,
        **numbers_of(limits, figures),
        **_skill_arrays(model, "embedded skill "),
        "trained on": marks,
    }


def _named(present: dict[str, NDArray[Any]], names: str, values: str) -> dict[str, float]:
    return dict(zip(map(str, present[names]), map(float, present[values]), strict=True))


def _marks(samples: list[Sample]) -> NDArray[np.uint32]:
    return np.unique(np.array([sample.mark for sample in samples], np.uint32))


def read_mode(samples: list[Sample], filled: list[Sample], embed: Embed | None) -> tuple[Readings, Readings]:
    own = read_all(samples, embed)
    return own, read_all([*augmented(samples), *filled], embed, own)


def train_mode(
    mode: str, samples: list[Sample], filled: list[Sample], embed: Embed | None, rounds: int, say: Callable[[str], None]
) -> Trained:
    own, added = read_mode(samples, filled, embed)
    say(f"{mode}: {len(samples)} rows, {len(added.samples)} added")
    opinions = cross_validated_skill(own, added, rounds, say)
    fits = cross_validated_fit(own, rounds, say)
    figures, caught = skill_figures(opinions.probabilities, opinions.labels), fits.caught()
    say(f"{mode}: {figures} {caught}")
    measured = {f"{mode} {name}": value for name, value in figures.__dict__.items()}
    measured |= {f"{mode} fit caught {skill}": value for skill, value in caught.items()}
    limits = skill_limits(mode, opinions.right) | fit_limits(mode, fits)
    return Trained(train_skill(joined(own, added)), _final_fit(own, added), limits, measured)


def _final_fit(own: Readings, added: Readings) -> FitModel:
    """Also with the context inside the prompt."""
    moved = added.only([i for i, s in enumerate(added.samples) if s.source.endswith("moved") and s.completion])
    known = joined(own, moved)
    return train_fit(known, [swapped(known, seed) for seed in WRONG_ANSWERS])


def arrays_of(parts: dict[str, Trained], label: str) -> dict[str, NDArray[Any]]:
    limits = {name: value for part in parts.values() for name, value in part.limits.items()}
    figures = {name: value for part in parts.values() for name, value in part.figures.items()}
    arrays: dict[str, NDArray[Any]] = {
        "embedder": np.array(label),
        **numbers_of(limits, figures),
    }
    for mode, part in parts.items():
        arrays |= _skill_arrays(part.skill, f"{mode} skill ")
        arrays |= {f"{mode} fit products": part.fit.products.astype(np.float16)}
        arrays |= part.fit.forest.to_arrays(f"{mode} fit forest ")
    return arrays


def numbers_of(limits: dict[str, float], figures: dict[str, float]) -> dict[str, NDArray[Any]]:
    return {
        "version": np.array(datetime.now(UTC).isoformat(timespec="minutes")),
        "limit names": np.array(list(limits)),
        "limits": np.array(list(limits.values()), np.float32),
        "figure names": np.array(list(figures)),
        "figures": np.array(list(figures.values()), np.float32),
    }


def _skill_arrays(model: SkillModel, prefix: str) -> dict[str, NDArray[Any]]:
    return {
        f"{prefix}words": model.words,
        f"{prefix}unit": model.unit.astype(np.float32),
        f"{prefix}dense": model.dense.astype(np.float16),
        f"{prefix}intercept": model.intercept.astype(np.float32),
        **model.forest.to_arrays(f"{prefix}forest "),
        **(model.votes.to_arrays(f"{prefix}votes ") if model.votes else {}),
    }
