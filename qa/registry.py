"""All checks with the engines this installation has. The only place that reads their settings and constructs engines.

Constructing is cheap: an engine loads on first use, and only in a worker. `QA_CHECKS` names the checks to run; empty
means all.
"""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from qa.checks import CHECKS
from qa.checks.base import Check, Severity


@cache
def checks() -> Mapping[str, Check]:
    """By name, in the order people see them."""
    known = {check.name: check for check in (*CHECKS.values(), *_with_engines())}
    wanted = settings.QA_CHECKS or known
    return {name: check for name, check in known.items() if name in wanted}


def _with_engines() -> tuple[Check, ...]:
    return ()


@cache
def highest_severities() -> Mapping[str, Severity]:
    return {name: check.highest for name, check in checks().items()}
