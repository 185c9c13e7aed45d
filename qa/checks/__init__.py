"""Every check there is, in the order people see them."""

from qa.checks import artifacts, context, format, language, length  # noqa: A004
from qa.checks.base import Check

CHECKS: dict[str, Check] = {
    check.name: check for check in (length.CHECK, format.CHECK, language.CHECK, artifacts.CHECK, context.CHECK)
}
