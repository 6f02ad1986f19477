"""Types that JSON has not: how each is told in JSON, and made again."""

from __future__ import annotations

import binascii
import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path, PurePosixPath
from typing import Any, Final

TAG: Final = "$"
#: Levels that a plain value may be nested; each costs a few of the 1,000 calls that Python allows by default.
DEPTH: Final = 200
#: Whole numbers of more bits than this are told in hexadecimal: Python limits the digits of decimal text.
_BITS: Final = 2048
#: numpy's scalars that come back as the same type from their name and a plain value.
_NUMPY: Final = frozenset(
    {"bool", "bool_", "float16", "float32", "float64", "datetime64", "timedelta64"}
    | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)


class NotPlain(Exception):
    """The value holds something that is not plain."""


class TooDeep(Exception):
    """The value is nested too deep, or holds itself."""


def tagged(value: Any, depth: int) -> Any:
    """A plain value as JSON data. Raises NotPlain, TooDeep."""
    kind = type(value)
    hold = _HOLDERS.get(kind)
    if hold is not None:
        if depth > DEPTH:
            raise TooDeep
        return hold(value, depth)
    write = _LEAVES.get(kind) or _FOREIGN.get((kind.__module__, kind.__name__))
    if write is None:
        raise NotPlain
    return write(value)


def untagged(found: dict[str, Any]) -> Any:
    """What an object of JSON stands for, when all below it has been made already."""
    if len(found) != 1 or TAG not in found:
        return found
    name, *parts = found[TAG]
    return _READERS[name](*parts)


def _tag(name: str, *parts: Any) -> dict[str, Any]:
    return {TAG: [name, *parts]}


def _text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, as in a file name that is no UTF-8: no text of a database can hold it.
        return _tag("str", _base64(value.encode("utf-8", "surrogatepass")))
    return value


def _whole(value: int) -> Any:
    return value if value.bit_length() <= _BITS else _tag("int", hex(value))


def _real(value: float) -> Any:
    return value if math.isfinite(value) else _tag("float", repr(value))


def _complex(value: complex) -> Any:
    return _tag("complex", _real(value.real), _real(value.imag))


def _list(value: list[Any], depth: int) -> Any:
    found = []
    for cell in value:
        found.append(tagged(cell, depth + 1))  # noqa: PERF401 - a comprehension is a frame more on the stack
    return found


def _dict(value: dict[Any, Any], depth: int) -> Any:
    named = not (len(value) == 1 and TAG in value)
    found = []
    for key, cell in value.items():
        told = tagged(key, depth + 1)
        named = named and type(told) is str
        found.append([told, tagged(cell, depth + 1)])
    return dict(found) if named else _tag("dict", found)


def _collection(value: Any, depth: int) -> Any:
    return _tag(type(value).__name__, _list(value, depth))


def _bytes(value: bytes | bytearray) -> Any:
    return _tag(type(value).__name__, _base64(value))


def _base64(data: bytes | bytearray) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _timedelta(value: timedelta) -> Any:
    return _tag("timedelta", value.days, value.seconds, value.microseconds)


def _moment(value: datetime | time) -> Any:
    """ISO 8601 where that says all; else the zone's name and the fold stand beside it."""
    zone = value.tzinfo
    name = type(value).__name__
    if value.fold == 0 and (zone is None or _is_offset(zone)):
        return _tag(name, value.isoformat())
    if zone is None or _is_offset(zone):
        return _tag(name, value.isoformat(), None, value.fold)
    # By name: importing zoneinfo costs time, and whoever holds such a value has done so.
    if type(zone).__module__ == "zoneinfo" and type(zone).__name__ == "ZoneInfo" and getattr(zone, "key", None):
        return _tag(name, value.replace(tzinfo=None).isoformat(), zone.key, value.fold)  # type: ignore[attr-defined]
    raise NotPlain


def _is_offset(zone: tzinfo) -> bool:
    """A `timezone` without a name of its own: the offset says all.

    Not one with parts of a second, which `fromisoformat` takes for UTC where it has nothing else (CPython 3.11).
    """
    if type(zone) is not timezone or len(zone.__getinitargs__()) != 1:  # type: ignore[attr-defined]
        return False
    offset = zone.utcoffset(None)
    return not offset.microseconds


def _zoned(kind: Any) -> Callable[..., Any]:
    def read(text: str, zone: str | None = None, fold: int = 0) -> Any:
        moment = kind.fromisoformat(text)
        if zone is not None:
            from zoneinfo import ZoneInfo

            moment = moment.replace(tzinfo=ZoneInfo(zone))
        return moment.replace(fold=fold) if fold else moment

    return read


def _numpy(value: Any) -> Any:
    kind = value.dtype
    if kind.kind in "mM":
        return _tag("numpy", kind.str, int(value.view("int64")))
    return _tag("numpy", kind.name, tagged(value.item(), 0))


def _read_numpy(kind: str, value: Any) -> Any:
    import numpy as np

    dtype = np.dtype(kind)
    if dtype.kind in "mM":
        return np.array(value, "int64").view(dtype)[()]
    return dtype.type(value)


def _read_decimal(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text)


def _read_uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


_HOLDERS: Final[dict[type, Callable[[Any, int], Any]]] = {
    list: _list,
    dict: _dict,
    tuple: _collection,
    set: _collection,
    frozenset: _collection,
}
_LEAVES: Final[dict[type, Callable[[Any], Any]]] = {
    type(None): lambda value: value,
    bool: lambda value: value,
    int: _whole,
    float: _real,
    str: _text,
    bytes: _bytes,
    bytearray: _bytes,
    complex: _complex,
    datetime: _moment,
    time: _moment,
    date: lambda value: _tag("date", value.isoformat()),
    timedelta: _timedelta,
    type(Path()): lambda value: _tag("Path", _text(str(value))),
    PurePosixPath: lambda value: _tag("PurePosixPath", _text(str(value))),
}
#: Types whose modules are imported by those who use them.
_FOREIGN: Final[dict[tuple[str, str], Callable[[Any], Any]]] = {
    ("decimal", "Decimal"): lambda value: _tag("Decimal", str(value)),
    ("uuid", "UUID"): lambda value: _tag("UUID", value.hex),
    **{("numpy", name): _numpy for name in _NUMPY},
}
_READERS: Final[dict[str, Callable[..., Any]]] = {
    "str": lambda text: binascii.a2b_base64(text).decode("utf-8", "surrogatepass"),
    "int": lambda text: int(text, 16),
    "float": float,
    "complex": complex,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "bytes": binascii.a2b_base64,
    "bytearray": lambda text: bytearray(binascii.a2b_base64(text)),
    "datetime": _zoned(datetime),
    "time": _zoned(time),
    "date": date.fromisoformat,
    "timedelta": timedelta,
    "Decimal": _read_decimal,
    "UUID": _read_uuid,
    "Path": Path,
    "PurePosixPath": PurePosixPath,
    "numpy": _read_numpy,
}
