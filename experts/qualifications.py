"""What people are admitted to."""

from collections.abc import Iterable

from accounts.models import User
from catalog.models import Domain, Language
from catalog.skills import Skill
from experts.models import Qualification


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
