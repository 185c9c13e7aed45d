"""Amounts in whole minor units, and how people write and read them. Never a float."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision
from django.utils import translation

# The largest amount that anybody can mean for a piece of work; keeps arithmetic inside a bigint.
LARGEST = 10**9


def is_currency(code: str) -> bool:
    return code in get_global("all_currencies")


@lru_cache(maxsize=64)
def places(currency: str) -> int:
    """Decimal places: EUR 2, JPY 0, KWD 3 (CLDR)."""
    return int(get_currency_precision(currency))


def as_decimal(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-places(currency))


def plain(amount: int, currency: str) -> str:
    """For files: 1234.50, whatever the language."""
    return f"{as_decimal(amount, currency):.{places(currency)}f}"


def words(amount: int, currency: str) -> str:
    """For people, as their language writes it."""
    return str(
        format_currency(as_decimal(amount, currency), currency, locale=_locale(translation.get_language() or ""))
    )


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def minor(amount: Decimal, currency: str) -> int:
    """Raises ValueError for a fraction of a minor unit, something negative, or more than anybody can mean."""
    try:
        units = amount.scaleb(places(currency))
    except InvalidOperation:
        raise ValueError("not an amount") from None
    if not units.is_finite() or units != units.to_integral_value() or not 0 <= units <= LARGEST:
        raise ValueError("not an amount")
    return int(units)


def per_hour(amount: int, seconds: int) -> int | None:
    """Minor units an hour; None without time."""
    if seconds <= 0:
        return None
    return int((Decimal(amount) * 3600 / seconds).to_integral_value(ROUND_HALF_UP))
