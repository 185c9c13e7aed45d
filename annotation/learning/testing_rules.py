"""The arithmetic of tests and training: what is drawn, what an answer is worth, what passes. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from annotation.models import Verdict

RIGHT, HALF, WRONG = 1.0, 0.5, 0.0
# A written piece passes with four of five overall and nothing below three.
PIECE_OVERALL, PIECE_LEAST = 4, 3
# A re-test asks this many items about each touched clause, as far as there are.
RETEST_PER_CLAUSE = 3
TRAINING_SHARE = 0.8
MINUTES_PER_TASK = 2
# Who mends a sentence leaves this share of the other words' characters as they are.
KEPT_SHARE = 0.8
# Of a test item: from this many answers on, this share of wrong ones says that the item may be at fault.
ENOUGH_ANSWERS, SUSPICIOUS_SHARE = 5, 0.6

Span = tuple[int, int]


def draw(pool: Mapping[str, Sequence[int]], count: int, random: Random) -> list[int]:
    """`count` ids at random, as evenly over the verdicts as the pool allows, in random order; fewer when it is short.

    `pool` has the ids by verdict.
    """
    left = {verdict: random.sample(list(ids), len(ids)) for verdict, ids in pool.items() if ids}
    drawn: list[int] = []
    while left and len(drawn) < count:
        for verdict in random.sample(sorted(left), len(left))[: count - len(drawn)]:
            drawn.append(left[verdict].pop())
        left = {verdict: ids for verdict, ids in left.items() if ids}
    random.shuffle(drawn)
    return drawn


def points(
    right: Collection[str], expected: Collection[str], verdict: str, reasons: Collection[str], *, answer: str = ""
) -> float:
    """1 for a right verdict with one of the expected reasons, 0.5 for the verdict alone, 0 otherwise.

    An accept needs no reason, and where no reason is expected any will do. `answer` is the first of `right`.
    """
    if verdict not in right:
        return WRONG
    asks_reason = verdict != Verdict.ACCEPT and bool(expected) and answer != Verdict.ACCEPT
    return RIGHT if not asks_reason or set(expected) & set(reasons) else HALF


def share(earned: Sequence[float | None]) -> float:
    """Of the points there were; what was not answered earned nothing."""
    return sum(one or 0.0 for one in earned) / len(earned) if earned else 0.0


def reaches(score: float, percent: int) -> bool:
    """Rounded to whole percent first, as both are shown."""
    return round(100 * score) >= percent


def piece_passes(scores: Mapping[str, int]) -> bool:
    return scores["overall"] >= PIECE_OVERALL and min(scores.values()) >= PIECE_LEAST


def enough_tries(pool: int, items: int) -> int:
    """How many tries with other items the pool is good for."""
    return pool // items if items else 0


def next_try_at(finished: Sequence[datetime], wait_hours: int) -> datetime | None:
    return max(finished) + timedelta(hours=wait_hours) if finished else None


def training_is_passed(
    tasks: Collection[int], answered: Collection[int], first_right: Collection[int], ever_right: Collection[int]
) -> bool:
    """Each task answered, and four in five of them rightly at the first try or all of them rightly in the end."""
    wanted = set(tasks)
    if not wanted or not wanted <= set(answered):
        return False
    return len(wanted & set(first_right)) >= TRAINING_SHARE * len(wanted) or wanted <= set(ever_right)


def is_mended(sentence: Span, changed: Sequence[Span], length: int, forbidden: int) -> bool:
    """The sentence with the mistake is changed, most of the rest is as it was, and nothing forbidden is left in it.

    Spans are of the given text, `length` code points long; an empty one is a place where something was put in.
    """
    return not forbidden and touches(sentence, changed) and keeps_the_rest(sentence, changed, length)


def touches(sentence: Span, changed: Sequence[Span]) -> bool:
    first, last = sentence
    return any(first <= start <= last if start == end else start < last and end > first for start, end in changed)


def keeps_the_rest(sentence: Span, changed: Sequence[Span], length: int) -> bool:
    first, last = sentence
    rest = length - (last - first)
    gone = sum(max(0, min(end, first) - start) + max(0, end - max(start, last)) for start, end in changed)
    return rest - gone >= KEPT_SHARE * rest


def is_suspicious(answered: int, wrong: int) -> bool:
    return answered >= ENOUGH_ANSWERS and wrong > SUSPICIOUS_SHARE * answered
