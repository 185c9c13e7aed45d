"""Every address × every role × nobody, against the one written table."""

from collections import defaultdict

import pytest
from django.urls import NoReverseMatch, reverse

from tests.access_table import GROUPS, TABLE
from tests.access_world import ANYTHING, WHO, World, every_address, parameters

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Row = tuple[str, list[str], str, list[str]]


def rows() -> list[Row]:
    """(name, words after it, method, what each of WHO gets)"""
    lines = [line.split() for line in TABLE.strip().splitlines() if not line.startswith("#")]
    return [(words[0], words[1:-8], words[-8], words[-7:]) for words in lines]


def group_of(name: str) -> str | None:
    return next((prefix for prefix in GROUPS if name.startswith(prefix)), None)


def own_names() -> list[str]:
    return [name for name, _ in every_address() if group_of(name) is None]


def test_every_address_has_a_row() -> None:
    missing = sorted(set(own_names()) - {name for name, *_ in rows()})
    assert not missing, (
        f"Who may use {', '.join(missing)}? Write a row for each method it takes in tests/access_table.py."
    )


def test_every_row_has_an_address() -> None:
    gone = sorted({name for name, *_ in rows()} - set(own_names()))
    assert not gone, f"No such address any more: {', '.join(gone)}. Take the row out of tests/access_table.py."


def test_no_row_stands_twice() -> None:
    keys = [(name, *words, method) for name, words, method, _ in rows()]
    assert len(set(keys)) == len(keys)


def test_everybody_gets_what_the_table_says() -> None:
    world, wrong = World(), []
    for name, words, method, expected in rows():
        path = world.path(name, words)
        for who, wanted in zip(WHO, expected, strict=True):
            got = world.ask(who, method, path)
            if got != wanted:
                wrong.append(f"{method} {name} {' '.join(words)} as {who}: {got}, the table says {wanted}")
    assert not wrong, "\n".join(wrong)


def test_a_method_without_a_row_is_answered_with_405_or_less() -> None:
    """Above all: what changes something is never done by a GET."""
    world, wrong, seen = World(), [], defaultdict(set)
    example: dict[str, list[str]] = {}
    for name, words, method, _ in rows():
        seen[name].add(method)
        example.setdefault(name, words)
    for name, methods in seen.items():
        path = world.path(name, example[name])
        for method in METHODS:
            if method in methods:
                continue
            for who in ("expert", "editor", "manager"):
                got = world.ask(who, method, path)
                if got not in ("405", "404", "403"):
                    wrong.append(f"{method} {name} as {who}: {got}; it has no row")
    assert not wrong, "\n".join(wrong)


def test_pages_of_other_packages_keep_their_group_s_rule() -> None:
    world, wrong, asked = World(), [], 0
    for name, _ in every_address():
        prefix = group_of(name)
        if prefix is None:
            continue
        try:
            path = reverse(name, kwargs={key: ANYTHING[key] for key in parameters(name)})
        except (NoReverseMatch, KeyError):
            assert "<" in name, f"{name} cannot be asked for: add its values to ANYTHING"
            continue
        asked += 1
        for who in WHO:
            got, wanted = world.ask(who, "GET", path), GROUPS[prefix][0 if who == "anonymous" else 1]
            if got.startswith("ERROR") or (wanted != "any" and got not in (wanted, "405")):
                wrong.append(f"GET {name} as {who}: {got}, the table says {wanted}")
    assert asked > 30
    assert not wrong, "\n".join(wrong)
