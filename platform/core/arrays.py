"""Many values in one parameter: `IN (…)` with thousands of them costs more to write than to answer."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Lookup):
    """`filter(AnyOf("pk", ids))` becomes `id = ANY (array)`."""

    lookup_name = "any"
    prepare_rhs = False

    def __init__(self, field: str | F, values: Iterable[Any]) -> None:
        super().__init__(F(field) if isinstance(field, str) else field, list(values))

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        field, parameters = self.process_lhs(compiler, connection)
        return f"{field} = ANY(%s)", (*parameters, self.rhs)
