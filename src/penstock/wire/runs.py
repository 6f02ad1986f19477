"""Runs, their task runs and attempts: the run document, and the lines of lists."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from penstock.model.states import AttemptState, RunState, TaskState
from penstock.wire.base import Asked, Body, Json, Time


class Trigger(Body):
    """What made a run start."""

    kind: str
    name: str | None
    at: Time


class ErrorSummary(Body):
    """An error in a line of a list, and where it happened."""

    task: str | None = None
    map_index: int | None = None
    label: str | None = None
    type: str | None = None
    message: str | None = None


class ErrorDocument(ErrorSummary):
    """An error in full. `file` and `line` (1-based): the last place in the user's own code.

    `operation` and `dataset` are told where it was a load or save of a dataset that failed.
    """

    traceback: str | None = None
    file: str | None = None
    line: int | None = None
    operation: Literal["load", "save"] | None = None
    dataset: str | None = None


class _Run(Body):
    """What lists and documents tell of a run.

    Durations are seconds. `idle` lies between its generations, where it was over and is retried in place: it is no part
    of `duration`, which goes from `started_at` to `ended_at` else.
    """

    id: str
    pipeline: str
    namespace: str
    version: str
    type: str
    state: RunState
    reason: str | None
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    duration: float | None
    idle: float
    params: dict[str, Json]
    labels: dict[str, str]
    tags: list[str]
    trigger: Trigger
    generation: int
    tasks_total: int
    tasks_done: int


class RunSummary(_Run):
    """A run in a line of a list. Durations are seconds, `bytes` what its artifacts take."""

    bytes: int | None
    error: ErrorSummary | None


class RunPage(Body):
    """A part of a list. `next_cursor` asks for the part after it; null at the end."""

    items: list[RunSummary]
    next_cursor: str | None


class RunCount(Body):
    """How many runs fit a filter. Counting stops at `limit`: then `exact` is false, and there are at least so many."""

    count: int
    exact: bool


class Column(Body):
    """A column of a table."""

    name: str
    type: str


class OutputSummary(Body):
    """A dataset that a task made. `bytes` is null where nobody knows it (in memory only, kept elsewhere)."""

    dataset: str
    kind: str
    bytes: int | None
    rows: int | None
    columns: list[Column] | None


class Metric(Body):
    """The last value of a figure that a task reported."""

    name: str
    value: float
    unit: str | None
    at: Time


class AttemptDocument(Body):
    """One try of a task run."""

    n: int
    generation: int
    state: AttemptState
    reason: str | None
    dispatched_at: Time
    started_at: Time | None
    ended_at: Time | None
    duration: float | None
    worker: str | None
    peak_rss_bytes: int | None
    cpu_seconds: float | None
    read_bytes: int | None
    written_bytes: int | None
    error: ErrorDocument | None


class Progress(Body):
    """How far a task says that it is."""

    done: float
    total: float | None


class TaskDocument(Body):
    """One task (and item) of a run.

    `map_index` is null without fan-out; the items of a fan-out stand for their parent. `error` is that of a task which
    no attempt has brought down: an approval that was rejected, a task that could not be tried.
    """

    name: str
    map_index: int | None
    label: str | None
    kind: str
    state: TaskState
    reason: str | None
    generation: int
    created_at: Time
    queued_at: Time | None
    started_at: Time | None
    ended_at: Time | None
    duration: float | None
    queued_for: float | None
    progress: Progress | None
    error: ErrorDocument | None
    attempts: list[AttemptDocument]
    inputs: list[str]
    outputs: list[OutputSummary]
    metrics: list[Metric]


class GivenSummary(Body):
    """A dataset that was there before the run, as large as it was when the run read it."""

    dataset: str
    bytes: int | None
    rows: int | None


class RunDocument(_Run):
    """A run in full. `given`: what tasks of a Kedro project have read and none of them made.

    `breakpoints`: tasks before which a run of type debug rests.
    """

    parent_id: str | None
    replay_of: str | None
    selection: dict[str, list[str]] | None
    error: ErrorDocument | None
    facts: dict[str, Json] | None = None
    tasks: list[TaskDocument]
    given: list[GivenSummary] = []
    breakpoints: list[str] = []


class RecentRun(Body):
    """A bar in a row of earlier runs. Times as in a list of runs."""

    id: str
    state: RunState
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    duration: float | None
    idle: float


class RunContext(Body):
    """A run among the runs of its pipeline: the neighbours by creation, and up to 30 around the latest, oldest first.

    `expected_duration`: the median of the last succeeded runs before it, in seconds; null without any. `replays`: the
    first runs that repeat it, of those that came soon after it.
    """

    previous: str | None
    next: str | None
    recent: list[RecentRun]
    expected_duration: float | None
    replays: list[RecentRun]


class Event(Body):
    """Something that happened to a run (`task` null), a task run (`attempt` null) or an attempt."""

    id: int
    at: Time
    kind: str
    task: str | None
    map_index: int | None
    label: str | None
    attempt: int | None
    data: dict[str, Json] | None


class EventPage(Body):
    """A part of a run's history, oldest first."""

    items: list[Event]
    next_cursor: str | None


class MetricPoint(Body):
    """A figure, each time that it was told."""

    task: str
    map_index: int | None
    label: str | None
    generation: int
    attempt: int
    name: str
    value: float
    unit: str | None
    at: Time


class Sample(Body):
    """What an attempt's processes had used at a moment. CPU in seconds so far, memory at that moment, bytes so far."""

    at: Time
    cpu_seconds: float
    rss_bytes: int
    read_bytes: int
    written_bytes: int


class SampleSeries(Body):
    """An attempt's samples in time order; thinned out to a few hundred where there are more."""

    task: str
    map_index: int | None
    label: str | None
    generation: int
    attempt: int
    samples: list[Sample]


class RunMetrics(Body):
    """What tasks reported, and what their processes used. `cut`: there was more than is shown."""

    points: list[MetricPoint]
    series: list[SampleSeries]
    cut: bool


class RunRequestBody(Asked):
    """Ask for a run.

    `from`, `to`, `only` name tasks, `select_tags` their tags: a slice; `from_run` gives what it needs. `refresh`: no
    results of earlier runs are taken. `breakpoints`: tasks before which a run of type debug rests. `env`: of a pipeline
    of a Kedro project, the environment of its configuration.
    """

    pipeline: str
    namespace: str | None = None
    version: str | None = None
    env: str | None = None
    params: dict[str, Json] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    type: Literal["standard", "test", "debug", "incremental"] = "standard"
    from_: list[str] = Field(default_factory=list, alias="from")
    to: list[str] = Field(default_factory=list)
    only: list[str] = Field(default_factory=list)
    select_tags: list[str] = Field(default_factory=list)
    from_run: str | None = None
    refresh: bool = False
    breakpoints: list[str] = Field(default_factory=list)


class ActionResult(Body):
    """What became of one run in an action on many."""

    id: str
    outcome: Literal["applied", "refused", "waiting"]
    code: str | None
    detail: str | None
    cure: str | None


class ManyResult(Body):
    """What became of an action on many runs."""

    applied: int
    refused: int
    waiting: int
    results: list[ActionResult]


class CommandDocument(Body):
    """An action that waits for the run's engine."""

    id: int
    run_id: str
    kind: str
    state: Literal["waiting", "applied", "refused"]
    created_at: Time
    outcome: Json
