"""Durations, sizes, counts and times for people."""

from __future__ import annotations

from datetime import UTC, datetime


def duration(seconds: float | None) -> str:
    """`12 ms`, `3.4 s`, `2 min 05 s`, `1 h 02 min`; empty for None."""
    if seconds is None:
        return ""
    if seconds < 0.9995:
        return f"{max(seconds, 0) * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def size(count: float | None) -> str:
    """`512 B`, `1.2 kB`, `34 MB`; empty for None."""
    if count is None:
        return ""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 999.5 or unit == "TB":
            return f"{count:.0f} {unit}" if unit == "B" or count >= 9.95 else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("unreachable")


def clock(at: float) -> str:
    """The local time of day with milliseconds."""
    return datetime.fromtimestamp(at).strftime("%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}"


def moment(iso: str | None, now: float) -> str:
    """A time as `2 min ago`, and from a day on as a local date and time; empty for None."""
    if iso is None:
        return ""
    at = datetime.fromisoformat(iso)
    ago = now - at.timestamp()
    if 0 <= ago < 60:
        return f"{ago:.0f} s ago"
    if 0 <= ago < 3600:
        return f"{ago / 60:.0f} min ago"
    if 0 <= ago < 86400:
        return f"{ago / 3600:.0f} h ago"
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def utc(iso: str | None) -> str:
    """A time as local date, time and seconds."""
    return (
        ""
        if iso is None
        else datetime.fromisoformat(iso).replace(tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    )


def cut(text: str, width: int, *, unicode: bool = True) -> str:
    """Text of at most `width` columns, its end marked where it was cut."""
    mark = "…" if unicode else "..."
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(0, width - len(mark))] + mark
