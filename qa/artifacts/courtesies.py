# ruff: noqa: E501  # lists of phrases and patterns read better one to a line
"""Sentences with which chatbots begin and end an answer. Each can be removed and nothing is lost."""

# The stop, and the blanks behind it.
SENTENCE_END = r"[ \u00a0]?(?:[.!?。！？…]+|[:：]|(?=\n|\Z))[ \t]*(?:\n+(?=\S))?"

# At the very beginning of an answer, with nothing else in their sentence.
OPENERS: dict[str, tuple[str, ...]] = {
    "en": (
        r"(?:that(?:'s| is) (?:a|an) )?(?:great|excellent|good|fantastic|interesting) question",
        r"certainly(?=!)", r"absolutely(?=!)", r"of course(?=!)", r"sure(?: thing)?(?=!)", r"you(?:'re| are) (?:absolutely )?right(?=!)",
        r"(?:i(?:'m| am|'d be| would be) )?(?:happy|glad|delighted) to help(?: you)?(?: with (?:that|this))?",
        r"here(?:'s| is| are) (?:the|an?|your|some) (?:revised|rewritten|improved|updated|corrected|polished|detailed|concise|brief|comprehensive|step-by-step) [^.!?\n]{1,80}(?=:)",
        r"thank you for (?:your question|asking|reaching out)", r"i(?:'d| would) be (?:happy|glad) to (?:help|assist)[^.!?\n]{0,60}",
    ),
    "de": (r"(?:das ist )?(?:eine )?(?:gute|tolle|sehr gute|ausgezeichnete|interessante) frage", r"natürlich(?=!)", r"gerne?(?=!)", r"selbstverständlich(?=!)", r"vielen dank für (?:deine|ihre) (?:frage|anfrage)"),
    "fi": (r"(?:erinomainen|hyvä|loistava|mainio) kysymys", r"totta kai(?=!)", r"tietysti(?=!)", r"toki(?=!)", r"kiitos kysymyksestä(?:si)?"),
    "es": (r"(?:excelente|buena|gran|muy buena|interesante) pregunta", r"claro(?: que sí)?(?=!)", r"por supuesto(?=!)", r"gracias por tu pregunta"),
    "fr": (r"(?:excellente|bonne|très bonne) question", r"bien sûr(?= ?!)", r"certainement(?= ?!)", r"avec plaisir(?= ?!)", r"merci pour (?:votre|ta) question"),
    "it": (r"(?:ottima|bella|buona) domanda", r"certo(?=!)", r"certamente(?=!)"),
    "pt": (r"(?:ótima|boa|excelente) pergunta", r"claro(?=!)", r"com certeza(?=!)"),
    "sv": (r"(?:bra|utmärkt|mycket bra) fråga", r"självklart(?=!)", r"absolut(?=!)"),
    "ru": (r"(?:отличный|хороший|прекрасный|интересный) вопрос", r"конечно(?=!)", r"разумеется(?=!)", r"с удовольствием(?=!)", r"спасибо за (?:ваш )?вопрос"),
    "uk": (r"(?:чудове|гарне|хороше|цікаве) (?:запитання|питання)", r"звичайно(?=!)", r"звісно(?=!)", r"дякую за (?:ваше )?запитання"),
    "zh": (r"(?:这是)?(?:一个)?(?:很|非常)?好的?问题", r"当然(?:可以)?(?=[！!])", r"没问题(?=[！!])", r"感谢您的提问"),
    "pl": (r"(?:świetne|dobre) pytanie", r"oczywiście(?=!)", r"jasne(?=!)"),
    "nl": (r"(?:goede|uitstekende) vraag", r"natuurlijk(?=!)"),
}  # fmt: skip

