"""No more mails: an address can be taken off with one click, without an account, and put back."""

from django.core import signing
from django.urls import reverse

from annotation.models import MailStop

SALT = "annotation.mail_stops"


def stop_link(email: str, base: str) -> str:
    """The address is in the link in signed form: no row is needed for those who never click."""
    return base + reverse("annotation:mail-stop", args=[signing.dumps(email.lower(), salt=SALT)])


def email_of(token: str) -> str | None:
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None


def stop(email: str) -> None:
    MailStop.objects.get_or_create(email=email.lower())


def allow(email: str) -> None:
    MailStop.objects.filter(email=email.lower()).delete()


def is_stopped(email: str) -> bool:
    return MailStop.objects.filter(email=email.lower()).exists()


def stopped_among(emails: list[str]) -> set[str]:
    wanted = [email.lower() for email in emails]
    return set(MailStop.objects.filter(email__in=wanted).values_list("email", flat=True))
