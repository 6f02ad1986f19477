"""What the engine knows of a run that it owns. Deciders read it; only `apply` and `take` change it."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

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


class Sought:
    """A result of an earlier run that is looked for under a key; `found` is a reuse.Found, or None for none."""

    __slots__ = ("answered", "found", "key")

    def __init__(self, key: str) -> None:
        self.key = key
        self.answered = False
        self.found: Any = None


class TaskRun:
    """A task (and item) of a run.

    `unmet` counts upstream tasks that are not over; `failed`, `skipped`, `cancelled` how they ended.
    `tries` counts attempts that its retry policy pays for, `losses` those lost in a row.
    A fan-out's parent has `children` in the order of their map index, `open_children` of them not over, and `results`:
    per dataset the list of their references; `ends` counts their states once people have set any after its end.
    `refusal` is its error where no attempt has it. `promise` is its first
    attempt, given out before its time, `sought` the result of an earlier run that it may take.
    """

    __slots__ = (
        "attempts", "children", "created_at", "dirty", "ended_at", "ends", "error", "first_started", "generation",
        "item", "label", "live", "losses", "map_index", "open_children", "parent", "progress", "promise",
        "queued_at", "reason", "refusal", "results", "run", "seq", "sought", "started_at", "state",
        "stored_version", "task", "tries", "unmet", "up_cancelled", "up_failed", "up_skipped",
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
        self.sought: Sought | None = None
        self.item: dict[str, Any] | None = None
        self.children: list[TaskRun] | None = None
        self.open_children = 0
        self.ends: Counter[str] | None = None
        self.results: dict[str, list[Any]] | None = None
        self.progress: tuple[float, float | None] | None = None
        self.error: dict[str, Any] | None = None
        self.refusal: dict[str, Any] | None = None
        self.unmet = len(task.upstream)
        self.up_failed = 0
        self.up_skipped = 0
        self.up_cancelled = 0
        self.stored_version = 0
        self.dirty = False


class Answer(NamedTuple):
    """What became of a question to a person. `values` are JSON by the names of the form, `by` is who has answered;
    `late`: nobody has, in time.
    """

    task_run: TaskRun
    approved: bool
    values: dict[str, Any]
    comment: str | None
    by: str | None
    late: bool


class Barred(NamedTuple):
    """A limit that is full keeps a run from starting: it takes `event` (queue, skip or fail).

    `told` goes into its history, `message` is for people.
    """

    event: str
    told: dict[str, Any]
    message: str


class Stored(NamedTuple):
    """Facts of a run as its row has them."""

    state: str
    reason: str | None
    started_at: float | None
    ended_at: float | None
    generation: int
    error: dict[str, Any] | None
    bytes: int
    idle: int


class RunView:
    """A run: its plan, its task runs, and what happened since the last decision.

    `ended`, `touched`, `due` and `fans` are what deciders look at: attempts that ended, task runs whose upstream
    changed, task runs whose retry is due, parents whose last child is over. `values` maps a dataset to the
    reference of its value. `failed` is a heap of what failed (engine.reckoning). `live` counts attempts that the
    executor has, `promises` those that it has before their time, of which `pace` are given at once. `asked` is the
    reason of a wish to cancel; `forced` is "asked", then "done", when it was wished twice. `paused` is why the run is
    to rest (`user`, `breakpoint`, `approval`), None when it may go on, `paused_by` who asked for that, `still` whether
    what runs stands still meanwhile; `paused_at` is since when, `rested` what was dispatched and not begun;
    `timeout_at` is when its time is up. `commands` are the numbers of wishes that wait for their answer, `by` who
    wished last. `doom` is why the run can't go on at all. `again` is what its history tells of the retry that it is to
    begin with, `edited` whether its params are new. `replay_of` is the run that it repeats, `kept` what it takes of
    that one's artifacts. `refresh`: no result of an earlier run is taken; `seen` tells of datasets that the project
    keeps and no task makes what changes with them. Of a run of type debug, `breakpoints` names tasks before which it
    rests, `before` is the task run before which it does, `passed` has the seq of those that may begin, and `stepping`
    says that it rests before each; `rearranged`: one of these is new. `slots`: has it any to give back at its end?
    `barred` is the limit that is full, as long as it keeps the run waiting, `past` who let it start all the same.
    `chosen` are states that a person has set, not yet applied, and who that is; `earlier` has values of datasets that
    earlier generations made, `unmade` tells of datasets that nobody made although their task is taken for done.
    `idle` are the seconds between its generations, `idle_from` is since when it waits to go on after it was over.
    `stored` are the facts of its last row but for how far it was; None when they are not known.
    """

    __slots__ = (
        "again", "answers", "asked", "barred", "before", "breakpoints", "by", "by_place", "bytes", "chosen", "commands",
        "context", "created_at", "dirty", "doom", "due", "earlier", "edited", "ended", "ended_at", "epoch", "error",
        "facts", "failed", "failure_reason", "failures", "fans", "forced", "generation", "handle", "id", "idle",
        "idle_from", "kept", "key", "labels", "live", "open", "pace", "params", "passed", "past", "paused", "paused_at",
        "paused_by", "phase", "plan", "promises", "rearranged", "reason", "refresh", "replay_of", "rested", "seen",
        "selection", "slots", "started_at", "state", "stepping", "still", "stored", "stored_version", "strict", "tags",
        "task_runs", "tasks_done", "tasks_total", "timed_out", "timeout_at", "touched", "trigger", "type", "unmade",
        "values", "warnings",
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
        self.idle = 0.0
        self.idle_from: float | None = None
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
        self.failed: list[tuple[bool, float, int]] = []
        self.failure_reason: str | None = None
        self.warnings = 0
        self.again: dict[str, Any] | None = None
        self.replay_of: int | None = None
        self.kept: list[Any] = []  # of store.rows.NewArtifact
        self.edited = False
        self.refresh = False
        self.breakpoints: set[str] = set()
        self.before: TaskRun | None = None
        self.passed: set[int] = set()
        self.stepping = False
        self.rearranged = False
        self.seen: dict[str, str] = {}
        self.slots = plan.pooled
        self.barred: Barred | None = None
        self.past: dict[str, Any] | None = None
        self.asked: str | None = None
        self.forced: str | None = None
        self.chosen: list[tuple[TaskRun, str, str | None]] = []
        self.earlier: dict[str, Any] = {}
        self.unmade: dict[str, str] = {}
        self.paused: str | None = None
        self.paused_by: str | None = None
        self.paused_at: float | None = None
        self.still = False
        self.rested: list[Attempt] = []
        self.timeout_at: float | None = None
        self.by: str | None = None
        self.timed_out = False
        self.doom: str | None = None
        self.commands: list[int] = []
        self.ended: list[tuple[Attempt, Ended]] = []
        self.touched: dict[int, TaskRun] = {}
        self.due: dict[int, TaskRun] = {}
        self.answers: list[Answer] = []
        self.fans: dict[int, TaskRun] = {}
        self.stored: Stored | None = None
        self.stored_version = 0
        self.dirty = False
        self.handle: Any = None

    @property
    def since(self) -> float:
        """From when its time counts: the start as if nothing lay between its generations; while it waits, from when."""
        if self.started_at is None:
            return self.created_at
        return self.started_at + self.idle if self.idle_from is None else self.idle_from
