# ruff: noqa: E501  # lists of patterns read better one to a line
"""Data about persons and secrets in a text: where they stand, and the text without them.

Only what can be told by its form: e-mail addresses, telephone numbers (phonenumbers), account and card numbers and
national identity numbers by their check digits (python-stdnum), public network addresses, access keys. Names are none
of it. What is made to be shown (example.com, 555 numbers, test cards) is left alone.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.ru import inn
from stdnum.se import personnummer
from stdnum.us import ssn

EMAIL, PHONE, ACCOUNT, CARD, NETWORK, KEY, IDENTITY = "e-mail", "phone", "account", "card", "ip", "key", "id"


@dataclass(frozen=True, order=True)
class Span:
    """`is_general`: an address of an office or a machine, hardly of a person."""

    start: int
    end: int
    kind: str
    is_general: bool = False

    @property
    def mask(self) -> str:
        return f"[{self.kind}]"


def find(text: str, language: str = "en") -> list[Span]:
    """In the order of the text, none inside another."""
    if not HINT.search(text):
        return []
    spans: list[Span] = []
    reached = 0
    for span in sorted(_all(text, language), key=lambda each: (each.start, -each.end)):
        if span.start >= reached:
            spans.append(span)
            reached = span.end
    return spans


def mask(text: str, language: str = "en") -> str:
    for span in reversed(find(text, language)):
        text = text[: span.start] + span.mask + text[span.end :]
    return text


def _all(text: str, language: str) -> Iterator[Span]:
    yield from _emails(text)
    yield from (Span(*match.span(), KEY) for match in KEYS.finditer(text))
    if DIGITS.search(text):
        yield from _numbers(text, language)


HINT = re.compile(
    r"@|\d[\d .()/-]{4}|[A-Za-z]-\w{8}|[A-Za-z]_\w{8}|AKIA|ASIA|AIza|eyJ|-----BEGIN|:[0-9a-fA-F]{1,4}:|[A-Z]{6}\d\d[A-Z]"
)
DIGITS = re.compile(r"\d[^\n\d]{0,3}\d[^\n\d]{0,3}\d[^\n\d]{0,3}\d|[0-9a-fA-F]:[0-9a-fA-F:]")

ADDRESS = re.compile(
    r"(?<![\w.+%@/:-])(?P<name>[\w.+%-]{1,64})@(?P<host>(?:[a-zA-Z0-9-]{1,63}\.){1,6}[a-zA-Z]{2,24})(?![\w@-])"
)
SHOWN_HOST = re.compile(
    r"(?:.*\.)?(?:example\.\w+|(?:e?mail|domain|yourdomain|mydomain|company|yourcompany|website|test|sample|acme|foo|bar|xyz|abc|school|university|business|organization)\.(?:com|org|net|edu)|.*\.(?:test|invalid|example|local))",
    re.IGNORECASE,
)
OFFICE = re.compile(
    r"(?:info|contact|kontakt|contacto|support|help|helpdesk|office|press|presse|sales|service|hello|admin|webmaster|postmaster|no-?reply|do-?not-?reply|jobs|careers|team|privacy|legal|marketing|billing|orders?|news|newsletter|media|feedback|enquir(?:y|ies)|inquir(?:y|ies)|customer-?service|asiakaspalvelu|git)",
    re.IGNORECASE,
)
KEYS = re.compile(
    r"(?<![\w-])(?:sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{20,200}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,200}|AIza[0-9A-Za-z_-]{35}|(?:sk|rk|pk)_(?:live|test)_[0-9a-zA-Z]{16,128}|hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{50,300}"
    r"|SG\.[\w-]{16,32}\.[\w-]{32,64}|dop_v1_[0-9a-f]{64}|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,2000})(?![\w-])"
    r"|-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----"
)
# Where the numbers of a language are from; the first decides between several.
REGIONS = {
    "en": ("US", "GB"), "de": ("DE", "AT", "CH"), "fi": ("FI",), "sv": ("SE",), "fr": ("FR", "BE", "CH"), "es": ("ES", "MX"), "it": ("IT",), "pt": ("PT", "BR"), "ru": ("RU",),
    "uk": ("UA",), "pl": ("PL",), "cs": ("CZ",), "nl": ("NL",), "zh": ("CN",), "da": ("DK",), "nb": ("NO",), "no": ("NO",), "ja": ("JP",), "ko": ("KR",),
}  # fmt: skip
NUMBER = re.compile(
    r"(?<![\w.,/#=+$€£-])(?P<plus>\+|00(?=[1-9]))?\(?\d[\d ()./\u00a0\u2011-]{5,20}\d(?![\w%°€$£]|[.,/:-]\d)"
)
GROUPED = re.compile(
    r"(?:1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4}|(?:1[.-])?\d{3}([.-])\d{3}\1\d{4}|\(?0\d{2,5}\)?[ /-]\d{3,}(?:[ -]?\d{2,})*|0\d(?:[ .]\d\d){4}"
)
CALLED = re.compile(
    r"\b(?:tel|telephone|phone|mobile|cell|call|text|fax|whatsapp|sms|dial|hotline|telefon|handy|mobil|anruf|téléphone|portable|teléfono|móvil|llam\w*|telefono|cellulare|telefone|celular|puh(?:elin)?|gsm|soita|тел|телефон|моб|номер|звон\w*|电话|手机|联系)\w{0,6}[.:)]?\s{0,3}(?:number|no\.?|nr\.?|is|at|us at|me at|me on|номер)?[:：]?\s{0,3}$",
    re.IGNORECASE,
)
# Central office 555 in North America; ranges for plays and films in the United Kingdom.
FICTIONAL = re.compile(
    r"\+1\d{3}555\d{4}|\+44(?:1632960\d{3}|7700900\d{3}|2079460\d{3}|\d{3}4960\d{3})|\+1(\d)\1{9}|\+\d{1,3}(?:0?123456789?\d?|1234567\d{0,3})"
)

ACCOUNTS = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?(?![\w-])")
CARDS = re.compile(
    r"(?<![\w.,+-])(?:[3-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ -]?)\d{6}\2\d{5})(?![\w-]|[.,]\d)"
)
SHOWN_NUMBERS = frozenset(
    (
        "GB82WEST12345698765432", "GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606", "ES9121000418450200051332", "FI2112345600000785", "NL91ABNA0417164300",
        "4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444", "5105105105105100", "378282246310005", "371449635398431", "6011111111111117", "4000000000000002", "4000000000000000",
        "078-05-1120", "219-09-9999", "123-45-6789",
    )
)  # fmt: skip
IPV4 = re.compile(r"(?<![\w.:/-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,6})?(?![\w:])")
VERSION = re.compile(r"(?:version|release|v|ver\.|build|section|§|chapter)\s?$", re.IGNORECASE)
# Servers that everybody may name.
KNOWN_SERVERS = frozenset(
    ("8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222", "1.2.3.4", "4.3.2.1", "5.6.7.8")
)


@dataclass(frozen=True)
class Identity:
    """Numbers whose form is everybody's need a word in front that says what they are."""

    form: re.Pattern[str]
    is_valid: Callable[[str], bool]
    word: re.Pattern[str] | None = None


