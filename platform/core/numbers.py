"""Numbers as they come with a request: whatever was sent, an answer and no error."""

# One digit fewer than the largest number of a row has; `int` of any length would cost the server what it likes.
LONGEST_ID = 18


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def id_of(text: str) -> int | None:
    """The number of a row, existing or not; None for what can be none."""
    return int(text) if is_id(text) else None
