"""Many rows at once into a model's table."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def next_ids(model: type[models.Model], number: int) -> list[int]:
    table = model._meta.db_table  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, number])
        return [identity for (identity,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], **same: Any) -> None:
    """`same` holds for all rows; every other column gets its model's default, so a new column needs no change here."""
    meta = model._meta  # noqa: SLF001
    fixed = {
        one.column: one.get_db_prep_save(same.get(one.attname, one.get_default()), connection)
        for one in meta.concrete_fields
        if one.attname not in columns
    }
    names = ", ".join(connection.ops.quote_name(name) for name in (*columns, *fixed))
    constants = tuple(fixed.values())
    with connection.cursor() as cursor, cursor.copy(f"COPY {meta.db_table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row, *constants))
