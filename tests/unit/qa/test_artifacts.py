from collections import Counter

import pytest

from qa.benchmarks import artifacts as benchmark
from qa.benchmarks import plants
from qa.checks.artifacts import CHECK
from qa.checks.base import Field, Severity, Subject
from qa.checks.style import DEFAULT_STYLE


def judged(completion, language="en", **settings):
    return CHECK.run(Subject("Why is that?", completion, language=language, **settings))


def codes(completion, language="en", **settings):
    return [(finding.code, finding.excerpt) for finding in judged(completion, language, **settings)]


def applied(text, finding):
    return text[: finding.start] + finding.suggestions[0].replacement + text[finding.end :]


CLEAN = [
    ("en", "The Nile is 6,650 km long. It flows through eleven countries (some say ten)."),
    ("en", "Use `arr[3]` or call f(x)[2]; then x = data[10] + y."),
    ("en", "```python\nprint(x[1])  # see http://example.com\n```\nThat prints one item."),
    ("en", "[1] is a list with one element, and [1, 2, 3] has three."),
    ("en", "I hope this letter finds you well. AI models can be wrong, and an AI assistant is a program."),
    ("en", "Read [the law](https://law.gov.uk/acts/1998) or https://en.wikipedia.org/wiki/Nile_(river)."),
    ("en", "2**3 is 8, **kwargs collects names, and **that too** is fine. Five * three * two."),
    ("en", "The TODO list app stores todos. α-decay, Δx, 5 μm, naïve café, Ørsted, İstanbul."),
    ("en", "A sentence.  Two blanks after a full stop are a habit, not a mistake."),
    ("en", "| a  | b  |\n|----|----|\n| 1  | 2  |"),
    ("en", "The mood 😀 👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 is good."),
    ("en", "# Heading\n\nText\n\n***\n\n## Another\n\n- one\n- two"),
    ("de", "Die Kündigungsfrist beträgt vier Wochen (§ 622 BGB). Als KI bezeichnet man künstliche Intelligenz."),
    ("fi", "Yhtiökokous päättää osingosta. EU:n asetus 2016/679 on voimassa. Tekoälymalli voi erehtyä."),
    ("fr", "L’homme est libre ; il naît « égal ». Vraiment\u00a0? Oui\u00a0!"),
    ("ru", "IT-компания выпустила USB-кабель и Wi-Fi-роутер. Москва — столица России."),
    ("uk", "Київ — столиця України; IT-сектор зростає."),
    ("zh", "人工智能（AI）技术发展很快，GPU服务器的价格为3000元。"),
    ("ar", "قال المدير إن الشركة\u200f (ABC) ستفتح فرعًا جديدًا. لماذا؟ نعم، صحيح."),
    ("fa", "می\u200cخواهم کتاب‌ها را بخوانم."),
    ("hi", "क्\u200dष और ज्ञान के लिए यह पुस्तक है।"),
    ("ja", "東京タワーは高さ333メートルです。AIモデルも使います。"),
    ("ko", "서울은 대한민국의 수도이다. AI 기술도 발전했다."),
]


@pytest.mark.parametrize(("language", "completion"), CLEAN)
def test_clean_text_is_left_alone(language, completion):
    assert codes(completion, language) == []


