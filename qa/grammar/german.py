"""German: cases after prepositions, verbs that do not agree, words that are mixed up."""

import re

from qa.grammar.rules import Rule, rule

DATIVE = "This preposition takes the dative."
ACCUSATIVE = "This preposition takes the accusative."
AGREEMENT = "The verb does not agree with its subject."
CASE_SENSITIVE = re.RegexFlag(0)

RULES: tuple[Rule, ...] = (
    rule("seit_seid", r"\bihr (?P<wrong>seit)\b(?! (?:\w+ )?(?:Jahr|Monat|Woche|Tag|Stunde|langem|gestern|\d))", "The verb is “seid”.", "seid"),
    rule("seid_time", r"\b(?P<wrong>seid) (?:\d+|gestern|langem|einem|einer|dem|der|drei|zwei|vielen|einigen|Jahren|Monaten|Wochen)\b", "The preposition is “seit”.", "seit"),
    rule("das_dass", r"\b(?:glaube|glaubt|denke|denkt|meine|meint|sagt|sage|finde|findet|weiß|hoffe|bedeutet|heißt|bin sicher|ist klar), (?P<wrong>das) (?:ich|er|sie|es|wir|man|ihr|die|der|das|ein|eine|diese|dieser|jeder)\b", "The conjunction is “dass”.", "dass", flags=CASE_SENSITIVE),
    rule("dativ_die", r"\b(?:mit|von|bei|aus) (?P<wrong>die|ein|eine|meine|seine|deine|unsere|keine|diese|ihre)\b(?! (?:und|oder|anderer|von|der|drei|zwei)\b)", DATIVE),
    rule("dativ_das", r"\b(?:von|bei|aus|zu|seit) (?P<wrong>das|den (?:[A-ZÄÖÜ]\w*[^n\W])|mein|sein(?= [A-ZÄÖÜ])|dieses|jedes)\b(?= [A-ZÄÖÜ]|$|[ ,.])", DATIVE, flags=CASE_SENSITIVE),
    rule("mit_mich", r"\b(?:mit|von|bei|zu|nach|aus) (?P<wrong>mich|dich|ihn|wir|ich)\b", DATIVE),
    rule("akk_dem", r"\b(?:für|durch|ohne|gegen) (?P<wrong>dem|einem|meinem|seinem|ihrem|unserem|diesem|keinem|mir|dir|ihm|ihnen)\b", ACCUSATIVE),
    rule("wir_hat", r"\b(?:wir) (?P<wrong>hat|habe|ist|bin|kann|muss|soll|will|wird|werde|darf|hast|seid|mag|möchte)\b", AGREEMENT),
    rule("ich_hat", r"(?<!und )\bich (?P<wrong>hat|ist|sind|bist|hast|kannst|wird|wirst|könnt|habt|geht|macht|findet|denkt|glaubt|mußt)\b", AGREEMENT),
    rule("man_sind", r"\bman (?P<wrong>sind|habe ich|könnt)\b", AGREEMENT),
    rule("es_sind_gibt", r"\b(?P<wrong>es geben|es gebt)\b(?! (?:kann|wird|muss|soll|könnte|würde|sollte))", AGREEMENT, "es gibt"),
    rule("sie_plural", r"(?:(?<=[.!?] )|(?<=\A))(?:(?:Die|Viele|Alle|Manche|Einige|Diese|Meine) (?:\w+en? )?)?(?:Menschen|Leute|Studenten|Kinder|Frauen|Männer|Eltern|Jugendlichen|Absolventen|Kriminelle) (?P<wrong>hat|ist|kann|muss|will|wird|soll|darf|macht|geht)\b", AGREEMENT, flags=CASE_SENSITIVE),
    rule("viele_singular", r"\b(?:viele|einige|mehrere|wenige) (?P<wrong>Mensch|Student|Kind|Frau|Mann|Person|Problem|Jahr|Tag|Land|Stadt|Buch|Wort|Grund|Beispiel|Möglichkeit|Universität|Freund)\b", "A plural is wanted here.", flags=CASE_SENSITIVE),
    rule("ein_plural", r"\b(?P<wrong>ein|eine|einen) (?:Leute|Eltern|Menschen(?= (?:sind|haben))|Geschwister)\b", "The article does not go with a plural."),
    rule("neuter", r"(?<!, )\b(?P<wrong>der|die|eine) (?:Problem|Kind|Jahr|Land|Beispiel|Thema|Haus|Buch|Wort|Studium|Recht|Gefühl|Wissen|Verhalten|Gesetz|Ergebnis|Ziel|Gehalt)\b", "This noun is neuter.", flags=CASE_SENSITIVE),
    rule("feminine", r"\b(?P<wrong>das|ein) (?:Frau|Universität|Zeit|Arbeit|Gesellschaft|Welt|Meinung|Frage|Möglichkeit|Schule|Familie|Stadt|Erfahrung|Theorie|Praxis|Gleichberechtigung|Emanzipation|Kriminalität|\w{2,}(?:ung|heit|keit|schaft|tät|ion))\b", "This noun is feminine.", flags=CASE_SENSITIVE),
    rule("masculine", r"(?<!, )\b(?P<wrong>das|die|eine) (?:Mann|Student|Grund|Tag|Mensch|Staat|Beruf|Weg|Unterschied|Punkt|Abschluss|Vorteil|Nachteil|Erfolg|Feminismus|\w{2,}ismus|Wert|Freund)\b", "This noun is masculine.", flags=CASE_SENSITIVE),
    rule("als_wie", r"\b(?:größer|kleiner|besser|mehr|schlechter|höher|älter|jünger|schneller|länger|weniger|wichtiger) (?P<wrong>wie)\b(?! (?:nie|zuvor|sonst|je)\b)", "A comparison wants “als”.", "als"),
    rule("noun_capital", r"\b(?:der|die|das|dem|den|des|ein|eine|einen|einem|einer|im|zum|zur|vom|am|beim) (?P<wrong>leute|menschen|frau|frauen|mann|kinder|kind|universität|studenten|schule|arbeit|welt|gesellschaft|zeit|geld|problem|haus|stadt|land|jahr|leben)\b(?! [A-ZÄÖÜ])", "Nouns begin with a capital letter.", lambda m: m["wrong"].capitalize(), flags=CASE_SENSITIVE),
)  # fmt: skip