def _named(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})[^\n\d]{{0,25}}$", re.IGNORECASE)


IDENTITIES = (
    Identity(re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), ssn.is_valid),
    Identity(re.compile(r"(?<![\w-])\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![\w-])"), hetu.is_valid),
    Identity(re.compile(r"(?<![\w-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])"), personnummer.is_valid, _named(r"personnummer|person(?:al)? (?:number|id)|henkilönumero")),
    Identity(re.compile(r"(?<!\w)(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z](?!\w)"), lambda text: bool(dni.is_valid(text) or nie.is_valid(text)), _named(r"\b(?:DNI|NIE|NIF|identidad)\b")),
    Identity(re.compile(r"(?<!\w)[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?!\w)"), codicefiscale.is_valid),
    Identity(re.compile(r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])"), cpf.is_valid),
    Identity(re.compile(r"(?<![\w.-])\d{17}[\dX](?![\w-])"), ric.is_valid),
    Identity(re.compile(r"(?<![\w.-])[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w-])"), nir.is_valid),
    Identity(re.compile(r"(?<![\w.-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-])"), idnr.is_valid, _named(r"steuer-?id\w*|steuerliche identifikationsnummer|idnr|tax id")),
    Identity(re.compile(r"(?<![\w.-])\d{11}(?![\w-])"), pesel.is_valid, _named("pesel")),
    Identity(re.compile(r"(?<![\w.-])\d{9}(?![\w-])"), bsn.is_valid, _named(r"bsn|burgerservicenummer|sofinummer")),
    Identity(re.compile(r"(?<![\w.-])\d{12}(?![\w-])"), inn.is_valid, _named("инн")),
)  # fmt: skip


