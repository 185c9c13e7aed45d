# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""What the artifacts benchmark plants into clean texts: for each kind, ways in which people and machines write it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Plant = Callable[[str, random.Random], str | None]
BOLD = str.maketrans(
    {**{chr(65 + n): chr(0x1D5D4 + n) for n in range(26)}, **{chr(97 + n): chr(0x1D5EE + n) for n in range(26)}}
)
ITALIC = str.maketrans(
    {**{chr(65 + n): chr(0x1D608 + n) for n in range(26)}, **{chr(97 + n): chr(0x1D622 + n) for n in range(26)}}
)
CYRILLIC = {
    "a": "а",
    "e": "е",
    "o": "о",
    "p": "р",
    "c": "с",
    "x": "х",
    "y": "у",
    "i": "і",
    "A": "А",
    "E": "Е",
    "T": "Т",
    "H": "Н",
    "K": "К",
    "M": "М",
}
GREEK = {"o": "ο", "A": "Α", "E": "Ε", "T": "Τ", "v": "ν", "K": "Κ", "M": "Μ", "H": "Η"}
LATIN = {cyrillic: latin for latin, cyrillic in CYRILLIC.items()}
ADDRESS = "https://www.sci-journal.net/articles/42"
SENTENCE_ENDS = ".!?。！？"


@dataclass(frozen=True)
class Kind:
    """`codes`: findings that count as having found it. `default`: found without a style guide that forbids anything."""

    name: str
    codes: frozenset[str]
    plants: tuple[Plant, ...]


def word(wrap: Callable[[str], str], shortest: int = 4) -> Plant:
    """Wraps one word in the middle of the text; a few characters where words have no blanks between them."""

    def plant(text: str, rng: random.Random) -> str | None:
        if " " not in text[:60]:
            spots = [n for n in range(2, len(text) - 4) if text[n : n + 3].isalpha()]
            start = rng.choice(spots) if spots else None
            return None if start is None else text[:start] + wrap(text[start : start + 3]) + text[start + 3 :]
        words = [(start, each) for start, each in _words(text) if len(each) >= shortest and each.isalpha()]
        if not words:
            return None
        start, chosen = rng.choice(words)
        return text[:start] + wrap(chosen) + text[start + len(chosen) :]

    return plant


def _words(text: str) -> list[tuple[int, str]]:
    found, position = [], 0
    for piece in text.split(" "):
        if "\n" not in piece:
            found.append((position, piece))
        position += len(piece) + 1
    return found


def after_sentence(mark: str) -> Plant:
    def plant(text: str, rng: random.Random) -> str | None:
        ends = [n for n, each in enumerate(text) if each in SENTENCE_ENDS and n > 3 and text[n - 1].isalpha()]
        ends = [n for n in ends if n + 1 == len(text) or text[n + 1] in " \n" or each_cjk(text[n])]
        if not ends:
            return None
        end = rng.choice(ends) + 1
        return text[:end] + mark + text[end:]

    return plant


def each_cjk(character: str) -> bool:
    return character in "。！？"


def before_stop(mark: str) -> Plant:
    def plant(text: str, rng: random.Random) -> str | None:
        ends = [n for n, each in enumerate(text) if each in ".。" and n > 4 and text[n - 3 : n].isalpha()]
        return None if not ends else text[: (end := rng.choice(ends))] + mark + text[end:]

    return plant


def line(content: str) -> Plant:
    """A paragraph of its own between two others, or before the text."""

    def plant(text: str, _rng: random.Random) -> str | None:
        head, gap, rest = text.partition("\n\n")
        return f"{head}\n\n{content}\n\n{rest}" if gap else f"{content}\n\n{text}"

    return plant


def ending(content: str) -> Plant:
    return lambda text, _rng: f"{text.rstrip()}\n\n{content}"


def sentence(content: str) -> Plant:
    """Behind the last sentence, which gets its stop if it has none."""
    return lambda text, _rng: f"{text.rstrip()}{'' if text.rstrip()[-1:] in SENTENCE_ENDS else '.'} {content}"


def opening(content: str) -> Plant:
    return lambda text, _rng: f"{content} {text}"


