"""A replay from a task: what the new run keeps of the old one, by reference, and what it runs."""

from __future__ import annotations

from collections import deque

from penstock.engine.reckoning import reckon
from penstock.engine.restore import current_rows, reference
from penstock.engine.reuse import CACHED
from penstock.engine.view import RunView, TaskRun
from penstock.errors import NotFound, TransitionError
from penstock.model.nearest import did_you_mean
from penstock.store.recovery import StoredRun
from penstock.store.rows import NewArtifact, NewTaskRun


def keep_outputs(view: RunView, source: StoredRun, from_task: str, at: float) -> None:
    """Let a run that has not started keep what another one has made before a task; that and the rest it runs itself.

    Of the tasks that are not downstream of `from_task` those are kept that had finished with all their outputs, and
    after nothing that runs again. Raises NotFound for a task that is not there, TransitionError for one outside of
    the run's slice.
    """
    rows = {(row.task, row.map_index): row for row in current_rows(source.task_runs)}
    made: dict[int, list[NewArtifact]] = {}
    for artifact in source.artifacts:
        made.setdefault(artifact.seq, []).append(artifact)
    again = _again(view, from_task, rows, made)
    for place in view.plan.roles["task"]:
        run = view.by_place[place]
        if place not in again and run.state == "created":
            _keep(view, run, rows, made, at)
    reckon(view)


def _again(
    view: RunView, name: str, rows: dict[tuple[str, int], NewTaskRun], made: dict[int, list[NewArtifact]]
) -> set[int]:
    plan = view.plan
    place = plan.places.get(name)
    if place is None or plan.tasks[place].spec.role != "task":
        names = [task.name for task in plan.tasks if task.spec.role == "task"]
        raise NotFound(f"'{plan.spec.name}' has no task '{name}' to replay from", cure=did_you_mean(name, names))
    if view.by_place[place].state != "created":
        raise TransitionError(f"task '{name}' was not a part of that run", cure="replay from another, or the whole run")
    found = {at for at in plan.roles["task"] if not _is_made(view.by_place[at], rows, made)} | {place}
    waiting = deque(found)
    while waiting:
        for after in plan.tasks[waiting.popleft()].downstream:
            if after not in found:
                found.add(after)
                waiting.append(after)
    return found


def _is_made(run: TaskRun, rows: dict[tuple[str, int], NewTaskRun], made: dict[int, list[NewArtifact]]) -> bool:
    """Did the other run finish that task, with all the outputs that it has now?"""
    if run.state != "created":
        return True  # outside of the slice
    row = rows.get((run.task.name, -1))
    if row is None or row.state not in ("succeeded", "skipped") or row.reason == "slice":
        return False
    if row.state == "skipped" and not row.items:
        return True
    wanted = set(run.task.spec.outputs)
    if row.items is None:
        return not run.task.items and {one.dataset for one in made.get(row.seq, ())} >= wanted
    # Of a fan-out that is over a person may have taken an item for another.
    items = [rows.get((row.task, index)) for index in range(row.items)]
    return all(item is not None and item.state in ("succeeded", "skipped") for item in items)


def _keep(
    view: RunView,
    run: TaskRun,
    rows: dict[tuple[str, int], NewTaskRun],
    made: dict[int, list[NewArtifact]],
    at: float,
) -> None:
    row = rows[run.task.name, -1]
    _end(run, row, at)
    if row.items is None:
        view.values.update({one.dataset: reference(one) for one in _refer(view, run, made.get(row.seq, ()))})
        return
    run.children, run.results = [], {dataset: [None] * row.items for dataset in run.task.spec.outputs}
    for index in range(row.items):
        item = rows[run.task.name, index]
        child = TaskRun(view, len(view.task_runs), run.task, at)
        child.unmet, child.map_index, child.label, child.parent = 0, index, item.label, run
        _end(child, item, at)
        view.task_runs.append(child)
        run.children.append(child)
        for one in _refer(view, child, made.get(item.seq, ())):
            run.results[one.dataset][index] = reference(one)
    view.values.update({dataset: {"list": refs} for dataset, refs in run.results.items()})


def _end(run: TaskRun, row: NewTaskRun, at: float) -> None:
    # Not a step of its life: it is on record like this from the start, as what is outside of a slice.
    run.state, run.ended_at = row.state, at
    run.reason = CACHED if row.state == "succeeded" else row.reason


def _refer(view: RunView, run: TaskRun, artifacts: list[NewArtifact] | tuple[()]) -> list[NewArtifact]:
    """The same artifacts as outputs of a task run of this run; no attempt of it made them (n is 0)."""
    found = [one._replace(run_key=view.key, seq=run.seq, n=0) for one in artifacts]
    view.kept.extend(found)
    return found
