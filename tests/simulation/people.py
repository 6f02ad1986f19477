"""What people and programs ask: runs, and all that can be done with them."""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.engine.outbox import Outbox
from penstock.engine.plan import Plan
from penstock.engine.record import take_commit
from penstock.engine.request import RunRequest
from penstock.errors import PenstockError
from penstock.model import ids
from penstock.model.commands import KINDS, refusal
from penstock.model.run_types import meaning_of
from penstock.model.transitions import SETTABLE, SETTABLE_RUN
from penstock.store.chosen_states import Choice
from penstock.store.rows import Commit, NewEvent, NewRun
from tests.simulation.doors import go_through
from tests.simulation.graphs import TAG
from tests.simulation.world import World

#: Runs of a history at most.
MOST: Final = 5
#: What is asked of runs, the usual more often.
ASKED: Final = (
    "approve", "approve", "breakpoints", "cancel", "cancel", "force-run", "no such thing", "pause", "pause", "resume",
    "resume", "retry", "retry", "retry", "set-state", "set-state", "set-state of the run",
)  # fmt: skip


# --- runs -----------------------------------------------------------------------------------------------------


def begin_some(world: World) -> None:
    """The runs that a history begins with."""
    for _ in range(world.chance.choice((1, 1, 1, 2, 3))):
        begin_one(world)


def begin_one(world: World) -> None:
    """Another run, whole or a part, of any type; by who has an engine, or for any engine to claim."""
    if len(world.keys) >= MOST:
        return
    chance = world.chance
    plan = chance.choice(list(world.planner.plans.values()))
    request = _request(world, plan)
    key = ids.run_key(world.now, len(world.keys) + 1)
    if chance.random() < 0.5:
        _ask_for(world, plan, request, key)
    else:
        _submit(world, plan, request, key)
    world.keys.append(key)


def replay_one(world: World) -> None:
    """A run that repeats another, from a task or whole, in the same version or the latest."""
    if len(world.keys) >= MOST:
        return
    chance = world.chance
    source = world.ledger.runs[chance.choice(world.keys)]
    plan = chance.choice((world.planner.plans[source.version], world.planner.latest))
    names = [None, *(task.name for task in plan.tasks if task.spec.role == "task")]
    from_task = chance.choice(names)
    selection = json.loads(source.selection) if source.selection else {}
    selection.pop("replay_from", None)
    if from_task is not None:
        selection["replay_from"] = [from_task]
    key = ids.run_key(world.now, len(world.keys) + 1)
    params = {**json.loads(source.params), **({"k": 3} if chance.random() < 0.3 else {})}
    request = RunRequest(params=params, tags=tuple(json.loads(source.tags)), type="replay")
    _write_asked(world, plan, request, key, selection, source.key)
    world.keys.append(key)


def _request(world: World, plan: Plan) -> RunRequest:
    chance = world.chance
    request = RunRequest(type=chance.choice(("standard", "standard", "standard", "incremental", "debug", "test")))
    request.params = {"k": chance.choice((1, 1, 2))} if chance.random() < 0.5 else {}
    request.tags = (TAG,) if chance.random() < 0.3 else ()
    request.refresh = chance.random() < 0.1
    names = [task.name for task in plan.tasks if task.spec.role == "task"]
    if meaning_of(request.type).alone:
        request.breakpoints = tuple(chance.sample(names, min(len(names), chance.randint(0, 2))))
    elif chance.random() < 0.15:
        part = chance.choice(("from_", "to", "only"))
        setattr(request, part, (chance.choice(names),))
    return request


def _ask_for(world: World, plan: Plan, request: RunRequest, key: int) -> None:
    """For whoever claims it."""
    parts = {"from": request.from_, "to": request.to, "only": request.only}
    selection = {name: list(names) for name, names in parts.items() if names}
    _write_asked(world, plan, request, key, selection, None)


def _write_asked(
    world: World, plan: Plan, request: RunRequest, key: int, selection: dict[str, Any], replay_of: int | None
) -> None:
    at = int(world.now * 1e6)
    told = {"refresh": request.refresh, "breakpoints": sorted(request.breakpoints)}
    options = {name: fact for name, fact in told.items() if fact}
    row = NewRun(
        key, ids.run_id(key), "p", "default", plan.version, request.type, "created", None, at, None, None,
        json.dumps(request.params), '{"kind": "manual"}', json.dumps(list(request.tags)),
        json.dumps(selection) if selection else None, None, None, replay_of, 1, None, len(plan.tasks), 0, None, 0, 1,
        options=json.dumps(options) if options else None,
    )  # fmt: skip
    world.ledger.apply(Commit(new_runs=[row], events=[NewEvent(key, None, None, at, "run.created", None)]))


