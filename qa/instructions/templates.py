# ruff: noqa: E501  (lists of words read better unbroken)
"""Our own wordings of instructions, with a place for a text, to teach what the public prompts lack: rewriting, inference,
texts inside the prompt, and languages other than English. `{t}` is the text (or a sentence of it), `{q}` a question.

Each entry is one prompt; several per line are separated by ` | `. Only training reads this.
"""

from collections.abc import Mapping

_LABELS_EN = "positive / negative; spam / not spam; sports / politics / business / science; fact / opinion; formal / informal; news / advertisement / private message; very good / good / average / bad / very bad; complaint / praise / question"

LABELS: Mapping[str, str] = {
    "en": _LABELS_EN,
    "de": "positiv / negativ; Sport / Politik / Wirtschaft; Tatsache / Meinung; förmlich / umgangssprachlich",
    "fr": "positif / négatif; sport / politique / économie; fait / opinion",
    "es": "positivo / negativo; deporte / política / economía; hecho / opinión",
    "it": "positivo / negativo; sport / politica / economia; fatto / opinione",
    "ru": "положительный / отрицательный; спорт / политика / экономика; факт / мнение",
    "uk": "позитивний / негативний; спорт / політика / економіка",
    "sv": "positiv / negativ; sport / politik / ekonomi",
    "fi": "myönteinen / kielteinen; urheilu / politiikka / talous",
    "zh": "积极 / 消极; 正面 / 负面 / 中性; 体育 / 政治 / 财经 / 科技; 事实 / 观点; 垃圾邮件 / 正常邮件",
}

