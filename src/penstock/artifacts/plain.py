"""Plain values as JSON text that gives back the same types: tagged where JSON has no such type.

A tag is an object with the one key `$` and a list: the name of a type, then what it is made of. A dict that would look
like one, or whose keys are not all texts, is itself tagged, as a list of pairs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PosixPath
from typing import Any, Final
from uuid import UUID

from penstock.errors import Unstorable

TAG: Final = "$"
#: Deeper than this is taken to be no plain value (Python's own limit is 1,000 calls).
DEPTH: Final = 200

_SCALARS: Final = frozenset({int, str, bool, type(None)})


class NotPlain(Exception):
    """The value holds something that is not plain."""


def dumps(value: Any) -> str:
    """The text of a plain value. Raises NotPlain for any other, Unstorable for one that is nested too deep."""
    kind = type(value)
    if kind in _SCALARS or (kind is float and value - value == 0):
        return json.dumps(value)
    return json.dumps(_encode(value, 0), separators=(",", ":"))


def loads(text: str) -> Any:
    """The value that `dumps` wrote."""
    value = json.loads(text)
    return _decode(value) if type(value) in (list, dict) else value


def _encode(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is float:
        return value if value - value == 0 else {TAG: ["float", repr(value)]}
    if depth > DEPTH:
        raise Unstorable(
            f"it is nested more than {DEPTH} deep", cure="return a flatter value, or one that holds no circle"
        )
    if kind is list:
        return [_encode(each, depth + 1) for each in value]
    if kind is dict:
        if TAG not in value and all(type(key) is str for key in value):
            return {key: _encode(each, depth + 1) for key, each in value.items()}
        pairs = [[_encode(key, depth + 1), _encode(each, depth + 1)] for key, each in value.items()]
        return {TAG: ["dict", pairs]}
    if kind in (tuple, set, frozenset):
        return {TAG: [kind.__name__, [_encode(each, depth + 1) for each in value]]}
    write = _WRITE.get(kind)
    if write is None:
        raise NotPlain
    return {TAG: [_NAMES[kind], write(value)]}


def _decode(value: Any) -> Any:
    kind = type(value)
    if kind is list:
        return [_decode(each) if type(each) in (list, dict) else each for each in value]
    if kind is not dict:
        return value
    if TAG not in value:
        return {key: _decode(each) if type(each) in (list, dict) else each for key, each in value.items()}
    name, body = value[TAG]
    if name == "dict":
        return {_decode(key): _decode(each) for key, each in body}
    if name in _COLLECTIONS:
        return _COLLECTIONS[name](_decode(each) for each in body)
    return _READ[name](body)


def _time_of(body: str) -> time:
    return time.fromisoformat(body)


_COLLECTIONS: Final[dict[str, Callable[..., Any]]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_NAMES: Final[dict[type, str]] = {
    bytes: "bytes", bytearray: "bytearray", datetime: "datetime", date: "date", time: "time", timedelta: "timedelta",
    Decimal: "Decimal", UUID: "UUID", complex: "complex", PosixPath: "Path",
}  # fmt: skip
_WRITE: Final[dict[type, Callable[[Any], Any]]] = {
    bytes: lambda value: base64.b64encode(value).decode(),
    bytearray: lambda value: base64.b64encode(value).decode(),
    datetime: lambda value: _zoned(value),
    date: lambda value: value.isoformat(),
    time: lambda value: _zoned(value),
    timedelta: lambda value: [value.days, value.seconds, value.microseconds],
    Decimal: str,
    UUID: str,
    complex: repr,
    PosixPath: str,
}
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "float": float,
    "bytes": base64.b64decode,
    "bytearray": lambda body: bytearray(base64.b64decode(body)),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": _time_of,
    "timedelta": lambda body: timedelta(*body),
    "Decimal": Decimal,
    "UUID": UUID,
    "complex": complex,
    "Path": Path,
}


def _zoned(value: datetime | time) -> str:
    """ISO 8601, which keeps a fixed offset; a named time zone would be lost, so such a value is not plain."""
    zone = value.tzinfo
    if (zone is not None and type(zone).__name__ != "timezone") or value.fold:
        raise NotPlain
    return value.isoformat()
