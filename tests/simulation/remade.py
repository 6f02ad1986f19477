"""What stands in the end must be what running would make: of the inputs of now, wherever it was taken from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from penstock.engine.dispatch import attempt_key, epoch_of
from penstock.engine.restore import reference
from penstock.store.rows import NewTaskRun
from tests.simulation.values import made_of, value
from tests.simulation.world import World


def stale(world: World) -> Iterable[str]:
    """Tasks that succeeded by themselves, and have read what is not what their upstream made last."""
    latest: dict[tuple[int, str], NewTaskRun] = {}
    for row in sorted(world.ledger.tasks.values(), key=lambda row: row.generation):
        if row.map_index < 0:
            latest[row.run_key, row.task] = row
    looked_at_again = {
        (event.run_key, event.seq)
        for event in world.ledger.events
        if event.kind == "task_run.created" and "because" in (event.data or "")
    }
    for attempt in world.ledger.attempts.values():
        row = world.ledger.tasks[attempt[:2]]
        process = world.machines.begun.get(attempt_key(*attempt[:3], epoch_of(attempt.log or "", attempt.n)))
        current = latest.get((row.run_key, row.task)) is row and (row.state, row.reason) == ("succeeded", None)
        if attempt.state != "succeeded" or not current or process is None:
            continue
        task = world.task(world.ledger.runs[row.run_key].version, row.task)
        if task.trigger == "one_failed":
            continue  # it may begin before others are over
        for name, source in task.inputs.items():
            before = latest.get((row.run_key, source.name)) if source.kind == "dataset" else None
            if before is None or before.items is not None or (before.state, before.reason) != ("succeeded", None):
                continue
            if (before.run_key, before.seq) in looked_at_again:
                continue  # a person has set what was before it, perhaps after this had read what was there
            made = _of(world, before)
            if process.inputs[name] != made:
                yield f"{row.task} of run {row.run_key} has read {process.inputs[name]}, and {source.name} is {made}"


def remade(world: World) -> Iterable[str]:
    """Results of earlier runs that were taken, and are not what the code and inputs of now would make."""
    for row in world.ledger.tasks.values():
        run = world.ledger.runs[row.run_key]
        # What a slice took from another run may have been made anew there.
        if row.reason != "cached" or run.type == "replay" or row.items is not None or run.selection:
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
