"""Everything that was said to a person in a project, in one list."""

from accounts.models import User
from annotation import threads
from annotation.models import Item, Project, Thread


def send(project: Project, to: User, by: User, text: str, item: Item | None = None) -> Thread:
    """A message from a lead to a person; it comes into their inbox, and their answer into the lead's.

    Raises Refused when the text is empty or above 2,000 characters, or the person is not in the project.
    """
    return threads.send(project, to, by, text, item)
