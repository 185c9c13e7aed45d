import pytest

from qa import privacy
from tests.growth import grows_gently

FOUND = [
    ("en", "Write to jane.reviewer@mailbox-provider.net today.", "e-mail", "jane.reviewer@mailbox-provider.net"),
    ("en", "Call me at (212) 736-5000 now.", "phone", "(212) 736-5000"),
    ("en", "My number: 212-736-5000", "phone", "212-736-5000"),
    ("en", "Reach her on +44 20 7219 3000.", "phone", "+44 20 7219 3000"),
    ("de", "Telefon: 030 22730", "", ""),
    ("de", "Tel.: 030 227-32152", "phone", "030 227-32152"),
    ("fi", "Soita numeroon puh. 040 123 4568.", "phone", "040 123 4568"),
    ("fr", "Téléphone : 01 42 34 20 00", "phone", "01 42 34 20 00"),
    ("ru", "Звоните: +7 495 692-62-65", "phone", "+7 495 692-62-65"),
    ("zh", "联系电话：+86 10 6311 4477", "phone", "+86 10 6311 4477"),
    ("de", "IBAN DE02 1203 0000 0000 2020 51.", "account", "DE02 1203 0000 0000 2020 51"),
    ("en", "Card 4539 1488 0343 6467, please.", "card", "4539 1488 0343 6467"),
    ("en", "The server 81.2.69.142 answered.", "ip", "81.2.69.142"),
    ("en", "export KEY=sk-proj-" + "a1B2" * 8, "key", "sk-proj-" + "a1B2" * 8),
    ("en", "AKIA" + "Q" * 16, "key", "AKIA" + "Q" * 16),
    ("en", "token ghp_" + "a1B2" * 9, "key", "ghp_" + "a1B2" * 9),
    ("en", "-----BEGIN RSA PRIVATE KEY-----", "key", "-----BEGIN RSA PRIVATE KEY-----"),
    ("en", "SSN 536-22-1843.", "id", "536-22-1843"),
    ("fi", "Henkilötunnus 131052-308T.", "id", "131052-308T"),
    ("es", "Su DNI es 54362315K.", "id", "54362315K"),
    ("it", "RSSMRA85T10A562S", "id", "RSSMRA85T10A562S"),
    ("pl", "PESEL 44051401359", "id", "44051401359"),
    ("pt", "CPF 390.533.447-05", "id", "390.533.447-05"),
]


@pytest.mark.parametrize(("language", "text", "kind", "marked"), [each for each in FOUND if each[2]])
def test_data_about_persons_is_found_at_its_exact_place(language, text, kind, marked):
    (span,) = privacy.find(text, language)
    assert (span.kind, text[span.start : span.end]) == (kind, marked)


LEFT_ALONE = [
    ("en", "Write to jane@example.com or you@yourdomain.com; follow @handle on x.y."),
    ("en", "Dial 555-0142, (415) 555-0132 or +1 212 555 0199 in the film."),
    ("en", "In 1939-1945, from 10.12.2015 to 11.01.2016, 1,234,567.89 people, pp. 123-456."),
    ("en", "ISBN 978-3-16-148410-0, version 10.0.19045.1 and 192.168.0.1, 127.0.0.1, 8.8.8.8."),
    ("en", "Pay with the test card 4242 4242 4242 4242; 1234 5678 9012 3456 fails its check digit."),
    ("en", "The account DE89 3704 0044 0532 0130 00 is everybody's example; DE89 3704 0044 0532 0130 01 is wrong."),
    ("en", "GC: 68003292K->49894476K(81320960K), 0x7fff5fbff8c0, sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
    ("en", "The phone was sold 1234567 times in 2015."),
    ("en", "sk-learn is a library; sk-SK is a locale; the Ask-me-anything-session-of-2019-was-long."),
    ("fi", "Donatello (1386-1466) syntyi Firenzessä. Ottelu oli 15.11.2015."),
    ("de", "Das Aktenzeichen ist 7 C 123/19; § 622 BGB gilt seit 01.01.2002."),
    ("zh", "2023年10月1日，价格为12345678元。"),
]


@pytest.mark.parametrize(("language", "text"), LEFT_ALONE)
def test_numbers_that_are_nobodys_are_left_alone(language, text):
    assert privacy.find(text, language) == []


def test_masking_leaves_the_rest_as_it_was():
    text = "Call +44 20 7219 3000 or write to a.b@mailbox-provider.net."
    assert privacy.mask(text) == "Call [phone] or write to [e-mail]."
    assert privacy.find(privacy.mask(text)) == []


def test_the_address_of_an_office_is_told_from_a_persons():
    office, person = privacy.find("info@mailbox-provider.net, jane@mailbox-provider.net")
    assert (office.is_general, person.is_general) == (True, False)


PIECES = [
    "a@",
    "a.",
    "@a.",
    "1-",
    "+1 ",
    "(1",
    "1 ",
    "sk-",
    "eyJ",
    "a:",
    "1.",
    "DE12 ",
    "4111 ",
    "-----BEGIN ",
    "A1",
    "1" * 9,
    "tel ",
    "_a",
]


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_characters_take_no_more_than_their_number(piece):
    assert grows_gently(privacy.find, (piece * 100_000)[:100_000])
