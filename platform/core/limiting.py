"""How often something may be asked: counted in the shared cache, so that every process counts together."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from core.refusal import Refusal, Refused

TOO_OFTEN = 429


def client_of(request: HttpRequest) -> str:
    """The client's address as the sign-in page's limits see it."""
    return str(get_adapter(request).get_client_ip(request))


def refuse_too_often(what: str, who: str, *, most: int, seconds: int) -> None:
    """Counts this asking. Raises Refused once there were more than `most` since the first of the last `seconds`."""
    key = f"limit:{what}:{who}"
    cache.add(key, 0, timeout=seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out in between
        return
    if count > most:
        raise Refused(
            Refusal("That was asked too often.", f"Try again in {_minutes(seconds)}."), TOO_OFTEN, "too_often"
        )


def _minutes(seconds: int) -> str:
    minutes = max(1, seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
