import gzip
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from qa.detector import corpus, training
from qa.detector.card import own_card, shared_card
from qa.detector.model import Model
from qa.detector.own import fit_own
from qa.engines.detection import COEFFICIENTS

OWN_FILE = "ai_detector.npz"


class Command(BaseCommand):
    help = (
        "Trains the AI detector. With --data alone: the shared coefficients, of public data. With --human and --ai: a "
        "project's own on top of them, from 20 texts of each kind or more (JSON lines with a field text, or one text a "
        "line); set AI_DETECTOR_COEFFICIENTS to the file it writes. The same data give the same file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of public data")
        parser.add_argument("--human", type=Path, help="texts that people wrote, known for sure")
        parser.add_argument("--ai", type=Path, help="generated texts of the same kind")
        parser.add_argument("--language", default="en", help="of the texts in --human and --ai")
        parser.add_argument("--output", type=Path, help=f"default: {OWN_FILE} in the data folder of the installation")
        parser.add_argument("--card", type=Path, help="default: beside the output, .md")

    def handle(self, *, human: Path | None, ai: Path | None, **options: Any) -> None:
        if (human is None) != (ai is None):
            raise CommandError("--human and --ai belong together.")
        output: Path = options["output"] or settings.VAR_DIR / OWN_FILE
        if human and ai:
            model, card = _own(human, ai, options["language"])
        else:
            model, card = _shared(options["data"])
        model.save(output)
        card_path: Path = options["card"] or output.with_suffix(".md")
        card_path.write_text(card, encoding="utf-8")
        self.stdout.write(f"{card}\nWritten: {output}, {card_path}")


def _shared(data: Path) -> tuple[Model, str]:
    samples = corpus.load(data)
    if not samples:
        raise CommandError(f"--data: nothing to learn from in {data}.")
    learnt = training.features(samples)
    trained = training.train(learnt, training.version_of(samples))
    return trained.model, shared_card(trained)


def _own(human: Path, ai: Path, language: str) -> tuple[Model, str]:
    try:
        model, figures = fit_own(Model.load(COEFFICIENTS), _texts(human), _texts(ai), language)
    except ValueError as error:
        raise CommandError(f"{error}.") from None
    return model, own_card(model, figures, language)


def _texts(path: Path) -> list[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            return [_text(line, number, path) for number, line in enumerate(lines, start=1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read ({error}).") from None


def _text(line: str, number: int, path: Path) -> str:
    if not line.lstrip().startswith("{"):
        return line.strip()
    try:
        text = json.loads(line).get("text")
    except ValueError:
        return line.strip()
    if not isinstance(text, str):
        raise CommandError(f"{path}, line {number}: no field text.")
    return text
