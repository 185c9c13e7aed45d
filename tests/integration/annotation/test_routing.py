"""For whom a text is: read after an import, sent there by the queue, overruled by people, learned from.

German, which the embedded sentence model does not know: what is tested here needs no model."""

from hashlib import sha256
from itertools import count

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from annotation import checking, handing_out, job_tasks, jobs, queues, tasks
from annotation.copilot import own_router, routing
from annotation.copilot.routing_board import board_of
from annotation.models import Context, Item, Job, Membership, Project, ProjectRouter, Route, RoutingDecision, Scope
from annotation.texts import Written
from annotation.workbench import why_in_words
from annotation.workflow import Stage
from core.refusal import Refused
from qa import asking, registry, runs, workers
from qa.engines.base import EngineUnavailable, Reason
from qa.workers import Priority
from tests import transfer
from tests.factories import Cast, admit, cell, desk, fresh, member

GENERAL = "Ein Rezept für einen Kuchen zum Geburtstag, mit Freunden und Familie am Wochenende gebacken. Nummer {}."
LAW = "Der Anwalt erhob vor Gericht Klage auf Haftung aus dem Vertrag, gestützt auf das Gesetz. Nummer {}."
NEITHER = "Der Fluss fließt an der Stadt vorbei. Nummer {}."
_numbers = count(1)


@pytest.fixture
def german(db) -> Cast:
    """The law cell in English stays empty of contexts; what matters waits in two German cells."""
    cast = Cast()
    cast.law = cell(cast.project, language="de", domain="law", skill="summarization", target=20)
    cast.general = cell(cast.project, language="de", domain="general", skill="summarization", target=20)
    cast.expert = member(cast.project, "expert-de-law", Role.EXPERT, admitted=False)
    admit(cast.expert, cast.law)
    cast.generalist = member(cast.project, "expert-de-general", Role.EXPERT, admitted=False)
    admit(cast.generalist, cast.general)
    return cast


def waiting(cast: Cast, of, text: str) -> Context:
    text = text.format(next(_numbers))
    return Context.objects.create(
        project=cast.project, cell=of, text=text, sha256=sha256(text.encode()).hexdigest(), added_by=cast.manager
    )


def read(*contexts: Context) -> list[Route]:
    routing.read_contexts([context.pk for context in contexts])
    queues._counted.clear()  # where passages were sent is remembered for half a minute
    return list(Route.objects.filter(context__in=contexts).order_by("id"))


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def post(cast: Cast, name: str, *args, who=None, **data):
    return client_of(who or cast.manager).post(reverse(f"annotation:{name}", args=[cast.project.slug, *args]), data)


# --- read


def test_imported_contexts_are_sent_to_the_worker_in_batches_behind_everything_else(german, monkeypatch):
    monkeypatch.setattr(tasks, "checks", lambda: {"routing": registry.all_checks()["routing"]})
    rows = transfer.context_rows(40, language="de", skill="summarization")
    job = transfer.prepared(german, Job.Kind.IMPORT_CONTEXTS, transfer.json_lines(rows))
    jobs.queue(job)
    before = workers.waiting("ml")
    job_tasks.run_job(job_id=job.pk)
    after = workers.waiting("ml")
    assert {one: after[one] - before[one] for one in Priority} == {
        Priority.SUBMITTED: 0, Priority.LIVE: 0, Priority.IMPORTED: 2,
    }  # fmt: skip
    ids = list(Context.objects.filter(cell=german.law).values_list("pk", flat=True))
    tasks.route_contexts(context_ids=ids[:32], asked_at=0)
    assert Route.objects.count() == 32
    assert len(routing.unread_contexts(german.project.pk)) == 8


def test_a_context_is_read_once_and_the_queue_is_told(german):
    general, law, neither = (waiting(german, german.law, text) for text in (GENERAL, LAW, NEITHER))
    routes = read(general, law, neither)
    assert [route.scope for route in routes] == [Scope.GENERAL, Scope.SPECIALIZED, Scope.UNSURE]
    assert routes[1].domain == "law"
    assert routes[0].score < 0.35 < 0.65 < routes[1].score
    assert {route.engine for route in routes} == {"vocabulary 1"}
    assert set(Context.objects.values_list("pk", "sent_to")) == {
        (general.pk, "general"),
        (law.pk, ""),
        (neither.pk, ""),
    }
    assert routing.read_contexts([general.pk, law.pk, neither.pk]) == 0


def test_a_field_s_context_in_a_general_cell_is_sent_to_its_people(german):
    law, general = waiting(german, german.general, LAW), waiting(german, german.general, GENERAL)
    read(law, general)
    assert list(Context.objects.order_by("id").values_list("sent_to", flat=True)) == ["law", ""]


