"""Log lines of many attempts as one stream, in order of time, without holding them all."""

from __future__ import annotations

import heapq
import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.cli.render import amounts
from penstock.cli.render.states import Paint
from penstock.errors import NotFound, UsageError
from penstock.model.nearest import did_you_mean
from penstock.store.logs import AttemptLog

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_COLOURS: Final = {"debug": "dim", "warning": "yellow", "error": "red", "critical": "red"}


class Wish(NamedTuple):
    """Which lines are wanted; None: all."""

    task: str | None = None
    map_index: int | None = None
    attempt: int | None = None
    level: str | None = None
    grep: str | None = None
    tail: int | None = None


def choose(folder: Path, known: list[AttemptLog], wish: Wish) -> Iterator[dict[str, Any]]:
    """The wanted lines. Raises NotFound for a task that the run does not have, UsageError for no level."""
    if wish.task is not None and wish.task not in {log.task for log in known}:
        raise NotFound(f"no attempt of a task '{wish.task}'", cure=did_you_mean(wish.task, {log.task for log in known}))
    if wish.level is not None and wish.level not in LEVELS:
        raise UsageError(f"there is no level '{wish.level}'", cure=did_you_mean(wish.level, LEVELS))
    wanted = [
        log
        for log in known
        if wish.task in (None, log.task) and wish.map_index in (None, log.map_index) and wish.attempt in (None, log.n)
    ]
    lines: Iterable[dict[str, Any]] = heapq.merge(*(_lines(folder, log) for log in wanted), key=lambda line: line["at"])
    lines = (line for line in lines if _fits(line, wish))
    return iter(deque(lines, maxlen=wish.tail) if wish.tail else lines)


def _lines(folder: Path, log: AttemptLog) -> Iterator[dict[str, Any]]:
    try:
        file = open(folder / log.path, encoding="utf-8")  # noqa: SIM115 - it is closed by the `with` below
    except FileNotFoundError:
        return  # nothing was written
    with file:
        for text in file:
            try:
                line = json.loads(text)
            except ValueError:
                continue  # the end of a file whose writer was killed
            yield {
                "at": line["at"], "seq": line["seq"], "task": log.task, "map_index": log.map_index, "label": log.label,
                "attempt": log.n, "stream": line["stream"], "level": line["level"], "logger": line["logger"],
                "message": line["message"],
            }  # fmt: skip


def _fits(line: dict[str, Any], wish: Wish) -> bool:
    if wish.level is not None and LEVELS.index(line["level"] or "info") < LEVELS.index(wish.level):
        return False
    return wish.grep is None or wish.grep.lower() in line["message"].lower()


def print_json(lines: Iterator[dict[str, Any]]) -> None:
    """`{"lines": [...]}`, written as it is read."""
    out = sys.stdout
    out.write('{"lines": [')
    between = "\n"
    for line in lines:
        del line["label"]
        line["at"] = _iso(line["at"])
        out.write(between + json.dumps(line, ensure_ascii=False))
        between = ",\n"
    out.write("]}\n")


def _iso(at: float) -> str:
    from penstock.store.times import iso, micros

    return iso(micros(at))


def print_text(lines: Iterator[dict[str, Any]], paint: Paint) -> None:
    """A line each: time, task, message."""
    for line in lines:
        name = line["task"] + (f"[{amounts.cut(line['label'], 24)}]" if line["label"] is not None else "")
        message = line["message"]
        level = line["level"]
        if level in _COLOURS:
            message = paint.dye(message, _COLOURS[level])
        word = f"{level.upper()} " if level and level != "info" else ""
        print(f"{paint.dye(amounts.clock(line['at']), 'dim')} {paint.dye(name, 'cyan')} {word}{message}")