def swapped(table: Mapping[str, str], least: int = 1) -> Plant:
    def swap(chosen: str) -> str:
        letters = [n for n, letter in enumerate(chosen) if letter in table][:least]
        return "".join(table[each] if n in letters else each for n, each in enumerate(chosen))

    def plant(text: str, rng: random.Random) -> str | None:
        words = [(at, each) for at, each in _words(text) if len(each) >= 4 and each.isalpha() and swap(each) != each]
        if not words:
            return None
        start, chosen = rng.choice(words)
        return text[:start] + swap(chosen) + text[start + len(chosen) :]

    return plant


def inside(character: str) -> Plant:
    return word(lambda each: each[: len(each) // 2] + character + each[len(each) // 2 :])


def kind(name: str, codes: str, *plants: Plant) -> Kind:
    return Kind(name, frozenset(codes.split()), plants)


ITALICS = kind(
    "italics", "italics fancy_letters bold_heading",
    word(lambda each: f"*{each}*"), word(lambda each: f"_{each}_"), word(lambda each: f"***{each}***"), word(lambda each: f"<i>{each}</i>"),
    word(lambda each: f"<em>{each}</em>"), word(lambda each: f"**_{each}_**"), word(lambda each: f"<EM class='x'>{each}</EM>"),
    line("*A sentence that stands by itself.*"), ending("- one *important* thing\n- another"), ending("| a | b |\n|---|---|\n| *x* | y |"),
    ending("> A quotation with _weight_ in it."), ending("1. The *first* step"), line("*A note that\nruns over two lines.*"),
)  # fmt: skip
BOLDS = kind(
    "bold", "bold fancy_letters bold_heading",
    word(lambda each: f"**{each}**"), word(lambda each: f"__{each}__"), word(lambda each: f"***{each}***"), word(lambda each: f"<b>{each}</b>"),
    word(lambda each: f"<strong>{each}</strong>"), line("**A warning.**"), ending("- **Label:** with its text\n- **Other:** text"),
    ending("| **a** | b |\n|---|---|\n| x | y |"), ending("> **Note** that this is quoted."), word(lambda each: f'<span style="font-weight:bold">{each}</span>'),
    ending("1. **First**: begin\n2. **Second**: go on"), word(lambda each: f"**{each}:**"),
)  # fmt: skip
FANCY = kind(
    "bold and italic symbols",
    "fancy_letters",
    lambda text, _rng: f"{text}\n\n{'Important'.translate(BOLD)} words",
    lambda text, _rng: f"{text} {'really'.translate(ITALIC)}",
)
HEADINGS = kind(
    "headings", "heading heading_glued bold_heading",
    line("# A title"), line("## A title"), line("###### Deep"), line("A title\n======="), line("A title\n---"), line("<h2>A title</h2>"),
    line("## A title ##"), ending("> ## Quoted title\n> and its text"), ending("- ### In a list"), line("##NoSpace"), line("###Many words glued"),
    line("**A bold title**"), line("<h3 class=\"t\">A title</h3>"), line("   ### Indented a little"), line("__Bold too__"), line("**1. Numbered title**"),
)  # fmt: skip
LEVELS = kind(
    "heading levels", "heading_jump heading_level",
    line("## One\n\nText.\n\n#### Two"), line("# One\n\nText.\n\n### Two"), line("# Too large"), line("Too large\n========="), line("### A\n\ntext\n\n###### B"),
)  # fmt: skip
GLUED = kind(
    "glued headings",
    "heading_glued",
    line("##Title"),
    line("###Two words"),
    line("####1. Numbered"),
    line("#Title of several words"),
    line("##Überblick"),
    line("##Введение"),
    line("##标题"),
)
BOLD_TITLES = kind(
    "bold in place of a heading",
    "bold_heading",
    line("**Introduction**"),
    line("**What to do next:**"),
    line("__Summary__"),
    line("***Result***"),
    line("**第一部分**"),
)
BARE = kind(
    "addresses written out", "link_bare link_insecure",
    after_sentence(f" See {ADDRESS}."), ending(f"Source: {ADDRESS}"), ending(f"- {ADDRESS}\n- text"), ending("See www.sci-journal.net/articles for more."),
    ending("More at http://www.sci-journal.net/a_(b)."), sentence("(https://ihk-berlin.de)"), ending("Visit sci-journal.org/articles/12."),
)  # fmt: skip
BROKEN_LINKS = kind(
    "malformed and empty links", "link_malformed link_empty link_split link_broken link_placeholder link_local",
    sentence("See [here]()."), sentence("See [here](#)."), sentence("See [the law](http://)."), sentence("See [the law] (https://law.gov.uk/acts)."),
    sentence("See [the law](https://law.gov.uk/acts"), sentence("See htp://law.gov.uk/acts."), sentence("See http//law.gov.uk/acts."),
    sentence("See https:/law.gov.uk/acts."), sentence("See https://law .gov.uk or https://"), sentence("See (the law)[https://law.gov.uk/acts]."),
    sentence("See [the law](www.law.gov.uk)."), sentence("See [the law](law)."), sentence("See https://law..gov.uk/acts."), sentence("See https://lawgovuk/acts."),
    sentence("See https:\\\\law.gov.uk\\acts."), sentence("See hxxp://law.gov.uk."), sentence("See https://https://law.gov.uk."), sentence("See [the law](TODO)."),
    sentence("See https://law.gov.uk:99999/x."), sentence("See [the law](https://)."), sentence("See https://-law.gov.uk/x."), sentence("See ![picture]()."),
)  # fmt: skip
PLACEHOLDERS = kind(
    "placeholder links and texts", "link_placeholder placeholder link_empty link_malformed",
    sentence("See https://example.com/page."), sentence("See [here](https://example.org)."), sentence("See https://www.yourwebsite.com."), sentence("See https://your-domain.com/path."),
    sentence("See [link](URL)."), sentence("See [link](insert link here)."), sentence("See https://website.com/article."), sentence("See https://placeholder.com."),
    opening("Dear [Your Name],"), sentence("[Insert date here]"), sentence("[TODO: add a source]"), line("Lorem ipsum dolor sit amet."), ending("TODO: finish this."),
    sentence("Call [Phone Number]."), sentence("Signed, [Name]"), sentence("{{ customer_name }}"), sentence("<insert company here>"), sentence("See https://test.com/x."),
)  # fmt: skip
CITATIONS = kind(
    "citation marks", "citation_mark editorial_mark chatbot_citation machine_token",
    after_sentence("[1]"), after_sentence("[12][13]"), after_sentence(" [4]"), after_sentence("[1, 2]"), after_sentence("[1,2]"), after_sentence("[3-5]"), after_sentence("[3–5]"),
    before_stop("[7]"), before_stop(" [7]"), before_stop(" [7, 9]"), before_stop("[a]"), after_sentence("[citation needed]"), before_stop(" [citation needed]"), before_stop(" [6–8]"),
    after_sentence("[note 2]"), after_sentence("[^1]"), before_stop("[^3]"), after_sentence("¹"), after_sentence("²³"), before_stop("¹"), before_stop("¹²"), after_sentence("<sup>1</sup>"), before_stop("<sup>[2]</sup>"),
    after_sentence("\\[1\\]"), after_sentence("[[2]](https://sci-journal.net/a)"), after_sentence(" [1](https://sci-journal.net/a)"), after_sentence("[source]"), before_stop(" [ref]"), before_stop(" (Smith et al., 2019)"),
    before_stop(" [Smith et al.]"), after_sentence("[12]:34"), word(lambda each: f"{each}[3]"), word(lambda each: f"{each} [3]"), after_sentence("[ 1 ]"), after_sentence("［1］"), after_sentence("【3】"),
    after_sentence("[when?]"), after_sentence("[who?]"), after_sentence("[clarification needed]"), after_sentence("[edit]"), after_sentence("[1][2][3]"), after_sentence("[1] [2]"), after_sentence(" (citation needed)"), after_sentence("[better source needed]"),
)  # fmt: skip
CHAT_MARKS = kind(
    "citation marks of chatbots", "chatbot_citation machine_token",
    after_sentence("【4†source】"), before_stop("【12:0†report.pdf】"), after_sentence(":contentReference[oaicite:0]{index=0}"), after_sentence(" citeturn0search0"),
    after_sentence("\ue200cite\ue202turn0search1\ue202turn0news4\ue201"), after_sentence(" turn0search12"), after_sentence("[oaicite:3]"), after_sentence(" oai_citation:1‡site.org"), after_sentence("[^2†source]"),
    after_sentence("[web:3]"), after_sentence("[cite: 12, 13]"), opening("[cite_start]"), after_sentence("[attached_file:1]"), after_sentence("<grok-card data-id=\"x\">"), after_sentence(" filecite turn0file2"), after_sentence("[citation:4]"), after_sentence("[[citation:4]]"),
    after_sentence("[1†L10-L20]"), after_sentence(" [span_0](start_span)"), after_sentence("turn1view0turn1view2"), after_sentence(" ([sci-journal.net](https://sci-journal.net/a))"), after_sentence("〖3†source〗"),
)  # fmt: skip
MACHINE = kind(
    "tokens and tracking of machines", "machine_token chatbot_link link_local link_highlight",
    sentence("See [x](https://sci-journal.net/a?utm_source=chatgpt.com)."), sentence("https://sci-journal.net/a?b=1&utm_source=openai"), sentence("<|im_end|>"), sentence("<|endoftext|>"), opening("<think>Let me see.</think>"), opening("[INST]"),
    ending("### Response:"), line("Copy code"), ending("Regenerate response"), sentence("sandbox:/mnt/data/report.csv"), sentence("See https://chatgpt.com/share/abc123."), sentence("[object Object]"), sentence("<｜end▁of▁sentence｜>"),
    ending("ChatGPT can make mistakes. Check important info."), sentence("https://sci-journal.net/a?utm_source=perplexity"), sentence("</s>"), line("You said:"),
)  # fmt: skip
FENCES = kind(
    "unclosed code blocks",
    "fence_unclosed",
    ending("```python\nx = 1\n"),
    ending("~~~\ncode"),
    ending("````\nx\n```"),
    ending("> ```\n> x = 1"),
    ending("- a\n  ```js\n  let x"),
)
TABLES = kind(
    "broken tables", "table_uneven table_broken",
    ending("| a | b |\n|---|---|\n| 1 |"), ending("| a | b |\n|---|---|\n| 1 | 2 | 3 |"), ending("| a | b | c |\n|---|---|\n| 1 | 2 | 3 |"), ending("| a | b |\n| 1 | 2 |"), ending("| a | b |\n|---|---|---|\n| 1 | 2 |"),
    ending("a | b | c\n---|---|---\n1 | 2"), ending("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |"),
)  # fmt: skip
REFERENCES = kind(
    "undefined references",
    "reference_undefined citation_mark link_malformed",
    sentence("See [the law][1]."),
    sentence("See [the law][law]."),
    sentence("See [the law][]."),
    sentence("As [the court][bgh-2019] said."),
    sentence("See this note[^note]."),
)
STRAY = kind(
    "broken emphasis",
    "stray_asterisks bold italics",
    sentence("This is **important. It is."),
    sentence("This is important** and so on."),
    sentence("** Important ** is this."),
    sentence("这是**“重点”**内容。"),
    sentence("**Note: begin at once."),
)
LOOK_ALIKES = kind(
    "homoglyphs",
    "mixed_scripts fancy_letters",
    swapped(CYRILLIC),
    swapped(CYRILLIC, 2),
    swapped(GREEK),
    swapped(CYRILLIC, 9),
    swapped(LATIN),
    swapped(LATIN, 2),
)
HIDDEN = kind(
    "invisible characters", "invisible direction soft_hyphen control private_use",
    *(inside(each) for each in "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202e\u2066\u180e\u2063\u0007\u0000\u2028\U000e0041\u034f\ue123\u3164\ufe0f"), sentence("\u200b"), after_sentence("\u200d"), after_sentence("\ufeff"), after_sentence("\U000e0061\U000e0062"),
)  # fmt: skip
ENCODING = kind(
    "broken encodings",
    "broken_encoding broken_character entity",
    sentence("itâ€™s"),
    sentence("CafÃ©"),
    sentence("caf\ufffd"),
    sentence("Ã¤iti"),
    sentence("a â€” b"),
    sentence("bread &amp; butter"),
    sentence("a &#8217; b"),
)
HTML = kind(
    "HTML",
    "html_tag italics bold",
    sentence("one<br>two"),
    sentence("<u>text</u>"),
    sentence("<p>text</p>"),
    sentence("<!-- hidden -->"),
    sentence("<div class='x'>text</div>"),
    sentence("a<br/>b"),
    sentence('<a href="https://sci-journal.net">x</a>'),
)
EMOJI = kind(
    "pictograms",
    "emoji",
    sentence("😀"),
    sentence("✅ done"),
    sentence("🇫🇮"),
    sentence("👩‍💻"),
    opening("🚀"),
    sentence("❤️"),
)
AUTHORS = kind(
    "sources as papers name them",
    "author_citation citation_mark",
    before_stop(" (Smith, 2019)"),
    before_stop(" (Smith & Jones, 2020)"),
    before_stop(" (Müller und Schmidt 2018, S. 12)"),
    before_stop(" (see Smith, 2019; Doe, 2020)"),
    before_stop(" (Smith et al., 2019)"),
)
KINDS = (ITALICS, BOLDS, FANCY, HEADINGS, BARE, BROKEN_LINKS, PLACEHOLDERS, CITATIONS, CHAT_MARKS, MACHINE, FENCES, TABLES, REFERENCES, STRAY, LOOK_ALIKES, HIDDEN, ENCODING, HTML, EMOJI, AUTHORS)  # fmt: skip
# Found where headings are allowed.
LEVEL_KINDS = (LEVELS, GLUED, BOLD_TITLES)

# Sentences of chatbots, several to a language; ^ before those that stand only at the beginning.
PHRASES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "As an AI language model, I cannot say.", "As an AI assistant, I don't have opinions.", "As a large language model, I have no feelings.", "I hope this helps!", "I hope this helps.", "Certainly! Here is the answer:", "Sure! Here's a summary:",
        "Of course! Here are some ideas:", "^Great question!", "Let me know if you have any questions.", "Let me know if you'd like me to expand on this.", "Feel free to ask if you need more help!", "As of my last knowledge update in 2021, this is so.", "My knowledge cutoff is 2023.",
        "I cannot browse the internet.", "I don't have access to real-time data.", "I'm sorry, but I can't assist with that.", "I am an AI and have no body.", "Would you like me to go into detail?", "Is there anything else you'd like to know?", "^I'm happy to help!",
        "As an artificial intelligence, I have no views.", "I'm just a language model.", "Based on my training data, it is so.", "Please let me know if you need anything else.", "^Here's a revised version of your text:", "I was trained by OpenAI.", "I apologize for the confusion.", "^You're absolutely right!", "^Happy to help!",
    ),
    "de": ("Als KI-Sprachmodell habe ich keine Meinung.", "Als künstliche Intelligenz kann ich das nicht.", "Ich bin nur ein KI-Modell.", "Ich hoffe, das hilft!", "Ich hoffe, dass dir das weiterhilft.", "Natürlich! Hier ist eine Liste:", "Gerne! Hier sind einige Ideen:", "Selbstverständlich, hier ist der Text:", "Lass mich wissen, wenn du weitere Fragen hast.", "Wenn Sie weitere Fragen haben, stehe ich gerne zur Verfügung.", "Bis zu meinem letzten Wissensstand gilt das.", "Es tut mir leid, aber ich kann dabei nicht helfen.", "^Gute Frage!", "Kann ich sonst noch etwas für dich tun?", "Ich habe keinen Zugriff auf Echtzeitdaten."),
    "fi": ("Tekoälynä en voi ottaa kantaa.", "Tekoälymallina minulla ei ole mielipiteitä.", "Suurena kielimallina en tiedä.", "Olen vain tekoäly.", "Toivottavasti tästä on apua!", "Toivottavasti tämä auttaa!", "Tietysti! Tässä on luettelo:", "Totta kai! Tässä on vastaus:", "Kerro, jos sinulla on kysyttävää.", "^Hyvä kysymys!", "Voinko auttaa vielä jossain muussa?", "Pahoittelen, mutta en voi auttaa siinä.", "Minulla ei ole pääsyä reaaliaikaiseen tietoon."),
    "es": ("Como modelo de lenguaje, no puedo opinar.", "Como inteligencia artificial, no tengo emociones.", "Soy un modelo de lenguaje de IA.", "¡Espero que esto te ayude!", "Espero que esta información sea útil.", "¡Claro! Aquí tienes una lista:", "¡Por supuesto! Aquí está el resumen:", "Si tienes más preguntas, no dudes en preguntar.", "Hasta mi última actualización, era así.", "Lo siento, pero no puedo ayudar con eso.", "^¡Excelente pregunta!", "¿Hay algo más en lo que pueda ayudarte?", "No tengo acceso a información en tiempo real."),
    "fr": ("En tant que modèle de langage, je ne peux pas.", "En tant qu'intelligence artificielle, je n'ai pas d'avis.", "Je suis une IA.", "J'espère que cela vous aide !", "J'espère que cela vous aidera.", "Bien sûr ! Voici une liste :", "Certainement ! Voici le texte :", "N'hésitez pas à me poser d'autres questions.", "Jusqu'à ma dernière mise à jour, c'était vrai.", "Je suis désolé, mais je ne peux pas vous aider.", "^Excellente question !", "Puis-je vous aider avec autre chose ?", "Je n'ai pas accès aux données en temps réel."),
    "ru": ("Как языковая модель, я не имею мнения.", "Как искусственный интеллект, я не могу.", "Я всего лишь языковая модель.", "Надеюсь, это поможет!", "Надеюсь, эта информация была полезной.", "Конечно! Вот список:", "Разумеется, вот ответ:", "Если у вас есть вопросы, не стесняйтесь спрашивать.", "По состоянию на моё последнее обновление это так.", "Извините, но я не могу помочь с этим.", "^Отличный вопрос!", "Могу ли я ещё чем-то помочь?", "У меня нет доступа к данным в реальном времени.", "Как ИИ, я не испытываю чувств."),
    "uk": ("Як мовна модель, я не маю думки.", "Як штучний інтелект, я не можу.", "Я лише мовна модель.", "Сподіваюся, це допоможе!", "Звичайно! Ось список:", "Звісно, ось відповідь:", "Якщо у вас є запитання, не соромтеся питати.", "Станом на моє останнє оновлення це так.", "Вибачте, але я не можу допомогти з цим.", "^Чудове запитання!", "Чи можу я ще чимось допомогти?", "Я не маю доступу до даних у реальному часі."),
    "zh": ("作为一个人工智能语言模型，我无法回答。", "作为AI助手，我没有观点。", "我是一个AI语言模型。", "希望这对你有所帮助！", "希望以上信息对您有帮助。", "当然！以下是列表：", "好的，以下是答案：", "如果您有任何问题，请随时告诉我。", "截至我的知识更新时，情况如此。", "抱歉，我无法提供帮助。", "^好问题！", "还有什么我可以帮助您的吗？", "我无法访问实时数据。", "^这是一个很好的问题！"),
}  # fmt: skip
# Texts of our own, for languages without a clean set.
OWN_TEXTS: Mapping[str, tuple[str, ...]] = {
    "de": ("Der Mietvertrag endet mit Ablauf der vereinbarten Zeit. Eine ordentliche Kündigung ist vorher nur möglich, wenn beide Seiten sie vorgesehen haben.\n\nWer trotzdem auszieht, schuldet die Miete weiter. Der Vermieter muss sich anrechnen lassen, was er durch Weitervermietung einnimmt.", "Eine Wärmepumpe entzieht der Umgebung Wärme und hebt sie auf ein höheres Niveau. Sie braucht dafür Strom. Das Verhältnis beider heißt Leistungszahl."),
    "es": ("El contrato termina cuando acaba el plazo pactado. Antes solo puede resolverse si ambas partes lo previeron.\n\nQuien se marcha de todos modos sigue debiendo la renta hasta que el piso se alquile de nuevo.", "La fotosíntesis transforma la luz en energía química. Ocurre en los cloroplastos y libera oxígeno. Sin ella no habría vida compleja."),
    "fr": ("Le bail prend fin au terme convenu. Avant cette date, il ne peut être résilié que si les deux parties l’ont prévu.\n\nCelui qui part malgré tout doit encore le loyer jusqu’à la relocation du logement.", "La photosynthèse transforme la lumière en énergie chimique. Elle a lieu dans les chloroplastes et libère de l’oxygène."),
    "ru": ("Договор аренды прекращается по истечении срока. Раньше его можно расторгнуть, только если стороны это предусмотрели.\n\nТот, кто всё же съезжает, платит аренду до тех пор, пока квартиру не сдадут снова.", "Фотосинтез превращает свет в химическую энергию. Он происходит в хлоропластах и выделяет кислород."),
    "uk": ("Договір оренди припиняється після закінчення строку. Раніше його можна розірвати, лише якщо сторони це передбачили.\n\nХто все ж виїжджає, сплачує оренду, доки квартиру не здадуть знову.", "Фотосинтез перетворює світло на хімічну енергію. Він відбувається у хлоропластах і виділяє кисень."),
    "zh": ("租赁合同在约定期限届满时终止。只有双方事先约定，才能提前解除。\n\n擅自搬走的人仍须支付租金，直到房屋重新出租为止。", "光合作用把光能转化为化学能。它发生在叶绿体中，并释放氧气。没有它，就没有复杂的生命。"),
}  # fmt: skip
