"""Durations and sizes as people write them: `"90s"`, `"1h30m"`, `"2GB"`, `"512MiB"`."""

from __future__ import annotations

import math
import re
from typing import Final

from penstock.model.bounds import LONGEST

_SECONDS: Final = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
    "y": 31_536_000.0,
}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|min|[smhdwy])", re.IGNORECASE)
_BYTES: Final = {
    "": 1, "b": 1,
    "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9,
    "t": 10**12, "tb": 10**12, "ki": 2**10, "kib": 2**10, "mi": 2**20, "mib": 2**20,
    "gi": 2**30, "gib": 2**30, "ti": 2**40, "tib": 2**40,
}  # fmt: skip
#: Whole numbers from here on are no floats, and nothing that lasts so many seconds or has so many bytes.
_MOST: Final = 10**300
_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def seconds(value: object) -> float:
    """Seconds of a number, a timedelta, or a text such as `"1h30m"`; raises ValueError otherwise."""
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is no duration")
    if hasattr(value, "total_seconds"):
        number = float(value.total_seconds())
    elif isinstance(value, int | float):
        number = float(value) if abs(value) < _MOST else math.inf
    elif isinstance(value, str):
        number = _from_text(value)
    else:
        raise ValueError(f"{value!r} is no duration: write seconds as a number, or a text like '5s' or '1h30m'")
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{value!r} is no duration: it must be finite and not negative")
    return number


def wait(value: object) -> float:
    """Seconds that something waits or is kept, as `seconds`; raises ValueError for more than a hundred years too."""
    found = seconds(value)
    if found > LONGEST:
        raise ValueError(f"{value!r} is longer than anything lasts: write at most '100y'")
    return found


def _from_text(text: str) -> float:
    bare = text.strip()
    try:
        return float(bare)
    except ValueError:
        pass
    parts = _PART.findall(bare)
    if not parts or _PART.sub("", bare).strip():
        raise ValueError(f"'{text}' is no duration: write a number and ms, s, m, h, d, w or y, as in '5s' or '1h30m'")
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in parts)


def size(value: object) -> int:
    """Bytes of a whole number or a text: `"2GB"` is 2 * 10^9, `"2GiB"` 2 * 2^30; else raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _BYTES:
        raise ValueError(f"{value!r} is no size: write bytes as a whole number, or a text like '512MB' or '2GiB'")
    number = float(match[1]) * _BYTES[match[2].lower()]
    if number >= _MOST:
        raise ValueError(f"{value!r} is no size: there is no such computer")
    return int(number)
