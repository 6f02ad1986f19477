"""What must hold of machines and engines, besides what holds of every record (tests.crash.laws)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from penstock.engine.dispatch import attempt_key, epoch_of
from penstock.model.run_types import meaning_of
from penstock.model.states import TERMINAL_RUN, TERMINAL_TASK
from penstock.ports.executor import Assignment
from tests.simulation.graphs import POOLS
from tests.simulation.machines import Broken
from tests.simulation.remade import remade, stale
from tests.simulation.world import World

#: States of a run in which it needs its slots.
UNDER_WAY: Final = ("running", "paused", "cancelling")


def may_begin(world: World, one: Assignment) -> None:
    """Of code that is about to begin. Raises Broken."""
    key, seq, _ = map(int, one.key.split(":")[:3])
    ledger = world.ledger
    row = ledger.tasks.get((key, seq))
    if row is not None and row.state == "succeeded":
        raise Broken(f"{one.task} ({one.key}) begins again, and has succeeded")
    plan = world.planner.latest  # in what counts here its versions are alike
    if plan.spec.durability == "strict":
        task = plan.tasks[plan.places[one.task]]
        open_ = [name for at in task.upstream if not _is_over(world, key, name := plan.tasks[at].name)]
        if key not in ledger.runs or (open_ and task.spec.trigger == "all_succeeded"):
            raise Broken(f"{one.task} ({one.key}) of a strict run begins before what it follows is on record")


def _is_over(world: World, key: int, task: str) -> bool:
    rows = [row for row in world.ledger.tasks.values() if (row.run_key, row.task, row.map_index) == (key, task, -1)]
    return max(rows, key=lambda row: row.generation).state in TERMINAL_TASK


def always(world: World) -> list[str]:
    """The laws of every moment."""
    return [*_left_over(world), *_over_limits(world), *_miscounted(world)]


def _left_over(world: World) -> list[str]:
    """Of a run that is over nothing runs."""
    over = {
        run.id: run.generation for run in map(world.ledger.runs.get, world.keys) if run and run.state in TERMINAL_RUN
    }
    live = [process.assignment for process in world.machines.live.values()]
    # What nobody goes on with ends when the next engine has said what it keeps.
    kept = {key for agent in world.agents if agent.left for key in agent.running}
    # The next generation begins before it is on record.
    return [
        f"{one.key} runs, and its run is over"
        for one in live
        if one.generation <= over.get(one.run_id, 0) and one.key not in kept
    ]


def _over_limits(world: World) -> Iterable[str]:
    """Limits are never passed, whatever slots say: of runs, of pools, of tasks, of runs that are looked at in steps."""
    ledger, planner = world.ledger, world.planner
    under_way: Counter[str] = Counter()
    for run in ledger.runs.values():
        if run.state in UNDER_WAY and not _is_past(world, run.key):
            under_way.update(want.name for want in planner.wants(json.loads(run.tags)))
    most = {want.name: want.most for want in planner.wants(["heavy"])}
    yield from (f"{count} runs of {name}" for name, count in under_way.items() if count > most[name])
    pools: Counter[str] = Counter()
    tasks: Counter[tuple[str, str]] = Counter()
    for process in world.machines.live.values():
        one = process.assignment
        run = ledger.runs[int(one.key.partition(":")[0])]
        spec = world.task(run.version, one.task)
        tasks[one.run_id, one.task if not meaning_of(run.type).alone else ""] += 1
        if spec.resources.pool is not None:
            pools[spec.resources.pool] += 1
        limit = 1 if meaning_of(run.type).alone else spec.concurrency
        if limit is not None and tasks[one.run_id, one.task if not meaning_of(run.type).alone else ""] > limit:
            yield f"{one.key} runs beside others of {one.task}"
    yield from (f"{count} run in the pool {name}" for name, count in pools.items() if count > POOLS[name])


def _is_past(world: World, key: int) -> bool:
    return any(place is not None and place < 0 for place in world.ledger.slots.of_run(key).values())


def _miscounted(world: World) -> Iterable[str]:
    """What an engine counts is what is there."""
    for seat in world.seats:
        engine = seat.engine
        for view in seat.views.values():
            if view.handle.over:
                continue
            for role, count in view.open.items():
                alive = sum(run.task.spec.role == role and run.state not in TERMINAL_TASK for run in view.task_runs)
                if count != alive:
                    yield f"{alive} of {role} are open, the engine counts {count}"
        live = len(engine._in_hand.live.keys() - engine._in_hand.rested)
        if engine.limits.out != live:
            yield f"the engine counts {engine.limits.out} that are out, {live} are live"


def given_up(world: World) -> Iterable[str]:
    """No engine gives a run up that nobody else has taken."""
    for seat in world.seats:
        for view in seat.views.values():
            if view.handle.over and view.handle.failure is not None and seat.owner == world.ledger.runs[view.key].owner:
                yield f"the engine gave its run up: {view.handle.failure}"


def at_rest(world: World) -> list[str]:
    """The laws of a world in which all is over."""
    return [
        *given_up(world),
        *_false_values(world),
        *stale(world),
        *_false_results(world),
        *_false_wishes(world),
        *_false_answers(world),
        *_without_attempts(world),
        *_too_many_tries(world),
        *_told_twice(world),
        *_cancelled_by_nobody(world),
        *_past_breakpoints(world),
    ]


def _false_values(world: World) -> Iterable[str]:
    """What succeeded has read what attempts made that succeeded."""
    good = {
        attempt_key(*row[:3], epoch_of(row.log or "", row.n))
        for row in world.ledger.attempts.values()
        if row.state == "succeeded"
    }
    for key in good:
        process = world.machines.begun.get(key)  # None: it ran where nobody looks
        for ref in process.inputs.values() if process is not None else ():
            yield from (f"{key} read what {maker} made" for maker in _makers(ref) if maker not in good)


def _makers(ref: Any) -> list[str]:
    """The keys of the attempts that made a value, where its place tells them."""
    if isinstance(ref, dict):
        return [maker for one in ref.get("list", [ref.get("item")]) for maker in _makers(one)]
    return [ref[2].rpartition("/")[2]] if isinstance(ref, list) and ref[2] else []


def _false_wishes(world: World) -> Iterable[str]:
    """A run whose end was wished for, and granted, ended so, unless it was begun again since, or set to a state."""
    wishes: dict[int, str] = {}
    for command in map(world.ledger.commands.__getitem__, world.ledger.answered):
        if command.state == "applied" and command.kind in ("cancel", "retry"):
            wishes[command.run_key] = command.kind
    for key, wish in wishes.items():
        run = world.ledger.runs[key]
        if wish == "cancel" and run.state != "cancelled" and run.reason != "user":
            yield f"run {key} was cancelled, and is {run.state}"


def _false_answers(world: World) -> Iterable[str]:
    """Each answer of a person that was taken is the end of one question."""
    taken = Counter(
        one.run_key for one in world.ledger.commands.values() if (one.kind, one.state) == ("approve", "applied")
    )
    ended: Counter[int] = Counter()
    for event in world.ledger.events:
        data = json.loads(event.data) if event.data else {}
        if event.seq is not None and data.get("by") and data.get("reason") == "approval":
            ended[event.run_key] += 1
    yield from (f"{taken[key]} answers for run {key}, {ended[key]} were taken" for key in taken | ended
                if taken[key] != ended[key])  # fmt: skip


def _without_attempts(world: World) -> Iterable[str]:
    """What was not run has no attempts, and what was taken from elsewhere or answered has its outputs."""
    tried = {row[:2] for row in world.ledger.attempts.values()}
    made = {place[:2] for place in world.ledger.artifacts}
    told = {(event.run_key, event.seq) for event in world.ledger.events}
    for row in world.ledger.tasks.values():
        elsewhere = row.state == "succeeded" and row.reason in ("cached", "approval")
        if (elsewhere or row.reason == "slice") and row[:2] in tried:
            yield f"{row.task} is {row.state} ({row.reason}), and was tried"
        if elsewhere and row.items is None and row[:2] not in made:
            yield f"{row.task} is {row.state} ({row.reason}), and made nothing"
        if row[:2] not in told and row.state not in ("succeeded", "skipped"):
            yield f"{row.task} is {row.state} ({row.reason}) from the beginning"


def _too_many_tries(world: World) -> Iterable[str]:
    """Attempts are made as the policy says; three losses in a row end a task."""
    tries: Counter[tuple[int, int]] = Counter()
    losses: Counter[tuple[int, int]] = Counter()
    for place in sorted(world.ledger.attempts):
        row, at = world.ledger.attempts[place], place[:2]
        if losses[at] >= 3:
            yield f"attempt {place} follows three losses"
        losses[at] = losses[at] + 1 if row.state == "lost" else 0
        tries[at] += row.state == "failed" or (row.state, row.reason) == ("lost", "worker_lost")
    for at, count in tries.items():
        row = world.ledger.tasks[at]
        allowed = world.task(world.ledger.runs[at[0]].version, row.task).retry.attempts
        if count > allowed:
            yield f"{row.task} has {count} attempts of {allowed}"


def _cancelled_by_nobody(world: World) -> Iterable[str]:
    """What is told as a person's wish was one."""
    wished = {one.run_key for one in world.ledger.commands.values() if one.kind in ("cancel", "set-state")}
    for event in world.ledger.events:
        data = json.loads(event.data) if event.data else {}
        cancelled = event.kind == "task_run.cancelled" and data.get("reason") == "user" and "by" not in data
        if cancelled and event.run_key not in wished:
            yield f"a task of run {event.run_key} was cancelled, and nobody wished it"


