"""Routing without a sentence model: by vocabulary, and by what people decided."""

import json

import pytest

from qa.engines.embeddings import NgramEncoder
from qa.routing.router import FittedRouter, Router, by_vocabulary, scope_of


class OtherLanguage(NgramEncoder):
    """A real encoder that says it does not know the language, as the English one does of all others."""

    def knows(self, _language):
        return False


def test_words_of_a_field_and_of_everyday_life_pull_apart():
    assert by_vocabulary("Welche Haftung folgt aus dem Vertrag?")[0] > 0.65
    assert by_vocabulary("Welches Rezept passt zur Geburtstagsparty im Garten?")[0] < 0.35
    assert by_vocabulary("Qwrtz plmkn?") == (0.5, ())


def test_the_route_names_the_fields_best_first_and_on_what_it_rests():
    route = Router(OtherLanguage()).route("Quelle responsabilité et quel tribunal pour ce litige ?", "fr")
    assert (route.scope, route.basis, route.domains[0][0]) == ("domain", "vocabulary", "law")
    assert Router(OtherLanguage()).route(" ", "fr").scope == "unsure"


def test_scopes_leave_a_middle():
    assert [scope_of(score) for score in (0.1, 0.5, 0.9)] == ["general", "unsure", "domain"]


def test_overrules_are_learned_stored_and_read_again():
    specialist = [f"Mangelhaftung und Verjährung im Werkvertrag, Fall {n}" for n in range(15)]
    everyday = [f"Ein Ausflug mit den Nachbarn an den See, Tag {n}" for n in range(15)]
    router = Router(OtherLanguage())
    fitted = router.fit([*specialist, *everyday], [True] * 15 + [False] * 15, "de")
    again = FittedRouter.from_json(fitted.embedder, json.loads(json.dumps(fitted.to_json())))
    route = router.route("Verjährung der Mangelhaftung im Werkvertrag", "de", fitted=again)
    assert route.basis == "overrules"
    assert route.score > 0.65
    assert router.route("Ausflug an den See mit den Nachbarn", "de", fitted=again).score < 0.35


def test_too_few_overrules_are_refused():
    with pytest.raises(ValueError, match="20 texts"):
        Router(OtherLanguage()).fit(["a", "b"], [True, False], "de")
