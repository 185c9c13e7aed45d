"""What people are admitted to."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from catalog.models import Domain, Language
from catalog.skills import Skill
from experts.models import Qualification


@transaction.atomic
def extend(user: User, *, language: Language, domain: Domain, skills: Iterable[str], native: bool) -> Qualification:
    """Adds skills to what a person is admitted to; nothing they have is taken away. Two at once: both are added."""
    # There may be no qualification to lock yet.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    there = Qualification.objects.filter(user=user, language=language, domain=domain).first()
    return qualify(
        user,
        language=language,
        domain=domain,
        skills=[*(there.skills if there else []), *skills],
        native=native or (there is not None and there.native),
        fit=there.fit if there else 1.0,
    )


def qualify(
    user: User, *, language: Language, domain: Domain, skills: Iterable[str], native: bool = False, fit: float = 1.0
) -> Qualification:
    """Admits a person, or changes what they are admitted to in this language and domain."""
    qualification, _ = Qualification.objects.update_or_create(
        user=user,
        language=language,
        domain=domain,
        defaults={"skills": sorted({Skill(skill).value for skill in skills}), "native": native, "fit": fit},
    )
    return qualification
