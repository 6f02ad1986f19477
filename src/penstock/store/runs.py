"""Lists of runs, and finding one by what a person types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from penstock.errors import NotFound, UsageError
from penstock.model.ids import ALPHABET, RUN_ID, key_of
from penstock.model.run_types import UNCOUNTED
from penstock.store.connection import Connection
from penstock.store.filters import Conditions, RunFilter, conditions
from penstock.store.fitting import count_fitting, fitting
from penstock.store.missing import no_run
from penstock.store.sorts import Place, cursor_of, place_of, sort_of
from penstock.store.summaries import summaries_of

#: Runs on a page, unless said otherwise, and at most.
PAGE: Final = 50
MOST: Final = 500
#: Runs that fit a filter are counted up to so many, unless said otherwise.
MOST_COUNTED: Final = 10_000
#: Runs that an export looks for at a time.
_LOOKED_UP: Final = 5000
#: A part of an id that is shorter says too little.
SHORTEST: Final = 4
#: Candidates that are named when a part of an id fits several runs.
_NAMED: Final = 5


class Page(NamedTuple):
    """A part of a list. `next_cursor` asks for the part after it; None at the end."""

    items: list[dict[str, Any]]
    next_cursor: str | None


def list_runs(
    connection: Connection,
    chosen: RunFilter | None = None,
    sort: str = "-created_at",
    limit: int = PAGE,
    cursor: str | None = None,
) -> Page:
    """A page of runs, as wire.RunSummary. Its cost does not grow with what lies before it.

    Raises UsageError for a sort, limit, cursor or word of the filter that is not one.
    """
    order = sort_of(sort)
    if not 1 <= limit <= MOST:
        raise UsageError(f"a page of {limit} runs can't be had", cure=f"ask for 1 to {MOST}")
    after = None if cursor is None else place_of(order, cursor)
    places = fitting(connection, chosen or RunFilter(), order, after, limit + 1)
    more = len(places) > limit
    del places[limit:]
    items = summaries_of(connection, [place.key for place in places])
    return Page(items, cursor_of(order, places[-1]) if more else None)


def count_runs(connection: Connection, chosen: RunFilter | None = None, limit: int = MOST_COUNTED) -> tuple[int, bool]:
    """How many runs fit, and whether that is exact: counting stops at `limit`. Raises UsageError as `list_runs`."""
    count = count_fitting(connection, chosen or RunFilter(), limit + 1)
    return min(count, limit), count <= limit


def export_runs(
    connection: Connection, chosen: RunFilter | None = None, sort: str = "-created_at"
) -> Iterator[list[dict[str, Any]]]:
    """All runs that fit, in order, by the hundred; within one transaction they are those of one moment.

    Raises UsageError as `list_runs`, before the first part.
    """
    order, wanted = sort_of(sort), chosen or RunFilter()
    conditions(wanted, connection.dialect)

    def parts() -> Iterator[list[dict[str, Any]]]:
        after: Place | None = None
        while places := fitting(connection, wanted, order, after, _LOOKED_UP):
            for start in range(0, len(places), MOST):
                yield summaries_of(connection, [place.key for place in places[start : start + MOST]])
            after = places[-1]

    return parts()


def keys_fitting(connection: Connection, chosen: RunFilter, limit: int) -> list[int]:
    """Keys of the newest runs that fit, at most `limit`. Raises UsageError as `list_runs`."""
    return [place.key for place in fitting(connection, chosen, sort_of("-created_at"), None, limit)]


def find_run(connection: Connection, text: str) -> int:
    """The key of the run that a person means.

    `text` is an id, the first or last characters of one (at least 4), `latest`, or `latest:PIPELINE`. Raises NotFound
    when there is none, UsageError with candidates when several fit.
    """
    word, colon, pipeline = text.partition(":")
    if word == "latest":
        return _latest(connection, pipeline if colon else None)
    wanted = text.strip().lower()
    if RUN_ID.fullmatch(wanted):
        keys = [row[0] for row in connection.all("SELECT key FROM run WHERE key = ?", (key_of(wanted),))]
    else:
        keys = _fitting(connection, wanted, text)
    if not keys:
        raise no_run(f"'{text}'")
    if len(keys) > 1:
        raise _ambiguous(connection, text, keys)
    return int(keys[0])


def _latest(connection: Connection, pipeline: str | None) -> int:
    if pipeline is None:
        row = connection.one("SELECT key FROM run ORDER BY key DESC LIMIT 1")
    else:
        namespace, _, name = pipeline.rpartition("/")
        within = (" AND namespace = ?", (namespace,)) if namespace else ("", ())
        where = f"WHERE pipeline = ?{within[0]}"
        row = connection.one(f"SELECT key FROM run {where} ORDER BY key DESC LIMIT 1", (name, *within[1]))
    if row is None:
        of = f" of '{pipeline}'" if pipeline else ""
        raise NotFound(f"there is no run{of} yet", cure="start one", of="first run")
    return int(row[0])


def _fitting(connection: Connection, wanted: str, text: str) -> list[int]:
    """Newest runs whose id begins or ends so; one more than will be named."""
    if len(wanted) < SHORTEST or len(wanted) > 13 or not set(wanted) <= set(ALPHABET):
        raise NotFound(
            f"'{text}' names no run",
            cure=f"give an id, its first or last {SHORTEST} characters or more, `latest`, or `latest:PIPELINE`",
        )
    lowest, highest = wanted.ljust(13, "0"), wanted.ljust(13, "z")
    # Ids begin with 0 to 7; what does not can only be the end of one.
    bounds = (key_of(lowest), key_of(highest)) if RUN_ID.fullmatch(lowest) else (1, 0)
    # The end of an id is looked for in the index of ids alone: 0.1 s for a million runs.
    rows = connection.all(
        "SELECT key FROM run WHERE key BETWEEN ? AND ? UNION SELECT key FROM run WHERE id LIKE ? "
        "ORDER BY key DESC LIMIT ?",
        (*bounds, f"%{wanted}", _NAMED + 1),
    )
    return [row[0] for row in rows]


def _ambiguous(connection: Connection, text: str, keys: list[int]) -> UsageError:
    places = ", ".join("?" * len(keys))
    rows = connection.all(f"SELECT id, pipeline, state FROM run WHERE key IN ({places}) ORDER BY key DESC", keys)
    named = [f"{row[0]} ({row[1]}, {row[2]})" for row in rows[:_NAMED]]
    more = ", and more" if len(rows) > _NAMED else ""
    return UsageError(
        f"'{text}' fits several runs: {', '.join(named)}{more}",
        cure="give more of the id",
        candidates=[row[0] for row in rows[:_NAMED]],
    )


def facts_of(connection: Connection, key: int) -> dict[str, Any]:
    """What the tool that told of a run knows beside; {} where nothing is told."""
    row = connection.one("SELECT facts FROM run WHERE key = ?", (key,))
    return {} if row is None or row[0] is None else dict(json.loads(row[0]))


def latest_succeeded(connection: Connection, namespace: str, pipeline: str, having: Iterable[str] = ()) -> int | None:
    """The key of a pipeline's latest succeeded run, of those that made all datasets in `having`; None without one.

    Runs that only tried what would happen (model.run_types) do not count.
    """
    found = Conditions()
    found.add("pipeline = ? AND namespace = ? AND state = 'succeeded'", pipeline, namespace)
    for type_ in UNCOUNTED:
        found.add("type <> ?", type_)
    for dataset in having:
        found.add("EXISTS (SELECT 1 FROM artifact WHERE run_key = run.key AND dataset = ?)", dataset)
    row = connection.one(f"SELECT key FROM run {found.where} ORDER BY key DESC LIMIT 1", found.parameters)
    return None if row is None else int(row[0])
