"""The rules of the demo project, as a client's guideline would put them."""

from typing import NamedTuple


class Rule(NamedTuple):
    code: str
    title: str
    body: str
    good: str
    bad: str
    skill: str = ""


INTRODUCTION = (
    "Write pairs that you would show a colleague as an example. A pair is a prompt that somebody in the field would "
    "really ask, and the answer that an expert would be content to sign."
)

RULES: tuple[Rule, ...] = (
    Rule("GEN-1", "The prompt is a real request", "Somebody in the field could ask it in these words, for a purpose.",
         "Which deadline applies when a tenant contests a rent increase?", "Tell me something about rent."),
    Rule("GEN-2", "The answer does what the prompt asks, and no more", "No preface, no offer of further help.",
         "Fourteen days from delivery.", "Great question! Here is what you need to know about deadlines: …"),
    Rule("GEN-3", "True, and sure of it", "What is uncertain is said to be so; nothing is invented.",
         "The text does not say who pays.", "As studies show, most people pay late."),
    Rule("GEN-4", "Plain words", "Short sentences. A technical word only where the reader needs it.",
         "The court must hear both sides.", "It is incumbent upon the court to effectuate a bilateral hearing."),
    Rule("GEN-5", "Links are https and lead where they say", "Only where the prompt asks for sources.",
         "[Tenancy Act](https://example.org/act)", "http://example.org/act?utm_source=x"),
    Rule("SUM-1", "A summary adds nothing", "Every statement of the summary stands in the context.",
         "Sales rose to 18 million.", "Sales rose to 18 million, which is a record.", "summarization"),
    Rule("EXT-1", "Extract exactly the fields asked for", "Keys as the prompt names them, values as the context has "
         "them; dates as year-month-day.",
         '{"begins": "2025-03-01"}', '{"start date": "1st of March"}', "extraction"),
    Rule("EXT-2", "Wanted formats are valid", "JSON, XML, CSV and tables can be read by a program as they stand.",
         '{"rent": 840}', '{"rent": 840,}', "extraction"),
    Rule("CQA-1", "Closed questions are answered from the context alone", "What the context does not say is named as "
         "missing.",
         "The leaflet does not mention pregnancy.", "It is surely safe in pregnancy.", "closed_qa"),
    Rule("CLS-1", "The class comes first", "One of the classes that the prompt names, then one sentence of reason.",
         "Fixed. The premium does not change with sales.", "It depends on how you look at it.", "classification"),
    Rule("CLS-2", "Who reports a fault complains", "A report of something that does not work is a complaint, however "
         "politely it is asked.",
         "Complaint. The display is wrong.", "Question. The customer asks politely.", "classification"),
    Rule("REW-1", "Rewriting keeps every fact", "Only form, tone or length change, as the prompt says.",
         "Please send us the logs today.", "Please send us the logs when you can.", "rewriting"),
    Rule("INF-1", "Say what is read and what is concluded", "The reader can tell the context from what you know "
         "besides it.",
         "The letter mentions a railway; such lines reached the valleys around 1870.", "It was written in 1871.",
         "inference"),
)  # fmt: skip
