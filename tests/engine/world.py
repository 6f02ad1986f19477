"""An engine without threads or processes: the test moves the clock, ends attempts, and looks."""

from __future__ import annotations

from collections import deque
from typing import Any

from penstock.engine.handle import RunHandle
from penstock.engine.limits import Limits
from penstock.engine.loop import Engine
from penstock.engine.plan import make_plan
from penstock.engine.request import RunRequest, chosen_tasks, new_view
from penstock.engine.view import RunView, TaskRun
from penstock.errors import AgentLost
from penstock.model import ids
from penstock.model.spec import PipelineSpec, Source, TaskSpec
from penstock.ports.executor import Assignment, Ended, Report, Returned, RunContext, Started
from penstock.store.rows import Commit

START = 1_700_000_000.0
#: The engine's number among the processes that a database knows.
OWNER = 1


class ScriptedExecutor:
    """An executor whose attempts end when the test says so."""

    def __init__(self, workers: int = 2) -> None:
        self.workers = workers
        self.waiting: dict[str, Assignment] = {}
        #: Followers that wait for the success of the attempt of this key.
        self.behind: dict[str, Assignment] = {}
        #: Attempts that succeeded while nothing waited for that.
        self.made: set[str] = set()
        self.seen: list[Assignment] = []
        self.cancelled: list[str] = []
        self.begun: set[str] = set()
        self.suspended: set[str] = set()
        self.suspends = True
        self.reports: list[Report] = []
        self.forgotten: list[str] = []
        self.lost = False

    def open(self) -> None: ...
    def prepare(self, context: RunContext) -> None: ...
    def wake(self) -> None: ...
    def close(self) -> None: ...

    def dispatch(self, assignments: list[Assignment]) -> None:
        for assignment in assignments:
            assert assignment.key not in (*self.waiting, *self.behind), "dispatched twice"
            if assignment.after is None:
                assert not any(type(ref) is dict and "made" in ref for ref in assignment.inputs.values())
                self.waiting[assignment.key] = assignment
            elif assignment.after in self.made:
                self.waiting[assignment.key] = assignment  # its worker has just made what it follows
            else:
                assert assignment.after in (*self.waiting, *(one.key for one in self.behind.values()))
                self.behind[assignment.after] = assignment
        self.seen.extend(assignments)

    def cancel(self, keys: list[str]) -> None:
        self.cancelled.extend(keys)

    def recall(self, keys: list[str]) -> None:
        for key in keys:
            if (key in self.waiting and key not in self.begun) or key in (one.key for one in self.behind.values()):
                self.give_back(key)

    def suspend(self, keys: list[str]) -> None:
        self.suspended.update(keys)

    def resume(self, keys: list[str]) -> None:
        self.suspended.difference_update(keys)

    def forget(self, run_id: str) -> None:
        self.forgotten.append(run_id)

    def poll(self, timeout: float | None) -> list[Report]:
        if self.lost:
            self.lost = False
            self.waiting.clear()
            self.behind.clear()
            self.made.clear()
            raise AgentLost("the agent was killed")
        reports, self.reports = self.reports, []
        return reports

    def go_on(self, key: str, outcome: str) -> None:
        """An attempt is over: what follows it begins, or goes back."""
        follower = self.behind.pop(key, None)
        if follower is not None and outcome == "succeeded":
            self.waiting[follower.key] = follower
        elif outcome == "succeeded":
            self.made.add(key)
        elif follower is not None:
            self.reports.append(Returned(follower.key))
            self.go_on(follower.key, "returned")

    def give_back(self, key: str) -> None:
        """A follower is not begun after all, although its turn has come, or before it comes."""
        before = next((before for before, one in self.behind.items() if one.key == key), None)
        if before is not None:
            self.go_on(before, "returned")
        else:
            del self.waiting[key]
            self.reports.append(Returned(key))
            self.go_on(key, "returned")

    def lose(self) -> None:
        """The agent dies with all that it has."""
        self.lost = True


class ListWriter:
    """A writer that keeps commits; `answers` at once, or when the test lets it (`hold`)."""

    def __init__(self) -> None:
        self.commits: list[Commit] = []
        self.hold = False
        self.errors: deque[BaseException] = deque()
        self._unanswered: deque[Any] = deque()
        #: Attempts that hold a slot of a pool; there is one pool.
        self.slots: set[tuple[int, int, int]] = set()

    def submit(self, commit: Commit, answer: Any) -> None:
        self.commits.append(commit)
        self._unanswered.append(answer)
        if not self.hold:
            self.answer()

    def answer(self) -> None:
        while self._unanswered:
            self._give_slots(self.commits[-len(self._unanswered)])
            self._unanswered.popleft()(self.errors.popleft() if self.errors else None)

    def _give_slots(self, commit: Commit) -> None:
        self.slots -= {*commit.slots_gone}
        for ask in commit.slot_asks:
            if len(self.slots) < ask.most:
                self.slots.add(ask[2:5])
                commit.granted.append(ask)


