"""One history: a pipeline, engines, and all that can happen to them, drawn from a seed. It ends when all is over."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from tests.crash import laws as laws_of_records
from tests.simulation import attempts, faults, laws, people
from tests.simulation.machines import Broken
from tests.simulation.world import World

#: Turns in which what is left must end once nothing bad happens any more.
PATIENCE: Final = 400
#: What can go wrong, and what people may do; of these a history has some.
BAD: Final = {**attempts.BAD, **faults.BAD}
TROUBLES: Final = (*sorted(BAD), "commands", "runs", "slow", "twins")

Act = Callable[[World], None]


class History:
    """Everything is drawn from `seed`; nothing else is chance."""

    def __init__(self, seed: int, steps: int = 40) -> None:
        self.chance = Random(seed)
        self.world = World(self.chance)
        self.world.machines.may_begin = lambda one: laws.may_begin(self.world, one)
        count = self.chance.choice((0, 1, 2, 2, 3, 3, 4, 6))
        self.troubles = set(self.chance.sample(TROUBLES, count))
        self.steps = steps
        self.told: list[str] = []
        self._checked = 0

    def run(self) -> None:
        """Live through it. Raises Broken."""
        world = self.world
        for _ in range(2 if "twins" in self.troubles else 1):
            world.sit()
        people.begin_some(world)
        world.slow = "slow" in self.troubles
        acts = self._acts()
        for _ in range(self.steps):
            name, act = self.chance.choice(acts)
            self.told.append(name)
            act(world)
            world.turn()
            self._check()
        self._settle()
        self._hold(laws_of_records.at_rest(world.ledger.record()))
        self._hold(laws.at_rest(world))

    def _acts(self) -> list[tuple[str, Act]]:
        """What may happen in this history, the usual more often."""
        usual = {"well": 4, "end": 3, "start": 1, "news": 1}
        acts: list[tuple[str, Act]] = [
            (name, attempts.ACTS[name]) for name, times in usual.items() for _ in range(times)
        ]
        acts += [("time", _let_time_pass), *((name, BAD[name]) for name in sorted(self.troubles & BAD.keys()))]
        if "commands" in self.troubles:
            acts += [("commands", people.ask_one)] * 3
        if "runs" in self.troubles:
            acts += [("runs", people.begin_one), ("replays", people.replay_one)]
        return acts

    def _settle(self) -> None:
        """Nothing bad happens any more: all has to end."""
        world = self.world
        world.slow = False
        for seat in (*world.seats, *world.frozen):
            seat.skew = 0.0
            seat.writer.troubles.clear()
        for _ in range(PATIENCE):
            if self._is_over():
                return
            people.help_on(world)
            attempts.end_all(world)
            world.turn()
            self._check()
            world.now += 1.0
        raise Broken(f"never over: {self._left()}")

    def _is_over(self) -> bool:
        world = self.world
        over = all(world.ledger.is_over(key) and not world.ledger.waiting(key) for key in world.keys)
        return over and not any(seat.has(key) for seat in world.seats for key in world.keys)

    def _left(self) -> list[str]:
        world = self.world
        left = [f"run {key} is {world.ledger.runs[key].state}" for key in world.keys if not world.ledger.is_over(key)]
        left += [f"{one.kind} of {one.run_key} waits" for key in world.keys for one in world.ledger.waiting(key)]
        views = [view for seat in world.seats for view in seat.views.values() if not view.handle.over]
        return left + [f"{view.state}, {view.open}, {view.live} live, in {view.phase}" for view in views]

    def _check(self) -> None:
        """The laws of every moment; those of records when there is something new."""
        world = self.world
        self._hold(laws.always(world))
        if len(world.ledger.log) != self._checked:
            self._checked = len(world.ledger.log)
            self._hold(laws_of_records.always(world.ledger.record()))

    def _hold(self, broken: list[str]) -> None:
        if broken:
            raise Broken("; ".join(broken[:5]))


def _let_time_pass(world: World) -> None:
    world.now += world.chance.choice((0.1, 1.5, 31.0))
