"""Spanish: opening marks, accents that tell words apart, gender and number, contractions."""

import re

from qa.engines.grammar import Kind
from qa.grammar.rules import Rule, rule

GENDER = "The article and the noun differ in gender."
NUMBER = "The words differ in number."
AGREEMENT = "The verb does not agree with its subject."
ACCENT = "An accent is missing."
CASE_SENSITIVE = re.RegexFlag(0)
MASCULINE_A = "problema|sistema|tema|programa|idioma|clima|mapa|día|planeta|drama|poema|dilema|esquema|síntoma|fantasma|diploma|sofá|tranvía"
FEMININE_O = "mano|foto|moto"
FEMININE = r"\w+(?:ción|sión|dad|tad|tud|umbre)|persona|gente|cosa|casa|vida|familia|escuela|película|música|mujer|chica|noche|tarde|vez|parte|clase|calle|playa|comida|historia|semana|fiesta|universidad|hermana|madre"
MASCULINE = r"\w+(?:aje|ismo)|libro|amigo|hermano|padre|hombre|año|tiempo|trabajo|mundo|país|lugar|perro|gato|carro|coche|equipo|deporte|dinero|partido|jugador|actor|niño|viaje|hijo"

RULES: tuple[Rule, ...] = (
    rule("opening_question", r"(?:(?<=[.!?…\n] )|(?<=\A)|(?<=\n))(?P<wrong>(?![^\n.!?]*¿)[^\s¿¡.!?\n])[^\n.!?…]{2,200}\?", "A question opens with ¿.", r"¿\g<wrong>", Kind.PUNCTUATION),
    rule("opening_exclamation", r"(?:(?<=[.!?…\n] )|(?<=\A)|(?<=\n))(?P<wrong>(?![^\n.!?]*¡)[^\s¿¡.!?\n])[^\n.!?…]{2,200}!", "An exclamation opens with ¡.", r"¡\g<wrong>", Kind.PUNCTUATION),
    rule("a_el", r"\b(?P<wrong>a el)\b(?! (?:Salvador|País)\b)(?= [a-záéíóúñ])", "“a” and “el” become “al”.", "al", flags=CASE_SENSITIVE),
    rule("de_el", r"\b(?P<wrong>de el)\b(?= [a-záéíóúñ])", "“de” and “el” become “del”.", "del", flags=CASE_SENSITIVE),
    rule("el_verb", r"\b(?P<wrong>el) (?:es|era|fue|tiene|tenía|tuvo|está|estaba|dijo|vive|vivía|trabaja|juega|jugó|va|quiere|puede|podía|hace|hizo|ha|había|cree|piensa|sabe|dice|no (?:es|era|tiene|está|quiere|puede|sabe|fue)|me|te|se|le|nos)\b", ACCENT, "él"),
    rule("mas_adjective", r"\b(?P<wrong>mas) (?:que|de|grande|grandes|importante|importantes|famoso|famosa|famosos|bonito|bonita|alto|alta|joven|viejo|pequeño|difícil|fácil|interesante|tarde|tiempo|dinero|popular|\w+(?:ido|ida|ado|ada|oso|osa|ante|ente|ble|al|il))\b", ACCENT, "más"),
    rule("mas_end", r"\b(?:me|te|le|nos|el|la|los|las|lo|es|mucho|nada|un|una|vez|años?|veces|cosas?|día|gusta) (?P<wrong>mas)\b", ACCENT, "más"),
    rule("esta_verb", r"\b(?:él|ella|el|que|no|siempre|también|donde|usted|casa|todo|y|mi \w+|su \w+) (?P<wrong>esta) (?:en|muy|aquí|allí|bien|mal|feliz|triste|casad[oa]|enferm[oa]|cansad[oa]|content[oa]|loc[oa]|\w+ndo)\b", ACCENT, "está"),
    rule("tu_verb", r"\b(?P<wrong>tu) (?:eres|tienes|estás|quieres|puedes|sabes|vas|haces|crees)\b", ACCENT, "tú"),
    rule("y_before_i", r"\b(?P<wrong>y) (?=(?:i(?![aeoóuy])|hi(?![aeo]))\w)", "Before an i-sound it is “e”.", "e", flags=CASE_SENSITIVE),
    rule("o_before_o", r"\b(?P<wrong>o) (?=h?[oó]\w{2,})", "Before an o-sound it is “u”.", "u"),
    rule("one_other", r"\b(?P<wrong>una? otr[oa])\b", "“Otro” takes no article “un”.", lambda m: m["wrong"].split()[1]),
    rule("masculine_a", rf"\b(?P<wrong>la|una|esta|mucha|otra|las|unas|muchas|otras|estas) (?:{MASCULINE_A})s?\b(?!-)", GENDER),
    rule("feminine_o", rf"\b(?P<wrong>el|un|este|los|unos|estos|muchos) (?:{FEMININE_O})s?\b(?! de la)", GENDER),
    rule("feminine", rf"\b(?P<wrong>el|un|este|del|al|unos|estos|muchos|otros|otro|mucho|todos los|nuestro) (?:{FEMININE})(?:es|s)?\b", GENDER),
    rule("masculine", rf"\b(?P<wrong>la|una|esta|mucha|otra|las|unas|muchas|otras|estas|nuestra) (?:{MASCULINE})(?:es|s)?\b(?! que)", GENDER),
    rule("possessive_number", r"\b(?P<wrong>mi|tu|su) (?:amig[oa]s|padres|herman[oa]s|hij[oa]s|abuelos|libros|clases|películas|canciones|fans|compañer[oa]s|problemas|ideas|ojos|zapatos|años|vacaciones|fotos|perros|tíos|primos|jefes|manos|estudios)\b", NUMBER, lambda m: m["wrong"] + "s"),
    rule("possessive_plural", r"\b(?P<wrong>mis|tus|sus) (?:amig[oa]|padre|madre|herman[oa]|hij[oa]|familia|casa|libro|clase|película|canción|vida|trabajo|perro|equipo)\b", NUMBER, lambda m: m["wrong"][:-1]),
    rule("article_number", r"\b(?P<wrong>los|unos|muchos|estos|otros|varios|todos los) (?:amigo|libro|año|hombre|niño|perro|padre|problema|deporte|juego|lugar|equipo|actor|estudiante|hermano|trabajo|chico|hijo|día|país|jugador|partido|animal)\b", NUMBER),
    rule("article_number_f", r"\b(?P<wrong>las|unas|muchas|estas|otras|varias|todas las) (?:amiga|persona|casa|mujer|chica|película|canción|clase|cosa|noche|vez|familia|ciudad|niña|hermana|hora|semana|palabra|escuela|parte)\b", NUMBER),
    rule("los_personas", r"\b(?P<wrong>los|muchos|todos los|unos|algunos|otros|estos) (?:personas|cosas|mujeres|casas|chicas|películas|canciones|clases|veces|familias|ciudades|noches|niñas|palabras|semanas|horas|escuelas|amigas|fotos)\b", GENDER),
    rule("las_hombres", r"\b(?P<wrong>las|muchas|todas las|unas|algunas|otras|estas) (?:hombres|amigos|libros|años|niños|perros|padres|problemas|deportes|juegos|lugares|equipos|actores|hermanos|trabajos|chicos|días|países|jugadores)\b", GENDER),
    rule("ellos_verb", r"(?<!de )(?<!con )(?<!para )(?<!a )(?<!en )(?<!por )(?<!entre )(?<!sobre )(?<!sin )\b(?:ellos|ellas) (?P<wrong>es|era|tiene|tenía|está|estaba|fue|va|quiere|puede|hace|gusta|vive|ha)\b", AGREEMENT),
    rule("yo_verb", r"(?<!y )(?<!que )\byo (?P<wrong>es|tiene|está|fue|va|quiere|puede|hace|ha|son|gusto|gusta|era muy una)\b", AGREEMENT),
    rule("ella_verb", r"\b(?:ella|él) (?P<wrong>soy|tengo|son|tienen|están|van|eran|fueron|estoy|fui|tuve|hice|quieren|pueden)\b", AGREEMENT),
    rule("nosotros_verb", r"\bnosotros (?P<wrong>es|son|tiene|tienen|está|están|fue|fueron|va|van|era|eran|puede|pueden|hablan|soy|voy|fui)\b", AGREEMENT),
    rule("gente_verb", r"\bla gente (?P<wrong>son|tienen|están|piensan|creen|quieren|pueden|fueron|eran|dicen|van|hacen|viven|necesitan)\b", AGREEMENT),
    rule("gusta_number", r"\b(?:me|te|le|nos|les) (?P<wrong>gusta|gustaba|encanta) (?:los|las|mis|sus|tus|estos|estas|muchos|muchas)\b", AGREEMENT, lambda m: m["wrong"] + "n"),
    rule("mi_gusta", r"\b(?P<wrong>mi|yo) (?:gusta|gustan|encanta|gustaría|gustó)\b", "It is “me gusta”.", "me"),
    rule("muy_mucho", r"\b(?P<wrong>muy much[oa]s?|muy mejor|más mejor|mucho mucho|más peor|mucho importante|mucho grande)\b", "These two words do not go together."),
    rule("soy_verb", r"\b(?P<wrong>soy|era) (?:de acuerdo|segur[oa] que|cansad[oa])\b", "This goes with “estar”.", lambda m: "estoy" if m["wrong"].lower() == "soy" else "estaba"),
    rule("hay_are", r"\b(?P<wrong>hay es|hay son|hay está)\b", "“Hay” stands alone.", "hay"),
    rule("ser_age", r"\b(?P<wrong>es|soy|era|son) (?:\d{1,2}|veinte|treinta|dieciocho|diecinueve) años\b", "One has years: “tener … años”.", lambda m: {"es": "tiene", "soy": "tengo", "era": "tenía", "son": "tienen"}[m["wrong"].lower()]),
    rule("por_infinitive", r"\b(?P<wrong>para|por|de|sin|a) (?:mirando|haciendo|jugando|hablando|comiendo|viviendo|trabajando|estudiando|viajando|siendo|teniendo|viendo|aprendiendo)\b", "After a preposition stands the infinitive."),
    rule("me_favorite", r"\b(?P<wrong>mi|su|tu|el|la|mis|sus) (?:favorit[oa]s?) (?!es|son|de|del|y|para|porque|pero|en|que|era|fue|son|entre|por|o|a|con|no|se|ha|ser|está)(?:\w+)\b", "“Favorito” stands after its noun."),
)  # fmt: skip
