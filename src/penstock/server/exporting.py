"""The list of runs as a file: all that a filter shows, in its order, written while it is sent.

One transaction reads it all: a run that ends meanwhile, and so would change its place, is neither lost nor there twice.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

from penstock.errors import UsageError
from penstock.model.nearest import did_you_mean
from penstock.server.answers import json_of
from penstock.store import runs
from penstock.store.database import Database
from penstock.store.filters import RunFilter

Run = dict[str, Any]

#: What a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n]")


def _pairs(found: dict[str, Any]) -> str:
    return json_of(found).decode() if found else ""


def _error(run: Run) -> str | None:
    error = run["error"]
    if error is None:
        return None
    said = ": ".join(filter(None, (error["type"], error["message"])))
    return f"{error['task']}: {said}" if error["task"] else said


#: Columns in the order in which they are written where none are chosen.
_COLUMNS: Final[dict[str, Callable[[Run], Any]]] = {
    **{
        name: itemgetter(name)
        for name in (
            "id", "pipeline", "namespace", "version", "type", "state", "reason", "created_at", "started_at", "ended_at",
            "duration", "tasks_done", "tasks_total", "bytes", "generation",
        )
    },
    "trigger": lambda run: run["trigger"]["kind"],
    "labels": lambda run: ", ".join(f"{name}={value}" for name, value in run["labels"].items()),
    "tags": lambda run: ", ".join(run["tags"]),
    "params": lambda run: _pairs(run["params"]),
    "error": _error,
}  # fmt: skip


def check_columns(chosen: Sequence[str]) -> list[str]:
    """The columns to write. Raises UsageError for a name that is none."""
    for name in chosen:
        if name not in _COLUMNS:
            raise UsageError(
                f"runs have no column '{name}'; {did_you_mean(name, _COLUMNS)}",
                cure=f"choose of {', '.join(_COLUMNS)}",
                parts=[("columns", f"there is no column '{name}'")],
            )
    return list(dict.fromkeys(chosen)) or list(_COLUMNS)


def parts(database: Database, chosen: RunFilter, sort: str) -> Generator[list[Run], None, None]:
    """All runs of a filter, those of one moment. Raises UsageError at the first part, for a filter that is none."""
    with database.read() as connection:
        yield from runs.export_runs(connection, chosen, sort)


def as_csv(parts: Iterator[list[Run]], columns: Sequence[str]) -> Iterator[bytes]:
    """CSV (RFC 4180) in UTF-8, with a line of names."""
    yield _lines([columns])
    for part in parts:
        yield _lines([[_cell(_COLUMNS[name](run)) for name in columns] for run in part])


def as_json(parts: Iterator[list[Run]]) -> Iterator[bytes]:
    """`{"items": […]}`, as the list's pages in one."""
    yield b'{"items":['
    separator = b""
    for part in parts:
        if part:
            yield separator + json_of(part)[1:-1]
            separator = b","
    yield b"]}\n"


def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    """Texts that look like formulas get an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
