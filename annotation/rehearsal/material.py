"""What the scripted people write: real prompts and completions, dealt out to the cells of a project."""

import gzip
import json
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from catalog.skills import NEEDS_CONTEXT, Skill

DOMAINS = ("general", "history", "software")


@dataclass(frozen=True)
class Pair:
    language: str
    skill: str
    domain: str
    prompt: str
    completion: str
    context: str

    @property
    def cell(self) -> tuple[str, str, str]:
        return self.language, self.domain, self.skill


def read_pairs(files: Iterable[Path], seed: int) -> list[Pair]:
    """Rows of the prompts files (see their README) whose skill we have, shuffled by the seed.

    The data knows no domains: they are dealt by a hash of the row's id.
    """
    pairs = [pair for file in files for pair in _pairs_of(file)]
    random.Random(seed).shuffle(pairs)  # noqa: S311  (a rehearsal wants repeatable chance)
    return pairs


def _pairs_of(file: Path) -> Iterator[Pair]:
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if _is_usable(row):
                yield _pair(row)


def _is_usable(row: dict[str, str]) -> bool:
    has_skill = row.get("skill") in Skill.values
    has_text = bool(row["prompt"].strip() and row["completion"].strip())
    return has_skill and has_text and bool(row.get("context")) == (row["skill"] in NEEDS_CONTEXT)


def _pair(row: dict[str, str]) -> Pair:
    domain = DOMAINS[sha256(row["id"].encode()).digest()[0] % len(DOMAINS)]
    return Pair(row["lang"], row["skill"], domain, row["prompt"], row["completion"], row.get("context") or "")


def targets(pairs: list[Pair], items: int) -> dict[tuple[str, str, str], int]:
    """A target for every cell in proportion to its pairs; together exactly `items`.

    Two thirds of a cell's pairs at most, so that rejected places find new material.
    """
    available = Counter(pair.cell for pair in pairs)
    total = sum(available.values())
    if items > total * 2 // 3:
        raise ValueError(f"{total} usable pairs are enough for --items {total * 2 // 3}, not for {items}.")
    shares = {cell: items * count // total for cell, count in available.items()}
    for cell, _ in available.most_common():
        if sum(shares.values()) == items:
            break
        shares[cell] += 1
    return {cell: share for cell, share in sorted(shares.items()) if share}


class Material:
    """Hands every pair to one person only; thread-safe."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._lock = threading.Lock()
        self._free: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
        self._by_context: dict[str, list[Pair]] = defaultdict(list)
        for pair in pairs:
            if pair.context:
                self._by_context[context_key(pair.context)].append(pair)
            else:
                self._free[pair.cell].append(pair)

    def take(self, cell: tuple[str, str, str]) -> Pair | None:
        with self._lock:
            waiting = self._free[cell]
            return waiting.pop() if waiting else None

    def about(self, context: str) -> Pair | None:
        """A pair about this passage; the last one again when the passage comes back to somebody else."""
        with self._lock:
            found = self._by_context.get(context_key(context), [])
            return found.pop() if len(found) > 1 else found[0] if found else None


def context_key(context: str) -> str:
    return sha256(" ".join(context.split()).encode()).hexdigest()