# Sentences of their own anywhere, from their first words.
CLOSERS: dict[str, tuple[str, ...]] = {
    "en": (
        r"(?:i )?hope (?:this|that|it|these)(?: \w+){0,2} (?:helps?|is helpful|was helpful|clarifies)",
        r"(?:please )?(?:let me know|feel free to (?:ask|reach out|let me know)|do(?: not|n't) hesitate to (?:ask|reach out|contact)) (?:if|what|how|whether|should|me|for|about)",
        r"if you (?:have|need|want|would like|'d like)[^.!?\n]{0,60},? (?:please |just |do )?(?:let me know|feel free to ask|don't hesitate to ask|i(?:'m| am) here)",
        r"(?:is there|was there) anything (?:else|specific)[^.!?\n]{0,20}(?:i can|you(?:'d| would) like)",
        r"would you like (?:me to|help with|to know more|more (?:details|information))", r"(?:do )?you want me to\b",
        r"i apologi[sz]e for (?:the|any|my) (?:confusion|mistake|oversight|error|inconvenience)", r"thank you for (?:bringing|pointing)[^.!?\n]{0,30}(?:attention|out)",
        r"happy (?:writing|coding|learning)(?=!)", r"shall i\b",
    ),
    "de": (
        r"ich hoffe,? (?:dass )?(?:das|dies|dir|ihnen|diese)[^.!?\n]{0,30}(?:hilft|weiterhilft|hilfreich|geholfen)", r"(?:lass|lassen sie)(?: es)? mich(?: gerne)? wissen", r"(?:sag|sagen sie)(?: mir)? (?:gerne |einfach )?bescheid",
        r"(?:wenn|falls|sollten|solltest) (?:du|sie) (?:noch |weitere |mehr )?(?:weitere |noch )?(?:fragen|hilfe|informationen)[^.!?\n]{0,40}(?:stehe|frag|melde|zögere|bin|lass)",
        r"kann ich (?:dir |ihnen )?(?:sonst |noch |sonst noch )(?:etwas|irgendwie|bei|mit|anders)", r"(?:möchtest du|möchten sie|soll ich),? (?:dass ich|dir|ihnen|noch|das|den|die)[^.!?\n]{0,60}(?=\?)",
    ),
    "fi": (
        r"toivottavasti (?:tämä|tästä|nämä|siitä)[^.!?\n]{0,20}(?:auttaa|apua|auttoi|hyötyä)", r"kerro(?:thaan)?,? (?:minulle,? )?(?:jos|mikäli)", r"(?:jos|mikäli) sinulla on (?:muuta |lisää )?(?:kysyttävää|kysymyksiä)[^.!?\n]{0,20}(?:kerro|kysy|ota)",
        r"(?:voinko|voisinko) (?:auttaa|olla avuksi)", r"(?:älä epäröi|voit vapaasti) kysyä", r"haluatko,? että",
    ),
    "es": (
        r"espero que (?:esto|esta|te|le|os|la|sea)[^.!?\n]{0,30}(?:ayud|útil|sirva)", r"(?:si|en caso de que) (?:tienes|tiene|necesitas|necesita|tengas)[^.!?\n]{0,40}(?:no dud|avísame|házmelo|dímelo|aquí estoy|pregunt)",
        r"no dud(?:es|e) en (?:preguntar|consultar|decir|contactar|hac)", r"¿?hay algo más en (?:lo )?que", r"¿?(?:te|le) gustaría que", r"¿?quieres que\b", r"(?:házmelo|hágamelo) saber", r"avísame si",
    ),
    "fr": (
        r"j'espère que (?:cela|ça|ceci|ces|cette)[^.!?\n]{0,30}(?:aide|utile)", r"n'hésite[zs]? (?:pas |surtout pas )?à", r"(?:si vous avez|si tu as) (?:d'autres|des|encore)[^.!?\n]{0,30}(?:n'hésite|demande|faites)",
        r"(?:puis-je|est-ce que je peux) (?:vous|t')[ ]?aider", r"(?:souhaitez-vous|voulez-vous|veux-tu) que je", r"(?:y a-t-il|avez-vous besoin d')(?: autre chose| quelque chose d'autre)", r"faites-moi savoir",
    ),
    "it": (r"spero che (?:questo|ciò|ti|vi|le|sia)[^.!?\n]{0,30}(?:aiut|util)", r"(?:fammi|mi faccia) sapere", r"(?:posso aiutarti|c'è altro)", r"non esitare a", r"vuoi che\b"),
    "pt": (r"espero que (?:isso|isto|esta|te|o|a)[^.!?\n]{0,30}(?:ajud|útil)", r"(?:não hesite|fique à vontade|sinta-se à vontade)", r"(?:há|tem|posso ajudar com) (?:mais )?alg(?:o|uma) (?:mais|coisa)", r"(?:gostaria|você quer|quer) que eu", r"me avise se"),
    "sv": (r"(?:jag )?hoppas (?:att )?(?:detta|det)[^.!?\n]{0,20}hjälp", r"låt mig veta", r"tveka inte att", r"(?:kan jag hjälpa|finns det något (?:annat|mer))", r"vill du att jag"),
    "ru": (
        r"надеюсь,? (?:что )?(?:это|эта|этот|эти|мой|вам|я)[^.!?\n]{0,40}(?:помо|полез)", r"если у (?:вас|тебя) (?:есть|возникнут|остались|появятся|будут)[^.!?\n]{0,40}(?:вопрос)[^.!?\n]{0,20}(?:не стесняйтесь|обращайтесь|дайте|пишите|задавайте|спрашивайте|не стесняйся)",
        r"могу ли я (?:ещё |еще |чем-)", r"чем (?:ещё|еще) (?:я )?могу (?:вам )?помочь", r"хотите,? чтобы я", r"не стесняйтесь (?:спрашивать|задавать|обращаться)", r"дайте (?:мне )?знать",
    ),
    "uk": (
        r"сподіваюс[яь],? (?:що )?(?:це|ця|ці|вам|я)[^.!?\n]{0,40}(?:допомо|корис)", r"якщо (?:у вас|у тебе|ви) (?:є|виникнуть|маєте|залишились|будуть)[^.!?\n]{0,40}(?:запитання|питання)[^.!?\n]{0,20}(?:не соромтеся|звертайтеся|дайте|пишіть|питайте)",
        r"чи (?:можу я|можна)[^.!?\n]{0,20}(?:ще|допомог)", r"чим (?:ще )?(?:я )?можу (?:ще )?(?:вам )?допомогти", r"(?:хочете|бажаєте),? щоб я", r"не соромтеся (?:питати|звертатися|запитувати)",
    ),
    "zh": (r"希望(?:这|以上|上述|我的)?[^。！？\n]{0,12}(?:对您|对你|能|可以)?[^。！？\n]{0,8}(?:有所?帮助|帮到|有用)", r"(?:如果|如)(?:您|你)?(?:还)?有(?:任何|其他|更多|什么)?[^。！？\n]{0,8}(?:问题|疑问|需要)[^。！？\n]{0,10}(?:随时|告诉我|提问|联系)", r"(?:请|欢迎)随时(?:提问|告诉我|联系|向我)", r"还有什么(?:我)?(?:可以|能)[^。！？\n]{0,8}帮", r"(?:需要|要)我(?:为你|为您|帮你|帮您|继续)[^。！？\n]{0,20}吗"),
    "pl": (r"mam nadzieję,? że (?:to|ta)[^.!?\n]{0,20}(?:pomo|pomoc)", r"daj(?:cie)? mi znać", r"czy mogę (?:jeszcze )?(?:w czymś )?pomóc", r"jeśli masz (?:pytania|dodatkowe pytania)"),
    "nl": (r"ik hoop dat (?:dit|het)[^.!?\n]{0,20}help", r"laat (?:het )?me (?:gerust )?weten", r"kan ik je (?:nog )?(?:ergens )?(?:anders )?mee helpen"),
}  # fmt: skip
