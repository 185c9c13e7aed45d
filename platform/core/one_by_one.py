"""Rows that a beat goes through: one that fails is told of in the log, and the others are not kept waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)

Done = TypeVar("Done")


def one_by_one(what: str, ids: Iterable[int], act: Callable[[int], Done]) -> list[Done]:
    """What `act` gave for each row that went well; `act` brings its own transaction, so that a failure undoes only its
    own row. `what` names the kind of row."""
    done: list[Done] = []
    for row_id in ids:
        try:
            done.append(act(row_id))
        except Exception:
            logger.exception("%s %s was left for the next time", what, row_id)
    return done
