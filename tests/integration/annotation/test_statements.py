"""How many statements each action costs, pinned; and that claiming reads only what is open, however much there is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from annotation import editing, queues, reviewing, serving, writing
from annotation.handing_out import start_next
from annotation.models import Context, Item, Place, Project, Verdict
from annotation.reviewing import Judgement
from annotation.rubric import CRITERIA
from annotation.texts import Written
from annotation.workflow import Stage, State
from tests.factories import COMPLETION, PROMPT, Cast, admit, cell, desk, member

pytestmark = pytest.mark.django_db


def statements(act: Callable[[], object]) -> int:
    """Without savepoints, which exist only because a test runs in a transaction of its own."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


def start(cast: Cast, person, stage: Stage) -> Callable[[], object]:
    at = desk(person, cast.project)
    queues._known_of_cells(cast.project)  # remembered for half a minute
    serving.known_of(cast.project.pk)
    return lambda: start_next(at, stage)


def save(cast: Cast) -> Callable[[], object]:
    assignment = cast.start(cast.author)

    def act(version: int = 1) -> object:
        return writing.save_draft(
            person=cast.author, item=assignment.item, token=str(assignment.token), version=version,
            written=Written.of(PROMPT, f"{COMPLETION} {version}"), signals={},
        )  # fmt: skip

    act(0)
    return act


def submit(cast: Cast) -> Callable[[], object]:
    assignment = cast.start(cast.author)
    return lambda: cast.submit(assignment)


def judge(cast: Cast) -> Callable[[], object]:
    item = cast.write()
    token = str(cast.review_of(item, cast.reviewers[0]).token)
    judgement = Judgement(Verdict.ACCEPT, dict.fromkeys(CRITERIA, 4))
    return lambda: reviewing.judge(person=cast.reviewers[0], item_id=item.pk, token=token, judgement=judgement)


def finish_edit(cast: Cast) -> Callable[[], object]:
    item = cast.item_at(State.IN_EDITING)
    token = str(cast.start(cast.editor, Stage.EDITING).token)
    edit = editing.Edit(Written.of(item.current.prompt, item.current.completion + " It keeps a record."))
    return lambda: editing.finish(person=cast.editor, item_id=item.pk, token=token, edit=edit)


def start_writing(cast: Cast) -> Callable[[], object]:
    return start(cast, cast.author, Stage.WRITING)


def start_again(cast: Cast) -> Callable[[], object]:
    cast.start(cast.author)
    return start(cast, cast.author, Stage.WRITING)


def start_at(state: State, stage: Stage) -> Callable[[Cast], Callable[[], object]]:
    def prepare(cast: Cast) -> Callable[[], object]:
        cast.item_at(state)
        # Whose turn a control item or a second look is, is drawn by number: it must not be drawn here.
        never = {"control_percent": 0, "control_percent_new": 0, "second_look_percent": 0}
        Project.objects.filter(pk=cast.project.pk).update(**never)
        return start(cast, cast.reviewers[2] if stage == Stage.REVIEW else cast.editor, stage)

    return prepare


# Change a number on purpose only: each is paid for every pair there is.
PINNED: dict[str, tuple[Callable[[Cast], Callable[[], object]], int]] = {
    "start writing": (start_writing, 7),
    "start again what is in hand": (start_again, 3),
    "start a review": (start_at(State.IN_REVIEW, Stage.REVIEW), 7),
    "start an edit": (start_at(State.IN_EDITING, Stage.EDITING), 6),
    "start an adjudication": (start_at(State.DISPUTED, Stage.ADJUDICATION), 6),
    "save a draft": (save, 4),
    "submit": (submit, 9),
    "judge": (judge, 12),
    "finish an edit": (finish_edit, 14),
}


@pytest.mark.parametrize("action", PINNED)
def test_an_action_costs_this_many_statements(cast: Cast, action: str) -> None:
    prepare, pinned = PINNED[action]
    act = prepare(cast)
    assert statements(act) == pinned


@pytest.fixture
def crowded() -> Cast:
    """5,000 places and 5,000 items, most of them done with."""
    cast = Cast(target=5000)
    item = cast.item_at(State.ACCEPTED)
    since = timezone.now() - timedelta(days=1)
    places = list(Place.objects.filter(taken=False)[:4500])
    Place.objects.filter(pk__in=[place.pk for place in places]).update(taken=True)
    rows = Item.objects.bulk_create(
        Item(
            project=cast.project, cell=cast.cell, author=cast.author, state="checking", state_since=since,
            created_at=since, event_count=1, place=place, current=item.current,
        )
        for place in places
    )  # fmt: skip
    waiting = [row.pk for row in rows[::45]]
    Item.objects.filter(pk__in=waiting).update(state="in_review")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cast


def plan(cast: Cast, person, stage: Stage, statement: str = "") -> str:
    terms = queues._terms(person, cast.project, stage, timezone.now())
    values = (terms[0] if isinstance(terms, tuple) else terms) | {"depth": queues.DEPTHS[0]}
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + (statement or queues.STATEMENTS[stage]), values
        )
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("stage", "index", "table"),
    [
        (Stage.WRITING, "place_free", "annotation_place"),
        (Stage.REVIEW, "item_waits_for_review", "annotation_item"),
    ],
)
def test_a_claim_reads_the_partial_index_and_never_the_table(crowded: Cast, stage, index, table) -> None:
    person = crowded.other_author if stage == Stage.WRITING else crowded.reviewers[2]
    text = plan(crowded, person, stage)
    assert index in text, text
    assert f"Seq Scan on {table}" not in text, text


def test_a_claim_where_passages_were_sent_elsewhere_reads_no_more(crowded: Cast) -> None:
    """One statement too; contexts are found through the index of those that wait, whoever they were sent to."""
    Context.objects.bulk_create(
        Context(
            project=crowded.project, cell=crowded.cell, text="A passage.", sha256=str(number),
            sent_to="general" if number % 3 else "", added_by=crowded.manager,
        )
        for number in range(3000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    generalist = member(crowded.project, "expert-en-general", Role.EXPERT, admitted=False)
    admit(generalist, cell(crowded.project, domain="general", target=0))
    queues._counted.clear()
    for person in (generalist, crowded.other_author):
        text = plan(crowded, person, Stage.WRITING, queues.ROUTED_WRITING)
        assert "context_waiting" in text, text
        assert "Seq Scan on annotation_context" not in text, text
    assert statements(start(crowded, generalist, Stage.WRITING)) == PINNED["start writing"][1]


def test_the_claims_of_the_crowded_cell_are_the_oldest(crowded: Cast) -> None:
    assert crowded.start(crowded.other_author).item.place.pk
    oldest = Item.objects.filter(state="in_review").order_by("state_since", "id").first()
    assert crowded.start(crowded.reviewers[2], Stage.REVIEW).item_id == oldest.pk
