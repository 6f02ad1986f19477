"""What watchers in the same process see of a run: notices as they happen, and pictures on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias


class Notice(NamedTuple):
    """Something changed. `task` None: the run itself. Times in seconds since 1970.

    `state` is the new state of the run or of the task run; `duration` seconds of the attempt or run that
    just ended; `error` the attempt's error (type, message, traceback, file, line), `retry_in` seconds to the
    next attempt when the state is retrying.
    """

    at: float
    task: str | None
    map_index: int | None
    label: str | None
    state: str
    reason: str | None
    n: int
    duration: float | None
    error: dict[str, Any] | None
    retry_in: float | None


class TaskPicture(NamedTuple):
    """A task run as it is now. `items` of a fan-out's parent: (done, failed, total), else None."""

    name: str
    map_index: int | None
    label: str | None
    role: str
    state: str
    reason: str | None
    attempts: int
    started_at: float | None
    ended_at: float | None
    progress: tuple[float, float | None] | None
    items: tuple[int, int, int] | None
    error: dict[str, Any] | None


class RunPicture(NamedTuple):
    """A run as it is now; `tasks` in the order of the definition, items after their parent."""

    id: str
    pipeline: str
    namespace: str
    state: str
    reason: str | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    done: int
    total: int
    error: dict[str, Any] | None
    tasks: list[TaskPicture]


Listener: TypeAlias = Callable[[Notice], None]
