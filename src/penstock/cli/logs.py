"""Log lines of many attempts as one stream, in order of time, without holding them all."""

from __future__ import annotations

import heapq
import json
import math
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.errors import NotFound, UsageError
from penstock.model.nearest import did_you_mean
from penstock.store.logs import AttemptLog

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
#: Bytes that are read at a time from the end of a log, and lines that are from its begin.
_BLOCK: Final = 1 << 16
_LINES: Final = 256

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


def choose(folder: Path, known: list[AttemptLog], tasks: Iterable[str], wish: Wish) -> Iterator[LogLine]:
    """The wanted lines of a run with these tasks, read as they are asked for. `folder` holds the logs.

    Raises NotFound for a task, item or attempt that the run does not have, UsageError for a level that is none.
    """
    wanted = _wanted(known, set(tasks), wish)
    if wish.tail is None:
        return _fitting(merged(folder, wanted), wish)
    if wish.level is None and wish.grep is None:
        ends = [[_line(raw, log) for raw in last(folder / log.path, wish.tail)] for log in wanted]
        lines: Iterable[LogLine] = heapq.merge(*ends, key=lambda line: float(line["at"]))
    else:
        lines = _fitting(merged(folder, wanted), wish)
    return iter(deque(lines, maxlen=wish.tail))


def _wanted(known: list[AttemptLog], tasks: set[str], wish: Wish) -> list[AttemptLog]:
    if wish.level is not None and wish.level not in LEVELS:
        raise UsageError(f"there is no level '{wish.level}'", cure=f"there are {', '.join(LEVELS)}")
    if wish.task is not None and wish.task not in tasks:
        raise NotFound(f"the run has no task '{wish.task}'", cure=did_you_mean(wish.task, tasks))
    wanted = [log for log in known if wish.task in (None, log.task)]
    for what, value, field in (("item", wish.map_index, "map_index"), ("attempt", wish.attempt, "n")):
        there = {getattr(log, field) for log in wanted} - {None}
        if value is not None and value not in there:
            cure = f"there are {min(there)} to {max(there)}" if there else "nothing of that kind ran"
            raise NotFound(f"there is no {what} {value}", cure=cure)
    return [log for log in wanted if wish.map_index in (None, log.map_index) and wish.attempt in (None, log.n)]


def merged(folder: Path, logs: Iterable[AttemptLog]) -> Iterator[LogLine]:
    """All lines by time; those of one attempt stay in their order.

    A file is open only while its attempt was under way at the time that is read: fan-outs have more attempts than a
    process may have files open.
    """
    waiting = deque(
        sorted((begin, place, log) for place, log in enumerate(logs) for begin in _begin(folder / log.path))
    )
    heads: list[tuple[float, int, LogLine, Iterator[LogLine]]] = []
    while heads or waiting:
        while waiting and (not heads or waiting[0][0] <= heads[0][0]):
            _, place, log = waiting.popleft()
            _push(heads, place, _lines(folder, log))
        if not heads:
            continue
        _, place, line, rest = heapq.heappop(heads)
        yield line
        others = min(heads[0][0] if heads else math.inf, waiting[0][0] if waiting else math.inf)
        # Most often the next line is of the same file.
        for line in rest:
            if line["at"] >= others:
                heapq.heappush(heads, (line["at"], place, line, rest))
                break
            yield line


def _push(heads: list[tuple[float, int, LogLine, Iterator[LogLine]]], place: int, lines: Iterator[LogLine]) -> None:
    for line in lines:
        heapq.heappush(heads, (line["at"], place, line, lines))
        return


def _begin(path: Path) -> list[float]:
    """The time of a log's first line; none when nothing was written."""
    try:
        with open(path, "rb") as file:
            lines = _parsed([file.readline()])
    except FileNotFoundError:
        return []
    return [float(line["at"]) for line in lines]


def _lines(folder: Path, log: AttemptLog) -> Iterator[LogLine]:
    with open(folder / log.path, "rb") as file:
        while texts := list(islice(file, _LINES)):
            for raw in _parsed(texts):
                yield _line(raw, log)


def _parsed(texts: Sequence[bytes]) -> list[LogLine]:
    """Lines as they were written. Many at once cost half of what each alone does."""
    try:
        return list(json.loads(b"[%b]" % b",".join(texts)))
    except ValueError:
        # The end of a file whose writer was killed: what is whole counts.
        return _parsed(texts[:-1]) if texts else []


def _line(raw: LogLine, log: AttemptLog) -> LogLine:
    return {
        "at": raw["at"], "seq": raw["seq"], "task": log.task, "map_index": log.map_index, "label": log.label,
        "attempt": log.n, "stream": raw["stream"], "level": raw["level"], "logger": raw["logger"],
        "message": raw["message"],
    }  # fmt: skip


def _fitting(lines: Iterable[LogLine], wish: Wish) -> Iterator[LogLine]:
    if wish.level is not None:
        levels: set[str | None] = set(LEVELS[LEVELS.index(wish.level) :])
        if "info" in levels:
            levels.add(None)
        lines = (line for line in lines if line["level"] in levels)
    if wish.grep is not None:
        part = wish.grep.lower()
        lines = (line for line in lines if part in line["message"].lower())
    return iter(lines)


def last(path: Path, count: int) -> list[LogLine]:
    """The last lines of a log as they were written, without reading what lies before; [] when there is none."""
    try:
        with open(path, "rb") as file:
            end = file.seek(0, os.SEEK_END)
            text = b""
            while end > 0 and text.count(b"\n") <= count:
                start = max(0, end - _BLOCK)
                file.seek(start)
                text = file.read(end - start) + text
                end = start
    except FileNotFoundError:
        return []
    # The first may be half a line.
    return _parsed(text.split(b"\n")[-count - 1 : -1])
