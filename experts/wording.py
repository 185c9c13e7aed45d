"""Why somebody's standing is what it is: the same words for the person and for the manager."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, log
from typing import Any

from catalog.skills import Skill
from experts.models import Outcome, Standing
from experts.outcomes import Row
from experts.reason_names import name_of
from experts.rules import Rule, shown_after
from experts.scoring import Decision, Score, accepts_to_full_weight, after_training
from experts.states import State

# What a sentence speaks of: the decisions that weigh half or more.
SPOKEN_OF = 30


@dataclass(frozen=True)
class Voice:
    """`You get …` or `expert-de-law gets …`."""

    subject: str
    get: str
    are: str
    their: str
    them: str


YOU = Voice("You", "get", "are", "your", "you")


def about(name: str) -> Voice:
    return Voice(name, "gets", "is", "their", "them")


def facts(
    rows: Sequence[Row], decided: Sequence[Decision], score: Score, rule: Rule, *, may_train: bool = True
) -> dict[str, Any]:
    """What `why` speaks of, stored with the numbers: counts, the skill when it is one, the commonest reason, the ways
    back by the rule itself, and the delays. `may_train`: a training passed now would count."""
    recent = rows[-SPOKEN_OF:]
    kinds = Counter(row.kind for row in recent)
    refused = [row for row in recent if row.kind in (Outcome.Kind.RETURNED, Outcome.Kind.REJECTED)]
    reasons = Counter(reason for row in refused for reason in row.reasons)
    skills = {row.skill for row in recent}
    return {
        "judged": len(recent),
        "returned": kinds[Outcome.Kind.RETURNED],
        "rejected": kinds[Outcome.Kind.REJECTED],
        "skill": skills.pop() if len(skills) == 1 else "",
        "reason": min(reasons, key=lambda one: (-reasons[one], one)) if reasons else "",
        **_ways_back(decided, score, rule, may_train),
        "to_calm": _accepts_to_calm(score, rule),
        "to_clear": max(0, rule.straight_accepts - score.straight_accepts),
        "delay_minutes": round(shown_after(score.weight, score.deference, rule) / timedelta(minutes=1)),
        "first_minutes": round(score.deference * rule.first_hours * 60),
    }


def _ways_back(decided: Sequence[Decision], score: Score, rule: Rule, may_train: bool) -> dict[str, Any]:
    """How many accepts lead back to full weight as things stand, and after a training set passed now (None where that
    would make no difference)."""
    if score.weight >= 1:
        return {"to_full_weight": 0, "trained": None}
    alone = accepts_to_full_weight(decided, rule)
    trained = accepts_to_full_weight(after_training(decided), rule) if may_train else alone
    return {"to_full_weight": alone, "trained": trained if trained < alone else None}


def _accepts_to_calm(score: Score, rule: Rule) -> int:
    """How many accepts bring the CUSUM down to half its height."""
    step = log((1 - rule.good_rate) / (1 - rule.bad_rate))
    return max(0, ceil((score.cusum - rule.coaching_height / 2) / step))


def why(standing: Standing, voice: Voice = YOU) -> str:
    """One or two sentences: what happens, why, and the way back."""
    if standing.override:
        return _decided_by_a_person(standing, voice)
    known = standing.inputs.get("facts", {})
    if not known or not known["judged"]:
        return f"{voice.subject} {voice.are} new in this project; nothing was judged yet."
    counts = _counts(known, voice)
    return _SENTENCES[State(standing.state)](known, voice, counts)


def _decided_by_a_person(standing: Standing, voice: Voice) -> str:
    state = State(standing.override)
    until = f" until {_day(standing.override_until)}" if standing.override_until else ""
    what = f"{voice.subject} {voice.are} paused" if state == State.PAUSED else f"A person set this to “{state.label}”"
    return f"{what}{until}: {standing.override_note}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _counts(known: Mapping[str, Any], voice: Voice) -> str:
    """`6 of your last 15 were returned and 1 rejected, mostly “adds facts not in the context”`"""
    parts = [f"{known[word]} {word}" for word in ("returned", "rejected") if known[word]]
    judged = known["judged"]
    if not parts:
        return f"none of {voice.their} last {judged} was returned or rejected"
    first, *rest = parts
    number, word = first.split()
    sentence = f"{number} of {voice.their} last {judged} {'was' if number == '1' else 'were'} {word}"
    sentence += "".join(f" and {part}" for part in rest)
    if known["reason"]:
        label = name_of(known["reason"])
        sentence += f", mostly “{label[0].lower()}{label[1:]}”"
    return sentence


def _deprioritized(known: Mapping[str, Any], voice: Voice, counts: str) -> str:
    skill = f"{Skill(known['skill']).label} " if known["skill"] else ""
    return (
        f"{voice.subject} {voice.get} fewer {skill}tasks: {counts}. New places show to {voice.them} "
        f"{duration(known['delay_minutes'])} later than to others. {_way_back(known)}."
    )


def _way_back(known: Mapping[str, Any]) -> str:
    """By the rule itself; standings computed before trainings counted know of one way only."""
    accepts, trained = _in_a_row(known["to_full_weight"]), known.get("trained")
    if trained is None:
        return f"The way back: {accepts}"
    training = f"a training set and then {_in_a_row(trained)}" if trained else "a training set"
    return f"Two ways back: {training}, or {accepts}"


def _watched(known: Mapping[str, Any], voice: Voice, counts: str) -> str:
    return (
        f"{voice.subject} {voice.get} tasks as before, and advice: {counts}, close together. "
        f"This ends with {_in_a_row(known['to_calm'])}."
    )


def _on_probation(known: Mapping[str, Any], voice: Voice, counts: str) -> str:
    return (
        f"{voice.subject} {voice.are} new and {voice.get} tasks like everybody: {counts}. "
        f"Probation ends with {_in_a_row(known['to_clear'])}, or after some more decisions."
    )


def _unhindered(known: Mapping[str, Any], voice: Voice, counts: str) -> str:
    return f"{voice.subject} {voice.get} {_how(known)}: {counts}."


def _how(known: Mapping[str, Any]) -> str:
    if known["delay_minutes"]:
        return f"tasks {duration(known['delay_minutes'])} later than others"
    first = known.get("first_minutes", 0)
    return f"tasks, and others choose first for up to {duration(first)}" if first else "tasks like everybody"


_SENTENCES = {
    State.DEPRIORITIZED: _deprioritized,
    State.WATCH: _watched,
    State.PROBATION: _on_probation,
    State.ACTIVE: _unhindered,
    State.TRUSTED: _unhindered,
}


def _in_a_row(count: int) -> str:
    return "the next accept" if count <= 1 else f"{count} accepted in a row"


def duration(minutes: int) -> str:
    """`50 min`, `3 h 26 min`, `2 days 5 h`: the one way in which waits and delays are said."""
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts = [f"{days} days" if days else "", f"{hours} h" if hours else "", f"{rest} min" if rest and not days else ""]
    return " ".join(part for part in parts if part) or "0 min"
