# ruff: noqa: E501  (lists of words read better unbroken)
"""Words by which prompts in many languages say what they ask for. Verb stems of instructions, never topics.

English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Finnish, Polish, Russian, Ukrainian, Chinese and
some Japanese. Matching is done on casefolded text; `\\b` does not work in Chinese, where plain substrings do.
"""

import re
from collections.abc import Mapping

SUMMARIZE = (
    r"summar(?:y|i[sz])|\btl;?\s?dr\b|\bsum (?:it |this |that |up)|\brecap|\bcondense|\bdistil+|\bboil\w* (?:\w+ ){0,4}down"
    r"|\bgist\b|\bmain (?:point|idea|message)|\bkey (?:point|takeaway|idea)|\btakeaway|\bsynops|\babstract\b|\bin a nutshell"
    r"|\bshorten|\bin (?:brief|short)\b|\bbriefly (?:describe|say|tell|outline)|\boutline (?:the|this)|\bhighlights\b"
    r"|\bin (?:a|one|two|three|a few|\d) (?:short )?(?:sentence|line|paragraph)|\bin (?:a few|fewer|\d+) words"
    r"|zusammenfass|fass\w* .{0,60}zusammen|kurzfassung|kernaussage|résum|synthèse|en bref|resum|síntesis|sintetiz|resúm"
    r"|riassum|riassunt|sintesi|samenvat|vat .{0,40}samen|sammanfatt|tiivist|yhteenvet|streść|streszcz|podsumuj"
    r"|кратк(?:о|ое|ий) (?:излож|содерж|перес|опи|пере)|резюм|обобщ|суммир|підсум|стисл"
    r"|总结|概括|概述|摘要|归纳|概要|要点|核心观点|主要内容|主旨|中心思想|压缩成|缩写|提炼|简要|梗概|要約|まとめ"
)
EXTRACT = (
    r"\bextract|\blist (?:all|out|the|down|each|every)|\bfind (?:all|every|the|out)|\bidentify (?:all|every|the)|\bpull out"
    r"|\bpick out|\bget (?:all|the)|\bgive me (?:all|a list)|\bcopy\b.{0,30}\bfrom\b|\bname (?:all|the)|\bmention(?:ed|s)\b"
    r"|\bkey ?words?\b|\bentit(?:y|ies)\b|\bbullet|\bcomma[- ]separated|\bseparated? by|\bhighlight\b|\bunderline|\bquote\b"
    r"|\bspan\b|\b(?:contained|present|found|appears?) (?:with)?in the (?:text|passage|article|context|paragraph)"
    r"|extrahier|entnimm|liste\w* .{0,30}auf|nenne alle|extrai|relève|énumèr|extrae|extraig|enumer|estra[ei]|elenca"
    r"|haal .{0,40}uit|extraher|luettele|poimi|etsi|wypisz|wyodrębn|извлек|выпиши|перечисл|найди|витяг|випиши"
    r"|提取|抽取|摘录|找出|列出.{0,8}(?:所有|文中|提到)|关键词|关键字|实体|筛选出|抜き出|抽出"
)
REWRITE = (
    r"\bre-?writ|\bre-?phras|\bparaphras|\bre-?word|\bre-?stat|\bre-?formulat|\bsimplify|\bproof ?read|\bpolish (?:the|this|my)"
    r"|\b(?:correct|fix) (?:the |this |any |all |my |following ){0,3}(?:grammar|spelling|typo|sentence|mistake|error|punctuation|paragraph|text)"
    r"|\bedit (?:the|this|my)|\bmake (?:this|it|the (?:text|sentence|following|paragraph|email)).{0,50}(?:more|less|shorter|longer|formal|clear|polite|simple|better)"
    r"|\bturn .{0,60} into\b|\bconvert\b|\bchange (?:the|this|these|all)\b|\btransform|\btranslat|\bmean(?:s|ing)? the same|\bsame meaning"
    r"|\bin (?:other|different|your own|simpler|plain) (?:words|language|way)|\bsay (?:this|it|the same).{0,30}(?:way|differently|another)"
    r"|\b(?:re)?express .{0,30}differently|\bmore (?:formal|polite|concise|professional|friendly)\b|\breplace\b|\bcombine\b.{0,30}sentence"
    r"|umschreib|umformulier|formulier\w* .{0,60} um\b|schreib\w* .{0,60} um\b|übersetz|vereinfach|korrigier|reformul|réécri"
    r"|récri|paraphras|tradui|simplifi|corrige|reescrib|reformul|parafras|traduc|traduz|reescrev|riscriv|riformul|traduc"
    r"|herschrijf|herformul|vertaal|skriv om|omformuler|översätt|kirjoita .{0,40}uudelleen|muotoile|käännä|korjaa"
    r"|przepisz|przeformułuj|przetłumacz|popraw|перепи[шс]|перефраз|переформулир|переведи|перевод|исправ|упрост"
    r"|переклад|виправ|改写|重写|改成|改为|改编|润色|翻译|译成|换一种|重新(?:表达|表述|组织|编写|写)|纠正|修改|更正|修正|替换|转换|转化|转为"
    r"|变成|简化|扩写|错别字|病句|语法错误|合并成|调整语序|同义句|言い換え|書き換え|翻訳"
)
CLASSIFY = (
    r"\bclassif|\bcategor|\blabel\b|\bwhich (?:category|class|topic|type|genre|section|label|group|of (?:the|these|those)\b)"
    r"|\b(?:category|topic|genre|section|class) (?:of|does|is|would|best|describ|belong)|\bbelongs? (?:to|in)\b|\bsort (?:the|these|them|each)"
    r"|\bsentiment|\bpositive(?:ly)?,? (?:or|and|neutral)|\bnegative(?:ly)? or\b|\bpositive\?|\b(?:good|bad|favou?rabl\w*|flattering) or\b|\btrue or false"
    r"|\b(?:is|are) (?:a|an|it|this|that|the|these|each|they)?\b.{0,60}\bor (?:a |an |is |not|no\b|un|non)|\bdivide\b|\bgroup (?:the|these|them)"
    r"|\b(?:star|stars|review)\b.{0,10}\brating|\brat(?:e|ing) (?:of|out|this|the|it|would)|\bhow many stars|\bon a scale (?:of|from)|\bout of (?:5|10|five|ten)"
    r"|\bhow does the (?:\w+ )?(?:viewer|reviewer|author|writer|customer|user|speaker) feel|\b(?:did|does|do|would|was|is) the (?:reviewer|viewer|customer|author|user)\b"
    r"|\bwould you (?:recommend|buy)|\bis (?:this|the) (?:\w+ ){0,3}(?:review|comment|tweet|email|message|text|spam|sentence)\b"
    r"|\btell me (?:which|whether|if)|\bidentify (?:which|whether|the \w+ from)|\b(?:say|state|decide|determine|indicate) (?:whether|if|which)|\bspam\b"
    r"|\bwhich (?:is|are) (?:a|an|not|more)\b|\bwhich one (?:is|does)|\bodd one|\bduplicates?\b|\bequivalent\b|\bsame (?:thing|topic)|\bentail|\bcontradict"
    r"|klassifi|kategori|einord|ordne .{0,60} zu|stimmung|catégor|class(?:e|er|ez|ifi)|clasific|categor|sentimiento|classific|sentimento"
    r"|classer|klasser|sortera|luokit|luokk|lajittele|onko|kumpi|mitkä näistä|sklasyfik|klasyfik|przyporządk|kategoryz"
    r"|классифиц|категор|отнес|распредел|определи.{0,20}(?:тип|вид|жанр|тональн|категор)|класифік"
    r"|分类|归类|类别|分为|分成|哪[一]?(?:类|种类|个类)|属于(?:哪|什么)|情感(?:极性|倾向|分析)?|积极.{0,6}消极|正面.{0,6}负面|标记为|判断.{0,30}(?:是否|还是|属于|类型|是不是)"
    r"|判断以下|是否(?:正确|属于)|还是.{1,10}[？?]|标签|分類|カテゴリ"
)
WRITE = (
    r"\bwrite (?:me |us )?(?:a|an|some|the|about|\d|one|two|three|instructions|down|in the|with|as|like|code|down)|\bcompos|\bdraft|\bcreat(?:e|ing) (?:a|an|some|the|me)"
    r"|\bgenerat|\bcome up with|\bimagine|\bpoem|\bhaiku|\bstory\b|\bstories\b|\bessay|\be-?mail\b|\bletter to|\bspeech|\bblog|\bsong\b|\blyric|\bjoke"
    r"|\btitle (?:for|of)|\bheadline for|\bmake (?:up|a|an|me)\b|\bdesign (?:a|an)|\bpretend|\brole ?play|\bact as|\bplan (?:a|an|my)|\bitinerary|\brecipe"
    r"|\bdialogue between|\bcontinue (?:the|this|writing)|\bcomplete the|\bfill in|\bword problem|\bproduct description|\bgive (?:me )?an? (?:example|sentence)"
    r"|\bwhat (?:could|might|would) (?:be )?(?:a|the) (?:question|title|review)|\bwrite\b"
    r"|schreib\w* (?:\w+ )?(?:ein|mir|über)|verfass|erstell|erfinde|entwirf|gedicht|geschichte|écri(?:s|vez|re)|rédige|compose|invent|crée|génère|poème|histoire"
    r"|escrib|redact|inventa|crea |genera|poema|cuento|historia|scriv[ie]|componi|poesia|racconto|escrev|redij|crie|schrijf|verzin|gedicht|verhaal"
    r"|skriv (?:en|ett)|dikt|berättelse|kirjoita|laadi|keksi|runo|tarina|luo |napisz|stwórz|wymyśl|wiersz|opowiad|напиш|сочин|придум|состав|созда|сгенерир|стих|рассказ"
    r"|історі|створи|вигада|склад|写(?:一|出|个|篇|首|段|封|作|关于|下)|编写|撰写|创作|创造|生成|编一|作一|设计|起草|拟|续写|造句|故事|诗|文章.{0,4}写|想象|描绘|书いて|作って"
)
IDEAS = (
    r"\bideas?\b|\bsuggest|\brecommend|\btips?\b|\badvice|\bbrainstorm|\bways? (?:to|in which|of|that)|\bwhat are (?:some|\w+ (?:ways|things|tips|ideas))|\bwhat should i"
    r"|\bhow (?:can|do|should|could) (?:i|we|you|one)\b|\bgive me (?:some|a few|\d|five|ten|three|a list|\w+ (?:reasons|ways|ideas|examples|tips))|\bfavou?rite"
    r"|\bbest (?:ways?|things|places)|\bthings (?:to|that)|\btop (?:\d+|five|ten|three)|\breasons? (?:why|to|for)|\bwhat (?:would|do) you|\bpros and cons|\bstrateg|\bopinion"
    r"|\blist (?:of )?(?:some|\d+|several|five|ten|three|a few|reasons|ways|things|ideas|examples)|\bexamples of|\bwhat (?:are|is) (?:your|the best|a good|good|something)"
    r"|vorschl|schlag .{0,40} vor|empfehl|empfiehl|ideen|tipps|rat(?:schläge)?\b|möglichkeiten|conseil|propos|suggèr|recommand|idées|astuces|consej|suger|recomiend|ideas|conselh"
    r"|consigli|sugger|idee|adviezen|suggest|tips|förslag|föreslå|idéer|ehdota|suosittele|ideoita|vinkkej|tapoja|zapropon|poleć|pomysł|porad|предлож|посовет|порекоменд|идеи|идей|совет"
    r"|запропон|порад|建议|推荐|意见|想法|点子|主意|方案|列举|举例|方法|技巧|策略|给我一些|给出(?:一些|\d|几|三|五|两)|提供(?:一些|\d|几|三|五|两)|列出(?:一些|\d|几|三|五|两)|如何提高|如何(?:才能|更好)|头脑风暴"
)
GROUND = (
    r"\b(?:based|building|relying) (?:up)?on (?:the|this|that|these)|\baccording to (?:the|this|that)|\b(?:given|using|use|from|read|refer\w*|in|about|per) (?:to )?(?:the|this|that|these) "
    r"(?:\w+ ){0,3}(?:text|passage|paragraph|article|context|document|excerpt|reference|story|information|content|conversation|dialog(?:ue)?|plot|background|table|description|data)"
    r"|\b(?:following|above|below|given|provided|attached|movie|this|the) (?:\w+ )?(?:text|passage|paragraph|article|context|document|excerpt|story|conversation|dialog(?:ue)?|plot|background|table|reference)"
    r"|\bthe (?:text|passage|paragraph|article|context)\b|\bcontext\s*:|\bpassage\s*:|\bparagraph\s*:|\barticle\s*:|\b(?:text|plot|background|story|conversation|dialogue)\s*:"
    r"|laut (?:dem )?text|anhand de|nach dem text|im text|folgenden text|auf der grundlage|d'après le|selon le|à partir d|dans le texte|le texte|según el|de acuerdo con|a partir d|en el texto"
    r"|secondo il|in base a|nel testo|dal testo|segundo o|com base|no texto|volgens de|op basis|enligt texten|utifrån|tekstin|tekstissä|kappale|perusteella|annetu|według|na podstawie|w tekście"
    r"|согласно|на основе|по тексту|в тексте|из текста|згідно|за текстом|根据.{0,12}(?:文|段|内容|信息|材料|描述|故事|对话|表|资料|语境|上下文|情景)|阅读|文中|下文|上文|文章(?:内容)?|短文|段落|文本|以下内容|材料|这段|给定的(?:文|段)|本文"
)
HEDGE = (
    r"\b(?:might|may|could|would|probably|likely|possibl[ey]|perhaps|plausible|infer\w*|imply|implie\w*|impli\w*|deduc\w*|conclude|conclusion|hypothe\w*|suppose|predict)\b"
    r"|\boutside (?:knowledge|information)|\b(?:own|general|prior|background|common|world|additional) (?:knowledge|sense)|\bbeyond the (?:text|passage|context)|\breason(?:ing)? about|\bwhat (?:will|happens? next)"
    r"|wahrscheinlich|vermutlich|schlie(?:ß|ss)|folger|ableit|vorwissen|allgemeinwissen|könnte|probable|peut-être|dédui|infér|pourrait|connaissances|probabl|inferir|deduc|podría|conocimiento|potrebbe|dedurre"
    r"|poderia|waarschijnlijk|afleid|troligen|sannolik|todennäk|päättel|voisi|prawdopod|wywniosk|mógłby|вероят|возмож|вывод|мог бы|предполож|ймовір|виснов|推断|推理|推测|可能|推论|结合(?:常识|你的知识|背景)|常识|预测|也许"
)
CODE = r"\b(?:python|javascript|java|sql|html|css|c\+\+|regex|algorithm|function|code|program|script|excel|bash)\b|```|代码|编程|程序|函数|算法|код|programm|código|codice"
MATH = r"\b(?:calculate|compute|solve|equation|how much is|sum of|product of|percent|average|multipl|divided|square root)\b|\d\s*[-+*/×÷x^=]\s*\d|rechne|berechne|calcul|cuánto|вычисл|реши|посчита|计算|求(?:它|出|的)?|多少(?:钱|个|米|千|元|人|厘米|平方|朵|只|名|页|棵|岁|天|次|分)|百分之|面积|方程|平均"
QUESTION_LABEL = r"\bquestions?\s*\d*\s*[:.]|\bq\s*\d*\s*[:.]|\banswer\s*:|\ba\s*:|\b(?:answer|respond to) (?:the|this|these|following|my|question)|frage\s*:|beantwort|question\s*:|répond|pregunta\s*:|respond|contest|rispond|domanda|responda|pergunta|vraag|fråga|svara|kysymy|vastaa|pytani|odpowie|вопрос|ответ|питання|відпов|问题|回答|请问|答案|质問|答え"
MAKE_QUESTION = r"\b(?:generat|writ|creat|form|ask|compos|com\w+ up with)\w* (?:\w+ ){0,4}questions?\b|\bquestions? (?:that|whose|for which|about)|生成.{0,10}问题|提(?:出)?.{0,6}问题|сформулируй.{0,20}вопрос|stell\w* .{0,30}fragen?\b"
SOURCE_LABEL = r"(?:^|\n)\s*(?:\w+ )?(?:context|passage|paragraph|article|text|document|input|plot|story|review|sentence|dialog(?:ue)?|conversation|background|title|kontext|texte?|texto|testo|абзац|текст|контекст|输入|文本|文章|内容|段落|句子|评论|描述|语境)(?: \w+)?\s*[:：]"
OPTIONS = r"(?:^|[\n\s,;:：])(?:\(?[a-eA-E1-5][).、:：]|[-•*])\s*\S[^\n]{0,60}(?:[\n\s,;]+)\(?(?:[b-eB-E2-5][).、:：]|[-•*])\s*\S|\b(?:options?|choices|choose|pick|select|possible (?:answers?|labels?)|labels?)\b|选项|选择|(?:wähl|auswahl)|chois|elig|escog|scegli|escolh|kies|välj|valitse|wybierz|выбер|вибер"

