# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Sentences in which a chatbot speaks about itself or to its user. One list per language; add a line to extend."""

import re
from collections.abc import Iterator
from functools import cache

from qa.artifacts.courtesies import CLOSERS, OPENERS, SENTENCE_END
from qa.checks.base import Severity, Suggestion
from qa.spans import Mark

REMOVE = (Suggestion("Remove the sentence", ""),)
# Regular expressions, matched without regard to case, each from a word's beginning.
PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
        r"as an (?:ai|artificial intelligence)[,.]? i\b",
        r"i (?:can(?:no|')t|am (?:not able|unable) to|do(?: not|n't)) (?:browse|access) (?:the (?:internet|web)|real-time|current|external)",
        r"i do(?: not|n't) have (?:the ability to|access to (?:real-time|current|the internet|external)|real-time|personal (?:opinions?|experiences?|feelings|beliefs)|feelings or)",
        r"i(?:'m| am) (?:just |only |merely )?(?:an? (?:ai|large language model|language model|artificial intelligence|chatbot|virtual assistant))\b",
        r"(?:based on|according to|within) my (?:training(?: data)?|knowledge cut-?off|last update)",
        r"i was (?:trained|created|developed) by (?:openai|anthropic|google|meta|microsoft|mistral)",
        r"i(?:'m| am) sorry,? but i (?:can(?:no|')t|am (?:not able|unable))",
        r"my (?:last|latest) (?:knowledge )?update",
        r"as (?:chatgpt|claude|gemini|copilot)\b",
        r"(?:sure|certainly|absolutely|of course)[!,.:]? (?:i(?:'d| would) be (?:happy|glad) to|i can help|let me)",
        r"i(?:'m| am) (?:just )?an ai\b",
        r"as an? (?:ai|artificial intelligence)(?: language)?(?: model| assistant)\b",
        r"as an ai,",
        r"as a (?:large )?language model\b",
        r"i(?:'m| am) (?:just |only )?an? (?:ai|artificial intelligence) (?:language model|assistant|chatbot)",
        r"(?:as of|up to|since) my (?:last|latest) (?:knowledge )?(?:update|training|cutoff|training data)",
        r"my (?:knowledge|training data) cut-?off",
        (
            r"i(?:'m| am) sorry,? but (?:as an? |i (?:can(?:no|')t|am (?:not able|unable)) (?:to )?(?:assist"
            r"|fulfill|help|provide|generate|comply))"
        ),
        r"i (?:can(?:no|')t|am (?:not able|unable) to) (?:assist with|fulfill|comply with) (?:that|this|your) request",
        r"(?:certainly|sure|of course|absolutely)[!,.] (?:here (?:is|are|'s)|here's|below is)",
        (
            r"(?:let me know|feel free to (?:ask|reach out)) if (?:you have|there(?:'s| is| are)) (?:any"
            r"|anything)(?: (?:other|more|further))? questions"
        ),
        r"is there anything else (?:i can|you(?:'d| would) like)",
        r"i hope this (?:helps|information helps)[.!]",
        r"would you like me to (?:expand|elaborate|continue|provide|create|draft)",
        r"i don't have (?:access to )?(?:real-time|personal) (?:information|data|opinions|experiences|feelings)",
        r"regenerate response\b",
    ),
    "de": (
        r"als (?:ki|künstliche intelligenz|großes sprachmodell|ki-\w+)\b,? ?(?:habe|kann|bin|verfüge|besitze|darf)",
        r"ich bin (?:nur |lediglich |bloß )?(?:ein(?:e)? )?(?:ki\b|ki-\w+|künstliche intelligenz|(?:großes )?sprachmodell|chatbot)",
        r"(?:stand|bis zu|nach|laut) (?:meine[mnrs] )(?:letzten |aktuellen )?(?:wissensstand|trainingsdaten|update|aktualisierung|kenntnisstand)",
        r"ich habe keinen (?:direkten )?zugriff auf (?:echtzeit|aktuelle|das internet)",
        r"(?:es )?tut mir leid,? (?:aber )?(?:ich kann|dabei kann|als ki)",
        r"(?:natürlich|selbstverständlich|gerne?|klar|sicher)[!,.:]? (?:hier (?:ist|sind|kommt|findest|finden)|ich helfe)",
        (
            r"als (?:ein )?(?:ki|künstliche intelligenz)(?:[- ](?:sprach)?modell|[- ]assistent)?[ ,](?:habe|kann"
            r"|bin|verfüge|besitze)"
        ),
        r"als (?:ein |großes )?(?:ki-)?sprachmodell\b",
        r"ich bin (?:nur )?ein(?:e)? (?:ki|künstliche intelligenz|sprachmodell|ki-\w+)",
        r"(?:stand|bis zu) (?:meine[smr] )?(?:letzten )?(?:wissensstands?|trainingsdaten)",
        r"ich hoffe,? (?:das|dies) hilft (?:dir|ihnen)",
        r"(?:natürlich|selbstverständlich|gerne)[!,] hier (?:ist|sind)\b",
        r"(?:lass(?:en sie)? (?:es )?mich wissen), (?:wenn|falls|ob) (?:du|sie) (?:weitere|noch) fragen",
        r"es tut mir leid,? aber (?:ich kann|als ki)\b",
    ),
    "fi": (
        r"teko[aä]lyn[aä] (?:en|minulla|minä|voin)\b",
        r"teko[aä]ly(?:malli|avustaja)na,? (?:en|minulla|minä|voin)",
        r"kielimallina,? (?:en|minulla|minä|voin)",
        r"(?:olen|olenhan) (?:vain |pelkkä )?(?:suuri )?(?:kielimalli|tekoäly\w*)\b",
        r"(?:toki|totta kai|tietenkin|tietysti|selvä|hienoa|varmasti)[!,.:]? täss[äa] (?:on|ovat|tulee)",
        r"minulla ei ole (?:pääsyä|henkilökohtaisia|omia mielipiteitä|tunteita)",
        r"(?:pahoittelen|anteeksi|valitettavasti),? (?:mutta )?(?:en voi auttaa|en pysty auttamaan|tekoälynä)",
        r"viimeisimmän tieto",
        r"koulutusdatani",
        r"(?:tekoäly|kieli)mallina (?:en|minulla|minä|voin)\b",
        r"(?:olen|olenhan) (?:vain |pelkkä )?teko[aä]ly(?:malli|avustaja)?\b",
        r"(?:suurena )?kielimallina\b,? (?:en|minulla)",
        r"viimeisimmän (?:tietopäivitykseni|koulutukseni)",
        r"toivottavasti tämä auttaa[.!]",
        r"(?:toki|totta kai|tietenkin)[!,] täss[äa] (?:on|ovat)\b",
        r"kerro(?:thaan)?,? jos (?:sinulla on (?:muuta )?kysyttävää|haluat lisätietoja)",
        r"pahoittelen,? mutta (?:en voi|tekoälynä)",
    ),
    "fr": (
        r"en tant qu['’e] ?(?:une? )?(?:ia|intelligence artificielle|modèle de|assistant (?:ia|d'ia|virtuel)|grand modèle)",
        r"je (?:ne )?suis (?:qu'|seulement |juste |simplement )?(?:une? )?(?:ia\b|intelligence artificielle|modèle de langage|assistant virtuel)",
        r"je n['’]ai pas (?:accès (?:aux données|à internet|en temps)|d['’]opinions? personnelles?)",
        r"(?:bien sûr|certainement|absolument|avec plaisir|d'accord) ?[!,.:]? (?:voici|voilà|je peux vous aider)",
        r"je suis désolée?,? (?:mais )?je ne (?:peux|suis) pas",
        r"en tant (?:que|qu')\s?(?:modèle de langage|ia|intelligence artificielle|assistant (?:ia|virtuel))",
        r"je (?:ne )?suis (?:qu'|seulement |juste )?(?:une (?:ia|intelligence artificielle)|un modèle de langage)",
        r"(?:à la date de|jusqu'à|depuis) ma dernière mise à jour",
        r"j'espère que (?:cela|ça|ceci) (?:vous|t')\s?aide",
        r"(?:bien sûr|certainement|absolument) ?[!,] (?:voici|voilà)\b",
        r"n'hésitez pas (?:à me (?:le faire savoir|demander)|si vous avez d'autres questions)",
        r"je suis désolé,? mais (?:je ne peux pas|en tant qu)",
    ),
    "es": (
        r"como (?:una? )?(?:gran )?(?:modelo de (?:lenguaje|ia)|inteligencia artificial|ia\b|asistente (?:de ia|virtual))",
        r"(?:solo )?soy (?:solo |solamente )?una? (?:gran )?(?:modelo de (?:lenguaje|ia)|ia\b|inteligencia artificial|asistente virtual|chatbot)",
        r"no tengo acceso a (?:información|datos|internet)",
        r"(?:claro|por supuesto|ciertamente|desde luego|con gusto)(?: que sí)?[!,.:]* (?:aquí|a continuación|te (?:presento|dejo))",
        r"lo siento,? (?:pero )?(?:no puedo (?:ayudar|cumplir|proporcionar|asistir)|como (?:ia|modelo))",
        (
            r"como (?:un )?(?:modelo de lenguaje|modelo de inteligencia artificial|asistente de ia"
            r"|inteligencia artificial,|ia,)"
        ),
        r"(?:solo )?soy (?:solo )?(?:un modelo de lenguaje|una (?:ia|inteligencia artificial))",
        r"(?:hasta|desde) mi última (?:actualización|fecha)",
        r"espero que (?:esto|esta información) (?:te|le|os) (?:ayude|sea útil)",
        r"(?:claro|por supuesto|ciertamente)[!,]+ (?:aquí (?:tienes|está|tiene)|a continuación)",
        r"(?:si tienes|si tiene) (?:alguna otra|más) preguntas?,? no dud(?:es|e)",
        r"lo siento,? pero (?:no puedo (?:ayudar|cumplir|proporcionar)|como modelo)",
    ),
    "it": (
        (
            r"(?:come|in quanto|in qualità di) (?:un )?(?:modello (?:di linguaggio|linguistico)"
            r"|modello di intelligenza artificiale|assistente (?:ai|ia|virtuale)|intelligenza artificiale,|ia,)"
        ),
        r"sono (?:solo |soltanto )?(?:un modello linguistico|un'(?:ia|intelligenza artificiale))",
        r"(?:al|fino al) mio ultimo aggiornamento",
        r"spero che (?:questo|ciò) (?:ti|vi|le) (?:aiuti|sia (?:utile|d'aiuto))",
        r"(?:certo|certamente|assolutamente)[!,] ecco\b",
        r"(?:fammi|mi faccia) sapere se (?:hai|ha) (?:altre|ulteriori) domande",
        r"mi dispiace,? ma (?:non posso (?:aiutar|soddisfare|fornire)|come modello)",
    ),
    "sv": (
        (
            r"som (?:en )?(?:ai|artificiell intelligens|ai-modell|ai-assistent|språkmodell"
            r"|ai-språkmodell)[ ,](?:kan|har|är)"
        ),
        r"jag är (?:bara |endast )?en (?:ai|språkmodell|ai-\w+|artificiell intelligens)\b",
        r"(?:vid|fram till) min senaste (?:kunskaps)?uppdatering",
        r"(?:jag )?hoppas (?:att )?(?:detta|det här) hjälper",
        r"(?:självklart|visst|absolut)[!,] här (?:är|kommer)\b",
        r"(?:låt mig veta|tveka inte att fråga),? om du har (?:fler|några) frågor",
        r"jag (?:är ledsen|beklagar),? men (?:jag kan inte|som ai)",
    ),
    "pt": (
        (
            r"como (?:um )?(?:modelo de linguagem|modelo de inteligência artificial|assistente de ia"
            r"|inteligência artificial,|ia,)"
        ),
        r"(?:sou|eu sou) (?:apenas |só )?(?:um modelo de linguagem|uma (?:ia|inteligência artificial))",
        r"(?:até|desde) (?:a )?minha última atualização",
        r"espero que (?:isso|isto) (?:te |o |a |lhe )?(?:ajude|seja útil)",
        r"(?:claro|com certeza|certamente)[!,] aqui (?:está|estão|vai)",
        (
            r"(?:se tiver|caso tenha) (?:mais|outras|alguma outra) (?:dúvidas?|perguntas?),? (?:não hesite"
            r"|fique à vontade)"
        ),
        r"(?:desculpe|sinto muito|lamento),? mas (?:não posso (?:ajudar|fornecer|atender)|como modelo)",
    ),
    "ru": (
        r"как (?:ии\b|искусственный интеллект|большая языковая модель|нейросеть|ии-)",
        r"я (?:всего лишь |просто |лишь |— |- )?(?:большая )?(?:языковая модель|искусственный интеллект|ии\b|нейросеть|чат-бот)",
        r"(?:на момент|до|по состоянию на) мо(?:его|ё|е) последне(?:го|е) обновлени",
        r"у меня нет (?:доступа к (?:данным|интернету|информации|актуальн)|личн(?:ого|ых) (?:мнени|опыт))",
        r"(?:конечно|разумеется|с удовольствием|безусловно)[!,.:]? (?:вот\b|я помогу)",
        r"(?:извините|простите|к сожалению),? (?:но )?я не могу (?:помочь|выполнить|предоставить|ответить)",
        r"(?:как|будучи) (?:языков(?:ая|ой) модель(?:ю)?|искусственн(?:ый|ым) интеллект(?:ом)?|ии[,-])",
        r"я (?:всего лишь |просто |— |- )?(?:языковая модель|искусственный интеллект|ии-ассистент)",
        r"(?:на момент|до|по состоянию на) мо(?:его|ё) последне(?:го|е) обновлени[яе]",
        r"надеюсь,? это (?:поможет|помогло)",
        r"(?:конечно|разумеется)[!,] вот\b",
        (
            r"если у (?:вас|тебя) (?:есть|возникнут|остались) (?:ещё |еще |другие "
            r"|дополнительные )?вопросы?,? (?:не стесняйтесь|обращайтесь|дайте знать)"
        ),
        (
            r"(?:извините|к сожалению|простите),? (?:но )?(?:я не могу (?:помочь|выполнить|предоставить)"
            r"|как (?:ии|языковая))"
        ),
    ),
    "uk": (
        r"як (?:ші\b|штучний інтелект|велика мовна модель|нейромережа)",
        r"я (?:лише |всього лише |просто |тільки |— |- )?(?:велика )?(?:мовна модель|штучний інтелект|ші\b|чат-бот)",
        r"(?:на момент|до|станом на) мо(?:го|є) останн(?:ього|є) оновлення",
        r"(?:я не маю|у мене немає) доступу до",
        r"(?:звичайно|звісно|авжеж|із задоволенням)[!,.:]? (?:ось\b|я допоможу)",
        r"(?:як|будучи) (?:мовн(?:а|ою) модел(?:ь|лю)|штучн(?:ий|им) інтелект(?:ом)?|ші[,-])",
        r"я (?:лише |всього лише |просто |— |- )?(?:мовна модель|штучний інтелект)",
        r"(?:на момент|до) мого останнього оновлення",
        r"сподіваюся,? це (?:допоможе|допомогло)",
        r"(?:звичайно|звісно)[!,] ось\b",
        (
            r"якщо (?:у вас|у тебе|ви) (?:є|виникнуть|маєте) (?:ще |інші |додаткові )?(?:питання"
            r"|запитання),? (?:не соромтеся|звертайтеся|дайте знати)"
        ),
        r"(?:вибачте|на жаль),? (?:але )?(?:я не можу (?:допомогти|виконати|надати)|як ші)",
    ),
    "zh": (
        r"作为(?:一个|一名|一款)?(?:大型|大)?(?:人工智能|ai|语言模型|智能)[^，。\n]{0,10}[，,]?我",
        r"我(?:只|仅仅)?是(?:一个|一名|一款)?(?:大型)?(?:人工智能|ai|语言模型|智能助手)",
        r"(?:截至|截止|根据)(?:到)?我(?:的)?(?:最后|最近|上次|知识|训练)[^，。\n]{0,10}(?:更新|截止|数据)",
        r"我(?:无法|不能)(?:访问|浏览|获取)(?:实时|互联网|网络|最新)",
        r"(?:当然|好的|没问题|可以)(?:可以|啦|的)?[，！,!。：:]\s?(?:以下|这是|下面|我来|让我)",
        r"(?:抱歉|对不起|很遗憾)[，,](?:但)?(?:是)?我(?:无法|不能)",
        r"作为(?:一个|一名)?(?:大型)?(?:人工智能|ai|语言模型|大语言模型)(?:语言模型|助手|模型)?[，,]?(?:我|无法)",
        r"我(?:只)?是(?:一个|一名)?(?:人工智能|ai)(?:语言模型|助手|模型)",
        r"(?:截至|截止)(?:到)?我(?:的)?(?:最后|最近|上次)(?:一次)?(?:的)?(?:知识)?更新",
        r"希望(?:这|以上)(?:些|个)?(?:信息|内容|回答)?(?:能)?(?:对您|对你)有(?:所)?帮助",
        r"(?:当然|好的)(?:可以)?[，！,!](?:以下|这)是",
        r"如果(?:您|你)(?:还)?有(?:任何|其他)(?:其他)?(?:的)?问题[，,]?(?:请|欢迎)?随时",
        r"(?:抱歉|对不起)[，,](?:但)?(?:我无法|作为)",
    ),
    "ar": (
        r"(?:بصفتي|كوني|باعتباري) (?:نموذج(?:اً|ًا)? (?:لغوي|لغة)|مساعد(?:اً|ًا)? ذك|ذكاء)",
        r"حتى آخر تحديث (?:لي|لمعلوماتي)",
        r"آمل أن (?:يكون هذا|تكون هذه المعلومات) (?:مفيد|قد ساعد)",
    ),
    "nl": (
        r"als (?:een )?(?:ai-)?taalmodel\b",
        r"ik hoop dat dit helpt[.!]",
        r"(?:natuurlijk|zeker)[!,] hier (?:is|zijn)\b",
    ),
    "pl": (
        r"jako (?:model językowy|sztuczna inteligencja)\b",
        r"mam nadzieję,? że to pomoże",
        r"(?:oczywiście|jasne)[!,] oto\b",
    ),
    "cs": (
        r"jako (?:jazykový model|umělá inteligence)\b",
        r"doufám,? že (?:to|vám to) pomůže",
        r"(?:jistě|samozřejmě)[!,] (?:zde|tady) je\b",
    ),
}


