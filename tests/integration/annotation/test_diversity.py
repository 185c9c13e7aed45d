"""Diversity of the cells: indexed, measured by a job, shown, put to use; near-duplicates side by side."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from annotation import job_tasks, jobs
from annotation.checking import group_of, subject_of, subject_of_revision
from annotation.copilot import indexing, variety
from annotation.copilot.panel import addresses_of, rows_of
from annotation.models import Draft, Item, Job
from annotation.texts import Written
from annotation.workflow import State
from qa import registry, runs
from qa.checks import duplicates
from qa.diversity import clusters, distinct, diversity, mean_pairwise_cosine, template_share, vendi_score
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.embeddings import Embedders, NgramEncoder
from qa.models import IndexedText
from qa.vectors.search import PostgresCorpus
from tests.factories import COMPLETION, Cast, fresh

TOPICS = {
    "lease": "How may a tenant end a lease contract early when the landlord {}?",
    "glacier": "Why does a mountain glacier in the Alps {} so much faster today?",
}
ENDINGS = ["refuses", "agrees", "sells", "renovates", "moves in", "is silent", "dies", "goes bankrupt", "wins", "waits"]
NGRAMS = NgramEncoder()


@pytest.fixture(autouse=True)
def encoder_without_a_model(monkeypatch):
    """The real n-gram encoder for every language: what is tested here does not depend on meaning."""
    monkeypatch.setattr(registry, "embedders", lambda: Embedders(NGRAMS, NGRAMS))
    monkeypatch.setattr(indexing, "embedders", lambda: Embedders(NGRAMS, NGRAMS))
    monkeypatch.setattr(variety, "embedders", lambda: Embedders(NGRAMS, NGRAMS))


@pytest.fixture
def with_duplicates(monkeypatch):
    check = duplicates.build(PostgresCorpus(), Embedders(NGRAMS, NGRAMS))
    known = {**registry.checks(), check.name: check}
    for module in ("annotation.copilot.comparing", "annotation.copilot.panel"):
        monkeypatch.setattr(f"{module}.checks", lambda: known)
    return check


def write(cast: Cast, prompt: str, author=None) -> Item:
    return cast.write(author, Written(prompt, COMPLETION, {}))


def measured(cast: Cast) -> Job:
    client_of(cast.manager).post(reverse("annotation:diversity-measure", args=[cast.project.slug]))
    job = Job.objects.get(kind=Job.Kind.DIVERSITY)
    jobs.run(job.pk, job_tasks.RUNNERS)
    job.refresh_from_db()
    return job


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def filled(db) -> Cast:
    cast = Cast(target=40, open_cap=40)
    for ending in ENDINGS:
        write(cast, TOPICS["lease"].format(ending))
    return cast


def test_a_measurement_indexes_what_is_missing_and_gives_figures(filled):
    job = measured(filled)
    assert job.state == Job.State.DONE, job.error
    assert IndexedText.objects.count() == len(ENDINGS)
    one = variety.variety_of(filled.cell, job.result["cells"])
    assert one.figures.count == len(ENDINGS)
    assert one.figures.template_share == 1
    assert 1 < one.figures.vendi < 5
    assert job.done == job.total


def test_what_changed_is_indexed_anew_and_what_no_longer_counts_is_removed(filled):
    indexing.bring_up_to_date(filled.project.pk, lambda _: None)
    first, second = Item.objects.order_by("pk")[:2]
    Item.objects.filter(pk=first.pk).update(state=State.REJECTED, place=None)
    IndexedText.objects.filter(key=str(second.pk)).update(indexed_at=second.created_at.replace(year=2020), prompt="old")
    assert indexing.bring_up_to_date(filled.project.pk, lambda _: None) == 1
    assert not IndexedText.objects.filter(key=str(first.pk)).exists()
    assert IndexedText.objects.get(key=str(second.pk)).prompt == second.current.prompt
    assert indexing.missing_count(filled.project.pk) == 0


def test_another_model_makes_all_vectors_anew(filled, monkeypatch):
    indexing.bring_up_to_date(filled.project.pk, lambda _: None)
    newer = NgramEncoder()
    newer.version = "2"
    monkeypatch.setattr(indexing, "embedders", lambda: Embedders(newer, newer))
    assert indexing.bring_up_to_date(filled.project.pk, lambda _: None) == len(ENDINGS)
    assert set(IndexedText.objects.values_list("embedder", flat=True)) == {"character n-grams 2"}


def test_index_and_forget_know_which_items_count(filled):
    items = list(Item.objects.select_related("cell", "project", "context", "current").order_by("pk"))
    items[0].state, items[1].is_control = State.REJECTED, True
    indexing.index(items)
    assert {row.key for row in IndexedText.objects.all()} == {str(item.pk) for item in items[2:]}
    indexing.forget([items[2].pk, items[3].pk])
    assert IndexedText.objects.count() == len(items) - 4


def test_the_index_names_cells_as_the_checks_do(filled):
    item = Item.objects.select_related("cell", "project", "context", "current").first()
    assert subject_of_revision(item, item.current).group == group_of(item.cell_id)


def test_without_a_model_the_job_ends_and_says_what_is_missing(filled, monkeypatch):
    def unavailable(*_):
        raise EngineUnavailable("all-MiniLM-L6-v2", Reason.NOT_INSTALLED)

    monkeypatch.setattr(indexing, "index", unavailable)
    job = measured(filled)
    assert job.state == Job.State.DONE
    assert job.result["cells"] == {}
    page = client_of(filled.manager).get(reverse("annotation:diversity", args=[filled.project.slug]))
    assert "all-MiniLM-L6-v2 is not installed" in page.content.decode()


def test_measuring_twice_at_once_makes_one_job(filled):
    client, url = client_of(filled.manager), reverse("annotation:diversity-measure", args=[filled.project.slug])
    client.post(url)
    client.post(url)
    assert Job.objects.filter(kind=Job.Kind.DIVERSITY).count() == 1
    page = client.get(reverse("annotation:diversity", args=[filled.project.slug]), headers={"HX-Request": "true"})
    assert page.status_code == 200
    jobs.run(Job.objects.get(kind=Job.Kind.DIVERSITY).pk, job_tasks.RUNNERS)
    page = client.get(reverse("annotation:diversity", args=[filled.project.slug]), headers={"HX-Request": "true"})
    assert page.status_code == 286, "polling stops"


def test_an_avoided_topic_reaches_those_who_write(filled):
    manager, slug = client_of(filled.manager), filled.project.slug
    url = reverse("annotation:diversity-avoid", args=[slug, filled.cell.pk])
    for topic in ("ending a lease", " Ending  a LEASE "):
        assert manager.post(url, {"verb": "add", "topic": topic}).status_code == 302
    filled.cell.refresh_from_db()
    assert filled.cell.avoid == ["ending a lease"]
    writing = filled.start(filled.other_author)
    bench = client_of(filled.other_author).get(reverse("annotation:workbench", args=[slug, writing.item_id]))
    assert "ending a lease" in bench.content.decode()
    manager.post(url, {"verb": "remove", "topic": "ending a lease"})
    filled.cell.refresh_from_db()
    assert filled.cell.avoid == []


@pytest.mark.parametrize(("verb", "topic"), [("add", " "), ("add", "x" * 81), ("", "topic")])
def test_what_is_no_topic_is_refused(filled, verb, topic):
    url = reverse("annotation:diversity-avoid", args=[filled.project.slug, filled.cell.pk])
    assert client_of(filled.manager).post(url, {"verb": verb, "topic": topic}).status_code == 409


def test_the_pages_of_a_measured_project_show_the_figures(filled):
    measured(filled)
    client, slug = client_of(filled.manager), filled.project.slug
    assert "measured" in client.get(reverse("annotation:diversity", args=[slug])).content.decode()
    page = client.get(reverse("annotation:diversity-cell", args=[slug, filled.cell.pk])).content.decode()
    assert "<svg" in page
    assert "Avoid" in page
    assert "lease" in page


# --- side by side


def compare(cast: Cast, person, item: Item, other: Item):
    return client_of(person).get(reverse("annotation:compare", args=[cast.project.slug, item.pk, other.pk]))


def test_an_expert_sees_the_prompt_named_to_them_and_nothing_else(filled, with_duplicates):
    theirs = write(filled, "What must a landlord do when the heating of the flat fails in winter?")
    indexing.index([Item.objects.select_related("cell", "project", "context", "current").get(pk=theirs.pk)])
    mine = write(filled, "What must a landlord do, when the heating of the flat fails in winter", filled.other_author)
    assert compare(filled, filled.other_author, mine, theirs).status_code == 404, "nothing has named it yet"
    runs.run(with_duplicates, subject_of_revision(mine, mine.current), mine.current.guideline_version)
    page = compare(filled, filled.other_author, mine, theirs)
    assert page.status_code == 200
    html = page.content.decode()
    assert "heating of the flat fails" in html
    assert f"#{theirs.pk}" not in html
    assert filled.author.name not in html
    assert theirs.current.completion not in html
    other = Item.objects.exclude(pk__in=[mine.pk, theirs.pk]).first()
    assert compare(filled, filled.other_author, mine, other).status_code == 404
    assert compare(filled, filled.editor, mine, other).status_code == 200
    url = reverse("annotation:compare", args=[filled.project.slug, mine.pk, theirs.pk])
    found = with_duplicates.run(subject_of_revision(mine, mine.current))
    assert [row.compare_url for row in rows_of(found, {}, addresses_of(mine))] == [url]


def test_a_draft_is_compared_as_it_is_being_written(filled, with_duplicates):
    theirs = fresh(Item.objects.first())
    indexing.index([Item.objects.select_related("cell", "project", "context", "current").get(pk=theirs.pk)])
    item = filled.start(filled.other_author).item
    draft = Draft.objects.create(item=item, person=filled.other_author, prompt=theirs.current.prompt.upper())
    item = Item.objects.select_related("cell", "project", "context", "current").get(pk=item.pk)
    runs.live(subject_of(item, draft.prompt, ""), [with_duplicates], 0)
    page = compare(filled, filled.other_author, item, theirs)
    assert page.status_code == 200
    assert draft.prompt in page.content.decode().replace("&#x27;", "'")


# --- the figures


def test_vendi_is_one_for_copies_and_n_for_strangers():
    assert vendi_score(np.tile(np.eye(1, 8, dtype=np.float32), (20, 1))) == pytest.approx(1)
    assert vendi_score(np.eye(6, 8, dtype=np.float32)) == pytest.approx(6)
    rows = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    shares = np.linalg.eigvalsh(rows.astype(np.float64) @ rows.T / 40)
    shares = shares[shares > 1e-9]
    assert vendi_score(rows) == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-4)


def test_the_other_figures_are_what_they_say():
    rows = NGRAMS.embed(["one text", "another one", "one text", "something else"])
    pairs = rows @ rows.T
    assert mean_pairwise_cosine(rows) == pytest.approx((pairs.sum() - 4) / 12, abs=1e-5)
    assert distinct(["a b a b"], 2) == pytest.approx(2 / 3)
    assert template_share(np.ones((4, 1), np.float32), 0.9) == 1
    assert template_share(np.eye(4, dtype=np.float32), 0.9) == 0


def test_two_topics_are_told_apart_by_their_words():
    texts = [text.format(ending) for text in TOPICS.values() for ending in ENDINGS]
    found = diversity(texts, NGRAMS.embed(texts), "en", 0.7)
    assert {term for topic in found.topics for term in topic.terms} & {"glacier", "alps", "mountain"}
    labels, _ = clusters(NGRAMS.embed(texts), 2)
    assert len(set(labels[:10])) == len(set(labels[10:])) == 1
    assert labels[0] != labels[10]
    assert diversity(texts[:5], NGRAMS.embed(texts[:5]), "en", 0.7) is None
    assert type(found).from_json(found.to_json()) == found