FOUND = [
    ("en", "It is long.[3] It is wide.", "citation_mark", "[3]"),
    ("en", "The city[12][13] grew.", "citation_mark", "[12][13]"),
    ("en", "It was first (1743).[a]", "citation_mark", "[a]"),
    ("en", "Sales were $1.4 billion.[5]", "citation_mark", "[5]"),
    ("zh", "河流很长。[3] 很宽。", "citation_mark", "[3]"),
    ("en", "Nobody knows.[citation needed]", "editorial_mark", "[citation needed]"),
    ("fi", "Kukaan ei tiedä.[lähde?]", "editorial_mark", "[lähde?]"),
    ("ar", "لا أحد يعرف.[بحاجة لمصدر]", "editorial_mark", "[بحاجة لمصدر]"),
    ("en", "It is so【4†source】.", "chatbot_citation", "【4†source】"),
    ("en", "It is so. citeturn0search0", "chatbot_citation", " citeturn0search0"),
    ("en", "It is so turn0search12 and", "chatbot_citation", " turn0search12"),
    ("en", "So :contentReference[oaicite:0]{index=0}.", "chatbot_citation", " :contentReference[oaicite:0]{index=0}"),
    ("en", "See https://a.org/x?utm_source=chatgpt.com now", "chatbot_link", "https://a.org/x?utm_source=chatgpt.com"),
    ("en", "See https://example.com/page.", "link_placeholder", "https://example.com/page"),
    ("en", "See [here]() for more.", "link_empty", "[here]()"),
    ("en", "See [here] (https://a.org) now.", "link_split", "[here] (https://a.org)"),
    ("en", "See htps://a.org/b now.", "link_malformed", "htps://a.org/b"),
    ("en", "See http:/a.org/b now.", "link_malformed", "http:/a.org/b"),
    ("en", "See http://a.org/b now.", "link_insecure", "http://a.org/b"),
    ("en", "Dear [insert name], hello.", "placeholder", "[insert name]"),
    ("en", "The end.\nTODO: write more", "placeholder", "TODO"),
    ("en", "Lorem ipsum dolor sit amet", "placeholder", "Lorem ipsum dolor"),
    ("ru", "Спасибо,\n[Ваше имя]", "placeholder", "[Ваше имя]"),
    ("en", "Code:\n\n```python\nx = 1\n", "fence_unclosed", "```python"),
    ("en", "This is **important. It is.", "stray_asterisks", "**"),
    ("en", "##Heading\n\ntext", "heading_glued", "##"),
    ("en", "The bаnk is open.", "mixed_scripts", "bаnk"),
    ("ru", "Бaнк открыт.", "mixed_scripts", "Бaнк"),
    ("en", "zero\u200bwidth", "invisible", "\u200b"),
    ("de", "Silben\u00adtrennung", "soft_hyphen", "\u00ad"),
    ("en", "evil \u202etxt.exe", "direction", "\u202e"),
    ("en", "plain \u200ftext", "direction", "\u200f"),
    ("en", "bell \x07 rings", "control", "\x07"),
    ("en", "itâ€™s here", "broken_encoding", "â€™"),
    ("fi", "pÃ¤ivÃ¤", "broken_encoding", "Ã¤"),
    ("en", "lost \ufffd here", "broken_character", "\ufffd"),
    ("en", "bread &amp; butter", "entity", "&amp;"),
    ("en", "two  blanks", "doubled_blank", "  "),
]


@pytest.mark.parametrize(("language", "completion", "code", "excerpt"), FOUND)
def test_artifacts_are_found_at_their_exact_place(language, completion, code, excerpt):
    found = [finding for finding in judged(completion, language) if finding.code == code]
    assert found
    finding = found[0]
    assert completion[finding.start : finding.end] == finding.excerpt
    assert finding.excerpt == excerpt


PHRASES = [
    ("en", "As an AI language model, I cannot eat."),
    ("en", "I’m sorry, but I can’t assist with that request."),
    ("en", "It is so. I hope this helps!"),
    ("de", "Als KI-Sprachmodell habe ich keine Meinung."),
    ("de", "Natürlich! Hier ist der Text."),
    ("fi", "Tekoälymallina en voi antaa neuvoja."),
    ("fi", "Toivottavasti tämä auttaa!"),
    ("fr", "En tant que modèle de langage, je ne peux pas."),
    ("fr", "Bien sûr ! Voici une liste."),
    ("es", "Como modelo de lenguaje, no puedo opinar."),
    ("es", "¡Claro! Aquí tienes la lista."),
    ("it", "Come modello linguistico, non posso."),
    ("it", "Certo! Ecco la lista."),
    ("sv", "Som en AI-modell kan jag inte svara."),
    ("sv", "Jag hoppas att detta hjälper."),
    ("ru", "Как языковая модель, я не имею мнения."),
    ("ru", "Надеюсь, это поможет."),
    ("uk", "Як мовна модель, я не маю думки."),
    ("uk", "Звісно! Ось список."),
    ("pt", "Como um modelo de linguagem, não posso."),
    ("pt", "Claro! Aqui está a lista."),
    ("zh", "作为一个人工智能语言模型，我无法回答。"),
    ("zh", "希望这些信息对您有帮助。"),
    ("ar", "بصفتي نموذج لغوي لا أستطيع."),
    ("fi", "As an AI language model, I cannot answer in Finnish."),
]


@pytest.mark.parametrize(("language", "completion"), PHRASES)
def test_a_chatbot_speaking_of_itself_is_found_in_its_language_and_in_english(language, completion):
    assert "chatbot_phrase" in [code for code, _excerpt in codes(completion, language)]


def test_prompts_may_address_a_chatbot():
    assert CHECK.run(Subject("You act as an AI language model. Hello!", "Hello.")) == []