def _submit(world: World, plan: Plan, request: RunRequest, key: int) -> None:
    """To an engine at hand. Nobody was promised a run that is on no record."""
    seat = world.chance.choice(world.seats)
    try:
        view = world.planner.view(plan, request, key, world.now)
    except PenstockError:
        _ask_for(world, plan, request, key)  # it fails where it is claimed
        return
    wants = world.planner.wants(view.tags)
    if wants:
        out = Outbox()
        out.mark_run(view)
        out.event(view, None, None, view.created_at, "run.created")
        commit, _ = take_commit(out, seat.owner, set())
        world.ledger.apply(commit)
        view.barred = go_through(world.ledger, "enter", key, wants, view.created_at, world.now)
        view.slots = True
    seat.take(view)
    slow, world.slow = world.slow, False
    while key not in world.ledger.runs:
        world.turn()
    world.slow = slow


# --- what is asked of them -------------------------------------------------------------------------------------


def ask_one(world: World) -> None:
    """Something of a run, whether that makes sense now or not."""
    kind, key = world.chance.choice(ASKED), world.chance.choice(world.keys)
    if kind == "set-state of the run":
        ask(world, key, "set-state", {"state": world.chance.choice(SETTABLE_RUN)})
    else:
        ask(world, key, kind, _ARGUMENTS[kind](world, key) if kind in _ARGUMENTS else {})


def ask(world: World, key: int, kind: str, arguments: dict[str, Any]) -> None:
    """As store.orders does: what rows alone can do is done, what can't be is refused, the rest waits for its answer."""
    ledger, now = world.ledger, world.now
    if kind == "cancel" and go_through(ledger, "withdraw", key, now, "user"):
        return
    if kind == "force-run" and go_through(ledger, "let past", key, now):
        return
    if kind == "set-state":
        choice = Choice(arguments.get("task"), arguments.get("map_index"), arguments["state"])
        try:
            if go_through(ledger, "set state", key, choice, now):
                return
        except PenstockError:
            return
    if kind in KINDS and refusal(kind, ledger.runs[key].state) is not None:
        return
    go_through(ledger, "ask", key, kind, arguments, now)


def _task(world: World, key: int) -> str:
    return world.chance.choice(list(world.planner.plans[world.ledger.runs[key].version].places))


def _approval(world: World, key: int) -> dict[str, Any]:
    decision = world.chance.choice(("approve", "approve", "reject"))
    value = world.chance.choice((1, 2, -5))  # the last one is refused
    return {"task": world.chance.choice((None, _task(world, key))), "decision": decision, "values": {"n": value}}


def _breakpoints(world: World, key: int) -> dict[str, Any]:
    return {world.chance.choice(("set", "set", "remove")): [_task(world, key)]}


def _resumption(world: World, key: int) -> dict[str, Any]:
    if not meaning_of(world.ledger.runs[key].type).alone:
        return {}
    chance = world.chance
    return {"step": chance.random() < 0.4, "texts": {"k": "5"} if chance.random() < 0.3 else {}}


def _retry(world: World, key: int) -> dict[str, Any]:
    chance = world.chance
    task = _task(world, key) if chance.random() < 0.5 else None
    return {"task": task, "params": {"k": 4} if chance.random() < 0.2 else {}}


def _state(world: World, key: int) -> dict[str, Any]:
    index = world.chance.choice((None, None, 0, 1))
    return {"task": _task(world, key), "map_index": index, "state": world.chance.choice(SETTABLE)}


_ARGUMENTS: Final[dict[str, Any]] = {
    "approve": _approval,
    "breakpoints": _breakpoints,
    "cancel": lambda world, _: {"force": True} if world.chance.random() < 0.5 else {},
    "pause": lambda world, _: {"now": True} if world.chance.random() < 0.4 else {},
    "resume": _resumption,
    "retry": _retry,
    "set-state": _state,
}


def help_on(world: World) -> None:
    """What waits for a person gets what it waits for; a question that has a time-out is left to that."""
    for key in world.keys:
        run = world.ledger.runs[key]
        if run.state == "paused" and not world.ledger.waiting(key):
            if run.reason == "approval":
                task = _asking(world, key)
                if task is not None:
                    ask(world, key, "approve", {"task": task, "values": {"n": 1}})
            else:
                ask(world, key, "resume", {})


def _asking(world: World, key: int) -> str | None:
    """The task that asks for as long as it takes."""
    rows = [row for row in world.ledger.tasks.values() if (row.run_key, row.kind) == (key, "approval")]
    version = world.ledger.runs[key].version
    asking = [row.task for row in rows if row.state == "paused" and world.task(version, row.task).timeout is None]
    return next(iter(asking), None)