CUES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.DOTALL)
    for name, pattern in {
        "summarize": SUMMARIZE,
        "extract": EXTRACT,
        "rewrite": REWRITE,
        "classify": CLASSIFY,
        "write": WRITE,
        "ideas": IDEAS,
        "ground": GROUND,
        "hedge": HEDGE,
        "code": CODE,
        "math": MATH,
        "question_label": QUESTION_LABEL,
        "make_question": MAKE_QUESTION,
        "source_label": SOURCE_LABEL,
        "options": OPTIONS,
    }.items()
}
FACTUAL = (
    r"\b(?:who|whom|whose|when|where|which|what|how (?:many|much|long|old|far|big|tall|large|often))\b|\bwer\b|\bwann\b|\bwo\b|\bwelche|\bwas\b|wie (?:viel|lange|alt|hoch|groß)|\bqui\b|\bquand\b|\boù\b|\bquel|combien|qu'est"
    r"|\bquién|\bcuándo|\bdónde|\bcuál|\bqué\b|cuánt|\bchi\b|\bquando\b|\bdove\b|\bquale\b|\bcosa\b|quanti|\bquem\b|\bonde\b|\bqual\b|\bwie\b|\bwanneer|\bwaar\b|\bwelke|\bvem\b|\bnär\b|\bvar\b|\bvilke|\bkuka|\bmilloin|\bmissä|\bmikä|\bmitä|\bkuinka|\bmontako"
    r"|\bkto\b|\bkiedy|\bgdzie|\bjaki|\bco\b|\bile\b|\bкто|\bкогда|\bгде|\bкак(?:ой|ая|ое|ие)|\bчто|\bсколько|\bхто|\bколи|\bде\b|\bщо\b|\bскільки|谁|什么|哪|何时|几|多少|多大"
)
REASONED = r"\bwhy\b|\bhow\b|\bexplain|\bdescribe|\bwarum|\bwieso|\bwie\b|erklär|beschreib|pourquoi|comment|expliqu|décri|por qué|cómo|expli[cq]|perché|\bcome\b|spiega|descri|por que|\bcomo\b|waarom|\bhoe\b|leg uit|varför|\bhur\b|förklara|miksi|\bmiten|selitä|kuvaile|dlaczego|\bjak\b|wyjaśn|opisz|почему|зачем|\bкак\b|объясн|опиши|чому|\bяк\b|поясн|为什么|怎么|如何|解释|说明|介绍|描述"
YES_NO = r"^(?:is|are|was|were|do|does|did|can|could|should|has|have|will|would)\b|^(?:ist|sind|war|hat|kann|gibt)\b|^(?:est-ce|es|son|è|sono|é|são|onko|ovatko|czy|является|是否)|吗[？?]"
QUESTIONS: Mapping[str, re.Pattern[str]] = {
    "factual": re.compile(FACTUAL),
    "reasoned": re.compile(REASONED),
    "yes_no": re.compile(YES_NO, re.MULTILINE),
}
