"""Statements that are written out, for the few places where building them anew costs more than running them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

Row = tuple[Any, ...]


def execute(statement: str, terms: Sequence[Any] | Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, terms)


def fetch_row(statement: str, terms: Sequence[Any] | Mapping[str, Any]) -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, terms)
        row: Row | None = cursor.fetchone()
    return row


def fetch_rows(statement: str, terms: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, terms)
        rows: list[Row] = cursor.fetchall()
    return rows