SENTENCE_START = re.compile(r"(?:\A|[.!?:…][\"”)»*_]{0,3}[ \t]+|[。！？]|\n)[ \t\n*_>-]*(?=\S)")
MESSAGE = "This is how a chatbot speaks about itself or to its user."


def find(language: str, prose: str) -> Iterator[Mark]:
    """The phrases of the text's own language and the English ones: chatbots fall back to English."""
    text = lowered(prose)
    starts = [match.end() for match in SENTENCE_START.finditer(text)]
    for code in dict.fromkeys((language.partition("-")[0].lower(), "en")):
        pattern, closers, openers = _pattern(code), _sentence(code, "closers"), _sentence(code, "openers")
        found = [closers.match(text, start) for start in starts] if closers else []
        found.append(openers.match(text, starts[0]) if openers and starts else None)
        for each in filter(None, found):
            yield Mark("chatbot_phrase", Severity.SHOULD, MESSAGE, each.start(), each.end(), REMOVE)
        for match in pattern.finditer(text) if pattern else ():
            if code == "zh" or not text[match.start() - 1 : match.start()].isalnum():
                yield Mark("chatbot_phrase", Severity.SHOULD, MESSAGE, match.start(), match.end())


def lowered(text: str) -> str:
    """In small letters and as long as it was; patterns without a flag for case are three times as fast."""
    small = text.replace("’", "'").lower()
    return small if len(small) == len(text) else "".join(each.lower()[:1] or each for each in text.replace("’", "'"))


@cache
def _pattern(code: str) -> re.Pattern[str] | None:
    return re.compile("|".join(PHRASES[code])) if code in PHRASES else None


@cache
def _sentence(code: str, kind: str) -> re.Pattern[str] | None:
    """A whole sentence. Openers stand at the very beginning, closers anywhere."""
    if kind == "openers":
        return re.compile(rf"[¡¿]?(?:{'|'.join(OPENERS[code])}){SENTENCE_END}") if code in OPENERS else None
    rest = rf"[^.!?。！？\n]{{0,120}}{SENTENCE_END}"
    return re.compile(rf"[¡¿]?(?:{'|'.join(CLOSERS[code])}){rest}") if code in CLOSERS else None
