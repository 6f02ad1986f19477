"""What the engine knows of a run that it owns. Deciders read it; only `apply` and `take` change it."""

from __future__ import annotations

from typing import Any

from penstock.engine.plan import Plan, PlannedTask
from penstock.ports.executor import Ended, RunContext, Usage


class Attempt:
    """One try of a task run. `after`: the attempt whose worker goes on to it by itself (engine.promises)."""

    __slots__ = (
        "after", "dirty", "dispatched_at", "ended_at", "error", "key", "log", "mode", "n", "reason", "started_at",
        "state", "stored", "task_run", "usage", "worker",
    )  # fmt: skip

    def __init__(self, key: str, task_run: TaskRun, n: int, at: float, log: str, mode: str) -> None:
        self.key = key
        self.task_run = task_run
        self.n = n
        self.state = "dispatched"
        self.reason: str | None = None
        self.dispatched_at = at
        self.started_at: float | None = None
        self.ended_at: float | None = None
        self.worker: str | None = None
        self.usage: Usage | None = None
        self.error: dict[str, Any] | None = None
        self.log = log
        self.mode = mode
        self.stored = False
        self.dirty = False
        self.after: Attempt | None = None


class TaskRun:
    """A task (and item) of a run.

    `unmet` counts upstream tasks that are not over; `failed`, `skipped`, `cancelled` how they ended.
    `tries` counts attempts that its retry policy pays for, `losses` those lost in a row.
    A fan-out's parent has `children` in the order of their map index, `open_children` of them not over, and `results`:
    per dataset the list of their references. `promise` is its first attempt, given out before its time.
    """

    __slots__ = (
        "attempts", "children", "created_at", "dirty", "ended_at", "error", "first_started", "generation", "item",
        "label", "live", "losses", "map_index", "open_children", "parent", "progress", "promise",
        "queued_at", "reason", "results", "run", "seq", "started_at", "state", "stored_version", "task", "tries",
        "unmet", "up_cancelled", "up_failed", "up_skipped",
    )  # fmt: skip

    def __init__(self, run: RunView, seq: int, task: PlannedTask, at: float) -> None:
        self.run = run
        self.seq = seq
        self.task = task
        self.map_index: int | None = None
        self.label: str | None = None
        self.parent: TaskRun | None = None
        self.generation = run.generation
        self.state = "created"
        self.reason: str | None = None
        self.created_at = at
        self.queued_at: float | None = None
        self.started_at: float | None = None
        self.first_started: float | None = None
        self.ended_at: float | None = None
        self.attempts = 0
        self.tries = 0
        self.losses = 0
        self.live: Attempt | None = None
        self.promise: Attempt | None = None
        self.item: dict[str, Any] | None = None
        self.children: list[TaskRun] | None = None
        self.open_children = 0
        self.results: dict[str, list[Any]] | None = None
        self.progress: tuple[float, float | None] | None = None
        self.error: dict[str, Any] | None = None
        self.unmet = len(task.upstream)
        self.up_failed = 0
        self.up_skipped = 0
        self.up_cancelled = 0
        self.stored_version = 0
        self.dirty = False


class RunView:
    """A run: its plan, its task runs, and what happened since the last decision.

    `ended`, `touched`, `due` and `fans` are what deciders look at: attempts that ended, task runs whose upstream
    changed, task runs whose retry is due, parents whose last child is over. `values` maps a dataset to the
    reference of its value. `live` counts attempts that the executor has, `promises` those that it has
    before their time, of which `pace` are given at once. `asked` is the reason of a wish to
    cancel; `forced` is "asked", then "done", when it was wished twice; `commands` are the numbers of wishes that wait
    for their answer; `doom` is why the run can't go on at all. `again` is what its history tells of the retry that it
    is to begin with, `edited` whether its params are new. `replay_of` is the run that it repeats, `kept` what it
    takes of that one's artifacts.
    """

    __slots__ = (
        "again", "asked", "by_place", "bytes", "commands", "context", "created_at", "dirty", "doom", "due", "edited",
        "ended", "ended_at", "epoch", "error", "facts", "failure_reason", "failures", "fans", "forced", "generation",
        "handle", "id", "kept", "key", "labels", "live", "open", "pace", "params", "phase", "plan", "promises",
        "reason", "replay_of", "selection", "started_at", "state", "stored_version", "strict", "tags", "task_runs",
        "tasks_done", "tasks_total", "timed_out", "touched", "trigger", "type", "values", "warnings",
    )  # fmt: skip

    def __init__(self, key: int, run_id: str, plan: Plan, context: RunContext, at: float) -> None:
        self.key = key
        self.id = run_id
        self.plan = plan
        self.context = context
        self.type = context.type
        self.params = context.params
        self.labels = context.labels
        self.tags: list[str] = list(plan.spec.tags)
        self.trigger: dict[str, Any] = {}
        self.selection: dict[str, Any] | None = None
        self.facts: dict[str, Any] | None = None
        self.state = "created"
        self.reason: str | None = None
        self.error: dict[str, Any] | None = None
        self.created_at = at
        self.started_at: float | None = None
        self.ended_at: float | None = None
        self.generation = 1
        self.epoch = 1
        self.strict = plan.spec.durability == "strict"
        self.task_runs: list[TaskRun] = []
        self.by_place: list[TaskRun] = []
        self.values: dict[str, Any] = {}
        self.bytes = 0
        self.phase = "task"
        self.open = {"task": 0, "on_failure": 0, "finally": 0}
        self.tasks_total = 0
        self.tasks_done = 0
        self.live = 0
        self.promises = 0
        self.pace = 0
        self.failures = 0
        self.failure_reason: str | None = None
        self.warnings = 0
        self.again: dict[str, Any] | None = None
        self.replay_of: int | None = None
        self.kept: list[Any] = []  # of store.rows.NewArtifact
        self.edited = False
        self.asked: str | None = None
        self.forced: str | None = None
        self.timed_out = False
        self.doom: str | None = None
        self.commands: list[int] = []
        self.ended: list[tuple[Attempt, Ended]] = []
        self.touched: dict[int, TaskRun] = {}
        self.due: list[TaskRun] = []
        self.fans: list[TaskRun] = []
        self.stored_version = 0
        self.dirty = False
        self.handle: Any = None
