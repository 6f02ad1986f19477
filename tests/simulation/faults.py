"""What goes wrong with engines, agents, clocks and the record."""

from __future__ import annotations

from typing import Any, Final

from tests.simulation import attempts
from tests.simulation.doors import go_through
from tests.simulation.machines import Machines
from tests.simulation.seat import Seat
from tests.simulation.world import World

#: Seconds until the next engine comes: at once, in time for the agent, too late for it.
SOON: Final = 0.1
LATE: Final = 20.0
#: An agent waits so long for the next engine (agent.switchboard.ADOPT).
ADOPT: Final = 10.0


def crash(world: World) -> None:
    """All of a machine dies: an engine and what runs for it. What its writer had not written is gone."""
    seat = _kill(world)
    seat.agent.die()
    _follow(world, seat, world.chance.choice((SOON, LATE)))


def fall(world: World) -> None:
    """An engine is killed, and its agent is not: the next one finds what runs, unless it comes too late."""
    seat = _kill(world)
    seat.agent.leave()
    for _ in range(world.chance.randint(0, 2)):
        world.now += 0.01
        world.seats.append(seat)  # its agent works without it
        world.chance.choice((attempts.end_one, attempts.tell_news, attempts.lose_worker))(world)
        world.seats.remove(seat)
    wait = world.chance.choice((SOON, SOON, 3.0, LATE))
    if wait > ADOPT:
        seat.agent.die()
    _follow(world, seat, wait)


def freeze(world: World) -> None:
    """An engine on another machine is taken for dead, and goes on all the same, with an agent and tasks of its own.

    Nobody can keep those from running: they are not on the machines that the laws look at.
    """
    if len(world.frozen) > 1:
        return
    seat = world.chance.choice(world.seats)
    world.unseat(seat)
    island = Machines()
    for key, process in seat.agent.running.items():
        world.machines.end(key)
        island.begin(process)
    seat.agent.machines = island
    world.frozen.append(seat)
    _follow(world, seat, LATE)


def lose_agent(world: World) -> None:
    """The agent dies with all that it has."""
    seat = world.chance.choice(world.seats)
    if seat.agent.alive:
        seat.agent.die()


def disorder(world: World) -> None:
    """What was reported comes in another order."""
    for seat in world.seats:
        seat.link.inbox.reverse()


def pass_on_again(world: World) -> None:
    """Commands come twice."""
    for seat in world.seats:
        world.desks[seat.owner].pass_on_again()


def break_record(world: World) -> None:
    """The disk is full, or the database can't be reached."""
    world.chance.choice(world.seats).writer.fail(world.chance)


def set_clock(world: World) -> None:
    """The clock of a machine is set."""
    world.chance.choice(world.seats).skew = world.chance.choice((-3600.0, 0.0, 3600.0))


def _kill(world: World) -> Seat:
    seat = world.chance.choice(world.seats)
    if world.chance.random() < 0.5:
        seat.writer.write()
    world.unseat(seat)
    return seat


def _follow(world: World, before: Seat, wait: float) -> None:
    """The next engine of that machine comes."""
    world.now += wait
    if wait > ADOPT:
        go_through(world.ledger, "fall silent", before.owner)
    shared = before.agent if before.agent.alive and before not in world.frozen else None
    world.sit(shared, before.skew)


BAD: Final[dict[str, Any]] = {
    "agent_lost": lose_agent,
    "clock": set_clock,
    "crash": crash,
    "disorder": disorder,
    "doubled commands": pass_on_again,
    "fallen": fall,
    "frozen": freeze,
    "trouble": break_record,
}
