"""What the watcher of the project found: pipelines with their files, and files that can't be read.

Every change is also an event `definitions.changed` that belongs to no run, so that the page hears of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from penstock.store.connection import Connection
from penstock.store.rows import Commit, NewEvent, NewVersion
from penstock.store.texts import writable
from penstock.store.times import iso, micros
from penstock.store.write import apply

#: Events about no run: those of definitions. No run has this key.
NO_RUN: Final = 0
CHANGED: Final = "definitions.changed"
#: Problems that one answer lists, and the longest message that is kept.
MOST: Final = 200
LONGEST: Final = 4000


class Found(NamedTuple):
    """A pipeline in a file of the project (relative to it); `spec` is the version's JSON."""

    namespace: str
    pipeline: str
    version: str
    spec: str
    file: str


class Trouble(NamedTuple):
    """Why a file (relative to the project) can't be read."""

    file: str
    message: str
    line: int | None = None
    cure: str | None = None


def record_definitions(connection: Connection, found: Iterable[Found], troubles: Iterable[Trouble], now: float) -> bool:
    """Note the whole state of the project, within a transaction that writes. True when anything changed.

    `found` are all pipelines of files that can be read. A pipeline whose file has trouble stays as it was, with the
    problem beside it; one that is in no file any more is not `present`.
    """
    new = list({(one.namespace, one.pipeline): one for one in found}.values())
    bad = {one.file: one for one in troubles}
    before = _state(connection)
    at = micros(now)
    _write_found(connection, new, at)
    _mark_gone(connection, {(one.namespace, one.pipeline) for one in new}, bad, at)
    _write_problems(connection, bad, at)
    if _state(connection) == before:
        return False
    apply(connection, Commit(events=[NewEvent(NO_RUN, None, None, at, CHANGED, None)]))
    return True


def is_gone(connection: Connection, namespace: str, pipeline: str) -> bool:
    """Was a pipeline found in the project once, and is not in it any more? False for one of a file that has trouble."""
    row = connection.one("SELECT present FROM pipeline WHERE namespace = ? AND pipeline = ?", (namespace, pipeline))
    return row is not None and row[0] is not None and not row[0]


def problems(connection: Connection) -> list[dict[str, Any]]:
    """Files that can't be read and of which no pipeline is known, as wire.DefinitionProblem."""
    rows = connection.all("SELECT message, file, line, cure, at FROM definition_problem ORDER BY file LIMIT ?", (MOST,))
    return [
        {"message": message, "file": file, "line": line, "cure": cure, "at": iso(at)}
        for message, file, line, cure, at in rows
    ]


def problem_document(problem: str | None, file: str | None) -> dict[str, Any] | None:
    """The problem of a pipeline's file (the column of `pipeline`), as wire.DefinitionProblem."""
    if problem is None:
        return None
    body = json.loads(problem)
    return {
        "message": body["message"], "file": file, "line": body["line"], "cure": body["cure"], "at": iso(body["at"]),
    }  # fmt: skip


def _state(connection: Connection) -> tuple[object, ...]:
    """All that people see of definitions, except since when a problem is there."""
    pipelines = connection.all(
        "SELECT namespace, pipeline, version, file, present, problem FROM pipeline ORDER BY namespace, pipeline"
    )
    troubles = connection.all("SELECT file, message, line, cure FROM definition_problem ORDER BY file")
    return pipelines, troubles


def _write_found(connection: Connection, new: list[Found], at: int) -> None:
    versions = [NewVersion(one.namespace, one.pipeline, one.version, one.spec, at) for one in new]
    apply(connection, Commit(versions=versions))
    for one in new:
        connection.run(
            "UPDATE pipeline SET version = ?, file = ?, present = ?, problem = NULL, checked_at = ? "
            "WHERE namespace = ? AND pipeline = ?",
            (one.version, one.file, True, at, one.namespace, one.pipeline),
        )


def _mark_gone(connection: Connection, here: set[tuple[str, str]], bad: dict[str, Trouble], at: int) -> None:
    rows = connection.all(
        "SELECT namespace, pipeline, file, problem FROM pipeline WHERE present = ? OR problem IS NOT NULL", (True,)
    )
    for namespace, pipeline, file, problem in rows:
        if (namespace, pipeline) in here:
            continue
        trouble = bad.get(file)
        connection.run(
            "UPDATE pipeline SET present = ?, problem = ?, checked_at = ? WHERE namespace = ? AND pipeline = ?",
            (trouble is not None, _told(trouble, problem, at), at, namespace, pipeline),
        )


def _told(trouble: Trouble | None, before: str | None, at: int) -> str | None:
    """The problem as the column keeps it; one that is still the same keeps its time."""
    if trouble is None:
        return None
    message, cure = _cut(trouble.message), None if trouble.cure is None else _cut(trouble.cure)
    if before is not None:
        old = json.loads(before)
        if (old["message"], old["line"], old["cure"]) == (message, trouble.line, cure):
            return before
    return json.dumps({"message": message, "line": trouble.line, "cure": cure, "at": at})


def _write_problems(connection: Connection, bad: dict[str, Trouble], at: int) -> None:
    """Those of files of which no pipeline is known; the others stand beside their pipelines."""
    known = {row[0] for row in connection.all("SELECT DISTINCT file FROM pipeline WHERE problem IS NOT NULL")}
    alone = {writable(one.file): one for one in bad.values() if one.file not in known}
    old = {row[0]: tuple(row[1:]) for row in connection.all("SELECT file, message, line, cure FROM definition_problem")}
    for file in old.keys() - alone.keys():
        connection.run("DELETE FROM definition_problem WHERE file = ?", (file,))
    for file, one in alone.items():
        row = (_cut(one.message), one.line, None if one.cure is None else _cut(one.cure))
        if old.get(file) != row:
            connection.run(
                "INSERT INTO definition_problem (file, message, line, cure, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (file) DO UPDATE SET message = excluded.message, line = excluded.line, "
                "cure = excluded.cure, at = excluded.at",
                (file, *row, at),
            )


def _cut(text: str) -> str:
    return writable(text[:LONGEST])
