"""What each role of a project may do. The table is the rule; tests read it, pages show it."""

from enum import StrEnum


class Role(StrEnum):
    EXPERT = "expert"
    REVIEWER = "reviewer"
    EDITOR = "editor"
    MANAGER = "manager"
    CLIENT = "client"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Permission(StrEnum):
    WRITE = "write"
    REVIEW = "review"
    EDIT = "edit"
    ADJUDICATE = "adjudicate"
    SEE_PIPELINE = "see pipeline"
    SEE_ITEMS = "see items"
    OPEN_APPEALS = "open appeals"
    SET_UP_PROJECT = "set up project"
    MANAGE_PEOPLE = "manage people"
    IMPORT = "import"
    EXPORT = "export"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.EXPERT: frozenset({Permission.WRITE}),
    Role.REVIEWER: frozenset({Permission.REVIEW}),
    Role.EDITOR: frozenset({Permission.EDIT, Permission.ADJUDICATE, Permission.SEE_ITEMS}),
    Role.MANAGER: frozenset(
        {
            Permission.SEE_PIPELINE,
            Permission.SEE_ITEMS,
            Permission.OPEN_APPEALS,
            Permission.SET_UP_PROJECT,
            Permission.MANAGE_PEOPLE,
            Permission.IMPORT,
            Permission.EXPORT,
        }
    ),
    # The client's own pages (samples, sign-off) come with releases; until then progress only.
    Role.CLIENT: frozenset({Permission.SEE_PIPELINE}),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
