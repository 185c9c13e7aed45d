#!/usr/bin/env python3
"""Django's commands, with servers to run them on; `up` is the supervisor, `backup` and `restore` need no Django."""

import os
import sys

from django.core.management import execute_from_command_line

from config import archive, local, supervisor
from config.embedded.processes import ServerError

# These read code only; everything else gets a database and a Redis.
WITHOUT_SERVERS = {"check", "collectstatic", "compilemessages", "diffsettings", "help", "makemessages", "spectacular"}
ARCHIVE = {"backup": archive.backup, "restore": archive.restore}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        if command == "up":
            sys.exit(supervisor.main(sys.argv[2:]))
        if command in WITHOUT_SERVERS or command.startswith("-"):
            local.prepare_environment()
            execute_from_command_line(sys.argv)
            return
        with local.servers_for_a_command(command):
            if command in ARCHIVE:
                ARCHIVE[command](sys.argv[2:])
            else:
                execute_from_command_line(sys.argv)
    except (ServerError, local.AlreadyRunningError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
