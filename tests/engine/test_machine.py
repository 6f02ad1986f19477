"""The engine and the store under lost, late, doubled and reordered messages: whatever happens, the laws hold."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from penstock.engine.approvals import waiting
from penstock.engine.reckoning import reckon
from penstock.engine.view import RunView, TaskRun
from penstock.model.spec import ApprovalSpec, ParamSpec, PipelineSpec, RetrySpec, Source, TaskSpec
from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN, TERMINAL_TASK
from penstock.ports.executor import Assignment
from penstock.store.check import check
from penstock.store.commands import Command
from penstock.store.database import Database, open_database
from penstock.store.documents import run_document
from penstock.store.write import apply
from tests.engine.world import World, pipeline, task

NAMES = "abcdefgh"
#: What can happen in a run; in few of them all of it, or none would come far.
TROUBLES = ("cancel", "disorder", "loss", "pause", "repeats", "returns", "set_state")


def counts(view: RunView) -> tuple[Any, ...]:
    """What a view knows of its task runs together, and they of each other."""
    each = [(run.unmet, run.up_failed, run.up_cancelled, run.up_skipped, run.open_children) for run in view.by_place]
    return view.open, view.tasks_total, view.tasks_done, view.failures, view.failure_reason, view.warnings, each


# Made once: to make a strategy costs more than to draw from it.
_SIZES = st.integers(1, len(NAMES))
_BEFORE = [st.lists(st.sampled_from(NAMES[:place] or NAMES), unique=True, max_size=3) for place in range(len(NAMES))]
_POLICIES = st.fixed_dictionaries({
    "trigger": st.sampled_from(["all_succeeded", "all_done", "one_failed", "none_failed"]),
    "retry": st.builds(RetrySpec, attempts=st.integers(1, 4), delay=st.sampled_from([0.0, 1.0])),
    "allow_failure": st.booleans(),
    "on_lost": st.sampled_from(["retry", "fail"]),
    "on_timeout": st.sampled_from(["failed", "warning", "cancelled"]),
})  # fmt: skip
_OF_A_PIPELINE = st.fixed_dictionaries({
    "timeout": st.sampled_from([None, 20.0]),
    "on_timeout": st.sampled_from(["failed", "warning", "cancelled"]),
    "durability": st.sampled_from(["pipelined", "strict"]),
})  # fmt: skip
_YES_OR_NO = st.booleans()
_ONE_IN = {most: st.integers(0, most - 1).map(lambda drawn: drawn == 0) for most in (4, 6, 8)}
_SILENT = st.sampled_from(["rejected", "approved", "failed"])
_PATIENCE = st.sampled_from([None, 5.0])
_OTHERS = st.integers(5, 9)
_FEW = st.integers(1, 2)
_MOSTLY_SUCCEEDED = st.sampled_from(["all_succeeded"] * 5 + ["all_done"])


@st.composite
def pipelines(draw: st.DrawFn) -> PipelineSpec:
    """Up to eight tasks: any graph, any policies, a fan-out or two, handlers and clean-up."""
    tasks: list[TaskSpec] = []
    for place, name in enumerate(NAMES[: draw(_SIZES)]):
        reads = draw(_BEFORE[place]) if place else []
        more: dict[str, Any] = draw(_POLICIES)
        if draw(_ONE_IN[4]):
            more["inputs"] = {"x": Source("item", "items", over="param")}
            more["foreach"] = ("x",)
        tasks.append(_asking(draw, name, reads, more) if draw(_ONE_IN[8]) else task(name, *reads, **more))
    if draw(_YES_OR_NO):
        tasks.append(task("alarm", role="on_failure"))
    if draw(_YES_OR_NO):
        tasks.append(task("tidy", role="finally"))
    return pipeline(*tasks, **draw(_OF_A_PIPELINE))


def _asking(draw: st.DrawFn, name: str, after: list[str], more: dict[str, Any]) -> TaskSpec:
    """A task that a person answers, or nobody does in time."""
    rules = {fact: more[fact] for fact in ("trigger", "allow_failure")}
    return TaskSpec(
        name, kind="approval", outputs=(name,), after=tuple(after), timeout=draw(_PATIENCE),
        approval=ApprovalSpec("?", {"x": ParamSpec("x", "int", 1)}, draw(_SILENT)), **rules,
    )  # fmt: skip


@st.composite
def chains(draw: st.DrawFn) -> PipelineSpec:
    """A chain or two of which most links are promised, and clean-up."""
    tasks: list[TaskSpec] = []
    for place, name in enumerate(NAMES):
        before = () if place in (0, draw(_OTHERS)) else (tasks[-1].name,)
        retry = RetrySpec(attempts=draw(_FEW), delay=0.0)
        trigger = draw(_MOSTLY_SUCCEEDED)
        tasks.append(task(name, *before, retry=retry, trigger=trigger, allow_failure=draw(_ONE_IN[6])))
    return pipeline(*tasks, task("tidy", role="finally"))


class DirectWriter:
    """Applies each commit to a real database at once; the answer waits when the test holds it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.unanswered: list[Any] = []
        self.hold = False

    def submit(self, commit: Any, answer: Any) -> None:
        with self.database.write() as connection:
            apply(connection, commit)
        self.unanswered.append(answer)
        if not self.hold:
            self.answer()

    def answer(self) -> None:
        waiting, self.unanswered = self.unanswered, []
        for answer in waiting:
            answer(None)


