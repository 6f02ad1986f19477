"""Durations, sizes, counts and times for people."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def duration(seconds: float | None) -> str:
    """`<1 ms`, `12 ms`, `3.4 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`; empty for None."""
    if seconds is None:
        return ""
    if 0 < seconds < 0.0005:
        return "<1 ms"
    if seconds < 0.9995:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours:02d} h"


def size(count: float | None) -> str:
    """`512 B`, `1.2 kB`, `34 MB`; empty for None."""
    if count is None:
        return ""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 9.95 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


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
    """How long before `now` (seconds since 1970) a time of a document was: `20 s ago`, `3 h ago`, `12 d ago`."""
    if iso is None:
        return ""
    past = max(0.0, now - datetime.fromisoformat(iso).timestamp())
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if past >= seconds:
            return f"{past // seconds:.0f} {unit} ago"
    return f"{past:.0f} s ago"
