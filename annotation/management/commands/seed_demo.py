import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.demo import seeding
from annotation.models import Item, Project

SHOWN = ("expert", "reviewer", "editor", "manager", "client")
PASSWORD = "scriptorium-demo"  # noqa: S105  (printed on purpose: a demo anybody may sign in to)


class Command(BaseCommand):
    help = "Makes the project “SFT demo” with people in every role and items in every state. Never run by itself."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="leave a demo project that is there as it is")
        parser.add_argument("--items", type=int, help="how many items (default: as many as are written for it)")

    def handle(self, *_args: Any, once: bool, items: int | None, **_options: Any) -> None:
        password = os.environ.get("DEMO_PASSWORD") or PASSWORD
        if not seeding.exists():
            project = seeding.seed(password, items)
            self.stderr.write(f"Seeded “{project}” with {Item.objects.filter(project=project).count()} items.")
        elif not once:
            raise CommandError(f"The project “{Project.objects.get(slug=seeding.SLUG)}” is there already (see --once).")
        for person in SHOWN:
            self.stdout.write(f"{seeding.PEOPLE[person][1]:<10}{seeding.address(person):<26}{password}")
