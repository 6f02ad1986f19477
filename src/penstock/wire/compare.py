"""Two runs side by side. Every entry holds what the `first` and the `second` say; null: one has nothing to say."""

from __future__ import annotations

from penstock.model.states import RunState, TaskState
from penstock.wire.base import Body, Json, Time


class ComparedRun(Body):
    """Which run it is. `duration` in seconds."""

    id: str
    pipeline: str
    namespace: str
    state: RunState
    created_at: Time
    duration: float | None


class Change(Body):
    """A fact with both values."""

    name: str
    first: Json
    second: Json


class Compared(Change):
    """A fact with both values, and whether they are one."""

    same: bool


class DefinitionChange(Body):
    """What changed in the definition of a task. `source`: a unified diff of its code."""

    task: str
    facts: list[Change]
    source: str | None


class DefinitionChanges(Body):
    """What changed between two versions. `code_same`: the project's own code, whether tasks name it or not."""

    same: bool
    code_same: bool
    added: list[str]
    removed: list[str]
    changed: list[DefinitionChange]
    facts: list[Change]


class ComparedPlace(Body):
    """Which task, and which item of a fan-out."""

    task: str
    map_index: int | None
    label: str | None


class TaskFigures(Body):
    """How a task went. Seconds and bytes; those of processes are its last attempt's. `map_index`: in this run, since
    items that are told by their label may have another number in the other."""

    map_index: int | None
    state: TaskState
    reason: str | None
    duration: float | None
    queued_for: float | None
    attempts: int
    cpu_seconds: float | None
    peak_rss_bytes: int | None


class ComparedTask(ComparedPlace):
    """A task in both runs."""

    first: TaskFigures | None
    second: TaskFigures | None


class OutputFigures(Body):
    """What a dataset was."""

    kind: str
    bytes: int | None
    rows: int | None


class ComparedOutput(ComparedPlace):
    """A dataset in both runs. `columns`: those that are not in both with one type."""

    dataset: str
    first: OutputFigures | None
    second: OutputFigures | None
    columns: list[Compared]


class ComparedMetric(ComparedPlace):
    """The last value of a figure that a task reported, in both runs."""

    name: str
    unit: str | None
    first: float | None
    second: float | None
    same: bool


class Comparison(Body):
    """Two runs side by side. `definition` is null where one of the versions is gone."""

    first: ComparedRun
    second: ComparedRun
    facts: list[Compared]
    params: list[Compared]
    labels: list[Compared]
    definition: DefinitionChanges | None
    tasks: list[ComparedTask]
    outputs: list[ComparedOutput]
    metrics: list[ComparedMetric]
