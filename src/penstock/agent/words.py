"""What a worker may say. A task may write to any descriptor that it finds, so nothing is taken on trust."""

from __future__ import annotations

from typing import Any, Final

from penstock.agent.frames import Message
from penstock.ports.executor import EVENTS

_NUMBER: Final = (int, float)
_NUMBERS: Final = frozenset(_NUMBER)
_OUTCOMES: Final = frozenset({"succeeded", "skipped", "expanded", "failed", "cancelled"})
#: Fields of an artifact's list form (model.artifact); the third is its path.
_FORM: Final = 9


def is_word(message: Message) -> bool:
    """Whether a message is one of a worker's words, with facts of the right types (see worker.main)."""
    check = _CHECKS.get(message[0])
    return check is not None and check(message)


def _ended(message: Message) -> bool:
    return (
        len(message) == 13
        and message[2] in _OUTCOMES
        and type(message[4]) is list
        and all(map(_is_output, message[4]))
        and (message[5] is None or (type(message[5]) is dict and message[5].keys() >= _ERROR))
        and (message[6] is None or type(message[6]) is list)
        and _are_numbers(message[7], 4)
        and _is_moment(message[8])
        and _is_moment(message[9])
        and type(message[10]) is bool
        and _are_numbers(message[11], 3)
        and type(message[12]) is bool
    )


_ERROR: Final = {"type", "message", "traceback", "names", "file", "line"}


def _is_output(output: Any) -> bool:
    return (
        type(output) is list
        and len(output) == 2
        and type(output[0]) is str
        and type(output[1]) is list
        and len(output[1]) == _FORM
    )


def _is_moment(fact: Any) -> bool:
    """Microseconds, of which a float still knows each."""
    return type(fact) is int and 0 <= fact < 1 << 53


def _are_numbers(fact: Any, count: int) -> bool:
    return type(fact) is list and len(fact) == count and _NUMBERS.issuperset(map(type, fact))


def _loaded(message: Message) -> bool:
    return len(message) == 4 and type(message[2]) is float and _are_numbers(message[3], 3)


def _metric(message: Message) -> bool:
    return (
        len(message) == 5
        and type(message[1]) is float
        and type(message[2]) is str
        and isinstance(message[3], _NUMBER)
        and (message[4] is None or type(message[4]) is str)
    )


def _progress(message: Message) -> bool:
    return (
        len(message) == 4
        and type(message[1]) is float
        and isinstance(message[2], _NUMBER)
        and (message[3] is None or isinstance(message[3], _NUMBER))
    )


def _told(message: Message) -> bool:
    return len(message) == 4 and type(message[1]) is float and message[2] in EVENTS and type(message[3]) is dict


_CHECKS: Final = {"ended": _ended, "loaded": _loaded, "metric": _metric, "progress": _progress, "told": _told}
