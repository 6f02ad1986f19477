"""The filter of the list of runs, as it stands in an address."""

from __future__ import annotations

import time
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import Depends, Query

from penstock.store.filters import RunFilter
from penstock.store.queries import filter_from
from penstock.store.queries import moment as moment

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
    return filter_from(time.time(), **locals())


#: As a parameter of a route: `chosen: ChosenRuns`.
ChosenRuns = Annotated[RunFilter, Depends(_chosen)]