MENDED = [
    ("It is long.[3] It is wide.", "It is long. It is wide."),
    ("See [the law]() now.", "See the law now."),
    ("See [here] (https://a.org) now.", "See [here](https://a.org) now."),
    ("See http://a.org/b.", "See https://a.org/b."),
    ("See https://a.org/x?utm_source=chatgpt.com&b=2 now", "See https://a.org/x?b=2 now"),
    ("See https://a.org/x?b=2&utm_source=chatgpt.com now", "See https://a.org/x?b=2 now"),
    ("The bаnk is open.", "The bank is open."),
    ("zero\u200bwidth", "zerowidth"),
    ("itâ€™s here", "it’s here"),
    ("bread &amp; butter", "bread & butter"),
    ("two  blanks", "two blanks"),
    ("##Heading", "## Heading"),
]


@pytest.mark.parametrize(("dirty", "clean"), MENDED)
def test_a_suggestion_mends_what_it_is_offered_for(dirty, clean):
    (finding,) = judged(dirty)
    assert applied(dirty, finding) == clean
    assert judged(clean) == []


STYLED = [
    ({"italics": "avoid"}, "An *important* word.", "italics", "*important*", "An important word."),
    ({"italics": "avoid"}, "An _important_ word.", "italics", "_important_", "An important word."),
    ({"bold": "avoid"}, "A ** b **bold** word.", "bold", "**bold**", "A ** b bold word."),
    ({"headings": "avoid"}, "## Title ##\n\nText", "heading", "## Title ##", "Title\n\nText"),
    ({"top_heading": 2}, "# Title\n\nText", "heading_level", "# Title", "## Title\n\nText"),
]


@pytest.mark.parametrize(("style", "completion", "code", "excerpt", "mended"), STYLED)
def test_markup_follows_the_style_guide(style, completion, code, excerpt, mended):
    lenient = {name: 1 if name == "top_heading" else "allow" for name in style}
    assert judged(completion, style=lenient) == []
    (finding,) = judged(completion, style=style)
    assert (finding.code, finding.excerpt, finding.severity) == (code, excerpt, Severity.SHOULD)
    assert applied(completion, finding) == mended


def test_a_style_guide_may_allow_citation_marks_and_want_proper_links():
    assert judged("It is long.[3]", style={"citation_marks": "allow"}) == []
    assert codes("See https://a.org/b.", style={"bare_links": "avoid"}) == [("link_bare", "https://a.org/b")]
    assert judged("See [b](https://a.org/b) and <https://a.org/b>.", style={"bare_links": "avoid"}) == []


def test_what_is_found_in_a_source_passage_is_for_information_only():
    found = CHECK.run(Subject("Sum up.", "It is long.", context="It is long.[3] Very  long."))
    assert [(f.code, f.field, f.severity) for f in found] == [("citation_mark", Field.CONTEXT, Severity.NOTE)]


def test_wanted_json_is_not_read_as_markdown():
    assert judged('{"a": ["x  y", "b &amp; c", "**"],  "index": "a[3]"}', format="json") == []


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind_are_understood(line_end):
    fenced = line_end.join(["Code:", "", "```python", "x = a[1].b", "```", "", "Done *well*."])
    (finding,) = judged(fenced)
    assert finding.excerpt == "*well*"


def test_one_place_gets_one_finding_and_a_field_not_more_than_fifty():
    assert codes("See http://example.com/x?utm_source=chatgpt.com") == [
        ("link_placeholder", "http://example.com/x?utm_source=chatgpt.com")
    ]
    assert len(judged("word.[1] " * 200)) == 50


GUIDE = {name: "avoid" for name, value in DEFAULT_STYLE.items() if value in ("allow", "avoid")}
EMPHASIS_AND_MORE = {**GUIDE, "lists": "allow", "tables": "allow", "code_blocks": "allow"}

