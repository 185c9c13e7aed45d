import pytest

from qa.checks.base import Field, Severity, Subject
from qa.checks.language import CHECK

LONG = {
    "en": "The tenant may end the lease at any time, but the landlord has to give at least three months of notice. "
    "If the rent is not paid on time, a reminder is sent first, and only after that can a claim be made in court. "
    "In most cases the parties agree before it comes to that, because a trial is slow and costs a lot of money.",
    "de": "Der Mieter kann jederzeit kündigen, während der Vermieter drei Monate Frist einhalten muss. "
    "Wird die Miete nicht rechtzeitig gezahlt, so wird zunächst gemahnt, und erst danach kann geklagt werden. "
    "Meistens einigen sich die beiden vorher, weil ein Verfahren lange dauert und sehr viel kostet.",
    "fi": "vuokralainen voi irtisanoa sopimuksen milloin tahansa, mutta vuokranantajan on noudatettava kolmen kuun "
    "irtisanomisaikaa. jos vuokraa ei makseta ajoissa, lähetetään ensin muistutus, ja vasta sen jälkeen asia "
    "voidaan viedä oikeuteen. yleensä osapuolet sopivat ennen sitä, koska oikeudenkäynti on hidas ja maksaa paljon.",
    "sv": "Hyresgästen kan säga upp avtalet när som helst, men hyresvärden måste ge minst tre månaders uppsägningstid. "
    "Om hyran inte betalas i tid skickas först en påminnelse, och först därefter kan ett krav väckas i domstol. "
    "Oftast kommer parterna överens innan dess, eftersom en rättegång är långsam och kostar mycket pengar.",
    "ru": "Арендатор может расторгнуть договор в любое время, но арендодатель обязан предупредить за три месяца. "
    "Если плата не внесена вовремя, сначала направляется напоминание, и только потом можно обратиться в суд. "
    "Обычно стороны договариваются раньше, потому что процесс идёт медленно и стоит больших денег.",
    "uk": "Орендар може розірвати договір у будь-який час, але орендодавець має попередити його за три місяці. "
    "Якщо плату не внесено вчасно, спочатку надсилається нагадування, і лише потім можна звернутися до суду. "
    "Зазвичай сторони домовляються раніше, тому що процес іде повільно й коштує великих грошей.",
    "ar": "يمكن للمستأجر إنهاء العقد في أي وقت، لكن على المالك أن يعطي إشعارًا قبل ثلاثة أشهر على الأقل. إذا لم يدفع "
    "الإيجار في موعده يرسل تذكير أولا، وبعد ذلك فقط يمكن رفع دعوى أمام المحكمة. في معظم الحالات يتفق الطرفان قبل ذلك.",
    "zh": "承租人可以随时解除合同，但出租人必须至少提前三个月通知。如果没有按时支付租金，首先会发出提醒，"
    "之后才能向法院提起诉讼。在大多数情况下，双方会在此之前达成一致，因为诉讼过程缓慢而且费用很高。",
}
PROJECT = ("en", "fi", "de", "sv", "ru", "uk", "ar", "zh")


def judged(completion, language, **settings):
    return CHECK.run(Subject("x", completion, language=language, languages=PROJECT, **settings))


@pytest.mark.parametrize("language", LONG)
def test_a_text_in_its_language_is_left_alone(language):
    assert judged(LONG[language], language) == []
    assert judged(LONG[language], f"{language}-XX") == []


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize("cell", LONG)
def test_a_long_text_in_another_language_must_change(language, cell):
    if language != cell:
        (finding,) = judged(LONG[language], cell)
        assert (finding.field, finding.severity) == (Field.COMPLETION, Severity.MUST)


def test_the_message_names_both_languages():
    (finding,) = judged(LONG["fi"], "en")
    assert finding.message == "The completion reads as Finnish, not English."
    (finding,) = judged(LONG["ru"], "en")
    assert finding.message == "The completion is not in English: it is written in Cyrillic letters."


def test_a_short_text_in_another_language_is_only_pointed_out():
    short = LONG["sv"].partition(".")[0] + "."
    (finding,) = judged(short, "en")
    assert finding.severity is Severity.SHOULD


QUIET = [
    ("fi", "Robert Lewandowski, Lionel Messi, Cristiano Ronaldo, Luka Modrić, Ousmane Dembélé, Kevin De Bruyne"),
    ("fi", "Yes."),
    ("fi", "12.5 % 2021 2022 2023 1 000 000 3,14159 2 + 2 = 4"),
    ("fi", "```python\nfor every_item in the_list_of_things: print(every_item, 'and then some more words here')\n```"),
    ("zh", "var newDate = new Date(); var other = newDate.toLocaleString('en'); return {a: other, b: [1, 2]};"),
    ("fi", "Käännä seuraava teksti suomeksi niin, että merkitys ei muutu.\n" + LONG["en"]),
    ("zh", "请翻译成中文：" + LONG["en"]),
    ("fi", "https://example.org/the-quick-brown-fox-jumps-over-the-lazy-dog-and-runs-into-the-forest-again-and-again"),
    ("tlh", LONG["en"]),
]


@pytest.mark.parametrize(("language", "completion"), QUIET)
def test_names_code_addresses_and_texts_to_translate_are_left_alone(language, completion):
    assert judged(completion, language) == []


def test_structured_answers_are_not_judged():
    assert judged(LONG["fi"], "en", format="json") == []


def test_translations_are_never_sent_back_at_once():
    (finding,) = judged(LONG["fi"], "en", skill="rewriting")
    assert finding.severity is Severity.SHOULD


def test_prompts_are_judged_too():
    (finding,) = CHECK.run(Subject(LONG["de"], "Yes.", language="en"))
    assert finding.field is Field.PROMPT
