"""Does our estimate of a person's accuracy from half of their answers foretell the other half, within its interval?

`./scriptorium bench crowd`: every `crowd__*` file of the data folder (task, item, worker, label, gold), the same rules
for all. Each worker's answers are split in two at random; from the first half their accuracy is estimated
- by crowd-kit's Dawid–Skene (its expected accuracy, and how often they say what it concludes; the better one counts),
- by ours without any gold, from what all say together,
- by ours with the gold of the first half, as control items give it;
the second half is held against gold. Score: root of the mean squared error, each worker weighted by their answers.
Intervals without gold are measured twice: with the doubt that all other files give, and with the one that is shipped.
"""

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from experts.aggregation import DOUBT, Answers, Doubt, Floats, Ints, Rate, fit_pool, undoubted
from experts.benchmarks.doubt import fits, likeliest, of_the_others

SEEDS = range(5)
INTERVALS = (0.9, 0.8)
# Labels that are numbers and more than these are no classes: they are put in three of equal size, and so is gold.
MOST_CLASSES = 10
UNKNOWN = -1

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Task:
    name: str
    answers: Answers
    gold: Ints


@dataclass(frozen=True)
class Half:
    """What the second half turned out to be, and what each way had said of it. One number per worker."""

    right: Floats
    total: Floats
    crowdkit: tuple[Floats, Floats]
    ours: list[Rate]
    known: list[Rate]
    # Workers with gold in the first half.
    was_known: Flags


@dataclass(frozen=True)
class Measured:
    """A task's halves, one per seed, and how each doubt of the grid foretells them."""

    task: Task
    halves: list[Half]
    fits: Floats

    @property
    def workers(self) -> float:
        return self.mean(lambda half: float((half.total > 0).sum()))

    def mean(self, of: Callable[[Half], float]) -> float:
        return float(np.mean([of(half) for half in self.halves]))


@dataclass(frozen=True)
class Line:
    """One row of the report; shares and errors as means over the seeds, intervals as in `INTERVALS`."""

    name: str
    answers: int
    workers: float
    crowdkit: float
    ours: float
    known: float
    covered: tuple[float, ...]
    covered_without_gold: tuple[float, ...]
    covered_as_shipped: tuple[float, ...]


def tasks(data: Path) -> Iterator[Task]:
    for path in sorted(data.glob("crowd__*.jsonl.gz")):
        with gzip.open(path, "rb") as lines:
            rows = [orjson.loads(line) for line in lines]
        yield _task(path.name.removeprefix("crowd__").removesuffix(".jsonl.gz"), rows)


def _task(name: str, rows: Sequence[dict[str, str | None]]) -> Task:
    labels = [str(row["label"]) for row in rows]
    golds = {row["item"]: row["gold"] for row in rows}
    if _are_measures(labels):
        labels = _in_thirds(labels)
        known = [item for item, gold in golds.items() if gold is not None]
        golds |= dict(zip(known, _in_thirds([str(golds[item]) for item in known]), strict=True))
    classes = {label: place for place, label in enumerate(dict.fromkeys([*labels, *filter(None, golds.values())]))}
    items = {item: place for place, item in enumerate(golds)}
    people = {person: place for place, person in enumerate(dict.fromkeys(row["worker"] for row in rows))}
    answers = Answers(
        np.array([items[row["item"]] for row in rows], dtype=np.int64),
        np.array([people[row["worker"]] for row in rows], dtype=np.int64),
        np.array([classes[label] for label in labels], dtype=np.int64),
        len(items),
        len(people),
        len(classes),
    )
    gold = np.array([UNKNOWN if one is None else classes[one] for one in golds.values()], dtype=np.int64)
    return Task(name, answers, gold)


def _are_measures(labels: Sequence[str]) -> bool:
    distinct = set(labels)
    return len(distinct) > MOST_CLASSES and all(_is_number(label) for label in distinct)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _in_thirds(numbers: Sequence[str]) -> list[str]:
    values = np.array([float(number) for number in numbers])
    return [str(place) for place in np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values)]


