"""Sets up the project of a rehearsal: cells from the data, contexts that wait, people who sign in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from annotation.models import Cell, Clause, Context, Guideline, Membership, Project
from annotation.places import open_cell
from annotation.rehearsal.material import Pair
from catalog.models import Domain, Language
from catalog.skills import Skill
from catalog.vocabulary import load_vocabulary
from experts.models import Qualification

PASSWORD = "rehearsal of scripted people"  # noqa: S105  (people without work of their own)


@dataclass(frozen=True)
class Company:
    project: Project
    experts: list[User]
    reviewers: list[User]
    editors: list[User]
    manager: User


@transaction.atomic
def assemble(
    *,
    pairs: list[Pair],
    targets: Mapping[tuple[str, str, str], int],
    experts: int,
    reviewers: int,
    editors: int,
) -> Company:
    load_vocabulary()
    started = timezone.now()
    project = Project.objects.create(
        slug=f"rehearsal-{started:%Y%m%d-%H%M%S-%f}",
        name=f"Rehearsal of {started:%d %B %Y, %H:%M}",
        client_name="nobody",
        spot_check_percent=5,
    )
    guideline = Guideline.objects.create(project=project, introduction="A rehearsal: scripted people, real texts.")
    Clause.objects.create(guideline=guideline, code="GEN-1", title="Answer what was asked", position=1)
    cells = _open_cells(project, targets)
    manager = _people(project, "manager", 1, Role.MANAGER)[0]
    _add_contexts(project, cells, pairs, manager)
    company = Company(
        project,
        _people(project, "expert", experts, Role.EXPERT),
        _people(project, "reviewer", reviewers, Role.REVIEWER),
        _people(project, "editor", editors, Role.EDITOR),
        manager,
    )
    _qualify(company, cells.values())
    return company


def _open_cells(project: Project, targets: Mapping[tuple[str, str, str], int]) -> dict[tuple[str, str, str], Cell]:
    languages, domains = Language.objects.in_bulk(), Domain.objects.in_bulk()
    return {
        (language, domain, skill): open_cell(
            Cell(
                project=project,
                language=languages[language],
                domain=domains[domain],
                skill=skill,
                prompt_min=2,
                prompt_max=3000,
                completion_min=1,
                completion_max=6000,
            ),
            target,
        )
        for (language, domain, skill), target in targets.items()
    }


def _add_contexts(
    project: Project, cells: Mapping[tuple[str, str, str], Cell], pairs: Iterable[Pair], manager: User
) -> None:
    contexts: dict[tuple[int, str], Context] = {}
    for pair in pairs:
        if not pair.context or pair.cell not in cells:
            continue
        key = (cells[pair.cell].pk, sha256(pair.context.encode()).hexdigest())
        contexts[key] = Context(
            project=project,
            cell=cells[pair.cell],
            text=pair.context,
            title="Passage of the rehearsal's data",
            licence="CC-BY-SA-3.0",
            sha256=key[1],
            added_by=manager,
        )
    Context.objects.bulk_create(contexts.values(), batch_size=500)


def _people(project: Project, name: str, number: int, role: Role) -> list[User]:
    """Their password is hashed once: a second of work per person would be a minute of nothing."""
    hashed = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(email=f"{name}-{n}@{project.slug}.example", name=f"{name}-{n}", password=hashed)
        for n in range(1, number + 1)
    )
    Membership.objects.bulk_create(Membership(project=project, user=person, role=role) for person in people)
    return people


def _qualify(company: Company, cells: Iterable[Cell]) -> None:
    """Reviewers and editors know every field; each expert one language and most of its domains."""
    fields = sorted({(cell.language_id, cell.domain_id) for cell in cells})
    languages = sorted({language for language, _ in fields})
    everywhere = [(person, pair) for person in (*company.reviewers, *company.editors) for pair in fields]
    somewhere = [
        (person, (language, domain))
        for number, person in enumerate(company.experts)
        for language, domain in fields
        if language == languages[number % len(languages)]
    ]
    Qualification.objects.bulk_create(
        Qualification(user=person, language_id=language, domain_id=domain, skills=list(Skill.values))
        for person, (language, domain) in everywhere + somewhere
    )
