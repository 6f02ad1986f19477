"""The filter of the list of runs, as it stands in an address."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias

from fastapi import Depends, Query

from penstock.errors import UsageError
from penstock.model.nearest import did_you_mean
from penstock.store.filters import RunFilter

Sort: TypeAlias = Literal[
    "-created_at", "created_at", "-started_at", "started_at", "-ended_at", "ended_at",
    "-duration", "duration", "-bytes", "bytes",
]  # fmt: skip

#: Values of one field, and characters of one: more can't be meant.
_MOST: Final = 200
_LONGEST: Final = 1000
_Words: TypeAlias = Annotated[list[Annotated[str, Query(max_length=_LONGEST)]], Query(max_length=_MOST)]
_Text: TypeAlias = Annotated[str | None, Query(max_length=_LONGEST)]


async def _chosen(
    pipeline: _Words = [],  # noqa: B006  FastAPI copies defaults
    namespace: _Words = [],  # noqa: B006
    state: _Words = [],  # noqa: B006
    type: _Words = [],  # noqa: B006
    trigger: _Words = [],  # noqa: B006
    label: _Words = [],  # noqa: B006
    tag: _Words = [],  # noqa: B006
    created_after: _Text = None,
    created_before: _Text = None,
    duration_gt: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    duration_lt: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    q: _Text = None,
    id: _Words = [],  # noqa: B006
) -> RunFilter:
    return _filter(**locals())


def _filter(*, created_after: str | None = None, created_before: str | None = None, **facts: Any) -> RunFilter:
    several = {name: tuple(given) for name, given in facts.items() if isinstance(given, list)}
    return RunFilter(
        **{**facts, **several},
        created_after=moment("created_after", created_after),
        created_before=moment("created_before", created_before),
    )


#: Keys of the list that a filter may carry along without meaning anything by them.
_NOT_MEANT: Final = frozenset({"sort", "limit", "cursor"})
_ONE: Final = ("created_after", "created_before", "duration_gt", "duration_lt", "q")
_MANY: Final = ("pipeline", "namespace", "state", "type", "trigger", "label", "tag", "id")


def filter_of(pairs: Iterable[tuple[str, str]]) -> RunFilter:
    """The filter that the keys and values of a query mean. Raises UsageError for what the list would not take."""
    facts: dict[str, Any] = {}
    for key, value in pairs:
        if key in _MANY:
            facts.setdefault(key, []).append(value)
        elif key in _ONE:
            facts[key] = _number(key, value) if key.startswith("duration") else value
        elif key not in _NOT_MEANT:
            known = (*_MANY, *_ONE)
            cure = f"a filter takes {', '.join(known)}"
            raise UsageError(f"there is no key '{key}' in a filter; {did_you_mean(key, known)}", cure=cure)
    return _filter(**facts)


def _number(key: str, text: str) -> float:
    try:
        number = float(text)
        if math.isfinite(number):
            return number
    except ValueError:
        pass
    raise UsageError(f"{key}: '{text}' is no number of seconds", parts=[("filter", f"{key} is no number")])


#: As a parameter of a route: `chosen: ChosenRuns`.
ChosenRuns = Annotated[RunFilter, Depends(_chosen)]


def moment(name: str, text: str | None) -> float | None:
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
            cure="write ISO 8601, as in 2026-03-01 or 2026-03-01T06:00:00Z",
            parts=[(name, f"'{text}' is no time")],
        ) from None
