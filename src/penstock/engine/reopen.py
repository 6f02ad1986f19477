"""A retry in place: what of a run that is over runs again, and its view made ready for that."""

from __future__ import annotations

from collections import deque
from typing import Any

from penstock.engine.plan import PlannedTask
from penstock.engine.reckoning import is_outside, reckon
from penstock.engine.view import RunView, TaskRun
from penstock.errors import NotFound, TransitionError
from penstock.model.commands import UNFINISHED_RUN
from penstock.model.nearest import did_you_mean
from penstock.model.states import TERMINAL_RUN

#: Task runs that a retry of the whole run makes again.
UNFINISHED = frozenset({"failed", "cancelled", "upstream_failed", "warning"})
#: Items that keep what they made when their fan-out is tried again.
KEPT_ITEMS = frozenset({"succeeded", "skipped"})
_ENDED = {"succeeded": "succeeded", "skipped": "was skipped"}


def reopen(view: RunView, from_task: str | None, at: float, told: dict[str, Any] | None = None) -> None:
    """Make a run that is over ready for its next generation; the engine then starts it like any other.

    Without `from_task` all that failed, was cancelled or never ran runs again, with it that task and all downstream.
    What is not run again keeps its outputs. Failure handlers and clean-up run again in any case. `told` goes into the
    run's history. Raises TransitionError when the run does not allow it, NotFound for a task that is not there.
    """
    if view.state not in TERMINAL_RUN:
        raise TransitionError(f"the run is {view.state}: only one that is over can be retried", cure="cancel it first")
    if from_task is None:
        if view.state not in UNFINISHED_RUN:
            cure = "retry from a task, or replay the run"
            raise TransitionError(f"the run {_ENDED[view.state]}: nothing of it failed", cure=cure)
        again, whole = _unfinished(view)
    else:
        again = whole = _from(view, from_task)
    view.generation += 1
    if view.started_at is not None and view.ended_at is not None:
        view.idle += max(0.0, at - view.ended_at)
        view.idle_from = at
    view.again = {"generation": view.generation, "from": from_task, **(told or {})}
    for place in _in_order(view, again):
        old = view.by_place[place]
        run = view.by_place[place] = _add(view, old.task, at)
        for dataset in old.task.spec.outputs:
            made = view.values.pop(dataset, None)
            view.unmade.pop(dataset, None)
            if made is not None and old.state in ("succeeded", "warning"):
                view.earlier[dataset] = made
        if old.children and place not in whole and not _has_other_items(view, old.task):
            _keep_items(view, run, old, at)
    view.reason, view.error, view.phase = None, None, "task"
    view.rearranged, view.stepping = view.rearranged or view.stepping, False
    view.touched, view.fans = {}, {}
    reckon(view)


def _unfinished(view: RunView) -> tuple[set[int], set[int]]:
    """Places of what runs again, and those of them that run from scratch: what they read may be different now."""
    again: set[int] = set()
    whole: set[int] = set()
    waiting = deque(place for place in view.plan.roles["task"] if view.by_place[place].state in UNFINISHED)
    again.update(waiting)
    for place in tuple(waiting):
        makers = [maker for maker in _makers_of_damaged(view, view.by_place[place]) if maker not in again]
        again.update(makers)
        whole.update(makers)
        waiting.extend(makers)
    while waiting:
        place = waiting.popleft()
        task = view.plan.tasks[place]
        for after in task.downstream:
            run = view.by_place[after]
            if is_outside(run):
                continue
            new = after not in again and (run.state != "succeeded" or _reads(run.task, task))
            if new or (after in again and after not in whole):
                again.add(after)
                whole.add(after)
                waiting.append(after)
    return again, whole


def _makers_of_damaged(view: RunView, run: TaskRun) -> list[int]:
    """Who made what a task could not read, because its file is damaged: that is made again."""
    if run.reason != "artifact_corrupt":
        return []
    tasks = view.plan.tasks
    return [
        place for place in run.task.upstream if _reads(run.task, tasks[place]) and not is_outside(view.by_place[place])
    ]


def _reads(task: PlannedTask, before: PlannedTask) -> bool:
    """Does a task read what another makes?"""
    sources = (*task.spec.inputs.values(), *(task.spec.when or {}).values())
    return any(source.name in before.spec.outputs and "dataset" in (source.kind, source.over) for source in sources)


def _from(view: RunView, name: str) -> set[int]:
    """The places of a task and of all downstream."""
    place = view.plan.places.get(name)
    if place is None or view.plan.tasks[place].spec.role != "task":
        names = [task.name for task in view.plan.tasks if task.spec.role == "task"]
        raise NotFound(f"'{view.plan.spec.name}' has no task '{name}' to retry from", cure=did_you_mean(name, names))
    if is_outside(view.by_place[place]):
        raise TransitionError(f"task '{name}' was not a part of that run", cure="replay the pipeline from it")
    _check_inputs(view, view.by_place[place])
    found, waiting = {place}, [place]
    while waiting:
        for after in view.plan.tasks[waiting.pop()].downstream:
            if after not in found and not is_outside(view.by_place[after]):
                found.add(after)
                waiting.append(after)
    return found


def _check_inputs(view: RunView, run: TaskRun) -> None:
    """A task can't begin where what it waits for did not end well: the first cause is named."""
    if run.task.spec.trigger in ("all_done", "one_failed"):
        return
    for place in run.task.upstream:
        before = view.by_place[place]
        if before.state in ("succeeded", "warning", "skipped"):
            continue
        cause = _cause(view, before)
        raise TransitionError(
            f"task '{run.task.name}' can't run: its ancestor '{cause.task.name}' has no usable output, "
            f"it is {cause.state}",
            cure=f"retry from '{cause.task.name}', or retry the whole run",
            ancestor=cause.task.name,
        )


def _cause(view: RunView, run: TaskRun) -> TaskRun:
    """The ancestor that did not end well by itself."""
    for place in run.task.upstream:
        before = view.by_place[place]
        if before.state in ("failed", "cancelled", "upstream_failed"):
            return _cause(view, before)
    return run


def _in_order(view: RunView, again: set[int]) -> list[int]:
    """The places of all that gets a task run of the new generation."""
    return [
        task.place
        for task in view.plan.tasks
        if task.place in again or (task.spec.role != "task" and not is_outside(view.by_place[task.place]))
    ]


def _add(view: RunView, task: PlannedTask, at: float) -> TaskRun:
    run = TaskRun(view, len(view.task_runs), task, at)
    view.task_runs.append(run)
    return run


def _has_other_items(view: RunView, task: PlannedTask) -> bool:
    return view.edited and any(source.over == "param" for _, source in task.items)


def _keep_items(view: RunView, run: TaskRun, old: TaskRun, at: float) -> None:
    """A fan-out over the same items: those that ended well stay, the others run again once it is resumed."""
    run.children, run.results = [], {dataset: list(refs) for dataset, refs in (old.results or {}).items()}
    for child in old.children or ():
        if child.state not in KEPT_ITEMS:
            index, label, item = child.map_index, child.label, child.item
            child = _add(view, run.task, at)
            child.unmet, child.map_index, child.label, child.item = 0, index, label, item
            for refs in run.results.values():
                refs[index or 0] = None
        child.parent = run
        run.children.append(child)