def _emails(text: str) -> Iterator[Span]:
    if "@" not in text:
        return
    for match in ADDRESS.finditer(text):
        if not SHOWN_HOST.fullmatch(match["host"]):
            yield Span(*match.span(), EMAIL, bool(OFFICE.fullmatch(match["name"])))


def _numbers(text: str, language: str) -> Iterator[Span]:
    yield from _checked(text, ACCOUNTS, iban.is_valid, ACCOUNT)
    yield from _checked(text, CARDS, luhn.is_valid, CARD)
    for identity in IDENTITIES:
        for span in _checked(text, identity.form, identity.is_valid, IDENTITY):
            if identity.word is None or identity.word.search(text, max(span.start - 60, 0), span.start):
                yield span
    yield from _phones(text, language)
    yield from _servers(text)


def _checked(text: str, form: re.Pattern[str], is_valid: Callable[[str], bool], kind: str) -> Iterator[Span]:
    for match in form.finditer(text):
        plain = re.sub(r"[ \u00a0]|-(?=\d{4})" if kind != IDENTITY else r"[ \u00a0]", "", match[0])
        if plain not in SHOWN_NUMBERS and match[0] not in SHOWN_NUMBERS and is_valid(plain):
            yield Span(*match.span(), kind)


def _phones(text: str, language: str) -> Iterator[Span]:
    for match in NUMBER.finditer(text):
        written = match[0].rstrip(" (./-")
        digits = sum(map(str.isdigit, written))
        if not 7 <= digits <= 15 or not _is_meant(text, match, written):
            continue
        if any(_is_phone(written, region) for region in _regions(match, language)):
            yield Span(match.start(), match.start() + len(written), PHONE)


def _is_meant(text: str, match: re.Match[str], written: str) -> bool:
    """A number is dialed if it begins with +, is grouped as telephone numbers are, or a word in front says so."""
    if match["plus"] == "+" or GROUPED.fullmatch(written):
        return True
    return bool(CALLED.search(text, max(match.start() - 50, 0), match.start()))


def _regions(match: re.Match[str], language: str) -> tuple[str | None, ...]:
    return (None,) if match["plus"] == "+" else REGIONS.get(language.partition("-")[0].lower(), ("US",))


def _is_phone(written: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return False
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    is_service = phonenumbers.number_type(number) in SERVICES
    return phonenumbers.is_valid_number(number) and not is_service and not FICTIONAL.fullmatch(whole)


# Hotlines belong to nobody in person.
SERVICES = (
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.UAN,
)


def _servers(text: str) -> Iterator[Span]:
    for pattern in (IPV4, IPV6):
        for match in pattern.finditer(text):
            if (
                match[0] not in KNOWN_SERVERS
                and _is_public(match[0])
                and not VERSION.search(text[max(match.start() - 12, 0) : match.start()])
            ):
                yield Span(*match.span(), NETWORK, is_general=True)


def _is_public(written: str) -> bool:
    try:
        return ipaddress.ip_address(written).is_global
    except ValueError:
        return False
