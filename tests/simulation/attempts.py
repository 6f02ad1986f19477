"""What attempts meet: they begin, tell, end well or badly, and die."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from penstock.ports.executor import Ended, Metric, Started, Told
from tests.simulation.agent import Agent
from tests.simulation.machines import Process
from tests.simulation.values import value
from tests.simulation.world import World

#: What fails, and why.
WHY: Final = {
    "failed": ("user_error", "user_error", "timeout", "out_of_memory", "artifact_corrupt"),
    "lost": ("worker_lost", "worker_lost", "node_lost"),
}
_NAMES: Final = ["ValueError", "Exception"]


def go_well(world: World) -> None:
    """Up to three of what runs succeed."""
    for _ in range(world.chance.randint(1, 3)):
        found = _one(world)
        if found is not None:
            _end(world, *found, "succeeded")
            if world.chance.random() < 0.5:
                world.turn()


def end_one(world: World) -> None:
    """One ends somehow; what is told to end mostly does."""
    found = _one(world)
    if found is not None:
        outcome = world.chance.choice(("succeeded", "succeeded", "failed", "failed", "skipped"))
        agent, key = found
        heeds = key in agent.asked and world.chance.random() < 0.8
        _end(world, agent, key, "cancelled" if heeds else outcome)


def lose_worker(world: World) -> None:
    """A worker dies of what it is at."""
    found = _one(world, standing=True)
    if found is not None:
        _end(world, *found, "lost")


def tell_start(world: World) -> None:
    """An attempt lasts: its start is told."""
    found = _one(world)
    if found is not None:
        found[0].tell(Started(found[1], _clock(world, found[0]), "w1"))


def tell_news(world: World) -> None:
    """A task tells of a figure, and of a dataset."""
    found = _one(world)
    if found is not None:
        agent, key = found
        at = _clock(world, agent)
        agent.tell(Metric(key, at, "rows", 1.0, None))
        agent.tell(Told(key, at, "dataset_saved", {"dataset": "x"}))


def give_back(world: World) -> None:
    """A worker does not go on to what should follow."""
    for agent in world.working():
        followers = agent.followers()
        if followers:
            agent.give_back(world.chance.choice(followers))
            return


def report_again(world: World) -> None:
    """A result comes for the second time, or another one."""
    ended = [
        (agent, key) for agent in world.working() for key in agent.machines.begun if key not in agent.machines.live
    ]
    if ended:
        agent, key = world.chance.choice(ended)
        outcome = world.chance.choice(("succeeded", "failed", "lost"))
        agent.tell(_report(world, agent, agent.machines.begun[key], outcome))


def end_all(world: World) -> None:
    """All that runs ends, as it is asked to, or well."""
    for agent in world.working():
        for key in [key for key in agent.running if key not in agent.still]:
            if key in agent.running:
                _end(world, agent, key, "cancelled" if key in agent.asked else "succeeded")


def _one(world: World, *, standing: bool = False) -> tuple[Agent, str] | None:
    """Something that runs, and does not stand still."""
    found = [(agent, key) for agent in world.working() for key in agent.running if standing or key not in agent.still]
    return world.chance.choice(found) if found else None


def _end(world: World, agent: Agent, key: str, outcome: str) -> None:
    agent.end(key, _report(world, agent, agent.running[key], outcome))


def _report(world: World, agent: Agent, process: Process, outcome: str) -> Ended:
    chance, assignment = world.chance, process.assignment
    reason = chance.choice(WHY[outcome]) if outcome in WHY else None
    items: list[Any] | None = None
    if outcome == "succeeded" and process.made is None:
        outcome = "expanded"
        items = _items(chance)
    error = {"type": "ValueError", "message": "no", "traceback": "", "names": _NAMES} if reason else None
    at = _clock(world, agent)
    began = at if chance.random() < 0.7 or outcome in ("succeeded", "expanded") else None
    outputs = []
    if outcome == "succeeded" and process.made is not None:
        place = f"{assignment.run_id}/{assignment.task}/{assignment.key}"
        outputs = [[assignment.task, value(process.made, place)]]
    took = chance.choice((0.0001, 0.0001, 2.0))
    return Ended(assignment.key, outcome, reason, outputs, error, items, None, began, at + took, "w1")  # type: ignore[arg-type]


def _items(chance: Random) -> list[Any]:
    return [[str(at), {"x": {"json": at}}] for at in range(chance.randint(0, 3))]


def _clock(world: World, agent: Agent) -> float:
    """The time on the machine of an agent."""
    skew = next((seat.skew for seat in (*world.seats, *world.frozen) if seat.agent is agent), 0.0)
    return world.now + skew


ACTS: Final[dict[str, Any]] = {"well": go_well, "end": end_one, "start": tell_start, "news": tell_news}
BAD: Final[dict[str, Any]] = {"lost": lose_worker, "returned": give_back, "doubled": report_again}
