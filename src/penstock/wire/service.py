"""About the service itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from penstock.model.states import RunState, TaskState
from penstock.wire.base import Asked, Body, Time
from penstock.wire.runs import ErrorSummary, Progress, RunSummary


class Health(Body):
    """The service answers."""

    status: Literal["ok"]


class About(Body):
    """What is running. `engine_alive`: an engine of `penstock up` beats, so that runs that are asked for will start.

    `workers`: how many attempts such engines run at the same time; null while there is none.
    """

    version: str
    project: str
    engine_alive: bool
    workers: int | None
    now: Time


class SessionBody(Asked):
    """Sign in by the one-time code of the link, or by the token."""

    code: str | None = Field(default=None, max_length=200)
    token: str | None = Field(default=None, max_length=200)


class RunChange(Body):
    """A run as it is now."""

    kind: Literal["run"]
    run: RunSummary


class TaskChange(Body):
    """A task run of a watched run as it is now. `attempt` is the number of the latest."""

    kind: Literal["task"]
    run_id: str
    name: str
    map_index: int | None
    label: str | None
    state: TaskState
    reason: str | None
    generation: int
    queued_at: Time | None
    started_at: Time | None
    ended_at: Time | None
    duration: float | None
    progress: Progress | None
    attempt: int | None
    items: int | None
    error: ErrorSummary | None


class PipelinesChange(Body):
    """Definitions of pipelines changed: read the list anew."""

    kind: Literal["pipelines"]


class DeletedChange(Body):
    """Runs were deleted: nothing is to be had of them any more."""

    kind: Literal["deleted"]
    ids: list[str]


class LogsChange(Body):
    """Attempts of a watched run wrote lines."""

    kind: Literal["logs"]
    run_id: str


class Snapshot(Body):
    """First event of a stream, and again when a reader was too slow. Numbered `id` is where changes go on from."""

    id: int
    now: Time
    counts: dict[RunState, int]
    watched: str | None


class Changes(Body):
    """A batch of changes; the event's `id` grows."""

    changes: list[RunChange | TaskChange | DeletedChange | PipelinesChange | LogsChange]
