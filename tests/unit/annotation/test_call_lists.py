"""What a list of people may look like, apart from what the database says of its addresses."""

import pytest

from annotation.onboarding import call_lists
from annotation.onboarding.call_lists import Known, Reading
from annotation.setup.cells_csv import Vocabulary
from catalog.models import Domain, Language

VOCABULARY = Vocabulary(
    [Language(code="de", name="German"), Language(code="en", name="English")],
    [Domain(slug="law", name="Law"), Domain(slug="civil-engineering", name="Civil engineering")],
)
NOBODY = Known(set(), set(), set(), set())


def read(text: str, known: Known = NOBODY) -> Reading:
    reading, seen = Reading(), {}
    for number, row in call_lists._rows(text, reading) or []:
        call_lists._read_row(number, row, VOCABULARY, known, seen, reading)
    return reading


def errors(text: str, known: Known = NOBODY) -> list[tuple[int, str]]:
    return [(one.row, one.column) for one in read(text, known).errors]


@pytest.mark.parametrize(
    "text",
    [
        "email,name,languages,domains\na@example.org,A,de; en,Law\n",
        "\ufeffemail;name;languages;domains\r\na@example.org;A;German/English;law\r\n",
        'name\tdomains\tlanguages\temail\nA\tlaw\t"DE,en"\tA@Example.org\n',
    ],
)
def test_the_same_person_in_every_dialect_of_csv(text: str) -> None:
    (one,) = read(text).invitees
    assert (one.email, one.name) == ("a@example.org", "A")
    assert [language.pk for language in one.languages] == ["de", "en"]
    assert [domain.pk for domain in one.domains] == ["law"]


def test_bare_addresses_need_no_header_and_keep_their_lines() -> None:
    reading = read("a@example.org\n\nnobody\nb@example.org\n")
    assert [(one.row, one.email) for one in reading.invitees] == [(1, "a@example.org"), (4, "b@example.org")]
    assert [(one.row, one.column) for one in reading.errors] == [(3, "email")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name\nA\n", (1, "email")),
        ("email,salary\na@example.org,1\n", (1, "salary")),
        ("email,email\na@example.org,b@example.org\n", (1, "email")),
        ("email\n\nnot an address\n", (3, "email")),
        ("email,name\n,A\n", (2, "email")),
        ("email\na@example.org\nA@example.org\n", (3, "email")),
        ("email,languages\na@example.org,Klingon\n", (2, "languages")),
        ("email,domains\na@example.org,alchemy\n", (2, "domains")),
        ("email,name\na@example.org,B,C\n", (2, "")),
        ('email,name\na@example.org,"open\n', (2, "")),
        ("email,name\na@example.org," + "x" * 121 + "\n", (2, "name")),
    ],
)
def test_what_is_wrong_is_told_with_its_line_field_and_fix(text: str, where: tuple[int, str]) -> None:
    reading = read(text)
    assert (reading.errors[0].row, reading.errors[0].column) == where
    assert reading.errors[0].problem
    assert reading.errors[0].fix
    assert not reading.is_clean


def test_a_list_is_bounded() -> None:
    assert errors("email\n" + "a@example.org\n" * 1001)[0][0] == 1002
    assert errors("x" * 500_001) == [(1, "")]


def test_who_is_known_is_told_why_they_cannot_be_written_to() -> None:
    known = Known({"m@example.org"}, {"i@example.org"}, {"a@example.org"}, {"s@example.org"})
    reading = read("email\nm@example.org\ni@example.org\na@example.org\ns@example.org\nn@example.org\n", known)
    assert [one.row for one in reading.errors] == [2, 3, 4, 5]
    assert len({one.problem for one in reading.errors}) == 4
    assert [one.email for one in reading.invitees] == ["n@example.org"]


def test_line_ends_in_a_name_stay_out_of_headers() -> None:
    assert read('email,name\na@example.org,"A\nBcc: x"\n').invitees[0].name == "A Bcc: x"
