"""The filter of the list of runs, as people and programs write it: `state=failed&pipeline=shop`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from penstock.errors import UsageError
from penstock.model import durations
from penstock.model.nearest import nearest
from penstock.store import runs
from penstock.store.connection import Connection
from penstock.store.filters import RunFilter

#: As a filter: every run.
ALL: Final = "all"
#: Keys and values of a filter.
_FIELDS: Final = 1000
_AN_ISO_TIME: Final = "write ISO 8601, as in 2026-03-01 or 2026-03-01T06:00:00Z"


def keys_of_query(connection: Connection, query: str, most: int, now: float) -> list[int]:
    """Keys of the runs that fit a filter, at most so many. Raises UsageError for what the list would not take."""
    return runs.keys_fitting(connection, filter_from_query(query, now), most)


def narrowing(query: str, cure: str) -> str:
    """A filter that narrows something: a variable of a script may have been empty. Raises UsageError with the cure."""
    if filter_from_query(query, now=0.0) == RunFilter():
        wrong = "the filter is empty: all runs would fit"
        raise UsageError(wrong, cure=cure, parts=[("filter", f"{wrong}; {cure}")])
    return query


def filter_from_query(query: str, now: float) -> RunFilter:
    """The filter that a text means at `now` (seconds since 1970). Raises UsageError for what no list takes."""
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        told = f"a filter has at most {_FIELDS} fields"
        raise UsageError(told, cure="act in parts", parts=[("filter", f"{told}; act in parts")]) from None
    return _filter_of((pair for pair in pairs if pair != ("q", "")), now)


def moment(name: str, text: str | None, cure: str = _AN_ISO_TIME) -> float | None:
    """Seconds since 1970 of a time in ISO 8601, in UTC where it names no zone. Raises UsageError."""
    if text is None:
        return None
    try:
        # A `+` that was not encoded arrives as a space.
        at = datetime.fromisoformat(text.replace(" ", "+") if text[-6:-5] == " " else text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        raise UsageError(
            f"{name}: '{text}' is no time",
            cure=cure,
            parts=[(name, f"'{text}' is no time")],
        ) from None


def _time(name: str, text: str | None, now: float) -> float | None:
    """As `moment`, or so long ago: `2h`, `7d`. Raises UsageError."""
    if text is not None and text[-1:].isalpha():
        with suppress(ValueError):
            return now - durations.seconds(text)
    return moment(name, text, f"{_AN_ISO_TIME}, or how long ago, as in 2h or 7d")


def filter_from(
    now: float, *, created_after: str | None = None, created_before: str | None = None, **facts: Any
) -> RunFilter:
    """A filter of lists and single values, times as text. Raises UsageError."""
    several = {name: tuple(given) for name, given in facts.items() if isinstance(given, list)}
    return RunFilter(
        **{**facts, **several},
        created_after=_time("created_after", created_after, now),
        created_before=_time("created_before", created_before, now),
    )


#: Keys of the list that a filter may carry along without meaning anything by them.
_NOT_MEANT: Final = frozenset({"sort", "limit", "cursor"})
_ONE: Final = ("created_after", "created_before", "duration_gt", "duration_lt", "q")
_MANY: Final = ("pipeline", "namespace", "state", "type", "trigger", "label", "tag", "id")


def _filter_of(pairs: Iterable[tuple[str, str]], now: float) -> RunFilter:
    facts: dict[str, Any] = {}
    for key, value in pairs:
        if key in _MANY:
            facts.setdefault(key, []).append(value)
        elif key in facts:
            raise UsageError(
                f"{key}: it is given more than once", cure="keep one", parts=[("filter", f"{key}: keep one")]
            )
        elif key in _ONE:
            facts[key] = _number(key, value) if key.startswith("duration") else value
        elif key not in _NOT_MEANT:
            known = (*_MANY, *_ONE)
            close = nearest(key, known)
            meant = f"did you mean '{close}'? " if close else ""
            raise UsageError(
                f"there is no key '{key[:40]}' in a filter", cure=f"{meant}a filter takes {', '.join(known)}"
            )
    return filter_from(now, **facts)


def _number(key: str, text: str) -> float:
    try:
        number = float(text)
        if math.isfinite(number):
            return number
    except ValueError:
        pass
    told = f"{key}: '{text}' is no number of seconds"
    raise UsageError(told, cure="write a number, as in 1.5", parts=[("filter", f"{told}; write a number, as in 1.5")])
