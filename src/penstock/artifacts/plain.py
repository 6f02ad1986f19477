"""Plain values as JSON text that gives back the same types: tagged where JSON has no such type.

A tag is an object whose only key is `$`; it holds a list of a type's name and what a value of it is made of, as in
`{"$":["set",[1,2]]}`. A dict of that shape, and one whose keys are not all texts, is itself tagged as a list of pairs.
Most values need no tag: those are recognised without a walk in Python, and encoded in C.
"""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.artifacts import tags
from penstock.artifacts.tags import DEPTH, TAG, NotPlain, TooDeep
from penstock.errors import ArtifactError, Unstorable

#: What JSON holds as it is. Subclasses (an IntEnum, a numpy.float64) are other types, and would come back as these.
_LEAVES: Final = frozenset({int, float, str, bool, type(None)})
_NODES: Final = _LEAVES | {list, dict}
_TEXT: Final = frozenset({str})
_MARK: Final = f'{{"{TAG}":'
_LITERALS: Final = {None: "null", True: "true", False: "false"}

# Non-finite numbers are refused (ValueError): not every reader of JSON knows NaN. Circles are met as depth before.
_to_text = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode
_from_text = json.JSONDecoder().decode
_from_tagged = json.JSONDecoder(object_hook=tags.untagged).decode


def dumps(value: Any) -> str:
    """The text of a plain value, always valid Unicode and strict JSON.

    Raises NotPlain for a value that holds anything else, Unstorable for one that is nested more than DEPTH deep.
    """
    kind = type(value)
    if kind is int and -(1 << 63) <= value < 1 << 63:
        return int.__repr__(value)
    if value is None or kind is bool:
        return _LITERALS[value]
    try:
        if kind in _LEAVES or (kind in _NODES and _is_json(value, 1)):
            text = _untagged_text(value)
            if text is not None:
                return text
        return _to_text(tags.tagged(value, 0))
    except (TooDeep, RecursionError):
        raise Unstorable(
            f"a {kind.__name__} is nested more than {DEPTH} deep, or holds itself",
            cure="return a flatter value, or write it to a file and return its Path",
        ) from None


def loads(text: str) -> Any:
    """The value that `dumps` wrote. Raises ArtifactError for a text of another version, or none of ours."""
    try:
        return _from_tagged(text) if _MARK in text else _from_text(text)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise ArtifactError(
            f"a plain value can't be read ({type(error).__name__}: {error})",
            cure="read it with the version of Penstock that wrote it, or run the task that made it again",
        ) from error


def _untagged_text(value: Any) -> str | None:
    """JSON text of an exactly plain value; None when some part of it does need a tag."""
    try:
        text = _to_text(value)
        if not text.isascii():
            text.encode()
    except ValueError:
        # NaN or infinity, half a surrogate pair, or a number of more digits than Python converts.
        return None
    return None if _MARK in text else text


def _is_json(value: Any, depth: int) -> bool:
    """Is a list or dict, with all below it, of JSON's own types exactly? Raises TooDeep."""
    if type(value) is dict:
        if not _TEXT.issuperset(map(type, value)):
            return False
        value = value.values()
    kinds = set(map(type, value))
    if kinds <= _LEAVES:
        return True
    if not kinds <= _NODES:
        return False
    if depth >= DEPTH:
        raise TooDeep
    # Nested expressions would take a frame of the stack more for each level.
    for cell in value:  # noqa: SIM110
        if type(cell) not in _LEAVES and not _is_json(cell, depth + 1):
            return False
    return True


__all__ = ["DEPTH", "NotPlain", "dumps", "loads"]