class EngineMachine(RuleBasedStateMachine):
    """Everything that the outside can do to an engine, in any order."""

    view: RunView

    @initialize(
        spec=pipelines(),
        items=st.integers(0, 4),
        workers=st.integers(1, 3),
        troubles=st.sets(st.sampled_from(TROUBLES)),
    )
    def begin(self, spec: PipelineSpec, items: int, workers: int, troubles: set[str]) -> None:
        self.troubles = troubles
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(Path(self.folder.name) / "penstock.db")
        self.writer = DirectWriter(self.database)
        self.world = World(workers=workers, writer=self.writer)
        self.ended: list[Assignment] = []
        self.orders = 0
        self.seen_before: int | None = None
        self.view = self.world.submit(spec, params={"items": list(range(items))})

    def teardown(self) -> None:
        if not hasattr(self, "view"):
            return
        self.writer.hold = False
        for _ in range(200):
            if self.view.state == "paused":
                self._order("resume")
            for run in waiting(self.view):
                self._order("approve", task=run.task.name, decision="approve")
            self.writer.answer()
            self.world.turn()
            self.world.end_all()
            if self.view.handle.wait(0):
                break
            self.world.pass_time(1.5)
        self._check_the_end()
        self.database.close()
        self.folder.cleanup()

    @precondition(lambda self: self.world.executor.waiting)
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["succeeded", "succeeded", "failed", "lost", "cancelled", "skipped"]),
        reason=st.sampled_from(["user_error", "timeout", "out_of_memory"]),
        lost=st.sampled_from(["worker_lost", "node_lost"]),
        started=st.booleans(),
        took=st.sampled_from([0.0001, 0.0001, 2.0]),
        look=st.booleans(),
    )
    def end_one(
        self, data: st.DataObject, outcome: str, reason: str, lost: str, started: bool,
        took: float, look: bool,
    ) -> None:  # fmt: skip
        key = data.draw(st.sampled_from(sorted(self.world.executor.waiting)))
        assignment = self.world.executor.waiting.pop(key)
        why = {"failed": reason, "lost": lost}.get(outcome)
        self.world.report(assignment, outcome, why, started=started or outcome in ("succeeded", "skipped"), took=took)
        self.ended.append(assignment)
        if look:
            self.world.turn()

    @precondition(lambda self: self.world.executor.waiting)
    @rule(count=st.integers(1, 4), look=st.booleans())
    def go_well(self, count: int, look: bool) -> None:
        """Short successes one after the other, as the engine promises more and more of them."""
        for _ in range(count):
            if self.world.executor.waiting:
                key = min(self.world.executor.waiting)
                assignment = self.world.executor.waiting.pop(key)
                self.world.report(assignment, took=0.0001)
                self.ended.append(assignment)
                if look:
                    self.world.turn()

    @precondition(lambda self: "returns" in self.troubles and self._followers())
    @rule(data=st.data(), look=st.booleans())
    def give_a_follower_back(self, data: st.DataObject, look: bool) -> None:
        self.world.executor.give_back(data.draw(st.sampled_from(self._followers())))
        if look:
            self.world.turn()

    def _followers(self) -> list[str]:
        executor = self.world.executor
        begun = [key for key, one in executor.waiting.items() if one.after is not None]
        return sorted([*begun, *(one.key for one in executor.behind.values())])

    @precondition(lambda self: self.world.executor.waiting)
    @rule(data=st.data())
    def start_one(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.executor.waiting)))
        self.world.start_key(key)

    @precondition(lambda self: "repeats" in self.troubles and self.ended)
    @rule(data=st.data(), outcome=st.sampled_from(["succeeded", "failed", "lost"]))
    def repeat_an_old_report(self, data: st.DataObject, outcome: str) -> None:
        self.world.report(data.draw(st.sampled_from(self.ended)), outcome)

    @precondition(lambda self: "disorder" in self.troubles)
    @rule()
    def reorder_reports(self) -> None:
        self.world.executor.reports.reverse()

    @precondition(lambda self: "loss" in self.troubles)
    @rule()
    def lose_the_agent(self) -> None:
        self.world.executor.lose()
        self.world.turn()

    @rule(seconds=st.sampled_from([0.01, 1.1, 30.0]))
    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(hold=st.booleans())
    def hold_or_answer_commits(self, hold: bool) -> None:
        self.writer.hold = hold
        if not hold:
            self.writer.answer()
        self.world.turn()

    @precondition(lambda self: "cancel" in self.troubles)
    @rule(force=st.booleans())
    def cancel(self, force: bool) -> None:
        (self.view.handle.kill if force else self.view.handle.cancel)()
        self.world.turn()

    @precondition(lambda self: "pause" in self.troubles)
    @rule(kind=st.sampled_from(["pause", "resume"]), now=st.booleans())
    def pause_or_resume(self, kind: str, now: bool) -> None:
        self._order(kind, now=now)

    @precondition(lambda self: "set_state" in self.troubles)
    @rule(
        name=st.sampled_from([*NAMES, "tidy"]),
        index=st.sampled_from([None, None, 0, 1]),
        state=st.sampled_from(["succeeded", "skipped", "failed"]),
        look=st.booleans(),
    )
    def set_a_state(self, name: str, index: int | None, state: str, look: bool) -> None:
        self._order("set-state", look, task=name, map_index=index, state=state)

    @precondition(lambda self: "set_state" in self.troubles and self._fanned())
    @rule(data=st.data(), state=st.sampled_from(["succeeded", "skipped"]))
    def set_all_items(self, data: st.DataObject, state: str) -> None:
        parent = data.draw(st.sampled_from(self._fanned()))
        for index in range(len(parent.children or ())):
            self._order("set-state", False, task=parent.task.name, map_index=index, state=state)
        self.world.turn()

    def _fanned(self) -> list[TaskRun]:
        return [run for run in self.view.by_place if run.children]

    @precondition(lambda self: waiting(self.view))
    @rule(data=st.data(), decision=st.sampled_from(["approve", "approve", "reject"]))
    def answer_a_question(self, data: st.DataObject, decision: str) -> None:
        names = [run.task.name for run in waiting(self.view)]
        self._order("approve", task=data.draw(st.sampled_from(names)), decision=decision)

    def _order(self, kind: str, look: bool = True, **arguments: Any) -> None:
        self.orders += 1
        command = Command(self.orders, self.view.key, kind, arguments, 0, "ann", "waiting", None, None)
        self.world.engine.order(command)
        if look:
            self.world.turn()

    @invariant()
    def what_is_counted_is_what_is_there(self) -> None:
        view = self.view
        if view.state not in ("running", "paused"):
            return  # nobody asks what else is counted
        counted, failed = counts(view), view.failed
        reckon(view)
        view.failed = failed
        assert counts(view) == counted

    @invariant()
    def nothing_begins_while_it_rests(self) -> None:
        if self.view.state != "paused":
            self.seen_before = None
            return
        if self.seen_before is None:
            self.seen_before = len(self.world.executor.seen)
        assert len(self.world.executor.seen) == self.seen_before
        assert not self.view.still or not self._running()

    def _running(self) -> list[Any]:
        return [run for run in self.view.task_runs if run.state == "running" and run.live is not None]

    @invariant()
    def counts_are_true(self) -> None:
        view = self.view
        for role, count in view.open.items():
            alive = [run for run in view.task_runs if run.task.spec.role == role and run.state not in TERMINAL_TASK]
            assert count == len(alive), (role, count, [run.state for run in alive])
        live = [run for run in view.task_runs if run.live is not None]
        assert view.live == len(live)
        assert all(run.live is None or run.live.state not in TERMINAL_ATTEMPT for run in view.task_runs)
        assert len(self.world.engine._in_hand.live) == view.live
        assert self.world.engine.limits.out == view.live - len(view.rested)
        assert view.tasks_done <= view.tasks_total
        promised = {run.promise.key for run in view.task_runs if run.promise is not None}
        assert promised == set(self.world.engine._in_hand.promises.open)
        assert view.promises == len(promised)

    def _check_the_end(self) -> None:
        view = self.view
        assert view.handle.wait(0), (view.state, view.open, view.live, view.phase)
        assert view.handle.failure is None
        assert view.state in TERMINAL_RUN
        assert view.tasks_done == view.tasks_total
        if view.asked:
            assert view.state == "cancelled"
        assert check(self.database) == []
        with self.database.read() as connection:
            document = run_document(connection, view.key)
        shown = {(one["name"], one["map_index"]): one["state"] for one in document["tasks"]}
        known = {(run.task.name, run.map_index): run.state for run in view.task_runs if not run.children}
        assert shown == known
        assert (document["state"], document["reason"]) == (view.state, view.reason)
        attempts = {one["name"]: len(one["attempts"]) for one in document["tasks"] if one["map_index"] is None}
        assert attempts == {run.task.name: run.attempts for run in view.by_place if not run.children}


EngineMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEngineMachine = EngineMachine.TestCase


class ChainMachine(EngineMachine):
    """The same with many promises."""

    @initialize(spec=chains(), troubles=st.sets(st.sampled_from(TROUBLES)))
    def begin(self, spec: PipelineSpec, troubles: set[str]) -> None:
        super().begin(spec, 0, 2, troubles)


ChainMachine.TestCase.settings = EngineMachine.TestCase.settings
TestChainMachine = ChainMachine.TestCase
