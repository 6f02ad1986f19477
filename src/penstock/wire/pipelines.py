"""Pipelines: what they are, how their runs went."""

from __future__ import annotations

from penstock.model.spec import WhenFull
from penstock.model.states import TaskState
from penstock.wire.base import Body, Json, Time
from penstock.wire.runs import RecentRun


class ParamDocument(Body):
    """A typed parameter of a pipeline.

    `type` is one of any, str, int, float, bool, date, datetime, duration, list, dict.
    """

    name: str
    type: str
    default: Json
    required: bool
    choices: list[Json]
    min: Json
    max: Json
    pattern: str | None
    description: str


class ParamList(Body):
    """The params that a version takes, for a form."""

    version: str
    params: list[ParamDocument]


class DefinitionProblem(Body):
    """Why a file can't be read now; the last good version stays in use."""

    message: str
    file: str | None
    line: int | None
    cure: str | None
    at: Time


class PipelineSummary(Body):
    """A pipeline in a line of a list. Figures are over its last 100 runs that are over; durations of succeeded ones.

    `present`: its file is in the project now, so that it can be run. `next_run_at` is null without a schedule.
    """

    name: str
    namespace: str
    description: str
    version: str
    tags: list[str]
    labels: dict[str, str]
    tasks: int
    file: str | None
    present: bool
    problem: DefinitionProblem | None
    runs_total: int
    recent: list[RecentRun]
    success_rate: float | None
    median_duration: float | None
    p95_duration: float | None
    next_run_at: Time | None


class PipelineList(Body):
    """All pipelines of a project, and files that can't be read at all."""

    items: list[PipelineSummary]
    problems: list[DefinitionProblem]
    next_cursor: str | None


class RunLimit(Body):
    """How many runs at the same time, over all engines; `full`: what becomes of one more."""

    runs: int
    full: WhenFull


class PipelineDocument(PipelineSummary):
    """A pipeline in full: its params, and what the form for a run needs.

    `environment`: of a pipeline of a Kedro project, the one that it was found in; `environments`: all that there are.
    """

    params: list[ParamDocument]
    task_names: list[str]
    task_tags: list[str]
    environment: str | None
    environments: list[str]
    timeout: float | None
    durability: str
    concurrency: RunLimit | None


class GridCell(Body):
    """One task in one run; items of a fan-out are counted by state."""

    state: TaskState
    duration: float | None
    attempts: int
    items: dict[str, int] | None


class GridRow(Body):
    """One task over the runs of the grid; null where the run did not have it."""

    task: str
    cells: list[GridCell | None]


class GridRun(RecentRun):
    """A column of the grid."""

    version: str


class Grid(Body):
    """Tasks by last runs, oldest run first."""

    runs: list[GridRun]
    tasks: list[GridRow]
