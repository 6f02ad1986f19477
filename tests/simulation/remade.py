"""Results of earlier runs that were taken: each must be what running would have made, of the code and inputs of now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from penstock.engine.restore import reference
from penstock.store.rows import NewTaskRun
from tests.simulation.values import made_of, value
from tests.simulation.world import World


def remade(world: World) -> Iterable[str]:
    """What breaks that, in words."""
    for row in world.ledger.tasks.values():
        run = world.ledger.runs[row.run_key]
        if row.reason != "cached" or run.type == "replay" or row.items is not None:
            continue
        task = world.task(run.version, row.task)
        inputs: dict[str, Any] = {
            name: _value(world, row.run_key, source.name)
            for name, source in task.inputs.items()
            if source.kind == "dataset"
        }
        inputs |= json.loads(row.item) if row.item else {}
        made = made_of(task, json.loads(run.params), inputs)
        taken = world.ledger.artifacts[row.run_key, row.seq, 0, row.task]
        wanted = value(made, "")
        if (taken.inline, taken.digest) != (wanted[1], wanted[4]):
            yield f"{row.task} of run {row.run_key} took {taken.inline or taken.digest}, it would have made {wanted}"


def _value(world: World, key: int, dataset: str) -> Any:
    """What a dataset was in the first generation of a run, which alone takes results."""
    ledger = world.ledger
    first = [row for row in ledger.tasks.values() if (row.run_key, row.task, row.generation) == (key, dataset, 1)]
    parent = next((row for row in first if row.map_index < 0), None)
    if parent is not None and parent.reason == "slice":
        return world.planner.given(key).get(dataset)
    if parent is None or parent.items is None:
        return _of(world, parent)
    if parent.state not in ("succeeded", "warning"):
        return None
    return {"list": [_of(world, row) for row in sorted(first, key=lambda row: row.map_index) if row.map_index >= 0]}


def _of(world: World, row: NewTaskRun | None) -> Any:
    if row is None:
        return None
    found = [one for place, one in world.ledger.artifacts.items() if place[:2] == row[:2]]
    return reference(found[0]) if found else None
