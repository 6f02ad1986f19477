"""Durations, sizes, counts and times for people."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from math import floor


def duration(seconds: float | None) -> str:
    """`<1 ms`, `12 ms`, `3.4 s`, `2 min 5 s`, `1 h`, `3 d 4 h`, as the page says it; empty for None."""
    if seconds is None:
        return ""
    if 0 < seconds < 0.0005:
        return "<1 ms"
    if _nearest(seconds * 1000) < 1000:
        return f"{_nearest(max(seconds, 0) * 1000)} ms"
    if _nearest(seconds * 10) < 600:
        return f"{_nearest(seconds * 10) / 10:.1f} s"
    if _nearest(seconds) < 3600:
        return _two(_nearest(seconds), 60, "min", "s")
    if _nearest(seconds / 60) < 24 * 60:
        return _two(_nearest(seconds / 60), 60, "h", "min")
    return _two(_nearest(seconds / 3600), 24, "d", "h")


def ahead(seconds: float) -> str:
    """`in 5.0 s`; `at once` where that is no time, or past."""
    return "at once" if seconds < 0.0005 else f"in {duration(seconds)}"


def size(count: float | None) -> str:
    """`512 B`, `1.2 kB`, `34 MB`, as the page says it; empty for None."""
    if count is None:
        return ""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if _nearest(count) < 1000:
            return _amount(count, unit)
        count /= 1000
    return _amount(count, "PB")


def _amount(value: float, unit: str) -> str:
    tenths = _nearest(value * 10)
    return f"{_nearest(value)} {unit}" if unit == "B" or tenths >= 100 else f"{tenths / 10:.1f} {unit}"


def _two(count: int, many: int, large: str, small: str) -> str:
    whole, rest = divmod(count, many)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def _nearest(value: float) -> int:
    """Halves go up, as in a browser."""
    return floor(value + 0.5)


def number(value: float) -> str:
    """`336,776`, `0.712`, `1.2e-09`: at most six digits that count, whole numbers whole."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.6g}"


def plural(count: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def clock(at: float) -> str:
    """The local time of day with milliseconds, of seconds since 1970."""
    second, part = divmod(round(at * 1_000_000), 1_000_000)
    return f"{_local(second)}.{part // 1000:03d}"


def utc(at: float) -> str:
    """`2013-01-01T00:00:00.000000Z`, of seconds since 1970."""
    second, part = divmod(round(at * 1_000_000), 1_000_000)
    return f"{_utc(second)}.{part:06d}Z"


# Of a million log lines, most share their second with the line before.
@lru_cache(maxsize=64)
def _local(second: int) -> str:
    return datetime.fromtimestamp(second).strftime("%H:%M:%S")


@lru_cache(maxsize=64)
def _utc(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def moment(iso: str | None) -> str:
    """A time of a document as local date and time; empty for None."""
    return "" if iso is None else datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def ago(iso: str | None, now: float) -> str:
    """How long before `now` (seconds since 1970) a time of a document was: `now`, `20 s ago`, `3 h ago`, `12 d ago`."""
    if iso is None:
        return ""
    past = max(0.0, now - datetime.fromisoformat(iso).timestamp())
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if past >= seconds:
            return f"{past // seconds:.0f} {unit} ago"
    return "now" if past < 2 else f"{past // 1:.0f} s ago"
