"""Which lines of a run's logs `penstock runs logs` shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.errors import NotFound, UsageError
from penstock.logbook.choice import Choice
from penstock.logbook.folder import Folder
from penstock.logbook.search import find
from penstock.logbook.shelf import Shelf
from penstock.logbook.view import Attempt, View
from penstock.model.nearest import did_you_mean
from penstock.model.states import TERMINAL_ATTEMPT
from penstock.store.logs import AttemptLog

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
#: Lines that are in memory at a time.
_STEP: Final = 2000

LogLine = dict[str, Any]


class Wish(NamedTuple):
    """Which lines are wanted; None: all.

    `level`: this one and above, plain output counts as info. `grep`: a part of the message, in any case of its letters.
    `tail`: so many lines, the last.
    """

    task: str | None = None
    map_index: int | None = None
    attempt: int | None = None
    level: str | None = None
    grep: str | None = None
    tail: int | None = None


def choose(
    folder: Path, known: list[AttemptLog], tasks: Iterable[str], wish: Wish, damaged: list[str] | None = None
) -> Iterator[LogLine]:
    """The wanted lines of a run with these tasks, read as they are asked for. `folder` holds the logs.

    `damaged` gets the names of files, below the folder, that could not be read whole, once all lines were asked for.
    Raises NotFound for a task, item or attempt that the run does not have, UsageError for a level that is none.
    """
    choice = Choice() if wish.level is None else Choice(_from_level(wish.level))
    wanted = [
        Attempt(*log[:5], log.path, writes=log.state not in TERMINAL_ATTEMPT)
        for log in _wanted(known, set(tasks), wish)
    ]
    return _lines(Shelf(Folder(folder)), wanted, choice, wish, [] if damaged is None else damaged)


def _lines(shelf: Shelf, wanted: list[Attempt], choice: Choice, wish: Wish, damaged: list[str]) -> Iterator[LogLine]:
    with View(shelf, wanted, choice) as view:
        places = range(view.total) if wish.grep is None else find(view, wish.grep, view.total).places
        if wish.tail is not None:
            places = places[-wish.tail :]
        for _, group in groupby(places, lambda place: place // _STEP):
            yield from map(_shown, view.at(list(group)))
        damaged += view.damaged


def _shown(line: LogLine) -> LogLine:
    del line["generation"]
    return line


def _from_level(level: str) -> frozenset[str]:
    if level not in LEVELS:
        raise UsageError(f"there is no level '{level}'", cure=f"there are {', '.join(LEVELS)}")
    levels = LEVELS[LEVELS.index(level) :]
    return frozenset((*levels, "none") if "info" in levels else levels)


def _wanted(known: list[AttemptLog], tasks: set[str], wish: Wish) -> list[AttemptLog]:
    if wish.task is not None and wish.task not in tasks:
        raise NotFound(f"the run has no task '{wish.task}'", cure=did_you_mean(wish.task, tasks))
    wanted = [log for log in known if wish.task in (None, log.task)]
    for what, value, field in (("item", wish.map_index, "map_index"), ("attempt", wish.attempt, "n")):
        there = {getattr(log, field) for log in wanted} - {None}
        if value is not None and value not in there:
            cure = f"there are {min(there)} to {max(there)}" if there else "nothing of that kind ran"
            raise NotFound(f"there is no {what} {value}", cure=cure)
    return [log for log in wanted if wish.map_index in (None, log.map_index) and wish.attempt in (None, log.n)]