SUMMARIZATION: Mapping[str, str] = {
    "en": "Summarize the following text. {t} | Give a short summary: {t} | {t} TL;DR: | {t} How would you sum this up in a few words? | Condense this report to two sentences. {t}"
    " | {t} What is this text about, in one sentence? | Write a brief abstract of the text below. Text: {t} | {t} The short version of this: | Sum up what happens here: {t}"
    " | What are the key points of this article? {t} | {t} Give me the main ideas. | Boil the passage down to its essentials. {t} | A colleague has no time to read this. Tell them the gist. {t}"
    " | Article: {t} Summary: | {t} Write highlights for this article. | Read this conversation and say briefly what was agreed. {t} | In two or three sentences, outline the text. {t}"
    " | Shorten this text to one paragraph. {t} | {t} Which points should a reader remember? | What are the most important takeaways? | Provide a concise summary of the text. | Summarise the passage above in your own words.",
    "de": "Fasse den folgenden Text zusammen: {t} | {t} Worum geht es kurz gesagt? | Schreibe eine Kurzfassung. {t} | Nenne die Kernaussagen des Textes. {t}",
    "fr": "Résume le texte suivant : {t} | {t} Résumez cet article en deux phrases. | Quelles sont les idées principales ? {t} | Fais une synthèse de ce passage. {t}",
    "es": "Resume el siguiente texto: {t} | {t} Haz un resumen en dos frases. | ¿Cuáles son las ideas principales? {t} | Sintetiza este artículo. {t}",
    "it": "Riassumi il testo seguente: {t} | {t} Scrivi una breve sintesi. | Quali sono i punti principali? {t}",
    "ru": "Кратко изложи текст: {t} | {t} Сделай краткое резюме. | Перескажи в двух предложениях. {t} | Обобщи основные мысли. {t}",
    "uk": "Стисло перекажи текст: {t} | {t} Зроби короткий підсумок.",
    "sv": "Sammanfatta texten: {t} | {t} Skriv en kort sammanfattning.",
    "fi": "Tiivistä seuraava teksti: {t} | {t} Kirjoita lyhyt yhteenveto. | Mitkä ovat tekstin pääkohdat? {t}",
    "zh": "用一句话总结这段话。{t} | {t} 请概括上面的内容。 | 写出下面这篇报道的摘要：{t} | 请归纳这段文字的要点：{t} | {t} 上文的主要内容是什么？ | 把这段文字压缩到五十字以内：{t} | 给这段新闻写一个简短的概述。{t} | {t} 用几句话说明大意。",
}
EXTRACTION: Mapping[str, str] = {
    "en": "Extract all names of people from the text. {t} | List every date that is mentioned. {t} | {t} Pull out all the figures with their units. | From the passage, list the places. {t} | Find all organizations named in this article: {t}"
    " | {t} Which words in this text are keywords? List them separated by commas. | Copy the sentence that answers this question from the text. Question: {q} Text: {t} | Extract from the text the span that answers: {q} {t}"
    " | {t} Extract the answer to this question from the passage above: {q} | Quote the part of the text that says: {q} {t} | Identify every product mentioned and put them in a bulleted list. {t}"
    " | Find in the passage the exact words that answer the question. {q} {t} | Get the names, dates and amounts out of this message. {t} | Provide a comma separated list of the countries in the text. | Extract the causes that the passage gives.",
    "de": "Liste alle Personen auf, die im Text genannt werden. {t} | Extrahiere alle Jahreszahlen: {t} | Entnimm dem Text alle Orte. {t}",
    "fr": "Extrais tous les noms de lieux du texte : {t} | Relève toutes les dates citées. {t}",
    "es": "Extrae todos los nombres de personas del texto: {t} | Enumera las fechas que aparecen. {t}",
    "it": "Estrai tutti i nomi dal testo: {t} | Elenca le date citate. {t}",
    "ru": "Выпиши из текста все имена: {t} | Извлеки все даты. {t} | Перечисли города, названные в тексте. {t}",
    "uk": "Випиши з тексту всі імена: {t} | Витягни всі дати. {t}",
    "sv": "Lista alla namn i texten: {t} | Extrahera alla datum. {t}",
    "fi": "Luettele kaikki tekstissä mainitut henkilöt. {t} | Poimi tekstistä vuosiluvut: {t}",
    "zh": "从下面的文字中提取所有人名：{t} | {t} 找出文中出现的日期。 | 请抽取这段话里的地名和机构名。{t} | 列出文中提到的所有数字：{t} | 摘录文中说明原因的句子。{t} | 请找出这段文字的关键词：{t} | 从表格里筛选出价格最高的一项。{t} | {t} 把里面的电话号码提取出来。",
}
REWRITING: Mapping[str, str] = {
    "en": "Rewrite this sentence in simpler words: {s} | Paraphrase: {s} | Say the same thing differently. {s} | {s} Put this into formal language. | Correct the mistakes in this text: {s} | Rephrase the paragraph so that a child understands it. {t}"
    " | Make this e-mail more polite: {s} | Translate into French: {s} | Restate the sentence without changing what it means. {s} | {s} Another way to put this is: | Proofread the following. {t} | Turn this passage into the past tense. {t}"
    " | Reword the text for a general audience. {t} | Change this from passive to active voice: {s} | Write a sentence that means the same as this one: {s} | {s} Write a paraphrase of the sentence above. | Edit this paragraph for clarity. | Rewrite the text as a dialogue."
    " | Convert these notes into full sentences. {t} | Polish this text. {t} | Fix the spelling: {s} | Simplify the legal wording below. {t} | Shift the tone of this announcement to friendly. {t} | Expand this sentence without adding facts: {s}",
    "de": "Formuliere den Satz um: {s} | Schreibe den Text in einfacher Sprache um. {t} | Korrigiere die Fehler: {s} | Übersetze ins Englische: {s}",
    "fr": "Reformule cette phrase : {s} | Réécris le texte dans un style plus simple. {t} | Corrige les fautes : {s} | Traduis en anglais : {s}",
    "es": "Reformula esta frase: {s} | Reescribe el texto con palabras más sencillas. {t} | Corrige los errores: {s} | Traduce al inglés: {s}",
    "it": "Riscrivi la frase con altre parole: {s} | Correggi gli errori: {s} | Traduci in inglese: {s}",
    "ru": "Перефразируй предложение: {s} | Перепиши текст проще. {t} | Исправь ошибки: {s} | Переведи на английский: {s}",
    "uk": "Перепиши речення іншими словами: {s} | Виправ помилки: {s}",
    "sv": "Skriv om meningen: {s} | Översätt till engelska: {s}",
    "fi": "Kirjoita lause uudelleen toisin sanoin: {s} | Korjaa virheet: {s} | Käännä englanniksi: {s}",
    "zh": "用更简单的话改写这句话：{s} | 请换一种说法：{s} | 纠正下面句子中的错误：{s} | 请把这段文字翻译成英文：{s} | 把这句话改成被动句：{s} | 请润色这段文字。{t} | 将下列内容改写得更正式：{s} | 请简化这句话的表达：{s} | 把下面的词换成近义词后重写句子：{s} | 调整语序，使句子更通顺：{s} | {s} 请把上面这句话扩写。",
}
CLASSIFICATION: Mapping[str, str] = {
    "en": "Decide whether this text is {l}. {s} | {s} Is this text {l}? | Which category fits best? Categories: {l}. {t} | Choose one label for the text ({l}): {s} | {t} Which of these topics is it about: {l}? | Label the sentence as {l}. {s}"
    " | Classify the message. {s} | Does the writer sound satisfied or dissatisfied? {s} | {s} What is the sentiment of this comment? | {s} Would the customer come back, yes or no? | How many stars out of five does this review give? {t} | {t} On a scale from 1 to 5, how good did they find it?"
    " | Do these two sentences say the same, yes or no? {s} {s} | {t} What kind of text is this? | Assign the article to a section of the newspaper: {l}. {t} | {s} Was the guest happy with the stay? | Is the following true or false? {s} | Review: {t} Verdict ({l}):"
    " | {t} Did this person like the product? | Tell me which class the text belongs to. {t} | Based on this review, would you say the opinion is good or bad? {t} | {t} The mood of this message is | {s} This text is about {l}. Which one? | Group the following by type: {w}",
    "de": "Ordne den Text einer Kategorie zu ({l}): {s} | {s} Ist der Text {l}? | Klassifiziere: {s} | Welche Stimmung hat dieser Kommentar? {s}",
    "fr": "Classe ce texte dans une catégorie ({l}) : {s} | {s} Quel est le sentiment exprimé ? | Ce texte est-il {l} ? {s}",
    "es": "Clasifica el texto ({l}): {s} | {s} ¿Es un comentario {l}? | ¿A qué categoría pertenece? {s}",
    "it": "Classifica il testo ({l}): {s} | {s} Qual è il sentimento espresso?",
    "ru": "Классифицируй текст ({l}): {s} | {s} К какой категории относится текст? | Определи тональность отзыва: {s}",
    "uk": "Класифікуй текст ({l}): {s}",
    "sv": "Klassificera texten ({l}): {s}",
    "fi": "Luokittele teksti ({l}): {s} | {s} Mihin luokkaan teksti kuuluu?",
    "zh": "判断这句话属于哪一类：{l}。{s} | 请给下面的评论标注情感（{l}）：{s} | {s} 这段文字是{l}？ | 请把下列词语分类：{w} | 将这些物品分成两类：{w} | 判断下面的说法是否正确：{s} | 这条短信是广告还是私人信息？{s} | {t} 这篇文章属于什么主题？ | 对以下句子进行情感分析。{s} | 把{w}按用途归类。 | 下面两句话的意思是否相同？{s}{s}",
}
CLOSED_QA: Mapping[str, str] = {
    "en": "{t} {q} | Passage: {t} Question: {q} Answer: | Answer from the text below. {q} {t} | Read the text and answer. {t} {q} | Question: {q} Context: {t} | Using only this article, answer: {q} {t} | {t} According to the text, {q} | Given this text, {q} {t} | I read this: {t} Now tell me: {q} | {q} Text: {t} | {t} With the passage in mind, answer this question: {q}",
    "zh": "阅读短文并回答问题。{t} {q} | 根据下面的材料回答：{q} {t} | {t} 根据上文，{q} | 材料：{t} 问题：{q} | 请依据文章内容作答。{t} {q} | 从下列选项中选出正确答案：{q} A. 一 B. 二 C. 三 | 甲：你好。乙：{s} 问题：{q} | 选词填空：他___去学校。选项：A. 常常 B. 苹果",
    "fi": "Lue teksti ja vastaa. {t} {q} | Teksti: {t} Kysymys: {q}",
}
INFERENCE: Mapping[str, str] = {
    "en": "{t} What might have caused this? | {t} What will most likely happen next? | Read the text and infer: why would they act this way? {t} | {t} Which of them would probably be more affected? | Context: {t} Question: What could be the reason for this? | {t} What may be true about this person? | Using the text and what you know about the field, {q} {t}"
    " | What can be concluded from the passage that it does not say itself? {t} | {t} Question: How would the outcome change if it were colder? | Combine the text with general knowledge: {q} | {t} Who is less likely to benefit? | {t} What kind of person is the speaker, probably? | Given the background, predict what happens. {t} | {t} Why may the author feel this way?"
    " | {t} Which one has a higher value? | What does the text imply about the future? {t} | {t} Based on the text and common sense, {q} | Write a question about this text whose answer can only be inferred. {t} | {t} What would have happened otherwise?",
    "de": "{t} Was könnte der Grund dafür sein? | Was lässt sich aus dem Text und deinem Vorwissen schließen? {t} | {t} Was passiert wahrscheinlich als Nächstes?",
    "fr": "{t} Que peut-on en déduire ? | {t} Quelle pourrait en être la cause ?",
    "es": "{t} ¿Qué se puede deducir de esto? | {t} ¿Cuál podría ser la causa?",
    "it": "{t} Che cosa se ne può dedurre?",
    "ru": "{t} Какой вывод можно сделать? | {t} Что, вероятно, произойдёт дальше?",
    "uk": "{t} Який висновок можна зробити?",
    "sv": "{t} Vad är den troliga orsaken?",
    "fi": "{t} Mitä tästä voi päätellä? | {t} Mitä todennäköisesti tapahtuu seuraavaksi?",
    "zh": "{t} 由此可以推断出什么？ | 结合材料和常识，分析可能的原因。{t} | {t} 接下来可能会发生什么？ | 根据上文推测他为什么这样做。{t}",
}
OPEN_QA: Mapping[str, str] = {
    "en": "{q} | Question: {q} Answer: | Please answer: {q} | Q: {q} A: | Quiz time! {q} | Try this difficult question: {q} | I have a question for you. {q} | Combine several facts to answer this. {q}",
    "zh": "什么是{n}？ | 请介绍一下{n}。 | {n}是怎么形成的？ | {n}有什么作用？ | 为什么{n}很重要？ | 回答问题：{n}位于哪里？ | 解释一下{n}的含义。 | 谁发明了{n}？ | {n}和水有什么区别？ | 描述{n}的特点。 | 请问{n}的历史有多长？ | 填空：世界上最大的{n}是___。 | {n}的工作原理是什么？ | 如何使用{n}？",
    "fi": "{q} | Kysymys: {q}",
}
OTHER: Mapping[str, str] = {
    "en": "Write a story that uses these words: {w} | Make a sentence with all of these words: {w} | Write a news article under this headline: {n} | Title: {n} Write the text that goes with it. | Write a bad review of a phone app. | Create a two-star review for a restaurant called {n}. | Compose an e-mail about {n}. | Generate five slogans for {n}."
    " | Write a poem about {n}. | Suggest ten names for a shop that sells {n}. | Solve: 12 * 7 - 4 = | Write a Python function that sorts a list. | Continue this text: {s} | Given the topic {n}, write a paragraph. | Invent a product called {n} and describe it. | Write a longer text from this summary: {s}",
    "de": "Schreibe ein Gedicht über {n}. | Nenne fünf Ideen für ein Fest zum Thema {n}. | Erfinde eine Geschichte mit diesen Wörtern: {w}",
    "fr": "Écris un poème sur {n}. | Propose cinq idées de cadeaux. | Invente une histoire avec ces mots : {w}",
    "es": "Escribe un poema sobre {n}. | Sugiere cinco ideas para una fiesta. | Inventa una historia con estas palabras: {w}",
    "it": "Scrivi una poesia su {n}. | Suggerisci cinque idee per una festa.",
    "ru": "Напиши стихотворение про {n}. | Предложи пять идей подарков. | Придумай рассказ с этими словами: {w} | Реши: 12 * 7 - 4",
    "uk": "Напиши вірш про {n}. | Запропонуй п'ять ідей.",
    "sv": "Skriv en dikt om {n}. | Föreslå fem idéer till en fest.",
    "zh": "写一首关于{n}的诗。 | 以{n}为题写一篇短文。 | 给我五条关于{n}的建议。 | 请推荐几本关于{n}的书。 | 为{n}设计一句广告语。 | 用这些词造一个句子：{w} | 编一个关于{n}的故事。 | 写一封关于{n}的邮件。 | 用Python写一个排序函数。 | 小华有12个{n}，送给朋友3个，还剩多少个？ | 一个长方形长8厘米，宽5厘米，求面积。 | 计算：12×7-4"
    " | 给出一些提高{n}效率的方法。 | 列出五个与{n}有关的点子。 | 制定一个{n}的计划。 | 根据这个标题写一篇文章：{n} | 续写下面的故事：{s} | 谈谈你对{n}的看法。 | 以下代码有什么问题？print(x | 甲车每小时行60千米，3小时行多少千米？ | 每箱{n}24个，5箱一共多少个？",
}
TEMPLATES: Mapping[str, Mapping[str, str]] = {
    "summarization": SUMMARIZATION,
    "extraction": EXTRACTION,
    "rewriting": REWRITING,
    "classification": CLASSIFICATION,
    "closed_qa": CLOSED_QA,
    "inference": INFERENCE,
    "open_qa": OPEN_QA,
    "other": OTHER,
}
QUESTIONS: Mapping[str, str] = {
    "zh": "这件事发生在哪里？ | 文中的人是谁？ | 为什么会这样？ | 什么时候开始的？ | 他们做了什么？ | 结果怎么样？ | 一共有多少？",
}
NOUNS: Mapping[str, str] = {
    "en": "winter | the sea | chess | coffee | solar power | old maps | bicycles | tea | volcanoes | railways | bread | the moon",
    "de": "Winter | das Meer | Schach | Kaffee | alte Karten | Fahrräder",
    "fr": "l'hiver | la mer | le café | les cartes",
    "es": "el invierno | el mar | el café | los mapas",
    "it": "l'inverno | il mare | il caffè",
    "ru": "зима | море | шахматы | кофе",
    "uk": "зима | море | кава",
    "sv": "vintern | havet | kaffe",
    "zh": "冬天 | 大海 | 咖啡 | 光合作用 | 火山 | 区块链 | 铁路 | 面包 | 太阳能 | 月亮 | 茶叶 | 自行车 | 空气 | 计算机 | 长城 | 蜜蜂 | 细胞 | 通货膨胀",
}


def entries(table: Mapping[str, str], language: str) -> list[str]:
    return [entry.strip() for entry in table.get(language, "").split(" | ") if entry.strip()]