def first_half(answers: Answers, seed: int) -> Flags:
    """Of each worker's answers a random half, the larger one where they are odd."""
    chance = np.random.default_rng(seed).random(len(answers.people))
    order = np.lexsort((chance, answers.people))
    begins = np.r_[0, np.flatnonzero(np.diff(answers.people[order])) + 1]
    sizes = np.diff(np.r_[begins, len(order)])
    chosen = np.zeros(len(order), dtype=bool)
    for begin, size in zip(begins, sizes, strict=True):
        chosen[order[begin : begin + (size + 1) // 2]] = True
    return chosen


def measure(task: Task, seed: int) -> Half:
    answers = task.answers
    chosen = first_half(answers, seed)
    gold = task.gold[answers.items]
    first = answers.only(chosen)
    right, total = _against_gold(answers, gold, ~chosen)
    known_right, known_total = _against_gold(answers, gold, chosen)
    pool = fit_pool(known_right, known_total)
    return Half(
        right=right,
        total=total,
        crowdkit=crowdkit_accuracies(first),
        ours=undoubted(first),
        known=[pool.rate(float(one), float(of)) for one, of in zip(known_right, known_total, strict=True)],
        was_known=known_total > 0,
    )


def _against_gold(answers: Answers, gold: Ints, which: Flags) -> tuple[Floats, Floats]:
    counted = which & (gold != UNKNOWN)
    people = answers.people[counted]
    right = np.bincount(people, weights=answers.labels[counted] == gold[counted], minlength=answers.person_count)
    total = np.bincount(people, minlength=answers.person_count)
    return right.astype(float), total.astype(float)


EPSILON, TOLERANCE, ROUNDS = 1e-10, 1e-5, 100


def crowdkit_accuracies(answers: Answers) -> tuple[Floats, Floats]:
    """What crowd-kit 1.4 makes of the answers: the expected accuracy by its Dawid–Skene's error rates, and the share
    of a worker's answers that its conclusions share (its `accuracy_on_aggregates`).

    crowd-kit asks for NumPy 1, so its algorithm is written out here line by line; `tests/verification/test_crowdkit.py`
    holds it against the library wherever that is installed.
    """
    shares, errors, pairs, prior = crowdkit_dawid_skene(answers)
    count = answers.label_count
    people, said = pairs // count, pairs % count
    expected = np.bincount(
        people, weights=errors[np.arange(len(pairs)), said] * prior[said], minlength=answers.person_count
    )
    concluded = shares.argmax(axis=1)[answers.items] == answers.labels
    agreed = np.bincount(answers.people, weights=concluded, minlength=answers.person_count)
    given = np.bincount(answers.people, minlength=answers.person_count)
    return expected.astype(float), np.asarray(agreed / np.maximum(given, 1), dtype=float)


def crowdkit_dawid_skene(answers: Answers) -> tuple[Floats, Floats, Ints, Floats]:
    """Shares of items × labels, error rates of the (worker, label) pairs that occur, these pairs, and the priors."""
    count = answers.label_count
    pairs, of_pair = np.unique(answers.people * count + answers.labels, return_inverse=True)
    asked = np.bincount(answers.items, minlength=answers.item_count) > 0
    votes = np.zeros((answers.item_count, count))
    np.add.at(votes, (answers.items, answers.labels), 1.0)
    shares = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1.0)
    prior = shares[asked].mean(axis=0)
    errors, before = _crowdkit_errors(answers, shares, pairs, of_pair), -np.inf
    for _ in range(ROUNDS):
        logs = np.zeros_like(shares) + np.log(np.maximum(prior, EPSILON))
        np.add.at(logs, answers.items, np.log(errors[of_pair]))
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        prior = shares[asked].mean(axis=0)
        errors = _crowdkit_errors(answers, shares, pairs, of_pair)
        bound = _crowdkit_bound(answers, shares[asked], shares[answers.items], errors[of_pair], prior)
        if bound - before < TOLERANCE:
            break
        before = bound
    return shares, errors, pairs, prior


def _crowdkit_errors(answers: Answers, shares: Floats, pairs: Ints, of_pair: NDArray[np.intp]) -> Floats:
    errors = np.zeros((len(pairs), answers.label_count))
    np.add.at(errors, of_pair, shares[answers.items])
    errors = np.maximum(errors, EPSILON)
    sums = np.zeros((answers.person_count, answers.label_count))
    people = pairs // answers.label_count
    np.add.at(sums, people, errors)
    return np.asarray(errors / sums[people])


def _crowdkit_bound(answers: Answers, shares: Floats, of_answers: Floats, errors: Floats, prior: Floats) -> float:
    joint = (of_answers * (np.log(errors) + np.log(np.maximum(prior, EPSILON)))).sum()
    certain = np.maximum(shares, EPSILON)
    return float((joint - (np.log(certain) * certain).sum()) / len(answers.items))


def error(estimates: Floats, half: Half) -> float:
    counted = half.total > 0
    miss = estimates[counted] - half.right[counted] / half.total[counted]
    weights = half.total[counted]
    return float(np.sqrt((weights * miss**2).sum() / weights.sum()))


def coverage(rates: Sequence[Rate], half: Half, share: float, which: Flags) -> float:
    """How many workers' counts of right answers in the second half lie in the interval foretold."""
    inside = []
    for worker in np.flatnonzero((half.total > 0) & which).tolist():
        low, high = rates[worker].to_come(int(half.total[worker]), share)
        inside.append(low <= half.right[worker] <= high)
    return float(np.mean(inside))


def measured(task: Task) -> Measured | None:
    """None where there is no gold to hold anything against."""
    if not (task.gold != UNKNOWN).any():
        return None
    halves = [measure(task, seed) for seed in SEEDS]
    scores = [fits(half.ours, half.right, half.total, task.answers.label_count) for half in halves]
    return Measured(task, halves, np.mean(scores, axis=0))


def line(one: Measured, doubt: Doubt) -> Line:
    labels = one.task.answers.label_count
    return Line(
        name=one.task.name,
        answers=len(one.task.answers.items),
        workers=one.workers,
        crowdkit=min(one.mean(partial(_crowdkit_error, way)) for way in (0, 1)),
        ours=one.mean(lambda half: error(_means(half.ours), half)),
        known=one.mean(lambda half: error(_means(half.known), half)),
        covered=tuple(one.mean(partial(_covered, share)) for share in INTERVALS),
        covered_without_gold=tuple(
            one.mean(partial(_covered_without_gold, share, doubt, labels)) for share in INTERVALS
        ),
        covered_as_shipped=tuple(one.mean(partial(_covered_without_gold, share, DOUBT, labels)) for share in INTERVALS),
    )


def _crowdkit_error(way: int, half: Half) -> float:
    return error(half.crowdkit[way], half)


def _covered(share: float, half: Half) -> float:
    return coverage(half.known, half, share, half.was_known)


def _covered_without_gold(share: float, doubt: Doubt, label_count: int, half: Half) -> float:
    rates = doubt.widened(half.ours, label_count, np.ones(len(half.ours)))
    return coverage(rates, half, share, np.ones_like(half.was_known))


def _means(rates: Sequence[Rate]) -> Floats:
    return np.array([rate.mean for rate in rates])


HEADER = (
    "| file | answers | workers | crowd-kit | no gold | gold | 90 % holds, gold | 80 % | 90 %, no gold | 80 % | "
    "90 %, no gold, as shipped | 80 % |"
    "\n| --- |" + " --: |" * 11
)


def main(write: Callable[[str], object], data: Path) -> list[Line]:
    write("Accuracy of workers foretold from half of their answers: weighted error (smaller is better) and intervals")
    write(HEADER)
    found = []
    for task in tasks(data):
        one = measured(task)
        if one is None:
            write(f"| {task.name} | {len(task.answers.items):,} | no gold |{' |' * 9}")
            continue
        found.append(one)
    scores, workers = [one.fits for one in found], [one.workers for one in found]
    lines = [line(one, doubt) for one, doubt in zip(found, of_the_others(scores, workers), strict=True)]
    for one_line in lines:
        write(row(one_line))
    if lines:
        write(row(_overall("mean of files", lines, [1.0] * len(lines))))
        write(row(_overall("mean of workers", lines, [one.workers for one in lines])))
        write(f"Doubt by all these files: {likeliest(scores, workers)}; shipped: {DOUBT}")
    return lines


def row(one: Line) -> str:
    shares = (*one.covered, *one.covered_without_gold, *one.covered_as_shipped)
    covered = [f"{100 * share:.1f} %" for share in shares]
    errors = [f"{value:.3f}" for value in (one.crowdkit, one.ours, one.known)]
    return f"| {' | '.join([one.name, f'{one.answers:,}', f'{one.workers:.0f}', *errors, *covered])} |"


def _overall(name: str, lines: Sequence[Line], weights: Sequence[float]) -> Line:
    def mean(of: Callable[[Line], float]) -> float:
        return float(np.average([of(one) for one in lines], weights=weights))

    def means(of: Callable[[Line], tuple[float, ...]]) -> tuple[float, ...]:
        return tuple(np.average([of(one) for one in lines], axis=0, weights=weights).tolist())

    return Line(
        name,
        sum(one.answers for one in lines),
        sum(one.workers for one in lines),
        mean(lambda one: one.crowdkit),
        mean(lambda one: one.ours),
        mean(lambda one: one.known),
        means(lambda one: one.covered),
        means(lambda one: one.covered_without_gold),
        means(lambda one: one.covered_as_shipped),
    )
