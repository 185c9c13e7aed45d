"""Every constraint of every model is refused by the database under its own name: the list comes from the app registry,
so a new one without a proof fails here. What needs real work around it is proved in annotation/test_constraints.py."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction

from tests.bare_rows import NOW, Given, another, insert
from tests.integration.annotation.test_constraints import REFUSED

pytestmark = pytest.mark.django_db

APPS = ("accounts", "catalog", "qa", "experts", "annotation")
OWN = {
    constraint.name: (model, constraint)
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    for constraint in model._meta.constraints
}


def _number() -> int:
    return int(another(models.BigIntegerField()))


WORK: Given = {"kind": "work", "state": "pending", "amount": 1, "item": 1, "cell": 1, "stage": "writing"}

# What a row has that its CHECK refuses; all its other constraints hold.
BROKEN: dict[str, Given] = {
    "look_is_of_a_control_or_again": {"kind": "control"},
    "look_is_handed_to_somebody_or_waits": {"kind": "second", "item": 1},
    "appeal_decided_has_a_decider": {"decided_by": 1},
    "appeal_is_argued": {"argument": "Too short."},
    "guideline_task_resolved_by_a_version": {"resolved_by": 1},
    "thread_has_what_it_is_about": {"topic": "review", "item": 1},
    "thread_has_an_item": {"topic": "item"},
    "thread_done_waits_for_nobody": {"topic": "message", "done_at": NOW, "waits_for": "author"},
    "message_has_bounds": {"text": ""},
    "feedback_rating_of_one_thing": {},
    "instructions_1_to_5": {"stars": 6},
    "digest_covers_some_time": {"since": NOW, "until": NOW},
    "shown_finding_ruling_has_a_person": {"ruling": "x"},
    "test_mark_is_percent": {"pass_percent": 0},
    "test_of_some_skill": {"skills": []},
    "attempt_finished_has_a_result": {"state": "passed"},
    "test_answer_whole_or_none": {"verdict": "accept"},
    "piece_scored_after_submit": {"passed": True},
    "piece_scores_are_1_to_5": {"submitted_at": NOW, "scored_at": NOW, "passed": True, "overall": 6},
    "piece_assignment_ends_with_an_outcome": {"outcome": "done"},
    "guideline_change_touches_a_clause": {"clauses": []},
    "lapse_after_its_grace": {"due_at": NOW, "withdrawn_at": NOW - timedelta(hours=1)},
    "pay_shares_are_percent": {"rejected_percent": 101},
    "rate_of_a_cell_or_wider": {"cell": 1, "language": "en", "kind": "item", "amount": 1},
    "rate_amounts_fit_its_kind": {"kind": "item", "amount": 0},
    "entry_paid_in_a_run": WORK | {"state": "paid"},
    "entry_negative_only_as_a_correction": WORK | {"amount": -1},
    "entry_void_brings_nothing": WORK | {"state": "void"},
    "entry_corrects_another": WORK | {"kind": "reversal"},
    "entry_of_an_item_or_a_piece": WORK | {"stage": "piece"},
    "call_invitation_sent_has_a_link": {"sent_at": NOW, "secret_hash": None},
    "application_sent_has_accepted_terms": {"sent_at": NOW},
    "application_admitted_since": {"state": "admitted"},
    "application_ended_since": {"state": "declined"},
    "route_of_a_context_or_an_item": {},
    "route_decision_has_a_person": {"context": 1, "decided_by": 1},
    "training_task_to_find_has_a_place": {"kind": "find", "field": ""},
    "alert_answered_at_a_time": {"answer": "message"},
    "qa_checkrun_next_try_only_while_unavailable": {"status": "done", "next_try_at": NOW},
}
# What two rows have beside the same values in the columns of the constraint: its condition, and what else must hold.
TWICE: dict[str, Given] = {
    "look_once_per_person_and_source": {"kind": "second", "item": _number, "planted_at": NOW,
                                        "moves_on_at": NOW, "person": 1},
    "look_again_once": {"kind": "second"},
    "qa_indexedtext_key": {"prompt_vector": [0.5], "prompt_signature": b"x", "bands": [1]},
    "appeal_once_per_rejection": {"ending": "upheld", "adjudication": _number, "decided_at": NOW,
                                  "decided_by": 1},
    "appeal_one_at_a_time": {"ending": ""},
    "thread_one_of_an_item": {"topic": "item"},
    "digest_once_per_time": {"since": NOW - timedelta(days=1)},
    "shown_finding_once": {"ruling": ""},
    "test_once_per_skills": {"skills": ["open_qa"]},
    "test_answer_position_once": {"verdict": ""},
    "test_answer_item_once": {"verdict": ""},
    "attempt_one_at_a_time": {"state": "running"},
    "piece_scored_once": {"outcome": "done", "ended_at": NOW},
    "piece_in_one_persons_hands": {"outcome": ""},
    "entry_taken_back_once": WORK | {"kind": "reversal"},
    "training_task_once": {"kind": "judge"},
    "outcome_disputed_once": {"ending": ""},
    "dispute_ended_once": {"ending": "upheld"},
    "reviewer_answers_a_control_once": {"kind": "control"},
    "alert_open_once": {"answer": ""},
}  # fmt: skip


def _same(model: type[models.Model], names: tuple[str, ...], given: Given) -> Given:
    return {name: given[name] if name in given else another(model._meta.get_field(name)) for name in names}


def refused_by(model: type[models.Model], *rows: Given) -> str | None:
    """The name of the constraint; all but the last row go in."""
    with transaction.atomic():
        for given in rows[:-1]:
            insert(model, given)
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            insert(model, rows[-1])
        transaction.set_rollback(True)
    return refused.value.__cause__.diag.constraint_name  # type: ignore[union-attr]


CHECKS = [name for name, (_, one) in OWN.items() if name not in REFUSED and isinstance(one, models.CheckConstraint)]
UNIQUES = [name for name, (_, one) in OWN.items() if name not in REFUSED and isinstance(one, models.UniqueConstraint)]


def test_every_constraint_has_its_proof() -> None:
    assert {*REFUSED, *CHECKS, *UNIQUES} >= set(OWN)
    assert set(CHECKS) == set(BROKEN), "a new CHECK: say here what a row has that it refuses"
    assert set(TWICE) <= set(UNIQUES)


@pytest.mark.parametrize("name", CHECKS)
def test_a_row_that_makes_no_sense_is_refused(name: str) -> None:
    model, _ = OWN[name]
    assert refused_by(model, BROKEN[name]) == name


@pytest.mark.parametrize("name", UNIQUES)
def test_what_there_is_once_is_refused_a_second_time(name: str) -> None:
    model, constraint = OWN[name]
    given = TWICE.get(name, {})
    given = given | _same(model, constraint.fields, given)
    assert refused_by(model, given, given) == name
