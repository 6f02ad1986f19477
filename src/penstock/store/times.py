"""Times and durations as rows keep them, and as documents show them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final, overload

_EPOCH: Final = date(1970, 1, 1)


@lru_cache(maxsize=4096)
def _second(at: int) -> str:
    # The times of a document lie close together, so most of their text is written once.
    day, second = divmod(at, 86_400)
    return f"{_day(day)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@lru_cache(maxsize=4096)
def _day(at: int) -> str:
    return (_EPOCH + timedelta(days=at)).isoformat()


@overload
def iso(at: int) -> str: ...
@overload
def iso(at: int | None) -> str | None: ...
def iso(at: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601 in UTC: `2013-01-01T00:00:00.000000Z`."""
    if at is None:
        return None
    whole, rest = divmod(at, 1_000_000)
    return f"{_second(whole)}.{rest:06d}Z"


def seconds(start: int | None, end: int | None) -> float | None:
    """Seconds from one time to another (microseconds since 1970); None where one is missing."""
    return None if start is None or end is None else (end - start) / 1_000_000


@overload
def micros(at: float) -> int: ...
@overload
def micros(at: float | None) -> int | None: ...
def micros(at: float | None) -> int | None:
    """Seconds since 1970 as rows keep them: whole microseconds, what is less is cut off."""
    return None if at is None else int(at * 1_000_000)
