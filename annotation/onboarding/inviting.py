"""Invitations: a link with a secret that only its receiver has; the database keeps the hash."""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.access import Desk
from annotation.models import Invitation, Membership, Project
from core.refusal import Refusal, Refused, refuse_if

VALID_FOR = timedelta(days=14)
MOST_AT_ONCE = 200

LinkOf = Callable[[str], str]


@dataclass(frozen=True)
class Sent:
    """The link is known only now; it cannot be shown again."""

    invitation: Invitation
    link: str


def hash_of(secret: str) -> str:
    # A plain hash is enough: the secret is 256 random bits, not a password.
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def invite(desk: Desk, emails: Iterable[str], roles: Collection[str], link_of: LinkOf) -> list[Sent]:
    """One invitation each, with a mail. Raises Refused, and invites nobody, where one is in or invited already."""
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails))
    refuse_if(refusal_to_invite(desk.project, wanted, roles), status=409)
    expired = Invitation.objects.filter(project=desk.project, email__in=wanted, accepted_at=None)
    expired.delete()
    new = [Invitation(project=desk.project, email=email, roles=sorted(roles), invited_by=desk.user) for email in wanted]
    return [_send(invitation, link_of) for invitation in new]


def refusal_to_invite(project: Project, emails: Sequence[str], roles: Collection[str]) -> Refusal | None:
    if not emails or not roles:
        return Refusal("An invitation needs an address and a role.")
    if len(emails) > MOST_AT_ONCE:
        return Refusal(f"More than {MOST_AT_ONCE} addresses at once.", "Send them in several rounds.")
    members = Membership.objects.filter(project=project, user__email__in=emails)
    inside = set(members.values_list("user__email", flat=True))
    if inside:
        return Refusal(f"{_are(inside)} in this project already.", "Change the roles on the person's own page.")
    invited = set(open_invitations(project).filter(email__in=emails).values_list("email", flat=True))
    if invited:
        return Refusal(f"{_are(invited)} invited already.", "Send the open invitation again instead.")
    return None


def _are(emails: Collection[str]) -> str:
    return f"{', '.join(sorted(emails))} {'is' if len(emails) == 1 else 'are'}"


def open_invitations(project: Project) -> QuerySet[Invitation]:
    return Invitation.objects.filter(project=project, accepted_at=None, expires_at__gt=timezone.now())


def unanswered_invitations(project: Project) -> QuerySet[Invitation]:
    """Open and expired ones: both can be sent again or withdrawn."""
    return Invitation.objects.filter(project=project, accepted_at=None).order_by("-created_at")


@transaction.atomic
def send_again(desk: Desk, invitation_id: int, link_of: LinkOf) -> Sent:
    """A new link for another fourteen days; the old one stops working."""
    return _send(_unanswered(desk, invitation_id), link_of)


@transaction.atomic
def withdraw(desk: Desk, invitation_id: int) -> str:
    """The link stops working. Returns whose it was."""
    invitation = _unanswered(desk, invitation_id)
    invitation.delete()
    return invitation.email


def _unanswered(desk: Desk, invitation_id: int) -> Invitation:
    found = Invitation.objects.select_for_update().filter(project=desk.project, pk=invitation_id).first()
    if found is None:
        raise Refused(Refusal("There is no such invitation any more."), status=409)
    if found.accepted_at:
        raise Refused(Refusal(f"{found.email} has joined already.", "Look among the people."), status=409)
    return found


def _send(invitation: Invitation, link_of: LinkOf) -> Sent:
    secret = secrets.token_urlsafe(32)
    invitation.secret_hash = hash_of(secret)
    invitation.expires_at = timezone.now() + VALID_FOR
    invitation.save()
    sent = Sent(invitation, link_of(secret))

    def mail() -> None:  # a partial has no __qualname__, which Django's log of a failed hook asks for
        _mail(sent)

    transaction.on_commit(mail, robust=True)
    return sent


def _mail(sent: Sent) -> None:
    words = {"invitation": sent.invitation, "link": sent.link, "roles": roles_in_words(sent.invitation)}
    send_mail(
        subject=" ".join(f"Invitation to “{sent.invitation.project}”".split()),
        message=render_to_string("annotation/manager/mail/invitation.txt", words),
        from_email=None,
        recipient_list=[sent.invitation.email],
    )


def roles_in_words(invitation: Invitation) -> str:
    return " and ".join(Role(role).label.lower() for role in invitation.roles)


def find(secret: str) -> Invitation | None:
    return Invitation.objects.select_related("project", "invited_by").filter(secret_hash=hash_of(secret)).first()


def refusal_to_accept(invitation: Invitation | None, now: datetime) -> Refusal | None:
    """Why a link does not work, in words for somebody who has nothing but the link."""
    if invitation is None:
        return Refusal(
            "This invitation link is not valid.",
            "It may have been withdrawn or sent anew: look for a newer mail, or ask whoever invited you.",
        )
    if invitation.accepted_at:
        return Refusal("This invitation has been used.", "If that was you, sign in.")
    if invitation.expires_at <= now:
        return Refusal(
            f"This invitation expired on {invitation.expires_at:%-d %b %Y}.",
            f"Ask {invitation.invited_by} to send it again.",
        )
    if invitation.project.closed_at:
        return Refusal(f"“{invitation.project}” is closed.", "There is nothing to join any more.")
    return None


@transaction.atomic
def accept(secret: str, user: User) -> Project:
    """The signed-in person joins. Raises Refused when the link does not work or is somebody else's."""
    invitation = _locked(secret)
    if invitation.email.lower() != user.email.lower():
        raise Refused(
            Refusal(
                f"This invitation is for {invitation.email}; you are signed in as {user.email}.", "Sign out first."
            ),
            status=403,
        )
    _join(invitation, user)
    return invitation.project


@transaction.atomic
def accept_as_new(secret: str, name: str, password: str) -> tuple[User, Project]:
    """Makes the account and joins. Raises Refused when the link does not work or the address has an account."""
    invitation = _locked(secret)
    if account_of(invitation):
        raise Refused(Refusal("This address has an account.", "Sign in with it to join."), status=409)
    user = User.objects.create_user(invitation.email, password, name=name)
    _join(invitation, user)
    return user, invitation.project


def account_of(invitation: Invitation) -> User | None:
    return User.objects.filter(email__iexact=invitation.email).first()


def _locked(secret: str) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("project", "invited_by")
    invitation = found.filter(secret_hash=hash_of(secret)).first()
    refuse_if(refusal_to_accept(invitation, timezone.now()), status=409)
    assert invitation is not None
    return invitation


def _join(invitation: Invitation, user: User) -> None:
    for role in invitation.roles:
        Membership.objects.get_or_create(project=invitation.project, user=user, role=role)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
