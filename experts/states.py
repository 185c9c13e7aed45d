"""The words for a person's standing, from the numbers and the word before: a limit that was crossed must be recrossed
by more than it took, so that nobody flickers between two words."""

from enum import StrEnum

from experts.rules import DEFAULT, Rule
from experts.scoring import Score


class State(StrEnum):
    PROBATION = "probation"
    TRUSTED = "trusted"
    ACTIVE = "active"
    WATCH = "watch"
    DEPRIORITIZED = "deprioritized"
    PAUSED = "paused"

    @property
    def label(self) -> str:
        return "On watch" if self is State.WATCH else self.value.capitalize()


def next_state(score: Score, before: State, rule: Rule = DEFAULT) -> State:
    """What the numbers say. Never `paused`: only a person pauses a person (experts.overriding)."""
    if _is_deprioritized(score, before, rule):
        return State.DEPRIORITIZED
    if _is_watched(score, before, rule):
        return State.WATCH
    if before == State.PROBATION and not _is_cleared(score, rule):
        return State.PROBATION
    return State.TRUSTED if _is_trusted(score, before, rule) else State.ACTIVE


def _is_deprioritized(score: Score, before: State, rule: Rule) -> bool:
    """From a weight below .9 until it is back at 1."""
    return score.weight < (1.0 if before == State.DEPRIORITIZED else rule.deprioritize_below)


def _is_watched(score: Score, before: State, rule: Rule) -> bool:
    """From the CUSUM's height until it has come down by half: eight accepts in a row at the most."""
    height = rule.coaching_height
    return score.cusum > height / 2 if before == State.WATCH else score.cusum >= height


def _is_cleared(score: Score, rule: Rule) -> bool:
    """Ten straight accepts, or enough decisions of which the interval has nothing to say."""
    return score.straight_accepts >= rule.straight_accepts or score.effective >= rule.probation_decisions


def _is_trusted(score: Score, before: State, rule: Rule) -> bool:
    """The whole interval lies below the limit; it is lost only well above."""
    slack = rule.trusted_slack if before == State.TRUSTED else 1.0
    return score.effective >= rule.probation_decisions and score.high <= slack * score.limit
