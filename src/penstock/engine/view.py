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
        "state", "stored", "tail", "task_run", "usage", "worker",
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
        #: A promise in the middle of those that were given at a time has the last of them.
        self.tail: Attempt | None = None


class Sought:
    """A result of an earlier run that is looked for under a key; `found` is a reuse.Found, or None for none."""

    __slots__ = ("answered", "found", "key")

    def __init__(self, key: str) -> None:
        self.key = key
        self.answered = False
        self.found: Any = None


class TaskRun:
    """A task of a run, or an item of one that fans out: then it has a `map_index` and a `parent`. Times in seconds
    since 1970.
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
        # --- the item, and the fan-out that it is of
        self.map_index: int | None = None
        self.label: str | None = None
        self.parent: TaskRun | None = None
        #: Where its arguments that differ from item to item come from (ports.executor.Ref).
        self.item: dict[str, Any] | None = None
        # --- how it stands
        self.generation = run.generation
        self.state = "created"
        self.reason: str | None = None
        self.created_at = at
        self.queued_at: float | None = None
        self.started_at: float | None = None
        #: The start of its first attempt.
        self.first_started: float | None = None
        self.ended_at: float | None = None
        #: How far it is: done, and the total if that is known.
        self.progress: tuple[float, float | None] | None = None
        self.error: dict[str, Any] | None = None
        #: Its error where no attempt has it.
        self.refusal: dict[str, Any] | None = None
        # --- its attempts
        #: All of them; those that its retry policy pays for; those lost in a row.
        self.attempts = 0
        self.tries = 0
        self.losses = 0
        self.live: Attempt | None = None
        #: Its first attempt, given out before its time.
        self.promise: Attempt | None = None
        #: The result of an earlier run that it may take.
        self.sought: Sought | None = None
        # --- its items, of one that fans out: in the order of their map index, and how many of them are not over
        self.children: list[TaskRun] | None = None
        self.open_children = 0
        #: How many items are in each state, once people have set any after its end.
        self.ends: Counter[str] | None = None
        #: By dataset, the references of what its items have made.
        self.results: dict[str, list[Any]] | None = None
        # --- its upstream tasks: how many are not over, and how the others ended
        self.unmet = len(task.upstream)
        self.up_failed = 0
        self.up_skipped = 0
        self.up_cancelled = 0
        # --- its row: the version on record, 0 where there is none; does it say something else?
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
    """A run: its plan, its task runs, and what happened since the last decision. Times in seconds since 1970."""

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
        # --- what was asked for
        self.type = context.type
        self.params = context.params
        self.labels = context.labels
        self.tags: list[str] = list(plan.spec.tags)
        self.trigger: dict[str, Any] = {}
        self.selection: dict[str, Any] | None = None
        self.facts: dict[str, Any] | None = None
        #: The run that it repeats, and what it takes of that one's artifacts (of store.rows.NewArtifact).
        self.replay_of: int | None = None
        self.kept: list[Any] = []
        #: No result of an earlier run is taken.
        self.refresh = False
        #: By dataset that the project keeps and no task makes: what changes with it.
        self.seen: dict[str, str] = {}
        #: A task starts only when what came before is on disk.
        self.strict = plan.spec.durability == "strict"
        # --- how it stands
        self.state = "created"
        self.reason: str | None = None
        self.error: dict[str, Any] | None = None
        self.created_at = at
        self.started_at: float | None = None
        self.ended_at: float | None = None
        #: Seconds between its generations, and since when it waits to go on after it was over.
        self.idle = 0.0
        self.idle_from: float | None = None
        #: When its time is up, and whether it was.
        self.timeout_at: float | None = None
        self.timed_out = False
        self.generation = 1
        self.epoch = 1
        #: Why it can't go on at all.
        self.doom: str | None = None
        # --- its task runs: by seq; and those that count, by the place of their task in the plan
        self.task_runs: list[TaskRun] = []
        self.by_place: list[TaskRun] = []
        #: The role of the tasks that it is at, and how many of each role are not over.
        self.phase = "task"
        self.open = {"task": 0, "on_failure": 0, "finally": 0}
        self.tasks_total = 0
        self.tasks_done = 0
        self.warnings = 0
        self.failures = 0
        #: A heap of what failed (engine.reckoning), and the reason of the failure that the run tells.
        self.failed: list[tuple[bool, float, int]] = []
        self.failure_reason: str | None = None
        #: Attempts that the executor has; that it has before their time; how many of these are given at once
        #: (engine.promises).
        self.live = 0
        self.promises = 0
        self.pace = 0
        # --- what they made: by dataset its reference (ports.executor.Ref); the same of earlier generations
        self.values: dict[str, Any] = {}
        self.earlier: dict[str, Any] = {}
        #: By dataset that nobody made although its task is taken for done: how that came.
        self.unmade: dict[str, str] = {}
        #: What its artifacts take.
        self.bytes = 0
        # --- what deciders look at: what happened since they did so last
        #: Attempts that ended.
        self.ended: list[tuple[Attempt, Ended]] = []
        #: By seq: task runs whose upstream has changed; whose retry is due; whose last item is over.
        self.touched: dict[int, TaskRun] = {}
        self.due: dict[int, TaskRun] = {}
        self.fans: dict[int, TaskRun] = {}
        self.answers: list[Answer] = []
        # --- wishes of people: the commands that wait for their answer, and who wished last
        self.commands: list[int] = []
        self.by: str | None = None
        #: The reason of a wish to cancel; "asked", then "done", when it was wished twice.
        self.asked: str | None = None
        self.forced: str | None = None
        #: States that were set, by whom, and are not applied yet.
        self.chosen: list[tuple[TaskRun, str, str | None]] = []
        #: Why it is to rest (user, breakpoint, approval), None when it may go on; who asked for that, and since when.
        self.paused: str | None = None
        self.paused_by: str | None = None
        self.paused_at: float | None = None
        #: What runs stands still meanwhile; what was dispatched, and not begun.
        self.still = False
        self.rested: list[Attempt] = []
        #: What its history tells of the retry that it is to begin with.
        self.again: dict[str, Any] | None = None
        #: Its params are new.
        self.edited = False
        # --- of type debug: the tasks before which it rests, the task run before which it does
        self.breakpoints: set[str] = set()
        self.before: TaskRun | None = None
        #: By seq, those that may begin; whether it rests before each; whether one of these is new.
        self.passed: set[int] = set()
        self.stepping = False
        self.rearranged = False
        # --- limits: whether it has slots to give back at its end
        self.slots = plan.pooled
        #: The limit that is full, as long as it keeps the run waiting; who let it start all the same.
        self.barred: Barred | None = None
        self.past: dict[str, Any] | None = None
        # --- its row: the version on record, 0 where there is none; does it say something else?
        self.stored_version = 0
        self.dirty = False
        #: The facts of the row but for how far it was; None when they are not known.
        self.stored: Stored | None = None
        #: What others hold of it (engine.handle.RunHandle).
        self.handle: Any = None

    @property
    def since(self) -> float:
        """From when its time counts: the start as if nothing lay between its generations; while it waits, from when."""
        if self.started_at is None:
            return self.created_at
        return self.started_at + self.idle if self.idle_from is None else self.idle_from