def _told_twice(world: World) -> Iterable[str]:
    """What a task told is on record once."""
    told = Counter(row[:5] for row in world.ledger.metrics)
    told.update((*row[:4], row.kind) for row in world.ledger.events if row.kind == "dataset_saved")
    return (f"{place} is on record {count} times" for place, count in told.items() if count > 1)


def _false_results(world: World) -> Iterable[str]:
    """A result that was taken from an earlier run is what running would have made."""
    return remade(world)


def _past_breakpoints(world: World) -> Iterable[str]:
    """A run of type debug rests before its breakpoints, unless they are taken away, or it ends."""
    for run in world.ledger.runs.values():
        if not meaning_of(run.type).alone or not run.options:
            continue
        names = set(json.loads(run.options).get("breakpoints", ()))
        events = [event for event in world.ledger.events if event.run_key == run.key]
        # Whoever sets the state of the task before which it rests has it rest before the next, or not.
        if any(event.kind == "breakpoints_changed" or '"before"' in (event.data or "") for event in events):
            continue
        state, rested = "created", set()
        for event in events:
            if event.seq is None:
                state = event.kind.partition(".")[2]
                if state == "paused" and event.data:
                    rested.add(json.loads(event.data).get("task"))
                if state == "running" and event.data and "generation" in json.loads(event.data):
                    rested.clear()
            elif event.kind in ("task_run.queued", "task_run.expanded", "task_run.paused") and state == "running":
                task = world.ledger.tasks[run.key, event.seq].task
                if task in names - rested:
                    yield f"run {run.key} went past its breakpoint before {task}"
