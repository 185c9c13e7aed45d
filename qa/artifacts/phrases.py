"""Sentences in which a chatbot speaks about itself or to its user. One list per language; add a line to extend."""

import re
from collections.abc import Iterator
from functools import cache

from qa.checks.base import Severity
from qa.spans import Mark

# Regular expressions, matched without regard to case, each from a word's beginning.
PHRASES: dict[str, tuple[str, ...]] = {
    "en": (
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
        r"en tant (?:que|qu')\s?(?:modèle de langage|ia|intelligence artificielle|assistant (?:ia|virtuel))",
        r"je (?:ne )?suis (?:qu'|seulement |juste )?(?:une (?:ia|intelligence artificielle)|un modèle de langage)",
        r"(?:à la date de|jusqu'à|depuis) ma dernière mise à jour",
        r"j'espère que (?:cela|ça|ceci) (?:vous|t')\s?aide",
        r"(?:bien sûr|certainement|absolument) ?[!,] (?:voici|voilà)\b",
        r"n'hésitez pas (?:à me (?:le faire savoir|demander)|si vous avez d'autres questions)",
        r"je suis désolé,? mais (?:je ne peux pas|en tant qu)",
    ),
    "es": (
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


def find(language: str, prose: str) -> Iterator[Mark]:
    """The phrases of the text's own language and the English ones: chatbots fall back to English."""
    straight = prose.replace("’", "'")
    for code in dict.fromkeys((language.partition("-")[0].lower(), "en")):
        pattern = _pattern(code)
        for match in pattern.finditer(straight) if pattern else ():
            message = "This is how a chatbot speaks about itself or to its user."
            yield Mark("chatbot_phrase", Severity.SHOULD, message, match.start(), match.end())


@cache
def _pattern(code: str) -> re.Pattern[str] | None:
    if code not in PHRASES:
        return None
    edge = "" if code == "zh" else r"(?<!\w)"
    return re.compile(edge + "(?:" + "|".join(PHRASES[code]) + ")", re.IGNORECASE)
