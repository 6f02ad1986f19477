"""Rows as the engine writes them: plain named tuples in the order of the statements of `write.py`.

Times are whole microseconds since 1970 (UTC). Texts named `json` hold one JSON document. A run is
named by its key (model.ids); a task run by `seq`, its place in the run, which the engine gives out; an
attempt by `n` from 1. `map_index` is -1 where there is no fan-out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple


class NewRun(NamedTuple):
    """A run, with its owner (an instance's id) and epoch from the start."""

    key: int
    id: str
    pipeline: str
    namespace: str
    version: str
    type: str
    state: str
    reason: str | None
    created_at: int
    started_at: int | None
    ended_at: int | None
    params: str
    trigger: str
    tags: str
    selection: str | None
    facts: str | None
    parent_key: int | None
    replay_of: int | None
    generation: int
    error: str | None
    tasks_total: int
    tasks_done: int
    owner: int | None
    epoch: int
    row_version: int
    bytes: int | None = 0
    options: str | None = None
    idle: int = 0


class RunUpdate(NamedTuple):
    """New facts of a run, where its row version is still `expected`."""

    state: str
    reason: str | None
    started_at: int | None
    ended_at: int | None
    generation: int
    error: str | None
    tasks_total: int
    tasks_done: int
    bytes: int | None
    idle: int
    row_version: int
    key: int
    expected: int


class RunProgress(NamedTuple):
    """How far a run is, where its row version is still `expected` and nothing else of it is new.

    Most commits change no more. Of the run's indexes none is touched: SQLite writes anew each that has a column which
    the statement names, seven pages of sixteen. RunBytes comes with it where that is new too.
    """

    tasks_total: int
    tasks_done: int
    row_version: int
    key: int
    expected: int


class RunBytes(NamedTuple):
    """What the artifacts of a run take by now."""

    bytes: int | None
    key: int


class RunParams(NamedTuple):
    """New params (json) of a run that is tried again, or whose params a person changed."""

    params: str
    key: int


class RunOptions(NamedTuple):
    """How a run is to go on (json), as a person has changed it."""

    options: str | None
    key: int


class NewTaskRun(NamedTuple):
    """A task run. `items` is the number of items of a fan-out's parent, None for others; `item` holds the
    references of an item's arguments, `error` what went wrong without an attempt (json)."""

    run_key: int
    seq: int
    task: str
    kind: str
    map_index: int
    label: str | None
    generation: int
    state: str
    reason: str | None
    created_at: int
    queued_at: int | None
    started_at: int | None
    ended_at: int | None
    attempts: int
    items: int | None
    item: str | None
    progress_done: float | None
    progress_total: float | None
    row_version: int
    error: str | None = None


class TaskRunUpdate(NamedTuple):
    """New facts of a task run, where its row version is still `expected`."""

    state: str
    reason: str | None
    queued_at: int | None
    started_at: int | None
    ended_at: int | None
    attempts: int
    items: int | None
    progress_done: float | None
    progress_total: float | None
    error: str | None
    row_version: int
    run_key: int
    seq: int
    expected: int


class NewAttempt(NamedTuple):
    """One try. `log` is its log's path below the log folder; `error` json."""

    run_key: int
    seq: int
    n: int
    state: str
    reason: str | None
    dispatched_at: int
    started_at: int | None
    ended_at: int | None
    worker: str | None
    cpu_seconds: float | None
    peak_rss_bytes: int | None
    read_bytes: int | None
    written_bytes: int | None
    error: str | None
    log: str | None


class AttemptUpdate(NamedTuple):
    """New facts of an attempt that is not over in the database (state dispatched or running)."""

    state: str
    reason: str | None
    started_at: int | None
    ended_at: int | None
    worker: str | None
    cpu_seconds: float | None
    peak_rss_bytes: int | None
    read_bytes: int | None
    written_bytes: int | None
    error: str | None
    run_key: int
    seq: int
    n: int


class NewArtifact(NamedTuple):
    """A stored value of a dataset, made by one attempt; `columns` json."""

    run_key: int
    seq: int
    n: int
    dataset: str
    kind: str
    inline: str | None
    path: str | None
    bytes: int | None
    digest: str | None
    rows: int | None
    columns: str | None
    python_type: str
    safe: bool
    created_at: int


class NewResult(NamedTuple):
    """Under that key, what a task run made may be taken by later runs. `made_at` is when it was made first."""

    key: str
    run_key: int
    seq: int
    made_at: int


class NewEvent(NamedTuple):
    """Something that happened to a run (seq None), a task run (n None) or an attempt; `data` json."""

    run_key: int
    seq: int | None
    n: int | None
    at: int
    kind: str
    data: str | None


class NewMetric(NamedTuple):
    """A figure that a task reported."""

    run_key: int
    seq: int
    n: int
    at: int
    name: str
    value: float
    unit: str | None


class NewSample(NamedTuple):
    """What an attempt's process tree used at a moment."""

    run_key: int
    seq: int
    n: int
    at: int
    cpu_seconds: float
    rss_bytes: int
    read_bytes: int
    written_bytes: int


class NewTimer(NamedTuple):
    """Something that is due: kind `retry` (of task run seq) or `run_timeout` (seq -1)."""

    run_key: int
    kind: str
    seq: int
    due_at: int


class NewVersion(NamedTuple):
    """A version of a pipeline, written once; `spec` json."""

    namespace: str
    pipeline: str
    version: str
    spec: str
    created_at: int


class CommandSettled(NamedTuple):
    """What became of a command that waits, for that run: `applied` or `refused`, with its outcome (json)."""

    state: str
    outcome: str
    applied_at: int
    id: int
    run_key: int


class SlotAsk(NamedTuple):
    """An attempt to come, which needs a slot of `most`; `since`: when it was asked for, in seconds since 1970."""

    name: str
    most: int
    run_key: int
    seq: int
    n: int
    since: float


class Fence(NamedTuple):
    """A run that this commit may only touch while it belongs to `owner` in `epoch`."""

    run_key: int
    owner: int
    epoch: int


@dataclass(slots=True)
class Commit:
    """What goes into one transaction, in this order. `fences` names every touched run that existed before.

    `slots_over` are runs that give back all slots, `slots_gone` attempts (run key, seq, n) that do, `slots_past` runs
    that are let past the limits for which they wait. Which of `slot_asks` were granted is told by `granted`, which the
    transaction fills; the others wait.
    """

    fences: list[Fence] = field(default_factory=list)
    versions: list[NewVersion] = field(default_factory=list)
    new_runs: list[NewRun] = field(default_factory=list)
    labels: list[tuple[int, str, str]] = field(default_factory=list)
    new_task_runs: list[NewTaskRun] = field(default_factory=list)
    new_attempts: list[NewAttempt] = field(default_factory=list)
    attempt_updates: list[AttemptUpdate] = field(default_factory=list)
    artifacts: list[NewArtifact] = field(default_factory=list)
    results: list[NewResult] = field(default_factory=list)
    task_run_updates: list[TaskRunUpdate] = field(default_factory=list)
    run_updates: list[RunUpdate] = field(default_factory=list)
    run_progress: list[RunProgress] = field(default_factory=list)
    run_bytes: list[RunBytes] = field(default_factory=list)
    run_params: list[RunParams] = field(default_factory=list)
    run_options: list[RunOptions] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    metrics: list[NewMetric] = field(default_factory=list)
    samples: list[NewSample] = field(default_factory=list)
    timers_gone: list[tuple[int, str, int]] = field(default_factory=list)
    timers: list[NewTimer] = field(default_factory=list)
    commands: list[CommandSettled] = field(default_factory=list)
    slots_over: list[tuple[int]] = field(default_factory=list)
    slots_gone: list[tuple[int, int, int]] = field(default_factory=list)
    slots_past: list[int] = field(default_factory=list)
    slot_asks: list[SlotAsk] = field(default_factory=list)
    granted: list[SlotAsk] = field(default_factory=list)


def without(commit: Commit, key: int) -> Commit:
    """A commit of all that another one has but what is of that run."""
    kept = {part.name: [row for row in getattr(commit, part.name) if _run_of(row) != key] for part in fields(commit)}
    return Commit(**kept)


def _run_of(row: Any) -> int | None:
    """The run that a row of a commit is of; versions are of none."""
    if isinstance(row, int):
        return row
    if isinstance(row, NewVersion):
        return None
    found: int = getattr(row, "run_key", None) or getattr(row, "key", None) or row[0]
    return found
