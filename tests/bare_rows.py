"""A row of any model with as little in it as its columns take: foreign keys point nowhere, which PostgreSQL looks at
only when a transaction ends, so constraints of the row itself can be tried without the world around it."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import models

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_numbers = count(900_000_000)

Given = dict[str, Any]


def insert(model: type[models.Model], given: Given) -> models.Model:
    """Past save(): what a model does on the way would hide what the table allows. Callables in `given` are called."""
    row = model()
    for field in model._meta.concrete_fields:
        if field.name in given:
            value = given[field.name]
            setattr(row, field.attname, value() if callable(value) else value)
        elif not isinstance(field, models.AutoField) and not field.null and not _has_default(field):
            setattr(row, field.attname, another(field))
    row.save_base(raw=True, force_insert=True)
    return row


def _has_default(field: models.Field) -> bool:
    is_dated = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not is_dated and (field.has_default() or field.has_db_default())


def another(field: models.Field) -> Any:
    """A value nobody had before, where the column can have one."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    number = next(_numbers)
    if target.choices:
        return next(value for value, _ in target.choices if value)
    if isinstance(target, models.UUIDField):
        return uuid.uuid4()
    if isinstance(target, models.DateTimeField):
        return NOW + timedelta(minutes=number % 100_000)
    if isinstance(target, models.DateField):
        return NOW.date() + timedelta(days=number % 10_000)
    if isinstance(target, models.CharField | models.TextField):
        return f"{number:030d}"[-(target.max_length or 30) :]
    if isinstance(target, models.BooleanField):
        return False
    if isinstance(target, models.JSONField):
        return {}
    if target.get_internal_type() == "ArrayField":
        return ["x"]
    return number % 30_000 if isinstance(target, models.SmallIntegerField) else number