IN_OTHER_WORDS = [
    ("A <b>bold</b> word.", "bold", "A bold word."),
    ("A <em class='x'>soft</em> word.", "italics", "A soft word."),
    ("A [b]bold[/b] word.", "bold", "A bold word."),
    ("A \\textbf{bold} word.", "bold", "A bold word."),
    ("A '''bold''' word.", "bold", "A bold word."),
    ("Title\n=====\n\nText", "heading", "Title\n\nText"),
    ("> ## Title\n> text", "heading", "> Title\n> text"),
    ("- ### Title", "heading", "- Title"),
    ("<h2>Title</h2>", "heading", "Title"),
    ("== Title ==\n\nText", "heading", "Title\n\nText"),
    ("**Title**\n\nText", "bold_heading", "Title\n\nText"),
    ("##Title\n\nText", "heading_glued", "Title\n\nText"),
    ("这是**“重点”**内容。", "bold", "这是“重点”内容。"),
    ("An 𝗶𝗺𝗽𝗼𝗿𝘁𝗮𝗻𝘁 word.", "fancy_letters", "An important word."),
    ("It is so [7].", "citation_mark", "It is so."),
    ("It is so.¹ Yes.", "citation_mark", "It is so. Yes."),
    ("It is so[1, 2].", "citation_mark", "It is so."),
    ("It is so (Smith et al., 2019).", "citation_mark", "It is so."),
    ("It is so (Smith, 2019).", "author_citation", "It is so."),
    ("See [the law][bgh].", "reference_undefined", "See the law."),
    ("See www.law.gov.uk now.", "link_bare", "See <https://www.law.gov.uk> now."),
    ("See [the law](www.law.gov.uk).", "link_malformed", "See [the law](https://www.law.gov.uk)."),
    ("| a | b |\n| 1 | 2 |", "table_broken", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ("Well done 🚀", "emoji", "Well done "),
    ("It is so.<|im_end|>", "machine_token", "It is so."),
    ("It is so. I hope this helps!", "chatbot_phrase", "It is so. "),
]


@pytest.mark.parametrize(("dirty", "code", "clean"), IN_OTHER_WORDS)
def test_what_the_guide_forbids_is_found_in_every_notation_and_mended_with_one_key(dirty, code, clean):
    found = [finding for finding in judged(dirty, style=EMPHASIS_AND_MORE) if finding.code == code]
    assert found
    assert applied(dirty, found[0]) == clean


def test_emphasis_inside_emphasis_and_marks_inside_headings_are_found_too():
    assert [code for code, _text in codes("It is ***both***.", style=GUIDE)] == ["italics", "bold"]
    found = {code for code, _text in codes("## A *b* and words[3]\n\nText", style=GUIDE)}
    assert found == {"heading", "italics", "citation_mark"}


def test_the_same_word_emphasized_in_two_cells_of_a_row_is_found_twice():
    found = judged("| a | b |\n|---|---|\n| *x* | *x* |", style={"italics": "avoid"})
    assert [finding.start for finding in found] == [22, 28]


RESEMBLING = [
    ("en", "The area is 5 km² and E = mc²; f(x)² is a square, (x+1)² too."),
    ("en", "Amazon.com sells books. Avatar (Cameron, 2009) won. See section [3] of the array a[3]."),
    ("en", "In `__init__` the name __name__ is set. Values in [1, 2] are allowed."),
    ("en", "#metoo and #blacklivesmatter are hashtags. C# and F# are languages."),
    ("en", "Steps:\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
    ("en", "Rakı comes from Kapıkule. The protein Gsα binds; μm and Ωm are units."),
    ("ru", "Москва (PC, IT) и USB. Он сказал: «А и Б сидели на трубе»."),
    ("tr", "Rakı içmek ve kapıyı açmak."),
    ("zh", "价格为３０００元，ＡＢＣ公司。"),
    ("ja", "東京タワー（ＴＯＷＥＲ）です。"),
    ("hi", "क्‍ष और ज्ञान के लिए यह पुस्तक है।"),
]


@pytest.mark.parametrize(("language", "text"), RESEMBLING)
def test_what_only_resembles_a_violation_is_left_alone_when_everything_is_forbidden(language, text):
    found = judged(text, language, style=EMPHASIS_AND_MORE)
    assert [finding for finding in found if finding.severity is not Severity.NOTE] == []


def test_a_style_guide_may_require_headings_of_long_answers_only():
    wanted = {"headings": "require", "lists": "require"}
    assert judged("Short.", style=wanted) == []
    assert [code for code, _text in codes("word " * 160, style=wanted)] == ["lists_missing", "headings_missing"]
    assert judged("## Title\n\n- one\n\n" + "word " * 160, style=wanted) == []


@pytest.mark.parametrize("kind", [*plants.KINDS, *plants.LEVEL_KINDS], ids=lambda kind: kind.name)
def test_nearly_all_of_what_the_benchmark_plants_is_found_in_six_languages(kind):
    """The figure in docs/quality.md is measured on real texts; these are our own sentences."""
    style = benchmark.LEVELS if kind in plants.LEVEL_KINDS else benchmark.STRICT
    each = (benchmark.found(kind, language, texts, style, print) for language, texts in plants.OWN_TEXTS.items())
    counted = sum(each, Counter())
    assert counted["planted"] > 15
    assert counted["found"] / counted["planted"] >= 0.98
