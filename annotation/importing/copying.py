"""Many rows at once into a model's table."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import Cursor
from psycopg.adapt import PyFormat, Transformer

# The sequence is looked up once, not for every number.
NEXT_IDS = """
SELECT nextval(sequence) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) AS known,
generate_series(1, %s)
"""


def next_ids(model: type[models.Model], number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [model._meta.db_table, number])
        return [identity for (identity,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], **same: Any) -> None:
    """`same` holds for all rows; every other column gets its model's default, so a new column needs no change here.
    Without an `id` among `columns`, the database numbers the rows."""
    meta = model._meta
    fixed = {
        str(one.column): one.get_db_prep_save(same.get(one.attname, one.get_default()), connection)
        for one in meta.concrete_fields
        if one.attname not in columns and not one.primary_key
    }
    names = ", ".join(connection.ops.quote_name(name) for name in (*columns, *fixed))
    with connection.cursor() as cursor, cursor.copy(f"COPY {meta.db_table} ({names}) FROM STDIN") as copy:
        constants = _written_once(fixed.values(), copy.cursor)
        for row in rows:
            copy.write_row(row + constants)


def _written_once(values: Iterable[Any], cursor: Cursor[Any]) -> tuple[str | None, ...]:
    """As COPY takes them: a date or a JSON object turned into text for every row costs as much as the row's texts."""
    transformer = Transformer(cursor)
    return tuple(
        None if value is None else bytes(transformer.get_dumper(value, PyFormat.TEXT).dump(value) or b"").decode()
        for value in values
    )
