"""From the lines of a spool to the rows of a run: the engine's own view of it, moved by what Kedro tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from penstock.agent.logs import LogFile
from penstock.engine.apply import apply, take_started
from penstock.engine.decisions import Decision, MoveRun, MoveTask, Settle
from penstock.engine.dispatch import begin, make_attempt
from penstock.engine.outbox import Outbox
from penstock.engine.plan import make_plan
from penstock.engine.request import RunRequest, new_view
from penstock.engine.view import Attempt, TaskRun
from penstock.integrations.kedro.describe import build
from penstock.integrations.kedro.ids import is_param, plain_name
from penstock.integrations.kedro.recorder.reading import Line
from penstock.integrations.kedro.recorder.step import Step, Use
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.ports.executor import LOG_LOST, Ended, RunContext, Usage
from penstock.store.rows import NewMetric, NewSample
from penstock.store.times import micros

_DONE: Final = "Completed node: "
_RUNNERS: Final = "kedro.runner"


class Tale:
    """One run. `take` and `sample` fill `out`; the run is over once `over` is true (see `endings`)."""

    def __init__(self, head: Mapping[str, Any], logs: Path, facts: Mapping[str, Any], log_limit: int) -> None:
        self.head = head
        self.out = Outbox()
        self.project = str(head["project"])
        self.threads = head["facts"]["runner"] == "ThreadRunner"
        self._logs = logs
        self._log_limit = log_limit
        definition = build(head["drawn"], name=head["pipeline"], namespace=head["namespace"])
        plan = make_plan(definition)
        self._generators = {node["name"] for node in head["drawn"]["nodes"] if node["generator"]}
        context = RunContext(
            head["id"], definition.name, definition.namespace, plan.version, "standard", dict(head["drawn"]["params"]),
            {}, {}, "", "",
        )  # fmt: skip
        chosen = None if head["nodes"] is None else set(head["nodes"])
        self.view = new_view(plan, context, RunRequest(), head["at"], chosen=chosen, given={})
        self.view.selection = head["selection"]
        self.view.facts = {**head["facts"], **facts}
        self._tasks = {run.task.name: run for run in self.view.by_place}
        self.steps: dict[str, Step] = {}
        self._attempts: dict[str, Attempt] = {}
        self._files: dict[str, LogFile] = {}
        self._start()

    def _start(self) -> None:
        at = self.view.created_at
        self.out.mark_run(self.view)
        self.out.event(self.view, None, None, at, "run.created")
        for run in self.view.by_place:
            self.out.mark_task_run(run)
        self.do(MoveRun("start", None), at)

    @property
    def over(self) -> bool:
        """Is it at its end?"""
        return self.view.state in TERMINAL_RUN

    def do(self, decision: Decision, at: float) -> None:
        """Apply one decision. What an engine would dispatch is passed over: Kedro has begun it."""
        apply(self.view, [decision], at, self.out)
        self.out.ready.clear()
        self.out.over.clear()

    def take(self, lines: Iterable[Line]) -> None:
        """What Kedro tells of nodes; ends of the run are for `endings`."""
        for line in lines:
            if not self.over and (take := _TAKE.get(line.kind)) is not None:
                take(self, line, *line.rest)

    # --- nodes -----------------------------------------------------------------------------------------

    def _step(self, line: Line, node: str, cpu: float, peak: int) -> Step | None:
        """The node's step, begun by this line if it is the first; None for what is unknown, or over."""
        step = self.steps.get(node)
        if step is not None:
            step.used(cpu, peak)
            return step
        run = self._tasks.get(node)
        if run is None or run.state != "created":
            return None
        if not self.threads:
            self.finish_generators(line.pid)
        step = Step(node, line.pid, run.task.spec.outputs, node in self._generators, line.at, cpu, peak, cpu, peak)
        self.steps[node] = step
        self._begin(run, line)
        return step

    def _begin(self, run: TaskRun, line: Line) -> None:
        self.do(MoveTask(run, "queue", None), line.at)
        attempt = make_attempt(run, line.at)
        begin(attempt)
        self.out.mark_attempt(attempt)
        self.out.mark_task_run(run)
        take_started(attempt, line.at, "kedro" if line.pid is None else f"kedro-{line.pid}", self.out)
        self._attempts[run.task.name] = attempt

    def _load(self, line: Line, node: str, dataset: str, cpu: float, peak: int) -> None:
        step = self._step(line, node, cpu, peak)
        if step is not None:
            step.begin("load", dataset, line.at)

    def _loaded(self, line: Line, node: str, dataset: str, kind: str, rows: int | None) -> None:
        step = self.steps.get(node)
        use = None if step is None else step.end("load", dataset, line.at)
        if step is not None and use is not None:
            use.python_type, use.rows = kind, rows
            step.loaded.append(use)

    def _size(self, _: Line, node: str, dataset: str, path: str | None, version: str | None, size: int | None) -> None:
        step = self.steps.get(node)
        for use in () if step is None else step.loaded:
            if use.dataset == dataset:
                use.measured(path, version, size)

    def _run(self, line: Line, node: str, cpu: float, peak: int) -> None:
        step = self._step(line, node, cpu, peak)
        if step is not None:
            step.run_at = line.at
            self._tell_loads(step)

    def _ran(self, line: Line, node: str, cpu: float, peak: int) -> None:
        step = self.steps.get(node)
        if step is None:
            return
        step.used(cpu, peak)
        step.ran_at = line.at
        step.seconds["function"] = max(0.0, line.at - (step.run_at or line.at))
        if step.complete:
            self.succeed(step, line.at)

    def _failed(self, line: Line, node: str, error: dict[str, Any], cpu: float, peak: int) -> None:
        step = self.steps.get(node)
        if step is None:
            return
        step.used(cpu, peak)
        step.seconds["function"] = max(0.0, line.at - (step.run_at or line.at))
        self.fail(step, line.at, error)

    def _save(
        self, line: Line, node: str, dataset: str, kind: str, rows: int | None, columns: list[Any] | None
    ) -> None:
        step = self.steps.get(node)
        if step is not None:
            use = step.begin("save", dataset, line.at)
            use.python_type, use.rows, use.columns = kind, rows, columns

    def _saved(
        self, line: Line, node: str, dataset: str, path: str | None, version: str | None, size: int | None,
        cpu: float, peak: int,
    ) -> None:  # fmt: skip
        step = self.steps.get(node)
        use = None if step is None else step.end("save", dataset, line.at)
        if step is None or use is None:
            return
        step.used(cpu, peak)
        use.measured(path, version, size)
        step.keep(use)
        if not step.generator:
            self._tell_use(step, use)
        if step.complete:
            self.succeed(step, line.at)

    # --- the ends of nodes -----------------------------------------------------------------------------

    def finish_generators(self, pid: int | None) -> None:
        """Whoever begins something else is done with a generator: nothing else tells its end for sure."""
        for step in self.running():
            if step.pid == pid and step.generator and step.ran_at is not None and not step.open:
                self.succeed(step, step.last_at)

    def succeed(self, step: Step, at: float) -> None:
        """The node is done."""
        attempt = self._attempts[step.name]
        spec = self.view.plan.spec
        outputs = [
            (plain_name(name), use.artifact(spec.datasets.get(plain_name(name)), self.project).to_list())
            for name, use in step.saved.items()
        ]
        if step.generator:
            for use in step.saved.values():
                self._tell_use(step, use)
        report = self._report(step, "succeeded", None, outputs, None, at)
        self._close(step, Settle(attempt, report, "succeed", None, "succeed", None), at)

    def fail(
        self, step: Step, at: float, error: dict[str, Any], reason: str = "user_error", lost: bool = False
    ) -> None:
        """The node failed; `lost`: nobody knows how."""
        report = self._report(step, "lost" if lost else "failed", reason, [], error, at)
        event = "lose" if lost else "fail"
        self._close(step, Settle(self._attempts[step.name], report, event, reason, "fail", reason), at)

    def fail_use(self, step: Step, use: Use, at: float, error: dict[str, Any]) -> None:
        """The node failed in a load or save."""
        where = {"dataset": plain_name(use.dataset), "operation": use.operation}
        step.seconds[use.operation] += max(0.0, at - use.began)
        self._event(step, at, "dataset_failed", where)
        self.fail(step, at, {**error, **where})

    def cancel(self, step: Step, at: float, reason: str) -> None:
        """The node was ended with its run."""
        report = self._report(step, "cancelled", reason, [], None, at)
        settled = Settle(self._attempts[step.name], report, "cancel", reason, "settle_cancelled", reason)
        self._close(step, settled, at)

    def _close(self, step: Step, decision: Settle, at: float) -> None:
        self._tell_loads(step)
        for name, seconds in step.seconds.items():
            self._metric(step, at, f"{name}_seconds", seconds)
        self.do(decision, at)

    def _report(
        self, step: Step, outcome: Any, reason: str | None, outputs: list[Any], error: dict[str, Any] | None, at: float
    ) -> Ended:
        attempt = self._attempts[step.name]
        # What was read and written isn't known of a thread among others.
        usage: Any = Usage(step.cpu_seconds, step.peak_bytes, None, None)  # type: ignore[arg-type]
        return Ended(
            attempt.key, outcome, reason, outputs, error, None, usage, attempt.started_at, at, attempt.worker
        )  # fmt: skip

    def running(self) -> list[Step]:
        """Nodes that have begun and are not over."""
        return [step for name, step in self.steps.items() if self._tasks[name].state not in TERMINAL_TASK]

    def task(self, step: Step) -> TaskRun:
        """The task run of a step."""
        return self._tasks[step.name]

    # --- what is told beside ---------------------------------------------------------------------------

    def _tell_loads(self, step: Step) -> None:
        for use in step.loaded:
            self._tell_use(step, use)
        step.loaded = []

    def _tell_use(self, step: Step, use: Use) -> None:
        # That a node reads a parameter is in the definition.
        if not is_param(use.dataset):
            kind = "dataset_loaded" if use.operation == "load" else "dataset_saved"
            self._event(step, use.ended or use.began, kind, use.told())

    def _event(self, step: Step, at: float, kind: str, data: dict[str, Any]) -> None:
        self.out.event(self.view, self.task(step), self._attempts[step.name].n, at, kind, data)

    def _metric(self, step: Step, at: float, name: str, value: float) -> None:
        attempt = self._attempts[step.name]
        row = NewMetric(self.view.key, attempt.task_run.seq, attempt.n, micros(at), name, value, "s")
        self.out.metrics.append(row)

    def sample(self, pid: int | None, at: float, cpu: float, rss: int, read: int, written: int) -> None:
        """What the processes of Kedro, or a child of it, use now: told of a node that is alone in them."""
        steps = [step for step in self.running() if step.pid == pid]
        if len(steps) != 1:
            return
        step = steps[0]
        step.sampled = max(step.sampled, rss)
        attempt = self._attempts[step.name]
        row = NewSample(
            self.view.key, attempt.task_run.seq, attempt.n, micros(at), max(0.0, cpu - step.cpu), rss, read, written
        )  # fmt: skip
        self.out.samples.append(row)

    def _log(self, line: Line, node: str | None, level: str, logger: str, message: str) -> None:
        if logger.startswith(_RUNNERS) and message.startswith(_DONE):
            node = message.removeprefix(_DONE).strip()
            step = self.steps.get(node)
            if step is not None and step.generator and step in self.running() and step.ran_at is not None:
                self.succeed(step, step.last_at)
        spoken = self._speaker(line, node)
        if spoken is not None:
            self._file(spoken).record(line.at, level, logger, message)

    def _print(self, line: Line, node: str | None, stream: str, texts: list[str]) -> None:
        spoken = self._speaker(line, node)
        if spoken is not None:
            self._file(spoken).lines(stream, texts, line.at)

    def _speaker(self, line: Line, node: str | None) -> str | None:
        """Whose line it is: of a thread that nobody knows it is that of the only node that runs."""
        if node is None:
            here = [step for step in self.running() if step.pid == line.pid]
            node = here[0].name if len(here) == 1 else None
        return node if node in self._attempts else None

    def _file(self, node: str) -> LogFile:
        file = self._files.get(node)
        if file is None:
            path = str(self._logs / self._attempts[node].log)
            file = self._files[node] = LogFile(path, self._log_limit)
        return file

    def close_logs(self) -> None:
        """No line comes any more. Logs that could not be written are told of."""
        for node, file in self._files.items():
            lost = file.close()
            if lost is not None:
                self._event(self.steps[node], self.view.ended_at or self.view.created_at, LOG_LOST, {"error": lost})


_TAKE: Final[dict[str, Callable[..., None]]] = {
    "load": Tale._load, "loaded": Tale._loaded, "size": Tale._size, "run": Tale._run, "ran": Tale._ran,
    "failed": Tale._failed, "save": Tale._save, "saved": Tale._saved, "log": Tale._log, "print": Tale._print,
}  # fmt: skip
