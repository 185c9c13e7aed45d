"""What a verdict does to an item, for every combination, against DESIGN §4 said once more in other words."""

from itertools import combinations_with_replacement, product

import pytest

from annotation.models import Verdict
from annotation.reviewing import next_action
from annotation.workflow import STEPS, Action, State

ACCEPT, EDIT, RETURN, REJECT = Verdict.ACCEPT, Verdict.EDIT, Verdict.RETURN, Verdict.REJECT

# (what holds, what follows): the first line that applies decides. `has` is what others said in this round.
RULES = [
    ("two reviewers reject", lambda s: s.verdict == REJECT and REJECT in s.has, Action.REJECT),
    ("reject against accept", lambda s: {s.verdict, *s.has} >= {REJECT, ACCEPT}, Action.DISAGREE),
    ("a reject needs a second", lambda s: s.verdict == REJECT, Action.FIRST_REJECT),
    ("the second does not confirm the reject", lambda s: REJECT in s.has, Action.DISAGREE),
    ("enough accepts, an editor looks", lambda s: s.accepted and s.wants_editor, Action.ACCEPT_TO_EDITOR),
    ("enough accepts", lambda s: s.accepted, Action.ACCEPT),
    ("one accept", lambda s: s.verdict == ACCEPT, Action.APPROVE),
    ("rounds used up", lambda s: s.rework_count >= s.rework_limit, Action.ESCALATE),
    ("return", lambda s: s.verdict == RETURN, Action.RETURN),
    ("edit", lambda s: s.verdict == EDIT, Action.SEND_TO_EDITOR),
]


class Situation:
    def __init__(self, verdict, has, others, overlap, rework_count, rework_limit, wants_editor) -> None:
        self.verdict, self.has, self.overlap, self.wants_editor = verdict, has, overlap, wants_editor
        self.rework_count, self.rework_limit = rework_count, rework_limit
        self.approvals = others + (verdict == ACCEPT)
        self.accepted = verdict == ACCEPT and self.approvals >= overlap

    def expected(self) -> Action:
        return next(action for _, applies, action in RULES if applies(self))

    def actual(self) -> Action:
        return next_action(
            self.verdict,
            earlier=[str(one) for one in self.has],
            approvals=self.approvals,
            overlap=self.overlap,
            rework_count=self.rework_count,
            rework_limit=self.rework_limit,
            wants_editor=self.wants_editor,
        )


# Up to two judgements before this one in the round; approvals also come from editors and adjudicators.
EARLIER = [(), *((one,) for one in Verdict), *combinations_with_replacement(Verdict, 2)]
SITUATIONS = [
    Situation(*values) for values in product(Verdict, EARLIER, range(4), (2, 3), range(4), (1, 2), (False, True))
]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_situation_leads_where_the_rules_say(verdict: Verdict) -> None:
    of_verdict = [one for one in SITUATIONS if one.verdict == verdict]
    assert len(of_verdict) == 15 * 4 * 2 * 4 * 2 * 2
    wrong = [vars(one) | {"actual": one.actual()} for one in of_verdict if one.actual() != one.expected()]
    assert wrong == []


def test_every_rule_decides_some_situation() -> None:
    deciding = {next(name for name, applies, _ in RULES if applies(one)) for one in SITUATIONS}
    assert deciding == {name for name, _, _ in RULES}


def test_every_answer_is_a_step_out_of_review() -> None:
    possible = {step.action for step in STEPS if step.source == State.IN_REVIEW}
    assert {one.actual() for one in SITUATIONS} == possible


def test_no_single_verdict_accepts_or_rejects() -> None:
    alone = [one for one in SITUATIONS if not one.has and one.approvals == (one.verdict == ACCEPT)]
    assert not {one.actual() for one in alone} & {Action.ACCEPT, Action.ACCEPT_TO_EDITOR, Action.REJECT}
