"""English: frequent mistakes of learners that Harper lets pass. Each rule is meant to be nearly always right."""

import re

from qa.grammar.rules import Rule, rule

# Countable nouns that are hardly ever the first part of another (many problem areas).
NOUNS = [
    "reason",
    "problem",
    "thing",
    "way",
    "person",
    "country",
    "student",
    "example",
    "year",
    "day",
    "advantage",
    "disadvantage",
    "benefit",
    "opinion",
    "idea",
    "factor",
    "difference",
    "question",
    "answer",
    "child",
    "woman",
    "man",
    "people's",
    "family",
    "city",
    "town",
    "job",
    "country",
    "nation",
    "government",
    "teacher",
    "parent",
    "friend",
    "book",
    "word",
    "method",
    "solution",
    "change",
    "effect",
    "result",
    "aspect",
    "argument",
    "statement",
    "situation",
    "activity",
    "opportunity",
    "possibility",
    "crime",
    "criminal",
    "athlete",
    "film",
    "movie",
    "song",
    "company",
    "user",
    "member",
    "region",
    "area",
    "stage",
    "step",
    "type",
    "kind",
    "sort",
    "month",
    "week",
    "hour",
    "minute",
    "time",
    "percent",
    "citizen",
    "scientist",
    "worker",
    "employee",
    "consumer",
    "skill",
    "subject",
    "university",
    "school",
]
NOUN = "|".join(noun for noun in NOUNS if noun not in ("people's", "percent", "time"))
AFTER_NOUN = (
    r"(?=[.,;:!?]|\s+(?:of|to|for|that|which|who|why|in|on|at|with|from|by|and|or|but|because|is|are|was|were|have|has|"
    r"had|can|could|will|would|should|may|might|when|where|than|do|does|did|it|they|we|you|he|she|there)\b)"
)
# Words in -s that are singular, or name one thing.
NOT_PLURAL = (
    r"(?!\w*(?:ss|us|is|ics|[^aeiou]as|ios)\b)(?!(?:news|series|species|means|lens|gas|bus|yes|this|his|its|hers|ours|yours"
    r"|theirs|less|always|perhaps|united|states|thus|plus|bias|atlas|canvas|christmas|does|was|has|goes|alas|chaos|ethos"
    r"|pathos|cosmos|kudos|headquarters|crossroads|whereas|besides|towards|afterwards|sometimes|nowadays|indoors"
    r"|outdoors|upwards|downwards|overseas|vs|times|philippines|netherlands|bahamas|maldives|simpsons|beatles|james"
    r"|thomas|charles|jesus|mars|paris|texas|kansas|arkansas|athens|brussels|wales|olympics)\b)"
)
OPENING = r"(?:(?<=[.!?;:] )|(?<=\A)|(?<=\n)|(?<=, )|(?<=\bthat )|(?<=\bbecause )|(?<=\bbut )|(?<=\bif )|(?<=\bwhen ))"
THIRD = (
    "is was has does shows makes means gives needs goes takes helps leads depends becomes seems wants likes thinks has "
    "believes says plays works lives uses gets comes tries causes provides allows increases decreases rises grows"
)
THIRD_PERSON = "|".join(THIRD.split())
PLAIN = {
    "is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "tries": "try",
}  # fmt: skip
ORDINALS = {"1": "st", "2": "nd", "3": "rd"}
PAST = (
    "went saw came took made gave got knew thought said told found wanted liked needed had was were did became began "
    "wrote ate bought brought felt kept left lost met paid sent stood understood happened worked lived helped used"
)
PARTICIPLES = {
    "went": "gone", "saw": "seen", "did": "done", "took": "taken", "gave": "given", "wrote": "written", "began": "begun",
    "ate": "eaten", "drank": "drunk", "knew": "known", "grew": "grown", "fell": "fallen", "chose": "chosen",
    "became": "become", "came": "come", "went through": "gone through", "spoke": "spoken", "drove": "driven",
}  # fmt: skip
UNCOUNTABLE = "information advice furniture equipment homework knowledge software luggage baggage feedback machinery"
AGREEMENT = "The verb does not agree with its subject."


def _plural_verb(match: re.Match[str]) -> str:
    verb = match["wrong"].lower()
    return PLAIN.get(verb, verb.removesuffix("s"))


def _plural(match: re.Match[str]) -> str:
    noun = match["wrong"]
    irregular = {"person": "people", "child": "children", "man": "men", "woman": "women"}
    if noun.lower() in irregular:
        return irregular[noun.lower()]
    return noun[:-1] + "ies" if noun[-1] == "y" and noun[-2] not in "aeiou" else noun + "s"