class World:
    """One engine and its surroundings."""

    def __init__(
        self, *, workers: int = 2, pools: dict[str, int] | None = None, writer: Any = None,
        executor: ScriptedExecutor | None = None, **more: Any,
    ) -> None:  # fmt: skip
        self.now = START
        self.executor = executor or ScriptedExecutor(workers)
        self.writer = writer or ListWriter()
        self.engine = Engine(
            self.executor, self.writer, Limits(workers, 0, pools or {}), owner=OWNER,
            clock=lambda: self.now, monotonic=lambda: self.now, **more,
        )  # fmt: skip
        self.notices: list[Any] = []
        self._runs = 0

    def submit(
        self, spec: PipelineSpec, request: RunRequest | None = None, *, params: dict[str, Any] | None = None,
        given: dict[str, Any] | None = None,
    ) -> RunView:  # fmt: skip
        request = request or RunRequest()
        plan = make_plan(spec)
        self._runs += 1
        context = RunContext(
            ids.run_id(ids.run_key(self.now, self._runs)), spec.name, "default", plan.version, request.type,
            params or {}, {}, {}, "/artifacts", "/logs",
        )  # fmt: skip
        view = new_view(plan, context, request, self.now, chosen=chosen_tasks(plan, request), given=given or {})
        view.handle = RunHandle(view, self.engine)
        view.handle.listen(self.notices.append)
        self.engine.submit(view)
        self.turn()
        return view

    def turn(self, times: int = 3) -> None:
        """Let the engine work; every turn is ten milliseconds later."""
        for _ in range(times):
            self.now += 0.01
            self.engine._turn()

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.turn()

    def names(self) -> list[str]:
        """What the executor has, as `task` or `task[index]`."""
        return sorted(_name(assignment) for assignment in self.executor.waiting.values())

    def take(self, name: str) -> Assignment:
        """The waiting assignment of that name; the executor does not have it any more."""
        key = next(key for key, one in self.executor.waiting.items() if _name(one) == name)
        return self.executor.waiting.pop(key)

    def start(self, name: str) -> None:
        self.start_key(next(key for key, one in self.executor.waiting.items() if _name(one) == name))

    def start_key(self, key: str) -> None:
        self.executor.begun.add(key)
        self.executor.reports.append(Started(key, self.now, "w1"))
        self.turn()

    def end(
        self, name: str, outcome: str = "succeeded", reason: str | None = None, value: Any = 1, **more: Any
    ) -> None:
        """End an attempt. A success makes `value` the inline value of each output."""
        self.report(self.take(name), outcome, reason, value, **more)
        self.turn()

    def report(
        self, assignment: Assignment, outcome: str = "succeeded", reason: str | None = None, value: Any = 1, *,
        started: bool = True, error: dict[str, Any] | None = None, items: list[Any] | None = None,
        outputs: list[str] | None = None, took: float = 0.002,
    ) -> Ended:  # fmt: skip
        names = [assignment.task] if outputs is None else outputs
        made = [[name, inline(value)] for name in names] if outcome == "succeeded" else []
        if outcome == "failed" and reason is None:
            reason = "user_error"
        if outcome == "lost" and reason is None:
            reason = "worker_lost"
        if outcome in ("failed", "lost") and error is None:
            error = {
                "type": "builtins.ValueError",
                "message": "no",
                "traceback": "",
                "names": ["ValueError", "Exception"],
            }
        began = self.now if started else None
        report = Ended(assignment.key, outcome, reason, made, error, items, None, began, self.now + took, "w1")  # type: ignore[arg-type]
        self.executor.reports.append(report)
        self.executor.go_on(assignment.key, outcome)
        return report

    def end_all(self, outcome: str = "succeeded", **more: Any) -> None:
        """End everything, again and again, until nothing is left to end."""
        for _ in range(10_000):
            if not self.executor.waiting:
                return
            for assignment in list(self.executor.waiting.values()):
                del self.executor.waiting[assignment.key]
                self.report(assignment, outcome, **more)
            self.turn()
        raise AssertionError("the run never ends")


def inline(value: Any) -> list[Any]:
    """The list form of an artifact with an inline plain value."""
    import json

    text = json.dumps(value)
    return ["json", text, None, len(text), None, None, None, type(value).__name__, True]


def _name(assignment: Assignment) -> str:
    return assignment.task if assignment.map_index is None else f"{assignment.task}[{assignment.map_index}]"


def pipeline(*tasks: TaskSpec, **more: Any) -> PipelineSpec:
    return PipelineSpec("p", tasks={task.name: task for task in tasks}, **more)


def task(name: str, *reads: str, **more: Any) -> TaskSpec:
    """A task that reads those datasets and makes one of its own name."""
    inputs = {read: Source("dataset", read) for read in reads}
    inputs.update(more.pop("inputs", {}))
    return TaskSpec(name, inputs=inputs, outputs=(name,), **more)


def states(view: RunView) -> dict[str, str]:
    """State by task name (parents and single tasks)."""
    return {run.task.name: run.state for run in view.by_place}


def reasons(view: RunView) -> dict[str, str | None]:
    return {run.task.name: run.reason for run in view.by_place}


def run_of(view: RunView, name: str) -> TaskRun:
    return next(run for run in view.by_place if run.task.name == name)
