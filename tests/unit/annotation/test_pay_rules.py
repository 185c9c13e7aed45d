"""What a history of work pays: bounded, counted once, never reaching back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.pay import money
from annotation.pay.pay_rules import Done, Event, History, Pay, Place, Tariff, Terms, entries_of, share
from annotation.workflow import STEPS, Action, Stage, State

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PLACE = Place(7, "de", "open_qa")
AUTHOR, REVIEWER = 1, 2


def tariff(number: int = 1, stage: str = Stage.WRITING, amount: int = 250, **more) -> Tariff:
    defaults = {"kind": "item", "currency": "EUR", "valid_from": START.date(), "created_at": START - DAY}
    return Tariff(number, stage, amount=amount, **(defaults | more))


def history(*actions: tuple[str, str, str], done: list[Done] | None = None, **more) -> History:
    """Events an hour apart, the first at START."""
    events = [
        Event(number, action, source, target, START + timedelta(hours=number))
        for number, (action, source, target) in enumerate(actions)
    ]
    return History(11, PLACE, **({"author_id": AUTHOR, "is_control": False} | more), events=events, done=done or [])


CLAIM = (Action.CLAIM, "", State.WRITING)
SUBMIT = (Action.SUBMIT, State.WRITING, State.CHECKING)
PASS = (Action.PASS, State.CHECKING, State.IN_REVIEW)
RETURN = (Action.RETURN, State.IN_REVIEW, State.RETURNED)
REVISE = (Action.REVISE, State.RETURNED, State.WRITING)
ACCEPT = (Action.ACCEPT, State.IN_REVIEW, State.ACCEPTED)
REJECT = (Action.REJECT, State.IN_REVIEW, State.REJECTED)
APPEAL = (Action.APPEAL, State.REJECTED, State.DISPUTED)
OVERTURN = (Action.ADJUDICATE_ACCEPT, State.DISPUTED, State.ACCEPTED)
UPHOLD = (Action.ADJUDICATE_REJECT, State.DISPUTED, State.REJECTED)


def told(found: History, pay: Pay) -> list[tuple[str, str, int]]:
    return [(entry.kind, entry.state, entry.amount) for entry in entries_of(found, pay)]


PER_ITEM = Pay([tariff()])


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([CLAIM], []),
        ([CLAIM, SUBMIT], [("work", "pending", 250)]),
        ([CLAIM, SUBMIT, PASS, ACCEPT], [("work", "payable", 250)]),
        ([CLAIM, SUBMIT, PASS, RETURN, REVISE, SUBMIT, PASS, ACCEPT], [("work", "payable", 250)]),
        ([CLAIM, SUBMIT, PASS, REJECT], [("work", "void", 0)]),
        ([CLAIM, SUBMIT, PASS, REJECT, APPEAL], [("work", "void", 0)]),
        ([CLAIM, SUBMIT, PASS, REJECT, APPEAL, UPHOLD], [("work", "void", 0)]),
        ([CLAIM, SUBMIT, PASS, REJECT, APPEAL, OVERTURN], [("work", "void", 0), ("correction", "payable", 250)]),
    ],
)
def test_an_author_earns_once_when_the_item_reaches_its_end(events: list, said: list) -> None:
    assert told(history(*events), PER_ITEM) == said


def test_rejected_work_pays_the_share_that_held_then() -> None:
    pay = Pay([tariff()], [Terms(rejected_percent=40, since=START)])
    assert told(history(CLAIM, SUBMIT, PASS, REJECT), pay) == [("work", "payable", 100)]
    overturned = told(history(CLAIM, SUBMIT, PASS, REJECT, APPEAL, OVERTURN), pay)
    assert overturned == [("work", "payable", 100), ("correction", "payable", 150)]
    later = Pay([tariff()], [Terms(rejected_percent=40, since=START + DAY)])
    assert told(history(CLAIM, SUBMIT, PASS, REJECT), later) == [("work", "void", 0)]


def test_nobody_is_paid_for_writing_what_nobody_here_wrote_or_what_is_a_control() -> None:
    assert told(history(CLAIM, SUBMIT, PASS, ACCEPT, author_id=None), PER_ITEM) == []
    assert told(history(CLAIM, SUBMIT, PASS, ACCEPT, is_control=True), PER_ITEM) == []


def review(hours: float, verdict: str = "accept", seconds: int = 60, person: int = REVIEWER) -> Done:
    return Done(round(hours * 100), person, Stage.REVIEW, START + timedelta(hours=hours), seconds, verdict)


REVIEWS = Pay([tariff(2, Stage.REVIEW, 80)])


def test_a_review_is_payable_at_once_and_a_control_item_looks_the_same() -> None:
    normal = entries_of(history(CLAIM, SUBMIT, PASS, done=[review(3)]), REVIEWS)
    control = entries_of(history(is_control=True, author_id=None, done=[review(3)]), REVIEWS)
    assert normal == control != []
    assert (normal[0].state, normal[0].amount) == ("payable", 80)


def test_a_reviewer_whose_rejection_is_overturned_keeps_what_the_terms_say() -> None:
    events = history(CLAIM, SUBMIT, PASS, REJECT, APPEAL, OVERTURN, done=[review(2.5, "reject"), review(3, "reject")])
    assert sum(amount for _, _, amount in told(events, REVIEWS)) == 160
    half = Pay(REVIEWS.tariffs, [Terms(overturned_percent=50, since=START)])
    corrections = [said for said in told(events, half) if said[0] == "correction"]
    assert corrections == [("correction", "payable", -40)] * 2


def test_an_unclear_guideline_costs_no_reviewer_anything() -> None:
    none = Pay(REVIEWS.tariffs, [Terms(overturned_percent=0, since=START)])
    events = (CLAIM, SUBMIT, PASS, REJECT, APPEAL, OVERTURN)
    found = history(*events, done=[review(2.5, "reject")], unclear=frozenset({3}))
    assert told(found, none) == [("work", "payable", 80)]
    assert len(told(history(*events, done=[review(2.5, "reject")]), none)) == 2


def test_a_rejection_that_stands_or_never_went_to_appeal_is_not_touched() -> None:
    none = Pay(REVIEWS.tariffs, [Terms(overturned_percent=0, since=START)])
    for events in ([REJECT, APPEAL, UPHOLD], [REJECT], [REJECT, APPEAL]):
        found = history(CLAIM, SUBMIT, PASS, *events, done=[review(2.5, "reject")])
        assert told(found, none) == [("work", "payable", 80)]


def test_only_those_who_gave_the_overturned_rejection_lose_by_it() -> None:
    """Who was overruled in an earlier dispute, or of an earlier text, rejected something else."""
    none = Pay(REVIEWS.tariffs, [Terms(overturned_percent=0, since=START)])
    disagree = (Action.DISAGREE, State.IN_REVIEW, State.DISPUTED)
    to_editor = (Action.ADJUDICATE_EDIT, State.DISPUTED, State.IN_EDITING)
    given_up = (Action.GIVE_UP, State.IN_EDITING, State.REJECTED)
    events = (CLAIM, SUBMIT, PASS, disagree, to_editor, given_up, APPEAL, OVERTURN)
    found = history(*events, done=[review(2.5, "reject"), review(3, "accept")])
    assert told(found, none) == [("work", "payable", 80)] * 2
    again = (Action.ADJUDICATE_REVIEW, State.DISPUTED, State.IN_REVIEW)
    events = (CLAIM, SUBMIT, PASS, disagree, again, REJECT, APPEAL, OVERTURN)
    done = [review(2.5, "reject", person=8), review(4.5, "reject", person=9), review(5, "reject", person=10)]
    lost = {entry.person_id for entry in entries_of(history(*events, done=done), none) if entry.amount < 0}
    assert lost == {9, 10}


# --- rates


def test_the_narrowest_rate_goes_first_and_a_later_one_takes_over() -> None:
    general, skilled = tariff(1, amount=100), tariff(2, amount=200, skill="open_qa")
    own = tariff(3, amount=300, cell_id=7)
    newer = tariff(4, amount=400, cell_id=7, valid_from=(START + 5 * DAY).date(), created_at=START)
    pay = Pay([newer, general, own, skilled])
    assert pay.tariff_of(Stage.WRITING, PLACE, START).amount == 300
    assert pay.tariff_of(Stage.WRITING, PLACE, START + 6 * DAY).amount == 400
    assert pay.tariff_of(Stage.WRITING, Place(8, "en", "open_qa"), START).amount == 200
    assert pay.tariff_of(Stage.WRITING, Place(8, "en", "extraction"), START).amount == 100
    assert pay.tariff_of(Stage.REVIEW, PLACE, START) is None


def test_a_rate_that_comes_later_reaches_back_only_to_work_without_one() -> None:
    late = tariff(2, amount=900, valid_from=(START - 9 * DAY).date(), created_at=START + DAY)
    assert Pay([late]).tariff_of(Stage.WRITING, PLACE, START - 2 * DAY).amount == 900
    assert Pay([tariff(), late]).tariff_of(Stage.WRITING, PLACE, START).amount == 250


days_of_rates = st.lists(
    st.tuples(st.integers(-20, 20), st.integers(-20, 20), st.sampled_from([None, 7, 8]), st.integers(1, 900)),
    max_size=8,
)


@given(days_of_rates, st.integers(-20, 20), st.tuples(st.integers(-20, 20), st.integers(1, 900)))
def test_a_new_rate_never_changes_what_was_done_under_a_known_one(rows: list, day: int, new: tuple) -> None:
    rates = [
        tariff(
            number, amount=amount, cell_id=cell, created_at=START + created * DAY,
            valid_from=(START + valid * DAY).date(),
        )
        for number, (created, valid, cell, amount) in enumerate(rows)
    ]  # fmt: skip
    at = START + day * DAY
    before = Pay(rates).tariff_of(Stage.WRITING, PLACE, at)
    late = tariff(99, amount=new[1], cell_id=7, valid_from=(START + new[0] * DAY).date(), created_at=START + 21 * DAY)
    after = Pay([*rates, late]).tariff_of(Stage.WRITING, PLACE, at)
    if before is not None:
        assert after == before


@given(st.integers(0, 10**6), st.integers(0, 10**7), st.integers(0, 10**5))
def test_hourly_pay_is_exact_to_half_a_cent_monotone_and_capped(rate: int, seconds: int, cap: int) -> None:
    hourly = tariff(kind="hour", amount=rate, cap=cap)
    paid = hourly.pays(seconds)
    assert 0 <= paid <= cap
    assert hourly.pays(seconds + 1) >= paid
    if paid < cap:
        assert abs(Decimal(paid) - Decimal(rate) * seconds / 3600) <= Decimal("0.5")


@given(st.integers(0, 10**6), st.integers(0, 100))
def test_a_share_and_its_rest_make_the_whole(amount: int, percent: int) -> None:
    assert 0 <= share(amount, percent) <= amount
    assert share(amount, 100) == amount
    assert share(amount, 0) == 0


# --- any history the workflow allows


@st.composite
def walks(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    walk, state = [CLAIM], State.WRITING
    for _ in range(draw(st.integers(0, 25))):
        steps = [step for step in STEPS if step.source == state]
        if not steps:
            break
        step = draw(st.sampled_from(steps))
        walk.append((step.action, step.source, step.target))
        state = step.target
    return walk


@given(walks(), st.integers(0, 100), st.sampled_from(["item", "hour"]))
def test_whatever_happens_an_author_has_earned_what_the_last_end_pays(walk: list, percent: int, kind: str) -> None:
    rate = tariff(kind=kind, amount=1201, cap=5000 if kind == "hour" else None)
    found = history(*walk)
    ends = [event for event in found.events if event.ends]
    time = [(START + timedelta(minutes=30), 1799)]
    found = History(11, PLACE, AUTHOR, False, found.events, [], time)
    entries = entries_of(found, Pay([rate], [Terms(percent, 100, START)]))
    total = sum(entry.amount for entry in entries)
    whole = rate.pays(1799)
    was_submitted = any(action == Action.SUBMIT for action, _, _ in walk)
    if not was_submitted:
        assert entries == []
    elif not ends:
        assert [(entry.state, entry.amount) for entry in entries] == [("pending", whole)]
    else:
        assert total == (whole if ends[-1].target == State.ACCEPTED else share(whole, percent))
        assert all(entry.state != "pending" for entry in entries)
    assert len({entry.key for entry in entries}) == len(entries)
    assert all(entry.amount >= 0 for entry in entries if entry.kind == "work")


@given(walks(), st.integers(1, 26))
def test_what_is_settled_on_the_way_is_never_said_otherwise_later(walk: list, cut: int) -> None:
    """Settled after any number of steps, then again at the end: what was frozen stands in both."""
    pay = Pay([tariff()], [Terms(30, 100, START)])
    early = {entry.key: entry for entry in entries_of(history(*walk[:cut]), pay)}
    late = {entry.key: entry for entry in entries_of(history(*walk), pay)}
    assert early.keys() <= late.keys()
    assert all(late[key] == entry for key, entry in early.items() if entry.state != "pending")


# --- money


@pytest.mark.parametrize(
    ("amount", "currency", "plain", "in_words"),
    [(123450, "EUR", "1234.50", "€1,234.50"), (0, "EUR", "0.00", "€0.00"), (-5, "USD", "-0.05", "-$0.05"),
     (1234, "JPY", "1234", "¥1,234"), (1234, "KWD", "1.234", "KWD1.234")],
)  # fmt: skip
def test_amounts_are_written_in_the_places_of_their_currency(
    amount: int, currency: str, plain: str, in_words: str
) -> None:
    assert money.plain(amount, currency) == plain
    assert money.words(amount, currency).replace("\xa0", "") == in_words


@given(st.integers(0, money.LARGEST), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_written_is_read_back(amount: int, currency: str) -> None:
    assert money.minor(Decimal(money.plain(amount, currency)), currency) == amount


@pytest.mark.parametrize("text", ["0.001", "-1", "1e99", "NaN", "Infinity", "10000000.01"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.minor(Decimal(text), "EUR")


def test_pay_per_hour_rounds_and_knows_no_time() -> None:
    assert money.per_hour(1000, 1800) == 2000
    assert money.per_hour(1000, 0) is None


def test_dates_are_whole_days() -> None:
    assert PER_ITEM.tariff_of(Stage.WRITING, PLACE, datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) is None
    assert PER_ITEM.tariff_of(Stage.WRITING, PLACE, datetime(2026, 3, 2, tzinfo=UTC)) is not None
    assert date(2026, 3, 2) == START.date()