def _ordinal(match: re.Match[str]) -> str:
    return match["number"] + ORDINALS[match["number"][-1]]


RULES: tuple[Rule, ...] = (
    rule(
        "between_and_i",
        r"\bbetween (?:you|him|her|them|us|my \w+|the \w+) and (?P<wrong>I|he|she|they|we)\b(?! (?:am|was|is|are|were|have|had)\b)",
        "After “between” stands the object form.",
        lambda m: {"i": "me", "he": "him", "she": "her", "they": "them", "we": "us"}[m["wrong"].lower()],
    ),
    rule(
        "object_as_subject",
        OPENING + r"(?P<wrong>(?:me|him|her|them) and (?:I|me|him|her|them|my \w+|the \w+)) (?:was|were|am|is|are|have|had|"
        r"went|go|will|would|can|could|did|do|got|like|want|saw|used)\b",
        "The subject of a sentence stands in the subject form.",
    ),
    rule(
        "plural_noun",
        rf"\b(?:many|several|various|numerous|both|these|those|different|two|three|four|five|six|ten|hundreds of|a lot of|"
        rf"lots of|a number of|few|a few|one of the|one of the most \w+|some of the) (?P<wrong>{NOUN}){AFTER_NOUN}",
        "A plural is wanted here.",
        _plural,
    ),
    rule(
        "singular_noun",
        r"\b(?P<wrong>every|each) (?!(?:others?|ones?|series|species|means|times?|was|is|has|does|years|days|hours|weeks)\b)"
        + NOT_PLURAL
        + r"(?:[a-z]{4,}s|people|children|women|men)\b(?! (?:of|a|an|the)\b)(?=[.,;!?]| (?:is|are|has|have|should|can|will|must|in|who|that|and)\b)",
        "After “every” and “each” stands a singular.",
    ),
    rule(
        "verb_agrees",
        OPENING
        + r"(?:the|these|those|many|several|both|most|some|all|our|their|his|her|my|your) (?:\w+ )?"
        + NOT_PLURAL
        + rf"(?:[a-z]{{3,}}s|people|children|women|men) (?:also |often |usually |always |never )?(?P<wrong>{THIRD_PERSON})\b",
        AGREEMENT,
        _plural_verb,
    ),
    rule("people_is", OPENING + r"(?:(?:many|most|some|young|old|older|other|these|those|all|poor|rich|such|few|several) )*(?:people|children|women) (?P<wrong>is|was|has|does|wants|thinks|likes|needs|goes|says|tries|doesn't)\b",
         AGREEMENT, lambda m: "don't" if m["wrong"].lower() == "doesn't" else _plural_verb(m)),
    rule("they_is", r"(?<!of )(?<!with )\b(?:they|we) (?P<wrong>is|was|has|does|doesn't|goes|makes|wants|needs|thinks)\b", AGREEMENT,
         lambda m: "don't" if m["wrong"].lower() == "doesn't" else _plural_verb(m)),
    rule("you_is", r"(?<!of )(?<!with )(?<!to )(?<!for )\byou (?P<wrong>is|was|has|does|doesn't)\b", AGREEMENT,
         lambda m: "don't" if m["wrong"].lower() == "doesn't" else _plural_verb(m)),
    rule("he_have", OPENING + r"(?:he|she|it) (?P<wrong>have|are|were|do|don't|go|make|want|need|seem|mean|depend|help|show)\b",
         AGREEMENT),
    rule("everyone_are", r"\b(?:everyone|everybody|someone|somebody|nobody|everything|something|nothing) (?P<wrong>are|have|were|do|want|need|know|think)\b",
         AGREEMENT),
    rule("this_are", OPENING + r"(?P<wrong>this|that) (?:are|were|have)\b", "“This” and “that” go with a singular."),
    rule("this_people", r"\b(?P<wrong>this) (?:people|children|women|men|things|problems|countries|students)\b(?!['’])", "A plural wants “these” or “those”.",
         "these"),
    rule("these_singular", rf"\b(?P<wrong>these|those) (?:{NOUN}|information|fact|case|point|process){AFTER_NOUN}",
         "A singular wants “this” or “that”.", lambda m: "this" if m["wrong"].lower() == "these" else "that"),
    rule("there_is_many", r"\bthere (?P<wrong>is|was|'s) (?:also )?(?:many|several|a few|few|two|three|four|five|various|numerous|a lot of \w+s|lots of \w+s|some \w{3,}[^s\W]s)\b(?! of\b)(?! percent\b)",
         AGREEMENT, lambda m: "were" if m["wrong"] == "was" else "are"),
    rule("there_are_one", r"\bthere (?P<wrong>are|were) (?:also )?(?:a (?!lot|few|number|couple|variety|bunch|range|total|great|large|huge|wide|series|good|whole|host|handful|dozen|hundred|thousand|million|multitude|plethora|small|growing|limited|myriad|significant|vast|considerable|certain|minimum|maximum|set|group|pair|ton|plenty|mere|further|substantial|tiny)[a-z]+|one|an (?!array|abundance|infinite|estimated|increasing|additional|average|enormous|endless|equal|even|unlimited|extra|amazing)[a-z]+)\b",
         AGREEMENT, lambda m: "was" if m["wrong"].lower() == "were" else "is"),
    rule("explain_me", r"\b(?:explain|describe|suggest|recommend|propose|mention)(?:s|ed|ing)? (?P<wrong>me|us|him|them) (?:the|a|an|how|what|why|that|about|some|this|these|your)\b",
         "This verb wants “to” before the person.", lambda m: "to " + m["wrong"]),
    rule("discuss_about", r"\b(?:discuss(?:ed|es|ing)?|mention(?:ed|s|ing)) (?P<wrong>about) ", "“About” is too much here."),
    rule("depend_of", r"\bdepend(?:s|ed|ing)? (?P<wrong>of|from)\b", "One depends on something.", "on"),
    rule("consist_from", r"\bconsist(?:s|ed|ing)? (?P<wrong>from|on)\b", "Something consists of its parts.", "of"),
    rule("according_with", r"\baccording (?P<wrong>with|for)\b", "It is “according to”.", "to"),
    rule("listen_music", r"\blisten(?:s|ed|ing)? (?P<wrong>music|songs|the|radio|him|her|them|me)\b", "One listens to something.", r"to \g<wrong>"),
    rule("despite_of", r"\b(?P<wrong>despite of)\b", "It is “despite” or “in spite of”.", "despite"),
    rule("interested_on", r"\binterested (?P<wrong>on|about|of|for)\b", "One is interested in something.", "in"),
    rule("modal_to", r"\b(?P<wrong>(?:(?<=I )can|(?<=he )can|(?<=people )can|(?<=they )can|(?<=which )can|could|should|would|must|might) to) (?!help\b|the\b|a\b|an\b|my\b|your\b|be\b(?= or))[a-z]+\b", "After this verb stands no “to”.", lambda m: m["wrong"].split()[0]),
    rule("modal_third", r"\b(?:would|should|could|can|must|will|may|might)(?: not|n't| also)? (?P<wrong>has|does|goes|makes|helps|leads|gives|takes|becomes|shows|brings|causes|gets|went|came|made|became|gave|took|was)\b(?! (?:the|a) (?:fault|case))",
         "After this verb stands the plain form."),
    rule("would_is", r"\b(?:would|should|could)(?: not|n't| also)? (?P<wrong>is|are|was|were|been)\b", "After this verb stands “be”.", "be"),
    rule("did_past", rf"\b(?:did(?: not|n't|n’t)|do(?: not|n't|n’t)|does(?: not|n't|n’t)) (?P<wrong>{'|'.join(w for w in PAST.split() if w not in ('used', 'felt', 'found', 'left', 'had'))}|has|is|goes|makes|likes|wants|needs|works|means|helps|gives|takes|seems)\b",
         "After “do” stands the plain form."),
    rule("have_past", rf"\b(?:have|has|had|having)(?: not| also| already| never| always|n't)? (?P<wrong>{'|'.join(word for word in PARTICIPLES if ' ' not in word)})\b",
         "After “have” stands the participle.", lambda m: PARTICIPLES[m["wrong"].lower()]),
    rule("am_agree", r"\b(?P<wrong>(?:am|'m|is|are|'re) (?:not )?agree)\b(?! to disagree)", "“Agree” is a verb: no form of “be” before it."),
    rule("is_depends", r"\b(?:it|this|that)(?: is|'s|’s) (?P<wrong>depends?|means?|seems?|became|becomes?|consists?|has|have)\b", "Two verbs, one too many."),
    rule("is_plain", r"\b(?:is|are|was|were|been) (?P<wrong>depend|consist|happen|exist|decrease|increase|include|become|allow|grow|rise|develop|improve|cause)\b(?! in\b)", "This form of the verb does not go with “be”."),
    rule("more_then", r"\b(?:more|less|rather|other|better|worse|higher|lower|larger|smaller|bigger|older|younger|greater|fewer|earlier|later) (?P<wrong>then)\b(?! (?:the|a|we|I|he|she|it|they|you)\b [a-z]+ed)", "A comparison wants “than”.", "than"),
    rule("double_degree", r"\bmore (?P<wrong>better|worse|easier|bigger|larger|smaller|higher|lower|cheaper|faster|older|younger|stronger|harder|healthier|safer|richer|poorer|happier|longer|shorter|greater|simpler)\b", "“More” is too much before this form.", None),
    rule("most_of_people", r"\b(?P<wrong>most of (?:people|students|children|countries|women|men|companies|users))\b", "It is “most …” or “most of the …”.", lambda m: m["wrong"].replace("of ", "").replace("Of ", "")),
    rule("the_most_of", r"\b(?P<wrong>the most of)(?= (?:the|people|them|us|my|our|his|her|your|these|those)\b)(?<!make the most of)(?<!making the most of)(?<!made the most of)(?<!get the most of)", "It is “most of”.", "most of"),
    rule("century", r"\bin (?P<wrong>(?:the )?\d\d) (?:century|centuries)\b", "A century is numbered with an ordinal: the 21st century."),
    rule("ordinal", r"\b(?P<wrong>(?P<number>(?:\d*[02-9])?[123])th)\b", "This ordinal ends otherwise.", _ordinal),
    rule("other_hand", r"\b(?P<wrong>(?:in|from|by|at) (?:the )?(?:one|other|another) (?:hand|side)(?=,)|on (?:other|another|the another) hand|from (?:the )?one side)\b", "It is “on the one hand” and “on the other hand”."),
    rule("in_conclude", r"\b(?P<wrong>in conclude|to conclusion|as conclusion|in the conclusion|to sum it up)(?=,)", "It is “in conclusion” or “to conclude”.", "in conclusion"),
    rule("uncountable", rf"\b(?P<wrong>(?:{'|'.join(UNCOUNTABLE.split())})s)\b", "This word has no plural.", lambda m: m["wrong"].removesuffix("s")),
    rule("many_uncountable", rf"\b(?P<wrong>many|few|several) (?:{'|'.join(UNCOUNTABLE.split())}|money|water|traffic|pollution|health|stress|happiness|research)\b(?= |[.,;])(?! \w+s\b)", "This word cannot be counted: “much”, “little”, “some”.", lambda m: {"many": "much", "few": "little", "several": "some"}[m["wrong"].lower()]),
    rule("much_plural", r"\b(?P<wrong>much) (?:people|children|women|men|things|problems|reasons|countries|students|years|days|ways|books|friends|cars|places|apples|opportunities|advantages|jobs)\b", "What can be counted wants “many”.", "many"),
    rule("another_plural", r"\b(?P<wrong>an?other) (?:people|children|women|men|things|problems|reasons|countries|students|ways|words|types|factors|sports|hand's)\b(?! of the\b)", "A plural wants “other”.", "other") ,
    rule("a_plural", r"\b(?P<wrong>an?) (?:people|children|women|men|lot of \w+ is|things|problems|reasons|countries|students|factors|ideas|opportunities|advantages)\b(?!['’-])(?! \w+(?:er|or|ion)\b)", "“A” does not go with a plural."),
    rule("to_past", r"\bto (?P<wrong>went|saw|came|took|gave|knew|became|began|wrote|ate|brought|has|makes|goes|gets)\b", "After “to” stands the plain form."),
    rule("for_to", r"\b(?P<wrong>for to) [a-z]+\b", "“To” is enough.", "to"),
    rule("in_internet", r"\b(?P<wrong>in|at) (?:the )?(?:internet|Internet|TV|television)(?=[.,;]| (?:and|is|are|we|you|I|they|it|there|to|can|or|because)\b)", "It is “on the internet”, “on TV”.", "on"),
    rule("people_which", r"\b(?:people|person|man|woman|men|women|children|students|someone|everyone) (?P<wrong>which)\b", "Of people it is “who”.", "who"),
    rule("opinion_to", r"\b(?P<wrong>(?:on|for|to|by) my opinion|from my opinion|in my point of view|on my point of view|at my opinion|according to my opinion)\b", "It is “in my opinion” or “from my point of view”.", "in my opinion"),
    rule("percent_of", r"\b(?P<wrong>percents)\b", "“Percent” has no plural.", "percent"),
    rule("comparing", r"\b(?P<wrong>(?:in|by) compar(?:e|ing|ison of) (?:with|to)|in comparing|in compare)\b", "It is “in comparison with” or “compared with”.", "in comparison with"),
    rule("first_of_all", r"\b(?P<wrong>at first of all|firstly of all|first of the all|at the first|in the first of all)(?=,)", "It is “first of all”.", "first of all"),
    rule("less_countable", r"\b(?:a|the) (?P<wrong>big|high|huge) (?:amount|quantity) of (?:people|students|children)\b", "People come in numbers: “a large number of”.", "large"),
)  # fmt: skip
