"""The logs of a run as views, and as text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from fastapi import Depends, Query, Request

from penstock.logbook.choice import Choice
from penstock.logbook.folder import Folder
from penstock.logbook.lines import LEVELS, strip
from penstock.logbook.shelf import Shelf
from penstock.logbook.slices import Slices
from penstock.logbook.steps import Place
from penstock.logbook.view import Attempt, View
from penstock.model.bounds import MOST
from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN
from penstock.server.guard import ServiceOf
from penstock.server.run_query import moment
from penstock.server.service import Service
from penstock.store.connection import Connection
from penstock.store.logs import AttemptLog, logs_of, lost_logs
from penstock.store.missing import check_task
from penstock.store.runs import find_run
from penstock.store.summaries import summaries_of
from penstock.store.times import iso

Level: TypeAlias = Literal["debug", "info", "warning", "error", "critical", "none"]

#: Lines of one step of a download.
STEP: Final = 2000
#: Control characters but tab and line end; marks that turn the direction of text.
_HIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_LONGEST: Final = 1000
_Tasks: TypeAlias = Annotated[list[Annotated[str, Query(max_length=_LONGEST)]], Query(max_length=200)]
_Levels: TypeAlias = Annotated[list[Level], Query(max_length=20)]
_Number: TypeAlias = Annotated[int | None, Query(ge=0, le=MOST)]
_Time: TypeAlias = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which logs of a run: those of some tasks, of one item, of one generation or attempt; and which of their lines."""

    service: Service
    shelf: Shelf
    run: str
    tasks: tuple[str, ...]
    map_index: int | None
    attempt: int | None
    generation: int | None
    choice: Choice


async def _wish(
    run_id: str,
    service: ServiceOf,
    request: Request,
    task: _Tasks = [],  # noqa: B006  FastAPI copies defaults
    map_index: _Number = None,
    attempt: _Number = None,
    generation: _Number = None,
    level: _Levels = [],  # noqa: B006
    after: _Time = None,
    before: _Time = None,
) -> Wish:
    state = request.app.state
    if not hasattr(state, "shelf"):
        state.shelf = Shelf(Folder(service.logs))
    begin, end = moment("after", after), moment("before", before)
    choice = Choice(frozenset(level or LEVELS), -math.inf if begin is None else begin, math.inf if end is None else end)
    tasks = tuple(dict.fromkeys(task))
    return Wish(service, state.shelf, run_id, tasks, map_index, attempt, generation, choice)


#: As a parameter of a route: `wish: WishedLogs`.
WishedLogs = Annotated[Wish, Depends(_wish)]


def view_of(wish: Wish) -> View:
    """The lines as they are now. Raises NotFound for a run that there is not, or a task that it does not have."""
    with wish.service.database.read() as connection:
        key = find_run(connection, wish.run)
        logs = logs_of(connection, key, wish.tasks[0] if len(wish.tasks) == 1 else None)
        _check_tasks(connection, key, wish.tasks, logs)
        over = summaries_of(connection, [key])[0]["state"] in TERMINAL_RUN
        lost = {one.path for one in lost_logs(connection, key)}
    attempts = [_attempt(log) for log in logs if _is_wished(log, wish)]
    # A run that goes on may yet bring more attempts, but no more of one that was chosen.
    view = View(wish.shelf, attempts, wish.choice, more=not over and not (wish.attempt is not None and attempts))
    view.damaged += [one.path for one in attempts if one.path in lost and one.path not in view.damaged]
    return view


def document(view: View, first: int, limit: int) -> dict[str, Any]:
    """A window as wire.LogWindow. A negative `first` counts from the end."""
    first = max(0, view.total + first) if first < 0 else first
    lines = view.window(first, limit)
    for index, line in enumerate(lines, first):
        line["index"] = index
        line["at"] = iso(round(line["at"] * 1_000_000))
    return {
        "first": first,
        "total": view.total,
        "lines": lines,
        "complete": view.complete,
        "damaged": view.damaged,
    }


def slices_document(slices: Slices) -> dict[str, Any]:
    """Counts over time as wire.LogSlices."""
    return {
        "after": iso(slices.after),
        "before": iso(slices.before),
        "total": sum(map(sum, slices.levels.values())),
        "levels": slices.levels,
        "exact": slices.exact,
    }


def place_document(place: Place | None) -> dict[str, Any]:
    """A line's place as wire.LogPlace."""
    if place is None:
        return {"index": None, "at": None}
    return {"index": place.number, "at": iso(round(place.at * 1_000_000))}


def as_text(view: View) -> Iterator[bytes]:
    """All lines as text, without what steers a terminal."""
    for first in range(0, view.total, STEP):
        lines = [_text(line) for line in view.window(first, STEP)]
        yield "".join(lines).encode("utf-8", "replace")


def _text(line: dict[str, Any]) -> str:
    """`2026-03-01T06:00:00.000000Z clean[3] #2 WARNING what was printed`; its own line breaks are indented."""
    name = line["task"]
    if line["map_index"] is not None:
        name += f"[{line['map_index']}]"
    if line["attempt"] > 1:
        name += f" #{line['attempt']}"
    level = f"{line['level'].upper()} " if line["level"] else ""
    message = strip(line["message"])
    if not message.isprintable():
        message = _HIDDEN.sub(chr(0xFFFD), "\n    ".join(message.splitlines()))
    return f"{iso(round(line['at'] * 1_000_000))} {name} {level}{message}\n"


def _check_tasks(connection: Connection, key: int, wanted: tuple[str, ...], logs: list[AttemptLog]) -> None:
    known = {log.task for log in logs}
    for task in wanted:
        if task not in known:
            check_task(connection, key, task)


def _is_wished(log: AttemptLog, wish: Wish) -> bool:
    return (
        (not wish.tasks or log.task in wish.tasks)
        and wish.map_index in (None, log.map_index)
        and wish.attempt in (None, log.n)
        and wish.generation in (None, log.generation)
    )


def _attempt(log: AttemptLog) -> Attempt:
    writes = log.state not in TERMINAL_ATTEMPT
    return Attempt(log.task, log.map_index, log.label, log.generation, log.n, log.path, writes)
