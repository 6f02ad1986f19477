"""What became of a run under test, read while its home is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from penstock.compose.local import LocalEngine
from penstock.engine.handle import RunHandle
from penstock.engine.observe import RunPicture, TaskPicture
from penstock.errors import PenstockError
from penstock.store.documents import run_document
from penstock.store.logs import logs_of
from penstock.store.outputs import references
from penstock.testing.calls import Calls
from penstock.testing.results import Raised, RunResult, TaskResult
from penstock.worker.values import Values

_Place = tuple[str, int | None]


def outcome(engine: LocalEngine, handle: RunHandle, calls: Calls) -> RunResult:
    """What became of a run that is over."""
    picture = handle.picture()
    with engine.database.read() as connection:
        document = run_document(connection, handle.key)
        made = references(connection, handle.key)
        logs = logs_of(connection, handle.key)
    figures: dict[_Place, dict[str, float]] = {
        (task["name"], task["map_index"]): {one["name"]: one["value"] for one in task["metrics"]}
        for task in document["tasks"]
    }
    lines: dict[_Place, list[str]] = {}
    for log in logs:
        lines.setdefault((log.task, log.map_index), []).extend(_lines(engine.home.logs / log.path))
    tasks: dict[str, TaskResult] = {}
    for one in picture.tasks:
        place = one.name, one.map_index
        result = _told(one, calls, figures.get(place, {}), lines.get(place, []))
        if one.map_index is None:
            tasks[one.name] = result
        else:
            tasks[one.name].items.append(result)
    values = {name: _value(engine, reference) for name, reference in made.items()}
    return RunResult(picture.state, picture.reason, tasks, values, _cause(picture, calls))


def _told(task: TaskPicture, calls: Calls, figures: dict[str, float], lines: list[str]) -> TaskResult:
    raised = _raised(task, calls)
    error = None if raised is None else raised.error
    return TaskResult(
        task.name, task.map_index, task.label, task.state, task.reason, task.attempts, error, figures, lines
    )  # fmt: skip


def _raised(task: TaskPicture | None, calls: Calls) -> Raised | None:
    """What a task raised that failed; what failed around its function is told as we tell it."""
    if task is None or task.error is None:
        return None
    known = calls.raised.get((task.name, task.map_index))
    if known is not None:
        return known
    told = f"task '{task.name}' failed: {task.error['type']}: {task.error['message']}"
    return Raised(PenstockError(told), None)


def _cause(picture: RunPicture, calls: Calls) -> Raised | None:
    """What made the run fail."""
    error = picture.error or {}
    failed = [one for one in picture.tasks if one.name == error.get("task") and one.map_index == error.get("map_index")]
    return _raised(failed[0] if failed else None, calls)


def _lines(log: Path) -> list[str]:
    """The messages of a log (agent.logs); one that nobody wrote to has no file."""
    if not log.exists():
        return []
    return [json.loads(line)["message"] for line in log.read_text(encoding="utf-8").splitlines()]


def _value(engine: LocalEngine, reference: Any) -> Any:
    """A value; the error where it can't be made again, for whoever asks for it."""
    try:
        return Values(str(engine.home.artifacts)).read(reference)
    except PenstockError as error:
        return error