def test_prompts_are_read_when_they_are_checked_and_again_when_they_change(german, monkeypatch):
    monkeypatch.setattr(tasks, "checks", lambda: {"routing": registry.all_checks()["routing"]})
    passage = waiting(german, german.law, NEITHER)
    item = german.submit(
        german.start(german.expert), Written.of(LAW, "Die Klage wurde auf Haftung gestützt, sonst nichts.")
    )
    tasks.check_slowly(item_ids=[item.pk], weight="ml", asked_at=0)
    route = Route.objects.get(item=item)
    assert route.scope == Scope.SPECIALIZED
    assert item.context_id == passage.pk
    assert routing.unread_items(german.project.pk) == []
    type(route).objects.update(text_hash="of another text")
    routing.read_items([item.pk])
    assert Route.objects.get(item=item).text_hash == route.text_hash


def test_what_the_engine_could_not_read_is_read_later(german, monkeypatch):
    passage = waiting(german, german.law, GENERAL)

    def away(*_):
        raise EngineUnavailable("all-MiniLM-L6-v2", Reason.LOADING)

    monkeypatch.setattr(tasks, "checks", lambda: {"routing": registry.all_checks()["routing"]})
    with monkeypatch.context() as patch:
        patch.setattr(routing, "read_texts", away)
        tasks.route_contexts(context_ids=[passage.pk], asked_at=0)
    assert not Route.objects.exists()
    tasks.bring_routes_up_to_date()
    assert Route.objects.get().context == passage


# --- put to use


def test_generalists_may_take_a_general_context_out_of_a_field_s_cell_and_nothing_else(german):
    general, law = waiting(german, german.law, GENERAL), waiting(german, german.law, LAW)
    german.general.places.update(taken=True)
    read(general, law)
    assignment = german.start(german.generalist)
    assert assignment.item.context == general
    assert assignment.item.cell == german.law
    assert assignment.why["guest"]
    assert "general knowledge" in dict(why_in_words(assignment.why))["Route"]
    with pytest.raises(Refused) as refused:
        handing_out.start_next(desk(german.generalist, german.project), Stage.WRITING, another=True)
    assert refused.value.code == "empty"
    law.refresh_from_db()
    assert not law.taken


def test_without_a_context_for_them_generalists_get_no_place_of_a_field(german):
    waiting(german, german.law, NEITHER)
    german.general.places.update(taken=True)
    with pytest.raises(Refused):
        german.start(german.generalist)


def test_skills_count_for_guests_too(german):
    read(waiting(german, german.law, GENERAL))
    german.general.places.update(taken=True)
    german.generalist.qualifications.update(skills=["open_qa"])
    with pytest.raises(Refused):
        german.start(german.generalist)


def test_people_of_the_field_get_its_contexts_first_and_the_general_ones_last(german):
    first, second, third = (waiting(german, german.law, text) for text in (GENERAL, LAW, NEITHER))
    read(first, second, third)
    taken = []
    for _ in range(3):
        item = handing_out.start_next(desk(german.expert, german.project), Stage.WRITING, another=True).item
        taken.append(item.context_id)
    assert taken == [second.pk, third.pk, first.pk]


def test_in_a_general_cell_a_field_s_context_goes_to_its_people_first_and_blocks_nobody(german):
    law, general = waiting(german, german.general, LAW), waiting(german, german.general, GENERAL)
    read(law, general)
    german.law.places.update(taken=True)
    assert german.start(german.generalist).item.context == general
    assert german.start(german.expert).item.context == law
    later = waiting(german, german.general, LAW)
    read(later)
    again = handing_out.start_next(desk(german.generalist, german.project), Stage.WRITING, another=True)
    assert again.item.context == later, "nobody else has come for it"


def test_reviewers_of_another_domain_stay_away_from_the_cell(german):
    read(waiting(german, german.law, GENERAL))
    german.general.places.update(taken=True)
    item = german.submit(german.start(german.generalist), Written.of(GENERAL, "Ein Kuchen zum Geburtstag im Garten."))
    Item.objects.filter(pk=item.pk).update(state="in_review")
    reviewer = member(german.project, "reviewer-de-general", Role.REVIEWER, admitted=False)
    admit(reviewer, german.general)
    with pytest.raises(Refused):
        german.start(reviewer, Stage.REVIEW)


# --- overruled


def test_an_overrule_holds_at_once_and_is_kept_as_a_training_row(german):
    context = waiting(german, german.law, GENERAL)
    (route,) = read(context)
    assert post(german, "routing-overrule", route.pk, scope="specialized", note=" names a  statute ").status_code == 302
    context.refresh_from_db()
    assert context.sent_to == ""
    row = RoutingDecision.objects.get()
    assert (row.scope, row.before, row.read_as, row.by) == ("specialized", "general", "general", german.manager)
    assert (row.note, row.text_hash, row.language) == ("names a statute", route.text_hash, "de")
    assert own_router.labelled(german.project) == [own_router.Labelled(context.text, "de", True)]
    Route.objects.update(engine="an older engine")
    read(context)
    assert Route.objects.get().scope == "specialized", "another engine does not overrule a person"


