"""Runs that ended by chance, and what the engine makes of a retry or a replay of each.

The page tells it beforehand by rules of its own (`ui/src/domain/again.ts`); tests hold both to these cases:
`python -m tests.engine.again_cases > ui/src/domain/again.cases.json`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any, Final

from penstock.engine.reopen import reopen
from penstock.engine.replay import keep_outputs
from penstock.engine.request import RunRequest, chosen_tasks, new_view
from penstock.engine.view import RunView
from penstock.errors import NotFound, TransitionError
from penstock.model.spec import PipelineSpec, Source, TaskSpec
from penstock.store import graphs
from penstock.store.database import Database, open_database
from penstock.store.documents import run_document
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import restored, stored_run
from tests.engine.world import World

CASES: Final = 60
_ENDS: Final = (("succeeded", None),) * 5 + (("skipped", "condition"), ("failed", None), ("failed", "artifact_corrupt"))

_TRIGGERS: Final = ("all_succeeded",) * 3 + ("all_done", "one_failed", "none_failed")


def cases(count: int = CASES) -> list[dict[str, Any]]:
    """The same each time. `retry` and `replay` by the task that they begin with; `""` is the whole run."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "penstock.db")
        found = [_case(database, seed) for seed in range(count)]
        database.close()
    return found


def text(count: int = CASES) -> str:
    """The file, as it is committed: a line a case."""
    return "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases(count)) + "\n]\n"


def _case(database: Database, seed: int) -> dict[str, Any]:
    chance = Random(seed)
    spec = _drawn(chance)
    world, view = _ended(database, chance, spec, seed)
    with database.read() as connection:
        document = run_document(connection, view.key)
    graph = graphs.graph(spec, "v1")
    names = [name for name, task in spec.tasks.items() if task.role == "task"]
    at = world.now
    return {
        "graph": {
            "tasks": [
                {key: task[key] for key in ("name", "role", "outputs", "trigger")}
                | {"foreach": task["foreach"], "inputs": {name: task["inputs"][name] for name in task["foreach"]}}
                for task in graph["tasks"]
            ],
            "edges": [{key: edge[key] for key in ("source", "target")} for edge in graph["edges"]],
        },
        "run": view.state,
        "tasks": [
            {key: task[key] for key in ("name", "map_index", "state", "reason")}
            | {"outputs": [{"dataset": one["dataset"]} for one in task["outputs"]]}
            for task in document["tasks"]
        ],
        "retry": {name: _retried(database, view, name, at) for name in ("", *names)},
        "replay": {name: _replayed(database, view, name, at) for name in names},
    }


def _drawn(chance: Random) -> PipelineSpec:
    """Up to nine tasks, each after any of those before it, with all that decides what runs again."""
    tasks: list[TaskSpec] = []
    for at in range(chance.randint(1, 9)):
        before = [task.name for task in tasks]
        reads = chance.sample(before, min(len(before), chance.choice((0, 1, 1, 1, 2, 3))))
        tasks.append(_task(chance, f"t{at}", reads, before))
    if chance.random() < 0.3:
        tasks.append(TaskSpec("alarm", role="on_failure"))
    if chance.random() < 0.3:
        tasks.append(TaskSpec("tidy", role="finally", outputs=("tidy",)))
    return PipelineSpec("p", tasks={task.name: task for task in tasks})


def _task(chance: Random, name: str, reads: list[str], before: list[str]) -> TaskSpec:
    inputs = {read: Source("dataset", read) for read in reads}
    foreach: tuple[str, ...] = ()
    kind = chance.random()
    if kind < 0.2:
        inputs["x"], foreach = Source("item", "items", over="param"), ("x",)
    elif kind < 0.35 and reads:
        inputs[reads[0]], foreach = Source("item", reads[0], over="dataset"), (reads[0],)
    return TaskSpec(
        name,
        inputs=inputs,
        outputs=(name, f"{name}_too") if chance.random() < 0.2 else (name,),
        after=tuple(one for one in before if one not in reads and chance.random() < 0.1),
        when={"x": Source("dataset", reads[0])} if reads and not foreach and chance.random() < 0.15 else None,
        foreach=foreach,
        trigger=chance.choice(_TRIGGERS),
        allow_failure=chance.random() < 0.25,
    )


def _ended(database: Database, chance: Random, spec: PipelineSpec, seed: int) -> tuple[World, RunView]:
    names = [name for name, task in spec.tasks.items() if task.role == "task"]
    only = tuple(chance.sample(names, chance.randint(1, len(names)))) if chance.random() < 0.15 else ()
    world = World(workers=2, writer=DirectWriter(database))
    # No two runs of one moment have the same id.
    world.now += seed * 10_000
    given = {name: ["json", "1", None, 1, None, None, None, "int", True] for name in names} if only else None
    view = world.submit(spec, RunRequest(only=only), params={"items": list(range(chance.randint(0, 3)))}, given=given)
    cancelled_after = chance.randint(0, 6) if chance.random() < 0.2 else -1
    while not view.handle.wait(0):
        cancelled_after -= 1
        if cancelled_after == -1:
            view.handle.cancel()
            world.turn()
        if not world.executor.waiting:
            world.pass_time(31.0)
            continue
        assignment = world.executor.waiting.pop(chance.choice(sorted(world.executor.waiting)))
        if assignment.key in world.executor.cancelled:
            world.report(assignment, "cancelled", "user")
        elif assignment.mode == "expand":
            items = [[str(at), {"x": {"json": at}}] for at in range(chance.randint(0, 3))]
            world.report(assignment, "expanded", items=items)
        else:
            outcome, reason = chance.choice(_ENDS)
            world.report(assignment, outcome, reason, outputs=list(spec.tasks[assignment.task].outputs))
        world.turn()
    return world, view


def _retried(database: Database, view: RunView, task: str, at: float) -> dict[str, Any]:
    again = restored(database, view).view
    try:
        reopen(again, task or None, at)
    except TransitionError as error:
        return {"refused": error.facts.get("ancestor", True)}
    runs = [one for one in again.by_place if one.generation == again.generation and one.task.spec.role == "task"]
    items = {
        one.task.name: sum(child.generation == again.generation for child in one.children)
        for one in runs
        if one.children
    }
    return {"runs": [one.task.name for one in runs], "items": items}


def _replayed(database: Database, view: RunView, task: str, at: float) -> dict[str, Any]:
    request = RunRequest(only=tuple(view.selection["only"]) if view.selection else ())
    new = new_view(view.plan, view.context, request, at, chosen=chosen_tasks(view.plan, request), given={})
    try:
        keep_outputs(new, stored_run(database, view), task, at)
    except (TransitionError, NotFound):
        return {"refused": True}
    return {"runs": [one.task.name for one in new.by_place if one.state == "created" and one.task.spec.role == "task"]}


if __name__ == "__main__":
    print(text(*(int(one) for one in sys.argv[1:])), end="")
