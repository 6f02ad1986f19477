"""From a queued task run to the assignment that a worker gets."""

from __future__ import annotations

from typing import Any

from penstock.engine.view import Attempt, RunView, TaskRun
from penstock.ports.executor import Assignment


def attempt_key(run_key: int, seq: int, n: int, epoch: int) -> str:
    """What names an attempt to executors. One of the same number that another owner began is another attempt."""
    return f"{run_key}:{seq}:{n}" if epoch == 1 else f"{run_key}:{seq}:{n}:{epoch}"


def epoch_of(log: str, n: int) -> int:
    """The epoch of the owner that began an attempt, by the name of its log."""
    _, mark, epoch = log.rpartition(f".{n}.e")
    epoch = epoch.removesuffix(".jsonl")
    return int(epoch) if mark and epoch.isdecimal() else 1


def make_attempt(run: TaskRun, now: float) -> Attempt:
    """The next try of a task run."""
    n = run.attempts + 1
    view = run.run
    index = "" if run.map_index is None else f".{run.map_index}"
    generation = "" if run.generation == 1 else f".g{run.generation}"
    mode = "expand" if run.task.items and run.parent is None else "run"
    # A file of its own for each owner: an attempt of the same number may have begun, and not be on record.
    owner = "" if view.epoch == 1 else f".e{view.epoch}"
    log = f"{view.id}/{run.task.name}{index}{generation}.{n}{owner}.jsonl"
    return Attempt(attempt_key(view.key, run.seq, n, view.epoch), run, n, now, log, mode)


def begin(attempt: Attempt) -> None:
    """An attempt is live from now on."""
    run = attempt.task_run
    run.attempts = attempt.n
    run.live = attempt
    run.run.live += 1


def assignment(attempt: Attempt) -> Assignment:
    """What the executor is told of an attempt."""
    run = attempt.task_run
    view, task = run.run, run.task
    spec = task.spec
    inputs = _inputs(view, run, attempt)
    when = None
    if task.conditions is not None and run.parent is None:
        when = {argument: view.values.get(dataset) for argument, dataset in task.conditions}
    return Assignment(
        attempt.key,
        view.id,
        spec.name,
        run.map_index,
        run.label,
        attempt.n,
        run.generation,
        inputs,
        when,
        "expand" if attempt.mode == "expand" else "run",
        spec.timeout,
        spec.grace,
        spec.resources.memory,
        attempt.log,
        _paths(inputs),
        None if attempt.after is None else attempt.after.key,
    )


def _inputs(view: RunView, run: TaskRun, attempt: Attempt) -> dict[str, Any]:
    task = run.task
    values = view.values
    inputs = {argument: values.get(dataset) for argument, dataset in task.reads}
    if attempt.after is not None:
        made = attempt.after.task_run.task.spec.outputs
        inputs.update({argument: {"made": dataset} for argument, dataset in task.reads if dataset in made})
    if task.items:
        if attempt.mode == "expand":
            for argument, source in task.items:
                if source.over == "dataset":
                    inputs[argument] = values.get(source.name)
        elif run.item is not None:
            inputs.update(run.item)
    for argument in task.errors:
        inputs[argument] = {"json": _error(view)}
    return inputs


def _error(view: RunView) -> dict[str, Any] | None:
    """What is told of a run that failed, or that does not end by itself although nothing has failed."""
    if view.error is None and not view.asked:
        return None
    cancelled = {"type": "Cancelled", "message": f"the run was cancelled ({view.asked})", "traceback": ""}
    return {"task": None, **(view.error or cancelled)}


def _paths(inputs: dict[str, Any]) -> tuple[str, ...]:
    """Paths of artifacts among the inputs: the third place of an artifact's list form."""
    return tuple([ref[2] for ref in inputs.values() if type(ref) is list and ref[2] is not None])