def test_undo_restores_what_stood_before_and_keeps_both_rows(german):
    context = waiting(german, german.law, GENERAL)
    (route,) = read(context)
    for scope in ("specialized", "general"):
        post(german, "routing-overrule", route.pk, scope=scope)
    second, first = RoutingDecision.objects.all()
    assert post(german, "routing-undo", first.pk).status_code == 409, "the later word stands"
    for decision, holds, sent_to in ((second, "specialized", ""), (first, "general", "general")):
        assert post(german, "routing-undo", decision.pk).status_code == 302
        route.refresh_from_db()
        context.refresh_from_db()
        assert (route.scope, context.sent_to) == (holds, sent_to)
    assert route.decided_by is None
    assert post(german, "routing-undo", first.pk).status_code == 409
    assert RoutingDecision.objects.count() == 4
    assert own_router.labelled(german.project) == []


def test_decisions_are_never_changed(german):
    (route,) = read(waiting(german, german.law, GENERAL))
    decision = routing.overrule(route, "specialized", by=german.manager)
    for change in (lambda: RoutingDecision.objects.update(scope="general"), decision.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("scope", ["", "unsure", "law"])
def test_what_is_no_decision_is_refused(german, scope):
    (route,) = read(waiting(german, german.law, GENERAL))
    assert post(german, "routing-overrule", route.pk, scope=scope).status_code == 409


def test_nobody_decides_in_another_project(german):
    (route,) = read(waiting(german, german.law, GENERAL))
    other = Project.objects.create(slug="another", name="Another")
    Membership.objects.create(project=other, user=german.manager, role=Role.MANAGER)
    url = reverse("annotation:routing-overrule", args=["another", route.pk])
    assert client_of(german.manager).post(url, {"scope": "general"}).status_code == 404
    assert post(german, "routing-overrule", route.pk, who=german.expert, scope="general").status_code == 403
    assert not RoutingDecision.objects.exists()


# --- shown


def test_the_page_counts_lists_doubts_and_answers_with_the_list(german):
    contexts = [waiting(german, german.law, text) for text in (GENERAL, LAW, NEITHER)]
    foreign = waiting(german, german.general, LAW)
    routes = read(*contexts, foreign)
    unread = waiting(german, german.law, LAW)
    board = board_of(german.project)
    counts = {one.cell.pk: (one.general, one.specialized, one.unsure, one.unread) for one in board.cells}
    assert counts[german.law.pk] == (1, 1, 1, 1)
    assert [doubt.route.context_id for doubt in board.doubts] == [foreign.pk, contexts[2].pk, contexts[0].pk]
    url = reverse("annotation:routing", args=[german.project.slug])
    page = client_of(german.manager).get(url).content.decode()
    for words in (
        "Reads as general in a cell of Law",
        "Reads as Law in a general cell",
        "Could be either",
        contexts[0].text,
    ):
        assert words in page
    assert unread.text not in page
    filtered = client_of(german.manager).get(url, {"cell": german.general.pk}).content.decode()
    assert "Could be either" not in filtered
    overrule = reverse("annotation:routing-overrule", args=[german.project.slug, routes[0].pk])
    part = client_of(german.manager).post(overrule, {"scope": "specialized"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "Reads as general in a cell of Law" not in part.content.decode()
    assert "was general" in part.content.decode()


def test_the_page_costs_the_same_however_much_is_listed(german):
    url, client = reverse("annotation:routing", args=[german.project.slug]), client_of(german.manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    routes = read(*(waiting(german, german.law, GENERAL) for _ in range(2)))
    routing.overrule(routes[0], "specialized", by=german.manager)
    few = cost()
    routes = read(*(waiting(german, german.law, GENERAL) for _ in range(20)))
    for route in routes[:8]:
        routing.overrule(route, "specialized", by=german.manager)
    assert cost() == few
    assert few <= 18


def test_before_anything_is_imported_the_page_says_how_to_begin(german):
    page = client_of(german.manager).get(reverse("annotation:routing", args=[german.project.slug])).content.decode()
    assert "No texts yet" in page


# --- learned from


def decide(cast: Cast, per_kind: int) -> None:
    contexts = [waiting(cast, cast.law, text) for text in (NEITHER, LAW) for _ in range(per_kind)]
    for route in read(*contexts):
        wanted = Scope.SPECIALIZED if "Gericht" in route.context.text else Scope.GENERAL
        routing.overrule(route, wanted, by=cast.manager)


def test_a_router_is_fitted_from_enough_decisions_only(german):
    decide(german, 2)
    assert post(german, "routing-fit").status_code == 409
    assert not Job.objects.filter(kind=Job.Kind.ROUTER).exists()


def test_a_fit_is_shown_before_it_takes_effect_and_can_be_given_up(german, monkeypatch):
    monkeypatch.setattr(own_router, "FIT_AT", 40)
    decide(german, 20)
    assert post(german, "routing-use", verb="use").status_code == 409
    post(german, "routing-fit")
    post(german, "routing-fit")
    job = Job.objects.get(kind=Job.Kind.ROUTER)
    jobs.run(job.pk, job_tasks.RUNNERS)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    (fit,) = own_router.fits_of(job.result["fits"])
    assert (fit.language, fit.texts) == ("German", 40)
    assert fit.fitted > 0.95
    assert fit.commoner == 0.5
    assert not ProjectRouter.objects.exists()
    later = waiting(german, german.law, NEITHER)
    assert read(later)[0].scope == Scope.UNSURE
    assert post(german, "routing-use", verb="use").status_code == 302
    tasks.routing.bring_up_to_date(german.project.pk)
    route = Route.objects.get(context=later)
    assert (route.scope, route.basis) == (Scope.GENERAL, "overrules")
    assert route.engine.endswith(f"fitted by job {job.pk}")
    page = client_of(german.manager).get(reverse("annotation:routing", args=[german.project.slug])).content.decode()
    assert "In effect" in page
    post(german, "routing-use", verb="give_up")
    routing.bring_up_to_date(german.project.pk)
    assert Route.objects.get(context=later).scope == Scope.UNSURE


def test_the_check_beside_a_text_reads_by_the_project_s_own_router_once_it_is_in_use(
    german, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(own_router, "FIT_AT", 40)
    check = registry.all_checks()["routing"]
    monkeypatch.setattr(checking, "checks", lambda: {"routing": check})
    # In this project baking is the field, and lawsuits are what everybody knows.
    for wanted, text in ((Scope.SPECIALIZED, GENERAL), (Scope.GENERAL, LAW)):
        for route in read(*(waiting(german, german.law, text) for _ in range(20))):
            routing.overrule(route, wanted, by=german.manager)
    item = german.start(german.expert).item

    def said_live(text: str) -> list[str]:
        """By way of the cache, as the worker reads it."""
        subject = checking.subject_of(item, text.format(next(_numbers)), "")
        asking.ask(subject, [check], 0, "writer")
        asking.answer(asking.ticket_of(subject, 0), [check], "writer")
        (result,) = runs.known(subject, [check])
        return [finding.code for finding in result.findings]

    item.context = None
    assert [said_live(text) for text in (GENERAL, LAW)] == [["for_generalists"], []]
    post(german, "routing-fit")
    jobs.run(Job.objects.get(kind=Job.Kind.ROUTER).pk, job_tasks.RUNNERS)
    assert [said_live(text) for text in (GENERAL, LAW)] == [["for_generalists"], []], "not before somebody says so"
    with django_capture_on_commit_callbacks(execute=True):
        post(german, "routing-use", verb="use")
    assert [said_live(text) for text in (GENERAL, LAW)] == [[], ["for_generalists"]]
    with django_capture_on_commit_callbacks(execute=True):
        post(german, "routing-use", verb="give_up")
    assert [said_live(text) for text in (GENERAL, LAW)] == [["for_generalists"], []]


def test_what_was_said_of_submitted_texts_is_said_anew_by_another_router(german, monkeypatch):
    check = registry.all_checks()["routing"]
    monkeypatch.setattr(checking, "checks", lambda: {"routing": check})
    monkeypatch.setattr(own_router, "FIT_AT", 40)
    decide(german, 20)
    item = german.submit(german.start(german.expert), Written.of(LAW, "Die Klage wurde auf Haftung gestützt."))
    checking.check_slowly(item.pk, "ml")
    post(german, "routing-fit")
    jobs.run(Job.objects.get(kind=Job.Kind.ROUTER).pk, job_tasks.RUNNERS)
    post(german, "routing-use", verb="use")
    checking.forget_router(german.project.pk)
    assert checking.stored_results(fresh(item)) == [], "the old result belongs to the old router"
    routing.bring_up_to_date(german.project.pk)
    assert [result.check_name for result in checking.stored_results(fresh(item))] == ["routing"]


def test_decisions_of_one_kind_only_fit_nothing_and_say_so(german, monkeypatch):
    monkeypatch.setattr(own_router, "FIT_AT", 10)
    for route in read(*(waiting(german, german.law, GENERAL) for _ in range(30))):
        routing.overrule(route, Scope.SPECIALIZED, by=german.manager)
    post(german, "routing-fit")
    job = Job.objects.get(kind=Job.Kind.ROUTER)
    jobs.run(job.pk, job_tasks.RUNNERS)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "both kinds" in job.error
