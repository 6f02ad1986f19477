"""Times and durations as documents show them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, overload

_EPOCH: Final = datetime(1970, 1, 1)


@overload
def iso(at: int) -> str: ...
@overload
def iso(at: int | None) -> str | None: ...
def iso(at: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601 in UTC: `2013-01-01T00:00:00.000000Z`."""
    if at is None:
        return None
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds") + "Z"


def seconds(start: int | None, end: int | None) -> float | None:
    """Seconds from one time to another (microseconds since 1970); None where one is missing."""
    return None if start is None or end is None else (end - start) / 1_000_000


def micros(at: float) -> int:
    """Seconds since 1970 as rows keep them."""
    return int(at * 1_000_000)
